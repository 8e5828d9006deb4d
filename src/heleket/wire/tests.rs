//! What is read out of Heleket's answers, and what is written into its requests.

use chrono::{DateTime, Utc};
use serde_json::value::RawValue;
use starkeeper_actors::domain::Timestamp;
use starkeeper_actors::domain::ids::CustomerId;
use starkeeper_actors::domain::invoice::{GatewayStatus, Payer, Report};
use starkeeper_actors::domain::money::{CoinAmount, MicroUsd};

use super::{Create, Invoice, Named, Refund, Text, instant, listed, usd_down, usd_up};

fn at(text: &str) -> Timestamp {
    DateTime::parse_from_rfc3339(text)
        .unwrap()
        .with_timezone(&Utc)
}

fn read(json: &str) -> Result<Report, &'static str> {
    let invoice: Invoice = serde_json::from_str(json).map_err(|_| "an unexpected shape")?;
    invoice.report()
}

/// The least that an invoice must say, with one member more.
fn with(member: &str) -> Result<Report, &'static str> {
    read(&format!(
        r#"{{"uuid":"u","order_id":"o","amount":"12.34","currency":"USD","payment_status":"check",{member}}}"#
    ))
}

/// Heleket's documented example, rewritten.
const FULL: &str = r#"{"uuid":"0b0c5a52-1111-4222-8333-944455566677","order_id":"ord-1001",
 "amount":"12.34","payment_amount":"12.34000000","payment_amount_usd":"12.34",
 "payer_amount":"12.34000000","payer_amount_exchange_rate":"1.00000000","discount_percent":null,
 "discount":"0.00000000","payer_currency":"USDT","currency":"USD","comments":null,
 "merchant_amount":"12.09320000","network":"TRON","address":"TAddress","from":null,"txid":"aa11",
 "payment_status":"paid","status":"paid","url":"https://pay.heleket.com/pay/0b0c5a52",
 "expired_at":1800000000,"is_final":true,"additional_data":"cus_42",
 "created_at":"2026-11-22T10:00:00+03:00","updated_at":"2026-11-22T10:00:00+03:00",
 "commission":"0.24680000","address_qr_code":"data:image/png;base64,AA=="}"#;

#[test]
fn a_full_invoice_is_read_whole() {
    let expected = Report {
        uuid: "0b0c5a52-1111-4222-8333-944455566677".parse().unwrap(),
        order_id: "ord-1001".parse().unwrap(),
        face: MicroUsd::from_micros(12_340_000),
        currency: "USD".into(),
        status: GatewayStatus::Paid,
        is_final: true,
        payer: Payer {
            currency: Some("USDT".into()),
            network: Some("tron".into()),
            address: Some("TAddress".into()),
            amount: Some(CoinAmount::parse("12.34").unwrap()),
        },
        payment_amount: Some(CoinAmount::parse("12.34").unwrap()),
        payment_amount_usd: Some(MicroUsd::from_micros(12_340_000)),
        txid: Some("aa11".into()),
        url: Some("https://pay.heleket.com/pay/0b0c5a52".into()),
        created_at: Some(at("2026-11-22T07:00:00Z")),
        expires_at: Some(at("2027-01-15T08:00:00Z")),
    };
    assert_eq!(read(FULL), Ok(expected));
    let raw = RawValue::from_string(FULL.into()).unwrap();
    assert_eq!(listed(&raw).unwrap().reference, Some(CustomerId::new(42)));
}

