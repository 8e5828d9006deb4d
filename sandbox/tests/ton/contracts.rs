//! The real contracts: what they accept, what they refuse, and what becomes of it.

use serde_json::{Value, json};
use tycho_types::prelude::Boc;

use crate::ground::{Ground, LATER, START_S, exit_code};
use crate::wallet::{NOBODY, SHOP, Send, Version, Wallet, base64, fixture};

const TON: u128 = 1_000_000_000;

fn stars(nano: u128) -> Send {
    Send::new(SHOP, nano, "50 Telegram Stars \n\nRef#m9JhZwApQ")
}

#[actix_web::test]
async fn wallets_have_the_addresses_and_messages_the_hashes_of_the_vectors() {
    let vectors = fixture("ton_vectors.json");
    for version in Version::BOTH {
        let wallet = Wallet::of_vectors(version);
        let vector = &vectors["wallets"][version.name()];
        assert_eq!(json!(wallet.raw()), vector["raw"]);
        let ground = Ground::new();
        ground.deploy(&wallet).await;
        // The message of another library, executed here.
        let message = &vector["exts"][0];
        let sent = ground
            .post("v2/sendBocReturnHash", json!({"boc": message["ext_boc"]}))
            .await;
        let hashes = [&message["ext_hash"], &message["norm_hash"]].map(|hash| {
            let hash: tycho_types::prelude::HashBytes = hash.as_str().unwrap().parse().unwrap();
            base64(&hash)
        });
        assert_eq!(
            sent.json["result"],
            json!({"@type": "raw.extMessageInfo", "hash": hashes[0], "hash_norm": hashes[1]})
        );
        ground.blocks(2).await;
        let found = ground.by_message(&hashes[1]).await;
        let payment = &found[0]["out_msgs"][0];
        assert_eq!(payment["value"], json!("50000000"));
        assert_eq!(
            payment["message_content"]["decoded"]["comment"],
            json!("Telegram Premium for 3 months \n\nRef#3pWJtbdbu")
        );
        let payload = Boc::decode_base64(vectors["payload_boc_b64"].as_str().unwrap()).unwrap();
        assert_eq!(
            payment["message_content"]["hash"],
            json!(base64(payload.repr_hash())),
            "the payload's cell arrives as it was sent"
        );
        assert_eq!(ground.seqno(&wallet).await, 2);
    }
}

#[actix_web::test]
async fn a_message_is_executed_once_and_its_copy_is_refused() {
    for version in Version::BOTH {
        let ground = Ground::new();
        let wallet = Wallet::new(version, 1);
        let message = wallet.sign(0, LATER, true, &[stars(TON)]);
        ground.accepted(&message).await;
        // While it waits it may be sent again: it is the same one.
        ground.accepted(&message).await;
        ground.blocks(1).await;
        assert_eq!(ground.seqno(&wallet).await, 1);
        let again = ground.send(&message).await;
        assert_eq!(exit_code(&again), (500, Some(version.exits()[0])));
        let text = again.json["error"].as_str().unwrap();
        assert!(
            text.starts_with(
                "LITE_SERVER_UNKNOWN: cannot apply external message to current state : External \
                 message was not accepted"
            ),
            "{text}"
        );
        assert_eq!(again.json["code"], json!(500));
        ground.blocks(2).await;
        assert_eq!(
            ground.control_get("chain").await.as_array().unwrap().len(),
            1
        );
    }
}

#[actix_web::test]
async fn what_is_wrong_is_refused_when_it_is_sent() {
    for version in Version::BOTH {
        let ground = Ground::new();
        let wallet = Wallet::new(version, 2);
        ground.deploy(&wallet).await;
        let now = START_S + 10;
        let [other_number, old, forged] = version.exits();
        let cases = [
            (
                "a later number",
                wallet.sign(2, LATER, false, &[stars(TON)]),
                other_number,
            ),
            (
                "an earlier number",
                wallet.sign(0, LATER, false, &[stars(TON)]),
                other_number,
            ),
            (
                "the time is over now",
                wallet.sign(1, now, false, &[stars(TON)]),
                old,
            ),
            (
                "the time is over long ago",
                wallet.sign(1, 1, false, &[stars(TON)]),
                old,
            ),
        ];
        for (what, message, code) in cases {
            let answer = ground.send(&message).await;
            assert_eq!(exit_code(&answer), (500, Some(code)), "{version:?}: {what}");
        }
        let mut thief = Wallet::new(version, 3);
        thief.address = wallet.address.clone();
        let answer = ground
            .send(&thief.sign(1, LATER, false, &[stars(TON)]))
            .await;
        assert_eq!(exit_code(&answer), (500, Some(forged)), "{version:?}");
        assert_eq!(ground.seqno(&wallet).await, 1);
        // One second more is enough.
        ground
            .accepted(&wallet.sign(1, now + 1, false, &[stars(TON)]))
            .await;
    }
}

