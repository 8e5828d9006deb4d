//! The section `payment`: invoices, polling, deadlines.

use std::time::Duration;

use starkeeper_actors::domain::Span;
use starkeeper_actors::domain::invoice::InvoiceRules;
use starkeeper_actors::domain::money::MicroUsd;

use super::{HALF_MINUTE, MOMENT, SECOND};
use crate::config::reader::Reader;

/// Invoices and payments.
#[derive(Clone, Debug)]
pub struct Payment {
    /// The rules of invoices.
    pub invoices: InvoiceRules,
    /// Between two looks at the books.
    pub look_every: Duration,
    /// Invoices that are pursued at once.
    pub in_flight: usize,
    /// For one call to the gateway.
    pub call_timeout: Duration,
    /// For a whole step: a few calls and commits.
    pub step_timeout: Duration,
    /// Between two sweeps of the gateway's list.
    pub sweep_every: Duration,
    /// How far back a sweep goes.
    pub sweep_back: Span,
    /// The pause after a page that could not be read.
    pub sweep_retry: Duration,
}

/// Reads the section.
pub(in crate::config) fn payment(reader: &mut Reader<'_>) -> Option<Payment> {
    let invoices = invoices(reader);
    let look_every = reader.span("payment.look_every", MOMENT, SECOND / 2);
    let in_flight = reader.number("payment.in_flight", 1..=256);
    let call_timeout = reader.span("payment.call_timeout", MOMENT, 5 * SECOND);
    let step_timeout = reader.span("payment.step_timeout", SECOND, 20 * SECOND);
    let sweep_every = reader.span("payment.sweep_every", SECOND, 60 * HALF_MINUTE);
    let sweep_back = reader.span("payment.sweep_back", SECOND, 24 * 60 * 2 * HALF_MINUTE);
    let sweep_retry = reader.span("payment.sweep_retry", MOMENT, HALF_MINUTE);
    if let (Some(call), Some(step)) = (call_timeout, step_timeout)
        && step < call.saturating_mul(2)
    {
        let bound = "at least twice PAYMENT_CALL_TIMEOUT: a step makes a call and commits";
        reader.wrong::<()>("payment.step_timeout", bound);
    }
    Some(Payment {
        invoices: invoices?,
        look_every: look_every?,
        in_flight: usize::try_from(in_flight?).ok()?,
        call_timeout: call_timeout?,
        step_timeout: step_timeout?,
        sweep_every: sweep_every?,
        sweep_back: Span::from_std(sweep_back?).ok()?,
        sweep_retry: sweep_retry?,
    })
}

fn invoices(reader: &mut Reader<'_>) -> Option<InvoiceRules> {
    let mut span = |name: &str, least, in_production| {
        let read = reader.span(&format!("payment.{name}"), least, in_production);
        read.and_then(|span| Span::from_std(span).ok())
    };
    let lifetime = span("invoice_lifetime", 300 * SECOND, 300 * SECOND);
    let poll_every = span("poll_every", SECOND, HALF_MINUTE);
    let poll_fast = span("poll_fast", SECOND, HALF_MINUTE);
    let fast_for = span("fast_for", SECOND, 2 * HALF_MINUTE);
    let tap_every = span("tap_every", SECOND, 5 * SECOND);
    let poll_slowest = span("poll_slowest", SECOND, 10 * HALF_MINUTE);
    let watch_for = span("watch_for", SECOND, 120 * HALF_MINUTE);
    let patience = span("patience", SECOND, HALF_MINUTE);
    let clock_skew = span("clock_skew", SECOND, 2 * HALF_MINUTE);
    let refund_doubt = span("refund_doubt", SECOND, 120 * HALF_MINUTE);
    let accuracy = reader.number("payment.accuracy_percent", 0..=5);
    let usd = "dollars such as 100 or 0.01, not below 0";
    let mut amount = |name: &str| {
        let key = format!("payment.{name}");
        reader.parsed(&key, |text| MicroUsd::parse_plain(text).map_err(|_| usd))
    };
    let surplus_cap = amount("surplus_cap");
    let dust = amount("dust");
    let rules = InvoiceRules {
        lifetime: lifetime?,
        accuracy_percent: u8::try_from(accuracy?).ok()?,
        surplus_cap: surplus_cap?,
        dust: dust?,
        poll_every: poll_every?,
        poll_fast: poll_fast?,
        fast_for: fast_for?,
        tap_every: tap_every?,
        poll_slowest: poll_slowest?,
        watch_for: watch_for?,
        patience: patience?,
        clock_skew: clock_skew?,
        refund_doubt: refund_doubt?,
    };
    match rules.check() {
        Ok(()) => Some(rules),
        Err(bad) => {
            let key = match bad.name {
                "lifetime" => "payment.invoice_lifetime".to_owned(),
                name => format!("payment.{name}"),
            };
            reader.wrong(&key, bad.range)
        }
    }
}
