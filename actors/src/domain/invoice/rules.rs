//! The settings of invoices.

use super::{Closing, GatewayStatus, Invoice, InvoiceRefused, Purpose, Standing};
use crate::domain::money::MicroUsd;
use crate::domain::{Span, Timestamp};

/// What the operator may set about invoices. The defaults are the shop's.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct InvoiceRules {
    /// How long an invoice can be paid; 300 to 43,200 s at Heleket, and no longer than a quote
    /// (rule 22). Default 1,800 s.
    pub lifetime: Span,
    /// A shortfall that still counts as paid, in percent, 0 to 5; the shop bears it. Default 1.
    pub accuracy_percent: u8,
    /// Surplus up to this is the customer's; what is above goes to suspense. Default 100 USD.
    pub surplus_cap: MicroUsd,
    /// A whole payment worth less goes to suspense. Default 0.01 USD.
    pub dust: MicroUsd,
    /// Between two look-ups of an open invoice. Default 60 s: webhooks are the fast path.
    pub poll_every: Span,
    /// The same after the customer said "I have sent it". Default 30 s, the fastest Heleket asks
    /// for.
    pub poll_fast: Span,
    /// How long that lasts. Default 10 min.
    pub fast_for: Span,
    /// The least time between two look-ups that a customer's taps may cause. Default 10 s.
    pub tap_every: Span,
    /// The longest pause between look-ups once an invoice is old. Default 1 h.
    pub poll_slowest: Span,
    /// How long an invoice is watched after its last change or its expiry. Default 24 h.
    pub watch_for: Span,
    /// After this a look-up that was started and never answered is taken for lost. Default 90 s:
    /// above the client's own deadline and retries.
    pub patience: Span,
    /// How far the gateway's clock may differ from ours. Default 10 min.
    pub clock_skew: Span,
    /// Before a refund whose call was never answered may be given up. Default 24 h.
    pub refund_doubt: Span,
}

impl Default for InvoiceRules {
    fn default() -> Self {
        Self {
            lifetime: Span::seconds(1_800),
            accuracy_percent: 1,
            surplus_cap: MicroUsd::from_micros(100_000_000),
            dust: MicroUsd::from_micros(10_000),
            poll_every: Span::seconds(60),
            poll_fast: Span::seconds(30),
            fast_for: Span::minutes(10),
            tap_every: Span::seconds(10),
            poll_slowest: Span::hours(1),
            watch_for: Span::hours(24),
            patience: Span::seconds(90),
            clock_skew: Span::minutes(10),
            refund_doubt: Span::hours(24),
        }
    }
}

/// A setting that cannot be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("invoice setting {name} is out of range: {range}")]
pub struct BadRule {
    /// Which setting.
    pub name: &'static str,
    /// What it may be.
    pub range: &'static str,
}

impl InvoiceRules {
    /// Checks every range.
    ///
    /// # Errors
    /// The first setting that cannot be.
    pub fn check(&self) -> Result<(), BadRule> {
        let second = Span::seconds(1);
        let lifetime = self.lifetime.num_seconds();
        let checks = [
            (
                (300..=43_200).contains(&lifetime) && self.lifetime.subsec_nanos() == 0,
                "lifetime",
                "300 to 43200 whole seconds",
            ),
            (
                self.accuracy_percent <= 5,
                "accuracy_percent",
                "0 to 5 percent",
            ),
            (
                self.surplus_cap >= MicroUsd::ZERO,
                "surplus_cap",
                "0 USD or more",
            ),
            (self.dust >= MicroUsd::ZERO, "dust", "0 USD or more"),
            (
                self.poll_fast >= second && self.poll_fast <= self.poll_every,
                "poll_fast",
                "1 s to poll_every",
            ),
            (
                self.poll_every <= self.poll_slowest,
                "poll_every",
                "at most poll_slowest",
            ),
            (self.tap_every >= second, "tap_every", "1 s or more"),
            (self.patience >= second, "patience", "1 s or more"),
        ];
        for (sound, name, range) in checks {
            if !sound {
                return Err(BadRule { name, range });
            }
        }
        Ok(())
    }

    /// Whether a customer may get another invoice next to the ones there are: one open order
    /// invoice at a time (rule 12); top-ups are not limited here.
    ///
    /// # Errors
    /// [`InvoiceRefused::OneAtATime`] names the open one.
    pub fn may_open<'a>(
        &self,
        purpose: Purpose,
        there_are: impl IntoIterator<Item = &'a Invoice>,
        now: Timestamp,
    ) -> Result<(), InvoiceRefused> {
        match purpose {
            Purpose::TopUp => Ok(()),
            Purpose::Order(_) => there_are
                .into_iter()
                .find(|invoice| invoice.is_open_for_an_order(now))
                .map_or(Ok(()), |invoice| {
                    Err(InvoiceRefused::OneAtATime { open: invoice.id })
                }),
        }
    }
}

impl Invoice {
    /// Whether the chain shows a payment that has not been credited, and the gateway asks for no
    /// more.
    #[must_use]
    pub fn is_arriving(&self) -> bool {
        let asks_for_more = self.status == Some(GatewayStatus::WrongAmountWaiting);
        self.payment_seen_at.is_some() && !asks_for_more && self.money.credits == 0
    }

    /// Whether its time ran out and nothing ever came.
    #[must_use]
    pub fn has_lapsed(&self) -> bool {
        let cancelled = self.status == Some(GatewayStatus::Cancel);
        cancelled && self.payment_seen_at.is_none() && self.money.credits == 0
    }

    /// Whether the invoice still waits for the payment of an order, as far as we know.
    #[must_use]
    pub fn is_open_for_an_order(&self, now: Timestamp) -> bool {
        let payable = match &self.standing {
            Standing::Wanted { .. } | Standing::Asked | Standing::Open(_) => true,
            Standing::Refused { .. } | Standing::NotOurs => false,
        };
        let ours = match self.closing {
            None => true,
            Some(Closing::Cancelled | Closing::Replaced) => false,
        };
        let for_order = match self.purpose {
            Purpose::Order(_) => true,
            Purpose::TopUp => false,
        };
        let at_rest = self
            .status
            .as_ref()
            .is_none_or(super::GatewayStatus::is_at_rest);
        // A payment on its way keeps the place; a failed or finished one does not.
        let in_time = now < self.expires_at || (self.payment_seen_at.is_some() && !at_rest);
        for_order && ours && payable && in_time && self.money.credits == 0 && !self.refunded
    }
}
