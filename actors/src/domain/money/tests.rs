use proptest::prelude::*;

use super::*;

fn usd_fault(text: &str) -> AmountFault {
    MicroUsd::parse(text).unwrap_err().fault
}

#[test]
fn dollars_are_read_exactly() {
    let cases = [
        ("0", 0),
        ("0.00", 0),
        ("1", 1_000_000),
        ("1.65", 1_650_000),
        ("15.00", 15_000_000),
        ("0.000001", 1),
        ("1.0000000000", 1_000_000),
        ("1,234.50", 1_234_500_000),
        ("1,234,567.89", 1_234_567_890_000),
        ("12,345", 12_345_000_000),
        ("1234567.89", 1_234_567_890_000),
        ("9223372036854.775807", i64::MAX),
    ];
    for (text, micros) in cases {
        assert_eq!(MicroUsd::parse(text).unwrap().micros(), micros, "{text}");
    }
}

#[test]
fn ton_is_read_as_fragment_writes_it() {
    let cases = [
        ("0.2774", 277_400_000),
        ("44.6172", 44_617_200_000),
        ("1,234.5678", 1_234_567_800_000),
        ("0.000000001", 1),
    ];
    for (text, nanos) in cases {
        assert_eq!(NanoTon::parse(text).unwrap().nanos(), nanos, "{text}");
    }
}

#[test]
fn anything_but_an_amount_is_refused_and_says_why() {
    use AmountFault::*;
    let cases = [
        ("", Empty),
        ("-", Empty),
        (" ", NotDecimal),
        (" 1", NotDecimal),
        ("1 ", NotDecimal),
        ("1\n", NotDecimal),
        ("1 000", NotDecimal),
        ("1\u{a0}000", NotDecimal),
        ("+1", NotDecimal),
        ("--1", NotDecimal),
        ("1-", NotDecimal),
        (".", NotDecimal),
        (".5", NotDecimal),
        ("5.", NotDecimal),
        ("1.2.3", NotDecimal),
        ("1..2", NotDecimal),
        ("1e3", NotDecimal),
        ("1E3", NotDecimal),
        ("0x10", NotDecimal),
        ("1_000", NotDecimal),
        ("$1.65", NotDecimal),
        ("1.65 USD", NotDecimal),
        ("NaN", NotDecimal),
        ("inf", NotDecimal),
        ("\u{661}", NotDecimal),
        ("\u{ff11}", NotDecimal),
        ("1.\u{661}", NotDecimal),
        ("null", NotDecimal),
        (",", Separator),
        (",100", Separator),
        ("1,", Separator),
        ("1,00", Separator),
        ("1,65", Separator),
        ("1,0000", Separator),
        ("1234,567", Separator),
        ("1,,000", Separator),
        ("1.000,5", NotDecimal),
        ("1.5,000", NotDecimal),
        ("0,500", LeadingZero),
        ("007", LeadingZero),
        ("00", LeadingZero),
        ("1.0000001", TooFine(6)),
        ("9223372036854.775808", TooLarge),
        ("99999999999999999999999999999999999999999", TooLarge),
        ("-1", Negative),
        ("-0", Negative),
    ];
    for (text, fault) in cases {
        assert_eq!(usd_fault(text), fault, "{text:?}");
    }
}

#[test]
fn an_error_names_a_shortened_text_and_what_was_expected() {
    assert_eq!(
        MicroUsd::parse("1,65").unwrap_err().to_string(),
        "USD amount \"1,65\" is not valid: expected commas only between groups of three digits, \
         as in 1,234.5"
    );
    assert_eq!(
        NanoTon::parse("0.0000000001").unwrap_err().to_string(),
        "TON amount \"0.0000000001\" is not valid: expected at most 9 decimals"
    );
    let long = "я".repeat(1_000);
    assert_eq!(MicroUsd::parse(&long).unwrap_err().text.chars().count(), 40);
}

