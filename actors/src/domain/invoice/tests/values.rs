use proptest::prelude::*;

use super::*;
use GatewayStatus::{Check, Paid, PaidOver, WrongAmount};

fn seen(status: GatewayStatus) -> Report {
    report(&World::top_up().invoices[0], status)
}

#[test]
fn the_value_follows_the_quote_and_the_dollars_only_without_one() {
    // status, payer amount, payment amount, dollars, late, value in cents
    let table = [
        (Paid, None, None, None, false, Some(165)),
        (Paid, Some(165), Some(1), Some(1), false, Some(165)),
        (Paid, Some(165), Some(165), Some(90), true, Some(90)),
        (Paid, Some(165), Some(165), None, true, None),
        (Paid, Some(165), Some(165), Some(0), true, None),
        (PaidOver, Some(165), Some(330), Some(1), false, Some(330)),
        (PaidOver, Some(165), None, Some(200), false, None),
        (PaidOver, None, Some(330), Some(200), false, Some(200)),
        (PaidOver, Some(0), Some(330), Some(200), false, Some(200)),
        (PaidOver, Some(165), Some(330), Some(200), true, Some(200)),
        (WrongAmount, Some(165), Some(33), Some(99), false, Some(33)),
        (WrongAmount, None, None, None, false, None),
        (WrongAmount, Some(165), Some(0), Some(0), false, None),
        (Check, Some(165), Some(165), Some(165), false, None),
    ];
    for (status, asked, sent, dollars, late, cents) in table {
        let mut report = seen(status);
        report.payer.amount = asked.map(coins);
        report.payment_amount = sent.map(coins);
        report.payment_amount_usd = dollars.map(|cents: i64| usd(cents * 10_000));
        let expected = cents.map(|cents: i64| usd(cents * 10_000));
        assert_eq!(value_of(FACE, &report, late), expected, "{report:?}");
    }
}

#[test]
fn the_value_is_rounded_down_and_a_missing_part_is_raised() {
    let mut third = seen(WrongAmount);
    third.payer.amount = Some(CoinAmount::from_units(3));
    third.payment_amount = Some(CoinAmount::from_units(2));
    assert_eq!(value_of(usd(100), &third, false), Some(usd(66)));

    let minimum = usd(500_000);
    let missing = |price, there| missing_part(usd(price), usd(there), minimum).unwrap();
    assert_eq!(missing(100, 100), None);
    let small = Missing {
        ask: minimum,
        surplus: usd(50_000),
    };
    assert_eq!(missing(1_650_000, 1_200_000), Some(small));
    let large = Missing {
        ask: usd(650_000),
        surplus: MicroUsd::ZERO,
    };
    assert_eq!(missing(1_650_000, 1_000_000), Some(large));
}

#[test]
fn a_value_that_does_not_fit_cannot_be_told() {
    let mut huge = seen(PaidOver);
    huge.payer.amount = Some(CoinAmount::from_units(u128::MAX));
    huge.payment_amount = Some(CoinAmount::from_units(u128::MAX));
    let face = usd(10_000_000_000_000);
    assert_eq!(value_of(face, &huge, false), Some(face));
    huge.payer.amount = Some(CoinAmount::from_units(1));
    assert_eq!(value_of(face, &huge, false), None);
}

#[test]
fn what_is_missing_in_coins_is_shown() {
    let mut waiting = seen(GatewayStatus::WrongAmountWaiting);
    waiting.payment_amount = Some(coins(100));
    assert_eq!(waiting.missing_coins(), Some(coins(65)));
    waiting.payment_amount = Some(coins(165));
    assert_eq!(waiting.missing_coins(), None);
}

proptest! {
    #[test]
    fn the_ratio_is_the_exact_one_rounded_down(
        face in 1_i64..1_000_000_000_000,
        asked in 1_u64..,
        sent in 0_u64..,
    ) {
        let mut report = seen(PaidOver);
        report.payer.amount = Some(CoinAmount::from_units(asked.into()));
        report.payment_amount = Some(CoinAmount::from_units(sent.into()));
        let exact = i128::from(face) * i128::from(sent) / i128::from(asked);
        let exact = i64::try_from(exact).ok().map(usd);
        prop_assert_eq!(arrived(usd(face), &report), exact);
    }

    #[test]
    fn a_split_loses_nothing(value in 1_i64..1_000_000_000, dust in 0_i64..100_000) {
        let rules = InvoiceRules { dust: usd(dust), ..InvoiceRules::default() };
        let parts = split(FACE, usd(value), &rules).unwrap();
        prop_assert_eq!(parts.credit.checked_add(parts.withheld), Ok(usd(value)));
        prop_assert!(parts.credit >= MicroUsd::ZERO && parts.withheld >= MicroUsd::ZERO);
        let most = FACE.checked_add(rules.surplus_cap).unwrap();
        prop_assert!(parts.credit <= most);
    }
}
