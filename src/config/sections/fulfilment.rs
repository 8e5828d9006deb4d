//! The section `fulfilment`: how long orders may wait, and how patient the tills are.

use std::time::Duration;

use starkeeper_actors::domain::Span;
use starkeeper_actors::domain::money::NanoTon;
use starkeeper_actors::domain::order::OrderRules;

use super::{HALF_MINUTE, MOMENT, SECOND};
use crate::config::reader::Reader;

/// Orders behind their payment.
#[derive(Clone, Debug)]
pub struct Fulfilment {
    /// The rules of orders.
    pub orders: OrderRules,
    /// Reserved of a wallet's float for the chain's fee, on top of an order's highest cost.
    pub chain_fee: NanoTon,
    /// Left in a wallet behind every payment.
    pub reserve: NanoTon,
    /// How long a till's lease lasts without being prolonged.
    pub lease: Duration,
    /// Between two looks at the books.
    pub look_every: Duration,
    /// Between two looks at the chain for one message.
    pub chain_pause: Duration,
    /// Between two explanations of a quiet wallet's history.
    pub sweep_every: Duration,
    /// Between two comparisons of books, chain and Fragment's history.
    pub reconcile_every: Duration,
    /// For so long behind a payment they may say different things.
    pub reconcile_patience: Span,
    /// For one call to Fragment or the chain.
    pub call_timeout: Duration,
    /// How long a signed message may run at most.
    pub validity: Span,
    /// How long after its expiry a message is still looked for.
    pub expiry_margin: Span,
    /// Orders that are worked on at once.
    pub in_flight: usize,
}

/// Reads the section.
pub(in crate::config) fn fulfilment(reader: &mut Reader<'_>) -> Option<Fulfilment> {
    let orders = orders(reader);
    let mut ton = |name: &str| {
        let key = format!("fulfilment.{name}");
        reader.parsed(&key, |text| {
            NanoTon::parse(text).map_err(|_| "TON such as 0.05, not below 0")
        })
    };
    let chain_fee = ton("chain_fee");
    let reserve = ton("reserve");
    let lease = reader.span("fulfilment.lease", SECOND, 20 * SECOND);
    let look_every = reader.span("fulfilment.look_every", MOMENT, SECOND);
    let chain_pause = reader.span("fulfilment.chain_pause", MOMENT, SECOND);
    let sweep_every = reader.span("fulfilment.sweep_every", MOMENT, HALF_MINUTE);
    let reconcile_every = reader.span("fulfilment.reconcile_every", MOMENT, 2 * HALF_MINUTE);
    let reconcile_patience = reader.span("fulfilment.reconcile_patience", MOMENT, 10 * HALF_MINUTE);
    let call_timeout = reader.span("fulfilment.call_timeout", SECOND, 10 * SECOND);
    let validity = reader.span("fulfilment.validity", SECOND, 120 * SECOND);
    let expiry_margin = reader.span("fulfilment.expiry_margin", SECOND, HALF_MINUTE);
    let in_flight = reader.number("fulfilment.in_flight", 1..=64);
    if let (Some(lease), Some(call)) = (lease, call_timeout)
        && lease <= call
    {
        let bound = "longer than FULFILMENT_CALL_TIMEOUT: a call must end while its till is held";
        reader.wrong::<()>("fulfilment.lease", bound);
    }
    Some(Fulfilment {
        orders: orders?,
        chain_fee: chain_fee?,
        reserve: reserve?,
        lease: lease?,
        look_every: look_every?,
        chain_pause: chain_pause?,
        sweep_every: sweep_every?,
        reconcile_every: reconcile_every?,
        reconcile_patience: Span::from_std(reconcile_patience?).ok()?,
        call_timeout: call_timeout?,
        validity: Span::from_std(validity?).ok()?,
        expiry_margin: Span::from_std(expiry_margin?).ok()?,
        in_flight: usize::try_from(in_flight?).ok()?,
    })
}

fn orders(reader: &mut Reader<'_>) -> Option<OrderRules> {
    let mut span = |name: &str, least, in_production| {
        let read = reader.span(&format!("fulfilment.{name}"), least, in_production);
        read.and_then(|span| Span::from_std(span).ok())
    };
    let slow_after = span("slow_after", SECOND, 2 * HALF_MINUTE);
    let max_held = span("max_held", SECOND, 20 * HALF_MINUTE);
    let first_pause = span("first_pause", MOMENT, SECOND / 2);
    let longest_pause = span("longest_pause", MOMENT, 10 * SECOND);
    let delivery_patience = span("delivery_patience", SECOND, 4 * HALF_MINUTE);
    Some(OrderRules {
        slow_after: slow_after?,
        max_held: max_held?,
        first_pause: first_pause?,
        longest_pause: longest_pause?,
        delivery_patience: delivery_patience?,
        ..OrderRules::default()
    })
}
