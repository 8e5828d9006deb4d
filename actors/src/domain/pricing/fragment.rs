//! What Fragment asks for its goods, in TON and in dollars.

use serde::{Deserialize, Serialize};

use super::observed::{Fraction, Observations, SourceLimits, SourceName, believe};
use super::rates::{BadRate, UsdPerTon};
use super::reasons::{Paused, Subject};
use crate::domain::Timestamp;
use crate::domain::catalog::{PremiumMonths, Product, StarsQuantity};
use crate::domain::money::{MicroUsd, MoneyError, NanoTon, mul_div_ceil};

/// Why numbers are no price of Fragment's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("fragment price of {cost} or {usd} for {units} is not valid: expected all above zero")]
pub struct BadGoodsPrice {
    units: u32,
    cost: NanoTon,
    usd: MicroUsd,
}

/// What Fragment asks for a number of units: Stars, or one gift of Premium. Kept as the exact
/// pair that was seen, so that other quantities follow without a rounded price per unit.
///
/// Fragment's price of Stars is proportional (0.015 USD each); the larger the quantity looked
/// at, the less its own rounding matters.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(try_from = "RawGoodsPrice", into = "RawGoodsPrice")]
pub struct GoodsPrice(RawGoodsPrice);

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
struct RawGoodsPrice {
    units: u32,
    cost: NanoTon,
    usd: MicroUsd,
}

impl GoodsPrice {
    /// The price of so many Stars.
    ///
    /// # Errors
    /// [`BadGoodsPrice`] unless both amounts are positive.
    pub fn of_stars(
        quantity: StarsQuantity,
        cost: NanoTon,
        usd: MicroUsd,
    ) -> Result<Self, BadGoodsPrice> {
        Self::new(quantity.get(), cost, usd)
    }

    /// The price of one gift of Premium.
    ///
    /// # Errors
    /// [`BadGoodsPrice`] unless both amounts are positive.
    pub fn of_premium(cost: NanoTon, usd: MicroUsd) -> Result<Self, BadGoodsPrice> {
        Self::new(1, cost, usd)
    }

    /// The rate at which Fragment itself converts, rounded up: a source of the TON rate that
    /// every look at a price gives for nothing.
    ///
    /// # Errors
    /// [`BadRate`] if it does not fit.
    pub fn implied_rate(&self) -> Result<UsdPerTon, BadRate> {
        let cost = i128::from(self.0.cost.nanos());
        let micros = mul_div_ceil(self.0.usd.micros(), 1_000_000_000, cost);
        UsdPerTon::new(micros.map_err(|_| BadRate::Range(i128::MAX))?)
    }

    /// What `units` cost in TON, rounded up.
    pub(super) fn cost_of(&self, units: u32) -> Result<NanoTon, MoneyError> {
        mul_div_ceil(self.0.cost.nanos(), units.into(), self.0.units.into())
            .map(NanoTon::from_nanos)
    }

    /// What `units` cost in dollars, rounded up.
    pub(super) fn usd_of(&self, units: u32) -> Result<MicroUsd, MoneyError> {
        mul_div_ceil(self.0.usd.micros(), units.into(), self.0.units.into())
            .map(MicroUsd::from_micros)
    }

    fn new(units: u32, cost: NanoTon, usd: MicroUsd) -> Result<Self, BadGoodsPrice> {
        if units == 0 || !cost.is_positive() || !usd.is_positive() {
            return Err(BadGoodsPrice { units, cost, usd });
        }
        Ok(Self(RawGoodsPrice { units, cost, usd }))
    }
}

impl TryFrom<RawGoodsPrice> for GoodsPrice {
    type Error = BadGoodsPrice;
    fn try_from(raw: RawGoodsPrice) -> Result<Self, BadGoodsPrice> {
        Self::new(raw.units, raw.cost, raw.usd)
    }
}

impl From<GoodsPrice> for RawGoodsPrice {
    fn from(price: GoodsPrice) -> Self {
        price.0
    }
}

impl Fraction for GoodsPrice {
    fn fraction(&self) -> (i128, i128) {
        (self.0.cost.nanos().into(), self.0.units.into())
    }

    fn shown(&self) -> String {
        match self.0.units {
            1 => self.0.cost.to_string(),
            units => format!("{} for {units}", self.0.cost),
        }
    }
}

/// Fragment's prices as seen, by product.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
pub struct GoodsPrices {
    /// Of Stars, for any quantity.
    pub stars: Observations<GoodsPrice>,
    /// Of Premium for three months.
    pub premium_three: Observations<GoodsPrice>,
    /// Of Premium for six months.
    pub premium_six: Observations<GoodsPrice>,
    /// Of Premium for twelve months.
    pub premium_twelve: Observations<GoodsPrice>,
}

impl GoodsPrices {
    /// The observations of one length of Premium, to record into.
    pub const fn premium_mut(&mut self, months: PremiumMonths) -> &mut Observations<GoodsPrice> {
        match months {
            PremiumMonths::Three => &mut self.premium_three,
            PremiumMonths::Six => &mut self.premium_six,
            PremiumMonths::Twelve => &mut self.premium_twelve,
        }
    }

    /// The price to use for `product` at `now`.
    ///
    /// # Errors
    /// [`Paused`] says which observation is too old, missing, in the future, or too far from
    /// another.
    pub fn usable(
        &self,
        product: Product,
        now: Timestamp,
        limits: SourceLimits,
    ) -> Result<UsableGoods, Paused> {
        let (what, seen) = match product {
            Product::Stars(_) => (Subject::Stars, &self.stars),
            Product::Premium(months) => (Subject::Premium(months), self.premium(months)),
        };
        let believed = believe(seen, what, now, limits)?;
        let dollars = believed.fresh.iter().map(|seen| seen.value);
        let by_usd = |a: &GoodsPrice, b: &GoodsPrice| {
            let a_side = i128::from(a.0.usd.micros()) * i128::from(b.0.units);
            a_side.cmp(&(i128::from(b.0.usd.micros()) * i128::from(a.0.units)))
        };
        Ok(UsableGoods {
            by_cost: believed.high.value,
            by_usd: dollars.max_by(by_usd).unwrap_or(believed.high.value),
            sources: believed.sources(),
            as_of: believed.as_of(),
        })
    }

    const fn premium(&self, months: PremiumMonths) -> &Observations<GoodsPrice> {
        match months {
            PremiumMonths::Three => &self.premium_three,
            PremiumMonths::Six => &self.premium_six,
            PremiumMonths::Twelve => &self.premium_twelve,
        }
    }
}

/// A price of Fragment's that recent sources agree on; where they differ, the higher one, in
/// TON and in dollars apart.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct UsableGoods {
    /// The one that costs most TON.
    pub by_cost: GoodsPrice,
    /// The one that costs most dollars.
    pub by_usd: GoodsPrice,
    /// Whose observations counted.
    pub sources: Vec<SourceName>,
    /// When the oldest of them was made.
    pub as_of: Timestamp,
}
