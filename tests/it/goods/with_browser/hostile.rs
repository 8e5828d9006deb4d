//! Links that lie: nothing is signed, and the money is back or waits for a person.

use serde_json::json;

use crate::goods::shop::Selling;

/// Orders while every link lies this way, and sees that nothing is paid.
async fn refused(lie: &str) {
    let selling = Selling::open(Vec::new()).await;
    selling.fund("5").await;
    let always = json!({"probability": "1"});
    selling.fault("fragment", lie, "refuse", always).await;
    let order = selling.buy("masha", 50).await;
    let end = selling.end_of(&order).await;
    assert!(
        ["parked", "refunded"].contains(&end.as_str()),
        "{lie}: {end}"
    );
    selling.holds("masha", 0).await;
}

macro_rules! lies {
    ($($name:ident: $lie:literal,)*) => {
        $(
            #[tokio::test]
            async fn $name() {
                refused($lie).await;
            }
        )*
    };
}

lies! {
    another_destination: "link_destination",
    another_amount: "link_amount",
    another_quantity: "link_quantity",
    another_product: "link_product",
    no_reference: "link_no_ref",
    two_messages: "link_two_messages",
    a_state_init: "link_state_init",
    another_payer: "link_from",
}

/// A link that is nearly over is asked for anew, and the order is delivered once links last again.
#[tokio::test]
async fn a_link_that_is_nearly_over_is_asked_for_anew() {
    let selling = Selling::open(Vec::new()).await;
    selling.fund("5").await;
    selling
        .fault("fragment", "link_expiry", "refuse", json!({"count": 2}))
        .await;
    let order = selling.buy("masha", 50).await;
    assert_eq!(selling.end_of(&order).await, "delivered");
    selling.holds("masha", 50).await;
}

/// A request id that was used before is refused, and the order goes on with a fresh one.
#[tokio::test]
async fn a_request_that_was_used_before_pays_nothing_more() {
    let selling = Selling::open(Vec::new()).await;
    selling.fund("5").await;
    let first = selling.buy("masha", 50).await;
    assert_eq!(selling.end_of(&first).await, "delivered");
    selling
        .fault("fragment", "link_reused_id", "refuse", json!({"count": 1}))
        .await;
    let second = selling.buy("petya", 50).await;
    let end = selling.end_of(&second).await;
    assert_ne!(end, "paying");
    let got = selling.stars_of("petya").await;
    assert_eq!(got, if end == "delivered" { 50 } else { 0 }, "{end}");
    let paid = if end == "delivered" { 2 } else { 1 };
    assert_eq!(selling.payments().await.len(), paid, "{end}");
}
