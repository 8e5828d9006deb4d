//! The pages: what stands in them for clients, and for people.

use serde_json::json;

use super::ground::{Ground, text};
use super::wallet::Wallet;

const PAGES: [&str; 10] = [
    "/",
    "/stars",
    "/stars/buy",
    "/premium",
    "/premium/gift",
    "/stars/history",
    "/premium/history",
    "/my/profile",
    "/my/sessions",
    "/kyc/account",
];

#[actix_web::test]
async fn a_first_page_opens_a_session_and_later_ones_keep_it() {
    let ground = Ground::new();
    let mut browser = ground.browser();
    let answer = browser.get("/", false).await;
    let [cookie] = answer.cookies.as_slice() else {
        panic!("{:?}", answer.cookies)
    };
    let value = cookie
        .strip_prefix("stel_ssid=")
        .and_then(|rest| rest.split_once("; Max-Age=2592000; path=/; HttpOnly"));
    let (ssid, _) = value.expect("a session of thirty days");
    let (hex, digits) = ssid.split_once('_').expect("two parts");
    assert_eq!((hex.len(), digits.len()), (18, 20));
    for page in PAGES {
        let answer = browser.get(page, false).await;
        assert_eq!((answer.status, answer.cookies.len()), (200, 0), "{page}");
    }
    assert_eq!(browser.get("/nowhere", false).await.status, 404);
}

#[actix_web::test]
async fn every_page_tells_its_hash_and_who_is_logged_in() {
    let ground = Ground::new();
    let mut browser = ground.browser();
    browser.open("/").await;
    let hash = browser.hash.clone();
    assert_eq!(hash.len(), 18);
    for page in PAGES {
        let html = browser.open(page).await;
        let start =
            format!("ajInit({{\"version\":589,\"apiUrl\":\"\\/api?hash={hash}\",\"state\":{{");
        assert!(html.contains(&start), "{page}: {html}");
        let wallet = "<script id=\"aj_script\">Wallet.init({\"address\":false,\"ton_proof\":\"";
        assert!(html.contains(wallet), "{page}");
        assert!(
            html.contains("\"logged_in\":false,\"version\":2});"),
            "{page}"
        );
        for hook in [
            "id=\"aj_content\"",
            "js-main-content",
            "id=\"tc-widget-root\"",
            "ton-auth-link",
        ] {
            assert!(html.contains(hook), "{page}: {hook}");
        }
    }
}

#[actix_web::test]
async fn a_navigation_in_the_page_is_answered_with_json() {
    let ground = Ground::new();
    let mut shop = ground.shop(&Wallet::new(1)).await;
    let answer = shop.get("/stars/buy", true).await;
    let json = answer.json();
    let mut names: Vec<&String> = json.as_object().expect("an object").keys().collect();
    names.sort();
    assert_eq!(names, ["h", "j", "rc", "s", "t", "v"]);
    assert_eq!(
        (&json["v"], &json["t"]),
        (&json!(589), &json!("Buy Telegram Stars"))
    );
    assert!(text(&json["h"]).contains("js-stars-form"));
    assert!(text(&json["h"]).contains("ton-logout-link"));
    assert!(text(&json["j"]).starts_with("Wallet.init({\"address\":\"0:"));
    assert_eq!(json["s"]["mode"], "new");
    assert!(json["s"]["tonRate"].is_number());
    assert!(
        answer.text.contains("<\\/form>"),
        "slashes as PHP writes them"
    );
}

#[actix_web::test]
async fn the_selling_pages_have_the_hooks_and_prices_that_clients_read() {
    let ground = Ground::new();
    ground
        .drive("prices", json!({"star_usd": "0.015", "ton_usd": "1.697"}))
        .await;
    let mut browser = ground.browser();
    let html = browser
        .open("/stars/buy?quantity=500&recipient=abc%22")
        .await;
    for hook in [
        "js-stars-form",
        "placeholder=\"Enter Telegram username...\"",
        "name=\"recipient\" value=\"abc&quot;\"",
        "inputmode=\"numeric\" value=\"500\"",
        "js-stars-search-field",
        "js-search-field-error",
        "js-form-clear",
        "js-stars-quantity-field",
        "js-quantity-field-error",
        "js-quantity-clear",
        "js-cur-price",
        "js-stars-options",
        "js-more-options",
        "js-stars-buy-btn",
        "js-stars-btn-label",
        "js-buy-stars-popup",
        "js-buy-stars-form",
        "js-buy-stars-content",
        "js-buy-stars-button",
        "tm-checkbox-label",
        "value=\"500\" checked",
        "<span class=\"tm-value icon-before icon-usd\">&#036;7.50</span>\
         <span class=\"tm-radio-desc icon-before icon-ton\">4<span class=\"mini-frac\">.4196</span></span>",
    ] {
        assert!(html.contains(hook), "{hook}: {html}");
    }
    let html = browser.open("/premium/gift").await;
    for hook in [
        "js-premium-form",
        "js-premium-search-field",
        "js-premium-options",
        "class=\"radio\" name=\"months\" value=\"12\"",
        "js-gift-premium-btn",
        "js-premium-history",
        "js-gift-premium-popup",
        "js-gift-premium-form",
        "js-gift-premium-content",
        "js-gift-premium-button",
        "&#036;11.99",
    ] {
        assert!(html.contains(hook), "{hook}: {html}");
    }
}

