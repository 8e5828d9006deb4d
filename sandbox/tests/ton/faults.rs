//! What faults do: to calls, to messages that wait, to what is shown of a block.

use serde_json::{Value, json};

use crate::ground::{BLOCK_S, Ground, LATER, START_S};
use crate::wallet::{SHOP, Send, Version, Wallet, base64, boc};

const TON: u128 = 1_000_000_000;

fn stars() -> Send {
    Send::new(SHOP, TON, "50 Telegram Stars \n\nRef#m9JhZwApQ")
}

/// A ground with a wallet that is deployed, and a message of it.
async fn ground() -> (Ground, Wallet, tycho_types::prelude::Cell) {
    let ground = Ground::new();
    let wallet = Wallet::new(Version::V5, 1);
    ground.deploy(&wallet).await;
    let message = wallet.sign(1, LATER, false, &[stars()]);
    (ground, wallet, message)
}

async fn paid(ground: &Ground) -> usize {
    let rows = ground.control_get("chain").await;
    let rows = rows.as_array().unwrap().iter();
    rows.filter(|row| row["nano"] == json!(TON.to_string()))
        .count()
}

#[actix_web::test]
async fn refuse_answers_as_a_provider_whose_node_is_away() {
    let (ground, wallet, message) = ground().await;
    ground
        .fault(json!({"method": "sendBoc", "kind": "refuse"}))
        .await;
    let answer = ground.send(&message).await;
    assert_eq!(answer.status, 500);
    assert_eq!(answer.json["ok"], json!(false));
    assert_eq!(
        answer.json["error"],
        json!("LITE_SERVER_NETWORKtimeout for adnl query query")
    );
    let fault = json!({"method": "walletStates", "kind": "refuse", "status": 502, "message": "bad gateway"});
    ground.fault(fault).await;
    let path = format!("v3/walletStates?address={}", wallet.raw());
    let answer = ground.get(&path).await;
    assert_eq!(
        (answer.status, answer.json),
        (502, json!({"error": "bad gateway"}))
    );
    ground
        .fault(json!({"method": "*", "kind": "refuse", "status": 429}))
        .await;
    let answer = ground.get("v2/getMasterchainInfo").await;
    assert_eq!(
        (answer.status, answer.json),
        (429, json!({"ok": false, "result": "Ratelimit exceed"}))
    );
    ground.blocks(2).await;
    assert_eq!(paid(&ground).await, 0, "nothing was taken in");
}

#[actix_web::test]
async fn down_does_nothing_and_lose_reply_does_it_without_a_word() {
    let (ground, _, message) = ground().await;
    let body = json!({"boc": boc(&message)});
    ground
        .fault(json!({"method": "sendBoc", "kind": "down"}))
        .await;
    ground.try_post("v2/sendBoc", &body).await.expect_err("cut");
    ground.blocks(2).await;
    assert_eq!(paid(&ground).await, 0);
    ground
        .fault(json!({"method": "message", "kind": "lose-reply"}))
        .await;
    ground.try_post("v3/message", &body).await.expect_err("cut");
    ground.blocks(2).await;
    assert_eq!(paid(&ground).await, 1);
}

#[actix_web::test]
async fn delay_answers_late_what_was_then() {
    let (ground, wallet, message) = ground().await;
    ground
        .fault(json!({"method": "getWalletInformation", "kind": "delay", "delay_ms": 60_000}))
        .await;
    let slow = ground.seqno(&wallet);
    let meanwhile = async {
        ground.struck().await;
        ground.accepted(&message).await;
        ground.blocks(1).await;
        assert_eq!(ground.seqno(&wallet).await, 2);
        ground.advance(60).await;
    };
    let (slow, ()) = tokio::join!(slow, meanwhile);
    assert_eq!(slow, 1);
}

#[actix_web::test]
async fn reorder_holds_an_answer_back_until_the_next_one() {
    let (ground, wallet, message) = ground().await;
    ground
        .fault(json!({"method": "getWalletInformation", "kind": "reorder"}))
        .await;
    let asked_again = std::cell::Cell::new(false);
    let first = async {
        assert_eq!(ground.seqno(&wallet).await, 1, "what was then");
        assert!(asked_again.get(), "it was overtaken");
    };
    let second = async {
        ground.struck().await;
        ground.accepted(&message).await;
        ground.blocks(1).await;
        asked_again.set(true);
        assert_eq!(ground.seqno(&wallet).await, 2);
    };
    tokio::join!(first, second);
}

#[actix_web::test]
async fn duplicate_hands_a_message_in_twice_and_it_runs_once() {
    let (ground, _, message) = ground().await;
    ground
        .fault(json!({"method": "sendBoc", "kind": "duplicate"}))
        .await;
    ground.accepted(&message).await;
    ground.blocks(3).await;
    assert_eq!(paid(&ground).await, 1);
}

