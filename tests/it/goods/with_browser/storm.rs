//! Many orders through two tills while everything outside fails now and then.

use std::time::{Duration, Instant};

use fastrand::Rng;
use serde_json::json;

use crate::goods::shop::Selling;
use crate::proof::throws::{seed, so_many};
use crate::support::wait::eventually_within;

/// Words of a second till that nobody may ever fund.
const MORE_WORDS: &str = "robot vivid point glory subject during brass total loyal tomorrow suggest \
fatal offer lab wisdom float hybrid mobile chef video same ability clinic matter";

/// For one of them, with its repetitions, on a busy machine.
const WEATHERED: Duration = Duration::from_secs(60);

/// What fails, how, and how often.
const FAULTS: &[(&str, &str, &str, &str)] = &[
    ("fragment", "searchStarsRecipient", "lose-reply", "0.1"),
    ("fragment", "updateStarsBuyState", "delay", "0.2"),
    ("fragment", "initBuyStarsRequest", "lose-reply", "0.2"),
    ("fragment", "initBuyStarsRequest", "down", "0.1"),
    ("fragment", "getBuyStarsLink", "lose-reply", "0.2"),
    ("fragment", "confirmReq", "lose-reply", "0.2"),
    ("fragment", "confirmReq", "down", "0.1"),
    ("fragment", "need_ton", "refuse", "0.05"),
    ("ton", "sendBoc", "lose-reply", "0.2"),
    ("ton", "sendBoc", "down", "0.1"),
    ("ton", "getAddressInformation", "stale", "0.1"),
    ("ton", "getAddressInformation", "mixed", "0.1"),
    ("ton", "getTransactions", "down", "0.1"),
    ("ton", "transactionsByMessage", "down", "0.2"),
    ("ton", "mempool", "delay", "0.2"),
    ("ton", "block", "delay", "0.2"),
    ("ton-second", "getAddressInformation", "stale", "0.1"),
    ("ton-second", "sendBoc", "refuse", "0.2"),
];

#[tokio::test]
async fn orders_through_two_tills_are_delivered_or_refunded_and_paid_once() {
    let name = "orders_through_two_tills_are_delivered_or_refunded_and_paid_once";
    let mut dice = Rng::with_seed(seed(name));
    let orders = so_many(5, 200);
    let selling = Selling::open_with_second_till(MORE_WORDS).await;
    selling.fund("500").await;
    // Both tills are looked at, and prices are known, before anything goes wrong.
    let first = selling.buy("person0", 50).await;
    assert_eq!(selling.end_of(&first).await, "delivered");
    for (system, method, kind, probability) in FAULTS {
        let mut more = json!({"probability": probability, "seed": dice.u64(1..1_000_000)});
        if *kind == "delay" {
            more["delay_ms"] = json!(dice.u64(100..1_500));
        }
        selling.fault(system, method, kind, more).await;
    }
    let patience = WEATHERED.saturating_mul(u32::try_from(orders).unwrap());
    let begun = Instant::now();
    let people: Vec<String> = (1..orders).map(|nth| format!("person{nth}")).collect();
    let mut placed = Vec::new();
    for person in &people {
        placed.push(selling.buy(person, 50).await);
    }
    // One after the other: whoever looks at all of them at once is what the daemon then works for.
    let mut ends = Vec::new();
    for order in &placed {
        let end = eventually_within("the order comes to an end", patience, async || {
            selling.is_over(order).await
        });
        ends.push(end.await);
    }
    let count = |state: &str| ends.iter().filter(|end| *end == state).count();
    let (delivered, parked) = (count("delivered"), count("parked"));
    eprintln!(
        "{orders} orders: {delivered} delivered, {} refunded, {parked} parked in {:.0?}",
        count("refunded"),
        begun.elapsed()
    );
    selling.shop.emulators.calm().await;
    for (person, end) in people.iter().zip(&ends) {
        let stars = selling.stars_of(person).await;
        match end.as_str() {
            "delivered" => assert_eq!(stars, 50, "{person}"),
            "refunded" => assert_eq!(stars, 0, "{person}"),
            _ => assert!(stars <= 50, "{person} has {stars}"),
        }
    }
    let reasons = selling.parked_because().await;
    for (order, _) in placed.iter().zip(&ends).filter(|(_, end)| *end == "parked") {
        let why = reasons.get(order).map(String::as_str).unwrap_or_default();
        eprintln!("{order} is parked: {why}");
        assert!(!why.is_empty(), "{order} is parked and nobody was told why");
    }
    let paid = selling.payments().await;
    let mut references: Vec<&str> = paid
        .iter()
        .filter_map(|transfer| transfer["comment"].as_str())
        .collect();
    references.sort_unstable();
    references.dedup();
    assert_eq!(references.len(), paid.len(), "a reference was paid twice");
    let most = 1 + delivered + parked;
    let least = 1 + delivered;
    assert!(
        (least..=most).contains(&paid.len()),
        "{} paid, {delivered} delivered",
        paid.len()
    );
    let books = selling.door().look("/admin/v1/books").await;
    assert_eq!(books["balanced"], true, "{books}");
}