#[test]
fn only_the_signed_form_takes_a_sign() {
    assert_eq!(MicroUsd::parse_signed("-1.5").unwrap().micros(), -1_500_000);
    assert_eq!(MicroUsd::parse_signed("-0.00").unwrap(), MicroUsd::ZERO);
    assert_eq!(NanoTon::parse_signed("-1").unwrap().nanos(), -1_000_000_000);
    assert!(MicroUsd::parse_signed("+1").is_err());
    let least = MicroUsd::parse_signed("-9223372036854.775808").unwrap();
    assert_eq!(least.micros(), i64::MIN);
    assert!(MicroUsd::parse_signed("-9223372036854.775809").is_err());
}

#[test]
fn amounts_print_as_people_and_machines_read_them() {
    let usd = [
        (1_650_000, "1.65"),
        (0, "0.00"),
        (5_000_000, "5.00"),
        (1, "0.000001"),
        (1_500, "0.0015"),
        (-1_500_000, "-1.50"),
        (-1, "-0.000001"),
        (i64::MIN, "-9223372036854.775808"),
    ];
    for (micros, text) in usd {
        assert_eq!(MicroUsd::from_micros(micros).to_decimal(), text);
    }
    let ton = [(326_000_000, "0.326"), (5_000_000_000, "5"), (0, "0")];
    for (nanos, text) in ton {
        assert_eq!(NanoTon::from_nanos(nanos).to_decimal(), text);
    }
    assert_eq!(MicroUsd::from_micros(1_650_000).to_string(), "1.65 USD");
    assert_eq!(NanoTon::from_nanos(326_000_000).to_string(), "0.326 TON");
}

#[test]
fn coins_keep_eighteen_decimals_and_compare_by_value() {
    let three = CoinAmount::parse("3.00000000").unwrap();
    assert_eq!(three, CoinAmount::parse("3").unwrap());
    assert_eq!(three.to_string(), "3");
    assert_eq!(three.units(), 3 * 10_u128.pow(18));
    let dust = CoinAmount::parse("0.000000000000000001").unwrap();
    assert_eq!(dust, CoinAmount::from_units(1));
    assert!(dust < three && CoinAmount::parse("0.0000000000000000001").is_err());
    assert!(CoinAmount::parse("-3").is_err());
    assert!(CoinAmount::parse("340282366920938463464").is_err());
    let json = serde_json::to_string(&three).unwrap();
    assert_eq!(json, "\"3\"");
    assert_eq!(serde_json::from_str::<CoinAmount>(&json).unwrap(), three);
}

#[test]
fn a_part_payment_is_worth_its_portion_rounded_down() {
    let coin = |text| CoinAmount::parse(text).unwrap();
    let usd = |text| MicroUsd::parse(text).unwrap();
    let worth = |face, paid, due| usd(face).portion_down(coin(paid), coin(due)).unwrap();
    assert_eq!(worth("1.65", "1.20", "1.65"), usd("1.2"));
    assert_eq!(worth("10", "1", "3"), usd("3.333333"));
    assert_eq!(worth("10", "4", "3"), usd("13.333333"));
    assert_eq!(worth("10", "0", "3"), usd("0"));
    // A coin of many zeros: 20 billion of it for 10,000 dollars.
    assert_eq!(
        worth("10000", "19999999999.99999999", "20000000000"),
        usd("9999.999999")
    );
    assert!(usd("1").portion_down(coin("1"), coin("0")).is_err());
}

#[test]
fn cents_round_up_for_prices_and_down_where_asked() {
    let cases = [
        (0, 0, 0),
        (1, 10_000, 0),
        (825_000, 830_000, 820_000),
        (1_650_000, 1_650_000, 1_650_000),
        (1_650_001, 1_660_000, 1_650_000),
        (-1, 0, -10_000),
    ];
    for (amount, up, down) in cases {
        let amount = MicroUsd::from_micros(amount);
        assert_eq!(amount.round_up_to_cent().unwrap().micros(), up);
        assert_eq!(amount.round_down_to_cent().unwrap().micros(), down);
    }
    assert!(MicroUsd::from_micros(i64::MAX).round_up_to_cent().is_err());
    assert!(
        MicroUsd::from_micros(i64::MIN)
            .round_down_to_cent()
            .is_err()
    );
}

#[test]
fn ratios_round_the_way_they_are_named() {
    assert_eq!(mul_div_floor(7, 1, 2), Ok(3));
    assert_eq!(mul_div_ceil(7, 1, 2), Ok(4));
    assert_eq!(mul_div_floor(-7, 1, 2), Ok(-4));
    assert_eq!(mul_div_ceil(-7, 1, 2), Ok(-3));
    assert!(mul_div_ceil(1, 1, 0).is_err());
    assert!(mul_div_floor(i64::MAX, i128::MAX, 1).is_err());
}

