//! The browser, the way to Fragment, the login.

use serde_json::json;

use super::ground::Ground;

#[tokio::test]
async fn a_login_that_is_there_is_told_from_a_dead_one_and_from_a_path_that_is_blocked() {
    let mut ground = Ground::new().await;
    let said = ground.check(&["webdriver", "fragment"]).await;
    assert_eq!(said.code, Some(0), "{said:#?}");
    said.well("webdriver", "a browser starts");
    said.well("fragment", "the way to Fragment is free");
    assert!(
        said.line("fragment", "till_1").starts_with("note "),
        "{said:#?}"
    );

    ground.set("FRAGMENT_COOKIES", "stel_ssid=nobody; stel_token=nobody");
    let said = ground.check(&["fragment"]).await;
    said.well("fragment", "the way to Fragment is free");
    said.wrong("fragment", "till_1 is logged out");

    let challenge = json!({"status": 403, "probability": "1"});
    ground
        .emulators
        .fault_of("fragment", "page", "refuse", challenge)
        .await;
    let said = ground.check(&["fragment"]).await;
    said.wrong("fragment", "is blocked for this address");
}

#[tokio::test]
async fn a_browser_that_is_not_there_is_named() {
    let mut ground = Ground::new().await;
    ground.set("BROWSER_PATH", "/nowhere/chrome");
    let said = ground.check(&["webdriver"]).await;
    said.wrong("webdriver", "install chromium");
}
