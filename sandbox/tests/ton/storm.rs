//! Many wallets, careless senders and a bad network: what must hold of the chain all the same.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde_json::{Value, json};

use crate::ground::{Ground, LATER, settings};
use crate::wallet::{SHOP, Send, Version, Wallet, boc};

const TON: u128 = 1_000_000_000;
const WALLETS: u8 = 8;
const ROUNDS: u32 = 12;

fn nano(value: &Value) -> u128 {
    value.as_str().unwrap().parse().unwrap()
}

#[actix_web::test]
async fn no_number_is_used_twice_and_no_money_is_made_whatever_is_sent() {
    let seed = std::env::var("STARKEEPER_PROOF_SEED")
        .ok()
        .and_then(|seed| seed.parse().ok());
    let seed = seed.unwrap_or_else(|| fastrand::u64(..1_000_000));
    println!("STARKEEPER_PROOF_SEED={seed}");
    let mut lots = fastrand::Rng::with_seed(seed);
    let ground = Ground::new();
    let wallets: Vec<Wallet> = (0..WALLETS)
        .map(|number| {
            let version = Version::BOTH[usize::from(number % 2)];
            Wallet::new(version, number + 1)
        })
        .collect();
    for wallet in &wallets {
        ground.deploy(wallet).await;
    }
    for (method, kind) in [
        ("sendBoc", "lose-reply"),
        ("sendBoc", "down"),
        ("sendBoc", "duplicate"),
        ("mempool", "delay"),
        ("mempool", "reorder"),
        ("mempool", "refuse"),
        ("block", "delay"),
    ] {
        let fault = json!({
            "method": method,
            "kind": kind,
            "probability": "0.1",
            "seed": seed,
            "delay_ms": 12_000,
        });
        ground.fault(fault).await;
    }
    for _ in 0..ROUNDS {
        for wallet in &wallets {
            let next = u32::try_from(ground.seqno(wallet).await).unwrap();
            for _ in 0..lots.u8(1..=3) {
                let seqno = next + lots.u32(0..=1);
                let amount = u128::from(lots.u64(1..400)) * TON;
                let other = &wallets[lots.usize(..wallets.len())];
                let to = if lots.bool() {
                    SHOP.to_owned()
                } else {
                    other.raw()
                };
                let mut send = Send::new(&to, amount, "storm");
                send.bounce = lots.bool();
                let message = wallet.sign(seqno, LATER + 600, false, &[send]);
                // It may be refused, lost, cut off: whatever.
                let body = json!({"boc": boc(&message)});
                let _whatever = ground.try_post("v2/sendBoc", &body).await;
            }
        }
        ground.advance(u64::from(lots.u8(1..=11))).await;
    }
    ground.advance(120).await;
    let rows = ground.control_get("chain").await;
    let mut used = BTreeSet::new();
    let mut paid: BTreeMap<String, u128> = BTreeMap::new();
    for row in rows.as_array().unwrap() {
        let key = (row["wallet"].to_string(), row["seqno"].as_u64());
        assert!(used.insert(key), "a number was used twice: {row}");
        if row["ok"] == json!(true) {
            assert_eq!(row["received"], json!(true), "{row}");
            let to = row["destination"].as_str().unwrap().to_owned();
            *paid.entry(to).or_default() += nano(&row["nano"]);
        }
    }
    assert!(
        used.len() > usize::from(WALLETS) * 5,
        "much was executed: {}",
        used.len()
    );
    let mut total = 0;
    for wallet in &wallets {
        total += nano(&ground.account(&wallet.raw()).await["balance"]);
    }
    let shop = ground.control_get(&format!("wallets/{SHOP}")).await;
    total += nano(&shop["nano"]);
    let before = u128::from(WALLETS) * 1000 * TON + 1000 * TON;
    let fees = before.checked_sub(total).expect("no money is made");
    let most = u128::try_from(rows.as_array().unwrap().len()).unwrap() * TON / 50;
    assert!(fees > 0 && fees < most, "only fees were lost: {fees}");
    let raw = shop["address"].as_str().unwrap();
    assert!(
        nano(&shop["nano"]) - 1000 * TON <= paid[raw],
        "the shop has what it was paid, less its fees"
    );
}

#[actix_web::test]
async fn a_clock_that_runs_makes_blocks_by_itself() {
    let mut settings = settings();
    settings.held_at = None;
    settings.block_time = Duration::from_millis(40);
    let ground = Ground::with(settings);
    let wallet = Wallet::new(Version::V5, 1);
    let message = wallet.sign(0, u32::MAX, true, &[Send::new(SHOP, TON, "x")]);
    ground.accepted(&message).await;
    let received = async {
        while ground.control_get("chain").await[0]["received"] != json!(true) {
            tokio::task::yield_now().await;
        }
    };
    let waited = tokio::time::timeout(Duration::from_secs(20), received).await;
    waited.expect("two blocks come");
    assert_eq!(ground.seqno(&wallet).await, 1);
}
