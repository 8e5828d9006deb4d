//! Blocks, the clock, and beginning again.

use serde_json::json;

use crate::ground::{BLOCK_S, Ground, LATER, START_S, settings};
use crate::wallet::{SHOP, Send, Version, Wallet};

async fn newest(ground: &Ground) -> u64 {
    let info = ground.v2("getMasterchainInfo").await;
    info["last"]["seqno"].as_u64().unwrap()
}

#[actix_web::test]
async fn blocks_come_with_the_clock_and_idle_ones_cost_nothing() {
    let ground = Ground::new();
    let first = newest(&ground).await;
    ground.advance(4).await;
    assert_eq!(newest(&ground).await, first, "not yet");
    ground.advance(1).await;
    assert_eq!(newest(&ground).await, first + 1);
    let before = ground.v2("getConsensusBlock").await;
    assert_eq!(before["timestamp"], json!(START_S + BLOCK_S));
    let started = std::time::Instant::now();
    ground.advance(365 * 24 * 3600).await;
    assert!(started.elapsed().as_secs() < 5, "six million blocks");
    let year = 365 * 24 * 3600 / u64::from(BLOCK_S);
    assert_eq!(newest(&ground).await, first + 1 + year);
    let now = ground.v2("getConsensusBlock").await;
    assert_eq!(now["timestamp"], json!(START_S + BLOCK_S + 365 * 24 * 3600));
    let header = ground
        .v2(&format!(
            "getBlockHeader?workchain=-1&shard=-9223372036854775808&seqno={}",
            now["consensus_block"]
        ))
        .await;
    assert_eq!(header["gen_utime"], now["timestamp"]);
    let future = ground
        .get(&format!(
            "v2/getBlockHeader?workchain=-1&seqno={}",
            first * 2
        ))
        .await;
    assert_eq!(future.status, 500);
}

#[actix_web::test]
async fn what_waits_for_a_block_gets_it_at_its_time_however_far_the_clock_jumps() {
    let ground = Ground::new();
    let wallet = Wallet::new(Version::V4, 1);
    ground
        .accepted(&wallet.sign(0, LATER, true, &[Send::new(SHOP, 1, "a")]))
        .await;
    ground.advance(24 * 3600).await;
    let found = ground
        .v3(&format!("transactions?account={}", wallet.raw()))
        .await;
    assert_eq!(found["transactions"][0]["now"], json!(START_S + BLOCK_S));
    let shop = ground.v3(&format!("transactions?account={SHOP}")).await;
    assert_eq!(
        shop["transactions"][0]["now"],
        json!(START_S + 2 * BLOCK_S),
        "the block after it brings the message"
    );
    let account = ground.account(&wallet.raw()).await;
    assert_eq!(account["sync_utime"], json!(START_S + 24 * 3600));
}

#[actix_web::test]
async fn an_account_is_told_as_it_was_after_a_block() {
    let ground = Ground::new();
    let wallet = Wallet::new(Version::V5, 1);
    let first = newest(&ground).await;
    ground.deploy(&wallet).await;
    let at = |seqno: u64| {
        format!(
            "getAddressInformation?address={}&seqno={seqno}",
            wallet.raw()
        )
    };
    let before = ground.v2(&at(first)).await;
    assert_eq!(
        (&before["state"], &before["sync_utime"]),
        (&json!("uninitialized"), &json!(START_S))
    );
    let after = ground.v2(&at(first + 1)).await;
    assert_eq!(
        (&after["state"], &after["block_id"]["seqno"]),
        (&json!("active"), &json!(first + 1))
    );
    let future = ground.get(&format!("v2/{}", at(first + 9))).await;
    assert_eq!(future.status, 500);
}

#[actix_web::test]
async fn a_reset_begins_the_chain_again() {
    let ground = Ground::new();
    let wallet = Wallet::new(Version::V5, 1);
    let first = newest(&ground).await;
    ground.deploy(&wallet).await;
    ground
        .accepted(&wallet.sign(1, LATER, false, &[Send::new(SHOP, 1, "a")]))
        .await;
    ground.drive("reset", json!({})).await;
    assert_eq!(newest(&ground).await, first);
    ground.advance(60).await;
    assert_eq!(ground.control_get("chain").await, json!([]));
    let account = ground.account(&wallet.raw()).await;
    assert_eq!(
        (&account["state"], &account["balance"]),
        (&json!("uninitialized"), &json!("1000000000000"))
    );
    ground.advance(0).await;
    let later = START_S + 600;
    ground
        .accepted(&wallet.sign(0, later, true, &[Send::new(SHOP, 1, "a")]))
        .await;
    ground.blocks(1).await;
    assert_eq!(ground.seqno(&wallet).await, 1);
}

#[actix_web::test]
async fn the_same_seed_makes_the_same_chain() {
    let run = async |seed| {
        let mut settings = settings();
        settings.seed = Some(seed);
        let ground = Ground::with(settings);
        let wallet = Wallet::new(Version::V4, 1);
        ground.deploy(&wallet).await;
        (
            ground.v2("getMasterchainInfo").await["last"].clone(),
            ground.control_get("chain").await,
        )
    };
    let first = run(1).await;
    assert_eq!(first, run(1).await);
    assert_ne!(first.0, run(2).await.0);
}

#[actix_web::test]
async fn a_driver_gives_and_takes_money() {
    let ground = Ground::new();
    let wallet = Wallet::new(Version::V4, 1);
    let path = format!("wallets/{}", wallet.raw());
    let shown = ground.control_get(&path).await;
    assert_eq!(
        (&shown["nano"], &shown["state"], &shown["seqno"]),
        (&json!("1000000000000"), &json!("uninit"), &json!(null))
    );
    let friendly = format!("wallets/{}", shown["friendly"].as_str().unwrap());
    ground.drive(&friendly, json!({"nano": "5000000000"})).await;
    let balance = format!("getAddressBalance?address={}", wallet.raw());
    assert_eq!(ground.v2(&balance).await, json!("5000000000"));
    ground.deploy(&wallet).await;
    let rich = ground
        .drive(&path, json!({"nano": 7_000_000_000_u64}))
        .await;
    assert_eq!(
        (
            &rich["nano"],
            &rich["state"],
            &rich["wallet_type"],
            &rich["seqno"]
        ),
        (
            &json!("7000000000"),
            &json!("active"),
            &json!("wallet v4 r2"),
            &json!(1)
        ),
        "the contract stays"
    );
    for (body, field) in [
        (json!({"nano": "1.5"}), "nano"),
        (json!({"nano": "-1"}), "nano"),
        (json!({}), "nano"),
        (json!({"ton": 1}), "ton"),
    ] {
        let answer = ground.control(&path, body).await;
        assert_eq!(
            (answer.status, &answer.json["error"]["field"]),
            (400, &json!(field))
        );
    }
    let answer = ground.control("wallets/nobody", json!({"nano": 1})).await;
    assert_eq!(
        (answer.status, &answer.json["error"]["field"]),
        (400, &json!("address"))
    );
}
