//! Links that lie, people who change, and prices that move, each on demand and once.

use serde_json::{Value, json};

use super::ground::{Browser, DESTINATION, Ground, START_S, text};
use super::journeys::comment_of;
use super::wallet::Wallet;

struct Linked {
    id: String,
    nano: String,
    transaction: Value,
}

/// A purchase of 50 Stars up to its link, with one trick on the way.
async fn linked(ground: &Ground, shop: &mut Browser<'_>, wallet: &Wallet, trick: &str) -> Linked {
    ground.trick(trick).await;
    let request = shop.request("masha_k", "50").await;
    let id = text(&request["req_id"]).to_owned();
    let link = shop.link(&id, wallet).await;
    assert_eq!(link["ok"], true, "{trick}: {link}");
    let purchases = ground.look("fragment").await["purchases"].clone();
    let nano = purchases.as_array().and_then(|all| all.last());
    Linked {
        id,
        nano: nano.expect("a purchase")["nano"].to_string(),
        transaction: link["transaction"].clone(),
    }
}

#[actix_web::test]
async fn each_lie_changes_one_thing_about_a_link() {
    let ground = Ground::new();
    let wallet = Wallet::new(1);
    let mut shop = ground.shop(&wallet).await;
    for trick in [
        "link_destination",
        "link_amount",
        "link_quantity",
        "link_product",
        "link_no_ref",
        "link_two_messages",
        "link_state_init",
        "link_expiry",
        "link_from",
    ] {
        let found = linked(&ground, &mut shop, &wallet, trick).await;
        let messages = found.transaction["messages"].as_array().expect("messages");
        let message = &messages[0];
        let comment = comment_of(text(&message["payload"]));
        let amount = text(&message["amount"]);
        let seen = [
            ("link_destination", message["address"] != DESTINATION),
            ("link_amount", amount != found.nano),
            (
                "link_quantity",
                comment.starts_with("51 Telegram Stars \n\nRef#"),
            ),
            (
                "link_product",
                comment.starts_with("Telegram Premium for 3 months \n\nRef#"),
            ),
            ("link_no_ref", comment == "50 Telegram Stars \n\n"),
            ("link_two_messages", messages.len() == 2),
            ("link_state_init", message.get("stateInit").is_some()),
            (
                "link_expiry",
                found.transaction["validUntil"] == START_S + 10,
            ),
            (
                "link_from",
                found.transaction["from"] != json!(wallet.address),
            ),
        ];
        for (name, is_seen) in seen {
            assert_eq!(is_seen, name == trick, "{trick}: {}", found.transaction);
        }
        let honest = shop.link(&found.id, &wallet).await;
        assert_eq!(
            honest["transaction"]["from"],
            json!(wallet.address),
            "{trick}"
        );
    }
}

#[actix_web::test]
async fn paying_a_link_that_lies_buys_nothing() {
    let ground = Ground::new();
    let wallet = Wallet::new(1);
    let mut shop = ground.shop(&wallet).await;
    for trick in [
        "link_destination",
        "link_amount",
        "link_quantity",
        "link_no_ref",
    ] {
        let found = linked(&ground, &mut shop, &wallet, trick).await;
        let link = json!({"transaction": found.transaction});
        let boc = wallet.pay(ground.world(), &link);
        assert_eq!(shop.confirm(&found.id, &boc).await, json!({"ok": true}));
        assert_eq!(ground.stars("masha_k").await, 0, "{trick}");
    }
}

