//! The pay page, as a browser gets it.

use serde_json::{Value, json};

use crate::ground::{Answer, Ground, text};

async fn page(ground: &Ground, invoice: &Value, language: &str) -> Answer {
    let url = text(&invoice["url"]);
    let answer = ground
        .client
        .get(url)
        .header("accept-language", language)
        .send()
        .await
        .unwrap();
    Answer {
        status: answer.status().as_u16(),
        text: answer.text().await.unwrap(),
    }
}

async fn press(ground: &Ground, invoice: &Value, form: &str) -> Answer {
    let request = ground
        .client
        .post(text(&invoice["url"]))
        .header("content-type", "application/x-www-form-urlencoded")
        .body(form.to_owned());
    let answer = request.send().await.unwrap();
    Answer {
        status: answer.status().as_u16(),
        text: answer.text().await.unwrap(),
    }
}

#[actix_web::test]
async fn it_shows_what_to_send_where_and_how_long() {
    let ground = Ground::new();
    let invoice = ground.invoice("ord-1", json!({"lifetime": 1800})).await;
    let html = page(&ground, &invoice, "en").await.text;
    let shown = [
        "10.00 USD",
        "ord-1",
        "10 USDT",
        "TRON (TRC-20)",
        text(&invoice["address"]),
        "30:00",
        "<svg role=\"img\" aria-label=\"QR code of the address\"",
        "Waiting for your payment",
        "value=\"exact\"",
        "value=\"less\"",
        "value=\"more\"",
        "value=\"other\"",
        "value=\"expire\"",
        "<label for=\"amount\">",
        "width=device-width",
    ];
    for part in shown {
        assert!(html.contains(part), "{part} is not on the page: {html}");
    }
    assert!(
        !html.contains("http://") && !html.contains("https://"),
        "it loads nothing from elsewhere"
    );
}

#[actix_web::test]
async fn it_speaks_the_language_the_browser_asks_for() {
    let ground = Ground::new();
    let invoice = ground.invoice("o", json!({})).await;
    let russian = page(&ground, &invoice, "ru-RU,ru;q=0.9,en;q=0.8")
        .await
        .text;
    assert!(russian.contains("<html lang=\"ru\">") && russian.contains("Ждём ваш платёж"));
    for language in ["en-GB,ru;q=0.5", "de,fr", ""] {
        let english = page(&ground, &invoice, language).await.text;
        assert!(english.contains("<html lang=\"en\">"), "{language}");
    }
}

#[actix_web::test]
async fn a_payer_chooses_a_coin_and_then_pays() {
    let ground = Ground::new();
    let body = json!({"amount": "10", "currency": "USD", "order_id": "o", "currencies": [{"currency": "TON"}, {"currency": "USDT"}]});
    let invoice = ground.call("payment", body).await.result();
    let html = page(&ground, &invoice, "en").await.text;
    assert!(
        html.contains("<option value=\"TON.ton\">") && !html.contains("BTC"),
        "{html}"
    );
    assert!(!html.contains("value=\"exact\""), "nothing can be paid yet");
    let chosen = press(&ground, &invoice, "act=choose&coin=TON.ton").await;
    assert_eq!(chosen.status, 303);
    let info = ground.info("o").await;
    assert_eq!(
        (&info["payer_currency"], &info["network"]),
        (&json!("TON"), &json!("ton"))
    );
    assert!(text(&info["address"]).starts_with("UQ"));
    let other = press(&ground, &invoice, "act=choose&coin=USDT.tron").await;
    assert_eq!(other.status, 409, "it is settled");
    assert_eq!(press(&ground, &invoice, "act=exact").await.status, 303);
    assert_eq!(ground.status("o").await, "confirm_check");
}

#[actix_web::test]
async fn each_button_does_what_it_says() {
    let ground = Ground::new();
    let cases = [
        ("act=exact", "paid", "10.00000000"),
        ("act=less", "wrong_amount_waiting", "9.90000000"),
        ("act=more", "paid_over", "11.00000000"),
        (
            "act=other&amount=2%2C5",
            "wrong_amount_waiting",
            "2.50000000",
        ),
    ];
    for (form, status, amount) in cases {
        let order = form.replace(|letter: char| !letter.is_alphanumeric(), "-");
        let invoice = ground.invoice(&order, json!({})).await;
        assert_eq!(press(&ground, &invoice, form).await.status, 303, "{form}");
        ground.advance(10).await;
        let info = ground.info(&order).await;
        assert_eq!(
            (&info["status"], &info["payment_amount"]),
            (&json!(status), &json!(amount)),
            "{form}"
        );
    }
    let invoice = ground.invoice("expire", json!({})).await;
    press(&ground, &invoice, "act=expire").await;
    assert_eq!(ground.status("expire").await, "cancel");
    let html = page(&ground, &invoice, "en").await.text;
    assert!(
        html.contains("nothing was paid") && html.contains("value=\"exact\""),
        "a late payment is possible"
    );
}

