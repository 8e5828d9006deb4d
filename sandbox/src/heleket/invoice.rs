//! One invoice of the gateway: what was asked for, what was paid, what the gateway says about it.
//!
//! [`life`] moves it, [`shown`] writes it down as the gateway does. It knows no server and no clock.

pub(crate) mod life;
pub(crate) mod shown;

use std::time::Duration;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::coins::Coin;
use crate::world::clock::Moment;
use crate::world::kept::forms;

/// What the gateway calls the state of an invoice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Status {
    Check,
    Process,
    ConfirmCheck,
    WrongAmountWaiting,
    Paid,
    PaidOver,
    WrongAmount,
    Cancel,
    Fail,
    SystemFail,
    RefundProcess,
    RefundPaid,
    RefundFail,
    Locked,
    /// One that nobody has documented; only a driver brings it about.
    Other(String),
}

impl Status {
    const KNOWN: [Self; 14] = [
        Self::Check,
        Self::Process,
        Self::ConfirmCheck,
        Self::WrongAmountWaiting,
        Self::Paid,
        Self::PaidOver,
        Self::WrongAmount,
        Self::Cancel,
        Self::Fail,
        Self::SystemFail,
        Self::RefundProcess,
        Self::RefundPaid,
        Self::RefundFail,
        Self::Locked,
    ];

    /// The status of this name, documented or not.
    pub(crate) fn named(name: &str) -> Self {
        Self::KNOWN
            .into_iter()
            .find(|status| status.name() == name)
            .unwrap_or_else(|| Self::Other(name.to_owned()))
    }

    /// Its name on the wire.
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Check => "check",
            Self::Process => "process",
            Self::ConfirmCheck => "confirm_check",
            Self::WrongAmountWaiting => "wrong_amount_waiting",
            Self::Paid => "paid",
            Self::PaidOver => "paid_over",
            Self::WrongAmount => "wrong_amount",
            Self::Cancel => "cancel",
            Self::Fail => "fail",
            Self::SystemFail => "system_fail",
            Self::RefundProcess => "refund_process",
            Self::RefundPaid => "refund_paid",
            Self::RefundFail => "refund_fail",
            Self::Locked => "locked",
            Self::Other(name) => name,
        }
    }

    /// The flag `is_final` beside it.
    pub(crate) fn is_final(&self) -> bool {
        match self {
            Self::Paid
            | Self::PaidOver
            | Self::WrongAmount
            | Self::Cancel
            | Self::Fail
            | Self::SystemFail
            | Self::RefundPaid
            | Self::RefundFail
            | Self::Locked => true,
            Self::Check
            | Self::Process
            | Self::ConfirmCheck
            | Self::WrongAmountWaiting
            | Self::RefundProcess
            | Self::Other(_) => false,
        }
    }

    /// True when the list of webhooks in the gateway's documents has it.
    pub(crate) fn is_pushed(&self) -> bool {
        match self {
            Self::ConfirmCheck
            | Self::Paid
            | Self::PaidOver
            | Self::WrongAmount
            | Self::Cancel
            | Self::Fail
            | Self::SystemFail
            | Self::RefundProcess
            | Self::RefundPaid
            | Self::RefundFail => true,
            Self::Check
            | Self::Process
            | Self::WrongAmountWaiting
            | Self::Locked
            | Self::Other(_) => false,
        }
    }

    /// True for a payment that ended, whatever its sum: what may be refunded or resent.
    pub(crate) fn is_completed(&self) -> bool {
        match self {
            Self::Paid | Self::PaidOver | Self::WrongAmount => true,
            Self::Check
            | Self::Process
            | Self::ConfirmCheck
            | Self::WrongAmountWaiting
            | Self::Cancel
            | Self::Fail
            | Self::SystemFail
            | Self::RefundProcess
            | Self::RefundPaid
            | Self::RefundFail
            | Self::Locked
            | Self::Other(_) => false,
        }
    }
}

/// What the merchant asked for. Fixed for good.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Order {
    pub(crate) order_id: String,
    /// The face value, in `currency`.
    #[serde(with = "forms::text")]
    pub(crate) amount: Decimal,
    /// Decimals of the face value as it is shown.
    pub(crate) scale: u32,
    pub(crate) currency: String,
    pub(crate) url_return: Option<String>,
    pub(crate) url_success: Option<String>,
    pub(crate) url_callback: Option<String>,
    /// The payer may send the rest later.
    pub(crate) multiple: bool,
    pub(crate) lifetime: Duration,
    /// Percent of the commission that the payer bears.
    #[serde(with = "forms::text")]
    pub(crate) subtract: Decimal,
    /// Percent that may be missing from a payment that counts as whole.
    #[serde(with = "forms::text")]
    pub(crate) accuracy: Decimal,
    pub(crate) additional_data: Option<String>,
    pub(crate) discount_percent: Option<i64>,
    /// The coins the payer may choose from.
    pub(crate) offers: Vec<&'static Coin>,
}

