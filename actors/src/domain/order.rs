//! One purchase, from the confirmed card to the goods or the money back.
//!
//! The order machine and the transfer machine are kept apart: an order says what is owed to the
//! customer, a transfer what may happen on the chain. They meet in two places only: signing
//! ([`Order::decide`] with [`OrderEvent::Signed`]) and [`conclude()`], which turns a verdict about
//! a transfer into the next states of order, transfer and wallet in one decision.
//!
//! Money is released only when no message ever signed for the order can still execute.

use serde::{Deserialize, Serialize};

use super::Timestamp;
use super::catalog::Product;
use super::ids::{CustomerId, OrderId, OrderNumber, TransferId, WalletAddress};
use super::ledger::LedgerError;
use super::link::Link;
use super::money::{MicroUsd, MoneyError, NanoTon};
use super::notice::RefundReason;
use super::pricing::Quote;
use super::wallet::Wallet;

mod behind;
mod conclude;
mod decide;
mod due;
mod event;
mod funding;
mod operator;
mod refund;
mod stage;
mod why;
mod witness;

pub use conclude::{Concluded, conclude};
pub use decide::Desk;
pub use due::OrderEffect;
pub use event::{Funding, OrderEvent, OrderRules, Proof};
pub use funding::{choose_wallet, float_needed};
pub use operator::{HistoryRow, Needed, OperatorAct};
pub use stage::Stage;
pub use why::WhyParked;

#[cfg(test)]
mod tests;

/// An order's row.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Order {
    /// Our id.
    pub id: OrderId,
    /// The number people say.
    pub number: OrderNumber,
    /// Whose.
    pub customer: CustomerId,
    /// What, for whom, and at which price: as the customer confirmed it.
    pub quote: Quote,
    /// The version of the terms the customer accepted by paying.
    pub terms: u32,
    /// When it was made.
    pub since: Timestamp,
    /// When the price was held. Kept when nothing is tied up any more, to be shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held_at: Option<Timestamp>,
    /// How often it was parked; numbers the operators' notices.
    pub parked: u32,
    /// Where it stands.
    pub state: OrderState,
}

/// What an order has tied up, from `Held` on.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Purchase {
    /// The one wallet that may ever sign for it (rule 3).
    pub wallet: WalletAddress,
    /// TON of that wallet reserved in the ledger.
    pub reserved: NanoTon,
    /// When the price was held; the patience of rule 21 counts from here.
    pub held_at: Timestamp,
    /// Every message ever signed for it, oldest first.
    pub signed: Vec<Candidate>,
    /// The customer was told that the payment is on its way, and that nobody can stop it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub told_sent: bool,
}

/// A message that was signed for an order and may have left.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Candidate {
    /// Which.
    pub transfer: TransferId,
    /// The seqno it would consume.
    pub seqno: u32,
    /// So many independent providers proved that it can never execute.
    pub dead_by: u8,
}

/// Attempts at a step that has not worked yet.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
pub struct Retry {
    /// Failed attempts so far.
    pub attempts: u32,
    /// When to try again; none means now.
    pub not_before: Option<Timestamp>,
}

/// Where an order stands.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrderState {
    /// Confirmed, not paid for.
    AwaitingPayment {
        /// When the offer lapses.
        until: Timestamp,
    },
    /// Price held, float reserved, wallet bound. The next step is a link from Fragment, or the
    /// way back if a refund is pending.
    Held {
        /// What is tied up.
        purchase: Purchase,
        /// Attempts to get a link.
        retry: Retry,
        /// The customer was told that it takes longer.
        told: bool,
        /// The money goes back as soon as no signed message can execute any more.
        refund: Option<RefundReason>,
    },
    /// A purchase at Fragment waits for its payment. Nothing is signed for it.
    Linked {
        /// What is tied up.
        purchase: Purchase,
        /// What is to be paid.
        link: Link,
        /// The customer was told that it takes longer.
        told: bool,
    },
    /// A signed message may have left.
    Paying {
        /// What is tied up.
        purchase: Purchase,
        /// The live transfer.
        transfer: TransferId,
        /// Fragment accepted the confirm call.
        confirmed: bool,
        /// The transfer burns the seqno, and then the money goes back for this reason.
        refund: Option<RefundReason>,
    },
    /// The chain shows the payment. What is missing is the delivery.
    Paid {
        /// What was tied up.
        purchase: Purchase,
        /// The transfer that paid.
        transfer: TransferId,
        /// Fragment accepted the confirm call.
        confirmed: bool,
        /// When the payment was seen.
        paid_at: Timestamp,
        /// Looks for the delivery.
        retry: Retry,
    },
    /// The goods are there; the price is earned.
    Delivered {
        /// When it was seen.
        at: Timestamp,
        /// What shows it.
        proof: Proof,
    },
    /// The price is back on the balance.
    Refunded {
        /// When.
        at: Timestamp,
        /// Why.
        why: RefundReason,
        /// A late delivery would still be noticed until then: set when money came back behind a
        /// payment.
        watch_until: Option<Timestamp>,
    },
    /// Never paid for.
    Cancelled {
        /// When.
        at: Timestamp,
        /// By the customer, or because the offer lapsed.
        by_customer: bool,
    },
    /// Waits for a person.
    Parked {
        /// What is tied up.
        purchase: Purchase,
        /// When.
        at: Timestamp,
        /// What happened, in one line.
        why: String,
        /// The same, for whoever says it in another language; none in a row of an older version.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<WhyParked>,
        /// How far it had come: decides what may be done by hand.
        stage: Stage,
    },
}

