use proptest::prelude::*;

use super::*;
use crate::domain::Span;
use crate::domain::pricing::Bps;
use crate::domain::pricing::samples::{masha, noon, prices, quote, rate, rules, stars};

fn offer() -> Quote {
    quote(QuoteId::new(7), CustomerId::new(1), stars(100), noon())
}

fn ton(text: &str) -> NanoTon {
    NanoTon::parse(text).unwrap()
}

fn fresh(text: &str) -> UsableRate {
    let mut rate = rate(noon());
    rate.high = UsdPerTon::parse(text).unwrap();
    rate
}

fn measure(real: &str, rate: &str) -> Option<SlippageMeasure> {
    let judged = offer().judge_real_cost(ton(real), &fresh(rate), &rules());
    judged.err().map(|exceeded| exceeded.measure)
}

#[test]
fn a_quote_holds_until_the_instant_it_expires() {
    let offer = offer();
    assert_eq!(offer.price.to_decimal(), "1.65");
    assert_eq!(offer.expires_at, noon() + Span::minutes(30));
    assert!(offer.is_open(noon() - Span::seconds(1)));
    assert!(offer.is_open(offer.expires_at - Span::microseconds(1)));
    assert!(!offer.is_open(offer.expires_at));
}

#[test]
fn a_lifetime_beyond_all_time_is_no_lifetime() {
    let endless = PriceRules {
        quote_lifetime: Span::MAX,
        ..rules()
    };
    let priced = prices(noon()).price(stars(50), noon()).unwrap();
    let (id, customer) = (QuoteId::new(1), CustomerId::new(1));
    let offer = Quote::offer(id, customer, masha(), priced, &endless, noon());
    assert!(!offer.is_open(noon()));
}

#[test]
fn a_real_cost_is_accepted_up_to_the_slippage_in_ton_and_in_dollars() {
    use SlippageMeasure::*;
    // Quoted: 0.652 TON at 2.30; 1 % slippage: 0.65852 TON, 1.514596 USD.
    let cases = [
        ("0.652", "2.30", None),
        ("0.5", "2.30", None),
        ("0.65852", "2.30", None),
        ("0.658520001", "2.30", Some(Ton)),
        ("0.652", "2.322", None),
        ("0.652", "2.323001", Some(Usd)),
        ("0.65852", "2.301", Some(Usd)),
        ("0.6", "2.5", None),
        ("0.7", "1.0", Some(Ton)),
        ("0", "2.30", Some(NotAPrice)),
        ("9223372036", "9000000000000", Some(NotAPrice)),
    ];
    for (real, rate, expected) in cases {
        assert_eq!(measure(real, rate), expected, "{real} at {rate}");
    }
}

#[test]
fn the_refusal_names_both_costs() {
    let exceeded = offer()
        .judge_real_cost(ton("0.7"), &fresh("2.4"), &rules())
        .unwrap_err();
    assert_eq!((exceeded.quoted, exceeded.real), (ton("0.652"), ton("0.7")));
    assert_eq!(
        exceeded.to_string(),
        "real cost 0.7 TON (1.68 USD) of a quoted 0.652 TON (1.4996 USD) is too much in TON: \
         expected at most 0.65852 TON and 1.514596 USD"
    );
    let json = serde_json::to_string(&exceeded).unwrap();
    let read: SlippageExceeded = serde_json::from_str(&json).unwrap();
    assert_eq!(read, exceeded);
}

#[test]
fn stricter_rules_count_at_once_and_looser_ones_do_not() {
    let judge = |real, rules: &PriceRules| offer().judge_real_cost(ton(real), &fresh("2.3"), rules);
    let strict = PriceRules {
        slippage: Bps::ZERO,
        ..rules()
    };
    assert!(judge("0.652", &strict).is_ok());
    assert!(judge("0.652000001", &strict).is_err());
    let loose = PriceRules {
        slippage: Bps::new(5_000),
        ..rules()
    };
    assert!(judge("0.66", &loose).is_err());
    let capped = PriceRules {
        max_order_cost: ton("0.6"),
        ..rules()
    };
    let exceeded = judge("0.61", &capped).unwrap_err();
    assert_eq!(exceeded.measure, SlippageMeasure::Cap);
}

#[test]
fn a_quote_survives_storage() {
    let offer = offer();
    let json = serde_json::to_string(&offer).unwrap();
    assert_eq!(serde_json::from_str::<Quote>(&json).unwrap(), offer);
}

proptest! {
    #[test]
    fn what_is_accepted_stays_within_the_slippage(
        quantity in 50..=1_000_000_u32,
        real in 1..20_000_i64,
        rate in 1_000_000..5_000_000_i64,
    ) {
        let offer = quote(QuoteId::new(1), CustomerId::new(1), stars(quantity), noon());
        // `real` in ten-thousandths of the quoted cost.
        let real = i128::from(offer.cost.nanos()) * i128::from(real) / 10_000;
        let real = NanoTon::from_nanos(i64::try_from(real.max(1)).unwrap());
        let mut fresh = fresh("1");
        fresh.high = UsdPerTon::new(rate).unwrap();
        let slippage = 10_000 + i128::from(rules().slippage.get());
        if offer.judge_real_cost(real, &fresh, &rules()).is_ok() {
            prop_assert!(i128::from(real.nanos()) * 10_000 <= i128::from(offer.cost.nanos()) * slippage);
            let now_usd = fresh.high.usd_up(real).unwrap();
            let then_usd = offer.rate.usd_up(offer.cost).unwrap();
            prop_assert!(i128::from(now_usd.micros()) * 10_000 <= i128::from(then_usd.micros()) * slippage + 10_000);
            prop_assert!(now_usd < offer.price);
        } else {
            prop_assert!(
                real > offer.max_cost
                    || fresh.high.usd_up(real).unwrap() > offer.rate.usd_up(offer.max_cost).unwrap()
            );
        }
    }
}
