//! Transactions, and how a message finds its own.

use serde_json::{Value, json};
use tycho_types::prelude::HashBytes;

use super::{TON, ground, names};
use crate::ground::{Answer, BLOCK_S, Ground, START_S};
use crate::wallet::{SHOP, Version, Wallet, base64, boc};

#[actix_web::test]
async fn a_transaction_in_version_two() {
    let (ground, wallet, message) = ground(Version::V4).await;
    let list = ground
        .v2(&format!("getTransactions?address={}&limit=1", wallet.raw()))
        .await;
    let mut transaction = list[0].clone();
    let cell = tycho_types::prelude::Boc::decode_base64(transaction["data"].as_str().unwrap());
    assert_eq!(
        transaction["transaction_id"]["hash"],
        json!(base64(cell.unwrap().repr_hash())),
        "the data is the transaction"
    );
    let fee: u128 = transaction["fee"].as_str().unwrap().parse().unwrap();
    let (storage, other): (u128, u128) = (
        transaction["storage_fee"]
            .as_str()
            .unwrap()
            .parse()
            .unwrap(),
        transaction["other_fee"].as_str().unwrap().parse().unwrap(),
    );
    assert_eq!(fee, storage + other);
    assert!(
        (1_000_000..6_000_000).contains(&fee),
        "about 0.0023 TON: {fee}"
    );
    let sent = transaction["out_msgs"][0].clone();
    let hash = |value: &Value| value.as_str().unwrap().len();
    assert_eq!([hash(&sent["hash"]), hash(&sent["body_hash"])], [44, 44]);
    assert_eq!(
        sent,
        json!({
            "@type": "ext.message",
            "hash": sent["hash"],
            "source": crate::wallet::fixture("ton_vectors.json")["wallets"]["v4r2"]["eq"],
            "destination": "EQBAjaOyi2wGWlk-EDkSabqqnF-MrrwMadnwqrurKpkla9nE",
            "value": TON.to_string(),
            "extra_currencies": [],
            "fwd_fee": sent["fwd_fee"],
            "ihr_fee": "0",
            "created_lt": "50000003000002",
            "body_hash": sent["body_hash"],
            "msg_data": {"@type": "msg.dataText", "text": "UmVmIzEyMzQ1Njc4OQ=="},
            "message": "Ref#123456789",
        })
    );
    let received = &transaction["in_msg"];
    assert_eq!(
        [&received["hash"], &received["source"], &received["value"]],
        [&json!(base64(message.repr_hash())), &json!(""), &json!("0")]
    );
    assert_eq!(received["msg_data"]["@type"], json!("msg.dataRaw"));
    for field in [
        "data",
        "transaction_id",
        "in_msg",
        "out_msgs",
        "fee",
        "storage_fee",
        "other_fee",
    ] {
        transaction[field].take();
    }
    assert_eq!(
        transaction,
        json!({
            "@type": "ext.transaction",
            "address": {
                "@type": "accountAddress",
                "account_address":
                    crate::wallet::fixture("ton_vectors.json")["wallets"]["v4r2"]["eq"],
            },
            "account": format!("0:{}", wallet.raw()[2..].to_uppercase()),
            "utime": START_S + 3 * BLOCK_S,
            "data": null,
            "transaction_id": null,
            "fee": null,
            "storage_fee": null,
            "other_fee": null,
            "in_msg": null,
            "out_msgs": null,
        })
    );
}

