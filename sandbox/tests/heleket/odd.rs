//! Requests nobody should send: each is answered with a success or a refusal, and nothing breaks.

use serde_json::{Value, json};

use crate::ground::Ground;

/// Odd requests to each call.
const ROUNDS: usize = 120;

const FIELDS: [&str; 24] = [
    "amount",
    "currency",
    "order_id",
    "uuid",
    "network",
    "to_currency",
    "lifetime",
    "subtract",
    "accuracy_payment_percent",
    "discount_percent",
    "additional_data",
    "currencies",
    "except_currencies",
    "course_source",
    "is_refresh",
    "is_payment_multiple",
    "url_callback",
    "status",
    "date_from",
    "date_to",
    "address",
    "is_subtract",
    "merchant_payment_uuid",
    "payer_email",
];

fn odd_value(dice: &mut fastrand::Rng) -> Value {
    let values = [
        json!(null),
        json!(""),
        json!(" "),
        json!(true),
        json!(0),
        json!(-1),
        json!(u64::MAX),
        json!(1e308),
        json!(5e-324),
        json!("99999999999999999999"),
        json!("0.00000000000000001"),
        json!("1e5"),
        json!("١٢"),
        json!("\u{0}\u{2028}\"\\/"),
        json!("x".repeat(5000)),
        json!([]),
        json!([[[[{}]]]]),
        json!([{"currency": "USDT", "network": null}, {"currency": 1}]),
        json!({"a": {"b": []}}),
        json!("0001-01-01 00:00:00"),
        json!("9999-12-31 23:59:59"),
        json!("http://"),
        json!("http://127.0.0.1:1/"),
        json!("USDT"),
        json!("RUB"),
        json!("tron"),
        json!("paid"),
        json!("o"),
    ];
    dice.choice(values).expect("there are some")
}

#[actix_web::test]
async fn whatever_is_sent_is_answered_with_a_success_or_a_refusal() {
    let ground = Ground::new();
    let invoice = ground.invoice("o", json!({})).await;
    let mut dice = fastrand::Rng::with_seed(4);
    let calls = [
        "payment",
        "payment/info",
        "payment/list",
        "payment/services",
        "payment/resend",
        "payment/refund",
        "payment/qr",
        "payment/aml-links",
        "test-webhook/payment",
        "balance",
    ];
    for round in 0..ROUNDS {
        // Prices at both ends of what may be set, so that sums do too.
        let price = dice
            .choice(["0.000000001", "1000000000", "0.3"])
            .expect("three");
        ground
            .drive(
                "prices",
                json!({"trx_usd": price, "usdt_usd": price, "rub_usd": price}),
            )
            .await;
        for path in calls {
            let mut body = json!({
                "amount": "10", "currency": "USD", "order_id": format!("o{round}"),
                "to_currency": "TRX", "network": "tron", "status": "paid", "address": "T",
                "is_subtract": true, "url_callback": "http://127.0.0.1:1/",
                "merchant_payment_uuid": invoice["uuid"],
            });
            for _ in 0..dice.usize(1..4) {
                let field = dice.choice(FIELDS).expect("some");
                body[field] = odd_value(&mut dice);
            }
            let key = match path {
                "payment/refund" => &ground.merchant.payout_key,
                _ => &ground.merchant.payment_key,
            };
            let answer = ground.post_raw(path, &body.to_string(), key).await;
            let state = answer.json()["state"].clone();
            let expected = if answer.status == 200 {
                json!(0)
            } else {
                json!(1)
            };
            assert!(
                matches!(answer.status, 200 | 422),
                "{path} {body}: {}",
                answer.text
            );
            assert_eq!(state, expected, "{path} {body}: {}", answer.text);
        }
    }
    for listed in ground
        .control_get("invoices")
        .await
        .as_array()
        .expect("a list")
    {
        ground.act(listed, "pay", json!({"amount": "exact"})).await;
        ground.act(listed, "confirm", json!({})).await;
    }
    ground.call("balance", json!({})).await.result();
}

#[actix_web::test]
async fn bodies_that_are_no_object_have_no_fields() {
    let ground = Ground::new();
    let deep = "[".repeat(100_000);
    let bodies = [
        "",
        "null",
        "[]",
        "7",
        "\"text\"",
        "{",
        "{\"order_id\":\"o\"}x",
        "\u{feff}{}",
        &deep,
    ];
    for body in bodies {
        let answer = ground
            .post_raw("payment/info", body, &ground.merchant.payment_key)
            .await;
        let rule = json!(["validation.required_without"]);
        assert_eq!(
            answer.json()["errors"],
            json!({"uuid": rule, "order_id": rule}),
            "{body:.20}"
        );
    }
    let huge = "x".repeat(300 * 1024);
    let answer = ground
        .post_raw("payment/info", &huge, &ground.merchant.payment_key)
        .await;
    assert_eq!(answer.status, 413);
}
