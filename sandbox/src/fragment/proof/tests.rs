//! Proofs that two other implementations agree on (`ton_proof` of a wallet V4R2 and a V5R1).

use serde_json::{Value, json};
use tycho_types::boc::Boc;
use tycho_types::cell::{Cell, CellBuilder};

use super::*;

const KEY: &str = "750eb7df8c1cbd56538dea855e6dbfc46b3e615ed2402c43eb3fd900fe2f2a63";
const CHALLENGE: &str = "5550ffd0ff31a55ca4";
const CODES: &str = include_str!("../../../tests/fixtures/ton_wallet_code.json");

struct Wallet {
    address: &'static str,
    init: Cell,
    signature: &'static str,
}

fn v4() -> Wallet {
    let mut data = CellBuilder::new();
    data.store_u32(0).unwrap();
    data.store_u32(698_983_191).unwrap();
    data.store_raw(&unhex(KEY).unwrap(), 256).unwrap();
    data.store_bit_zero().unwrap();
    Wallet {
        address: "0:71892d3faaabcbcc297c00d06607d10c19b1c86643a09b5fd2477ade7fc17748",
        init: init("v4r2", data),
        signature: "w1b5nG6vTzhgKO6Ak1e7Kj1XEpNlkFBDIi66qgx+IciId1+s8zIwrDjJhw3GDHJltGawnd2QHMK3iEVT2C7dBQ==",
    }
}

fn v5() -> Wallet {
    let mut data = CellBuilder::new();
    data.store_bit_one().unwrap();
    data.store_u32(0).unwrap();
    data.store_u32(2_147_483_409).unwrap();
    data.store_raw(&unhex(KEY).unwrap(), 256).unwrap();
    data.store_bit_zero().unwrap();
    Wallet {
        address: "0:7a4d9eecc3c29232762140c336872e69f30cfe650dc7449bbad424634f24ae6c",
        init: init("v5r1", data),
        signature: "zR6cx1XkxxLeeDC9upPW2YHeoWGAogfYI5lqOsr9aPQDVuoRz7NvOyF/ERqSqoQpndpSQ2bhinLU+JEf6kAFAA==",
    }
}

fn init(version: &str, data: CellBuilder) -> Cell {
    let codes: Value = serde_json::from_str(CODES).unwrap();
    let code = decoded(codes[version].as_str().unwrap()).unwrap();
    let mut init = CellBuilder::new();
    init.store_small_uint(0b00110, 5).unwrap();
    init.store_reference(code).unwrap();
    init.store_reference(data.build().unwrap()).unwrap();
    init.build().unwrap()
}

fn account(wallet: &Wallet) -> Value {
    json!({
        "address": wallet.address,
        "chain": "-239",
        "publicKey": KEY,
        "walletStateInit": STANDARD.encode(Boc::encode(&wallet.init)),
    })
}

fn proof(wallet: &Wallet) -> Value {
    json!({
        "timestamp": 1_800_000_000,
        "domain": {"lengthBytes": 12, "value": "fragment.com"},
        "payload": CHALLENGE,
        "signature": wallet.signature,
    })
}

fn check(account: &Value, proof: &Value) -> Result<String, Unproven> {
    proven(&account.to_string(), &proof.to_string(), CHALLENGE)
}

#[test]
fn a_wallet_of_either_version_proves_itself() {
    for wallet in [v4(), v5()] {
        let found = check(&account(&wallet), &proof(&wallet));
        assert_eq!(found.as_deref(), Ok(wallet.address));
    }
}

#[test]
fn whatever_is_changed_makes_a_proof_worthless() {
    let wallet = v4();
    let changes = [
        ("timestamp", json!(1_800_000_001)),
        (
            "domain",
            json!({"lengthBytes": 12, "value": "fragment.org"}),
        ),
        (
            "domain",
            json!({"lengthBytes": 11, "value": "fragment.com"}),
        ),
        ("payload", json!("5550ffd0ff31a55ca5")),
        ("signature", json!(v5().signature)),
    ];
    for (name, value) in changes {
        let mut changed = proof(&wallet);
        changed[name] = value;
        let found = check(&account(&wallet), &changed);
        assert_eq!(found, Err(Unproven::Untrue), "{changed}");
    }
    let other = "11".repeat(32);
    let changes = [
        ("address", json!(v5().address)),
        ("publicKey", json!(other)),
        ("walletStateInit", account(&v5())["walletStateInit"].clone()),
    ];
    for (name, value) in changes {
        let mut changed = account(&wallet);
        changed[name] = value;
        let found = check(&changed, &proof(&wallet));
        assert_eq!(found, Err(Unproven::Untrue), "{changed}");
    }
}

#[test]
fn what_is_no_proof_is_malformed() {
    let wallet = v4();
    for name in ["address", "publicKey", "walletStateInit"] {
        let mut changed = account(&wallet);
        changed[name] = json!("?");
        let found = check(&changed, &proof(&wallet));
        assert_eq!(found, Err(Unproven::Malformed), "{changed}");
    }
    for name in ["timestamp", "domain", "payload", "signature"] {
        let mut changed = proof(&wallet);
        changed[name] = Value::Null;
        let found = check(&account(&wallet), &changed);
        assert_eq!(found, Err(Unproven::Malformed), "{changed}");
    }
    assert_eq!(proven("", "", CHALLENGE), Err(Unproven::Malformed));
}
