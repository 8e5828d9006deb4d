//! Accounts and wallets.

use serde_json::json;

use super::{ground, hashless, names};
use crate::ground::{BLOCK_S, Ground, START_S};
use crate::wallet::{NOBODY, SHOP, Version, boc};

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
