//! What a payer sends, in whatever coin.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::text::{self, BadAmount};

/// An amount of some coin, exact to 18 decimals and never negative: what a payer sent or was
/// asked to send. Used for ratios and display; the books know no coins. Stored as decimal text,
/// because its units exceed the numbers of JSON.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CoinAmount(u128);

impl CoinAmount {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// The finest division of any coin the gateway takes (ether and its tokens).
    const DECIMALS: u32 = 18;

    /// An amount of so many 10^-18 of the coin.
    #[must_use]
    pub const fn from_units(units: u128) -> Self {
        Self(units)
    }

    /// The amount in 10^-18 of the coin.
    #[must_use]
    pub const fn units(self) -> u128 {
        self.0
    }

    /// Reads decimal text with at most 18 decimals, such as `3.00000000`.
    ///
    /// # Errors
    /// [`BadAmount`] if the text is not exactly such an amount; nothing is rounded.
    pub fn parse(text: &str) -> Result<Self, BadAmount> {
        let decimal = text::read(text, "coin amount", Self::DECIMALS)?;
        Ok(Self(decimal.unsigned()?.units()))
    }

    /// What is missing from this amount when `paid` has come; zero if nothing is.
    #[must_use]
    pub const fn missing_after(self, paid: Self) -> Self {
        Self(self.0.saturating_sub(paid.0))
    }
}

/// The two amounts divided by their greatest common divisor. Amounts of eight decimals share at
/// least 10^10, which keeps ratios of them far from overflow.
pub(super) fn lowest_terms(a: CoinAmount, b: CoinAmount) -> (u128, u128) {
    let (mut divisor, mut rest) = (a.0, b.0);
    while rest != 0 {
        (divisor, rest) = (rest, divisor % rest);
    }
    let divisor = divisor.max(1);
    (a.0 / divisor, b.0 / divisor)
}

impl fmt::Display for CoinAmount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&text::print(false, self.0, Self::DECIMALS, 0))
    }
}

impl fmt::Debug for CoinAmount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl TryFrom<String> for CoinAmount {
    type Error = BadAmount;
    fn try_from(text: String) -> Result<Self, BadAmount> {
        Self::parse(&text)
    }
}

impl From<CoinAmount> for String {
    fn from(amount: CoinAmount) -> Self {
        amount.to_string()
    }
}
