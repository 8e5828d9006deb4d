//! Each of the two ways in which a payment becomes known is enough by itself.

use serde_json::json;

use super::throws::Books;
use crate::support::eventually;
use crate::support::shop::Shop;

/// One invoice, paid at the gateway: credited and told once.
async fn credits(shop: &Shop, callback: bool) {
    let opened = shop.door().open(7, "10").await;
    let uuid = opened["uuid"].as_str().expect("a uuid").to_owned();
    let there = shop.emulators.invoice(&uuid).await;
    assert_eq!(!there["url_callback"].is_null(), callback, "{there}");
    shop.emulators.pay(&uuid, "exact").await;
    eventually("it is credited", async || {
        match shop.door().balance(7).await {
            Ok(10_000_000) => Ok(()),
            other => Err(other),
        }
    })
    .await;
    assert_eq!(shop.door().told(7).await.len(), 1);
}

pub async fn polling_alone(books: &Books) {
    let mut settings = books.settings();
    settings.push(("WEBHOOK_PUBLIC_URL", String::new()));
    let shop = Shop::open(settings).await;
    credits(&shop, false).await;
    let sent = shop.emulators.look("webhooks").await;
    assert_eq!(sent, json!([]), "nobody was called");
}

pub async fn webhooks_alone(books: &Books) {
    let shop = Shop::open_untold(books.settings()).await;
    credits(&shop, true).await;
}

#[tokio::test]
async fn polling_alone_credits_a_payment_on_sqlite() {
    polling_alone(&Books::Embedded).await;
}

#[tokio::test]
async fn webhooks_alone_credit_a_payment_on_sqlite() {
    webhooks_alone(&Books::Embedded).await;
}
