//! Whole purchases, and when goods are handed out and when not.

use serde_json::{Value, json};

use super::ground::{Browser, DESTINATION, Ground, START_S, text};
use super::wallet::Wallet;
use crate::world::settled::Arrived;

#[actix_web::test]
async fn fifty_stars_are_bought_as_the_site_sells_them() {
    let ground = Ground::new();
    let wallet = Wallet::new(1);
    ground
        .drive("prices", json!({"star_usd": "0.015", "ton_usd": "1.5"}))
        .await;
    let mut shop = ground.shop(&wallet).await;
    let request = shop.request("@masha_k", "50").await;
    assert_eq!(request["amount"], "0.5");
    assert_eq!(request["myself"], false);
    assert_eq!(request["item_title"], "50 Telegram Stars");
    let id = text(&request["req_id"]).to_owned();
    let link = shop.link(&id, &wallet).await;
    let transaction = &link["transaction"];
    let payload = text(&transaction["messages"][0]["payload"]).to_owned();
    let expected = json!({
        "ok": true,
        "transaction": {
            "validUntil": START_S + 600,
            "from": wallet.address,
            "messages": [{"address": DESTINATION, "amount": "500000000", "payload": payload}],
        },
        "confirm_method": "confirmReq",
        "confirm_params": {"id": id},
    });
    assert_eq!(link, expected);
    let reference = text(&ground.look("fragment").await["purchases"][0]["ref"]).to_owned();
    assert_eq!(
        comment_of(&payload),
        format!("50 Telegram Stars \n\nRef#{reference}")
    );
    assert!(reference.len() == 9 && reference.bytes().all(|byte| byte.is_ascii_alphanumeric()));

    assert_eq!(shop.mode().await, ("new".to_owned(), false, None));
    let (boc, arrived) = wallet.message(ground.world(), &link);
    assert_eq!(shop.confirm(&id, &boc).await, json!({"ok": true}));
    let processing = ("processing".to_owned(), true, Some(id.clone()));
    assert_eq!(shop.mode().await, processing);
    assert_eq!(ground.stars("masha_k").await, 0);
    ground.world().settled.push(arrived);
    assert_eq!(
        shop.mode().await,
        ("done".to_owned(), false, Some(id.clone()))
    );
    assert_eq!(ground.stars("masha_k").await, 50);
    let deliveries = ground.look("deliveries").await;
    assert_eq!(deliveries.as_array().map(Vec::len), Some(1));
    assert_eq!(deliveries[0]["req_id"], json!(id));
    assert_eq!(deliveries[0]["username"], "masha_k");
    assert_eq!(deliveries[0]["stars"], 50);
}

#[actix_web::test]
async fn premium_is_given_once_and_then_refused() {
    let ground = Ground::new();
    let wallet = Wallet::new(1);
    let mut shop = ground.shop(&wallet).await;
    let find = [("query", "masha_k"), ("months", "12")];
    let found = shop.call("searchPremiumGiftRecipient", &find).await;
    let recipient = text(&found["found"]["recipient"]).to_owned();
    let state = [("mode", "new"), ("lv", "false"), ("dh", "1")];
    shop.call("updatePremiumState", &state).await;
    let wish = [
        ("recipient", &*recipient),
        ("months", "12"),
        ("payment_method", "ton"),
    ];
    let request = shop.call("initGiftPremiumRequest", &wish).await;
    let id = text(&request["req_id"]).to_owned();
    let fields = [("id", &*id), ("show_sender", "0"), ("transaction", "1")];
    let link = shop.call("getGiftPremiumLink", &fields).await;
    let payload = text(&link["transaction"]["messages"][0]["payload"]);
    assert!(comment_of(payload).starts_with("Telegram Premium for 1 year \n\nRef#"));
    assert_eq!(
        shop.call("getBuyStarsLink", &fields).await,
        json!({"error": "Bad request"}),
        "the other page knows nothing of it"
    );
    let boc = wallet.pay(ground.world(), &link);
    shop.confirm(&id, &boc).await;
    let shown = shop.call("updatePremiumState", &state).await;
    assert_eq!(
        (&shown["mode"], &shown["req_id"]),
        (&json!("done"), &json!(id))
    );
    let owned = ground.look("stars/masha_k").await;
    assert_eq!(owned, json!({"stars": 0, "premium_months": 12}));
    let refusal = json!({"error": "This account is already subscribed to Telegram Premium."});
    assert_eq!(
        shop.call("searchPremiumGiftRecipient", &find).await,
        refusal
    );
    shop.call("repeatPremium", &[]).await;
    shop.call("updatePremiumState", &state).await;
    assert_eq!(shop.call("initGiftPremiumRequest", &wish).await, refusal);
}

