//! A shop with ordinary prices, for tests of whatever needs one.
#![expect(clippy::unwrap_used, reason = "constants that are known to be valid")]

use super::{
    Bps, CheckedRules, GoodsPrice, Observed, PriceRules, Quote, ShopPrices, SourceName, Tier,
    UsableRate, UsdPerTon,
};
use crate::domain::catalog::{
    PersonName, PremiumMonths, Product, Recipient, StarsQuantity, Username,
};
use crate::domain::ids::{CustomerId, QuoteId, RecipientToken};
use crate::domain::money::{MicroUsd, NanoTon};
use crate::domain::{Span, Timestamp};

/// 15 July 2026, noon: the instant of the other samples where a test has no better one.
#[must_use]
pub fn noon() -> Timestamp {
    Timestamp::from_timestamp(1_784_116_800, 0).unwrap()
}

/// Ten percent up to 249 Stars, nine up to 999, eight from there; twelve on Premium; a floor of
/// six percent that covers one each of slippage, source limit, gateway fee and underpayment.
#[must_use]
pub fn rules() -> PriceRules {
    let tier = |from_quantity, markup| Tier {
        from_quantity,
        markup: Bps::new(markup),
    };
    PriceRules {
        tiers: vec![tier(50, 1_000), tier(250, 900), tier(1_000, 800)],
        premium_markup: Bps::new(1_200),
        fixed: Vec::new(),
        margin_floor: Bps::new(600),
        slippage: Bps::new(100),
        source_limit: Bps::new(100),
        gateway_fee: Bps::new(100),
        accepted_underpayment: Bps::new(100),
        network_fee: NanoTon::ZERO,
        max_order_cost: NanoTon::parse("10000").unwrap(),
        quote_lifetime: Span::minutes(30),
        invoice_lifetime: Span::minutes(30),
        rate_max_age: Span::minutes(5),
        rate_min_sources: 2,
        goods_max_age: Span::minutes(15),
        goods_min_sources: 1,
        future_tolerance: Span::seconds(30),
    }
}

/// A TON at 2.30 USD by two sources, 50 Stars at 0.326 TON or 0.75 USD, and Premium, all seen at
/// `now`.
#[must_use]
pub fn prices(now: Timestamp) -> ShopPrices {
    let mut prices = ShopPrices::new(CheckedRules::new(rules()).unwrap());
    for source in ["north", "south"] {
        let rate = UsdPerTon::parse("2.30").unwrap();
        prices.rates.record(seen(source, rate, now), now);
    }
    let stars = GoodsPrice::of_stars(StarsQuantity::MIN, ton("0.326"), usd("0.75")).unwrap();
    prices.goods.stars.record(seen("fragment", stars, now), now);
    let costs = ["5.21", "6.95", "12.6"].map(ton);
    let dollars = ["11.99", "15.99", "28.99"].map(usd);
    for ((months, cost), dollars) in PremiumMonths::ALL.into_iter().zip(costs).zip(dollars) {
        let premium = GoodsPrice::of_premium(cost, dollars).unwrap();
        let book = prices.goods.premium_mut(months);
        book.record(seen("fragment", premium, now), now);
    }
    prices
}

/// One observation.
#[must_use]
pub fn seen<T>(source: &str, value: T, at: Timestamp) -> Observed<T> {
    Observed {
        value,
        source: SourceName::parse(source).unwrap(),
        at,
    }
}

/// The rate of [`prices`].
#[must_use]
pub fn rate(now: Timestamp) -> UsableRate {
    prices(now).rate(now).unwrap()
}

/// So many Stars, which must be a quantity that is sold.
#[must_use]
pub fn stars(quantity: u32) -> Product {
    Product::Stars(StarsQuantity::new(quantity).unwrap())
}

/// Masha, as confirmed.
#[must_use]
pub fn masha() -> Recipient {
    Recipient {
        username: Username::parse("masha").unwrap(),
        token: RecipientToken::parse("token-of-masha").unwrap(),
        name: PersonName::new("Masha K."),
        photo: None,
    }
}

/// An offer of `product` for Masha at [`prices`], made at `now`.
#[must_use]
pub fn quote(id: QuoteId, customer: CustomerId, product: Product, now: Timestamp) -> Quote {
    let priced = prices(now).price(product, now).unwrap();
    Quote::offer(id, customer, masha(), priced, &rules(), now)
}

fn ton(text: &str) -> NanoTon {
    NanoTon::parse(text).unwrap()
}

fn usd(text: &str) -> MicroUsd {
    MicroUsd::parse(text).unwrap()
}