#[actix_web::test]
async fn a_request_can_come_with_the_names_of_the_one_before_and_is_not_paid_by_its_payment() {
    let ground = Ground::new();
    let wallet = Wallet::new(1);
    let mut shop = ground.shop(&wallet).await;
    let request = shop.request("masha_k", "50").await;
    let first = text(&request["req_id"]).to_owned();
    let link = shop.link(&first, &wallet).await;
    let boc = wallet.pay(ground.world(), &link);
    shop.confirm(&first, &boc).await;
    let found = linked(&ground, &mut shop, &wallet, "link_reused_id").await;
    assert_eq!(found.id, first);
    let purchases = ground.look("fragment").await["purchases"].clone();
    assert_eq!(purchases[0]["ref"], purchases[1]["ref"]);
    assert_eq!(purchases[0]["state"], "delivered");
    assert_eq!(shop.confirm(&first, &boc).await, json!({"ok": true}));
    assert_eq!(ground.stars("masha_k").await, 50);
    let purchases = ground.look("fragment").await["purchases"].clone();
    assert_eq!(purchases[1]["state"], "confirmed", "one payment buys once");
}

#[actix_web::test]
async fn the_wallet_and_the_person_behind_the_account_can_be_asked_for() {
    let ground = Ground::new();
    let wallet = Wallet::new(1);
    let mut shop = ground.shop(&wallet).await;
    ground.trick("need_ton").await;
    let request = shop.request("masha_k", "50").await;
    assert_eq!(request, json!({"need_ton": true}));
    let request = shop.request("masha_k", "50").await;
    let id = text(&request["req_id"]).to_owned();
    ground.trick("need_verify").await;
    let link = shop.link(&id, &wallet).await;
    assert_eq!(link["need_verify"], true);
    assert!(text(&link["popup"]).contains("href=\"/kyc/account\""));
    assert_eq!(shop.link(&id, &wallet).await["ok"], true);
}

#[actix_web::test]
async fn prices_can_change_and_rise_between_being_told_and_being_charged() {
    let ground = Ground::new();
    let wallet = Wallet::new(1);
    ground
        .drive("prices", json!({"star_usd": "0.015", "ton_usd": "1.5"}))
        .await;
    let mut shop = ground.shop(&wallet).await;
    ground.trick("price_changed").await;
    let request = shop.request("masha_k", "50").await;
    assert_eq!(
        request,
        json!({"error": "Price was changed. Please try again."})
    );
    ground.trick("dearer").await;
    let request = shop.request("masha_k", "50").await;
    assert_eq!(request["amount"], "0.55");
    let id = text(&request["req_id"]).to_owned();
    let link = shop.link(&id, &wallet).await;
    assert_eq!(link["transaction"]["messages"][0]["amount"], "550000000");
    assert_eq!(shop.request("masha_k", "50").await["amount"], "0.5");
}

#[actix_web::test]
async fn a_name_can_pass_to_another_person_between_look_up_and_link() {
    let ground = Ground::new();
    let wallet = Wallet::new(1);
    let mut shop = ground.shop(&wallet).await;
    let search = [("query", "masha_k"), ("quantity", "")];
    ground.trick("rename").await;
    let before = shop.call("searchStarsRecipient", &search).await["found"].clone();
    let after = shop.call("searchStarsRecipient", &search).await["found"].clone();
    for field in ["recipient", "name", "photo"] {
        assert_ne!(before[field], after[field], "{field}");
    }
    // What was delivered stays with whom it was delivered to.
    let id = shop.buy("masha_k", "50", &wallet).await;
    let delivery = ground.look("deliveries").await[0].clone();
    assert_eq!(
        (&delivery["req_id"], &delivery["recipient"]),
        (&json!(id), &after["recipient"])
    );
    ground
        .drive("fragment/users/masha_k", json!({"other": true}))
        .await;
    assert_eq!(ground.stars("masha_k").await, 0);
    // Told from before, or half from before.
    ground
        .fault("searchStarsRecipient", "stale", json!({}))
        .await;
    let stale = shop.call("searchStarsRecipient", &search).await["found"].clone();
    assert_eq!(stale, after);
    ground
        .fault("searchStarsRecipient", "mixed", json!({}))
        .await;
    let mixed = shop.call("searchStarsRecipient", &search).await["found"].clone();
    let now = shop.call("searchStarsRecipient", &search).await["found"].clone();
    assert_eq!(
        (&mixed["recipient"], &mixed["name"]),
        (&after["recipient"], &now["name"])
    );
    assert_ne!(now["recipient"], after["recipient"]);
}
