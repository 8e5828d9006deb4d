//! A demo goes on where the last one stopped: books and world together, or neither.

use serde_json::{Value, json};

use crate::demo::ground::{Demo, PATIENCE};
use crate::support::wait::eventually_within;

/// The first of the page's people.
const ANYA: i64 = 1001;

/// Writes a line, again while the shop is still starting, and taps the newest button of the answer
/// whose data begin so.
async fn ask_and_tap(demo: &Demo, line: &str, beginnings: &[&str]) {
    let chat = format!("/control/users/{ANYA}/chat");
    let data = eventually_within("the shop offers a button", PATIENCE, async || {
        let before = newest(&demo.look(&chat).await);
        demo.post(
            &format!("/control/users/{ANYA}/say"),
            &json!({ "text": line }),
        )
        .await;
        rests(demo, before).await;
        let shown = demo.look(&chat).await;
        button(&shown, before, beginnings).ok_or(shown.to_string())
    });
    let data = data.await;
    demo.post(
        &format!("/control/users/{ANYA}/tap"),
        &json!({ "button": data }),
    )
    .await;
}

/// Waits until nothing has changed in the chat for a second.
async fn rests(demo: &Demo, since: u64) {
    let mut seen = since;
    loop {
        let path = format!("/control/users/{ANYA}/chat?after={seen}&wait_ms=1000");
        let version = demo.look(&path).await["version"]
            .as_u64()
            .expect("a version");
        if version == seen {
            return;
        }
        seen = version;
    }
}

fn newest(chat: &Value) -> u64 {
    let messages = chat.as_array().expect("a list").iter();
    messages
        .filter_map(|message| message["version"].as_u64())
        .max()
        .unwrap_or(0)
}

fn button(chat: &Value, after: u64, beginnings: &[&str]) -> Option<String> {
    let messages = chat.as_array()?.iter().rev();
    let mut fresh = messages.filter(|message| message["version"].as_u64() > Some(after));
    fresh.find_map(|message| {
        let rows = message["buttons"]
            .as_array()?
            .iter()
            .filter_map(Value::as_array);
        let mut data = rows.flatten().filter_map(|button| button["data"].as_str());
        let found = data.find(|data| {
            beginnings
                .iter()
                .any(|beginning| data.starts_with(beginning))
        });
        found.map(str::to_owned)
    })
}

/// Waits until so many purchases in all have come, the last for this friend, and all is told.
async fn is_delivered(demo: &Demo, friend: &str, in_all: u64) {
    demo.until("it is delivered", |shown| {
        let counters = &shown["world"]["counters"];
        let so = counters["delivered"] == in_all
            && counters["paid_twice"] == 0
            && counters["lost"] == 0
            && shown["books"]["balanced"] == true;
        so.then_some(())
    })
    .await;
    let told = format!("Done! @{friend} has 50 Stars");
    eventually_within("the customer is told", PATIENCE, async || {
        let chat = demo
            .look(&format!("/control/users/{ANYA}/chat"))
            .await
            .to_string();
        chat.contains(&told).then_some(()).ok_or(chat)
    })
    .await;
}

/// What a customer, an operator and everybody outside see.
async fn seen(demo: &Demo) -> Vec<(&'static str, Value)> {
    rests(demo, 0).await;
    let mut seen = Vec::new();
    for path in [
        "/control/users/1001/chat",
        "/control/chain",
        "/control/deliveries",
        "/control/invoices",
        "/control/stars/boris",
    ] {
        seen.push((path, demo.look(path).await));
    }
    for path in ["users/1001", "orders", "books"] {
        seen.push((path, demo.ask_daemon(path).await));
    }
    seen
}

#[tokio::test]
async fn it_goes_on_where_it_stopped_and_begins_anew_when_it_was_killed_or_is_told_to() {
    let mut demo = Demo::start().await;
    let who = json!({"username": "anya", "language": "en", "first_name": "Anya"});
    demo.post(&format!("/control/users/{ANYA}"), &who).await;
    ask_and_tap(&demo, "/topup 5", &["1:pay_invoice:"]).await;
    let uuid = demo.invoice(1).await;
    let exact = json!({"amount": "exact"});
    demo.post(&format!("/control/invoices/{uuid}/pay"), &exact)
        .await;
    eventually_within("the balance has grown", PATIENCE, async || {
        let person = demo.ask_daemon("users/1001").await;
        (person["balance"] == "5.00")
            .then_some(())
            .ok_or(person.to_string())
    })
    .await;
    ask_and_tap(&demo, "50 @boris", &["1:pay_balance:"]).await;
    is_delivered(&demo, "boris", 1).await;
    let (before, token) = (seen(&demo).await, demo.folder().join("admin-token"));
    let token_before = std::fs::read(&token).expect("a token");

    demo.stop_and_start(&[]);
    let printed = demo.process.printed();
    assert!(printed.contains("going on from "), "{printed}");
    assert!(printed.contains("1 order, books kept"), "{printed}");
    assert_eq!(std::fs::read(&token).expect("a token"), token_before);
    for ((path, before), (_, after)) in before.iter().zip(seen(&demo).await) {
        assert_eq!(*before, after, "{path}");
    }

    // Stopped between signing and delivery.
    ask_and_tap(&demo, "50 @masha_k", &["1:pay_balance:"]).await;
    demo.until("the second payment is signed", |shown| {
        let lines = shown["lines"].as_array()?.iter();
        let text = lines.filter_map(|line| line["text"].as_str());
        let signed = text.filter(|text| text.starts_with("signed")).count();
        (signed == 2).then_some(())
    })
    .await;
    demo.stop_and_start(&[]);
    let printed = demo.process.printed();
    assert!(printed.contains("2 orders, books kept"), "{printed}");
    is_delivered(&demo, "masha_k", 2).await;
    let chain = demo.look("/control/chain").await;
    let seqnos = chain.as_array().expect("a list").iter();
    let seqnos: Vec<_> = seqnos.map(|payment| payment["seqno"].clone()).collect();
    assert_eq!(seqnos, [json!(0), json!(1)], "{chain}");

    demo.process.kill();
    demo.start_again(&[]);
    let printed = demo.process.printed();
    assert!(printed.contains("beginning anew"), "{printed}");
    assert!(
        printed.contains("killed before it could write its world down"),
        "{printed}"
    );
    assert_eq!(demo.look("/control/chain").await, json!([]));
    assert_eq!(demo.ask_daemon("orders").await["orders"], json!([]));
    assert_eq!(std::fs::read(&token).expect("a token"), token_before);
    let aside = demo.folder().join("aside");
    assert!(
        aside.join("starkeeper.db").exists(),
        "what was there is kept"
    );

    demo.stop_and_start(&["--fresh"]);
    let printed = demo.process.printed();
    assert!(
        !printed.contains("going on") && !printed.contains("anew:"),
        "{printed}"
    );
    assert_ne!(std::fs::read(&token).expect("a token"), token_before);
    assert!(!aside.exists(), "fresh means fresh");
}
