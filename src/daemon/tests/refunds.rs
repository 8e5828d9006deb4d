//! Money back behind a payment: two tokens, and a day of a history without the goods (rule 20).

use std::time::Duration;

use actix_web::http::header::AUTHORIZATION;
use actix_web::test::TestRequest;
use serde_json::{Value, json};
use starkeeper_actors::domain::Span;
use starkeeper_actors::domain::breaks::{Break, Finding, Found};
use starkeeper_actors::domain::ids::{OrderId, TelegramId, TransferId};
use starkeeper_actors::domain::money::MicroUsd;
use starkeeper_actors::ports::Books as _;
use starkeeper_actors::ports::books::{Commit, RowWrite, Write};

use starkeeper_actors::testing::wallet_numbered;

use super::shop::{Answer, Shop, admin};

async fn minutes(minutes: u64) {
    tokio::time::sleep(Duration::from_secs(60 * minutes)).await;
}

/// A shop whose order was paid for and whose goods never came.
async fn undelivered() -> (Shop, String) {
    let shop = Shop::selling().await;
    let ten = MicroUsd::from_micros(10_000_000);
    let _anya = shop.world.open_customer(TelegramId::new(7), ten);
    shop.world.fragment.hold_deliveries(true);
    minutes(1).await;
    let wanted =
        json!({"product": "stars", "quantity": 50, "recipient": "@masha", "pay": "balance"});
    let request = TestRequest::post().uri("/admin/v1/users/7/orders");
    let placed = shop.send(admin(request.set_json(wanted))).await;
    assert_eq!(placed.status, 201, "{}", placed.body);
    let path = format!("/admin/v1/orders/{}", placed.text("order"));
    for _ in 0..20 {
        minutes(10).await;
        if shop.get(&path).await.text("state") == "parked" {
            return (shop, path);
        }
    }
    panic!("{}", shop.get(&path).await.body);
}

/// The sweep found so long ago that the history shows nothing.
async fn unseen_since(shop: &Shop, path: &str, ago: Span) {
    let shown = shop.get(path).await;
    let number = |text: &str| text.split('_').next_back().unwrap().parse().unwrap();
    let transfer = shown.body["transfers"][0]["transfer"].as_str().unwrap();
    let finding = Finding::DeliveryUnseen {
        order: OrderId::new(number(shown.text("order"))),
        transfer: TransferId::new(number(transfer)),
    };
    let (now, wallet) = (shop.doors.clock.now(), wallet_numbered(1));
    let found = Found {
        finding,
        since: now - ago,
    };
    let begun = Break::after(None, Some(&found), false, wallet, now - ago).unwrap();
    let books = &shop.world.books;
    let there = books
        .breaks_named(vec![begun.next.key.clone()])
        .await
        .unwrap();
    let write = Write {
        seen: there.first().map(|seen| seen.version),
        row: begun.next,
    };
    let life = books.incarnation().await.unwrap();
    let commit = Commit {
        rows: vec![RowWrite::Break(write)],
        ..Commit::new(life, now)
    };
    books.commit(commit).await.unwrap();
}

async fn refund(shop: &Shop, path: &str, token: &str) -> Answer {
    let version: Value = shop.get(path).await.body["version"].clone();
    let body = json!({"version": version, "reason": "the goods never came"});
    let request = TestRequest::post()
        .uri(&format!("{path}/refund"))
        .insert_header((AUTHORIZATION, format!("Bearer {token}")))
        .set_json(body);
    shop.send(request).await
}

#[actix_web::test]
async fn two_tokens_and_a_silent_day_give_the_price_back() {
    let (shop, path) = undelivered().await;
    let alone = refund(&shop, &path, super::shop::TOKEN).await;
    assert_eq!((alone.status, alone.code()), (422, "rule"));
    assert!(
        alone.body.to_string().contains("a second person"),
        "{}",
        alone.body
    );
    let twice_alone = refund(&shop, &path, super::shop::TOKEN).await;
    assert!(twice_alone.body.to_string().contains("a second person"));
    let early = refund(&shop, &path, "money").await;
    assert_eq!((early.status, early.code()), (422, "rule"));
    assert!(
        early.body.to_string().contains("24 hours"),
        "{}",
        early.body
    );
    unseen_since(&shop, &path, Span::hours(24)).await;
    let done = refund(&shop, &path, "money").await;
    assert_eq!(
        (done.status, done.text("state")),
        (200, "refunded"),
        "{}",
        done.body
    );
    assert_eq!(shop.get("/admin/v1/users/7").await.text("balance"), "10.00");
    let books = shop.get("/admin/v1/books").await;
    assert_eq!(books.body["balanced"], true);
}

#[actix_web::test]
async fn a_history_that_cannot_be_read_proves_no_silence() {
    let (shop, path) = undelivered().await;
    let login = starkeeper_actors::domain::ids::LoginId::new(1);
    shop.world.fragment.set_logged_in(login, false);
    minutes(60).await;
    unseen_since(&shop, &path, Span::hours(48)).await;
    let _first = refund(&shop, &path, super::shop::TOKEN).await;
    let second = refund(&shop, &path, "money").await;
    assert_eq!(
        (second.status, second.code()),
        (422, "rule"),
        "{}",
        second.body
    );
    assert!(
        second.body.to_string().contains("24 hours"),
        "{}",
        second.body
    );
}
