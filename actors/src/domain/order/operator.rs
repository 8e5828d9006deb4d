//! What a person may do by hand in each state, and what never (rule 20).

use serde::{Deserialize, Serialize};

use super::decide::Desk;
use super::event::Proof;
use super::refund::Spent;
use super::{Order, OrderRefused, OrderState, Purchase, Retry, Stage, WhyParked};
use crate::domain::Timestamp;
use crate::domain::catalog::{Product, Username};
use crate::domain::decision::Decision;
use crate::domain::ids::{AdminId, LoginId};
use crate::domain::money::NanoTon;
use crate::domain::notice::RefundReason;

/// A row of Fragment's order history. One order at most claims it; the books see to that.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct HistoryRow {
    /// The account in whose history it stands.
    pub login: LoginId,
    /// Who got the goods.
    pub recipient: Username,
    /// What.
    pub goods: Product,
    /// What it cost.
    pub price: NanoTon,
    /// When, by the page.
    pub at: Timestamp,
}

/// What an operator may want. The commit carries the version the person was shown and a nonce.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum OperatorAct {
    /// Go on from where the order stopped. Behind a payment that means looking only.
    Resume,
    /// Give the money back.
    Refund {
        /// A second person, needed behind a payment.
        second: Option<AdminId>,
        /// How long Fragment's history has been read without finding the goods; needed behind a
        /// payment that did not bounce.
        silent_since: Option<Timestamp>,
    },
    /// The goods are there, as a row of the history shows.
    MarkDelivered {
        /// Which; claimed by this commit.
        row: HistoryRow,
    },
}

impl OperatorAct {
    /// The action's name, for refusals and the audit log.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Resume => "resume",
            Self::Refund { .. } => "refund",
            Self::MarkDelivered { .. } => "mark delivered",
        }
    }
}

/// What an action lacks.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Needed {
    /// Behind a payment nobody decides alone (rule 20).
    #[error("a second person")]
    SecondPerson,
    /// Behind a payment that did not bounce (rule 20).
    #[error("24 hours of Fragment's history without the goods")]
    SilentHistory,
    /// What was signed may still execute (rule 3).
    #[error("the seqno of its signed message to be used up, or two providers' word")]
    Death,
}

type Decided = Result<Decision<Order>, OrderRefused>;

