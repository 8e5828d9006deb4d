//! The shop itself: whether it has opened, when it was last alive, which day was last told.
//!
//! One row of the books, whoever serves it. It decides nothing about money: it says when customers
//! may begin to buy, and what the people who run the shop should know in the morning.

use chrono::{NaiveDate, NaiveDateTime, NaiveTime};
use serde::{Deserialize, Serialize};

use super::catalog::Product;
use super::decision::Decision;
use super::ids::OrderId;
use super::notice::{OperatorNews, Owed, ShopNews};
use super::order::{Order, OrderState};
use super::report::DayReport;
use super::{Span, Timestamp};

/// Missed days that are told one after the other; older ones are not told any more.
const DAYS_BACK: i64 = 7;

/// The shop as the books keep it.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Shop {
    /// Whether customers may buy.
    pub opening: Opening,
    /// When some replica last said that it is alive.
    pub alive_at: Timestamp,
    /// The last day, by the shop's own calendar, that the operators were told of.
    pub told_day: NaiveDate,
}

/// Whether customers may buy.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Opening {
    /// Not yet: the operators alone.
    New {
        /// When everything was last found to be well.
        checked_at: Option<Timestamp>,
        /// Whether the operators were told how it opens.
        #[serde(default, skip_serializing_if = "is_untold")]
        told: bool,
    },
    /// For everybody.
    Open {
        /// Since when.
        at: Timestamp,
        /// The purchase that proved it; none where none was asked for.
        proof: Option<OrderId>,
    },
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands it over so")]
const fn is_untold(told: &bool) -> bool {
    !*told
}

/// What is known of a shop whose row is not there yet.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Founding {
    /// It has sold before there was such a row.
    HasSold,
    /// Nothing real can be bought: where it buys is an emulator.
    Rehearses,
    /// It must prove that it can deliver.
    MustProve,
}

/// Settings about being alive.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct AliveRules {
    /// The row is written at most so often for this.
    pub mark_every: Span,
    /// A longer silence is an absence; above `mark_every`, so that a restart is none.
    pub away_after: Span,
}

/// The shop's own calendar at one moment.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Calendar {
    /// The date and the time that a clock on the wall shows.
    pub local: NaiveDateTime,
    /// When a day is told of.
    pub report_at: NaiveTime,
}

impl Shop {
    /// The shop at its first look at itself.
    pub fn founded(how: Founding, calendar: Calendar, now: Timestamp) -> Decision<Self> {
        let open = Opening::Open {
            at: now,
            proof: None,
        };
        let opening = match how {
            Founding::HasSold | Founding::Rehearses => open,
            Founding::MustProve => Opening::New {
                checked_at: None,
                told: false,
            },
        };
        Decision::quiet(Self {
            opening,
            alive_at: now,
            // What was before is not told.
            told_day: calendar.last_to_tell(),
        })
    }

    /// The shop after the operators were told how it opens, if they were not yet. It is told once it
    /// can be tried out.
    pub fn announced(&self, now: Timestamp) -> Option<Decision<Self>> {
        match &self.opening {
            Opening::New {
                checked_at,
                told: false,
            } => {
                let opening = Opening::New {
                    checked_at: *checked_at,
                    told: true,
                };
                let decision = Decision::quiet(Self {
                    opening,
                    ..self.clone()
                });
                Some(decision.tell(owed(ShopNews::New { at: now })))
            }
            Opening::New { told: true, .. } | Opening::Open { .. } => None,
        }
    }

    /// The shop after a look, if the look changes anything: it is alive, and after an absence the
    /// operators hear from when to when, and how many paid orders go on.
    pub fn lives(
        &self,
        rules: AliveRules,
        going_on: u64,
        now: Timestamp,
    ) -> Option<Decision<Self>> {
        let silence = now - self.alive_at;
        if silence < rules.mark_every {
            return None;
        }
        let decision = Decision::quiet(Self {
            alive_at: now,
            ..self.clone()
        });
        let away = ShopNews::Away {
            from: self.alive_at,
            to: now,
            going_on,
        };
        Some(match silence > rules.away_after {
            true => decision.tell(owed(away)),
            false => decision,
        })
    }

