//! Who may call: the signature over the raw bytes, and the two keys.

use serde_json::json;

use crate::ground::{Ground, sign};

const REFUSED: &str = r#"{"state":1,"message":"Invalid Sign."}"#;

#[actix_web::test]
async fn a_call_is_refused_unless_merchant_key_and_bytes_are_right() {
    let ground = Ground::new();
    let body = r#"{"order_id":"o1"}"#;
    let key = &ground.merchant.payment_key;
    let right = sign(body.as_bytes(), key);
    let merchant = ground.merchant.uuid.clone();
    let other_bytes = sign(b"{\"order_id\": \"o1\"}", key);
    let payout = sign(body.as_bytes(), &ground.merchant.payout_key);
    let wrong = [
        ("", merchant.as_str()),
        (payout.as_str(), merchant.as_str()),
        (other_bytes.as_str(), merchant.as_str()),
        (&right.to_uppercase(), merchant.as_str()),
        (right.as_str(), "somebody-else"),
        (right.as_str(), ""),
    ];
    for (sign, merchant) in wrong {
        let answer = ground
            .post_signed("payment/info", body, sign, merchant)
            .await
            .unwrap();
        assert_eq!(
            (answer.status, answer.text.as_str()),
            (401, REFUSED),
            "{sign} {merchant}"
        );
    }
    let known = ground
        .post_signed("payment/info", body, &right, &merchant)
        .await
        .unwrap();
    assert_eq!(
        known.status, 422,
        "signed rightly, it is only not found: {}",
        known.text
    );
}

#[actix_web::test]
async fn any_formatting_of_the_body_is_fine_when_its_bytes_are_signed() {
    let ground = Ground::new();
    let bodies = [
        r#"{"amount":"12.34","currency":"USD","order_id":"ord-1","url_callback":"https://shop.example/hk/cb"}"#,
        r#"{"amount":"12.34","currency":"USD","order_id":"ord-2","url_callback":"https:\/\/shop.example\/hk\/cb"}"#,
        r#"{"amount": "12.34", "currency": "USD", "order_id": "ord-3"}"#,
        r#"{"order_id":"ord-4","additional_data":"Заказ №7 ☕ 1/2","amount":"12.34","currency":"USD"}"#,
    ];
    for body in bodies {
        let answer = ground
            .post_raw("payment", body, &ground.merchant.payment_key)
            .await;
        assert_eq!(answer.result()["amount"], "12.34", "{body}");
    }
}

#[actix_web::test]
async fn calls_without_parameters_take_an_empty_body_and_an_empty_object() {
    let ground = Ground::new();
    for path in ["payment/services", "payment/list", "balance"] {
        for body in ["", "{}"] {
            let answer = ground
                .post_raw(path, body, &ground.merchant.payment_key)
                .await;
            assert_eq!(answer.status, 200, "{path} with {body:?}: {}", answer.text);
        }
        // What is sent is what must be signed.
        let sign_of_nothing = sign(b"", &ground.merchant.payment_key);
        let crossed = ground.post_signed(path, "{}", &sign_of_nothing, &ground.merchant.uuid);
        assert_eq!(crossed.await.unwrap().status, 401, "{path}");
    }
}

#[actix_web::test]
async fn refunds_are_signed_with_the_payout_key_alone() {
    let ground = Ground::new();
    let body = json!({"order_id": "none", "address": "T1", "is_subtract": true});
    let with_payment_key = ground.call("payment/refund", body.clone()).await;
    assert_eq!(
        (with_payment_key.status, with_payment_key.text.as_str()),
        (401, REFUSED)
    );
    let with_payout_key = ground.refund(body).await;
    assert_eq!(
        with_payout_key.text,
        r#"{"state":1,"message":"Payment was not found"}"#
    );
}

#[actix_web::test]
async fn rates_are_open_to_everybody_and_nothing_else_answers_to_get() {
    let ground = Ground::new();
    let base = format!("{}/v1", ground.sandbox.heleket_url());
    let rates = ground.get(&format!("{base}/exchange-rate/TON/list")).await;
    assert_eq!(rates.status, 200);
    for path in [
        "payment/info",
        "balance",
        "exchange-rate/TON",
        "exchange_rate/TON/list",
        "nonsense",
    ] {
        assert_eq!(
            ground.get(&format!("{base}/{path}")).await.status,
            404,
            "{path}"
        );
    }
    assert_eq!(
        ground.call("recurrence/create", json!({})).await.status,
        404
    );
}
