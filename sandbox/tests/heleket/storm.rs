//! Many invoices, many at a time, and everything that can go wrong with a webhook at once.

use std::collections::HashMap;

use futures_util::stream::{self, StreamExt as _};
use serde_json::{Value, json};

use crate::ground::{Ground, text};
use crate::receiver::Receiver;

/// Invoices in the storm.
const MANY: usize = 300;

/// Calls at a time.
const AT_ONCE: usize = 64;

async fn open(ground: &Ground, receiver: &Receiver, number: usize) -> Value {
    let more = json!({"url_callback": receiver.url, "lifetime": 3600});
    ground.invoice(&format!("o{number}"), more).await
}

/// What becomes of the invoice of this number, and with which status it ends.
async fn live(ground: &Ground, invoice: &Value, number: usize) -> &'static str {
    match number % 5 {
        0 => {
            ground.pay(invoice, "exact").await;
            "paid"
        }
        1 => {
            ground.pay(invoice, "12").await;
            "paid_over"
        }
        2 => {
            ground.pay(invoice, "9").await;
            "wrong_amount"
        }
        3 => {
            ground.pay(invoice, "4").await;
            ground.pay(invoice, "6").await;
            "paid"
        }
        _ => "cancel",
    }
}

#[actix_web::test]
async fn every_last_word_arrives_however_webhooks_are_lost_doubled_and_shuffled() {
    let (ground, receiver) = (Ground::new(), Receiver::new());
    for (kind, chance) in [
        ("delay", 0.2),
        ("duplicate", 0.3),
        ("reorder", 0.3),
        ("lose-reply", 0.2),
        ("down", 0.2),
    ] {
        let fault = json!({"method": "webhook", "kind": kind, "probability": chance, "seed": 11});
        ground.fault(fault).await;
    }
    receiver.answers(&[500; 40]);
    let ends: HashMap<String, &str> = stream::iter(0..MANY)
        .map(async |number| {
            let invoice = open(&ground, &receiver, number).await;
            let end = live(&ground, &invoice, number).await;
            (text(&invoice["uuid"]).to_owned(), end)
        })
        .buffer_unordered(AT_ONCE)
        .collect()
        .await;
    assert_eq!(ends.len(), MANY, "each invoice has a name of its own");
    ground.advance(3 * 24 * 3600).await;

    let mut told: HashMap<String, Vec<String>> = HashMap::new();
    for body in receiver.bodies() {
        let body: Value = serde_json::from_str(&body).unwrap();
        let words = told.entry(text(&body["uuid"]).to_owned()).or_default();
        words.push(text(&body["status"]).to_owned());
    }
    for (uuid, end) in &ends {
        let words = &told[uuid];
        assert!(
            words.iter().any(|word| word == end),
            "{uuid} ended with {end}: {words:?}"
        );
    }
    let rows = ground.control_get("webhooks").await;
    let open = rows
        .as_array()
        .unwrap()
        .iter()
        .filter(|row| row["progress"] != json!("delivered"));
    assert_eq!(open.count(), 0, "each one was taken in the end");
    let shuffled = ends
        .iter()
        .any(|(uuid, end)| told[uuid].last().is_some_and(|last| last != end));
    let doubled = receiver.count() > rows.as_array().unwrap().len();
    assert!(shuffled && doubled, "the storm was none");
}