#[actix_web::test]
async fn a_locked_payment_is_passed_on_the_page_of_the_aml_link() {
    let ground = Ground::new();
    let invoice = ground.invoice("o", json!({})).await;
    ground.pay_and_confirm(&invoice, "exact").await;
    ground.act(&invoice, "lock", json!({})).await;
    let links = ground
        .call("payment/aml-links", json!({"order_id": "o"}))
        .await
        .result();
    let html = ground.get(text(&links[0]["link"])).await.text;
    assert!(
        html.contains("value=\"unlock\"") && !html.contains("value=\"exact\""),
        "{html}"
    );
    press(&ground, &invoice, "act=unlock").await;
    assert_eq!(ground.status("o").await, "paid");
}

#[actix_web::test]
async fn mistakes_are_told_on_the_page_and_change_nothing() {
    let ground = Ground::new();
    let invoice = ground.invoice("o", json!({})).await;
    let wrong = press(&ground, &invoice, "act=other&amount=lots").await;
    assert_eq!(wrong.status, 409);
    assert!(
        wrong
            .text
            .contains("role=\"alert\">Please enter an amount like 12.34."),
        "{}",
        wrong.text
    );
    assert_eq!(press(&ground, &invoice, "act=teleport").await.status, 409);
    assert_eq!(ground.status("o").await, "check");
    let missing = ground
        .get(&format!("{}/pay/none", ground.sandbox.heleket_url()))
        .await;
    assert_eq!(missing.status, 404);
    assert!(missing.text.contains("There is no such invoice"));
}

#[actix_web::test]
async fn what_a_merchant_writes_cannot_break_the_page() {
    let ground = Ground::new();
    let url = "https://shop.example/?a=1&b=\"><script>alert(1)</script>";
    let invoice = ground.invoice("o", json!({"url_return": url})).await;
    let html = page(&ground, &invoice, "en").await.text;
    assert!(!html.contains("<script>alert"), "{html}");
    assert!(html.contains("&quot;&gt;&lt;script&gt;"), "{html}");
    let answer = ground
        .client
        .get(text(&invoice["url"]))
        .send()
        .await
        .unwrap();
    let policy = answer.headers()["content-security-policy"]
        .to_str()
        .unwrap()
        .to_owned();
    assert!(
        policy.contains("default-src 'none'") && !policy.contains("unsafe"),
        "{policy}"
    );
}

#[actix_web::test]
async fn a_script_of_another_site_may_not_press_buttons() {
    let ground = Ground::new();
    let invoice = ground.invoice("o", json!({})).await;
    let request = ground
        .client
        .post(text(&invoice["url"]))
        .header("origin", "https://elsewhere.example")
        .header("content-type", "application/x-www-form-urlencoded")
        .body("act=exact");
    assert_eq!(request.send().await.unwrap().status(), 409);
    assert_eq!(ground.status("o").await, "check");
}

#[actix_web::test]
async fn the_live_part_says_when_the_page_has_changed() {
    let ground = Ground::new();
    let invoice = ground.invoice("o", json!({"lifetime": 600})).await;
    let live = || async {
        ground
            .get(&format!("{}/live", text(&invoice["url"])))
            .await
            .json()
    };
    let before = live().await;
    assert_eq!(
        (&before["left"], &before["held"]),
        (&json!(600), &json!(true))
    );
    let html = page(&ground, &invoice, "en").await.text;
    assert!(html.contains(&format!("data-version=\"{}\"", text(&before["version"]))));
    ground.pay(&invoice, "exact").await;
    assert_ne!(live().await["version"], before["version"]);
    for asset in ["pay-page.css", "pay-page.js"] {
        assert_eq!(
            ground
                .get(&format!("{}/{asset}", ground.sandbox.heleket_url()))
                .await
                .status,
            200
        );
    }
}
