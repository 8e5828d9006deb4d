//! What faults do to calls, pages and deliveries.

use serde_json::json;

use super::ground::{Ground, text};
use super::wallet::Wallet;

const STATE: &str = "updateStarsBuyState";

const NEW: [(&str, &str); 3] = [("mode", "new"), ("lv", "false"), ("dh", "1")];

#[actix_web::test]
async fn refuse_speaks_as_the_site_or_as_what_stands_before_it() {
    let ground = Ground::new();
    let mut shop = ground.shop(&Wallet::new(1)).await;
    ground.fault(STATE, "refuse", json!({})).await;
    assert_eq!(shop.state().await, json!({"error": "Access denied"}));
    ground
        .fault(STATE, "refuse", json!({"message": "Session expired"}))
        .await;
    assert_eq!(shop.state().await, json!({"error": "Session expired"}));
    for (status, words) in [
        (403, "Just a moment..."),
        (429, "Too Many Requests"),
        (502, "Bad Gateway"),
    ] {
        for method in [STATE, "page"] {
            ground
                .fault(method, "refuse", json!({"status": status}))
                .await;
            let answer = if method == "page" {
                shop.get("/tonconnect-manifest.json", false).await
            } else {
                shop.api(STATE, &NEW).await
            };
            assert_eq!(answer.status, status);
            let is_html = answer.text.contains(words) && answer.text.contains("<html");
            assert!(is_html, "{method}: {}", answer.text);
        }
    }
    assert_eq!(shop.state().await["ok"], true);
}

#[actix_web::test]
async fn down_cuts_the_line_before_and_lose_reply_after_the_deed() {
    let ground = Ground::new();
    let wallet = Wallet::new(1);
    let mut shop = ground.shop(&wallet).await;
    let request = shop.request("masha_k", "50").await;
    let id = text(&request["req_id"]).to_owned();
    let link = shop.link(&id, &wallet).await;
    let boc = wallet.pay(ground.world(), &link);
    let fields = [
        ("id", &*id),
        ("account", "{}"),
        ("device", "{}"),
        ("boc", &*boc),
    ];
    ground.fault("confirmReq", "down", json!({})).await;
    shop.try_api("confirmReq", &fields)
        .await
        .expect_err("no answer");
    assert_eq!(ground.stars("masha_k").await, 0);
    ground.fault("confirmReq", "lose-reply", json!({})).await;
    shop.try_api("confirmReq", &fields)
        .await
        .expect_err("no answer");
    assert_eq!(ground.stars("masha_k").await, 50);
}

#[actix_web::test]
async fn duplicate_does_it_twice_and_delivers_once() {
    let ground = Ground::new();
    let wallet = Wallet::new(1);
    let mut shop = ground.shop(&wallet).await;
    for call in [
        "initBuyStarsRequest",
        "getBuyStarsLink",
        "confirmReq",
        "repeatStars",
    ] {
        ground.fault(call, "duplicate", json!({})).await;
    }
    let id = shop.buy("masha_k", "50", &wallet).await;
    let purchases = ground.look("fragment").await["purchases"].clone();
    assert_eq!(purchases.as_array().map(Vec::len), Some(2), "two requests");
    assert_eq!(
        (&purchases[0]["req_id"], &purchases[0]["state"]),
        (&json!(id), &json!("delivered"))
    );
    assert_eq!(purchases[1]["state"], "asked");
    assert_eq!(ground.stars("masha_k").await, 50);
}

#[actix_web::test]
async fn a_delivery_can_be_late_or_never_come() {
    let ground = Ground::new();
    let wallet = Wallet::new(1);
    let mut shop = ground.shop(&wallet).await;
    ground
        .fault("delivery", "delay", json!({"delay_ms": 30_000}))
        .await;
    let id = shop.buy("masha_k", "50", &wallet).await;
    ground.advance(29).await;
    assert_eq!(ground.stars("masha_k").await, 0);
    assert_eq!(
        shop.mode().await,
        ("processing".to_owned(), true, Some(id.clone()))
    );
    ground.advance(1).await;
    assert_eq!(ground.stars("masha_k").await, 50);
    assert_eq!(shop.mode().await, ("done".to_owned(), false, Some(id)));
    ground.trick("delivery").await;
    let id = shop.buy("petya", "50", &wallet).await;
    ground.advance(100_000).await;
    assert_eq!(ground.stars("petya").await, 0);
    assert_eq!(shop.mode().await.0, "processing");
    assert_eq!(
        ground.look("fragment").await["purchases"][1]["state"],
        "never"
    );
    // The till is brought back by the reset of its page.
    let bad = shop.request("masha_k", "50").await;
    assert!(bad["req_id"].is_string(), "{bad}: {id}");
}

