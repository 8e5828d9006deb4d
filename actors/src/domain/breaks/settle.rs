//! A break that a person closes. Goods that came late, and a row of the history that scrolled away,
//! are never judged again: without a person they would stay open for ever.

use super::{Break, BreakStanding};
use crate::domain::Timestamp;
use crate::domain::decision::Decision;
use crate::domain::ids::OrderId;
use crate::domain::order::HistoryRow;

/// Why a break cannot be closed so.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum NotSettled {
    /// It is over already.
    #[error("the break is not open")]
    NotOpen,
    /// An order was named, and the break is about no row of Fragment's history.
    #[error("the break is about no row of fragment's history, so no order can have it")]
    NoRow,
}

impl Break {
    /// The break closed by a person, and the row of Fragment's history that the named order gets:
    /// whoever commits it claims the row. Nobody is told: who did it stands in the audit log.
    ///
    /// # Errors
    /// It is over, or there is no row to give.
    pub fn settled(
        &self,
        order: Option<OrderId>,
        now: Timestamp,
    ) -> Result<(Decision<Self>, Option<HistoryRow>), NotSettled> {
        if !self.is_open() {
            return Err(NotSettled::NotOpen);
        }
        let row = match order {
            Some(_) => Some(self.finding.row().ok_or(NotSettled::NoRow)?.clone()),
            None => None,
        };
        let next = Self {
            standing: BreakStanding::Settled { at: now, order },
            ..self.clone()
        };
        Ok((Decision::quiet(next), row))
    }
}
