//! One count of all people: two spans beside each other, the earlier one weighed by what is left of
//! it. However many are allowed, it is three numbers.

use starkeeper_actors::domain::{Span, Timestamp};
use starkeeper_actors::ports::limits::Rate;

#[derive(Default)]
pub(super) struct Together {
    /// Which span since 1970 is counted.
    span: i64,
    now: i64,
    before: i64,
}

impl Together {
    /// Counts one, or says how long until there is room.
    pub(super) fn take(&mut self, rate: Rate, at: Timestamp) -> Option<Span> {
        let per = rate.per.num_microseconds().unwrap_or(i64::MAX).max(1);
        let at = at.timestamp_micros();
        let (span, into) = (at.div_euclid(per), at.rem_euclid(per));
        match span - self.span {
            0 => {}
            1 => self.before = std::mem::take(&mut self.now),
            _ => (self.before, self.now) = (0, 0),
        }
        self.span = span;
        let most = i64::from(rate.most);
        if share(self.before, per - into, per) + self.now < most {
            self.now += 1;
            return None;
        }
        let wait = if self.now < most {
            // The earlier span loses weight within this one.
            per - share(most - self.now, per, self.before) - into
        } else {
            per - into + per - share(most, per, self.now)
        };
        Some(Span::microseconds(wait.max(0) + 1))
    }
}

/// `count × part / whole`, rounded down.
fn share(count: i64, part: i64, whole: i64) -> i64 {
    let product = i128::from(count) * i128::from(part);
    i64::try_from(product / i128::from(whole.max(1))).unwrap_or(i64::MAX)
}
