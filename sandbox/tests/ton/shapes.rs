//! The answers of both APIs to the letter, and every form in which something may be asked.

mod accounts;
mod calls;
mod transactions;

use serde_json::{Value, json};

use crate::ground::{Ground, LATER};
use crate::wallet::{SHOP, Send, Version, Wallet};

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

/// The names of an object's fields, in the order of the alphabet: whether an object keeps the order
/// in which it was written depends on who else is compiled with it.
fn names(value: &Value) -> Vec<&str> {
    let mut names: Vec<&str> = value
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    names.sort_unstable();
    names
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