#[actix_web::test]
async fn stale_tells_an_old_account_with_its_old_time() {
    let (ground, wallet, message) = ground().await;
    let raw = wallet.raw();
    let before = ground.account(&raw).await;
    ground.accepted(&message).await;
    ground.blocks(3).await;
    let now = ground.account(&raw).await;
    assert_ne!(now["data"], before["data"]);
    let fault = json!({"method": "getAddressInformation", "kind": "stale"});
    ground.fault(fault).await;
    let stale = ground.account(&raw).await;
    assert_eq!(
        [
            &stale["data"],
            &stale["balance"],
            &stale["last_transaction_id"]
        ],
        [
            &before["data"],
            &before["balance"],
            &before["last_transaction_id"]
        ]
    );
    assert_eq!(stale["sync_utime"], json!(START_S + 2 * BLOCK_S));
    assert!(stale["block_id"]["seqno"].as_u64() < now["block_id"]["seqno"].as_u64());
    // Long enough ago there was no wallet yet.
    let fault = json!({"method": "getAddressInformation", "kind": "stale", "delay_ms": 25_000});
    ground.fault(fault).await;
    let stale = ground.account(&raw).await;
    assert_eq!(
        (&stale["state"], &stale["sync_utime"]),
        (&json!("uninitialized"), &json!(START_S))
    );
    // An index that lags has not heard of the transaction.
    ground
        .fault(json!({"method": "transactionsByMessage", "kind": "stale"}))
        .await;
    let hash = base64(message.repr_hash());
    assert_eq!(ground.by_message(&hash).await, json!([]));
    assert_eq!(ground.by_message(&hash).await.as_array().unwrap().len(), 1);
}

#[actix_web::test]
async fn mixed_tells_the_old_account_with_the_time_of_now() {
    let (ground, wallet, message) = ground().await;
    let raw = wallet.raw();
    let before = ground.account(&raw).await;
    ground.accepted(&message).await;
    // Long after the message's time is over.
    ground.advance(600).await;
    let fault = json!({"method": "getAddressInformation", "kind": "mixed"});
    ground.fault(fault).await;
    let mixed = ground.account(&raw).await;
    let now = ground.account(&raw).await;
    assert_eq!(
        [
            &mixed["data"],
            &mixed["balance"],
            &mixed["last_transaction_id"]
        ],
        [
            &before["data"],
            &before["balance"],
            &before["last_transaction_id"]
        ]
    );
    assert_eq!(
        [&mixed["sync_utime"], &mixed["block_id"]],
        [&now["sync_utime"], &now["block_id"]],
        "who believes it calls the message dead, and it was paid"
    );
    assert!(mixed["sync_utime"].as_u64() > Some(u64::from(LATER)));
    assert_eq!(paid(&ground).await, 1);
}

#[actix_web::test]
async fn a_message_may_wait_long_and_still_be_paid() {
    let (ground, _, message) = ground().await;
    ground
        .fault(json!({"method": "mempool", "kind": "delay", "delay_ms": 200_000}))
        .await;
    ground.accepted(&message).await;
    ground.advance(190).await;
    assert_eq!(paid(&ground).await, 0);
    ground.advance(20).await;
    assert_eq!(paid(&ground).await, 1);
}

#[actix_web::test]
async fn a_message_may_be_taken_and_forgotten() {
    let (ground, wallet, message) = ground().await;
    ground
        .fault(json!({"method": "mempool", "kind": "refuse"}))
        .await;
    ground.accepted(&message).await;
    ground.blocks(10).await;
    assert_eq!((paid(&ground).await, ground.seqno(&wallet).await), (0, 1));
    // The same bytes again, and they are paid.
    ground.accepted(&message).await;
    ground.blocks(1).await;
    assert_eq!(paid(&ground).await, 1);
}

#[actix_web::test]
async fn a_message_may_be_overtaken_by_a_later_one() {
    let (ground, wallet, message) = ground().await;
    ground
        .fault(json!({"method": "mempool", "kind": "reorder"}))
        .await;
    ground.accepted(&message).await;
    ground.blocks(2).await;
    assert_eq!(paid(&ground).await, 0, "it waits");
    let other = wallet.sign(1, LATER, false, &[Send::new(SHOP, 7, "other")]);
    ground.accepted(&other).await;
    ground.blocks(2).await;
    assert_eq!((paid(&ground).await, ground.seqno(&wallet).await), (0, 2));
    assert_eq!(
        ground.by_message(&base64(other.repr_hash())).await[0]["out_msgs"][0]["value"],
        json!("7")
    );
}