#[actix_web::test]
async fn goods_come_in_whichever_order_payment_and_report_do_and_once() {
    let ground = Ground::new();
    let wallet = Wallet::new(1);
    let mut shop = ground.shop(&wallet).await;
    let (id, link) = linked(&mut shop, &wallet).await;
    let boc = wallet.pay(ground.world(), &link);
    ground.advance(60).await;
    assert_eq!(ground.stars("masha_k").await, 0, "nobody reported it");
    for _ in 0..3 {
        assert_eq!(shop.confirm(&id, &boc).await, json!({"ok": true}));
        assert_eq!(ground.stars("masha_k").await, 50);
    }
    // Paid again with another message, and that reported too.
    let again = wallet.pay(ground.world(), &link);
    assert_eq!(shop.confirm(&id, &again).await, json!({"ok": true}));
    assert_eq!(ground.stars("masha_k").await, 50);
    assert_eq!(
        ground.look("deliveries").await.as_array().map(Vec::len),
        Some(1)
    );
}

#[actix_web::test]
async fn only_the_very_payment_buys() {
    type Change = fn(&mut Arrived);
    let changes: [(&str, Change); 6] = [
        ("another sender", |arrived| {
            arrived.from = Wallet::new(9).address;
        }),
        ("another destination", |arrived| {
            arrived.to = Wallet::new(9).address;
        }),
        ("a nano less", |arrived| arrived.nano -= 1),
        ("a nano more", |arrived| arrived.nano += 1),
        ("another comment", |arrived| arrived.body_hash[0] ^= 1),
        ("another message", |arrived| arrived.external[0] ^= 1),
    ];
    let ground = Ground::new();
    let wallet = Wallet::new(1);
    for (what, change) in changes {
        let mut shop = ground.shop(&wallet).await;
        let (id, link) = linked(&mut shop, &wallet).await;
        let (boc, mut arrived) = wallet.message(ground.world(), &link);
        change(&mut arrived);
        ground.world().settled.push(arrived);
        assert_eq!(shop.confirm(&id, &boc).await, json!({"ok": true}), "{what}");
        assert_eq!(ground.stars("masha_k").await, 0, "{what}");
        let processing = ("processing".to_owned(), true, Some(id));
        assert_eq!(shop.mode().await, processing, "{what}");
    }
    assert_eq!(ground.look("deliveries").await, json!([]));
}

#[actix_web::test]
async fn a_payment_counts_until_the_last_second_of_its_link() {
    let ground = Ground::new();
    let wallet = Wallet::new(1);
    let mut shop = ground.shop(&wallet).await;
    for (seconds, stars) in [(600, 50), (601, 50)] {
        let (id, link) = linked(&mut shop, &wallet).await;
        ground.advance(seconds).await;
        let boc = wallet.pay(ground.world(), &link);
        shop.confirm(&id, &boc).await;
        assert_eq!(ground.stars("masha_k").await, stars, "{seconds} s");
    }
}

