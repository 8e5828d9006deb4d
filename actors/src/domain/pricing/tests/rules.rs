use super::super::samples::{rules, stars};
use super::super::*;
use crate::domain::Span;
use crate::domain::catalog::{PremiumMonths, Product};
use crate::domain::money::{MicroUsd, NanoTon};

fn found(change: impl FnOnce(&mut PriceRules)) -> Vec<String> {
    let mut changed = rules();
    change(&mut changed);
    match changed.validate() {
        Ok(()) => Vec::new(),
        Err(BadRules(found)) => found.iter().map(ToString::to_string).collect(),
    }
}

fn fixed(product: Product, price: &str) -> FixedPrice {
    let price = MicroUsd::parse(price).unwrap();
    FixedPrice { product, price }
}

#[test]
fn the_sample_is_consistent() {
    assert_eq!(found(|_| {}), Vec::<String>::new());
}

#[test]
fn each_contradiction_is_named() {
    type Change = fn(&mut PriceRules);
    let cases: [(Change, &str); 19] = [
        (|r| r.tiers.clear(), "tiers are empty"),
        (|r| r.tiers = vec![r.tiers[0]; 65], "tiers has 65 rows"),
        (|r| r.tiers[0].from_quantity = 51, "first tier starts at 51"),
        (
            |r| r.tiers[2].from_quantity = 250,
            "tier from 250 follows the tier from 250",
        ),
        (
            |r| r.tiers[2].markup = Bps::new(599),
            "markup of tier from 1000 is 599 bp: expected 600 bp",
        ),
        (
            |r| r.premium_markup = Bps::new(90_001),
            "markup of premium is 90001 bp",
        ),
        (
            |r| r.margin_floor = Bps::new(400),
            "margin floor is 400 bp: expected at least 409 bp",
        ),
        (
            |r| r.gateway_fee = Bps::WHOLE,
            "margin floor is 600 bp: expected at least 90000 bp",
        ),
        (
            |r| r.invoice_lifetime = Span::minutes(31),
            "invoice lifetime is 1860 s: expected at most the quote lifetime, 1800 s",
        ),
        (
            |r| r.invoice_lifetime = Span::zero(),
            "invoice lifetime is 0 s",
        ),
        (|r| r.rate_max_age = Span::zero(), "greatest age of a rate"),
        (
            |r| r.goods_max_age = Span::seconds(-1),
            "greatest age of a price",
        ),
        (
            |r| r.future_tolerance = Span::seconds(-1),
            "tolerance for the future is -1 s",
        ),
        (|r| r.rate_min_sources = 0, "number of rate sources is 0"),
        (|r| r.goods_min_sources = 0, "number of price sources is 0"),
        (
            |r| r.max_order_cost = NanoTon::ZERO,
            "most an order may cost is 0 TON",
        ),
        (
            |r| r.network_fee = NanoTon::from_nanos(-1),
            "network fee is -0.000000001 TON",
        ),
        (
            |r| r.fixed = vec![fixed(stars(100), "1.655")],
            "fixed price of 100 stars is 1.655 USD",
        ),
        (
            |r| r.fixed = vec![fixed(stars(100), "2"), fixed(stars(100), "2")],
            "100 stars has more than one fixed price",
        ),
    ];
    for (change, text) in cases {
        let found = found(change);
        assert!(found.iter().any(|f| f.contains(text)), "{text}: {found:?}");
    }
}

#[test]
fn a_larger_quantity_is_never_fixed_lower() {
    let falling = |r: &mut PriceRules| {
        r.fixed = vec![
            fixed(stars(500), "8"),
            fixed(Product::Premium(PremiumMonths::Three), "1"),
            fixed(stars(100), "9"),
        ];
    };
    let text = "fixed price of 500 stars is below that of 100 stars: expected it to be no lower";
    assert_eq!(found(falling), [text]);
}

#[test]
fn all_contradictions_are_listed_at_once() {
    let found = found(|r| {
        r.tiers.clear();
        r.rate_min_sources = 0;
        r.quote_lifetime = Span::zero();
    });
    assert_eq!(found.len(), 4, "{found:?}");
}

#[test]
fn the_least_margin_covers_the_sum_of_the_allowances_and_their_product() {
    let mut changed = rules();
    assert_eq!(changed.least_margin(), Some(Bps::new(409)));
    changed.accepted_underpayment = Bps::ZERO;
    assert_eq!(changed.least_margin(), Some(Bps::new(305)));
    changed.gateway_fee = Bps::ZERO;
    changed.source_limit = Bps::ZERO;
    assert_eq!(changed.least_margin(), Some(Bps::new(100)));
    changed.gateway_fee = Bps::new(20_000);
    changed.accepted_underpayment = Bps::new(20_000);
    assert_eq!(changed.least_margin(), None);
}
