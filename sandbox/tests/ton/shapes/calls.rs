//! Calls: history page by page, by GET, POST and JSON-RPC, what waits, keys, blocks.

use serde_json::{Value, json};

use super::{ground, names};
use crate::ground::{Answer, BLOCK_S, Ground, LATER, START_S, settings};
use crate::wallet::{SHOP, Send, Version, Wallet, base64, boc};

#[actix_web::test]
async fn history_is_read_page_by_page_without_a_gap() {
    let ground = Ground::new();
    let wallet = Wallet::new(Version::V4, 1);
    ground.deploy(&wallet).await;
    for seqno in 1..=6 {
        let message = wallet.sign(seqno, LATER, false, &[Send::new(SHOP, 1, "x")]);
        ground.accepted(&message).await;
        ground.blocks(1).await;
    }
    let raw = wallet.raw();
    let all = ground
        .v2(&format!("getTransactions?address={raw}&limit=100"))
        .await;
    let all = all.as_array().unwrap();
    assert_eq!(all.len(), 8, "with what came back to itself at first");
    let mut walked = Vec::new();
    let mut path = format!("getTransactions?address={raw}&limit=3");
    loop {
        let page = ground.v2(&path).await;
        let page = page.as_array().unwrap();
        // The first of a later page is the one that was named.
        let new = usize::from(!walked.is_empty());
        walked.extend(page[new..].iter().cloned());
        if page.len() < 3 {
            break;
        }
        let last = &page.last().unwrap()["transaction_id"];
        let query = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("lt", last["lt"].as_str().unwrap())
            .append_pair("hash", last["hash"].as_str().unwrap())
            .finish();
        path = format!("getTransactions?address={raw}&limit=3&{query}");
    }
    assert_eq!(walked, *all);
    let third = &all[2]["transaction_id"]["lt"];
    let path = format!(
        "getTransactions?address={raw}&to_lt={}",
        third.as_str().unwrap()
    );
    let newer = ground.v2(&path).await;
    assert_eq!(newer.as_array().unwrap()[..], all[..2]);
    // The index: by logical time, in both directions, with an offset.
    let index = |query: &str| {
        let path = format!("transactions?account={raw}&{query}");
        let ground = &ground;
        async move {
            let found = ground.v3(&path).await;
            let found = found["transactions"].as_array().unwrap().clone();
            found
                .iter()
                .map(|row| row["lt"].clone())
                .collect::<Vec<_>>()
        }
    };
    let lts: Vec<Value> = all
        .iter()
        .map(|row| row["transaction_id"]["lt"].clone())
        .collect();
    assert_eq!(index("").await, lts);
    assert_eq!(index("limit=2&offset=1").await, lts[1..3]);
    let third = third.as_str().unwrap();
    assert_eq!(index(&format!("start_lt={third}")).await, lts[..3]);
    assert_eq!(
        index(&format!("end_lt={third}&sort=asc&limit=1")).await,
        lts[7..]
    );
    for (query, text) in [
        ("limit=0", "limit should be positive"),
        ("limit=101", "limit should be less or equal 100"),
        ("lt=5", "lt and hash should be used together"),
        ("limit=many", "failed to parse limit"),
    ] {
        let answer = ground
            .get(&format!("v2/getTransactions?address={raw}&{query}"))
            .await;
        let error = answer.json["error"].as_str().unwrap();
        assert!(
            answer.status == 422 && error.contains(text),
            "{query}: {error}"
        );
    }
    let unknown = format!(
        "v2/getTransactions?address={raw}&lt=5&hash={}",
        "0".repeat(64)
    );
    let answer = ground.get(&unknown).await;
    assert_eq!(answer.status, 500);
    assert_eq!(
        answer.json["error"],
        json!(
            "LITE_SERVER_UNKNOWN: cannot locate transaction in block with specified logical time"
        )
    );
}