#[actix_web::test]
async fn a_transaction_in_version_three() {
    let (ground, wallet, message) = ground(Version::V5).await;
    let hash = base64(message.repr_hash());
    let transaction = ground.by_message(&hash).await[0].clone();
    assert_eq!(
        names(&transaction),
        [
            "account",
            "account_state_after",
            "account_state_before",
            "block_ref",
            "description",
            "emulated",
            "end_status",
            "finality",
            "hash",
            "in_msg",
            "lt",
            "mc_block_seqno",
            "now",
            "orig_status",
            "out_msgs",
            "prev_trans_hash",
            "prev_trans_lt",
            "total_fees",
            "total_fees_extra_currencies",
            "trace_external_hash",
            "trace_id",
        ]
    );
    assert_eq!(
        names(&transaction["in_msg"]),
        [
            "bounce",
            "bounced",
            "created_at",
            "created_lt",
            "decoded_opcode",
            "destination",
            "extra_flags",
            "fwd_fee",
            "hash",
            "hash_norm",
            "ihr_disabled",
            "ihr_fee",
            "import_fee",
            "init_state",
            "message_content",
            "opcode",
            "source",
            "value",
            "value_extra_currencies",
        ]
    );
    let told = [
        (
            "account",
            json!(format!("0:{}", wallet.raw()[2..].to_uppercase())),
        ),
        ("lt", json!("50000003000001")),
        ("now", json!(START_S + 3 * BLOCK_S)),
        ("mc_block_seqno", json!(40_000_003)),
        (
            "block_ref",
            json!({"workchain": 0, "shard": "8000000000000000", "seqno": 46_000_003}),
        ),
        ("emulated", json!(false)),
        ("finality", json!("finalized")),
        ("orig_status", json!("active")),
        ("end_status", json!("active")),
    ];
    for (name, value) in told {
        assert_eq!(transaction[name], value, "{name}");
    }
    let description = &transaction["description"];
    assert_eq!(
        names(description),
        [
            "aborted",
            "action",
            "compute_ph",
            "credit_first",
            "destroyed",
            "storage_ph",
            "type",
        ]
    );
    let compute = &description["compute_ph"];
    assert_eq!(
        [
            &compute["skipped"],
            &compute["success"],
            &compute["exit_code"],
            &compute["mode"]
        ],
        [&json!(false), &json!(true), &json!(0), &json!(0)]
    );
    assert!(
        compute["gas_used"]
            .as_str()
            .unwrap()
            .parse::<u64>()
            .unwrap()
            > 1000
    );
    let action = &description["action"];
    assert_eq!(
        [
            &action["success"],
            &action["valid"],
            &action["no_funds"],
            &action["result_code"],
            &action["tot_actions"],
            &action["spec_actions"],
            &action["skipped_actions"],
            &action["msgs_created"],
        ],
        [
            &json!(true),
            &json!(true),
            &json!(false),
            &json!(0),
            &json!(1),
            &json!(0),
            &json!(0),
            &json!(1),
        ]
    );
    let mut sent = transaction["out_msgs"][0].clone();
    for field in ["hash", "fwd_fee", "message_content"] {
        sent[field].take();
    }
    assert_eq!(
        sent,
        json!({
            "hash": null,
            "source": transaction["account"],
            "destination": "0:408DA3B28B6C065A593E10391269BAAA9C5F8CAEBC0C69D9F0AABBAB2A99256B",
            "value": TON.to_string(),
            "value_extra_currencies": {},
            "fwd_fee": null,
            "ihr_fee": "0",
            "extra_flags": "0",
            "created_lt": "50000003000002",
            "created_at": (START_S + 3 * BLOCK_S).to_string(),
            "opcode": "0x00000000",
            "decoded_opcode": null,
            "ihr_disabled": true,
            "bounce": false,
            "bounced": false,
            "import_fee": null,
            "message_content": null,
            "init_state": null,
        })
    );
    // The receiver's transaction has the same trace, and chains of an account have no gaps.
    let next = ground.v3(&format!("transactions?account={SHOP}")).await;
    assert_eq!(next["transactions"][0]["trace_id"], transaction["hash"]);
    assert_eq!(
        next["transactions"][0]["trace_external_hash"],
        transaction["trace_external_hash"]
    );
    let own = ground
        .v3(&format!("transactions?account={}&sort=asc", wallet.raw()))
        .await;
    let own = own["transactions"].as_array().unwrap();
    assert_eq!(own[0]["prev_trans_lt"], json!("0"));
    for pair in own.windows(2) {
        assert_eq!(
            [&pair[0]["lt"], &pair[0]["hash"]],
            [&pair[1]["prev_trans_lt"], &pair[1]["prev_trans_hash"]]
        );
        assert_eq!(
            pair[0]["account_state_after"],
            pair[1]["account_state_before"]
        );
    }
}

