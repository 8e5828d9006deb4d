//! The settings that make a price of a cost.

mod check;

use serde::{Deserialize, Serialize};

pub use self::check::{BadRules, Contradiction, MAX_MARKUP};

use super::bps::Bps;
use super::observed::SourceLimits;
use crate::domain::Span;
use crate::domain::catalog::Product;
use crate::domain::money::{MicroUsd, NanoTon};

/// The markup for orders of Stars from some quantity on.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Tier {
    /// The smallest quantity it applies to.
    pub from_quantity: u32,
    /// What is added to the cost.
    pub markup: Bps,
}

/// A price that does not follow the cost. It is never charged below the floor, and no smaller
/// quantity costs more, no larger one less.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct FixedPrice {
    /// Exactly this product.
    pub product: Product,
    /// In whole cents.
    pub price: MicroUsd,
}

/// Everything that decides prices besides what is observed.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct PriceRules {
    /// Markups by quantity of Stars, strictly ascending, the first from 50 or less.
    pub tiers: Vec<Tier>,
    /// Markup of Premium.
    pub premium_markup: Bps,
    /// Prices that do not follow the cost.
    pub fixed: Vec<FixedPrice>,
    /// The smallest markup anything is sold at.
    pub margin_floor: Bps,
    /// How far the real cost may be above the quoted one before the order is refunded.
    pub slippage: Bps,
    /// How far two sources may be apart before nothing is sold.
    pub source_limit: Bps,
    /// What the payment gateway keeps of a payment.
    pub gateway_fee: Bps,
    /// How much may be missing from a payment that still counts as paid in full (the gateway's
    /// accuracy setting): the shop bears it.
    pub accepted_underpayment: Bps,
    /// What one transfer on the chain is expected to cost, part of every price; zero or more.
    pub network_fee: NanoTon,
    /// The most one order may cost with slippage.
    pub max_order_cost: NanoTon,
    /// How long a quote is honoured.
    pub quote_lifetime: Span,
    /// How long an invoice can be paid; at most the quote's lifetime.
    pub invoice_lifetime: Span,
    /// An older TON rate does not count.
    pub rate_max_age: Span,
    /// How many sources of the TON rate must be recent.
    pub rate_min_sources: u32,
    /// An older price of Fragment's does not count.
    pub goods_max_age: Span,
    /// How many sources of Fragment's price must be recent.
    pub goods_min_sources: u32,
    /// How far in the future an observation may seem to be (clocks of replicas differ).
    pub future_tolerance: Span,
}

impl PriceRules {
    /// When rates may be believed.
    #[must_use]
    pub const fn rate_limits(&self) -> SourceLimits {
        SourceLimits {
            max_age: self.rate_max_age,
            future_tolerance: self.future_tolerance,
            min_sources: self.rate_min_sources,
            max_apart: self.source_limit,
        }
    }

    /// When prices of Fragment's may be believed.
    #[must_use]
    pub const fn goods_limits(&self) -> SourceLimits {
        SourceLimits {
            max_age: self.goods_max_age,
            future_tolerance: self.future_tolerance,
            min_sources: self.goods_min_sources,
            max_apart: self.source_limit,
        }
    }

    /// The smallest markup with which nothing is lost when every allowance is used up at once:
    /// the cost rises by the slippage, the rate by the source limit, and of the price the
    /// gateway's fee and the accepted underpayment are missing. The allowances multiply, so this
    /// is a little more than their sum. None if the gateway leaves nothing.
    #[must_use]
    pub fn least_margin(&self) -> Option<Bps> {
        let whole = i128::from(Bps::WHOLE.get());
        let (fee, missing) = (self.gateway_fee, self.accepted_underpayment);
        let kept = fee.left_of_whole().max(0) * missing.left_of_whole().max(0);
        let risen = self.slippage.on_whole() * self.source_limit.on_whole() * whole;
        let rest = i128::from(risen.checked_rem(kept)? != 0);
        let needed = risen.checked_div(kept)? + rest - whole;
        u32::try_from(needed).ok().map(Bps::new)
    }

    /// Checks the settings against each other.
    ///
    /// # Errors
    /// [`BadRules`] lists everything that is wrong, not only the first.
    pub fn validate(&self) -> Result<(), BadRules> {
        check::check(self)
    }
}

/// Rules without contradictions. Only these make prices.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(try_from = "PriceRules", into = "PriceRules")]
pub struct CheckedRules(PriceRules);

impl CheckedRules {
    /// Checks the rules.
    ///
    /// # Errors
    /// [`BadRules`] lists everything that is wrong.
    pub fn new(rules: PriceRules) -> Result<Self, BadRules> {
        rules.validate()?;
        Ok(Self(rules))
    }

    /// The rules.
    #[must_use]
    pub const fn get(&self) -> &PriceRules {
        &self.0
    }
}

impl TryFrom<PriceRules> for CheckedRules {
    type Error = BadRules;
    fn try_from(rules: PriceRules) -> Result<Self, BadRules> {
        Self::new(rules)
    }
}

impl From<CheckedRules> for PriceRules {
    fn from(rules: CheckedRules) -> Self {
        rules.0
    }
}
