//! Everything the site says no to, in its words.

use serde_json::{Value, json};

use super::ground::{Browser, Ground, text};
use super::wallet::Wallet;

const CHANGED: &str = "Price was changed. Please try again.";

fn error(text: &str) -> Value {
    json!({"error": text})
}

async fn init(shop: &mut Browser<'_>, recipient: &str, quantity: &str) -> Value {
    let fields = [
        ("recipient", recipient),
        ("quantity", quantity),
        ("payment_method", "ton"),
    ];
    shop.call("initBuyStarsRequest", &fields).await
}

#[actix_web::test]
async fn a_request_needs_the_page_state_call_of_its_own_page_before_it() {
    let ground = Ground::new();
    let mut shop = ground.shop(&Wallet::new(1)).await;
    let masha = shop.find("masha_k").await;
    assert_eq!(init(&mut shop, &masha, "50").await, error(CHANGED));
    let premium = [("mode", "new"), ("lv", "false"), ("dh", "1")];
    shop.call("updatePremiumState", &premium).await;
    assert_eq!(init(&mut shop, &masha, "50").await, error(CHANGED));
    let polled = [("mode", "done"), ("lv", "false"), ("dh", "1")];
    shop.call("updateStarsBuyState", &polled).await;
    assert_eq!(init(&mut shop, &masha, "50").await, error(CHANGED));
    shop.state().await;
    assert!(init(&mut shop, &masha, "50").await["req_id"].is_string());
    shop.call("repeatStars", &[]).await;
    assert_eq!(init(&mut shop, &masha, "50").await, error(CHANGED));
}

#[actix_web::test]
async fn a_price_that_moved_is_told_before_it_is_charged() {
    let ground = Ground::new();
    let mut shop = ground.shop(&Wallet::new(1)).await;
    ground
        .drive("prices", json!({"star_usd": "0.015", "ton_usd": "1.5"}))
        .await;
    let masha = shop.find("masha_k").await;
    shop.state().await;
    ground.drive("prices", json!({"ton_usd": "1.6"})).await;
    assert_eq!(init(&mut shop, &masha, "50").await, error(CHANGED));
    assert_eq!(init(&mut shop, &masha, "50").await, error(CHANGED));
    shop.state().await;
    assert_eq!(init(&mut shop, &masha, "50").await["amount"], "0.4688");
    assert_eq!(
        init(&mut shop, &masha, "10000000").await["amount"],
        "93,750",
        "thousands are set apart"
    );
}

#[actix_web::test]
async fn a_request_without_ton_as_the_way_to_pay_is_denied() {
    let ground = Ground::new();
    let mut shop = ground.shop(&Wallet::new(1)).await;
    let masha = shop.find("masha_k").await;
    shop.state().await;
    let fields = [("recipient", &*masha), ("quantity", "50")];
    let denied = error("Access denied");
    assert_eq!(shop.call("initBuyStarsRequest", &fields).await, denied);
    for (method, refusal) in [("cash", "Access denied"), ("usdt_ton", "Bad request")] {
        let fields = [fields[0], fields[1], ("payment_method", method)];
        let answer = shop.call("initBuyStarsRequest", &fields).await;
        assert_eq!(answer, error(refusal), "{method}");
    }
}

#[actix_web::test]
async fn logged_out_of_the_wallet_it_is_asked_for_and_of_telegram_denied() {
    let ground = Ground::new();
    let wallet = Wallet::new(1);
    let mut shop = ground.shop(&wallet).await;
    let request = shop.request("masha_k", "50").await;
    let id = text(&request["req_id"]).to_owned();
    let masha = shop.find("masha_k").await;
    ground
        .drive("login/expire", json!({"part": "wallet"}))
        .await;
    let need_ton = json!({"need_ton": true});
    assert_eq!(init(&mut shop, &masha, "50").await, need_ton);
    assert_eq!(shop.link(&id, &wallet).await, need_ton);
    let mut shop = ground.shop(&wallet).await;
    shop.state().await;
    ground
        .drive("login/expire", json!({"part": "telegram"}))
        .await;
    assert_eq!(init(&mut shop, &masha, "50").await, error("Access denied"));
    assert_eq!(shop.link(&id, &wallet).await, error("Access denied"));
    ground
        .drive("fragment", json!({"wallet_alone": true}))
        .await;
    assert!(init(&mut shop, &masha, "50").await["req_id"].is_string());
    assert_eq!(shop.link(&id, &wallet).await["ok"], true);
}

