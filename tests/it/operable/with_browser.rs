//! A new shop opens: closed to customers, tried out by its operator, open for good.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::emulators::Emulators;
use crate::support::phone::{Phone, button, text};
use crate::support::shop::{Shop, at_gateway};
use crate::support::{eventually, ports};

const OPERATOR: i64 = 900;
const CUSTOMER: i64 = 7;

/// For a browser to start, an order to end, a check to be made.
const ENDING: Duration = Duration::from_secs(90);

#[tokio::test]
async fn a_new_shop_opens_once_its_operator_was_delivered_fifty_stars() {
    let base = ports::block();
    let emulators = Emulators::start_with(base, 1, "100");
    let mut settings = at_gateway(&emulators);
    settings.extend(crate::goods::shop::selling(&emulators, base).await);
    let text_of = |(name, value): (&'static str, &str)| (name, value.to_owned());
    settings.extend(
        [
            ("TEST_PURCHASE", "always"),
            ("SHOP_LOOK_EVERY", "200ms"),
            ("ADMIN_IDS", "900"),
            ("TELEGRAM_TOKEN", "4242:AAE-token-of-the-integration-tests"),
            ("WEBHOOK_ENABLED", "false"),
            ("TELEGRAM_POLL_FOR", "1s"),
        ]
        .map(text_of),
    );
    settings.push(("TELEGRAM_API_URL", format!("http://127.0.0.1:{}", base + 1)));
    let cookies = settings
        .iter()
        .find(|(name, _)| *name == "FRAGMENT_COOKIES");
    let cookies = cookies.expect("a login").1.clone();
    let mut shop = Shop::beside(emulators, base, settings).await;
    let customer = Phone::of(&shop.emulators, CUSTOMER, Some("anya_k"), "en").await;
    let operator = Phone::of(&shop.emulators, OPERATOR, Some("boss_k"), "en").await;
    operator.say("/start").await;
    operator.sees_button("1:stars").await;
    operator
        .sees("how a new shop opens", |message| {
            text(message).contains("The shop is new")
        })
        .await;
    customer.offered("/buy 50", &["1:tell_me"]).await;
    customer.tap("1:tell_me").await;
    // The operator pays like anybody else.
    operator.say("/topup 10").await;
    let choice = operator.sees_button("1:pay_invoice").await;
    operator
        .tap(&button(&choice, "1:pay_invoice").unwrap())
        .await;
    let uuid = eventually("an invoice is open", async || {
        let invoices = shop.emulators.invoices().await;
        let first = invoices
            .first()
            .and_then(|invoice| invoice["uuid"].as_str());
        first.map(str::to_owned).ok_or(invoices.len())
    })
    .await;
    shop.emulators.pay(&uuid, "exact").await;
    let pay = operator.offered("/buy 50", &["1:pay_balance"]).await;
    operator.tap(&pay).await;
    operator
        .sees_within("the shop is open", ENDING, |message| {
            text(message).contains("the shop is open for everybody")
        })
        .await;
    assert_eq!(
        shop.emulators.look("stars/boss_k").await["stars"],
        json!(50)
    );
    customer
        .sees_within("whoever wished is told", ENDING, |message| {
            text(message).contains("The shop is open again")
        })
        .await;
    shop.daemon.terminate().await;
    recorded(&shop, &cookies);
    shop.daemon.set("FRAGMENT_COOKIES", "");
    shop.daemon.resume().await;
    customer
        .offered("/buy 50", &["1:pay_invoice", "1:confirm"])
        .await;
}

/// The way of the purchase is in the record of raw answers, and no secret is.
fn recorded(shop: &Shop, cookies: &str) {
    let file = shop.daemon.folder().join("state/first-purchase.jsonl");
    let record = std::fs::read_to_string(file).expect("there is a record");
    let lines: Vec<Value> = record
        .lines()
        .map(|line| serde_json::from_str(line).expect("a line is JSON"))
        .collect();
    let names = [
        "searchStarsRecipient",
        "initBuyStarsRequest",
        "getBuyStarsLink",
        "confirmReq",
    ];
    for name in names {
        let answer = lines
            .iter()
            .find(|line| line["from"] == "fragment" && line["to"] == name)
            .unwrap_or_else(|| panic!("{name} is not recorded"));
        assert_eq!(answer["status"], 200, "{answer}");
        assert!(
            answer["body"].as_str().unwrap().starts_with('{'),
            "{answer}"
        );
    }
    let of_chain = |line: &&Value| line["from"].as_str().unwrap().starts_with("ton ");
    assert!(lines.iter().any(|line| of_chain(&line)), "{record}");
    assert!(record.contains("[removed]"));
    let values = cookies
        .split("; ")
        .filter_map(|pair| Some(pair.split_once('=')?.1));
    for secret in values.filter(|value| value.len() >= 8) {
        assert!(!record.contains(secret), "a cookie is recorded");
    }
    let hash = |line: &Value| {
        line["body"].as_str().unwrap().contains("api?hash=")
            && !line["body"]
                .as_str()
                .unwrap()
                .contains("api?hash=[removed]")
    };
    assert!(!lines.iter().any(hash), "the hash of the API is recorded");
}
