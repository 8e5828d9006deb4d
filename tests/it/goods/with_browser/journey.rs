//! The way of an order, from the money to the Stars.

use serde_json::json;

use crate::goods::shop::Selling;

#[tokio::test]
async fn an_order_becomes_stars_and_is_paid_once() {
    let selling = Selling::open(Vec::new()).await;
    selling.fund("5").await;
    let order = selling.buy("masha", 50).await;
    assert_eq!(selling.end_of(&order).await, "delivered");
    selling.holds("masha", 50).await;
    // Asking again under the same key orders nothing more.
    assert_eq!(selling.buy("masha", 50).await, order);
    selling.holds("masha", 50).await;
}

#[tokio::test]
async fn premium_arrives_too() {
    let selling = Selling::open(Vec::new()).await;
    selling.fund("20").await;
    let body = json!({"product": "premium", "months": 3, "recipient": "masha", "pay": "balance"});
    let order = selling.place(&body, "premium").await;
    assert_eq!(selling.end_of(&order).await, "delivered");
    let shown = selling.shop.emulators.look("stars/masha").await;
    assert_eq!(shown["premium_months"], 3);
    assert_eq!(selling.payments().await.len(), 1);
}
