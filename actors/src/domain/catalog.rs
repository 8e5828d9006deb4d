//! What the shop sells and to whom: Stars and Premium, for a person found on Telegram.
//!
//! Values here are valid by construction; reading them from the books or the wire checks again.

mod recipient;
mod username;

#[cfg(test)]
mod tests;

use std::fmt;

use serde::{Deserialize, Serialize};

pub use self::recipient::{PersonName, PhotoMark, Recipient};
pub use self::username::{BadUsername, Username, UsernameFault};

use super::money::Stars;

/// Why something is not for sale at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CatalogRefused {
    /// Fewer Stars than Fragment sells.
    #[error("{asked} stars are too few: expected at least {min}")]
    TooFewStars {
        /// What was asked for.
        asked: u32,
        /// The smallest order.
        min: u32,
    },
    /// More Stars than the shop sells at once.
    #[error("{asked} stars are too many: expected at most {max}")]
    TooManyStars {
        /// What was asked for.
        asked: u32,
        /// The largest order.
        max: u32,
    },
    /// A length of Premium that nobody sells.
    #[error("premium for {asked} months is not sold: expected 3, 6 or 12")]
    MonthsNotSold {
        /// What was asked for.
        asked: u8,
    },
}

/// One thing a customer can buy.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Product {
    /// Telegram Stars.
    Stars(StarsQuantity),
    /// Telegram Premium as a gift.
    Premium(PremiumMonths),
}

impl Product {
    /// Which kind of goods it is; each kind has its own prices and may be paused alone.
    #[must_use]
    pub const fn kind(self) -> ProductKind {
        match self {
            Self::Stars(_) => ProductKind::Stars,
            Self::Premium(_) => ProductKind::Premium,
        }
    }
}

impl fmt::Display for Product {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stars(quantity) => write!(f, "{quantity}"),
            Self::Premium(months) => write!(f, "premium for {months}"),
        }
    }
}

/// A kind of goods.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProductKind {
    /// Telegram Stars.
    Stars,
    /// Telegram Premium as a gift.
    Premium,
}

impl fmt::Display for ProductKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Stars => "stars",
            Self::Premium => "premium",
        })
    }
}

/// How many Stars one order buys: 50 to 1,000,000.
///
/// Fragment's newest clients allow ten million; older ones, and this shop, stop at a million.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub struct StarsQuantity(u32);

impl StarsQuantity {
    /// The smallest order: Fragment sells no fewer.
    pub const MIN: Self = Self(50);

    /// The largest order.
    pub const MAX: Self = Self(1_000_000);

    /// Checks the range.
    ///
    /// # Errors
    /// [`CatalogRefused`] names the limit that is broken.
    pub const fn new(count: u32) -> Result<Self, CatalogRefused> {
        if count < Self::MIN.0 {
            return Err(CatalogRefused::TooFewStars {
                asked: count,
                min: Self::MIN.0,
            });
        }
        if count > Self::MAX.0 {
            return Err(CatalogRefused::TooManyStars {
                asked: count,
                max: Self::MAX.0,
            });
        }
        Ok(Self(count))
    }

    /// How many.
    #[must_use]
    pub const fn get(self) -> u32 {
        self.0
    }

    /// The same as an amount of Stars.
    #[must_use]
    pub const fn stars(self) -> Stars {
        Stars::new(self.0)
    }
}

impl fmt::Display for StarsQuantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} stars", self.0)
    }
}

impl fmt::Debug for StarsQuantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl TryFrom<u32> for StarsQuantity {
    type Error = CatalogRefused;
    fn try_from(count: u32) -> Result<Self, CatalogRefused> {
        Self::new(count)
    }
}

impl From<StarsQuantity> for u32 {
    fn from(quantity: StarsQuantity) -> Self {
        quantity.0
    }
}

/// For how long Premium is given: the three lengths Fragment sells.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub enum PremiumMonths {
    /// Three months.
    Three,
    /// Half a year.
    Six,
    /// A year.
    Twelve,
}

impl PremiumMonths {
    /// All lengths, shortest first.
    pub const ALL: [Self; 3] = [Self::Three, Self::Six, Self::Twelve];

    /// Checks that this length is sold.
    ///
    /// # Errors
    /// [`CatalogRefused::MonthsNotSold`].
    pub const fn new(months: u8) -> Result<Self, CatalogRefused> {
        match months {
            3 => Ok(Self::Three),
            6 => Ok(Self::Six),
            12 => Ok(Self::Twelve),
            asked => Err(CatalogRefused::MonthsNotSold { asked }),
        }
    }

    /// How many months.
    #[must_use]
    pub const fn get(self) -> u8 {
        match self {
            Self::Three => 3,
            Self::Six => 6,
            Self::Twelve => 12,
        }
    }
}

impl fmt::Display for PremiumMonths {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} months", self.get())
    }
}

impl TryFrom<u8> for PremiumMonths {
    type Error = CatalogRefused;
    fn try_from(months: u8) -> Result<Self, CatalogRefused> {
        Self::new(months)
    }
}

impl From<PremiumMonths> for u8 {
    fn from(months: PremiumMonths) -> Self {
        months.get()
    }
}
