//! What may be set about payments.

use std::time::Duration;

use crate::domain::Span;
use crate::domain::invoice::InvoiceRules;
use crate::domain::money::NanoTon;
use crate::domain::order::OrderRules;

/// The settings of the payment actor.
#[derive(Clone, Debug)]
pub struct PaymentSettings {
    /// The rules of invoices.
    pub invoices: InvoiceRules,
    /// The rules of orders: a paid order is held here.
    pub orders: OrderRules,
    /// Reserved of the float for the chain's fee on top of an order's highest cost. Default
    /// 0.05 TON: a W5 transfer costs below 0.01.
    pub chain_fee: NanoTon,
    /// Between two looks at the books. Default 2 s: what a lost wake may cost.
    pub look_every: Duration,
    /// Invoices that are pursued at once, besides what is asked. Default 16: the gateway's
    /// patience, not ours.
    pub in_flight: usize,
    /// For one call to the gateway. Default 10 s: Heleket answers within two, and a customer
    /// waits.
    pub call: Duration,
    /// For a whole step: a few calls and commits, and the turn of the same invoice before it.
    /// Default 45 s.
    pub step: Duration,
    /// How often one decision is made anew because the books moved or did not answer. Default 5.
    pub rounds: u32,
    /// How often a webhook's look-up is made anew because another one overtook it. Default 3; then
    /// the webhook is to come again.
    pub look_ups: u32,
    /// Between two sweeps of the gateway's list. Default 24 h.
    pub sweep_every: Duration,
    /// How far back a sweep goes. Default 30 days: an invoice lives half a day, and a late payment
    /// or a refund comes within weeks.
    pub sweep_back: Span,
    /// The pause after a page that could not be read. Default 60 s.
    pub sweep_retry: Duration,
}

impl Default for PaymentSettings {
    fn default() -> Self {
        Self {
            invoices: InvoiceRules::default(),
            orders: OrderRules::default(),
            chain_fee: NanoTon::from_nanos(50_000_000),
            look_every: Duration::from_secs(2),
            in_flight: 16,
            call: Duration::from_secs(10),
            step: Duration::from_secs(45),
            rounds: 5,
            look_ups: 3,
            sweep_every: Duration::from_secs(24 * 60 * 60),
            sweep_back: Span::days(30),
            sweep_retry: Duration::from_secs(60),
        }
    }
}
