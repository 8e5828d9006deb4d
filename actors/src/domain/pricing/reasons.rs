//! Why something has no price. Operators read these and metrics count them.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::bps::Bps;
use super::observed::SourceName;
use crate::domain::Timestamp;
use crate::domain::catalog::{PremiumMonths, Product, ProductKind};
use crate::domain::money::{MicroUsd, MoneyError, NanoTon};

/// Why a product has no price at the moment.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum NoPrice {
    /// Passing: prices or rates cannot be believed now, or sales were stopped.
    #[error("paused: {0}")]
    Paused(#[from] Paused),
    /// The rules say no to this product at these prices.
    #[error("refused: {0}")]
    Refused(#[from] PriceRefused),
}

impl NoPrice {
    /// A short name of the reason: the label of a metric.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Paused(paused) => paused.code(),
            Self::Refused(refused) => refused.code(),
        }
    }
}

/// What was observed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    /// Dollars for a TON.
    TonRate,
    /// Fragment's price of Stars.
    Stars,
    /// Fragment's price of Premium.
    Premium(PremiumMonths),
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TonRate => f.write_str("rate of TON"),
            Self::Stars => f.write_str("price of stars"),
            Self::Premium(months) => write!(f, "price of premium for {months}"),
        }
    }
}

/// Why sales rest; every case ends by itself or by an operator's hand.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "reason", rename_all = "snake_case")]
pub enum Paused {
    /// No source has said anything yet.
    #[error("{what} was never seen: expected a first observation")]
    NeverSeen {
        /// What is missing.
        what: Subject,
    },
    /// Too few sources spoke recently; the best of the others is named.
    #[error(
        "{what} from {by} is {age_s} s old: expected at most {limit_s} s \
         ({fresh} of {needed} sources are recent)"
    )]
    TooOld {
        /// What is old.
        what: Subject,
        /// Whose observation it is.
        by: SourceName,
        /// Its age in seconds.
        age_s: i64,
        /// The limit in seconds.
        limit_s: i64,
        /// Sources that spoke recently.
        fresh: u32,
        /// Sources that must have.
        needed: u32,
    },
    /// All that spoke are recent, but they are too few.
    #[error("{what} has {fresh} sources: expected at least {needed}")]
    TooFewSources {
        /// What is too thinly supported.
        what: Subject,
        /// Sources that spoke recently.
        fresh: u32,
        /// Sources that must have.
        needed: u32,
    },
    /// An observation is dated after now: a clock is wrong.
    #[error(
        "{what} from {by} is dated {ahead_s} s in the future: expected at most {tolerance_s} s"
    )]
    InFuture {
        /// What was observed.
        what: Subject,
        /// By whom.
        by: SourceName,
        /// How far ahead, in seconds.
        ahead_s: i64,
        /// The tolerance in seconds.
        tolerance_s: i64,
    },
    /// Two recent sources contradict each other.
    #[error(
        "{what} is {low} at {low_source} and {high} at {high_source}: \
         expected at most {limit} apart, found {apart}"
    )]
    SourcesApart {
        /// What was observed.
        what: Subject,
        /// The lowest value, with its unit.
        low: String,
        /// Who says so.
        low_source: SourceName,
        /// The highest value, with its unit.
        high: String,
        /// Who says so.
        high_source: SourceName,
        /// How far the highest is above the lowest, rounded up.
        apart: Bps,
        /// How far it may be.
        limit: Bps,
    },
    /// Sales were stopped from outside pricing.
    #[error("sales of {} stopped since {}: {}", scope(stop.kind), stop.since, stop.why)]
    Stopped {
        /// The stop.
        stop: Stop,
    },
}

impl Paused {
    /// A short name of the reason: the label of a metric.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NeverSeen { .. } => "never_seen",
            Self::TooOld { .. } => "too_old",
            Self::TooFewSources { .. } => "too_few_sources",
            Self::InFuture { .. } => "in_future",
            Self::SourcesApart { .. } => "sources_apart",
            Self::Stopped { .. } => "stopped",
        }
    }
}

/// A stop of sales that somebody ordered or some other rule demands.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Stop {
    /// Which goods; none means all.
    pub kind: Option<ProductKind>,
    /// Why.
    pub why: StopReason,
    /// Since when.
    pub since: Timestamp,
}

impl Stop {
    /// Whether `product` may not be sold because of it.
    #[must_use]
    pub fn covers(&self, product: Product) -> bool {
        self.kind.is_none_or(|kind| kind == product.kind())
    }
}

pub(super) fn scope(kind: Option<ProductKind>) -> String {
    kind.map_or_else(|| "everything".to_owned(), |kind| kind.to_string())
}

/// Why sales were stopped.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StopReason {
    /// An operator wished it.
    Operator,
    /// The books do not balance.
    BooksUnbalanced,
    /// Fragment does not answer.
    FragmentDown,
    /// No Fragment login is usable.
    LoginLost,
    /// No wallet has enough TON.
    FloatLow,
}

impl fmt::Display for StopReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Operator => "an operator stopped them",
            Self::BooksUnbalanced => "the books do not balance",
            Self::FragmentDown => "fragment does not answer",
            Self::LoginLost => "no fragment login is usable",
            Self::FloatLow => "no wallet has enough TON",
        })
    }
}

/// Why the rules give a product no price.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "reason", rename_all = "snake_case")]
pub enum PriceRefused {
    /// The fixed price has fallen behind what the goods cost.
    #[error("fixed price {fixed} of {product} is too low: expected at least {floor}")]
    BelowFloor {
        /// What was to be sold.
        product: Product,
        /// Its fixed price.
        fixed: MicroUsd,
        /// What it costs now with the margin floor.
        floor: MicroUsd,
    },
    /// The order could cost more than one order may.
    #[error("{product} may cost {max_cost}: expected at most {cap} an order")]
    AboveCap {
        /// What was to be sold.
        product: Product,
        /// Its cost with slippage.
        max_cost: NanoTon,
        /// The cap.
        cap: NanoTon,
    },
    /// A number does not fit.
    #[error("price cannot be computed: {why}")]
    Arithmetic {
        /// Which operation failed.
        why: String,
    },
}

impl PriceRefused {
    /// A short name of the reason: the label of a metric.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::BelowFloor { .. } => "below_floor",
            Self::AboveCap { .. } => "above_cap",
            Self::Arithmetic { .. } => "arithmetic",
        }
    }
}

impl From<MoneyError> for PriceRefused {
    fn from(error: MoneyError) -> Self {
        Self::Arithmetic {
            why: error.to_string(),
        }
    }
}