#[actix_web::test]
async fn one_purchase_at_a_time_in_a_session() {
    let ground = Ground::new();
    let wallet = Wallet::new(1);
    let mut shop = ground.shop(&wallet).await;
    let request = shop.request("masha_k", "50").await;
    let id = text(&request["req_id"]).to_owned();
    let link = shop.link(&id, &wallet).await;
    let (boc, arrived) = wallet.message(ground.world(), &link);
    shop.confirm(&id, &boc).await;
    shop.state().await;
    let masha = shop.find("masha_k").await;
    let busy = error("Bad request");
    assert_eq!(init(&mut shop, &masha, "50").await, busy);
    let premium = [("mode", "new"), ("lv", "false"), ("dh", "1")];
    shop.call("updatePremiumState", &premium).await;
    let gift = [
        ("recipient", &*masha),
        ("months", "3"),
        ("payment_method", "ton"),
    ];
    assert_eq!(shop.call("initGiftPremiumRequest", &gift).await, busy);
    // A purchase that nobody can pay any more is in nobody's way but its own page's.
    ground.advance(601).await;
    shop.call("updatePremiumState", &premium).await;
    let request = shop.call("initGiftPremiumRequest", &gift).await;
    assert!(request["req_id"].is_string(), "{request}");
    shop.state().await;
    assert_eq!(init(&mut shop, &masha, "50").await, busy);
    // Another session of the same account is free.
    let wish = json!({"wallet": wallet.address, "account": 1});
    let mut other = ground.login(wish).await;
    other.state().await;
    assert!(init(&mut other, &masha, "50").await["req_id"].is_string());
    ground.world().settled.push(arrived);
    assert_eq!(shop.mode().await.0, "done");
    assert!(init(&mut shop, &masha, "50").await["req_id"].is_string());
}

#[actix_web::test]
async fn a_stale_hash_or_session_is_a_bad_request_and_an_unknown_call_an_invalid_method() {
    let ground = Ground::new();
    let mut shop = ground.shop(&Wallet::new(1)).await;
    let mut other = shop.clone();
    other.hash = "0123456789abcdef01".to_owned();
    let bad = error("Bad request");
    assert_eq!(other.state().await, bad);
    assert_eq!(other.call("teleport", &[]).await, bad);
    other.hash.clone_from(&shop.hash);
    other
        .cookies
        .insert("stel_ssid".to_owned(), "abc_1".to_owned());
    assert_eq!(other.state().await, bad);
    let mut third = ground.browser();
    third.open("/").await;
    third.hash.clone_from(&shop.hash);
    assert_eq!(third.state().await, bad, "a hash belongs to its session");
    let answer = shop.call("teleport", &[]).await;
    assert_eq!(answer, error("Invalid method"));
    assert_eq!(shop.call("updateStarsBuyState", &[]).await, bad);
    ground.trick("hash").await;
    assert_eq!(shop.state().await, bad, "the session has another hash now");
    shop.open("/stars/buy").await;
    assert_eq!(shop.state().await["ok"], true);
}