#[test]
fn only_names_amount_and_status_must_be_there() {
    let least = with(r#""x":1"#).unwrap();
    assert_eq!(least.payer, Payer::default());
    assert!(!least.is_final);
    let nothing = (least.payment_amount, least.payment_amount_usd, least.txid);
    assert_eq!(nothing, (None, None, None));
    assert_eq!(
        (least.url, least.created_at, least.expires_at),
        (None, None, None)
    );
    let all = [
        ("uuid", "no uuid, or a bad one"),
        ("order_id", "no order_id, or a bad one"),
        ("amount", "no amount"),
        ("payment_status", "no status"),
    ];
    let values = [
        ("uuid", "u"),
        ("order_id", "o"),
        ("amount", "1"),
        ("payment_status", "check"),
    ];
    for (missing, said) in all {
        for filler in [None, Some("null"), Some(r#""""#), Some("{}"), Some("[1]")] {
            let members = values
                .iter()
                .filter_map(|(name, value)| match *name == missing {
                    true => filler.map(|filler| format!(r#""{name}":{filler}"#)),
                    false => Some(format!(r#""{name}":"{value}""#)),
                });
            let members: Vec<String> = members.collect();
            let json = format!("{{{}}}", members.join(","));
            assert_eq!(read(&json).err(), Some(said), "{json}");
        }
    }
}

#[test]
fn nulls_are_nothing_and_numbers_keep_their_digits() {
    let nulls = [
        "payment_amount",
        "payment_amount_usd",
        "payer_amount",
        "payer_currency",
        "network",
        "address",
        "txid",
        "url",
        "expired_at",
        "created_at",
        "is_final",
        "status",
    ];
    for name in nulls {
        assert!(with(&format!(r#""{name}":null"#)).is_ok(), "{name}");
    }
    let paid = with(r#""payment_amount":12.100000000000000001,"payment_amount_usd":12.1"#).unwrap();
    let coins = CoinAmount::parse("12.100000000000000001").unwrap();
    assert_eq!(paid.payment_amount, Some(coins));
    assert_eq!(
        paid.payment_amount_usd,
        Some(MicroUsd::from_micros(12_100_000))
    );
}

#[test]
fn money_that_cannot_be_read_is_never_nothing() {
    for bad in [
        "\"1e3\"", "\"-1\"", "\"1,5\"", "\"x\"", "1e3", "-1", "true", "\" 1\"",
    ] {
        for (name, said) in [
            ("payment_amount", "a bad payment_amount"),
            ("payer_amount", "a bad payer_amount"),
            ("payment_amount_usd", "a bad payment_amount_usd"),
        ] {
            assert_eq!(
                with(&format!(r#""{name}":{bad}"#)).err(),
                Some(said),
                "{bad}"
            );
        }
    }
    let face =
        r#"{"uuid":"u","order_id":"o","amount":"12.3456789","currency":"USD","status":"check"}"#;
    assert_eq!(read(face).err(), Some("a bad amount"), "a face is exact");
}

#[test]
fn the_amount_of_another_currency_only_fills_its_place() {
    let json =
        r#"{"uuid":"u","order_id":"o","amount":"0.00012345","currency":"BTC","status":"check"}"#;
    let report = read(json).unwrap();
    assert_eq!(
        (report.face.micros(), report.currency.as_str()),
        (123, "BTC")
    );
    let json = r#"{"uuid":"u","order_id":"o","amount":"9","currency":null,"status":"check"}"#;
    assert_eq!(read(json).unwrap().currency, "");
}

#[test]
fn only_the_gateways_own_word_is_final() {
    let cases = [
        ("true", true),
        ("false", false),
        ("null", false),
        ("1", false),
        ("\"yes\"", false),
    ];
    for (word, expected) in cases {
        let report = with(&format!(r#""is_final":{word}"#)).unwrap();
        assert_eq!(report.is_final, expected, "{word}");
    }
}

#[test]
fn every_documented_status_is_known_and_others_are_kept() {
    let known = [
        ("check", GatewayStatus::Check),
        ("process", GatewayStatus::Process),
        ("confirm_check", GatewayStatus::ConfirmCheck),
        ("wrong_amount_waiting", GatewayStatus::WrongAmountWaiting),
        ("paid", GatewayStatus::Paid),
        ("paid_over", GatewayStatus::PaidOver),
        ("wrong_amount", GatewayStatus::WrongAmount),
        ("cancel", GatewayStatus::Cancel),
        ("fail", GatewayStatus::Fail),
        ("system_fail", GatewayStatus::SystemFail),
        ("refund_process", GatewayStatus::RefundProcess),
        ("refund_paid", GatewayStatus::RefundPaid),
        ("refund_fail", GatewayStatus::RefundFail),
        ("locked", GatewayStatus::Locked),
        ("PAID", GatewayStatus::unknown("PAID")),
        ("aml_hold", GatewayStatus::unknown("aml_hold")),
    ];
    for (text, status) in known {
        for name in ["status", "payment_status"] {
            let json = format!(
                r#"{{"uuid":"u","order_id":"o","amount":"1","currency":"USD","{name}":"{text}"}}"#
            );
            assert_eq!(read(&json).unwrap().status, status, "{name} {text}");
        }
    }
    let both = with(r#""status":"paid""#).unwrap();
    assert_eq!(
        both.status,
        GatewayStatus::Check,
        "payment_status comes first"
    );
}

#[test]
fn only_a_web_page_is_shown_to_a_customer() {
    let page = |url: &str| with(&format!(r#""url":"{url}""#)).unwrap().url;
    for good in [
        "https://pay.heleket.com/pay/1",
        "http://127.0.0.1:8092/pay/1",
    ] {
        assert_eq!(page(good).as_deref(), Some(good));
    }
    let long = format!("https://pay.example/{}", "x".repeat(600));
    for bad in ["javascript:alert(1)", "pay/1", "tg://resolve", "", &long] {
        assert_eq!(page(bad), None, "{bad}");
    }
}

#[test]
fn a_reference_is_ours_only_as_we_write_it() {
    let of = |text: &str| {
        let json = FULL.replace("cus_42", text);
        listed(&RawValue::from_string(json).unwrap())
            .unwrap()
            .reference
    };
    assert_eq!(of("cus_-5"), Some(CustomerId::new(-5)));
    for other in [
        "cus_",
        "cus_042",
        "cus_+42",
        "42",
        "cus_4 2",
        "cus_99999999999999999999",
        "x",
    ] {
        assert_eq!(of(other), None, "{other}");
    }
}

#[test]
fn instants_without_an_offset_are_three_hours_ahead_of_utc() {
    let noon = at("2026-11-22T07:00:00Z");
    for text in [
        "2026-11-22T10:00:00+03:00",
        "2026-11-22 10:00:00",
        "2026-11-22T07:00:00.000000Z",
    ] {
        assert_eq!(instant(text), Some(noon), "{text}");
    }
    let fine = instant("2026-05-13T11:32:38.123456789Z").unwrap();
    assert_eq!(
        fine,
        at("2026-05-13T11:32:38.123456Z"),
        "books keep microseconds"
    );
    for text in ["", "yesterday", "2026-13-01 00:00:00", "1800000000"] {
        assert_eq!(instant(text), None, "{text}");
    }
    let far = with(r#""expired_at":99999999999999999"#).unwrap();
    assert_eq!(far.expires_at, None);
    let text = with(r#""expired_at":"1800000000""#).unwrap();
    assert_eq!(text.expires_at, Some(at("2027-01-15T08:00:00Z")));
}

#[test]
fn dollars_round_to_the_side_that_is_asked_for() {
    let cases = [
        ("0.90", 900_000, 900_000),
        ("1.2345678", 1_234_567, 1_234_568),
        ("0.000000000000000001", 0, 1),
    ];
    for (text, down, up) in cases {
        assert_eq!(usd_down(text), Some(MicroUsd::from_micros(down)), "{text}");
        assert_eq!(usd_up(text), Some(MicroUsd::from_micros(up)), "{text}");
    }
    for text in ["", "-1", "1e5", "99999999999999999999"] {
        assert_eq!((usd_down(text), usd_up(text)), (None, None), "{text}");
    }
}

#[test]
fn a_text_is_read_from_texts_and_numbers() {
    let read = |json: &str| serde_json::from_str::<Text>(json).map(|text| text.owned());
    assert_eq!(read(r#""a""#).unwrap().as_deref(), Some("a"));
    assert_eq!(read("0.10").unwrap().as_deref(), Some("0.10"));
    assert_eq!(read("true").unwrap().as_deref(), Some("true"));
    for nothing in ["null", "{}", "[1]", r#""""#] {
        assert_eq!(read(nothing).unwrap(), None, "{nothing}");
    }
    let lone = read(r#""\ud800 private""#).unwrap_err().to_string();
    assert!(!lone.contains("private"), "{lone}");
}

#[test]
fn requests_are_compact_and_hold_what_is_given() {
    let create = Create {
        amount: "12.34".into(),
        currency: "USD",
        order_id: "o-1",
        to_currency: Some("USDT"),
        network: Some("tron"),
        lifetime: 3600,
        accuracy_payment_percent: 1,
        is_payment_multiple: true,
        additional_data: "cus_42".into(),
        url_callback: None,
        url_return: None,
        url_success: None,
    };
    assert_eq!(
        serde_json::to_string(&create).unwrap(),
        r#"{"amount":"12.34","currency":"USD","order_id":"o-1","to_currency":"USDT","network":"tron","lifetime":3600,"accuracy_payment_percent":1,"is_payment_multiple":true,"additional_data":"cus_42"}"#
    );
    let refund = Refund {
        uuid: "u",
        address: "T",
        is_subtract: true,
        amount: None,
    };
    assert_eq!(
        serde_json::to_string(&refund).unwrap(),
        r#"{"uuid":"u","address":"T","is_subtract":true}"#
    );
    let named = [
        (Named::Uuid("u"), r#"{"uuid":"u"}"#),
        (Named::OrderId("o"), r#"{"order_id":"o"}"#),
        (
            Named::MerchantPaymentUuid("u"),
            r#"{"merchant_payment_uuid":"u"}"#,
        ),
    ];
    for (named, json) in named {
        assert_eq!(serde_json::to_string(&named).unwrap(), json);
    }
}
