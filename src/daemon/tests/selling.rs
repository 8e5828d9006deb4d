//! Orders over the counter and cookies that a person brings, over HTTP, with every actor at work.

use std::time::Duration;

use actix_web::test::TestRequest;
use serde_json::{Value, json};
use starkeeper_actors::domain::ids::TelegramId;
use starkeeper_actors::domain::money::MicroUsd;

use super::shop::{Answer, Shop, admin};

const ANYA: i64 = 7;

fn stars(quantity: u32, pay: &str) -> Value {
    json!({"product": "stars", "quantity": quantity, "recipient": "@masha", "pay": pay})
}

async fn order(shop: &Shop, wanted: &Value, key: &str) -> Answer {
    let request = TestRequest::post()
        .uri("/admin/v1/users/7/orders")
        .insert_header(("Idempotency-Key", key))
        .set_json(wanted);
    shop.send(admin(request)).await
}

/// A shop after its first minute: histories explained, logins looked at.
async fn opened(dollars: i64) -> Shop {
    let shop = Shop::selling().await;
    let balance = MicroUsd::from_micros(dollars * 1_000_000);
    let _anya = shop.world.open_customer(TelegramId::new(ANYA), balance);
    tokio::time::sleep(Duration::from_secs(60)).await;
    shop
}

#[actix_web::test]
async fn an_order_from_the_balance_is_delivered_and_its_key_orders_once() {
    let shop = opened(10).await;
    let first = order(&shop, &stars(50, "balance"), "one").await;
    assert_eq!(first.status, 201, "{}", first.body);
    assert_eq!(first.body["invoice"], Value::Null);
    let again = order(&shop, &stars(50, "balance"), "one").await;
    assert_eq!(again.text("order"), first.text("order"));
    let other = order(&shop, &stars(100, "balance"), "one").await;
    assert_eq!((other.status, other.code()), (409, "idempotency_key_used"));
    tokio::time::sleep(Duration::from_secs(120)).await;
    let shown = shop
        .get(&format!("/admin/v1/orders/{}", first.text("order")))
        .await;
    assert_eq!(shown.text("state"), "delivered", "{}", shown.body);
    let listed = shop.get("/admin/v1/orders?user=7").await;
    assert_eq!(listed.body["orders"].as_array().unwrap().len(), 1);
}

#[actix_web::test]
async fn an_order_by_invoice_answers_with_what_is_to_be_paid() {
    let shop = opened(0).await;
    let placed = order(&shop, &stars(50, "invoice"), "two").await;
    assert_eq!(placed.status, 201, "{}", placed.body);
    assert_eq!(placed.text("state"), "awaiting_payment");
    assert_eq!(placed.body["invoice"]["amount"], placed.body["price"]);
}

#[actix_web::test]
async fn what_cannot_be_ordered_says_why_and_what_to_do() {
    let shop = opened(0).await;
    let premium =
        json!({"product": "premium", "months": 5, "recipient": "masha", "pay": "balance"});
    let both = json!({"product": "stars", "quantity": 50, "months": 3, "recipient": "masha",
        "pay": "balance"});
    let nobody = json!({"product": "stars", "quantity": 50, "recipient": "nobody_here",
        "pay": "balance"});
    let cases = [
        (stars(50, "balance"), 422, "not_enough"),
        (stars(49, "balance"), 422, "bad_quantity"),
        (stars(50, "credit"), 400, "malformed"),
        (premium, 422, "bad_months"),
        (both, 400, "malformed"),
        (nobody, 422, "bad_recipient"),
    ];
    for (nth, (wanted, status, code)) in cases.into_iter().enumerate() {
        let refused = order(&shop, &wanted, &format!("key {nth}")).await;
        assert_eq!((refused.status, refused.code()), (status, code), "{wanted}");
        assert!(!refused.body["error"]["hint"].as_str().unwrap().is_empty());
    }
    let listed = shop.get("/admin/v1/orders?user=7").await;
    assert_eq!(listed.body["orders"], json!([]));
}

#[actix_web::test]
async fn a_daemon_that_sells_nothing_says_so() {
    let shop = Shop::open().await;
    let refused = order(&shop, &stars(50, "balance"), "k").await;
    assert_eq!((refused.status, refused.code()), (503, "selling_off"));
    let refused = shop.get("/admin/v1/logins").await;
    assert_eq!((refused.status, refused.code()), (503, "selling_off"));
}

#[actix_web::test]
async fn cookies_are_taken_for_a_known_till_and_never_quoted() {
    let shop = opened(0).await;
    let bring = |till: &str, body: Value| {
        let request = TestRequest::post()
            .uri(&format!("/admin/v1/logins/{till}/cookies"))
            .set_json(body);
        admin(request)
    };
    let good = json!({"cookies": "stel_ssid=a; stel_token=b"});
    let unknown = shop.send(bring("9", good)).await;
    assert_eq!((unknown.status, unknown.code()), (404, "not_found"));
    let secret = json!({"cookies": "stel_token=do-not-show"});
    let bad = shop.send(bring("till_1", secret)).await;
    assert_eq!((bad.status, bad.code()), (422, "bad_cookies"));
    let odd = json!({"cookie": "stel_token=do-not-show"});
    let odd = shop.send(bring("1", odd)).await;
    assert_eq!((odd.status, odd.code()), (400, "malformed"));
    for answer in [&bad, &odd] {
        assert!(!answer.body.to_string().contains("do-not-show"));
    }
    let seen = shop.get("/admin/v1/logins").await;
    assert_eq!(seen.status, 200, "{}", seen.body);
}
