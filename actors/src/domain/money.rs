//! Money as integers with the unit in the type: micro-dollars, nano-TON, whole Stars.
//!
//! Arithmetic is checked and never rounds by itself. Where a rule rounds, it calls
//! [`mul_div_floor`] or [`mul_div_ceil`] and says so. Decimal text is read and printed exactly;
//! [`BadAmount`] names a text that is not an amount.

mod coin;
mod text;
mod typed;

#[cfg(test)]
mod tests;

use std::fmt;

use serde::{Deserialize, Serialize};

pub use self::coin::CoinAmount;
pub use self::text::{AmountFault, BadAmount};
pub use self::typed::Untaken;

/// Why an amount could not be computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// The result does not fit; the operation is named.
    #[error("money overflow in {0}")]
    Overflow(&'static str),
    /// A ratio with a zero or negative divisor.
    #[error("division by {divisor} in {operation}")]
    BadDivisor {
        /// What was computed.
        operation: &'static str,
        /// The divisor.
        divisor: i128,
    },
}

macro_rules! money {
    ($(#[$doc:meta])* $name:ident, $from:ident, $get:ident, $unit:literal) => {
        $(#[$doc])*
        #[derive(
            Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
        )]
        #[serde(transparent)]
        pub struct $name(i64);

        impl $name {
            /// Nothing.
            pub const ZERO: Self = Self(0);

            #[doc = concat!("An amount of so many ", $unit, ".")]
            #[must_use]
            pub const fn $from(amount: i64) -> Self {
                Self(amount)
            }

            #[doc = concat!("The amount in ", $unit, ".")]
            #[must_use]
            pub const fn $get(self) -> i64 {
                self.0
            }

            /// Adds.
            ///
            /// # Errors
            /// Overflow.
            pub fn checked_add(self, other: Self) -> Result<Self, MoneyError> {
                self.0.checked_add(other.0).map(Self).ok_or(MoneyError::Overflow("addition"))
            }

            /// Subtracts; the result may be negative.
            ///
            /// # Errors
            /// Overflow.
            pub fn checked_sub(self, other: Self) -> Result<Self, MoneyError> {
                self.0.checked_sub(other.0).map(Self).ok_or(MoneyError::Overflow("subtraction"))
            }

            /// What is left after taking `other`, never less than nothing.
            #[must_use]
            pub fn minus_down_to_zero(self, other: Self) -> Self {
                Self(self.0.saturating_sub(other.0).max(0))
            }

            /// Whether the amount is above zero.
            #[must_use]
            pub const fn is_positive(self) -> bool {
                self.0 > 0
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }
    };
}

money!(
    /// US dollars in millionths: prices, balances, invoices.
    MicroUsd, from_micros, micros, "millionths of a dollar"
);
money!(
    /// TON in billionths: what Fragment is paid and what the chain charges.
    NanoTon, from_nanos, nanos, "billionths of a TON"
);

impl MicroUsd {
    /// One cent. Prices are whole cents.
    pub const CENT: Self = Self(10_000);

    /// Decimals of the unit: a millionth of a dollar.
    const DECIMALS: u32 = 6;

    /// Reads an amount that is not negative, such as `1.65` or `1,234.50`.
    ///
    /// # Errors
    /// [`BadAmount`] if the text is not exactly such an amount; nothing is rounded.
    pub fn parse(text: &str) -> Result<Self, BadAmount> {
        let decimal = text::read(text, "USD amount", Self::DECIMALS)?;
        decimal.unsigned()?.to_i64().map(Self)
    }

    /// Reads an amount that a person wrote for a machine, such as `1.65` or `1234.50`: without
    /// commas, because `7,777` is seven dollars to one person and seven thousand to another.
    ///
    /// # Errors
    /// [`BadAmount`] if the text is not exactly such an amount; nothing is rounded.
    pub fn parse_plain(text: &str) -> Result<Self, BadAmount> {
        text::without_commas(text, "USD amount")?;
        Self::parse(text)
    }

    /// Reads an amount that may carry a leading `-`.
    ///
    /// # Errors
    /// [`BadAmount`] if the text is not exactly such an amount; nothing is rounded.
    pub fn parse_signed(text: &str) -> Result<Self, BadAmount> {
        text::read(text, "USD amount", Self::DECIMALS)?
            .to_i64()
            .map(Self)
    }

    /// Exact decimal text with two to six decimals and no unit: `1.65`, `0.000001`.
    /// [`Self::parse_signed`] reads it back to the same amount.
    #[must_use]
    pub fn to_decimal(self) -> String {
        text::print(
            self.0 < 0,
            u128::from(self.0.unsigned_abs()),
            Self::DECIMALS,
            2,
        )
    }

    /// The smallest whole number of cents that is not below this amount: how prices round.
    ///
    /// # Errors
    /// Overflow.
    pub fn round_up_to_cent(self) -> Result<Self, MoneyError> {
        let cents = mul_div_ceil(self.0, 1, i128::from(Self::CENT.0))?;
        cents
            .checked_mul(Self::CENT.0)
            .map(Self)
            .ok_or(MoneyError::Overflow("rounding up to the cent"))
    }

    /// The largest whole number of cents that is not above this amount.
    ///
    /// # Errors
    /// Overflow, for amounts within a cent of the smallest one.
    pub fn round_down_to_cent(self) -> Result<Self, MoneyError> {
        let cents = mul_div_floor(self.0, 1, i128::from(Self::CENT.0))?;
        cents
            .checked_mul(Self::CENT.0)
            .map(Self)
            .ok_or(MoneyError::Overflow("rounding down to the cent"))
    }

    /// `self × paid ÷ due`, rounded down, exact in between: what a payment of `paid` is worth
    /// when `due` would have paid this amount. May exceed `self`.
    ///
    /// # Errors
    /// A `due` of zero, or a result that does not fit.
    pub fn portion_down(self, paid: CoinAmount, due: CoinAmount) -> Result<Self, MoneyError> {
        let (paid, due) = coin::lowest_terms(paid, due);
        let fits = |units| i128::try_from(units).map_err(|_| MoneyError::Overflow("portion"));
        mul_div_floor(self.0, fits(paid)?, fits(due)?).map(Self)
    }
}

impl NanoTon {
    /// Decimals of the unit: a billionth of a TON.
    const DECIMALS: u32 = 9;

    /// Reads an amount that is not negative, such as `0.2774` or `1,234.5678`.
    ///
    /// # Errors
    /// [`BadAmount`] if the text is not exactly such an amount; nothing is rounded.
    pub fn parse(text: &str) -> Result<Self, BadAmount> {
        let decimal = text::read(text, "TON amount", Self::DECIMALS)?;
        decimal.unsigned()?.to_i64().map(Self)
    }

    /// Reads an amount that may carry a leading `-`.
    ///
    /// # Errors
    /// [`BadAmount`] if the text is not exactly such an amount; nothing is rounded.
    pub fn parse_signed(text: &str) -> Result<Self, BadAmount> {
        text::read(text, "TON amount", Self::DECIMALS)?
            .to_i64()
            .map(Self)
    }

    /// Exact decimal text without trailing zeros and without a unit: `0.326`, `5`.
    /// [`Self::parse_signed`] reads it back to the same amount.
    #[must_use]
    pub fn to_decimal(self) -> String {
        text::print(
            self.0 < 0,
            u128::from(self.0.unsigned_abs()),
            Self::DECIMALS,
            0,
        )
    }
}

impl fmt::Display for MicroUsd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} USD", self.to_decimal())
    }
}