#[actix_web::test]
async fn a_wallet_without_its_code_is_refused_before_anything_runs() {
    let ground = Ground::new();
    let wallet = Wallet::new(Version::V5, 4);
    let answer = ground
        .send(&wallet.sign(0, LATER, false, &[stars(TON)]))
        .await;
    assert_eq!(exit_code(&answer), (500, None));
    let text = answer.json["error"].as_str().unwrap();
    assert!(text.ends_with("before smart-contract execution"), "{text}");
    let poor = format!("wallets/{}", wallet.raw());
    ground.drive(&poor, json!({"nano": "0"})).await;
    let answer = ground
        .send(&wallet.sign(0, LATER, true, &[stars(TON)]))
        .await;
    let text = answer.json["error"].as_str().unwrap();
    assert!(text.ends_with("Failed to unpack account state"), "{text}");
    for nonsense in ["", "not base64!", "AAAA"] {
        let answer = ground.post("v2/sendBoc", json!({"boc": nonsense})).await;
        assert_eq!(answer.json["ok"], json!(false), "{nonsense}");
    }
}

#[actix_web::test]
async fn an_accepted_message_may_be_over_when_its_block_comes() {
    let ground = Ground::new();
    let wallet = Wallet::new(Version::V4, 5);
    ground.deploy(&wallet).await;
    let message = wallet.sign(1, START_S + 13, false, &[stars(TON)]);
    ground.accepted(&message).await;
    ground.blocks(1).await;
    let account = ground.account(&wallet.raw()).await;
    assert_eq!(account["sync_utime"], json!(START_S + 15));
    assert_eq!(ground.seqno(&wallet).await, 1, "it can never run");
    assert_eq!(
        ground.by_message(&base64(message.repr_hash())).await,
        json!([])
    );
}

/// The one transaction that the message caused, once its block is made.
async fn outcome(ground: &Ground, message: &tycho_types::prelude::Cell) -> Value {
    ground.accepted(message).await;
    ground.blocks(1).await;
    let found = ground.by_message(&base64(message.repr_hash())).await;
    assert_eq!(found.as_array().unwrap().len(), 1, "{found}");
    found[0].clone()
}

#[actix_web::test]
async fn an_amount_above_the_balance_uses_the_number_up_and_pays_nothing() {
    for version in Version::BOTH {
        let ground = Ground::new();
        let wallet = Wallet::new(version, 6);
        ground.deploy(&wallet).await;
        let message = wallet.sign(1, LATER, false, &[stars(2000 * TON)]);
        let transaction = outcome(&ground, &message).await;
        let description = &transaction["description"];
        assert_eq!(description["aborted"], json!(false));
        assert_eq!(description["compute_ph"]["exit_code"], json!(0));
        let action = &description["action"];
        assert_eq!(action["success"], json!(true));
        assert_eq!(action["skipped_actions"], json!(1));
        assert_eq!(action["msgs_created"], json!(0));
        assert_eq!(transaction["out_msgs"], json!([]));
        assert_eq!(ground.seqno(&wallet).await, 2);
        let row = ground.control_get("chain").await[1].clone();
        assert_eq!(
            (
                &row["ok"],
                &row["seqno"],
                &row["destination"],
                &row["skipped_actions"]
            ),
            (&json!(false), &json!(1), &Value::Null, &json!(1))
        );
    }
}

#[actix_web::test]
async fn of_several_payments_only_the_one_that_is_too_large_is_skipped() {
    for version in Version::BOTH {
        let ground = Ground::new();
        let wallet = Wallet::new(version, 7);
        ground.deploy(&wallet).await;
        let sends = [stars(TON), stars(5000 * TON), stars(2 * TON)];
        let transaction = outcome(&ground, &wallet.sign(1, LATER, false, &sends)).await;
        let action = &transaction["description"]["action"];
        assert_eq!(
            (
                &action["tot_actions"],
                &action["skipped_actions"],
                &action["msgs_created"]
            ),
            (&json!(3), &json!(1), &json!(2))
        );
        assert_eq!(transaction["out_msgs"].as_array().unwrap().len(), 2);
    }
}