/// Why an event cannot be applied to an order. Nothing changed.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum OrderRefused {
    /// The order is in a state where this cannot happen.
    #[error("{order} is {state}: {event} is not possible")]
    NotInState {
        /// Which.
        order: OrderId,
        /// Its state.
        state: &'static str,
        /// What was tried.
        event: &'static str,
    },
    /// The customer must wait a little before taking the money back (rule 21).
    #[error("{order} may be taken back from {from} on")]
    TooEarly {
        /// Which.
        order: OrderId,
        /// When it may.
        from: Timestamp,
    },
    /// A message was signed: neither waiting nor taking back is the customer's to choose.
    #[error("{order} has a signed message: it can no longer be taken back")]
    AlreadySigned {
        /// Which.
        order: OrderId,
    },
    /// The wallet's history is not explained under this lease (rule 2).
    #[error("{order}: the history of its wallet is not explained yet")]
    NotExplained {
        /// Which.
        order: OrderId,
    },
    /// The event names another wallet than the order is bound to, or none.
    #[error("{order} is bound to wallet {bound}")]
    WrongWallet {
        /// Which.
        order: OrderId,
        /// The wallet it is bound to.
        bound: WalletAddress,
    },
    /// The event is about a transfer that is not the order's.
    #[error("{transfer} does not belong to {order}")]
    WrongTransfer {
        /// Which order.
        order: OrderId,
        /// Which transfer.
        transfer: TransferId,
    },
    /// An operator's action lacks what it needs.
    #[error("{order}: {act} needs {needs}")]
    NeedsMore {
        /// Which.
        order: OrderId,
        /// What was tried.
        act: &'static str,
        /// What is missing.
        needs: Needed,
    },
    /// A sum does not fit.
    #[error(transparent)]
    Money(#[from] MoneyError),
    /// A posting cannot exist.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

impl Order {
    /// An order that waits for its payment until its quote lapses.
    #[must_use]
    pub const fn confirmed(
        id: OrderId,
        number: OrderNumber,
        quote: Quote,
        terms: u32,
        now: Timestamp,
    ) -> Self {
        let customer = quote.customer;
        let until = quote.expires_at;
        let state = OrderState::AwaitingPayment { until };
        Self {
            id,
            number,
            customer,
            quote,
            terms,
            since: now,
            held_at: None,
            parked: 0,
            state,
        }
    }

    /// What the customer pays.
    #[must_use]
    pub const fn price(&self) -> MicroUsd {
        self.quote.price
    }

    /// What is tied up, from `Held` until it is settled or given back.
    #[must_use]
    pub const fn purchase(&self) -> Option<&Purchase> {
        match &self.state {
            OrderState::Held { purchase, .. }
            | OrderState::Linked { purchase, .. }
            | OrderState::Paying { purchase, .. }
            | OrderState::Paid { purchase, .. }
            | OrderState::Parked { purchase, .. } => Some(purchase),
            OrderState::AwaitingPayment { .. }
            | OrderState::Delivered { .. }
            | OrderState::Refunded { .. }
            | OrderState::Cancelled { .. } => None,
        }
    }

    /// The transfer that is live or has paid.
    #[must_use]
    pub const fn transfer(&self) -> Option<TransferId> {
        match &self.state {
            OrderState::Paying { transfer, .. } | OrderState::Paid { transfer, .. } => {
                Some(*transfer)
            }
            OrderState::Parked { stage, .. } => match stage {
                Stage::Signed { transfer } | Stage::Paid { transfer, .. } => Some(*transfer),
                Stage::Unsigned | Stage::PaidOutside { .. } => None,
            },
            OrderState::AwaitingPayment { .. }
            | OrderState::Held { .. }
            | OrderState::Linked { .. }
            | OrderState::Delivered { .. }
            | OrderState::Refunded { .. }
            | OrderState::Cancelled { .. } => None,
        }
    }

    /// Whether it waits for its money.
    #[must_use]
    pub const fn awaits_payment(&self) -> bool {
        match &self.state {
            OrderState::AwaitingPayment { .. } => true,
            OrderState::Held { .. }
            | OrderState::Linked { .. }
            | OrderState::Paying { .. }
            | OrderState::Paid { .. }
            | OrderState::Delivered { .. }
            | OrderState::Refunded { .. }
            | OrderState::Cancelled { .. }
            | OrderState::Parked { .. } => false,
        }
    }

    /// Whether nothing can happen to it any more.
    #[must_use]
    pub const fn is_finished(&self) -> bool {
        match &self.state {
            OrderState::Delivered { .. }
            | OrderState::Refunded { .. }
            | OrderState::Cancelled { .. } => true,
            OrderState::AwaitingPayment { .. }
            | OrderState::Held { .. }
            | OrderState::Linked { .. }
            | OrderState::Paying { .. }
            | OrderState::Paid { .. }
            | OrderState::Parked { .. } => false,
        }
    }

    /// The recipient of a Premium order from `Held` until it ends: at most one live order each
    /// (rule 9).
    #[must_use]
    pub fn premium_key(&self) -> Option<String> {
        match self.quote.product {
            Product::Stars(_) => None,
            Product::Premium(_) => self
                .purchase()
                .map(|_| self.quote.recipient.username.to_key()),
        }
    }

    /// The name of the state in which an order may only wait until a till is free.
    pub const WAITS_FOR_A_TILL: &str = "held";

    /// The state's name, as logs, metrics and the books' index know it.
    #[must_use]
    pub const fn state_name(&self) -> &'static str {
        match &self.state {
            OrderState::AwaitingPayment { .. } => "awaiting_payment",
            OrderState::Held { .. } => Self::WAITS_FOR_A_TILL,
            OrderState::Linked { .. } => "linked",
            OrderState::Paying { .. } => "paying",
            OrderState::Paid { .. } => "paid",
            OrderState::Delivered { .. } => "delivered",
            OrderState::Refunded { .. } => "refunded",
            OrderState::Cancelled { .. } => "cancelled",
            OrderState::Parked { .. } => "parked",
        }
    }

    fn in_state(&self, state: OrderState) -> Self {
        Self {
            state,
            ..self.clone()
        }
    }

    /// The same state with another purchase in it, where it has one.
    fn with_purchase(&self, new: Purchase) -> Self {
        let mut next = self.clone();
        match &mut next.state {
            OrderState::Held { purchase, .. }
            | OrderState::Linked { purchase, .. }
            | OrderState::Paying { purchase, .. }
            | OrderState::Paid { purchase, .. }
            | OrderState::Parked { purchase, .. } => *purchase = new,
            OrderState::AwaitingPayment { .. }
            | OrderState::Delivered { .. }
            | OrderState::Refunded { .. }
            | OrderState::Cancelled { .. } => {}
        }
        next
    }

    const fn refused(&self, event: &'static str) -> OrderRefused {
        OrderRefused::NotInState {
            order: self.id,
            state: self.state_name(),
            event,
        }
    }
}