#[actix_web::test]
async fn stale_tells_the_page_of_before_and_mixed_another_purchase() {
    let ground = Ground::new();
    let wallet = Wallet::new(1);
    let mut shop = ground.shop(&wallet).await;
    let first = shop.buy("masha_k", "50", &wallet).await;
    let second = shop.buy("petya", "50", &wallet).await;
    assert_eq!(shop.mode().await.2.as_deref(), Some(&*second));
    ground.fault(STATE, "stale", json!({})).await;
    assert_eq!(
        shop.mode().await,
        ("processing".to_owned(), true, Some(second.clone()))
    );
    ground.advance(60).await;
    shop.call("repeatStars", &[]).await;
    ground
        .fault(STATE, "stale", json!({"delay_ms": 30_000}))
        .await;
    assert_eq!(
        shop.mode().await,
        ("done".to_owned(), false, Some(second.clone()))
    );
    assert_eq!(shop.mode().await.0, "new");
    ground.fault(STATE, "mixed", json!({})).await;
    assert_eq!(shop.mode().await, ("new".to_owned(), false, Some(second)));
    ground.fault("page", "stale", json!({})).await;
    let html = shop.open("/stars/history").await;
    assert!(
        html.contains("@masha_k") && !html.contains("@petya"),
        "{first}"
    );
    assert!(shop.open("/stars/history").await.contains("@petya"));
}

#[actix_web::test]
async fn a_delayed_answer_comes_when_the_clock_says_so() {
    let ground = Ground::new();
    let shop = ground.shop(&Wallet::new(1)).await;
    ground
        .fault(STATE, "delay", json!({"delay_ms": 5_000}))
        .await;
    let clock = async {
        struck(&ground).await;
        ground.advance(5).await;
    };
    let (answer, ()) = tokio::join!(shop.try_api(STATE, &NEW), clock);
    assert_eq!(answer.expect("an answer").json()["ok"], true);
}

#[actix_web::test]
async fn an_overtaken_answer_comes_after_the_next_one() {
    let ground = Ground::new();
    let shop = ground.shop(&Wallet::new(1)).await;
    ground.fault(STATE, "reorder", json!({})).await;
    let others = async {
        struck(&ground).await;
        let mut count = 0;
        // The first may not wait yet when the first of these goes out.
        while count < 10_000 {
            shop.try_api(STATE, &NEW).await.expect("an answer");
            count += 1;
        }
        count
    };
    // The clock stands still, so only another answer lets the first one go.
    let answer = tokio::select! {
        answer = shop.try_api(STATE, &NEW) => answer.expect("an answer"),
        count = others => panic!("{count} answers overtook it, and it never came"),
    };
    assert_eq!(answer.json()["ok"], true);
}

/// Waits until the first fault has struck: the call it was for has been taken in.
async fn struck(ground: &Ground) {
    while ground.look("faults").await[0]["struck"] != json!(1) {
        tokio::task::yield_now().await;
    }
}

#[actix_web::test]
async fn a_star_is_every_call_and_page_and_no_trick() {
    let ground = Ground::new();
    let wallet = Wallet::new(1);
    let mut shop = ground.shop(&wallet).await;
    ground
        .fault("*", "refuse", json!({"count": 2, "status": 503}))
        .await;
    assert_eq!(shop.get("/", false).await.status, 503);
    assert_eq!(shop.api("repeatStars", &[]).await.status, 503);
    shop.buy("masha_k", "50", &wallet).await;
    assert_eq!(ground.stars("masha_k").await, 50);
}
