use proptest::prelude::*;

use super::super::samples::{noon, prices, rules, seen, stars};
use super::super::*;
use crate::domain::catalog::{PremiumMonths, Product, StarsQuantity};
use crate::domain::money::{MicroUsd, NanoTon};

fn shop(change: impl FnOnce(&mut PriceRules)) -> ShopPrices {
    let mut changed = rules();
    change(&mut changed);
    let mut shop = prices(noon());
    shop.rules = CheckedRules::new(changed).unwrap();
    shop
}

fn price(shop: &ShopPrices, product: Product) -> String {
    shop.price(product, noon()).unwrap().price.to_decimal()
}

fn fixed(product: Product, price: &str) -> FixedPrice {
    let price = MicroUsd::parse(price).unwrap();
    FixedPrice { product, price }
}

#[test]
fn prices_are_the_cost_with_the_markup_of_the_tier() {
    // 50 Stars: 0.326 TON x 2.30 is 0.7498, less than Fragment's 0.75; so 0.75 + 10 % etc.
    let shop = shop(|_| {});
    let cases = [
        (50, "0.83"),
        (100, "1.65"),
        (249, "4.11"),
        (250, "4.11"),
        (251, "4.11"),
        (500, "8.18"),
        (999, "16.34"),
        (1_000, "16.34"),
        (2_500, "40.50"),
        (1_000_000, "16200.00"),
    ];
    for (quantity, text) in cases {
        assert_eq!(price(&shop, stars(quantity)), text, "{quantity}");
    }
    let premium = PremiumMonths::ALL.map(|months| price(&shop, Product::Premium(months)));
    assert_eq!(premium, ["13.43", "17.91", "32.47"]);
}

#[test]
fn a_priced_product_says_what_it_was_made_of() {
    let priced = shop(|_| {}).price(stars(100), noon()).unwrap();
    assert_eq!(priced.goods.to_decimal(), "1.50");
    assert_eq!(priced.cost.to_decimal(), "0.652");
    assert_eq!(priced.max_cost.to_decimal(), "0.65852");
    assert_eq!(priced.rate, UsdPerTon::parse("2.3").unwrap());
    assert_eq!(priced.rate_sources.len(), 2);
    assert_eq!(priced.as_of, noon());
}

#[test]
fn the_higher_rate_and_the_higher_of_fragments_prices_count() {
    let mut dear_ton = shop(|_| {});
    let rate = UsdPerTon::parse("2.32").unwrap();
    dear_ton.rates.record(seen("north", rate, noon()), noon());
    let priced = dear_ton.price(stars(1_000), noon()).unwrap();
    assert_eq!(priced.rate, rate);
    assert_eq!(priced.goods.to_decimal(), "15.1264");

    let mut two_prices = shop(|_| {});
    let ton = NanoTon::parse("0.328").unwrap();
    let other = GoodsPrice::of_stars(StarsQuantity::MIN, ton, MicroUsd::parse("0.76").unwrap());
    let other = seen("page", other.unwrap(), noon());
    two_prices.goods.stars.record(other, noon());
    let priced = two_prices.price(stars(50), noon()).unwrap();
    assert_eq!(
        (priced.cost, priced.goods.to_decimal()),
        (ton, "0.76".into())
    );
}

#[test]
fn diverging_prices_of_fragment_pause_their_product_alone() {
    let mut shop = shop(|_| {});
    let ton = NanoTon::parse("0.4").unwrap();
    let other = GoodsPrice::of_stars(StarsQuantity::MIN, ton, MicroUsd::parse("0.75").unwrap());
    let other = seen("page", other.unwrap(), noon());
    shop.goods.stars.record(other, noon());
    let why = shop.price(stars(50), noon()).unwrap_err();
    assert_eq!(
        why.to_string(),
        "paused: price of stars is 0.326 TON for 50 at fragment and 0.4 TON for 50 at page: \
         expected at most 100 bp apart, found 2270 bp"
    );
    assert!(
        shop.price(Product::Premium(PremiumMonths::Six), noon())
            .is_ok()
    );
}

#[test]
fn the_network_fee_is_part_of_the_cost() {
    let shop = shop(|r| r.network_fee = NanoTon::parse("0.01").unwrap());
    // (0.75 + 0.023) x 1.10
    assert_eq!(price(&shop, stars(50)), "0.86");
    let priced = shop.price(stars(50), noon()).unwrap();
    assert_eq!(priced.goods.to_decimal(), "0.75");
}

#[test]
fn a_fixed_price_holds_and_its_neighbours_bend_to_it() {
    let shop = shop(|r| {
        r.fixed = vec![
            fixed(stars(500), "8.00"),
            fixed(Product::Premium(PremiumMonths::Three), "18.00"),
        ];
    });
    assert_eq!(price(&shop, stars(500)), "8.00");
    assert_eq!(price(&shop, stars(499)), "8.00");
    assert_eq!(price(&shop, stars(450)), "7.36");
    assert_eq!(price(&shop, stars(501)), "8.20");
    assert_eq!(price(&shop, Product::Premium(PremiumMonths::Six)), "18.00");
}