#[actix_web::test]
async fn a_link_may_be_had_again_with_the_same_reference_for_an_hour() {
    let ground = Ground::new();
    let wallet = Wallet::new(1);
    let mut shop = ground.shop(&wallet).await;
    let (id, first) = linked(&mut shop, &wallet).await;
    ground.advance(3599).await;
    let second = shop.link(&id, &wallet).await;
    let messages = |link: &Value| link["transaction"]["messages"].clone();
    assert_eq!(messages(&first), messages(&second));
    assert_eq!(second["transaction"]["validUntil"], START_S + 3599 + 600);
    ground.advance(1).await;
    let late = shop.link(&id, &wallet).await;
    assert_eq!(late, json!({"error": "Bad request"}));
}

#[actix_web::test]
async fn a_page_left_done_goes_on_showing_the_old_purchase_until_it_is_repeated() {
    let ground = Ground::new();
    let wallet = Wallet::new(1);
    let mut shop = ground.shop(&wallet).await;
    let old = shop.buy("masha_k", "50", &wallet).await;
    let done = ("done".to_owned(), false, Some(old.clone()));
    assert_eq!(shop.mode().await, done);
    // The next purchase without `repeatStars`: paid, delivered, and not what the page shows.
    shop.state().await;
    let recipient = shop.find("petya").await;
    let fields = [
        ("recipient", &*recipient),
        ("quantity", "50"),
        ("payment_method", "ton"),
    ];
    let request = shop.call("initBuyStarsRequest", &fields).await;
    let id = text(&request["req_id"]).to_owned();
    let link = shop.link(&id, &wallet).await;
    assert_eq!(shop.mode().await, done);
    let boc = wallet.pay(ground.world(), &link);
    shop.confirm(&id, &boc).await;
    assert_eq!(shop.mode().await, done);
    assert_eq!(ground.stars("petya").await, 50);
    shop.call("repeatStars", &[]).await;
    assert_eq!(shop.mode().await, ("new".to_owned(), false, None));
}

#[actix_web::test]
async fn a_report_survives_a_new_login_of_the_same_wallet_or_account() {
    let ground = Ground::new();
    let wallet = Wallet::new(1);
    let mut shop = ground.shop(&wallet).await;
    let (id, link) = linked(&mut shop, &wallet).await;
    let boc = wallet.pay(ground.world(), &link);
    let mut stranger = ground.shop(&Wallet::new(2)).await;
    assert_eq!(
        stranger.confirm(&id, &boc).await,
        json!({"error": "Bad request"})
    );
    ground
        .drive("login/expire", json!({"part": "telegram"}))
        .await;
    ground
        .drive("login/expire", json!({"part": "wallet"}))
        .await;
    assert_eq!(
        shop.confirm(&id, &boc).await,
        json!({"error": "Bad request"})
    );
    let mut again = ground.login(json!({"account": 1})).await;
    assert_eq!(again.confirm(&id, &boc).await, json!({"ok": true}));
    assert_eq!(again.mode().await, ("done".to_owned(), false, Some(id)));
}

/// A request for 50 Stars for Masha, and its link.
async fn linked(shop: &mut Browser<'_>, wallet: &Wallet) -> (String, Value) {
    let request = shop.request("masha_k", "50").await;
    let id = text(&request["req_id"]).to_owned();
    let link = shop.link(&id, wallet).await;
    (id, link)
}

/// The text of a payload.
pub(super) fn comment_of(payload: &str) -> String {
    let cell = super::super::cells::decoded(payload).expect("a cell");
    let mut slice = cell.as_slice().expect("an ordinary cell");
    assert_eq!(slice.load_u32().expect("an operation"), 0);
    let mut bytes = Vec::new();
    loop {
        while let Ok(byte) = slice.load_u8() {
            bytes.push(byte);
        }
        let Ok(next) = slice.load_reference() else {
            return String::from_utf8(bytes).expect("a text");
        };
        slice = next.as_slice().expect("an ordinary cell");
    }
}