    /// The shop after everything was found to be well, if that is still asked for.
    pub fn checked(&self, now: Timestamp) -> Option<Decision<Self>> {
        match &self.opening {
            Opening::New { told, .. } => {
                let opening = Opening::New {
                    checked_at: Some(now),
                    told: *told,
                };
                Some(Decision::quiet(Self {
                    opening,
                    ..self.clone()
                }))
            }
            Opening::Open { .. } => None,
        }
    }

    /// Whether an order proves that the shop delivers: Stars that came. Of the fewest there are, 50,
    /// the proof is as good as of more; Premium goes another way at Fragment and proves nothing of
    /// Stars.
    #[must_use]
    pub fn is_proof(order: &Order) -> bool {
        let came = match &order.state {
            OrderState::Delivered { .. } => true,
            OrderState::AwaitingPayment { .. }
            | OrderState::Held { .. }
            | OrderState::Linked { .. }
            | OrderState::Paying { .. }
            | OrderState::Paid { .. }
            | OrderState::Refunded { .. }
            | OrderState::Cancelled { .. }
            | OrderState::Parked { .. } => false,
        };
        let stars = match order.quote.product {
            Product::Stars(_) => true,
            Product::Premium(_) => false,
        };
        came && stars
    }

    /// The shop after an operator's own order was delivered, if that opens it.
    pub fn proven(&self, order: OrderId, now: Timestamp) -> Option<Decision<Self>> {
        match &self.opening {
            Opening::New {
                checked_at: Some(_),
                ..
            } => {
                let opening = Opening::Open {
                    at: now,
                    proof: Some(order),
                };
                let decision = Decision::quiet(Self {
                    opening,
                    ..self.clone()
                });
                Some(decision.tell(owed(ShopNews::Opened { order })))
            }
            Opening::New {
                checked_at: None, ..
            }
            | Opening::Open { .. } => None,
        }
    }

    /// The day that the operators should be told of now: the oldest that they were not told of,
    /// up to a week back.
    #[must_use]
    pub fn day_to_tell(&self, calendar: Calendar) -> Option<NaiveDate> {
        let last = calendar.last_to_tell();
        let oldest = last.checked_sub_signed(Span::days(DAYS_BACK - 1))?;
        let next = self.told_day.succ_opt()?.max(oldest);
        (next <= last).then_some(next)
    }

    /// The shop after a day was told.
    pub fn told(&self, report: DayReport, calendar: Calendar) -> Decision<Self> {
        let late = report.day < calendar.last_to_tell();
        let decision = Decision::quiet(Self {
            told_day: report.day,
            ..self.clone()
        });
        let report = Box::new(report);
        decision.tell(owed(ShopNews::Day { report, late }))
    }
}

impl Opening {
    /// Whether everybody may buy.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        match self {
            Self::Open { .. } => true,
            Self::New { .. } => false,
        }
    }
}

impl Calendar {
    /// The newest day that is over and whose time to be told has come.
    fn last_to_tell(&self) -> NaiveDate {
        let today = self.local.date();
        let back = if self.local.time() >= self.report_at {
            Span::days(1)
        } else {
            Span::days(2)
        };
        today.checked_sub_signed(back).unwrap_or(today)
    }
}

fn owed(news: ShopNews) -> Owed {
    Owed::operators(OperatorNews::Shop(news))
}

/// Why a machine does not sell, whatever the prices say.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Shutters {
    /// The shop is new: only the operators buy.
    pub new_shop: bool,
    /// There is too little room on a disk: orders are finished, and none is begun.
    pub disk_low: bool,
}

impl Shutters {
    /// Whether an operator, or somebody else, may begin an order.
    #[must_use]
    pub const fn let_in(self, operator: bool) -> bool {
        !self.disk_low && (operator || !self.new_shop)
    }
}

/// Room on a disk, as it was last judged.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RoomRules {
    /// Below so many bytes sales rest.
    pub least: u64,
}

impl RoomRules {
    /// Whether a disk with so many bytes of room is too full. One that was goes on being so until a
    /// quarter more is free, so that sales do not come and go with every line of a log.
    #[must_use]
    pub const fn is_low(self, was_low: bool, free: u64) -> bool {
        let wanted = match was_low {
            true => self.least.saturating_add(self.least / 4),
            false => self.least,
        };
        free < wanted
    }
}

#[cfg(test)]
mod tests;