/// In which coin it is paid, once that is settled.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Terms {
    pub(crate) coin: &'static Coin,
    /// What has to be sent.
    #[serde(with = "forms::text")]
    pub(crate) payer_amount: Decimal,
    /// What one coin costs in the invoice's currency.
    #[serde(with = "forms::text")]
    pub(crate) course: Decimal,
    /// How much less the discount made it, in coins; negative for a surcharge.
    #[serde(with = "forms::text")]
    pub(crate) discount: Decimal,
    pub(crate) address: String,
    /// The address as a picture: a `data:` address of a PNG.
    pub(crate) qr: String,
}

/// One transaction to the invoice's address.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Payment {
    #[serde(with = "forms::text")]
    pub(crate) amount: Decimal,
    /// What it was worth when it was seen.
    #[serde(with = "forms::text")]
    pub(crate) usd: Decimal,
    pub(crate) from: String,
    pub(crate) txid: String,
    pub(crate) confirmed: bool,
}

/// A payment sent back.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Refund {
    pub(crate) address: String,
    #[serde(with = "forms::text")]
    pub(crate) amount: Decimal,
    /// The network's fee is taken from the merchant's balance, not from the sum.
    pub(crate) is_subtract: bool,
    pub(crate) asked_at: Moment,
    /// How it will end, or ended.
    pub(crate) succeeds: bool,
    pub(crate) ended: bool,
}

/// What the gateway says about an invoice, from one moment on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Facts {
    pub(crate) status: Status,
    #[serde(with = "forms::text")]
    pub(crate) paid: Decimal,
    #[serde(with = "forms::text")]
    pub(crate) paid_usd: Decimal,
    pub(crate) from: Option<String>,
    pub(crate) txid: Option<String>,
    pub(crate) since: Moment,
}

/// From when the gateway tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum View {
    /// What is.
    Now,
    /// What was before the last change.
    Before,
    /// What was at this moment.
    At(Moment),
    /// The status of now with the sums of before.
    Mixed,
}

/// What keeps the payments from saying what the status is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
enum Hold {
    Nothing,
    Locked,
    Refund(Status),
    /// Set by a driver, until the next event.
    Set(Status),
}

/// An invoice.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Invoice {
    pub(crate) uuid: String,
    pub(crate) order: Order,
    pub(crate) terms: Option<Terms>,
    pub(crate) created_at: Moment,
    pub(crate) expires_at: Moment,
    pub(crate) payments: Vec<Payment>,
    pub(crate) refunds: Vec<Refund>,
    pub(crate) resends: u32,
    /// Every state there was; the last is now. Never empty.
    history: Vec<Facts>,
    first: Facts,
    hold: Hold,
}

impl Invoice {
    /// A new one that waits to be paid.
    pub(crate) fn new(uuid: String, order: Order, terms: Option<Terms>, now: Moment) -> Self {
        let first = Facts {
            status: Status::Check,
            paid: Decimal::ZERO,
            paid_usd: Decimal::ZERO,
            from: None,
            txid: None,
            since: now,
        };
        Self {
            uuid,
            expires_at: now + order.lifetime,
            order,
            terms,
            created_at: now,
            payments: Vec::new(),
            refunds: Vec::new(),
            resends: 0,
            history: Vec::new(),
            first,
            hold: Hold::Nothing,
        }
    }

    /// What the gateway says now.
    pub(crate) fn facts(&self) -> &Facts {
        self.history.last().unwrap_or(&self.first)
    }

    /// The status now.
    pub(crate) fn status(&self) -> &Status {
        &self.facts().status
    }

    /// What number the facts of now have; later ones have greater numbers.
    pub(crate) fn facts_number(&self) -> usize {
        self.history.len()
    }

    /// The facts of this number.
    pub(crate) fn facts_of(&self, number: usize) -> &Facts {
        number
            .checked_sub(1)
            .and_then(|place| self.history.get(place))
            .unwrap_or(&self.first)
    }

    /// What somebody is told who looks from `view`, where the newest he may see is `number`.
    pub(crate) fn seen(&self, view: View, number: usize) -> Facts {
        let now = self.facts_of(number);
        let before = self.facts_of(number.saturating_sub(1));
        match view {
            View::Now => now.clone(),
            View::Before => before.clone(),
            View::At(moment) => (0..=number)
                .rev()
                .map(|number| self.facts_of(number))
                .find(|facts| facts.since <= moment)
                .unwrap_or(&self.first)
                .clone(),
            View::Mixed => Facts {
                status: now.status.clone(),
                since: now.since,
                ..before.clone()
            },
        }
    }

    /// What has arrived, confirmed or not.
    pub(crate) fn received(&self) -> Decimal {
        self.payments.iter().map(|payment| payment.amount).sum()
    }

    /// What is still to be sent, when the coin is settled.
    pub(crate) fn left(&self) -> Option<Decimal> {
        let terms = self.terms.as_ref()?;
        Some((terms.payer_amount - self.received()).max(Decimal::ZERO))
    }
}
