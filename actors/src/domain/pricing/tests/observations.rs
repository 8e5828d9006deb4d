use proptest::prelude::*;

use super::super::samples::{noon, prices, rules, seen, stars};
use super::super::*;
use crate::domain::catalog::{PremiumMonths, Product, ProductKind};
use crate::domain::money::{MicroUsd, NanoTon};
use crate::domain::{Span, Timestamp};

fn rate(text: &str) -> UsdPerTon {
    UsdPerTon::parse(text).unwrap()
}

/// A source, its rate, and how many seconds ago it spoke.
type Seen<'a> = (&'a str, &'a str, i64);

fn book(seen_rates: &[Seen<'_>]) -> Observations<UsdPerTon> {
    let mut book = Observations::default();
    for (source, value, age_s) in seen_rates {
        let at = noon() - Span::seconds(*age_s);
        book.record(seen(source, rate(value), at), noon());
    }
    book
}

fn usable(seen_rates: &[Seen<'_>]) -> Result<UsableRate, Paused> {
    book(seen_rates).usable(noon(), rules().rate_limits())
}

#[test]
fn agreeing_sources_give_a_rate_with_its_worse_and_better_side() {
    let rate_now = usable(&[("north", "2.30", 10), ("south", "2.31", 300)]).unwrap();
    assert_eq!((rate_now.low, rate_now.high), (rate("2.30"), rate("2.31")));
    assert_eq!(rate_now.as_of, noon() - Span::seconds(300));
    let names: Vec<_> = rate_now.sources.iter().map(SourceName::as_str).collect();
    assert_eq!(names, ["north", "south"]);
}

#[test]
fn what_cannot_be_believed_pauses_and_says_what_it_saw() {
    let cases: [(&[Seen<'_>], &str); 7] = [
        (
            &[],
            "rate of TON was never seen: expected a first observation",
        ),
        (
            &[("north", "2.30", 10)],
            "rate of TON has 1 sources: expected at least 2",
        ),
        (
            &[("north", "2.30", 10), ("south", "2.30", 301)],
            "rate of TON from south is 301 s old: expected at most 300 s \
             (1 of 2 sources are recent)",
        ),
        (
            &[("north", "2.30", 900), ("south", "2.30", 400)],
            "rate of TON from south is 400 s old: expected at most 300 s \
             (0 of 2 sources are recent)",
        ),
        (
            &[("north", "2.30", 0), ("south", "2.30", -31)],
            "rate of TON from south is dated 31 s in the future: expected at most 30 s",
        ),
        (
            &[("north", "2.30", 0), ("south", "2.3231", 0)],
            "rate of TON is 2.30 USD per TON at north and 2.3231 USD per TON at south: \
             expected at most 100 bp apart, found 101 bp",
        ),
        (
            &[("a", "2.30", 0), ("b", "2.31", 0), ("c", "2.40", 0)],
            "rate of TON is 2.30 USD per TON at a and 2.40 USD per TON at c: \
             expected at most 100 bp apart, found 435 bp",
        ),
    ];
    for (seen_rates, text) in cases {
        assert_eq!(usable(seen_rates).unwrap_err().to_string(), text);
    }
}

#[test]
fn limits_are_met_by_what_lies_exactly_on_them() {
    assert!(usable(&[("north", "2.30", 300), ("south", "2.323", -30)]).is_ok());
}

#[test]
fn an_old_source_is_left_out_while_enough_others_speak() {
    let rate_now = usable(&[("a", "9.99", 999), ("b", "2.30", 0), ("c", "2.31", 0)]).unwrap();
    assert_eq!(rate_now.high, rate("2.31"));
    assert_eq!(rate_now.sources.len(), 2);
}

#[test]
fn one_source_is_enough_only_where_the_rules_say_so() {
    let mut one = rules();
    one.rate_min_sources = 1;
    let lonely = book(&[("north", "2.30", 0)]);
    assert!(lonely.usable(noon(), one.rate_limits()).is_ok());
    assert!(lonely.usable(noon(), rules().rate_limits()).is_err());
}

#[test]
fn a_source_is_heard_once_and_its_newest_word_counts() {
    let mut rates = book(&[("north", "2.30", 10), ("north", "2.20", 20)]);
    assert_eq!(rates.all().len(), 1);
    assert_eq!(rates.all()[0].value, rate("2.30"));
    // A date from the future does not lock the source.
    rates.record(seen("north", rate("2.40"), noon() + Span::days(1)), noon());
    rates.record(seen("north", rate("2.50"), noon()), noon());
    assert_eq!(rates.all()[0].value, rate("2.50"));
    for number in 0..20 {
        let at = noon() + Span::seconds(number);
        rates.record(seen(&format!("s{number}"), rate("2.3"), at), at);
    }
    assert_eq!(rates.all().len(), Observations::<UsdPerTon>::MAX_SOURCES);
    assert!(rates.all().iter().all(|seen| seen.at > noon()));
}

#[test]
fn rates_convert_the_way_they_are_named() {
    let third = rate("3.000001");
    let ton = NanoTon::from_nanos(1_000_000_001);
    assert_eq!(third.usd_up(ton).unwrap().micros(), 3_000_002);
    assert_eq!(third.usd_down(ton).unwrap().micros(), 3_000_001);
    let usd = MicroUsd::from_micros(1_000_000);
    assert_eq!(third.ton_down(usd).unwrap().nanos(), 333_333_222);
    assert_eq!(third.ton_up(usd).unwrap().nanos(), 333_333_223);
    assert!(third.usd_up(NanoTon::from_nanos(i64::MAX)).is_ok());
    let huge = UsdPerTon::new(i64::MAX).unwrap();
    assert!(huge.usd_up(NanoTon::from_nanos(i64::MAX)).is_err());
}

#[test]
fn rates_are_read_rounded_up_and_never_zero() {
    assert_eq!(rate("2.30000000000001").micros(), 2_300_001);
    assert_eq!(rate("0.000000000000000001").micros(), 1);
    for bad in ["0", "0.0", "-1", "", "1e3", "99999999999999999999"] {
        assert!(UsdPerTon::parse(bad).is_err(), "{bad}");
    }
    assert!(serde_json::from_str::<UsdPerTon>("0").is_err());
}

#[test]
fn fragments_own_rate_follows_from_its_two_prices() {
    let quantity = crate::domain::catalog::StarsQuantity::new(5_050).unwrap();
    let cost = NanoTon::parse("44.6172").unwrap();
    let price = GoodsPrice::of_stars(quantity, cost, MicroUsd::parse("75.75").unwrap()).unwrap();
    assert_eq!(price.implied_rate().unwrap(), rate("1.697776"));
    assert!(GoodsPrice::of_premium(NanoTon::ZERO, MicroUsd::CENT).is_err());
    assert!(GoodsPrice::of_premium(cost, MicroUsd::ZERO).is_err());
    assert!(serde_json::from_str::<GoodsPrice>(r#"{"units":0,"cost":1,"usd":1}"#).is_err());
}

#[test]
fn products_pause_one_by_one_and_all_without_a_rate() {
    let mut shop = prices(noon());
    assert!(shop.unavailable(noon()).is_empty());

    let later = noon() + Span::minutes(4);
    let six = Product::Premium(PremiumMonths::Six);
    let stale = shop.goods.premium_six.all()[0].clone();
    shop.goods.premium_six = Observations::default();
    let at = later - Span::minutes(16);
    shop.goods
        .premium_six
        .record(Observed { at, ..stale }, later);
    let closed = shop.unavailable(later);
    assert_eq!(closed.len(), 1);
    assert_eq!((closed[0].product, closed[0].why.code()), (six, "too_old"));

    let too_late = noon() + Span::minutes(6);
    assert_eq!(shop.unavailable(too_late).len(), 4);
}

#[test]
fn a_stop_covers_its_kind_or_everything() {
    let mut shop = prices(noon());
    let premium = Product::Premium(PremiumMonths::Three);
    shop.stops.push(Stop {
        kind: Some(ProductKind::Premium),
        why: StopReason::Operator,
        since: noon(),
    });
    let why = shop.price(premium, noon()).unwrap_err();
    assert_eq!(
        why.to_string(),
        "paused: sales of premium stopped since 2026-07-15 12:00:00 UTC: an operator stopped them"
    );
    assert!(shop.price(stars(50), noon()).is_ok());
    shop.stops[0].kind = None;
    assert!(shop.price(stars(50), noon()).is_err());
}

#[test]
fn published_prices_and_reasons_survive_storage() {
    let mut shop = prices(noon());
    shop.stops.push(Stop {
        kind: None,
        why: StopReason::FloatLow,
        since: noon(),
    });
    let json = serde_json::to_string(&StoredShopPrices::from(shop.clone())).unwrap();
    assert!(json.starts_with(r#"{"form":"1","#), "{json}");
    let read: StoredShopPrices = serde_json::from_str(&json).unwrap();
    assert_eq!(ShopPrices::from(read), shop);

    let broken = json.replace("\"margin_floor\":600", "\"margin_floor\":1");
    assert_ne!(broken, json);
    assert!(serde_json::from_str::<StoredShopPrices>(&broken).is_err());

    for closed in shop.unavailable(noon() + Span::hours(1)) {
        let json = serde_json::to_string(&closed).unwrap();
        assert_eq!(serde_json::from_str::<Unavailable>(&json).unwrap(), closed);
    }
    let why = usable(&[("a", "1", 0), ("b", "2", 0)]).unwrap_err();
    let json = serde_json::to_string(&NoPrice::from(why.clone())).unwrap();
    assert_eq!(serde_json::from_str::<NoPrice>(&json).unwrap(), why.into());
}

fn any_book() -> impl Strategy<Value = Observations<UsdPerTon>> {
    let one = (1..10_000_000_i64, -120..900_i64, "[a-d]");
    prop::collection::vec(one, 0..8).prop_map(|all| {
        let mut book = Observations::default();
        for (micros, age_s, source) in all {
            let value = UsdPerTon::new(micros).unwrap();
            book.record(seen(&source, value, noon() - Span::seconds(age_s)), noon());
        }
        book
    })
}

proptest! {
    #[test]
    fn a_rate_is_believed_only_if_recent_supported_and_agreed(book in any_book(), needed in 0..4_u32, apart in 0..20_000_u32) {
        let limits = SourceLimits {
            max_age: Span::seconds(300),
            future_tolerance: Span::seconds(30),
            min_sources: needed,
            max_apart: Bps::new(apart),
        };
        let age = |at: Timestamp| noon().signed_duration_since(at).num_seconds();
        let recent: Vec<_> = book.all().iter().filter(|s| age(s.at) <= 300).collect();
        let high = recent.iter().map(|s| i128::from(s.value.micros())).max().unwrap_or(0);
        let low = recent.iter().map(|s| i128::from(s.value.micros())).min().unwrap_or(0);
        let good = book.all().iter().all(|s| age(s.at) >= -30)
            && recent.len() >= usize::try_from(needed.max(1)).unwrap()
            && (high - low) * 10_000 <= low * i128::from(apart);
        let usable = book.usable(noon(), limits);
        prop_assert_eq!(usable.is_ok(), good, "{:?}", usable);
        if let Ok(rate) = usable {
            prop_assert_eq!(i128::from(rate.high.micros()), high);
            prop_assert_eq!(i128::from(rate.low.micros()), low);
        }
    }

    #[test]
    fn conversions_bracket_the_exact_value(nanos in 0..1_i64 << 50, micros in 1..1_i64 << 40) {
        let rate = UsdPerTon::new(micros).unwrap();
        let ton = NanoTon::from_nanos(nanos);
        if let (Ok(up), Ok(down)) = (rate.usd_up(ton), rate.usd_down(ton)) {
            prop_assert!(down <= up && up.micros() - down.micros() <= 1);
            // Back again: never more TON than went in, never less.
            if let (Ok(less), Ok(more)) = (rate.ton_down(down), rate.ton_up(up)) {
                prop_assert!(less <= ton && ton <= more);
            }
        }
    }
}