proptest! {
    #[test]
    fn printed_dollars_parse_to_themselves(micros: i64) {
        let amount = MicroUsd::from_micros(micros);
        let text = amount.to_decimal();
        prop_assert_eq!(MicroUsd::parse_signed(&text), Ok(amount));
        prop_assert_eq!(MicroUsd::parse(&text).is_ok(), micros >= 0);
    }

    #[test]
    fn printed_ton_parses_to_itself(nanos: i64) {
        let amount = NanoTon::from_nanos(nanos);
        prop_assert_eq!(NanoTon::parse_signed(&amount.to_decimal()), Ok(amount));
    }

    #[test]
    fn printed_coins_parse_to_themselves(units: u128) {
        let amount = CoinAmount::from_units(units);
        prop_assert_eq!(CoinAmount::parse(&amount.to_string()), Ok(amount));
    }

    #[test]
    fn junk_never_panics_and_what_is_accepted_prints_to_the_same_value(
        text in prop_oneof![any::<String>(), "[-+]?[0-9,. ]{0,24}", "-?[0-9]{1,3}(,[0-9]{3}){0,5}(\\.[0-9]{1,20})?"]
    ) {
        let plain = canonical(&text);
        if let Ok(amount) = MicroUsd::parse_signed(&text) {
            prop_assert_eq!(canonical(&amount.to_decimal()), plain.clone());
        }
        if let Ok(amount) = NanoTon::parse_signed(&text) {
            prop_assert_eq!(canonical(&amount.to_decimal()), plain.clone());
        }
        if let Ok(amount) = CoinAmount::parse(&text) {
            prop_assert_eq!(canonical(&amount.to_string()), plain);
        }
    }

    #[test]
    fn addition_is_exact_or_refused(a: i64, b: i64) {
        let sum = MicroUsd::from_micros(a).checked_add(MicroUsd::from_micros(b));
        prop_assert_eq!(sum.ok().map(MicroUsd::micros), a.checked_add(b));
        let rest = NanoTon::from_nanos(a).checked_sub(NanoTon::from_nanos(b));
        prop_assert_eq!(rest.ok().map(NanoTon::nanos), a.checked_sub(b));
    }

    #[test]
    fn cents_are_whole_and_less_than_one_away(micros in -1_000_000_000_000_i64..1_000_000_000_000) {
        let amount = MicroUsd::from_micros(micros);
        let up = amount.round_up_to_cent().unwrap().micros();
        let down = amount.round_down_to_cent().unwrap().micros();
        prop_assert!(up % 10_000 == 0 && down % 10_000 == 0);
        prop_assert!(down <= micros && micros <= up && up - down <= 10_000);
    }

    #[test]
    fn a_ratio_up_is_at_most_one_above_the_ratio_down(a: i64, b in 0..1_i128 << 60, c in 1..1_i128 << 60) {
        if let (Ok(down), Ok(up)) = (mul_div_floor(a, b, c), mul_div_ceil(a, b, c)) {
            let exact = i128::from(a) * b;
            prop_assert!(i128::from(down) * c <= exact && exact <= i128::from(up) * c);
            prop_assert!(up - down <= 1);
        }
    }

    #[test]
    fn portions_are_exact(face in 0..1_000_000_000_000_i64, paid in 0..1_u128 << 86, due in 1..1_u128 << 86) {
        let worth = MicroUsd::from_micros(face)
            .portion_down(CoinAmount::from_units(paid), CoinAmount::from_units(due));
        let exact = u128::try_from(face).unwrap() * paid / due;
        prop_assert_eq!(worth.ok().map(MicroUsd::micros), i64::try_from(exact).ok());
    }
}

/// The number a text means, as sign and digits: commas, trailing zeros and the sign of zero gone.
fn canonical(text: &str) -> String {
    let text = text.replace(',', "");
    let text = if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.')
    } else {
        &text
    };
    if text == "-0" {
        "0".into()
    } else {
        text.into()
    }
}
