//! The prices as everybody reads them.

use serde::{Deserialize, Serialize};

use super::fragment::GoodsPrices;
use super::observed::Observations;
use super::price::{self, PricedProduct};
use super::rates::{UsableRate, UsdPerTon};
use super::reasons::{NoPrice, Paused, Stop};
use super::rules::CheckedRules;
use crate::domain::Timestamp;
use crate::domain::catalog::{PremiumMonths, Product, StarsQuantity};

/// Everything needed to price a product without asking anybody: what was observed, the rules,
/// and what was stopped. Pricing publishes it whole; readers never wait.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct ShopPrices {
    /// Rates of TON, by source.
    pub rates: Observations<UsdPerTon>,
    /// Fragment's prices, by product and source.
    pub goods: GoodsPrices,
    /// The settings.
    pub rules: CheckedRules,
    /// Sales that rest although there might be prices.
    pub stops: Vec<Stop>,
    /// Pauses that the operators were told of and whose end they were not told of.
    #[serde(default)]
    pub told: Vec<ToldPause>,
    /// When an operator last set markups, fixed prices and the margin floor: from then on the books'
    /// hold, and not those of the settings.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by_hand: Option<Timestamp>,
}

/// A pause that the operators were told of.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct ToldPause {
    /// Of what; Stars stand for all quantities.
    pub product: Product,
    /// When it was found.
    pub since: Timestamp,
}

/// A product that cannot be priced, and why.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Unavailable {
    /// The product; Stars stand for all quantities.
    pub product: Product,
    /// Why it has no price.
    pub why: NoPrice,
}

impl ShopPrices {
    /// The shop before anything was observed: everything is paused.
    #[must_use]
    pub fn new(rules: CheckedRules) -> Self {
        Self {
            rates: Observations::default(),
            goods: GoodsPrices::default(),
            rules,
            stops: Vec::new(),
            told: Vec::new(),
            by_hand: None,
        }
    }

    /// The price of `product` at `now`.
    ///
    /// # Errors
    /// [`NoPrice`] says why there is none: sales stopped, observations not to be believed, or
    /// the rules against it.
    pub fn price(&self, product: Product, now: Timestamp) -> Result<PricedProduct, NoPrice> {
        if let Some(stop) = self.stops.iter().find(|stop| stop.covers(product)) {
            return Err(Paused::Stopped { stop: *stop }.into());
        }
        let rate = self.rate(now)?;
        let rules = self.rules.get();
        let goods = self.goods.usable(product, now, rules.goods_limits())?;
        Ok(price::price(product, &goods, &rate, rules)?)
    }

    /// The rate of TON at `now`: to judge a real cost with, too.
    ///
    /// # Errors
    /// [`Paused`] says why no rate can be believed.
    pub fn rate(&self, now: Timestamp) -> Result<UsableRate, Paused> {
        self.rates.usable(now, self.rules.get().rate_limits())
    }

    /// What cannot be sold at `now`, and why: for operators and metrics. Stars are judged by
    /// their smallest order.
    #[must_use]
    pub fn unavailable(&self, now: Timestamp) -> Vec<Unavailable> {
        let premium = PremiumMonths::ALL.map(Product::Premium);
        [Product::Stars(StarsQuantity::MIN)]
            .into_iter()
            .chain(premium)
            .filter_map(|product| {
                let why = self.price(product, now).err()?;
                Some(Unavailable { product, why })
            })
            .collect()
    }
}

/// [`ShopPrices`] as the books keep them, with the version of their form.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(tag = "form")]
pub enum StoredShopPrices {
    /// The first form.
    #[serde(rename = "1")]
    V1(ShopPrices),
}

impl From<ShopPrices> for StoredShopPrices {
    fn from(prices: ShopPrices) -> Self {
        Self::V1(prices)
    }
}

impl From<StoredShopPrices> for ShopPrices {
    fn from(stored: StoredShopPrices) -> Self {
        match stored {
            StoredShopPrices::V1(prices) => prices,
        }
    }
}
