//! Fragment's history as a witness (rule 9). A row names goods, recipient, price and time, and no
//! order: rows of equal orders look alike. So a row proves a delivery only where it cannot be
//! another order's.

use super::operator::HistoryRow;
use super::{Order, OrderState, Stage};
use crate::domain::link::Link;
use crate::domain::transfer::Transfer;
use crate::domain::{Span, Timestamp};

/// Rows older than the signing by more than this cannot be its: Fragment's page rounds to minutes,
/// and clocks differ.
const SLACK: Span = Span::seconds(120);

impl Order {
    /// Whether a row that fits `other` could be this order's: the same goods for the same person
    /// from the same wallet, behind a signature, with the delivery not settled.
    #[must_use]
    pub fn may_own_a_row_of(&self, other: &Self) -> bool {
        let (Some(mine), Some(theirs)) = (self.purchase(), other.purchase()) else {
            return false;
        };
        let alike = self.quote.product == other.quote.product
            && self.quote.recipient.username == other.quote.recipient.username;
        let behind = match &self.state {
            OrderState::Paying { .. } | OrderState::Paid { .. } => true,
            OrderState::Parked { stage, .. } => match stage {
                Stage::Signed { .. } | Stage::Paid { .. } | Stage::PaidOutside { .. } => true,
                Stage::Unsigned => mine.was_signed(),
            },
            OrderState::Held { .. } | OrderState::Linked { .. } => mine.was_signed(),
            OrderState::AwaitingPayment { .. }
            | OrderState::Delivered { .. }
            | OrderState::Refunded { .. }
            | OrderState::Cancelled { .. } => false,
        };
        self.id != other.id && mine.wallet == theirs.wallet && alike && behind
    }
}

impl HistoryRow {
    /// Whether it can be the row of an order that this transfer pays: account, recipient, goods,
    /// price, time.
    #[must_use]
    pub fn fits(&self, order: &Order, transfer: &Transfer, link: &Link) -> bool {
        self.login == link.login
            && self.recipient == order.quote.recipient.username
            && self.goods == order.quote.product
            && self.price == transfer.amount
            && self.at >= Self::earliest(transfer)
    }

    /// No row of a transfer is older than this.
    #[must_use]
    pub fn earliest(transfer: &Transfer) -> Timestamp {
        transfer.signed_at - SLACK
    }

    /// The row that proves a delivery, if one does. `fitting` are the rows that fit the order and
    /// that no order has claimed; `rivals` is how many other orders could own one of them. Only
    /// when rows outnumber rivals is one certainly the order's own; which of them it claims does
    /// not matter. A delivery seen on the page claims its row too, or the next equal order would
    /// find it free.
    #[must_use]
    pub fn witness(fitting: &[Self], rivals: usize) -> Option<&Self> {
        if fitting.len() > rivals {
            fitting.first()
        } else {
            None
        }
    }
}