#[actix_web::test]
async fn names_are_looked_up_without_a_login_in_every_form() {
    let ground = Ground::new();
    let mut browser = ground.browser();
    browser.open("/stars/buy").await;
    let token = browser.find("masha_k").await;
    for form in ["@masha_k", "https://t.me/masha_k", "MASHA_K", " masha_k "] {
        assert_eq!(browser.find(form).await, token, "{form}");
    }
    let fields = [("query", "masha_k"), ("quantity", "50")];
    let answer = browser.call("searchStarsRecipient", &fields).await;
    let photo = text(&answer["found"]["photo"]).to_owned();
    let found = json!({"myself": false, "recipient": token, "photo": photo, "name": "Masha K"});
    assert_eq!(answer, json!({"ok": true, "found": found}));
    let picture = photo.split('"').nth(1).expect("an address").to_owned();
    assert!(browser.open(&picture).await.starts_with("<svg"));
}

#[actix_web::test]
async fn nobody_somebody_else_and_somebody_who_has_it_are_told_apart() {
    let ground = Ground::new();
    let mut browser = ground.browser();
    browser.open("/stars/buy").await;
    let nobody = error("No Telegram users found.");
    let no_user = error("Please enter a username assigned to a user.");
    let search = async |browser: &mut Browser<'_>, query: &str| {
        let fields = [("query", query), ("quantity", "")];
        browser.call("searchStarsRecipient", &fields).await
    };
    for name in ["", "abc", "1abcd", "a__bcd", "abcd_", "masha k", "мария"] {
        assert_eq!(search(&mut browser, name).await, nobody, "{name}");
    }
    ground
        .drive("fragment/users/masha_k", json!({"exists": false}))
        .await;
    assert_eq!(search(&mut browser, "masha_k").await, nobody);
    for kind in ["channel", "group", "bot"] {
        ground
            .drive("fragment/users/the_news", json!({"kind": kind}))
            .await;
        assert_eq!(search(&mut browser, "the_news").await, no_user, "{kind}");
    }
    ground
        .drive("fragment/users/petya", json!({"premium": true}))
        .await;
    assert_eq!(search(&mut browser, "petya").await["ok"], true);
    let gift = [("query", "petya"), ("months", "3")];
    assert_eq!(
        browser.call("searchPremiumGiftRecipient", &gift).await,
        error("This account is already subscribed to Telegram Premium.")
    );
}

#[actix_web::test]
async fn the_account_finds_itself() {
    let ground = Ground::new();
    let mut shop = ground.login(json!({"username": "the_shop"})).await;
    for (name, myself) in [("The_Shop", true), ("masha_k", false)] {
        let fields = [("query", name), ("quantity", "")];
        let answer = shop.call("searchStarsRecipient", &fields).await;
        assert_eq!(answer["found"]["myself"], myself, "{name}");
    }
}

#[actix_web::test]
async fn requests_for_what_is_not_sold_are_bad() {
    let ground = Ground::new();
    let wallet = Wallet::new(1);
    let mut shop = ground.shop(&wallet).await;
    shop.state().await;
    let masha = shop.find("masha_k").await;
    let bad = error("Bad request");
    for quantity in ["49", "10000001", "0", "-50", "many", ""] {
        assert_eq!(init(&mut shop, &masha, quantity).await, bad, "{quantity}");
    }
    assert_eq!(init(&mut shop, "nobody's token", "50").await, bad);
    assert_eq!(shop.link("no such request", &wallet).await, bad);
    let request = init(&mut shop, &masha, "50").await;
    let id = text(&request["req_id"]);
    let account = Wallet::new(2).account();
    for (account, transaction, refusal) in [
        (None, "", "Bad request"),
        (Some("{}"), "1", "Bad request"),
        (Some(&*account), "1", "Access denied"),
    ] {
        let mut fields = vec![("id", id), ("transaction", transaction)];
        fields.extend(account.map(|account| ("account", account)));
        let answer = shop.call("getBuyStarsLink", &fields).await;
        assert_eq!(answer, error(refusal), "{fields:?}");
    }
    assert_eq!(shop.confirm(id, "no cells").await, bad);
    assert_eq!(
        shop.confirm("no such request", "te6ccgEBAQEAAgAAAA==")
            .await,
        bad
    );
}