#[actix_web::test]
async fn version_two_is_asked_by_get_by_post_and_by_json_rpc() {
    let (ground, wallet, _) = ground(Version::V4).await;
    let params = json!({"address": wallet.raw(), "limit": 1});
    let got = ground
        .v2(&format!("getTransactions?address={}&limit=1", wallet.raw()))
        .await;
    let posted = ground.post("v2/getTransactions", params.clone()).await;
    assert_eq!(posted.json["result"], got);
    let request =
        json!({"id": "7", "jsonrpc": "2.0", "method": "getTransactions", "params": params});
    let called = ground.post("v2/jsonRPC", request).await;
    assert_eq!(
        (called.status, names(&called.json)),
        (200, vec!["@extra", "id", "jsonrpc", "ok", "result"])
    );
    assert_eq!(
        [
            &called.json["result"],
            &called.json["id"],
            &called.json["jsonrpc"]
        ],
        [&got, &json!("7"), &json!("2.0")]
    );
    let message = wallet.sign(2, LATER, false, &[Send::new(SHOP, 1, "x")]);
    let request = json!({"id": 1, "method": "sendBoc", "params": {"boc": boc(&message)}});
    let sent = ground.post("v2/jsonRPC", request.clone()).await;
    assert_eq!(
        (&sent.json["ok"], &sent.json["result"]),
        (&json!(true), &json!({"@type": "ok"}))
    );
    ground.blocks(1).await;
    let again = ground.post("v2/jsonRPC", request).await;
    assert_eq!(
        (again.status, &again.json["ok"], &again.json["id"]),
        (500, &json!(false), &json!(1))
    );
    for request in [json!({}), json!([]), json!({"method": 5})] {
        let answer = ground.post("v2/jsonRPC", request.clone()).await;
        assert_eq!(
            (answer.status, &answer.json["ok"]),
            (422, &json!(false)),
            "{request}"
        );
    }
    for forms in ["uq", "eq", "kq"] {
        let friendly = &crate::wallet::fixture("ton_vectors.json")["wallets"]["v4r2"][forms];
        let path = format!("getAddressBalance?address={}", friendly.as_str().unwrap());
        assert_eq!(
            ground.v2(&path).await,
            ground.account(&wallet.raw()).await["balance"],
            "{forms}"
        );
    }
    for path in ["v2/nothing", "v3/sendBoc", "v2/message"] {
        assert_eq!(ground.get(path).await.status, 404, "{path}");
    }
    assert_eq!(ground.get("v2/sendBoc?boc=AAAA").await.status, 405);
}

#[actix_web::test]
async fn what_waits_is_told_as_pending_and_never_as_final() {
    let ground = Ground::new();
    let wallet = Wallet::new(Version::V5, 1);
    ground.deploy(&wallet).await;
    let pending = format!("pendingTransactions?account={}", wallet.raw());
    assert_eq!(ground.v3(&pending).await["transactions"], json!([]));
    let message = wallet.sign(1, LATER, false, &[Send::new(SHOP, 7, "x")]);
    ground.accepted(&message).await;
    let told = ground.v3(&pending).await["transactions"][0].clone();
    assert_eq!(
        [
            &told["emulated"],
            &told["finality"],
            &told["mc_block_seqno"]
        ],
        [&json!(true), &json!("pending"), &json!(0)]
    );
    assert_eq!(told["out_msgs"][0]["value"], json!("7"));
    let hash = base64(message.repr_hash());
    assert_eq!(
        ground.by_message(&hash).await,
        json!([]),
        "not before its block"
    );
    ground.blocks(1).await;
    assert_eq!(ground.v3(&pending).await["transactions"], json!([]));
    assert_eq!(ground.by_message(&hash).await.as_array().unwrap().len(), 1);
}

#[actix_web::test]
async fn without_a_key_one_may_not_call_often_where_that_is_wanted() {
    let mut settings = settings();
    settings.ton_keyless = Some(1);
    let ground = Ground::with(settings);
    assert_eq!(ground.get("v2/getMasterchainInfo").await.status, 200);
    let refused = ground.get("v3/masterchainInfo").await;
    assert_eq!(
        refused,
        Answer {
            status: 429,
            json: json!({"ok": false, "result": "Ratelimit exceed"}),
        }
    );
    let with_key = ground.get("v2/getMasterchainInfo?api_key=any").await;
    assert_eq!(with_key.status, 200);
    let url = format!("{}/api/v2/getMasterchainInfo", ground.sandbox.ton_url());
    let request = ground.client.get(url).header("X-API-Key", "any");
    assert_eq!(request.send().await.unwrap().status().as_u16(), 200);
    ground.advance(1).await;
    assert_eq!(ground.get("v2/getMasterchainInfo").await.status, 200);
}

#[actix_web::test]
async fn the_newest_block_in_both_versions() {
    let ground = Ground::new();
    ground.blocks(3).await;
    let second = ground.v2("getMasterchainInfo").await;
    assert_eq!(names(&second), ["@type", "init", "last", "state_root_hash"]);
    assert_eq!(second["init"]["seqno"], json!(0));
    let third = ground.v3("masterchainInfo").await;
    assert_eq!(
        [&third["last"]["seqno"], &third["last"]["root_hash"]],
        [&second["last"]["seqno"], &second["last"]["root_hash"]]
    );
    assert_eq!(
        third["last"]["gen_utime"],
        json!((START_S + 3 * BLOCK_S).to_string())
    );
    assert_eq!(third["first"]["seqno"], json!(40_000_000));
    let consensus = ground.v2("getConsensusBlock").await;
    assert_eq!(
        consensus,
        json!({
            "@type": "ext.blocks.consensusBlock",
            "consensus_block": 40_000_003,
            "timestamp": START_S + 3 * BLOCK_S,
        })
    );
    let header = ground
        .v2("getBlockHeader?workchain=0&shard=-9223372036854775808&seqno=46000003")
        .await;
    assert_eq!(header["gen_utime"], json!(START_S + 3 * BLOCK_S));
    assert_eq!(header["prev_blocks"][0]["seqno"], json!(46_000_002));
}