impl Purchase {
    /// The messages that may still execute, as far as the wallet's row proves the contrary: a
    /// seqno that was consumed excludes them, and so do two independent providers.
    pub fn open_candidates<'a>(
        &'a self,
        wallet: &'a Wallet,
    ) -> impl Iterator<Item = &'a Candidate> + 'a {
        let consumed = wallet.next_seqno;
        self.signed
            .iter()
            .filter(move |one| one.seqno >= consumed && one.dead_by < 2)
    }

    /// Whether money may be released (rule 3): nothing signed can execute any more.
    #[must_use]
    pub fn is_safe_to_release(&self, wallet: &Wallet) -> bool {
        self.wallet == wallet.address && self.open_candidates(wallet).next().is_none()
    }

    /// Whether a message for it was ever signed.
    #[must_use]
    pub const fn was_signed(&self) -> bool {
        !self.signed.is_empty()
    }
}

impl Retry {
    /// The next attempt after one more failure, with a pause that doubles from `first` up to
    /// `longest`.
    #[must_use]
    pub fn later(self, first: super::Span, longest: super::Span, now: Timestamp) -> Self {
        let doubled = first.checked_mul(1_i32.checked_shl(self.attempts.min(20)).unwrap_or(1));
        let pause = doubled.unwrap_or(longest).min(longest);
        Self {
            attempts: self.attempts.saturating_add(1),
            not_before: Some(now + pause),
        }
    }

    /// Whether the pause is over.
    #[must_use]
    pub fn is_due(self, now: Timestamp) -> bool {
        self.not_before.is_none_or(|at| at <= now)
    }
}
