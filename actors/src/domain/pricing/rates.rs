//! What a TON is worth in dollars.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::observed::{Fraction, Observations, SourceLimits, SourceName, believe};
use super::reasons::{Paused, Subject};
use crate::domain::Timestamp;
use crate::domain::money::{
    BadAmount, CoinAmount, MicroUsd, MoneyError, NanoTon, mul_div_ceil, mul_div_floor,
};

/// One TON in nano-TON.
const TON: i64 = 1_000_000_000;

/// Units of a [`CoinAmount`] in a millionth.
const UNITS_PER_MILLIONTH: u128 = 1_000_000_000_000;

/// Why a text or number is no rate.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadRate {
    /// Not decimal text.
    #[error("rate: {0}")]
    Text(#[from] BadAmount),
    /// Zero, negative or beyond 64 bits.
    #[error("rate of {0} micro-USD per TON is not valid: expected 1 to {max}", max = i64::MAX)]
    Range(i128),
}

/// Micro-dollars for one TON; at least 1.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "i64", into = "i64")]
pub struct UsdPerTon(i64);

impl UsdPerTon {
    /// A rate of so many micro-dollars for one TON.
    ///
    /// # Errors
    /// [`BadRate::Range`] unless it is positive.
    pub fn new(micros: i64) -> Result<Self, BadRate> {
        if micros <= 0 {
            return Err(BadRate::Range(micros.into()));
        }
        Ok(Self(micros))
    }

    /// Reads dollars for one TON with at most 18 decimals, rounded up to the millionth: sources
    /// print more digits than matter, and up is the side that costs the shop nothing.
    ///
    /// # Errors
    /// [`BadRate`] if the text is no such number, or the rate is zero or too large.
    pub fn parse(text: &str) -> Result<Self, BadRate> {
        let micros = CoinAmount::parse(text)?
            .units()
            .div_ceil(UNITS_PER_MILLIONTH);
        let range = || BadRate::Range(i128::try_from(micros).unwrap_or(i128::MAX));
        Self::new(i64::try_from(micros).map_err(|_| range())?)
    }

    /// Micro-dollars for one TON.
    #[must_use]
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// What `ton` is worth, rounded up: for costs.
    ///
    /// # Errors
    /// Overflow.
    pub fn usd_up(self, ton: NanoTon) -> Result<MicroUsd, MoneyError> {
        mul_div_ceil(ton.nanos(), self.0.into(), TON.into()).map(MicroUsd::from_micros)
    }

    /// What `ton` is worth, rounded down: for limits.
    ///
    /// # Errors
    /// Overflow.
    pub fn usd_down(self, ton: NanoTon) -> Result<MicroUsd, MoneyError> {
        mul_div_floor(ton.nanos(), self.0.into(), TON.into()).map(MicroUsd::from_micros)
    }

    /// How much TON `usd` buys, rounded down.
    ///
    /// # Errors
    /// Overflow.
    pub fn ton_down(self, usd: MicroUsd) -> Result<NanoTon, MoneyError> {
        mul_div_floor(usd.micros(), TON.into(), self.0.into()).map(NanoTon::from_nanos)
    }

    /// How much TON is needed for `usd`, rounded up.
    ///
    /// # Errors
    /// Overflow.
    pub fn ton_up(self, usd: MicroUsd) -> Result<NanoTon, MoneyError> {
        mul_div_ceil(usd.micros(), TON.into(), self.0.into()).map(NanoTon::from_nanos)
    }
}

impl fmt::Display for UsdPerTon {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} per TON", MicroUsd::from_micros(self.0))
    }
}

impl fmt::Debug for UsdPerTon {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl TryFrom<i64> for UsdPerTon {
    type Error = BadRate;
    fn try_from(micros: i64) -> Result<Self, BadRate> {
        Self::new(micros)
    }
}

impl From<UsdPerTon> for i64 {
    fn from(rate: UsdPerTon) -> Self {
        rate.0
    }
}

impl Fraction for UsdPerTon {
    fn fraction(&self) -> (i128, i128) {
        (self.0.into(), 1)
    }

    fn shown(&self) -> String {
        self.to_string()
    }
}

/// A rate that enough recent sources agree on.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct UsableRate {
    /// The highest rate seen: the worse one wherever a TON cost becomes dollars, which is every
    /// price and every check of a cost.
    pub high: UsdPerTon,
    /// The lowest rate seen: the worse one wherever TON is valued.
    pub low: UsdPerTon,
    /// Whose observations counted.
    pub sources: Vec<SourceName>,
    /// When the oldest of them was made.
    pub as_of: Timestamp,
}

impl Observations<UsdPerTon> {
    /// The rate to use at `now`.
    ///
    /// # Errors
    /// [`Paused`] says which observation is too old, missing, in the future, or too far from
    /// another.
    pub fn usable(&self, now: Timestamp, limits: SourceLimits) -> Result<UsableRate, Paused> {
        let believed = believe(self, Subject::TonRate, now, limits)?;
        Ok(UsableRate {
            high: believed.high.value,
            low: believed.low.value,
            sources: believed.sources(),
            as_of: believed.as_of(),
        })
    }
}
