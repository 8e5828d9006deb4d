//! Basis points.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::domain::money::{MoneyError, mul_div_ceil, mul_div_floor};

/// Hundredths of a percent: 10,000 are the whole.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Bps(u32);

impl Bps {
    /// None at all.
    pub const ZERO: Self = Self(0);

    /// The whole: 100 percent.
    pub const WHOLE: Self = Self(10_000);

    /// So many hundredths of a percent.
    #[must_use]
    pub const fn new(points: u32) -> Self {
        Self(points)
    }

    /// The hundredths of a percent.
    #[must_use]
    pub const fn get(self) -> u32 {
        self.0
    }

    /// `amount` and this share of it on top, rounded up.
    pub(super) fn on_top_up(self, amount: i64) -> Result<i64, MoneyError> {
        mul_div_ceil(amount, self.on_whole(), i128::from(Self::WHOLE.0))
    }

    /// `amount` and this share of it on top, rounded down: for limits.
    pub(super) fn on_top_down(self, amount: i64) -> Result<i64, MoneyError> {
        mul_div_floor(amount, self.on_whole(), i128::from(Self::WHOLE.0))
    }

    /// 10,000 plus the points.
    pub(super) fn on_whole(self) -> i128 {
        i128::from(Self::WHOLE.0) + i128::from(self.0)
    }

    /// 10,000 minus the points; negative above the whole.
    pub(super) fn left_of_whole(self) -> i128 {
        i128::from(Self::WHOLE.0) - i128::from(self.0)
    }
}

impl fmt::Display for Bps {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bp", self.0)
    }
}

impl fmt::Debug for Bps {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
