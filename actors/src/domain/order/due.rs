//! What a stored order asks for, derived from its state alone: the happy path and the recovery
//! path are the same.

use super::event::OrderRules;
use super::{Order, OrderState, Stage};
use crate::domain::Timestamp;
use crate::domain::ids::TransferId;

/// The step that is due.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum OrderEffect {
    /// Time has passed a mark: decide [`super::OrderEvent::Tick`].
    Tick,
    /// Lend the till's slot and get a link from Fragment.
    ObtainLink,
    /// Read the account's state, sign with the books' seqno, commit.
    Sign,
    /// Give the money back if that is safe; otherwise sign a burn of the open seqno.
    ReturnMoney,
    /// Send the stored bytes, call confirm unless it was accepted, look for the transaction.
    Pursue {
        /// The live transfer.
        transfer: TransferId,
        /// Whether the confirm call is still due.
        confirm: bool,
    },
    /// Call confirm unless it was accepted, and look for the delivery.
    FollowUp {
        /// The transfer that paid.
        transfer: TransferId,
        /// Whether the confirm call is still due.
        confirm: bool,
    },
    /// Bring the till's page back to `new` behind a parked payment.
    ResetTill {
        /// The transfer that paid.
        transfer: TransferId,
    },
}

impl Order {
    /// The step that is due now, if any.
    #[must_use]
    pub fn due(&self, now: Timestamp, rules: &OrderRules) -> Option<OrderEffect> {
        if self.is_slow_untold(now, rules) {
            return Some(OrderEffect::Tick);
        }
        match &self.state {
            OrderState::AwaitingPayment { until } => (*until <= now).then_some(OrderEffect::Tick),
            OrderState::Held {
                refund: Some(_),
                retry,
                ..
            } => retry.is_due(now).then_some(OrderEffect::ReturnMoney),
            OrderState::Held {
                purchase,
                retry,
                told,
                refund: None,
            } => {
                if mark_passed(purchase.held_at, *told, now, rules) {
                    Some(OrderEffect::Tick)
                } else {
                    retry.is_due(now).then_some(OrderEffect::ObtainLink)
                }
            }
            OrderState::Linked { purchase, told, .. } => {
                if mark_passed(purchase.held_at, *told, now, rules) {
                    Some(OrderEffect::Tick)
                } else {
                    Some(OrderEffect::Sign)
                }
            }
            OrderState::Paying {
                transfer,
                confirmed,
                refund,
                ..
            } => Some(OrderEffect::Pursue {
                transfer: *transfer,
                // A burn has nothing to confirm.
                confirm: !confirmed && refund.is_none(),
            }),
            OrderState::Paid {
                transfer,
                confirmed,
                retry,
                ..
            } => {
                let effect = OrderEffect::FollowUp {
                    transfer: *transfer,
                    confirm: !confirmed,
                };
                retry.is_due(now).then_some(effect)
            }
            OrderState::Parked { stage, .. } => match stage {
                Stage::Paid {
                    transfer,
                    till_reset: false,
                    ..
                } => Some(OrderEffect::ResetTill {
                    transfer: *transfer,
                }),
                Stage::Paid { .. }
                | Stage::Unsigned
                | Stage::Signed { .. }
                | Stage::PaidOutside { .. } => None,
            },
            OrderState::Delivered { .. }
            | OrderState::Refunded { .. }
            | OrderState::Cancelled { .. } => None,
        }
    }

    /// The earliest instant at which something may be due: what the books index. None for an
    /// order that waits for a person or is finished.
    #[must_use]
    pub fn next_due(&self, now: Timestamp, rules: &OrderRules) -> Option<Timestamp> {
        if self.due(now, rules).is_some() {
            return Some(now);
        }
        match &self.state {
            OrderState::AwaitingPayment { until } => Some(*until),
            OrderState::Held {
                retry,
                purchase,
                told,
                refund,
            } => {
                let mark = if *told {
                    rules.max_held
                } else {
                    rules.slow_after
                };
                let mark = refund.is_none().then(|| purchase.held_at + mark);
                [retry.not_before, mark].into_iter().flatten().min()
            }
            OrderState::Paid {
                purchase, retry, ..
            } => {
                let mark = purchase.held_at + rules.slow_after;
                let mark = (!purchase.told_sent).then_some(mark);
                [retry.not_before, mark].into_iter().flatten().min()
            }
            OrderState::Linked { .. }
            | OrderState::Paying { .. }
            | OrderState::Delivered { .. }
            | OrderState::Refunded { .. }
            | OrderState::Cancelled { .. }
            | OrderState::Parked { .. } => None,
        }
    }
}

impl Order {
    /// Whether it takes long behind a signature, and the customer does not know yet.
    pub(super) fn is_slow_untold(&self, now: Timestamp, rules: &OrderRules) -> bool {
        let (OrderState::Paying {
            purchase,
            refund: None,
            ..
        }
        | OrderState::Paid { purchase, .. }) = &self.state
        else {
            return false;
        };
        !purchase.told_sent && purchase.held_at + rules.slow_after <= now
    }
}

fn mark_passed(held_at: Timestamp, told: bool, now: Timestamp, rules: &OrderRules) -> bool {
    let slow = !told && held_at + rules.slow_after <= now;
    slow || held_at + rules.max_held <= now
}
