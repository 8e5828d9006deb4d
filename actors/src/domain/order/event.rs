//! What can happen to an order, and the settings its rules depend on.

use serde::{Deserialize, Serialize};

use super::operator::{HistoryRow, OperatorAct};
use super::why::WhyParked;
use crate::domain::ids::{RequestId, WalletAddress};
use crate::domain::link::Link;
use crate::domain::money::NanoTon;
use crate::domain::notice::RefundReason;
use crate::domain::transfer::{Transfer, TxPos};
use crate::domain::{Span, Timestamp};

/// The wallet that will pay for an order, and how much of it is reserved.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Funding {
    /// Which wallet; bound for good.
    pub wallet: WalletAddress,
    /// The highest cost the quote allows, and the chain's fee.
    pub reserve: NanoTon,
}

/// What shows that the goods were delivered.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Proof {
    /// Fragment's page says `done` for our own request id (rule 9).
    Page {
        /// Ours.
        request: RequestId,
    },
    /// A row of Fragment's history that no other order claims.
    History {
        /// Claimed by this order, unique in the books.
        row: HistoryRow,
    },
}

/// One thing that happened, or that somebody wants.
#[expect(
    clippy::large_enum_variant,
    reason = "lives for one decision and is never stored"
)]
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum OrderEvent {
    /// The price is on the balance: hold it and reserve the float.
    Fund(Funding),
    /// A payment for it is on its way, or is not any more: the offer lapses then and not before
    /// (rule 18: a payment that was seen in time keeps its quote however late it confirms).
    WaitUntil(Timestamp),
    /// The customer does not want it any more, before paying.
    Cancel,
    /// The customer takes the money back while nothing is signed (rule 21).
    TakeBack,
    /// Time passes: lapsing, telling that it takes longer, giving back after the longest wait.
    Tick,
    /// Fragment gave a link and it passed every check.
    Linked(Link),
    /// Fragment, or a check, says no for good: give the money back.
    LinkRefused(RefundReason),
    /// No link this time; nothing happened. Try again later.
    LinkNotDone,
    /// Only a person can help.
    NeedsOperator(WhyParked),
    /// The link expires too soon to be paid: get another.
    LinkExpired,
    /// A message was signed for it. Committed before anything leaves.
    Signed(Transfer),
    /// Fragment accepted the confirm call.
    Confirmed,
    /// A refund is pending: give the money back if nothing signed can execute any more.
    ReturnMoney,
    /// The goods are there.
    DeliverySeen(Proof),
    /// The goods are not visible yet.
    DeliveryNotSeen,
    /// The TON came back from Fragment after the payment was seen.
    Bounced(TxPos),
    /// The till's page was reset behind a parked payment.
    TillReset,
    /// The chain shows something that the books cannot explain: stop here until a person looks.
    Break,
    /// A person assigned an unexplained payment to this order.
    PaidOutside(TxPos),
    /// A person acts.
    Operator(OperatorAct),
}

impl OrderEvent {
    /// The event's name, for refusals and logs.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Fund(_) => "fund",
            Self::WaitUntil(_) => "wait until",
            Self::Cancel => "cancel",
            Self::TakeBack => "take back",
            Self::Tick => "tick",
            Self::Linked(_) => "linked",
            Self::LinkRefused(_) => "link refused",
            Self::LinkNotDone => "link not done",
            Self::NeedsOperator(_) => "needs operator",
            Self::LinkExpired => "link expired",
            Self::Signed(_) => "signed",
            Self::Confirmed => "confirmed",
            Self::ReturnMoney => "return money",
            Self::DeliverySeen(_) => "delivery seen",
            Self::DeliveryNotSeen => "delivery not seen",
            Self::Bounced(_) => "bounced",
            Self::TillReset => "till reset",
            Self::Break => "break",
            Self::PaidOutside(_) => "paid outside",
            Self::Operator(_) => "operator action",
        }
    }
}

/// The settings of the order machine.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct OrderRules {
    /// When the customer is told that it takes longer, and may take the money back (3 minutes).
    pub slow_after: Span,
    /// When the money goes back by itself while nothing is signed (`MAX_HELD`, 6 hours; in the
    /// terms).
    pub max_held: Span,
    /// Messages signed for one order at most (3).
    pub max_transfers: usize,
    /// First pause after a failed attempt; doubles. A second: Fragment shows most deliveries then.
    pub first_pause: Span,
    /// Longest pause between attempts.
    pub longest_pause: Span,
    /// How long a delivery may stay invisible behind a payment before a person looks.
    pub delivery_patience: Span,
    /// How long history must stay silent before a refund behind a payment (24 hours).
    pub silent_history: Span,
    /// How long such a refund is watched for a late delivery (7 days).
    pub watch: Span,
}

impl Default for OrderRules {
    fn default() -> Self {
        Self {
            slow_after: Span::minutes(3),
            max_held: Span::hours(6),
            max_transfers: 3,
            first_pause: Span::seconds(1),
            longest_pause: Span::seconds(60),
            delivery_patience: Span::minutes(10),
            silent_history: Span::hours(24),
            watch: Span::days(7),
        }
    }
}