impl Order {
    /// The names of the actions that are possible in this state: an operator's way out.
    #[must_use]
    pub const fn operator_may(&self) -> &'static [&'static str] {
        match &self.state {
            OrderState::Held { refund: None, .. } | OrderState::Linked { .. } => &["refund"],
            OrderState::Parked { stage, .. } => match stage {
                Stage::Unsigned => &["resume", "refund"],
                Stage::Signed { .. } => &["resume", "refund"],
                Stage::Paid { bounced: false, .. } => &["resume", "refund", "mark delivered"],
                // Looking again would forget the bounce, and with it the short way to a refund.
                Stage::Paid { bounced: true, .. } => &["refund", "mark delivered"],
                Stage::PaidOutside { .. } => &["mark delivered", "refund"],
            },
            // Once signed, nobody's wish counts until the chain has spoken.
            OrderState::Paying { .. }
            | OrderState::Paid { .. }
            | OrderState::Held { .. }
            | OrderState::AwaitingPayment { .. }
            | OrderState::Delivered { .. }
            | OrderState::Refunded { .. }
            | OrderState::Cancelled { .. } => &[],
        }
    }

    /// Why it is parked, if it is: the line, and what it says, unless an older version wrote it.
    #[must_use]
    pub fn why_parked(&self) -> Option<(&str, Option<&WhyParked>)> {
        match &self.state {
            OrderState::Parked { why, reason, .. } => Some((why, reason.as_ref())),
            OrderState::AwaitingPayment { .. }
            | OrderState::Held { .. }
            | OrderState::Linked { .. }
            | OrderState::Paying { .. }
            | OrderState::Paid { .. }
            | OrderState::Delivered { .. }
            | OrderState::Refunded { .. }
            | OrderState::Cancelled { .. } => None,
        }
    }

    pub(super) fn operate(&self, act: OperatorAct, desk: Desk<'_>) -> Decided {
        let name = act.name();
        if !self.operator_may().contains(&name) {
            return Err(self.refused(name));
        }
        match act {
            OperatorAct::Resume => self.resume(desk),
            OperatorAct::Refund {
                second,
                silent_since,
            } => self.operator_refund(second, silent_since, desk),
            OperatorAct::MarkDelivered { row } => self.mark_delivered(row, desk),
        }
    }

    fn resume(&self, desk: Desk<'_>) -> Decided {
        let OrderState::Parked {
            purchase, stage, ..
        } = &self.state
        else {
            return Err(self.refused("resume"));
        };
        // Behind the last transfer only the way back is left.
        let tired = purchase.signed.len() >= desk.rules.max_transfers;
        let refund = tired.then_some(RefundReason::ShopFailed);
        let next = match stage {
            Stage::Unsigned => self.held(purchase.clone(), true, refund),
            // The same message, not a new one: the chain is asked again.
            Stage::Signed { transfer } => {
                if purchase.is_safe_to_release(self.explained_wallet(purchase, desk)?) {
                    self.held(purchase.clone(), true, refund)
                } else {
                    self.in_state(OrderState::Paying {
                        purchase: purchase.clone(),
                        transfer: *transfer,
                        // Parking forgets whether Fragment took it; asking again is harmless.
                        confirmed: false,
                        refund: None,
                    })
                }
            }
            Stage::Paid {
                transfer,
                paid_at: _,
                confirmed,
                bounced: false,
                ..
            } => self.in_state(OrderState::Paid {
                purchase: purchase.clone(),
                transfer: *transfer,
                confirmed: *confirmed,
                paid_at: desk.now,
                retry: Retry::default(),
            }),
            Stage::Paid { bounced: true, .. } | Stage::PaidOutside { .. } => {
                return Err(self.refused("resume"));
            }
        };
        Ok(Decision::quiet(next).redraw(self.id))
    }

    fn operator_refund(
        &self,
        second: Option<AdminId>,
        silent_since: Option<Timestamp>,
        desk: Desk<'_>,
    ) -> Decided {
        let why = RefundReason::Operator;
        match &self.state {
            OrderState::Held { purchase, .. }
            | OrderState::Linked { purchase, .. }
            | OrderState::Parked {
                purchase,
                stage: Stage::Unsigned | Stage::Signed { .. },
                ..
            } => self.refund_or_wait(purchase, why, desk),
            OrderState::Parked {
                purchase,
                stage: Stage::Paid { bounced: true, .. },
                ..
            } => {
                self.explained_wallet(purchase, desk)?;
                Ok(self.release(purchase, why, Spent::CameBack, desk.now)?)
            }
            OrderState::Parked {
                purchase,
                stage: Stage::Paid { bounced: false, .. },
                ..
            } => self.give_up(purchase, NanoTon::ZERO, (second, silent_since), desk),
            OrderState::Parked {
                purchase,
                stage: Stage::PaidOutside { .. },
                ..
            } => self.give_up(purchase, purchase.reserved, (second, silent_since), desk),
            OrderState::AwaitingPayment { .. }
            | OrderState::Paying { .. }
            | OrderState::Paid { .. }
            | OrderState::Delivered { .. }
            | OrderState::Refunded { .. }
            | OrderState::Cancelled { .. } => Err(self.refused("refund")),
        }
    }

    /// A refund behind a payment that did not bounce: a day of silent history and two people.
    fn give_up(
        &self,
        purchase: &Purchase,
        unspent: NanoTon,
        (second, silent_since): (Option<AdminId>, Option<Timestamp>),
        desk: Desk<'_>,
    ) -> Decided {
        let needs = |needs| OrderRefused::NeedsMore {
            order: self.id,
            act: "refund",
            needs,
        };
        if second.is_none() {
            return Err(needs(Needed::SecondPerson));
        }
        let silent = silent_since.is_some_and(|at| desk.now - at >= desk.rules.silent_history);
        if !silent {
            return Err(needs(Needed::SilentHistory));
        }
        self.explained_wallet(purchase, desk)?;
        let watch_until = desk.now + desk.rules.watch;
        let spent = Spent::GivenUp {
            watch_until,
            unspent,
        };
        Ok(self.release(purchase, RefundReason::Operator, spent, desk.now)?)
    }

    fn mark_delivered(&self, row: HistoryRow, desk: Desk<'_>) -> Decided {
        let OrderState::Parked {
            purchase, stage, ..
        } = &self.state
        else {
            return Err(self.refused("mark delivered"));
        };
        let unspent = match stage {
            Stage::Paid { .. } => NanoTon::ZERO,
            Stage::PaidOutside { .. } => purchase.reserved,
            Stage::Unsigned | Stage::Signed { .. } => return Err(self.refused("mark delivered")),
        };
        self.settle(purchase, Proof::History { row }, unspent, desk)
    }
}
