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

/// The command line asks the running daemon, which tries cookies before it takes them.
#[tokio::test]
async fn cookies_are_brought_at_the_command_line_and_tried_before_they_are_taken() {
    let selling = Selling::open(Vec::new()).await;
    selling.fund("5").await;
    let first = selling.buy("masha", 50).await;
    assert_eq!(selling.end_of(&first).await, "delivered");
    let daemon = &selling.shop.daemon;
    let status = daemon.run(&["login", "status"]);
    let shown = String::from_utf8_lossy(&status.stdout).into_owned();
    assert!(shown.starts_with("till 1: good"), "{status:?}");
    let bring = |text: &str| {
        std::fs::write(daemon.folder().join("cookies"), text).expect("it is written");
        daemon.run(&["login", "import", "cookies"])
    };
    let nobody = bring("stel_ssid=0a_1; stel_dt=-180; stel_token=secret-of-nobody");
    let complaint = String::from_utf8_lossy(&nobody.stderr).into_owned();
    assert_eq!(nobody.status.code(), Some(1), "{complaint}");
    assert!(complaint.contains("nobody is logged in"), "{complaint}");
    assert!(!complaint.contains("secret-of-nobody"), "{complaint}");
    let login = selling.shop.emulators.order("login", json!({})).await;
    let taken = bring(login["cookies"].as_str().expect("cookies"));
    assert!(taken.status.success(), "{taken:?}");
    let second = selling.buy("petya", 50).await;
    assert_eq!(selling.end_of(&second).await, "delivered");
    selling.holds_all(&[("masha", 50), ("petya", 50)]).await;
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