#[actix_web::test]
async fn a_price_is_told_as_html() {
    let ground = Ground::new();
    ground
        .drive("prices", json!({"star_usd": "0.015", "ton_usd": "1.697"}))
        .await;
    let mut browser = ground.browser();
    browser.open("/stars/buy").await;
    let fields = [("stars", ""), ("quantity", "5050")];
    let answer = browser.call("updateStarsPrices", &fields).await;
    let price = "<div class=\"tm-value icon-before icon-ton\">44<span class=\"mini-frac\">.6376</span>\
                 </div><div class=\"tm-radio-desc\">~&nbsp;&#036;75.75</div>";
    assert_eq!(
        (&answer["ok"], &answer["cur_price"]),
        (&json!(true), &json!(price))
    );
    assert!(answer["dh"].is_number());
    let fields = [("stars", "0"), ("quantity", "")];
    assert_eq!(
        browser.call("updateStarsPrices", &fields).await["cur_price"],
        ""
    );
    let fields = [("stars", "0"), ("quantity", "49")];
    let bad = json!({"error": "Bad request"});
    assert_eq!(browser.call("updateStarsPrices", &fields).await, bad);
}

#[actix_web::test]
async fn a_purchase_stands_in_the_history_of_its_account_and_wallet_only() {
    let ground = Ground::new();
    let wallet = Wallet::new(1);
    ground
        .drive("prices", json!({"star_usd": "0.015", "ton_usd": "1.5"}))
        .await;
    let mut shop = ground.shop(&wallet).await;
    shop.buy("masha_k", "5050", &wallet).await;
    ground.advance(61).await;
    shop.buy("petya", "50", &wallet).await;
    let row = "<tr><td><div class=\"table-cell\"><a class=\"tm-inline-nowrap\">@masha_k</a></div></td>\
               <td><div class=\"table-cell\"><div class=\"table-cell-value tm-value tm-nowrap\">5,050</div></div></td>\
               <td><div class=\"table-cell\"><div class=\"table-cell-value tm-value icon-before icon-ton\">50.5</div></div></td>\
               <td><div class=\"table-cell\"><div class=\"tm-datetime\">\
               <time datetime=\"2027-01-15T08:00:00+00:00\">15 Jan 2027 at 08:00</time></div></div></td></tr>";
    let html = shop.open("/stars/history").await;
    assert!(html.contains(row), "{html}");
    let place = |html: &str, name: &str| html.find(name).expect("a row");
    assert!(
        place(&html, "@petya") < place(&html, "@masha_k"),
        "newest first"
    );
    let html = shop.open("/stars/history?sort=asc").await;
    assert!(place(&html, "@masha_k") < place(&html, "@petya"));
    assert!(
        !shop
            .open("/premium/history")
            .await
            .contains("tm-inline-nowrap")
    );
    let mut other = ground.shop(&Wallet::new(2)).await;
    assert!(
        !other
            .open("/stars/history")
            .await
            .contains("tm-inline-nowrap")
    );
    let mut same = ground.login(json!({"account": 1})).await;
    assert!(same.open("/stars/history").await.contains(row));
    let html = ground.browser().open("/stars/history").await;
    assert!(html.contains("Log in to see what you have bought."));
}

#[actix_web::test]
async fn the_page_shows_how_far_a_purchase_is() {
    let ground = Ground::new();
    let wallet = Wallet::new(1);
    let mut shop = ground.shop(&wallet).await;
    let request = shop.request("masha_k", "50").await;
    let id = text(&request["req_id"]).to_owned();
    let link = shop.link(&id, &wallet).await;
    let (boc, arrived) = wallet.message(ground.world(), &link);
    shop.confirm(&id, &boc).await;
    let html = shop.open("/stars/buy").await;
    assert!(html.contains("Processing payment…"));
    assert!(html.contains("\"mode\":\"processing\""));
    ground.world().settled.push(arrived);
    let html = shop.open("/stars/buy").await;
    assert!(html.contains("js-more-stars-btn") && html.contains("@masha_k"));
    // The page is written out again only to those who have not seen this version.
    let state = shop.state().await;
    assert!(text(&state["html"]).contains("50 Telegram Stars"));
    let lv = state["lv"].to_string();
    let fields = [("mode", "done"), ("lv", &*lv), ("dh", "1")];
    let state = shop.call("updateStarsBuyState", &fields).await;
    assert_eq!(
        (&state["html"], &state["mode"]),
        (&json!(null), &json!("done"))
    );
}

#[actix_web::test]
async fn the_manifest_comes_without_script_and_cookie() {
    let ground = Ground::new();
    let mut browser = ground.browser();
    let answer = browser.get("/tonconnect-manifest.json", false).await;
    assert_eq!((answer.status, answer.cookies.len()), (200, 0));
    assert_eq!(answer.json()["url"], json!(ground.url()));
}

#[actix_web::test]
async fn names_are_shown_as_text_whatever_they_hold() {
    let ground = Ground::new();
    let mut shop = ground.shop(&Wallet::new(1)).await;
    let name = "</script><b>Маша & \"Co\"";
    ground
        .drive("fragment/users/masha_k", json!({"name": name}))
        .await;
    let fields = [("query", "masha_k"), ("quantity", "")];
    let answer = shop.api("searchStarsRecipient", &fields).await;
    assert!(answer.text.is_ascii() && !answer.text.contains("</"));
    let found = &answer.json()["found"];
    let escaped = "&lt;/script&gt;&lt;b&gt;Маша &amp; &quot;Co&quot;";
    assert_eq!(found["name"], escaped);
    let request = shop.request("masha_k", "50").await;
    assert!(text(&request["content"]).contains(escaped));
}
