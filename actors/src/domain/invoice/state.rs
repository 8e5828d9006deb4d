//! The parts of a stored invoice.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Payer, RefundRequest};
use crate::domain::Timestamp;
use crate::domain::ids::GatewayUuid;
use crate::domain::ledger::Authority;
use crate::domain::money::{CoinAmount, MicroUsd, MoneyError};

/// Where an invoice stands at the gateway.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// To be created. The call may have been made: repeating it under the same order id returns
    /// the same invoice (Heleket's documentation, creating an invoice).
    Wanted {
        /// Not before.
        not_before: Timestamp,
        /// Calls that certainly failed.
        attempts: u32,
    },
    /// The call was made and its outcome is unknown: look up by order id, never a new id.
    Asked,
    /// It exists.
    Open(Box<Page>),
    /// The gateway will not create it.
    Refused {
        /// What the gateway said, shortened.
        why: String,
    },
    /// What came back was not a new invoice of ours (rule 14). Nothing of it is ever credited.
    NotOurs,
}

/// An invoice that exists: how the customer pays it.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Page {
    /// The gateway's name of the invoice. Every later report must carry it.
    pub uuid: GatewayUuid,
    /// The payment page.
    pub url: Option<String>,
    /// Coin, network, address and amount, as far as they are chosen.
    pub payer: Payer,
    /// The coins that have arrived so far.
    pub payment_amount: Option<CoinAmount>,
    /// The newest transaction that was reported.
    pub txid: Option<String>,
}

/// A coin on a network, in the gateway's words.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct CoinChoice {
    /// Such as `USDT`.
    pub currency: String,
    /// Such as `ton`.
    pub network: String,
}

/// How we closed our side of an invoice.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Closing {
    /// The customer does not want it any more: a payment lands on the balance.
    Cancelled,
    /// Another invoice took its place (another coin). A payment may still buy the order, if it is
    /// the first.
    Replaced,
}

/// What an invoice has moved, in micro-dollars. Every field only grows, but `withheld`, which
/// shrinks when a payment that was dust grows into a real one.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
pub struct Money {
    /// Credited to the customer in all, what paid an old debt included.
    pub credited: MicroUsd,
    /// In suspense: surplus above the cap, dust.
    pub withheld: MicroUsd,
    /// How many credits that were; the next one is this plus one.
    pub credits: u32,
    /// Of `credited`, taken back.
    pub reversed: MicroUsd,
    /// Of `withheld`, taken back.
    pub withheld_reversed: MicroUsd,
    /// How many times something was taken back.
    pub reversals: u32,
}

impl Money {
    /// The value of the payment that is in the books: credited and withheld.
    ///
    /// # Errors
    /// Overflow.
    pub fn recorded(&self) -> Result<MicroUsd, MoneyError> {
        self.credited.checked_add(self.withheld)
    }

    /// What was credited and not taken back.
    #[must_use]
    pub fn left(&self) -> MicroUsd {
        self.credited.minus_down_to_zero(self.reversed)
    }

    /// What is in suspense and was not taken back.
    #[must_use]
    pub fn withheld_left(&self) -> MicroUsd {
        self.withheld.minus_down_to_zero(self.withheld_reversed)
    }
}

/// A lock that is on: the customer is frozen, and what was unspent is set aside.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct LiveLock {
    /// Which lock of the invoice.
    pub n: u32,
    /// Set aside from the customer's balance; may be nothing.
    pub set_aside: MicroUsd,
    /// Why.
    pub why: LockReason,
}

/// Why an invoice is locked.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LockReason {
    /// The gateway's status `locked`: an AML check.
    Aml,
    /// A refund runs that is not ours (freeze, no delivery).
    GatewayRefund,
}

/// Our own refund of an invoice.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refund {
    /// None was ever asked for.
    #[default]
    None,
    /// It runs and the money is held.
    Running(Box<RefundRun>),
    /// It is over. There is no second one.
    Ended(RefundEnd),
}

/// A refund that runs.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct RefundRun {
    /// What the operator asked for.
    pub request: RefundRequest,
    /// Who, and why.
    pub by: Authority,
    /// What is held of the customer's money; may be nothing.
    pub held: MicroUsd,
    /// How far it is.
    pub stage: RefundStage,
    /// Look-ups from this ticket on can know of it.
    pub from_ticket: Ticket,
}

/// How far our own refund is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefundStage {
    /// The call is to be made.
    Wanted {
        /// Not before.
        not_before: Timestamp,
    },
    /// The call may have been made. It is never repeated: only a look-up tells.
    Sent {
        /// Since when.
        since: Timestamp,
    },
    /// The gateway took the order; the status will tell.
    Accepted {
        /// Since when.
        since: Timestamp,
    },
    /// Before our call was made, somebody else's refund began. Ours is never sent; its hold pays
    /// for the other.
    Overtaken,
}

/// How our own refund ended.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefundEnd {
    /// The payment was sent back.
    Paid,
    /// It was not, and the hold was released.
    Released {
        /// Why, in one line.
        why: String,
    },
    /// Somebody else's refund took its place.
    Overtaken,
}

/// The number of a look-up, taken before the call. Of two answers the higher one is newer.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Ticket(u64);

impl Ticket {
    /// The first ticket of an invoice.
    pub const FIRST: Self = Self(1);

    /// The ticket after this one.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }

    /// The number.
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0
    }
}

impl fmt::Display for Ticket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ticket {}", self.0)
    }
}

/// The tickets of an invoice and its next look-up.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct LookUps {
    /// The ticket the next look-up takes.
    pub next_ticket: Ticket,
    /// The newest ticket whose report was applied.
    pub applied: Option<Ticket>,
    /// A look-up with this ticket or a later one is owed to a webhook or a sweep.
    pub claimed: Option<Ticket>,
    /// When the last look-up was started.
    pub started_at: Option<Timestamp>,
    /// When the next look-up is due; none when the invoice needs no watching.
    pub at: Option<Timestamp>,
    /// Until when to look more often, because the customer said that it is sent.
    pub fast_until: Option<Timestamp>,
}