#[test]
fn a_fixed_price_below_the_floor_is_refused_with_both_numbers() {
    let shop = shop(|r| r.fixed = vec![fixed(stars(500), "7.94")]);
    let why = shop.price(stars(500), noon()).unwrap_err();
    assert_eq!(
        why.to_string(),
        "refused: fixed price 7.94 USD of 500 stars is too low: expected at least 7.95 USD"
    );
    assert_eq!(why.code(), "below_floor");
    // 499 Stars may still bend to it, because it is not below their own floor.
    assert_eq!(price(&shop, stars(499)), "7.94");
    assert_eq!(price(&shop, stars(501)), "8.20");
}

#[test]
fn an_order_that_may_cost_too_much_is_refused() {
    let shop = shop(|r| r.max_order_cost = NanoTon::parse("0.65852").unwrap());
    assert!(shop.price(stars(100), noon()).is_ok());
    let why = shop.price(stars(101), noon()).unwrap_err();
    assert_eq!(
        why.to_string(),
        "refused: 101 stars may cost 0.6651052 TON: expected at most 0.65852 TON an order"
    );
}

#[test]
fn absurd_observations_are_refused_without_a_panic() {
    let mut shop = shop(|r| r.max_order_cost = NanoTon::from_nanos(i64::MAX));
    for source in ["north", "south"] {
        let rate = UsdPerTon::new(i64::MAX).unwrap();
        shop.rates.record(seen(source, rate, noon()), noon());
    }
    let why = shop.price(stars(1_000_000), noon()).unwrap_err();
    assert_eq!(why.code(), "arithmetic");
}

#[test]
fn no_quantity_is_cheaper_than_a_smaller_one() {
    let shop = shop(|r| r.fixed = vec![fixed(stars(700), "11.20"), fixed(stars(2_000), "40.00")]);
    let mut before = MicroUsd::ZERO;
    for quantity in (50..5_000).chain((5_000..=1_000_000).step_by(997)) {
        let price = shop.price(stars(quantity), noon()).unwrap().price;
        assert!(price >= before, "{quantity}: {price} after {before}");
        before = price;
    }
}

prop_compose! {
    fn allowances()(slippage in 0..300_u32, limit in 0..300_u32, fee in 0..300_u32, missing in 0..200_u32)
        -> [Bps; 4] { [slippage, limit, fee, missing].map(Bps::new) }
}

prop_compose! {
    fn any_rules()(
        allowed in allowances(),
        steps in prop::collection::vec((1..2_000_u32, 0..5_000_u32), 1..6),
        extra in 0..200_u32,
        premium in 0..5_000_u32,
        fee in 0..20_000_000_i64,
        fixed_at in prop::collection::btree_map(50..5_000_u32, 1..2_000_i64, 0..4),
    ) -> PriceRules {
        let [slippage, source_limit, gateway_fee, accepted_underpayment] = allowed;
        let mut made = PriceRules {
            slippage, source_limit, gateway_fee, accepted_underpayment,
            network_fee: NanoTon::from_nanos(fee),
            max_order_cost: NanoTon::from_nanos(i64::MAX),
            ..rules()
        };
        made.margin_floor = Bps::new(made.least_margin().unwrap().get() + extra);
        let mut from_quantity = 1;
        made.tiers = steps.iter().map(|(step, over)| {
            let tier = Tier { from_quantity, markup: Bps::new(made.margin_floor.get() + over) };
            from_quantity += step;
            tier
        }).collect();
        made.premium_markup = Bps::new(made.margin_floor.get() + premium);
        let mut cents = 0;
        made.fixed = fixed_at.into_iter().map(|(quantity, more)| {
            cents += more;
            FixedPrice { product: stars(quantity), price: MicroUsd::from_micros(cents * 10_000) }
        }).collect();
        made
    }
}

prop_compose! {
    fn any_shop()(
        rules in any_rules(),
        rate in 100_000..20_000_000_i64,
        apart in 0..100_u32,
        reference in 50..100_000_u32,
        per_star in 1_000_000..20_000_000_i64,
        usd_per_star in 10_000..20_000_i64,
    ) -> ShopPrices {
        let apart = apart.min(rules.source_limit.get());
        let mut shop = prices(noon());
        let high = rate + rate * i64::from(apart) / 10_000;
        for (source, micros) in [("north", rate), ("south", high)] {
            shop.rates.record(seen(source, UsdPerTon::new(micros).unwrap(), noon()), noon());
        }
        let quantity = StarsQuantity::new(reference).unwrap();
        let cost = NanoTon::from_nanos(per_star * i64::from(reference) + 1);
        let usd = MicroUsd::from_micros(usd_per_star * i64::from(reference) + 1);
        let stars = GoodsPrice::of_stars(quantity, cost, usd).unwrap();
        shop.goods.stars.record(seen("fragment", stars, noon()), noon());
        shop.rules = CheckedRules::new(rules).unwrap();
        shop
    }
}