#[actix_web::test]
async fn without_ignoring_errors_the_fourth_version_pays_fees_again_and_again() {
    let ground = Ground::new();
    let wallet = Wallet::new(Version::V4, 8);
    ground.deploy(&wallet).await;
    let mut send = stars(2000 * TON);
    send.mode = 1;
    let message = wallet.sign(1, LATER, false, &[send.clone()]);
    let mut before = 1000 * TON;
    for round in 1..=3 {
        ground.accepted(&message).await;
        ground.blocks(1).await;
        let account = ground.account(&wallet.raw()).await;
        let balance: u128 = account["balance"].as_str().unwrap().parse().unwrap();
        assert!(balance < before, "a fee was taken");
        before = balance;
        assert_eq!(ground.seqno(&wallet).await, 1, "the number stays");
        let found = ground.by_message(&base64(message.repr_hash())).await;
        assert_eq!(found.as_array().unwrap().len(), round);
        let description = &found[0]["description"];
        assert_eq!(description["aborted"], json!(true));
        assert_eq!(description["action"]["result_code"], json!(37));
        assert_eq!(description["action"]["success"], json!(false));
    }
    // The fifth does not take such an order.
    let fifth = Wallet::new(Version::V5, 8);
    ground.deploy(&fifth).await;
    let message = fifth.sign(1, LATER, false, &[send]);
    let transaction = outcome(&ground, &message).await;
    assert_eq!(
        transaction["description"]["compute_ph"]["exit_code"],
        json!(137)
    );
    assert_eq!(
        ground.seqno(&fifth).await,
        2,
        "and yet its number is used up"
    );
}

#[actix_web::test]
async fn of_two_messages_with_one_number_the_first_runs() {
    for version in Version::BOTH {
        let ground = Ground::new();
        let wallet = Wallet::new(version, 9);
        ground.deploy(&wallet).await;
        let first = wallet.sign(1, LATER, false, &[stars(TON)]);
        let second = wallet.sign(1, LATER, false, &[stars(2 * TON)]);
        ground.accepted(&first).await;
        ground.accepted(&second).await;
        ground.blocks(4).await;
        let rows = ground.control_get("chain").await;
        let paid: Vec<&Value> = rows
            .as_array()
            .unwrap()
            .iter()
            .map(|row| &row["nano"])
            .collect();
        assert_eq!(paid, [&json!("1"), &json!(TON.to_string())]);
        assert_eq!(ground.seqno(&wallet).await, 2);
    }
}

#[actix_web::test]
async fn money_for_nobody_comes_back_if_it_may() {
    let ground = Ground::new();
    let wallet = Wallet::new(Version::V5, 10);
    ground.deploy(&wallet).await;
    ground
        .drive(&format!("wallets/{NOBODY}"), json!({"nano": 0}))
        .await;
    let mut bouncing = Send::new(NOBODY, 5 * TON, "back");
    bouncing.bounce = true;
    let staying = Send::new(NOBODY, 3 * TON, "there");
    ground
        .accepted(&wallet.sign(1, LATER, false, &[bouncing, staying]))
        .await;
    ground.blocks(1).await;
    let on_its_way = ground.control_get("chain").await;
    assert_eq!(
        on_its_way[1]["received"],
        json!(false),
        "the next block brings it"
    );
    ground.blocks(2).await;
    let rows = ground.control_get("chain").await;
    assert_eq!(
        (&rows[1]["ok"], &rows[1]["bounced"]),
        (&json!(false), &json!(true))
    );
    assert_eq!(
        (&rows[2]["ok"], &rows[2]["received"]),
        (&json!(true), &json!(true))
    );
    let there = ground.control_get(&format!("wallets/{NOBODY}")).await;
    assert_eq!(there["nano"], json!((3 * TON).to_string()));
    let mine: u128 = ground.account(&wallet.raw()).await["balance"]
        .as_str()
        .unwrap()
        .parse()
        .unwrap();
    assert!(
        (996 * TON..997 * TON).contains(&mine),
        "five went and came back, three stayed away: {mine}"
    );
    let last = ground
        .v3(&format!("transactions?account={}&limit=1", wallet.raw()))
        .await;
    let message = &last["transactions"][0]["in_msg"];
    assert_eq!(message["bounced"], json!(true));
    // Where the shop is, money stays even if it might bounce.
    let mut to_shop = stars(TON);
    to_shop.bounce = true;
    ground
        .accepted(&wallet.sign(2, LATER, false, &[to_shop]))
        .await;
    ground.blocks(2).await;
    assert_eq!(
        ground.control_get("chain").await[3]["received"],
        json!(true)
    );
}

#[actix_web::test]
async fn the_largest_batches_are_paid() {
    let ground = Ground::new();
    let fourth = Wallet::new(Version::V4, 11);
    let fifth = Wallet::new(Version::V5, 11);
    ground.deploy(&fourth).await;
    ground.deploy(&fifth).await;
    for (wallet, count) in [(fourth, 4), (fifth, 255)] {
        let sends = vec![stars(TON / 100); count];
        let transaction = outcome(&ground, &wallet.sign(1, LATER, false, &sends)).await;
        assert_eq!(transaction["out_msgs"].as_array().unwrap().len(), count);
    }
}
