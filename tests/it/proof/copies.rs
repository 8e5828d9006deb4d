//! A hundred copies of one webhook at once, ten times over.

use futures_util::future::join_all;
use serde_json::json;

use super::throws::Books;
use crate::support::shop::{Door, Shop, sum_of};

/// Copies of one webhook.
const COPIES: u64 = 100;

/// Invoices, one after the other.
const TIMES: i64 = 10;

pub async fn credit_once(books: &Books) {
    // Nothing but the copies says that the invoice is paid.
    let shop = Shop::open_untold(books.settings()).await;
    let never = json!({"probability": "1"});
    shop.emulators.fault("webhook", "refuse", never).await;
    let mut uuids = Vec::new();
    for person in 1..=TIMES {
        let opened = shop.door().open(person, "10").await;
        let uuid = opened["uuid"].as_str().expect("a uuid").to_owned();
        shop.emulators.pay(&uuid, "exact").await;
        shop.emulators.act(&uuid, "confirm", json!({})).await;
        assert_eq!(
            shop.door().balance(person).await,
            Ok(0),
            "nobody has told yet"
        );
        let unsure = take_all(&shop, &uuid, COPIES).await;
        eprintln!("invoice {person}: {unsure} of the answers were 503");
        credited_once(&shop.door(), person).await;
        uuids.push(uuid);
    }
    join_all(uuids.iter().map(|uuid| take_all(&shop, uuid, COPIES))).await;
    for person in 1..=TIMES {
        credited_once(&shop.door(), person).await;
    }
    let books = shop.door().look("/admin/v1/books").await;
    assert_eq!(books["balanced"], true, "{books}");
    assert_eq!(sum_of(&books, "customers"), TIMES * 10_000_000, "{books}");
    assert_eq!(
        sum_of(&books, "gateway_clearing"),
        TIMES * 10_000_000,
        "{books}"
    );
}

/// Sends copies until each is answered with 200, and says how many answers were 503.
async fn take_all(shop: &Shop, uuid: &str, copies: u64) -> u64 {
    let (mut left, mut unsure) = (copies, 0);
    while left > 0 {
        let answers = shop.emulators.copies(uuid, left).await;
        let of = |status: &str| answers.get(status).copied().unwrap_or(0);
        assert_eq!(of("200") + of("503"), left, "{answers:?}");
        left = of("503");
        unsure += left;
        assert!(unsure < 100 * copies, "no end of 503");
    }
    unsure
}

async fn credited_once(door: &Door, person: i64) {
    assert_eq!(door.balance(person).await, Ok(10_000_000));
    let told = door.told(person).await;
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(told[0]["about"], "credited");
}

#[tokio::test]
async fn a_hundred_copies_of_a_webhook_credit_once_on_sqlite() {
    credit_once(&Books::Embedded).await;
}