#[actix_web::test]
async fn a_message_is_found_by_either_hash_in_every_form() {
    let (ground, wallet, message) = ground(Version::V4).await;
    let normalised = ground
        .post("v3/message", json!({"boc": boc(&message)}))
        .await;
    assert_eq!(normalised.status, 500, "it was executed");
    let plain = *message.repr_hash();
    let found = ground.by_message(&base64(&plain)).await;
    let normalised: HashBytes = {
        let text = found[0]["in_msg"]["hash_norm"].as_str().unwrap();
        let bytes = base64::Engine::decode(&base64::engine::general_purpose::STANDARD, text);
        HashBytes(bytes.unwrap().try_into().unwrap())
    };
    // This library puts nothing into the envelope that normalisation takes away.
    assert_eq!(normalised, plain);
    for hash in [plain, normalised] {
        let padded = base64(&hash);
        let url = padded.replace('+', "-").replace('/', "_");
        let forms = [
            hash.to_string(),
            hash.to_string().to_uppercase(),
            padded.clone(),
            url.clone(),
            url.trim_end_matches('=').to_owned(),
        ];
        for form in forms {
            assert_eq!(ground.by_message(&form).await, found, "{form}");
        }
    }
    let sent = found[0]["out_msgs"][0]["hash"].as_str().unwrap();
    let query = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("msg_hash", sent)
        .append_pair("direction", "out")
        .finish();
    let sender = ground.v3(&format!("transactionsByMessage?{query}")).await;
    assert_eq!(sender["transactions"][0]["hash"], found[0]["hash"]);
    let receiver = ground.by_message(sent).await;
    assert_eq!(receiver.as_array().unwrap().len(), 1);
    assert_ne!(receiver[0]["hash"], found[0]["hash"]);
    for (query, status) in [
        ("", 422),
        ("msg_hash=nonsense", 422),
        ("msg_hash=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", 200),
        (
            "msg_hash=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=&direction=up",
            422,
        ),
    ] {
        let answer = ground
            .get(&format!("v3/transactionsByMessage?{query}"))
            .await;
        assert_eq!(answer.status, status, "{query}");
    }
    assert_eq!(ground.seqno(&wallet).await, 2);
}

#[actix_web::test]
async fn the_envelope_of_a_message_does_not_change_its_normalised_hash() {
    let vectors = crate::wallet::fixture("ton_vectors.json");
    let message = &vectors["wallets"]["v5r1"]["exts"][0];
    let plain: HashBytes = message["ext_hash"].as_str().unwrap().parse().unwrap();
    let normalised: HashBytes = message["norm_hash"].as_str().unwrap().parse().unwrap();
    assert_ne!(plain, normalised, "its body is not in a cell of its own");
    let ground = Ground::new();
    ground.deploy(&Wallet::of_vectors(Version::V5)).await;
    let taken = ground
        .post("v3/message", json!({"boc": message["ext_boc"]}))
        .await;
    assert_eq!(
        taken,
        Answer {
            status: 200,
            json: json!({
                "message_hash": base64(&plain),
                "message_hash_norm": base64(&normalised),
            }),
        }
    );
    ground.blocks(1).await;
    let by_plain = ground.by_message(&base64(&plain)).await;
    assert_eq!(by_plain, ground.by_message(&base64(&normalised)).await);
    assert_eq!(
        by_plain[0]["in_msg"]["hash_norm"],
        json!(base64(&normalised))
    );
    assert_eq!(
        by_plain[0]["trace_external_hash"],
        json!(base64(&normalised))
    );
}