/// The last quantities of tiers and the fixed ones, with what lies around them.
fn edges(shop: &ShopPrices) -> Vec<u32> {
    let rules = shop.rules.get();
    let fixed = rules.fixed.iter().map(|fixed| match fixed.product {
        Product::Stars(quantity) => quantity.get(),
        Product::Premium(_) => 50,
    });
    rules
        .tiers
        .iter()
        .map(|tier| tier.from_quantity)
        .chain(fixed)
        .flat_map(|edge| edge.saturating_sub(3)..edge + 4)
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn prices_never_fall_as_the_quantity_grows(shop in any_shop(), some in prop::collection::vec(50..20_000_u32, 60)) {
        let mut quantities = edges(&shop);
        quantities.extend(some);
        quantities.retain(|quantity| (50..=1_000_000).contains(quantity));
        quantities.sort_unstable();
        let mut before = MicroUsd::ZERO;
        for quantity in quantities {
            match shop.price(stars(quantity), noon()) {
                Ok(priced) => {
                    prop_assert!(priced.price >= before, "{}: {} after {}", quantity, priced.price, before);
                    before = priced.price;
                }
                Err(NoPrice::Refused(PriceRefused::BelowFloor { fixed, floor, .. })) => prop_assert!(fixed < floor),
                Err(other) => prop_assert!(false, "{}", other),
            }
        }
    }

    #[test]
    fn prices_are_whole_cents_above_the_floor_and_fragments_own(shop in any_shop(), quantity in 50..=1_000_000_u32) {
        let Ok(priced) = shop.price(stars(quantity), noon()) else { return Ok(()) };
        let rules = shop.rules.get();
        let raw = serde_json::to_value(shop.goods.stars.all()[0].value).unwrap();
        let raw = |key: &str| i128::from(raw[key].as_i64().unwrap());
        let quantity = i128::from(quantity);
        let micros = i128::from(priced.price.micros());
        let floor = i128::from(rules.margin_floor.get()) + 10_000;
        // Exact fractions: price x 10,000 >= cost x (10,000 + floor), in dollars and by TON.
        prop_assert!(micros * 10_000 * raw("units") >= raw("usd") * quantity * floor);
        let nano_micros = i128::from(priced.rate.micros()) * raw("cost") * quantity;
        prop_assert!(micros * 10_000 * raw("units") * 1_000_000_000 >= nano_micros * floor);
        prop_assert_eq!(micros % 10_000, 0);
    }

    #[test]
    fn rounding_adds_at_most_a_cent(shop in any_shop(), quantity in 50..=1_000_000_u32) {
        let mut shop = shop;
        let mut plain = shop.rules.get().clone();
        plain.fixed.clear();
        plain.tiers.truncate(1);
        let markup = plain.tiers[0].markup;
        shop.rules = CheckedRules::new(plain).unwrap();
        let priced = shop.price(stars(quantity), noon()).unwrap();
        let fee = priced.rate.usd_up(shop.rules.get().network_fee).unwrap();
        let cost = i128::from(priced.goods.micros() + fee.micros());
        let exact = cost * (10_000 + i128::from(markup.get()));
        let over = i128::from(priced.price.micros()) * 10_000 - exact;
        prop_assert!((0..10_000 * 10_000).contains(&over), "{}", over);
    }

    #[test]
    fn nothing_is_lost_when_every_allowance_is_used_up(shop in any_shop(), quantity in 50..=1_000_000_u32) {
        let Ok(priced) = shop.price(stars(quantity), noon()) else { return Ok(()) };
        let rules = shop.rules.get();
        let kept = |points: Bps| 10_000 - i128::from(points.get());
        let risen = |points: Bps| 10_000 + i128::from(points.get());
        let income = i128::from(priced.price.micros())
            * kept(rules.gateway_fee) * kept(rules.accepted_underpayment);
        // The rate rises by the source limit, and Fragment asks for all it may.
        let spent = (i128::from(priced.max_cost.nanos()) + i128::from(rules.network_fee.nanos()))
            * i128::from(priced.rate.micros()) * risen(rules.source_limit);
        prop_assert!(income * 1_000_000_000 >= spent * 10_000, "{:?}", priced);
    }

    #[test]
    fn a_stale_or_diverging_rate_always_pauses(shop in any_shop(), quantity in 50..=1_000_000_u32, late in 1..1_000_000_i64) {
        let product = stars(quantity);
        let after = noon() + shop.rules.get().rate_max_age + crate::domain::Span::milliseconds(late);
        prop_assert_eq!(shop.price(product, after).unwrap_err().code(), "too_old");
        let mut apart = shop;
        let high = apart.rates.all().iter().map(|seen| seen.value.micros()).max().unwrap();
        let rate = UsdPerTon::new(high + high * 4 / 100).unwrap();
        apart.rates.record(seen("east", rate, noon()), noon());
        prop_assert_eq!(apart.price(product, noon()).unwrap_err().code(), "sources_apart");
    }
}
