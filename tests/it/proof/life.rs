//! What payers do with their invoices, drawn by lot.

use fastrand::Rng;
use serde_json::json;

use crate::support::emulators::Emulators;

/// Something a payer, or the gateway, does to an invoice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act {
    /// What is left to pay is sent.
    PayRest,
    /// So many cents' worth of coins are sent.
    Pay(u64),
    /// The invoice ends.
    Expire,
    /// A check holds the payment.
    Lock,
    /// The check is passed.
    Unlock,
    /// The webhook of now is sent so often at once.
    Copies(u64),
}

/// One invoice, each of a person of its own.
#[derive(Debug, Clone)]
pub struct Life {
    pub person: i64,
    pub cents: u64,
    pub acts: Vec<Act>,
    /// How many credits it may come to, at least and at most.
    pub credits: (usize, usize),
}

/// So many lives, as the dice fall.
pub fn lives(dice: &mut Rng, count: usize) -> Vec<Life> {
    (0..count).map(|number| life(dice, number)).collect()
}

fn life(dice: &mut Rng, number: usize) -> Life {
    let cents = dice.u64(200..20_000);
    let part = cents * dice.u64(20..80) / 100;
    let (mut acts, credits) = match dice.u8(0..20) {
        0..=6 => (vec![Act::PayRest], (1, 1)),
        7 => (vec![Act::Pay(cents + dice.u64(50..5_000))], (1, 1)),
        // Above the cap of 100 USD.
        8 => (vec![Act::Pay(cents + dice.u64(10_050..30_000))], (1, 1)),
        9 | 10 => (vec![Act::Pay(part), Act::PayRest], (1, 1)),
        11 | 12 => (vec![Act::Pay(part), Act::Expire], (1, 1)),
        13 => (vec![Act::Pay(part), Act::Expire, Act::PayRest], (1, 2)),
        14 => (vec![Act::Expire, Act::PayRest], (1, 1)),
        15 => (vec![Act::PayRest, Act::Lock, Act::Unlock], (1, 1)),
        16 => (vec![Act::PayRest, Act::Pay(part)], (1, 2)),
        17 | 18 => (vec![Act::Expire], (0, 0)),
        _ => (Vec::new(), (0, 0)),
    };
    for _ in 0..dice.usize(0..3) {
        let place = dice.usize(0..=acts.len());
        acts.insert(place, Act::Copies(dice.u64(1..6)));
    }
    Life {
        person: 1_000 + i64::try_from(number).expect("so many people"),
        cents,
        acts,
        credits,
    }
}

/// Does it.
pub async fn carry_out(gateway: &Emulators, uuid: &str, act: &Act) {
    let dollars = |cents: u64| format!("{}.{:02}", cents / 100, cents % 100);
    match act {
        Act::PayRest => gateway.pay(uuid, "exact").await,
        Act::Pay(cents) => gateway.pay(uuid, &dollars(*cents)).await,
        Act::Expire => plain(gateway, uuid, "expire").await,
        Act::Lock => plain(gateway, uuid, "lock").await,
        Act::Unlock => plain(gateway, uuid, "unlock").await,
        Act::Copies(copies) => {
            let answers = gateway.copies(uuid, *copies).await;
            let is_known = |status: &String| ["200", "503", "none"].contains(&status.as_str());
            assert!(answers.keys().all(is_known), "{answers:?}");
        }
    }
}

async fn plain(gateway: &Emulators, uuid: &str, act: &str) {
    gateway.act(uuid, act, json!({})).await;
}

/// Everything that may go wrong on the way between gateway and daemon does, now and then.
pub async fn trouble(gateway: &Emulators, dice: &mut Rng) {
    let faults = [
        ("webhook", "refuse", "0.15", 0),
        ("webhook", "duplicate", "0.2", 0),
        ("webhook", "delay", "0.2", 400),
        ("webhook", "reorder", "0.15", 800),
        ("webhook", "lose-reply", "0.1", 0),
        ("webhook", "stale", "0.05", 0),
        ("info", "stale", "0.05", 0),
        ("info", "mixed", "0.03", 0),
        ("info", "delay", "0.05", 200),
        ("info", "lose-reply", "0.03", 0),
        ("info", "down", "0.02", 0),
        ("create", "lose-reply", "0.05", 0),
        ("create", "duplicate", "0.05", 0),
        ("create", "delay", "0.05", 200),
    ];
    for (method, kind, probability, delay) in faults {
        let mut more = json!({"probability": probability, "seed": dice.u64(1..1_000_000)});
        if delay > 0 {
            more["delay_ms"] = json!(delay);
        }
        gateway.fault(method, kind, more).await;
    }
}
