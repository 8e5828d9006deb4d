//! Wallets that prove themselves, and logins that end.

use serde_json::json;

use super::ground::{Browser, Ground};
use super::wallet::Wallet;

const DOMAIN: &str = "fragment.com";

/// What the page says about wallet and login: `Wallet.init`'s words.
async fn told(browser: &mut Browser<'_>) -> serde_json::Value {
    let page = browser.open("/stars/buy").await;
    let (_, rest) = page.split_once("Wallet.init(").expect("Wallet.init");
    let (options, _) = rest.split_once(");").expect("its end");
    serde_json::from_str(options).expect("JSON")
}

async fn prove(
    browser: &mut Browser<'_>,
    wallet: &Wallet,
    challenge: &str,
    domain: &str,
) -> serde_json::Value {
    let (account, proof) = (wallet.account(), wallet.proof(challenge, domain));
    let fields = [("account", &*account), ("device", "{}"), ("proof", &*proof)];
    browser.call("checkTonProofAuth", &fields).await
}

#[actix_web::test]
async fn a_wallet_proves_itself_over_the_challenge_of_the_page() {
    let ground = Ground::new();
    let wallet = Wallet::new(1);
    let mut shop = ground.login(json!({})).await;
    let before = told(&mut shop).await;
    assert_eq!(before["address"], false);
    assert_eq!(
        (&before["logged_in"], &before["version"]),
        (&json!(true), &json!(2))
    );
    let challenge = before["ton_proof"].as_str().expect("a challenge");
    assert!(!shop.cookies.contains_key("stel_ton_token"));
    let untrue = json!({"verified": false});
    assert_eq!(
        prove(&mut shop, &wallet, challenge, "127.0.0.1").await,
        untrue
    );
    assert_eq!(prove(&mut shop, &wallet, "another", DOMAIN).await, untrue);
    assert_eq!(told(&mut shop).await, before);
    let verified = json!({"verified": true});
    assert_eq!(prove(&mut shop, &wallet, challenge, DOMAIN).await, verified);
    assert_eq!(shop.cookies["stel_ton_token"].len(), 190);
    let after = told(&mut shop).await;
    assert_eq!(after["address"], json!(wallet.address));
    assert_ne!(after["ton_proof"], before["ton_proof"]);
    assert_eq!(
        prove(&mut shop, &wallet, challenge, DOMAIN).await,
        untrue,
        "a challenge is used once"
    );
    let request = shop.request("masha_k", "50").await;
    assert!(request["req_id"].is_string(), "{request}");
}

#[actix_web::test]
async fn a_proof_that_is_none_is_a_bad_request() {
    let ground = Ground::new();
    let wallet = Wallet::new(1);
    let mut shop = ground.login(json!({})).await;
    let bad = json!({"error": "Bad request"});
    let (account, proof) = (wallet.account(), wallet.proof("x", DOMAIN));
    for fields in [
        vec![("account", &*account), ("device", "{}")],
        vec![("account", &*account), ("proof", &*proof)],
        vec![("account", "?"), ("device", "{}"), ("proof", &*proof)],
        vec![("account", &*account), ("device", "{}"), ("proof", "[]")],
    ] {
        assert_eq!(
            shop.call("checkTonProofAuth", &fields).await,
            bad,
            "{fields:?}"
        );
    }
}

#[actix_web::test]
async fn logging_out_ends_one_part_and_takes_its_cookie_away() {
    let ground = Ground::new();
    let wallet = Wallet::new(1);
    let mut shop = ground.shop(&wallet).await;
    let kept = shop.clone();
    assert_eq!(told(&mut shop).await["address"], json!(wallet.address));
    assert_eq!(shop.call("tonLogOut", &[]).await, json!({"ok": true}));
    assert!(!shop.cookies.contains_key("stel_ton_token"));
    let mut before = kept.clone();
    let shown = told(&mut before).await;
    assert_eq!(
        shown["address"], false,
        "the old cookie is dead on the server too"
    );
    assert_eq!(shown["logged_in"], true);
    assert_eq!(shop.call("logOut", &[]).await, json!({"ok": true}));
    assert!(!shop.cookies.contains_key("stel_token"));
    assert_eq!(told(&mut before).await["logged_in"], false);
    assert!(before.open("/").await.contains("\"unAuth\":true"));
}

#[actix_web::test]
async fn a_login_without_its_session_gets_a_new_one_and_stays() {
    let ground = Ground::new();
    let wallet = Wallet::new(1);
    let mut shop = ground.shop(&wallet).await;
    let old = shop.cookies.remove("stel_ssid").expect("a session");
    let shown = told(&mut shop).await;
    assert_eq!(shown["address"], json!(wallet.address));
    assert_eq!(shown["logged_in"], true);
    assert_ne!(shop.cookies["stel_ssid"], old);
    assert_eq!(shop.state().await["ok"], true);
}

#[actix_web::test]
async fn a_reset_logs_everybody_out() {
    let ground = Ground::new();
    let mut shop = ground.shop(&Wallet::new(1)).await;
    ground.drive("reset", json!({})).await;
    assert_eq!(shop.state().await, json!({"error": "Bad request"}));
    let shown = told(&mut shop).await;
    assert_eq!(
        (&shown["address"], &shown["logged_in"]),
        (&json!(false), &json!(false))
    );
}
