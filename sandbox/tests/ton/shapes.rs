//! The answers of both APIs to the letter, and every form in which something may be asked.

use serde_json::{Value, json};
use tycho_types::prelude::HashBytes;

use crate::ground::{Answer, BLOCK_S, Ground, LATER, START_S, settings};
use crate::wallet::{NOBODY, SHOP, Send, Version, Wallet, base64, boc};

const TON: u128 = 1_000_000_000;

/// A wallet of the vectors that is deployed and has paid once; the hash of that message.
async fn ground(version: Version) -> (Ground, Wallet, tycho_types::prelude::Cell) {
    let ground = Ground::new();
    let wallet = Wallet::of_vectors(version);
    ground.deploy(&wallet).await;
    let message = wallet.sign(1, LATER, false, &[Send::new(SHOP, TON, "Ref#123456789")]);
    ground.accepted(&message).await;
    ground.blocks(2).await;
    (ground, wallet, message)
}

/// The names of an object's fields, in order.
fn names(value: &Value) -> Vec<&str> {
    value
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect()
}

/// What an invented hash is replaced by.
fn hashless(mut value: Value, fields: &[&str]) -> Value {
    for field in fields {
        let text = value[*field].as_str().unwrap();
        assert_eq!(text.len(), 44, "{field} is a hash in base64");
        value[*field] = json!("hash");
    }
    value
}

#[actix_web::test]
async fn an_account_in_version_two() {
    let (ground, wallet, _) = ground(Version::V4).await;
    let mut account = ground.account(&wallet.raw()).await;
    let block = hashless(account["block_id"].take(), &["root_hash", "file_hash"]);
    assert_eq!(
        block,
        json!({
            "@type": "ton.blockIdExt",
            "workchain": -1,
            "shard": "-9223372036854775808",
            "seqno": 40_000_004,
            "root_hash": "hash",
            "file_hash": "hash",
        })
    );
    let last = hashless(account["last_transaction_id"].take(), &["hash"]);
    assert_eq!(
        last,
        json!({"@type": "internal.transactionId", "lt": "50000003000001", "hash": "hash"})
    );
    let code = account["code"].take();
    assert_eq!(
        code,
        json!(boc(&tycho_types::prelude::Boc::decode_base64(
            crate::wallet::fixture("ton_wallet_code.json")["v4r2"]
                .as_str()
                .unwrap()
        )
        .unwrap()))
    );
    let data = tycho_types::prelude::Boc::decode_base64(account["data"].as_str().unwrap()).unwrap();
    assert_eq!(
        data.as_slice().unwrap().load_u32().unwrap(),
        2,
        "the number comes first"
    );
    account["data"].take();
    account["balance"].take();
    assert_eq!(
        account,
        json!({
            "@type": "raw.fullAccountState",
            "balance": null,
            "extra_currencies": [],
            "code": null,
            "data": null,
            "last_transaction_id": null,
            "block_id": null,
            "frozen_hash": "",
            "sync_utime": START_S + 4 * BLOCK_S,
            "state": "active",
        })
    );
    let envelope = ground.get("v2/getAddressState?address=0:00").await;
    assert_eq!(
        (envelope.status, names(&envelope.json)),
        (422, vec!["@extra", "code", "error", "ok"])
    );
    let state = format!("getAddressState?address={}", wallet.raw());
    assert_eq!(ground.v2(&state).await, json!("active"));
    let nothing = ground
        .v2(&format!("getAddressInformation?address={NOBODY}"))
        .await;
    assert_eq!(
        [
            &nothing["code"],
            &nothing["data"],
            &nothing["state"],
            &nothing["balance"]
        ],
        [
            &json!(""),
            &json!(""),
            &json!("uninitialized"),
            &json!("1000000000000")
        ]
    );
    assert_eq!(
        nothing["last_transaction_id"],
        json!({
            "@type": "internal.transactionId",
            "lt": "0",
            "hash": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
        })
    );
}

