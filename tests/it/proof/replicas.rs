//! Two daemons on the same books: every webhook comes to both, and both poll.

use std::time::Duration;

use futures_util::future::join_all;
use serde_json::{Value, json};

use super::throws::Books;
use crate::support::emulators::{PAYMENT_KEY, members, signed};
use crate::support::eventually;
use crate::support::shop::{Daemon, Door, Shop, at_gateway, sum_of};
use crate::support::wait::eventually_within;

/// Copies of each webhook that each of the two gets at once.
const COPIES: usize = 10;

const INVOICES: i64 = 12;

/// Longer than it takes both to have looked up everything on a busy machine.
const BACK: Duration = Duration::from_secs(120);

pub async fn credit_once(books: &Books) {
    let shop = Shop::open(books.settings()).await;
    let mut settings = at_gateway(&shop.emulators);
    settings.extend(books.settings());
    let public = format!("http://127.0.0.1:{}", shop.door().port);
    settings.push(("WEBHOOK_PUBLIC_URL", public));
    let other = Daemon::start(shop.spare_port, settings).await;
    let doors = [shop.door(), other.door.clone()];
    let waits = json!({"probability": "0.3", "delay_ms": 300});
    shop.emulators.fault("info", "delay", waits).await;
    let people: Vec<i64> = (1..=INVOICES).collect();
    let all = people.iter().map(|person| one(&shop, &doors, *person));
    join_all(all).await;
    for person in people {
        for door in &doors {
            eventually("it is credited", async || {
                match door.balance(person).await {
                    Ok(10_000_000) => Ok(()),
                    other => Err(other),
                }
            })
            .await;
        }
        let told = other.door.told(person).await;
        assert_eq!(told.len(), 1, "{told:?}");
    }
    let shown = doors[1].look("/admin/v1/books").await;
    assert_eq!(shown["balanced"], true, "{shown}");
    assert_eq!(
        sum_of(&shown, "customers"),
        INVOICES * 10_000_000,
        "{shown}"
    );
    assert_eq!(
        sum_of(&shown, "gateway_clearing"),
        INVOICES * 10_000_000,
        "{shown}"
    );
}

/// One invoice, opened at one and told to both.
async fn one(shop: &Shop, doors: &[Door; 2], person: i64) {
    let at = usize::try_from(person % 2).expect("one of two");
    let opened: Value = doors[at].open(person, "10").await;
    let uuid = opened["uuid"].as_str().expect("a uuid");
    shop.emulators.pay(uuid, "exact").await;
    let body = signed(&members(&opened, "paid"), PAYMENT_KEY);
    let copies = doors.iter().flat_map(|door| {
        let body = &body;
        (0..COPIES).map(move |_| taken(door, body))
    });
    join_all(copies).await;
}

/// Tells it until the answer is 200, which is never anything but 200 or 503.
async fn taken(door: &Door, body: &str) {
    eventually_within("the webhook is taken", BACK, async || {
        match door.tell(body).await.expect("an answer") {
            200 => Ok(()),
            503 => Err(503),
            other => panic!("a webhook was answered with {other}"),
        }
    })
    .await;
}
