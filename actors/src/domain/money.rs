//! Money as integers with the unit in the type: micro-dollars, nano-TON, whole Stars.
//!
//! Arithmetic is checked and never rounds by itself. Where a rule rounds, it calls
//! [`mul_div_floor`] or [`mul_div_ceil`] and says so.

use std::fmt;

use serde::{Deserialize, Serialize};

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

impl fmt::Display for MicroUsd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}u$", self.0)
    }
}

impl fmt::Display for NanoTon {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}nTON", self.0)
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
