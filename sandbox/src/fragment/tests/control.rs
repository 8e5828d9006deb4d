//! What a driver asks for, and how it is refused.

use serde_json::{Value, json};

use super::ground::{Ground, text};
use super::wallet::Wallet;

#[actix_web::test]
async fn a_login_answers_the_cookies_of_a_browser_that_is_logged_in() {
    let ground = Ground::new();
    let wallet = Wallet::new(1);
    let shown = ground.drive("login", json!({})).await;
    let names = |shown: &Value| -> Vec<String> {
        text(&shown["cookies"])
            .split("; ")
            .map(|pair| pair.split_once('=').expect("a cookie").0.to_owned())
            .collect()
    };
    assert_eq!(names(&shown), ["stel_ssid", "stel_dt", "stel_token"]);
    assert_eq!(shown["account"], 1);
    let shown = ground
        .drive("login", json!({"wallet": wallet.address}))
        .await;
    assert_eq!(
        names(&shown),
        ["stel_ssid", "stel_dt", "stel_token", "stel_ton_token"]
    );
    assert_eq!(shown["account"], 2);
    let friendly =
        json!({"wallet": "UQBxiS0_qqvLzCl8ANBmB9EMGbHIZkOgm1_SR3ref8F3SHS5", "account": 1});
    let mut shop = ground.login(friendly).await;
    let raw = "0:71892d3faaabcbcc297c00d06607d10c19b1c86643a09b5fd2477ade7fc17748";
    assert!(shop.open("/my/profile").await.contains(raw));
    let missing = ground.control("login", json!({"account": 3})).await;
    assert_eq!(missing.status, 404, "{}", missing.text);
    for (wish, ended) in [
        (json!({"part": "telegram", "account": 2}), 1),
        (json!({"part": "telegram"}), 2),
        (json!({"part": "wallet", "wallet": wallet.address}), 1),
        (json!({"part": "wallet", "wallet": wallet.address}), 0),
        (json!({"part": "wallet"}), 1),
    ] {
        let shown = ground.drive("login/expire", wish.clone()).await;
        assert_eq!(shown, json!({"ended": ended}), "{wish}");
    }
}

#[actix_web::test]
async fn people_are_as_a_driver_says() {
    let ground = Ground::new();
    let path = "fragment/users/masha_k";
    let wish =
        json!({"kind": "user", "premium": true, "name": "Мария", "photo": false, "token": "abc"});
    let shown = ground.drive(path, wish).await;
    let expected = json!({
        "exists": true, "username": "masha_k", "kind": "user", "premium": true,
        "name": "Мария", "photo": false, "token": "abc",
    });
    assert_eq!(shown, expected);
    assert_eq!(ground.look(path).await, expected);
    let mut browser = ground.browser();
    browser.open("/").await;
    assert_eq!(browser.find("masha_k").await, "abc");
    let other = ground.drive(path, json!({"other": true})).await;
    assert_ne!(other["token"], "abc");
    assert_eq!(
        (&other["premium"], &other["photo"]),
        (&json!(false), &json!(true))
    );
    assert_eq!(
        ground.drive(path, json!({"exists": false})).await,
        json!({"exists": false})
    );
    assert_eq!(ground.look(path).await, json!({"exists": false}));
    assert_eq!(ground.stars("masha_k").await, 0);
    let again = ground.drive(path, json!({"exists": true})).await;
    assert_eq!(again["exists"], true);
}

#[actix_web::test]
async fn wrong_requests_name_the_field_and_what_was_expected() {
    let ground = Ground::new();
    let fault = |more: Value| {
        let mut wish = json!({"system": "fragment", "method": "page", "kind": "delay"});
        for (name, value) in more.as_object().expect("an object") {
            wish[name] = value.clone();
        }
        ("faults", wish)
    };
    let cases = [
        (
            ("login", json!({"wallet": "0:12"})),
            "wallet",
            "an address like",
        ),
        (
            ("login/expire", json!({})),
            "part",
            "\"telegram\" or \"wallet\"",
        ),
        (
            ("login/expire", json!({"part": "all"})),
            "part",
            "\"telegram\"",
        ),
        (
            ("login/expire", json!({"part": "wallet", "account": 1})),
            "account",
            "none here",
        ),
        (("fragment/users/abc", json!({})), "name", "a username"),
        (
            ("fragment/users/masha", json!({"kind": "cat"})),
            "kind",
            "\"channel\"",
        ),
        (
            ("fragment/users/masha", json!({"name": ""})),
            "name",
            "a text of 1 to 200",
        ),
        (fault(json!({"method": "payment"})), "method", "confirmReq"),
        (
            fault(json!({"method": "rename"})),
            "kind",
            "one of refuse for the method rename",
        ),
        (
            fault(json!({"method": "delivery", "kind": "stale"})),
            "kind",
            "one of refuse, delay for the method delivery",
        ),
    ];
    for ((path, body), field, words) in cases {
        let answer = ground.control(path, body.clone()).await;
        let error = answer.json()["error"].clone();
        assert_eq!(
            (answer.status, &error["field"]),
            (400, &json!(field)),
            "{path} {body}: {error}"
        );
        assert!(
            text(&error["message"]).contains(words),
            "{path} {body}: {error}"
        );
    }
}
