//! From cost to price.

use serde::{Deserialize, Serialize};

use super::bps::Bps;
use super::fragment::UsableGoods;
use super::observed::SourceName;
use super::rates::{UsableRate, UsdPerTon};
use super::reasons::PriceRefused;
use super::rules::{FixedPrice, PriceRules};
use crate::domain::Timestamp;
use crate::domain::catalog::Product;
use crate::domain::money::{MicroUsd, MoneyError, NanoTon};

/// What a product costs the customer and the shop at the moment.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct PricedProduct {
    /// What is sold.
    pub product: Product,
    /// What the customer pays: whole cents.
    pub price: MicroUsd,
    /// The part of the price that is the goods themselves at Fragment's price; the rest is the
    /// shop's.
    pub goods: MicroUsd,
    /// What Fragment is expected to ask.
    pub cost: NanoTon,
    /// The most Fragment may ask: the cost and the slippage.
    pub max_cost: NanoTon,
    /// The TON rate used: the highest of the sources.
    pub rate: UsdPerTon,
    /// Whose rates counted.
    pub rate_sources: Vec<SourceName>,
    /// When the oldest observation used was made.
    pub as_of: Timestamp,
}

/// Prices `product`.
///
/// The cost in dollars is the cost in TON at the highest rate, but never less than Fragment's
/// own price in dollars. The price is that and the network fee with the markup of the tier on
/// top, rounded up to the cent, and never less than the price of any smaller quantity.
pub(super) fn price(
    product: Product,
    goods: &UsableGoods,
    rate: &UsableRate,
    rules: &PriceRules,
) -> Result<PricedProduct, PriceRefused> {
    let units = units(product);
    let costs = Costs { goods, rate, rules };
    let cost = goods.by_cost.cost_of(units)?;
    let max_cost = NanoTon::from_nanos(rules.slippage.on_top_down(cost.nanos())?);
    if max_cost > rules.max_order_cost {
        return Err(PriceRefused::AboveCap {
            product,
            max_cost,
            cap: rules.max_order_cost,
        });
    }
    Ok(PricedProduct {
        product,
        price: costs.price(product, units)?,
        goods: costs.goods_in_usd(units)?,
        cost,
        max_cost,
        rate: rate.high,
        rate_sources: rate.sources.clone(),
        as_of: goods.as_of.min(rate.as_of),
    })
}

/// What `product` costs now with its network fee, and the least it is sold for: the cost with the
/// margin floor.
pub(super) fn least(
    product: Product,
    goods: &UsableGoods,
    rate: &UsableRate,
    rules: &PriceRules,
) -> Result<(MicroUsd, MicroUsd), MoneyError> {
    let costs = Costs { goods, rate, rules };
    let units = units(product);
    let cost = costs.marked_up(units, Bps::ZERO)?;
    Ok((cost, costs.marked_up(units, rules.margin_floor)?))
}

const fn units(product: Product) -> u32 {
    match product {
        Product::Stars(quantity) => quantity.get(),
        Product::Premium(_) => 1,
    }
}

/// Everything a price is computed from.
struct Costs<'a> {
    goods: &'a UsableGoods,
    rate: &'a UsableRate,
    rules: &'a PriceRules,
}

impl Costs<'_> {
    fn price(&self, product: Product, units: u32) -> Result<MicroUsd, PriceRefused> {
        let floor = self.marked_up(units, self.rules.margin_floor)?;
        let fixed = self.rules.fixed.iter();
        if let Some(fixed) = fixed.clone().find(|fixed| fixed.product == product) {
            if fixed.price < floor {
                return Err(PriceRefused::BelowFloor {
                    product,
                    fixed: fixed.price,
                    floor,
                });
            }
            return Ok(fixed.price);
        }
        let computed = match product {
            Product::Stars(_) => self.by_tiers(units)?,
            Product::Premium(_) => self.marked_up(units, self.rules.premium_markup)?,
        };
        let kin = fixed.filter(|fixed| fixed.product.kind() == product.kind());
        let (less, more): (Vec<&FixedPrice>, Vec<&FixedPrice>) =
            kin.partition(|fixed| fixed.product < product);
        let dearest_less = less.iter().map(|fixed| fixed.price).max();
        // A fixed price below this floor cannot hold this price down.
        let more = more.iter().map(|fixed| fixed.price);
        let cheapest_more = more.filter(|price| *price >= floor).min();
        let raised = dearest_less.map_or(computed, |least| computed.max(least));
        Ok(cheapest_more.map_or(raised, |most| raised.min(most)))
    }

    /// The price of a quantity of Stars by its tier, and at least the price of the last quantity
    /// of every tier below: a lower markup never makes more Stars cheaper.
    fn by_tiers(&self, units: u32) -> Result<MicroUsd, MoneyError> {
        let tiers = &self.rules.tiers;
        let nexts = tiers.iter().skip(1).map(|next| Some(next.from_quantity));
        let mut price = self.marked_up(units, self.rules.margin_floor)?;
        for (tier, next) in tiers.iter().zip(nexts.chain([None])) {
            if tier.from_quantity > units {
                break;
            }
            let last = next.map_or(units, |next| next.saturating_sub(1).min(units));
            price = price.max(self.marked_up(last, tier.markup)?);
        }
        Ok(price)
    }

    /// The cost with a markup on top, rounded up to the cent.
    fn marked_up(&self, units: u32, markup: Bps) -> Result<MicroUsd, MoneyError> {
        let fee = self.rate.high.usd_up(self.rules.network_fee)?;
        let cost = self.goods_in_usd(units)?.checked_add(fee)?;
        MicroUsd::from_micros(markup.on_top_up(cost.micros())?).round_up_to_cent()
    }

    /// The goods in dollars: by their cost in TON or by Fragment's price in dollars, whichever
    /// is higher.
    fn goods_in_usd(&self, units: u32) -> Result<MicroUsd, MoneyError> {
        let by_ton = self.rate.high.usd_up(self.goods.by_cost.cost_of(units)?)?;
        Ok(by_ton.max(self.goods.by_usd.usd_of(units)?))
    }
}
