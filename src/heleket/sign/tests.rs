//! Against signatures that PHP made, and ones that others published.

use serde_json::Value;

use super::ApiKey;

/// Bodies and signatures made with PHP 8.2.
const VECTORS: &str = include_str!("../../../tests/fixtures/wire/heleket_vectors.json");

fn signed(body: &[u8], key: &str) -> String {
    ApiKey::new(key).unwrap().sign(body).expose().to_owned()
}

#[test]
fn every_recorded_request_is_signed_as_php_signs_it() {
    let vectors: Vec<Value> = serde_json::from_str(VECTORS).unwrap();
    let requests = vectors.iter().filter(|it| it["kind"] == "request");
    let mut seen = 0;
    for vector in requests {
        let [body, key, sign] = ["body", "key", "sign"].map(|name| vector[name].as_str().unwrap());
        assert_eq!(signed(body.as_bytes(), key), sign, "{}", vector["id"]);
        seen += 1;
    }
    assert_eq!(seen, 7);
}

#[test]
fn signatures_that_others_published_come_out_the_same() {
    let order = r#"{"amount":"50.00","currency":"USD","order_id":"order_1"}"#;
    let slash = concat!(
        r#"{"type":"payment","uuid":"aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa","order_id":"ORDER-1","#,
        r#""amount":"15.00","status":"paid","currency":"CNY","txid":"someTxidWith\/Slash"}"#,
    );
    let cases = [
        ("", "secret", "5ebe2294ecd0e0f08eab7690d2a6ee69"),
        ("{}", "secret", "847494ce9311176ff4da7f7ac064a396"),
        (order, "secret", "2a358d760544186041e58615dea17f1a"),
        (
            slash,
            "test-payment-api-key",
            "f3d8fdf391af9d161fb6c59a609786c4",
        ),
        (
            concat!(
                r#"{"amount":"0.50","currency":"USDT","network":"tron","order_id":"ord_1002","#,
                r#""additional_data":"\u0417\u0430\u043a\u0430\u0437 \u21167 \u2615 1\/2"}"#,
            ),
            "hk-test-payment-key-7f3a91c0",
            "40ac04f2e281c4dbd7199975f41b3f60",
        ),
        (
            r#"{"order_id":"ord-1001"}"#,
            "hk-test-payment-key-7f3a91c0",
            "15ad9afffe2c15caf442fa18200f1181",
        ),
        (
            r#"{"date_from":"2026-01-01 00:00:00","date_to":"2026-01-31 23:59:59"}"#,
            "hk-test-payment-key-7f3a91c0",
            "d463240bfcd88bf0ac7ba45ba702ab22",
        ),
        (
            concat!(
                r#"{"address":"TExampleAddr1111111111111111111111","is_subtract":true,"#,
                r#""uuid":"0b0c5a52-1111-4222-8333-944455566677"}"#,
            ),
            "hk-test-payout-key-51be20dd",
            "a1ac1ce1d1ab374bcaf538e0730b1e59",
        ),
    ];
    for (body, key, sign) in cases {
        assert_eq!(signed(body.as_bytes(), key), sign, "{body}");
    }
}

#[test]
fn what_is_no_key_is_refused_without_repeating_it() {
    let long = "k".repeat(257);
    for text in ["", " ", "two words", "line\n", "ключ", &long] {
        let bad = ApiKey::new(text).unwrap_err();
        let said = bad.to_string();
        assert!(text.trim().is_empty() || !said.contains(text), "{said}");
    }
    assert!(ApiKey::new(&"k".repeat(256)).is_ok());
}

#[test]
fn a_key_prints_itself_masked() {
    let key = ApiKey::new("hk-test-payment-key-7f3a91c0").unwrap();
    assert_eq!(format!("{key:?}"), "***");
}

#[test]
fn only_the_whole_signature_is_the_signature() {
    let sign = ApiKey::new("secret").unwrap().sign(b"{}");
    assert!(sign.is("847494ce9311176ff4da7f7ac064a396"));
    for other in [
        "",
        "847494ce9311176ff4da7f7ac064a39",
        "847494ce9311176ff4da7f7ac064a3966",
        "847494CE9311176FF4DA7F7AC064A396",
        "947494ce9311176ff4da7f7ac064a396",
        "847494ce9311176ff4da7f7ac064a397",
    ] {
        assert!(!sign.is(other), "{other:?}");
    }
}