impl fmt::Display for NanoTon {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} TON", self.to_decimal())
    }
}

/// Telegram Stars, whole.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Stars(u32);

impl Stars {
    /// So many Stars; what may be sold is the catalogue's rule.
    #[must_use]
    pub const fn new(count: u32) -> Self {
        Self(count)
    }

    /// How many.
    #[must_use]
    pub const fn get(self) -> u32 {
        self.0
    }
}

impl fmt::Display for Stars {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} stars", self.0)
    }
}

/// `a × b ÷ c`, rounded down, exact in between.
///
/// # Errors
/// A divisor that is not positive, or a result that does not fit.
pub fn mul_div_floor(a: i64, b: i128, c: i128) -> Result<i64, MoneyError> {
    let product = product(a, b, c, "rounded-down ratio")?;
    narrow(product.div_euclid(c), "rounded-down ratio")
}

/// `a × b ÷ c`, rounded up, exact in between.
///
/// # Errors
/// A divisor that is not positive, or a result that does not fit.
pub fn mul_div_ceil(a: i64, b: i128, c: i128) -> Result<i64, MoneyError> {
    let product = product(a, b, c, "rounded-up ratio")?;
    let up = i128::from(product.rem_euclid(c) != 0);
    narrow(product.div_euclid(c) + up, "rounded-up ratio")
}

fn product(a: i64, b: i128, c: i128, operation: &'static str) -> Result<i128, MoneyError> {
    if c <= 0 {
        return Err(MoneyError::BadDivisor {
            operation,
            divisor: c,
        });
    }
    i128::from(a)
        .checked_mul(b)
        .ok_or(MoneyError::Overflow(operation))
}

fn narrow(value: i128, operation: &'static str) -> Result<i64, MoneyError> {
    i64::try_from(value).map_err(|_| MoneyError::Overflow(operation))
}
