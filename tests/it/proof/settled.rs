//! What must be true when the storm is over: by the gateway's own word about what was paid.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use futures_util::future::join_all;
use serde_json::{Value, json};

use super::life::Life;
use crate::support::due::{Due, due};
use crate::support::emulators::Emulators;
use crate::support::shop::{Door, micros, sum_of};
use crate::support::wait::eventually_within;

/// Longer than a busy machine needs for a look at every invoice; only a failing test waits it out.
const CALMING: Duration = Duration::from_secs(180);

/// An invoice as the daemon opened it.
#[derive(Debug, Clone)]
pub struct Opened {
    pub life: Life,
    pub uuid: String,
}

/// Waits until everything that is due is credited, tells everything again, and looks at all of it.
pub async fn assert_settled(door: &Door, gateway: &Emulators, opened: &[Opened]) {
    gateway.calm().await;
    // What is still waiting for its confirmations would be worth something else a moment later.
    for invoice in opened {
        gateway.act(&invoice.uuid, "confirm", json!({})).await;
    }
    gateway.order("webhooks/now", json!({})).await;
    let due = all_due(gateway, opened).await;
    for invoice in opened {
        credited(door, gateway, invoice, due[&invoice.uuid]).await;
    }
    repeat(gateway, opened).await;
    for invoice in opened {
        let has = micros(&door.look(&path_of(invoice)).await["balance"]);
        let expected = due[&invoice.uuid].credited;
        assert_eq!(has, expected, "{invoice:?} changed without a reason");
        told_once(door, invoice, expected).await;
    }
    balanced(door, due.values()).await;
}

/// What the gateway says was paid for each invoice, by its uuid; and that there is no other.
pub async fn all_due(gateway: &Emulators, opened: &[Opened]) -> BTreeMap<String, Due> {
    let there_are = gateway.invoices().await;
    let uuid_of = |invoice: &Value| invoice["uuid"].as_str().expect("a uuid").to_owned();
    let all: BTreeMap<String, Due> = there_are
        .iter()
        .map(|invoice| (uuid_of(invoice), due(invoice)))
        .collect();
    let known: BTreeSet<String> = opened.iter().map(|invoice| invoice.uuid.clone()).collect();
    let there: BTreeSet<String> = all.keys().cloned().collect();
    let paid_strangers: Vec<&String> = there.difference(&known).collect();
    assert!(
        paid_strangers.is_empty(),
        "opened twice: {paid_strangers:?}"
    );
    assert_eq!(there.len(), known.len(), "an invoice is unknown there");
    all
}

/// Waits until a person has what is due for the one invoice.
async fn credited(door: &Door, gateway: &Emulators, invoice: &Opened, due: Due) {
    let what = format!("{due:?} is credited for {invoice:?}");
    let settled = eventually_within(&what, CALMING, async || {
        let user = door.glance(&path_of(invoice)).await?;
        match micros(&user["balance"]) {
            has if has == due.credited && user["frozen"] == false => Ok(()),
            has if has > due.credited => panic!("{has} is more than {due:?} for {invoice:?}"),
            has => Err(format!("{has}, frozen {}", user["frozen"])),
        }
    });
    settled.await;
    let there = gateway.invoice(&invoice.uuid).await;
    assert_eq!(self::due(&there), due, "the gateway's word does not change");
}

/// Every webhook comes again, three at a time: each is answered with 200 or 503.
async fn repeat(gateway: &Emulators, opened: &[Opened]) {
    for some in opened.chunks(16) {
        let all = some.iter().map(|invoice| gateway.copies(&invoice.uuid, 3));
        for answers in join_all(all).await {
            let is_known = |status: &String| ["200", "503"].contains(&status.as_str());
            assert!(answers.keys().all(is_known), "{answers:?}");
        }
    }
}

/// Each credit was told once, and all of them together say what is on the balance.
async fn told_once(door: &Door, invoice: &Opened, balance: i64) {
    let told = door.told(invoice.life.person).await;
    let keys: BTreeSet<String> = told
        .iter()
        .map(|notice| notice["key"].to_string())
        .collect();
    assert_eq!(keys.len(), told.len(), "told twice: {told:?}");
    let credits: Vec<&Value> = told
        .iter()
        .filter(|notice| notice["about"] == "credited")
        .map(|notice| &notice["message"]["customer"]["credited"])
        .collect();
    let (least, most) = invoice.life.credits;
    assert!(
        (least..=most).contains(&credits.len()),
        "{} credits told for {invoice:?}: {told:?}",
        credits.len()
    );
    let numbers: Vec<u64> = credits
        .iter()
        .map(|news| news["n"].as_u64().expect("a number"))
        .collect();
    let in_order: Vec<u64> = (1..).take(credits.len()).collect();
    assert_eq!(numbers, in_order, "{told:?}");
    let sum: i64 = credits
        .iter()
        .map(|news| news["credited"].as_i64().expect("an amount"))
        .sum();
    assert_eq!(sum, balance, "{told:?}");
}

/// The books balance, and hold what is due and nothing else.
pub async fn balanced(door: &Door, due: impl Iterator<Item = &Due>) {
    let books = door.look("/admin/v1/books").await;
    assert_eq!(books["balanced"], true, "{books}");
    let (credited, withheld) = due.fold((0, 0), |(credited, withheld), due| {
        (credited + due.credited, withheld + due.withheld)
    });
    assert_eq!(sum_of(&books, "customers"), credited, "{books}");
    assert_eq!(sum_of(&books, "customers_held"), 0, "{books}");
    assert_eq!(sum_of(&books, "suspense"), withheld, "{books}");
    assert_eq!(
        sum_of(&books, "gateway_clearing"),
        credited + withheld,
        "{books}"
    );
}

fn path_of(invoice: &Opened) -> String {
    format!("/admin/v1/users/{}", invoice.life.person)
}
