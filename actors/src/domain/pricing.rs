//! What things cost: observations of rates and of Fragment's prices, the rules that make a price
//! of them, and the quote a customer is held to.
//!
//! A price starts from what Fragment asks in TON, at the TON rate that costs the shop more, and
//! from what Fragment asks in dollars, whichever is higher; it adds the markup of its tier and
//! rounds up to the cent. Observations carry their age and source. Where they are too old, too
//! few or too far apart there is no price, and [`NoPrice`] says why.
//!
//! [`ShopPrices`] is the value everybody else reads; [`Quote`] is what it becomes for a customer.

mod bps;
mod by_hand;
mod fragment;
mod observed;
mod price;
mod quote;
mod rates;
mod reasons;
mod rules;
#[cfg(any(test, feature = "testing"))]
pub mod samples;
mod shop;

#[cfg(test)]
mod tests;

pub use self::bps::Bps;
pub use self::by_hand::PricesByHand;
pub use self::fragment::{BadGoodsPrice, GoodsPrice, GoodsPrices, UsableGoods};
pub use self::observed::{Observations, Observed, SourceLimits, SourceName};
pub use self::price::PricedProduct;
pub use self::quote::{Quote, SlippageExceeded, SlippageMeasure};
pub use self::rates::{BadRate, UsableRate, UsdPerTon};
pub use self::reasons::{NoPrice, Paused, PriceRefused, Stop, StopReason, Subject};
pub use self::rules::{
    BadRules, CheckedRules, Contradiction, FixedPrice, MAX_MARKUP, PriceRules, Tier,
};
pub use self::shop::{ShopPrices, StoredShopPrices, ToldPause, Unavailable};