#[actix_web::test]
async fn a_wallet_in_both_versions() {
    for (version, kind) in [(Version::V4, "wallet v4 r2"), (Version::V5, "wallet v5 r1")] {
        let (ground, wallet, _) = ground(version).await;
        let raw = wallet.raw();
        let mut second = ground
            .v2(&format!("getWalletInformation?address={raw}"))
            .await;
        let balance = second["balance"].clone();
        let last = second["last_transaction_id"].take();
        let mut expected = json!({
            "@type": "ext.accounts.walletInformation",
            "wallet": true,
            "balance": balance,
            "account_state": "active",
            "last_transaction_id": null,
            "wallet_type": kind,
            "seqno": 2,
            "wallet_id": version.id(),
        });
        if version == Version::V5 {
            expected["is_signature_allowed"] = json!(true);
        }
        assert_eq!(second, expected);
        let third = ground.v3(&format!("walletInformation?address={raw}")).await;
        assert_eq!(
            third,
            json!({
                "balance": balance,
                "wallet_type": kind,
                "seqno": 2,
                "wallet_id": version.id(),
                "last_transaction_lt": last["lt"],
                "last_transaction_hash": last["hash"],
                "status": "active",
            })
        );
        let states = ground
            .v3(&format!("walletStates?address={raw}&address={NOBODY}"))
            .await;
        let upper = format!("0:{}", raw[2..].to_uppercase());
        let mut known = states["wallets"][0].clone();
        let code = known["code_hash"].take();
        assert_eq!(code.as_str().unwrap().len(), 44);
        let mut expected = json!({
            "address": upper,
            "is_wallet": true,
            "wallet_type": kind,
            "seqno": 2,
            "wallet_id": version.id(),
            "balance": balance,
            "extra_currencies": {},
            "status": "active",
            "code_hash": null,
            "last_transaction_hash": last["hash"],
            "last_transaction_lt": last["lt"],
        });
        if version == Version::V5 {
            expected["is_signature_allowed"] = json!(true);
        }
        assert_eq!(known, expected);
        assert_eq!(states["wallets"][1]["status"], json!("uninit"));
        assert_eq!(states["wallets"][1]["is_wallet"], json!(false));
        assert_eq!(
            states["address_book"][&upper]["user_friendly"],
            crate::wallet::fixture("ton_vectors.json")["wallets"][version.name()]["uq"]
        );
    }
    let ground = Ground::new();
    let shop = ground
        .get(&format!("v3/walletInformation?address={SHOP}"))
        .await;
    assert_eq!(
        (shop.status, shop.json),
        (409, json!({"error": "not a wallet"}))
    );
    let fresh = ground
        .v2(&format!("getWalletInformation?address={NOBODY}"))
        .await;
    assert_eq!(
        (
            &fresh["wallet"],
            &fresh["account_state"],
            fresh.get("seqno")
        ),
        (&json!(false), &json!("uninitialized"), None)
    );
}

#[actix_web::test]
async fn accounts_in_version_three() {
    let (ground, wallet, _) = ground(Version::V5).await;
    let states = ground
        .v3(&format!(
            "accountStates?address={}&include_boc=true",
            wallet.raw()
        ))
        .await;
    assert_eq!(names(&states), ["accounts", "address_book", "metadata"]);
    assert_eq!(
        names(&states["accounts"][0]),
        [
            "account_state_hash",
            "address",
            "balance",
            "code_boc",
            "code_hash",
            "contract_methods",
            "data_boc",
            "data_hash",
            "extra_currencies",
            "interfaces",
            "last_transaction_hash",
            "last_transaction_lt",
            "status",
        ]
    );
    let second = ground.account(&wallet.raw()).await;
    assert_eq!(states["accounts"][0]["data_boc"], second["data"]);
    let one = ground
        .v3(&format!("addressInformation?address={}", wallet.raw()))
        .await;
    assert_eq!(one["data"], second["data"]);
    // Those that do not exist are left out.
    ground
        .drive(&format!("wallets/{NOBODY}"), json!({"nano": 0}))
        .await;
    let nobody = ground.v3(&format!("accountStates?address={NOBODY}")).await;
    assert_eq!(nobody["accounts"], json!([]));
    let none = ground.get("v3/accountStates").await;
    assert_eq!((none.status, names(&none.json)), (422, vec!["error"]));
}

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
