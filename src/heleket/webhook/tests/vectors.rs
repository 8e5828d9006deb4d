//! Recorded bodies with signatures that PHP 8.2 made, and bodies derived from them.

use serde_json::Value;

use super::super::{Form, Keys, Kind, Rejected, Verified, verify};
use super::{PAYMENT, PAYOUT, keys, signed, signed_over};
use crate::heleket::ApiKey;

const VECTORS: &str = include_str!("../../../../tests/fixtures/wire/heleket_vectors.json");

fn vector(id: &str) -> (String, String) {
    let vectors: Vec<Value> = serde_json::from_str(VECTORS).unwrap();
    let found = vectors.iter().find(|it| it["id"] == id).unwrap();
    let text = |name: &str| found[name].as_str().unwrap().to_owned();
    (text("body"), text("key"))
}

fn checked(body: &str) -> Result<Verified, Rejected> {
    verify(body.as_bytes(), &keys())
}

/// W1 without its signature, to be changed and signed anew.
fn unsigned() -> String {
    let (body, _) = vector("W1");
    format!("{}}}", body.split(r#","sign""#).next().unwrap())
}

#[test]
fn every_recorded_webhook_is_believed_in_its_form() {
    for (id, form) in [
        ("W1", Form::AsSent),
        ("W2", Form::AsSent),
        ("W3", Form::AsSent),
        ("W4", Form::AsSent),
        ("W5", Form::AsSent),
        ("W6", Form::Php),
        ("W7", Form::Php),
    ] {
        let (body, _) = vector(id);
        let verified = checked(&body).unwrap_or_else(|why| panic!("{id}: {why}"));
        assert_eq!(
            (verified.kind, verified.form),
            (Kind::Payment, form),
            "{id}"
        );
        assert_eq!(verified.order_id, "ord-1001", "{id}");
        assert_eq!(
            verified.uuid, "0b0c5a52-1111-4222-8333-944455566677",
            "{id}"
        );
    }
}

#[test]
fn the_published_signatures_of_other_bodies_are_believed() {
    // W8: the slash is neither escaped on the wire nor in the signed text.
    let plain = unsigned().replace(
        r#""additional_data":null"#,
        r#""additional_data":"https://shop.example/o/1001""#,
    );
    assert_eq!(checked(&signed(&plain)).unwrap().form, Form::AsSent);
    // W9, W10: the signature stands first, or in the middle.
    let (body, _) = vector("W1");
    let sign = r#""sign":"dd4b0cbff1a9fbfe17d5ac6c04029bfe""#;
    let first = unsigned().replacen('{', &format!("{{{sign},"), 1);
    assert_eq!(checked(&first).unwrap().form, Form::AsSent);
    let middle = unsigned().replace(r#""is_final""#, &format!(r#"{sign},"is_final""#));
    assert_ne!(middle, body);
    assert_eq!(checked(&middle).unwrap().form, Form::AsSent);
    // W11 to W14: other statuses, with and without a transaction.
    let without_txid = format!("{}}}", unsigned().split(r#","txid""#).next().unwrap());
    for status in ["cancel", "paid_over", "wrong_amount", "confirm_check"] {
        let status = format!(r#""status":"{status}""#);
        let body = without_txid.replace(r#""status":"paid""#, &status);
        assert!(checked(&signed(&body)).is_ok(), "{status}");
    }
    // W15, W16: a static wallet with the payment key, a payout with its own.
    let wallet = unsigned().replace(r#""type":"payment""#, r#""type":"wallet""#);
    assert_eq!(checked(&signed(&wallet)).unwrap().kind, Kind::Wallet);
    let payout = unsigned().replace(r#""type":"payment""#, r#""type":"payout""#);
    let payout = signed_over(&payout, &payout, PAYOUT);
    assert_eq!(checked(&payout).unwrap().kind, Kind::Payout);
    // W17: line ends of JavaScript arrive raw, and PHP signs them escaped.
    let data = |text: &str| {
        let member = format!(r#""additional_data":"{text}""#);
        unsigned().replace(r#""additional_data":null"#, &member)
    };
    let wire = data("a\u{2028}b\\u0007");
    let text = data("a\\u2028b\\u0007");
    assert_eq!(
        checked(&signed_over(&wire, &text, PAYMENT)).unwrap().form,
        Form::Php
    );
    // W18: a text that looks like the signature.
    let quoting = data(r#"x\",\"sign\":\"dd4b0cbff1a9fbfe17d5ac6c04029bfe\""#);
    assert!(checked(&signed(&quoting)).is_ok());
}

#[test]
fn none_of_the_bodies_that_must_be_rejected_is_believed() {
    let (tampered, _) = vector("N1");
    assert_eq!(checked(&tampered), Err(Rejected::Forged));
    let (body, payout) = vector("N2");
    let only = Keys {
        payment: ApiKey::new(&payout).unwrap(),
        payout: None,
    };
    assert_eq!(verify(body.as_bytes(), &only), Err(Rejected::Forged));
    let (without, _) = vector("N3");
    assert_eq!(checked(&without), Err(Rejected::Unsigned));
    let (sorted, _) = vector("N6");
    assert_eq!(checked(&sorted), Err(Rejected::Forged));

    let (good, _) = vector("W1");
    let sign = "dd4b0cbff1a9fbfe17d5ac6c04029bfe";
    let upper = good.replace(sign, &sign.to_uppercase());
    assert_eq!(checked(&upper), Err(Rejected::Unsigned), "N4");
    let number = good.replace(&format!(r#""{sign}""#), "12345678901234567890123456789012");
    assert_eq!(checked(&number), Err(Rejected::Unsigned), "N5");
    let dropped = good.replace(r#""wallet_address_uuid":null,"#, "");
    assert_eq!(checked(&dropped), Err(Rejected::Forged), "N7");
    let array = format!("[{good}]");
    assert!(matches!(checked(&array), Err(Rejected::Malformed(_))), "N8");
    let empty = good.replace(sign, "");
    assert_eq!(checked(&empty), Err(Rejected::Unsigned), "N9");
}
