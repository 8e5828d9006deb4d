//! What nobody honest sends: it is refused, and the chain goes on.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;
use tycho_types::models::OwnedMessage;
use tycho_types::prelude::{Boc, Cell, CellBuilder, HashBytes};

use crate::ground::{Ground, LATER};
use crate::wallet::{SHOP, Send, Version, Wallet, boc};

/// The hash of a message's body.
fn body_of(message: &Cell) -> HashBytes {
    let message = message.parse::<OwnedMessage>().unwrap();
    *message.body.1.repr_hash()
}

/// Changed messages for each version of the wallet.
const CHANGES: usize = 300;

#[actix_web::test]
async fn a_message_that_was_changed_anywhere_pays_nothing() {
    let seed = std::env::var("STARKEEPER_PROOF_SEED")
        .ok()
        .and_then(|seed| seed.parse().ok());
    let seed = seed.unwrap_or_else(|| fastrand::u64(..1_000_000));
    println!("STARKEEPER_PROOF_SEED={seed}");
    let mut lots = fastrand::Rng::with_seed(seed);
    for version in Version::BOTH {
        let ground = Ground::new();
        let wallet = Wallet::new(version, 1);
        ground.deploy(&wallet).await;
        let message = wallet.sign(1, LATER, false, &[Send::new(SHOP, 7, "Ref#123456789")]);
        let honest = Boc::encode(&message);
        for _ in 0..CHANGES {
            let mut bytes = honest.clone();
            for _ in 0..lots.u8(1..=3) {
                let place = lots.usize(..bytes.len());
                match lots.u8(..3) {
                    0 => bytes[place] ^= 1 << lots.u8(..8),
                    1 => bytes[place] = lots.u8(..),
                    _ => bytes.truncate(place.max(1)),
                }
            }
            if bytes == honest {
                continue;
            }
            let answer = ground
                .post("v2/sendBoc", json!({"boc": STANDARD.encode(&bytes)}))
                .await;
            // Taken is only what has the signed body, in whatever envelope.
            if answer.json["ok"] == json!(true) {
                let taken = Boc::decode(&bytes).unwrap();
                assert_eq!(body_of(&taken), body_of(&message), "{answer:?}");
            } else {
                assert_eq!(answer.status, 500, "{answer:?}");
            }
        }
        ground.blocks(4).await;
        let rows = ground.control_get("chain").await;
        let rows = rows.as_array().unwrap();
        assert!(rows.len() <= 2, "once at most: {rows:?}");
        for row in &rows[1..] {
            assert_eq!(
                (&row["nano"], &row["comment"]),
                (&json!("7"), &json!("Ref#123456789")),
                "and only as it was signed"
            );
        }
        ground
            .accepted(&wallet.sign(
                u32::try_from(ground.seqno(&wallet).await).unwrap(),
                LATER,
                false,
                &[],
            ))
            .await;
    }
}

#[actix_web::test]
async fn what_is_no_message_from_outside_is_refused() {
    let ground = Ground::new();
    let cell = |bits: &[u8], count: u16| {
        let mut builder = CellBuilder::new();
        builder.store_raw(bits, count).unwrap();
        builder.build().unwrap()
    };
    let mut deep = cell(&[0xff], 8);
    for _ in 0..600 {
        let mut builder = CellBuilder::new();
        builder.store_u8(0x88).unwrap();
        builder.store_reference(deep).unwrap();
        deep = builder.build().unwrap();
    }
    let cells = [
        ("nothing", cell(&[], 0)),
        ("between accounts", cell(&[0x00; 60], 480)),
        ("to the outside", cell(&[0xff; 60], 480)),
        ("to nobody", cell(&[0x80; 8], 64)),
        ("a tower", deep),
    ];
    for (what, cell) in cells {
        let answer = ground.send(&cell).await;
        assert_eq!(
            (answer.status, &answer.json["ok"]),
            (500, &json!(false)),
            "{what}: {}",
            answer.json
        );
        let third = ground.post("v3/message", json!({"boc": boc(&cell)})).await;
        assert_eq!(third.status, 500, "{what}");
        assert!(third.json["error"].is_string(), "{what}");
    }
    let large = STANDARD.encode(vec![0_u8; 70_000]);
    let answer = ground.post("v2/sendBoc", json!({"boc": large})).await;
    let error = answer.json["error"].as_str().unwrap();
    assert!(error.contains("too large"), "{error}");
    assert_eq!(ground.control_get("chain").await, json!([]));
}

#[actix_web::test]
async fn odd_questions_are_answered_with_what_is_wrong() {
    let ground = Ground::new();
    let addresses = [
        "",
        "0:",
        "nonsense",
        "0:zz11111111111111111111111111111111111111111111111111111111111111",
        // 48 and 66 bytes of letters that are no base64 and no hex.
        "ЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖ",
        "ЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖ",
        // One letter of the vectors' wallet is wrong.
        "UQBxiS0_qqvLzCl8ANBmB9EMGbHIZkOgm1_SR3ref8F3SHS6",
        // Another workchain.
        "7:1111111111111111111111111111111111111111111111111111111111111111",
    ];
    for address in addresses {
        let query = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("address", address)
            .append_pair("account", address)
            .append_pair("msg_hash", address)
            .finish();
        for call in [
            "v2/getAddressInformation",
            "v2/getWalletInformation",
            "v2/getAddressBalance",
            "v2/getAddressState",
            "v2/getTransactions",
            "v3/walletInformation",
            "v3/addressInformation",
            "v3/walletStates",
            "v3/accountStates",
            "v3/transactionsByMessage",
            "v3/pendingTransactions",
        ] {
            let answer = ground.get(&format!("{call}?{query}")).await;
            assert!(
                [401, 422].contains(&answer.status),
                "{call} of {address:?}: {answer:?}"
            );
        }
    }
    for (call, query) in [
        ("v2/getBlockHeader", ""),
        ("v2/getBlockHeader", "workchain=3&seqno=1"),
        ("v2/getBlockHeader", "workchain=-1&seqno=-1"),
        ("v3/transactions", "limit=0"),
        ("v3/transactions", "limit=1001"),
        ("v3/transactions", "start_lt=-1"),
        ("v3/transactions", "sort=up"),
        ("v3/transactions", "offset=many"),
    ] {
        let answer = ground.get(&format!("{call}?{query}")).await;
        assert_eq!(answer.status, 422, "{call}?{query}: {answer:?}");
    }
    for body in [json!([]), json!(5), json!(null)] {
        let answer = ground.post("v2/getAddressState", body.clone()).await;
        assert_eq!(answer.status, 422, "{body}");
    }
}