#[actix_web::test]
async fn a_transaction_may_be_seen_before_its_messages() {
    let (ground, wallet, message) = ground().await;
    ground
        .fault(json!({"method": "block", "kind": "delay", "delay_ms": 20_000}))
        .await;
    ground.accepted(&message).await;
    ground.blocks(1).await;
    let hash = base64(message.repr_hash());
    let early = ground.by_message(&hash).await[0].clone();
    assert_eq!(early["out_msgs"], json!([]));
    assert_eq!(early["description"]["action"]["msgs_created"], json!(1));
    assert_eq!(early["description"]["action"]["skipped_actions"], json!(0));
    let listed = ground
        .v2(&format!("getTransactions?address={}&limit=1", wallet.raw()))
        .await;
    assert_eq!(listed[0]["out_msgs"], json!([]));
    assert_eq!(ground.seqno(&wallet).await, 2);
    ground.advance(20).await;
    let late = ground.by_message(&hash).await[0].clone();
    assert_eq!(late["out_msgs"][0]["value"], json!(TON.to_string()));
    let same = |transaction: &Value| transaction["hash"].clone();
    assert_eq!(same(&early), same(&late));
    // For one call alone.
    ground
        .fault(json!({"method": "transactionsByMessage", "kind": "mixed"}))
        .await;
    assert_eq!(ground.by_message(&hash).await[0]["out_msgs"], json!([]));
}

#[actix_web::test]
async fn a_transaction_may_wait_for_the_masterchain() {
    let (ground, wallet, message) = ground().await;
    let before = ground.account(&wallet.raw()).await;
    ground
        .fault(json!({"method": "block", "kind": "stale", "delay_ms": 30_000}))
        .await;
    ground.accepted(&message).await;
    ground.blocks(3).await;
    let hash = base64(message.repr_hash());
    let early = ground.by_message(&hash).await[0].clone();
    assert_eq!(
        [
            &early["mc_block_seqno"],
            &early["finality"],
            &early["emulated"]
        ],
        [&json!(0), &json!("confirmed"), &json!(false)]
    );
    assert_eq!(early["out_msgs"][0]["value"], json!(TON.to_string()));
    let account = ground.account(&wallet.raw()).await;
    assert_eq!(
        [&account["data"], &account["sync_utime"]],
        [&before["data"], &before["sync_utime"]],
        "with its own old time"
    );
    let history = ground
        .v2(&format!("getTransactions?address={}", wallet.raw()))
        .await;
    assert_ne!(history[0]["transaction_id"]["hash"], early["hash"]);
    // The node cannot know that it was executed: it takes it once more, and no block does.
    ground.accepted(&message).await;
    assert_eq!(
        ground.control_get("chain").await[1]["received"],
        json!(false)
    );
    ground.blocks(6).await;
    let late = ground.by_message(&hash).await;
    assert_eq!(late.as_array().unwrap().len(), 1);
    assert_eq!(
        [&late[0]["hash"], &late[0]["finality"]],
        [&early["hash"], &json!("finalized")]
    );
    assert!(late[0]["mc_block_seqno"].as_u64() > Some(0));
    assert_eq!(ground.seqno(&wallet).await, 2);
    assert_eq!(
        (
            paid(&ground).await,
            ground.control_get("chain").await[1]["received"].clone()
        ),
        (1, json!(true))
    );
}

#[actix_web::test]
async fn money_may_be_long_on_its_way() {
    let (ground, _, message) = ground().await;
    ground
        .fault(json!({"method": "transit", "kind": "delay", "delay_ms": 60_000}))
        .await;
    ground.accepted(&message).await;
    ground.blocks(10).await;
    let row = ground.control_get("chain").await[1].clone();
    assert_eq!(
        (&row["ok"], &row["received"]),
        (&json!(true), &json!(false))
    );
    ground.blocks(5).await;
    assert_eq!(
        ground.control_get("chain").await[1]["received"],
        json!(true)
    );
}

#[actix_web::test]
async fn of_two_providers_one_may_lag_while_the_other_does_not() {
    let (ground, wallet, message) = ground().await;
    ground.accepted(&message).await;
    ground.advance(600).await;
    let path = format!("v2/getWalletInformation?address={}", wallet.raw());
    let second = || async {
        let url = format!("{}/api/{path}", ground.sandbox.ton_second_url());
        let answer = ground.client.get(url).send().await.unwrap();
        answer.json::<Value>().await.unwrap()["result"]["seqno"].clone()
    };
    let first = || async { ground.get(&path).await.json["result"]["seqno"].clone() };
    assert_eq!((first().await, second().await), (json!(2), json!(2)));
    let lag = |system: &str| json!({"system": system, "method": "*", "kind": "stale"});
    ground.drive("faults", lag("ton-second")).await;
    assert_eq!((first().await, second().await), (json!(2), json!(1)));
    ground.drive("faults", lag("ton")).await;
    assert_eq!((second().await, first().await), (json!(2), json!(1)));
    // What waits for a block waits on the chain, not at a provider.
    let fault = json!({"system": "ton-second", "method": "mempool", "kind": "delay"});
    assert_eq!(ground.control("faults", fault).await.status, 400);
}

#[actix_web::test]
async fn a_fault_names_a_call_that_there_is() {
    let ground = Ground::new();
    let fault = json!({"system": "ton", "method": "payment", "kind": "refuse"});
    let answer = ground.control("faults", fault).await;
    assert_eq!(answer.status, 400);
    let text = answer.json["error"]["message"].as_str().unwrap();
    assert!(
        text.contains("sendBoc") && text.contains("mempool"),
        "{text}"
    );
}
