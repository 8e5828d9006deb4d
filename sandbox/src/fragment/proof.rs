//! Whether a wallet is its owner's: the `ton_proof` of a wallet that connects.
//!
//! The signature is checked with another library than wallets here are made with.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::digest::{SHA256, digest};
use ring::signature::{ED25519, UnparsedPublicKey};
use serde_json::Value;

use super::cells::{decoded, hash_of, hex, raw_address, unhex};

/// The domain every proof is made for, wherever the sandbox listens.
const DOMAIN: &str = "fragment.com";

/// Bits before the public key in the data of a wallet V4R2, and of a V5R1.
const KEY_PLACES: [u16; 2] = [64, 65];

/// Why a proof counts for nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unproven {
    /// A field is missing or no such thing.
    Malformed,
    /// It is well formed and not true.
    Untrue,
}

/// The raw address of the wallet, if `account` and `proof` show it to be the caller's over
/// `challenge`.
pub(super) fn proven(account: &str, proof: &str, challenge: &str) -> Result<String, Unproven> {
    let account = object(account)?;
    let proof = object(proof)?;
    let address = text(&account, "address")?;
    let address = raw_address(address).ok_or(Unproven::Malformed)?;
    let key = unhex(text(&account, "publicKey")?).ok_or(Unproven::Malformed)?;
    let init = decoded(text(&account, "walletStateInit")?).ok_or(Unproven::Malformed)?;
    if address != format!("0:{}", hex(&hash_of(&init))) || !holds(&init, &key) {
        return Err(Unproven::Untrue);
    }
    let message = message(&proof, &address, challenge)?;
    let signature = text(&proof, "signature")?;
    let signature = STANDARD
        .decode(signature)
        .map_err(|_| Unproven::Malformed)?;
    UnparsedPublicKey::new(&ED25519, &key)
        .verify(&message, &signature)
        .map_err(|_| Unproven::Untrue)?;
    Ok(address)
}

fn object(text: &str) -> Result<Value, Unproven> {
    serde_json::from_str(text).map_err(|_| Unproven::Malformed)
}

fn text<'a>(object: &'a Value, name: &str) -> Result<&'a str, Unproven> {
    object
        .get(name)
        .and_then(Value::as_str)
        .ok_or(Unproven::Malformed)
}

/// Whether the data of a wallet's first state holds this key where wallets have it.
fn holds(init: &tycho_types::cell::Cell, key: &[u8]) -> bool {
    // Code and data, in this order.
    let Some(data) = init.reference(1) else {
        return false;
    };
    let Ok(data) = data.as_slice() else {
        return false;
    };
    KEY_PLACES
        .iter()
        .any(|place| data.get_u256(*place).is_ok_and(|found| found.0 == *key))
}

/// What the wallet signed.
fn message(proof: &Value, address: &str, challenge: &str) -> Result<Vec<u8>, Unproven> {
    let whole = |object: &Value, name| {
        let number = object.get(name)?;
        // Some wallets write numbers as texts.
        number.as_u64().or_else(|| number.as_str()?.parse().ok())
    };
    let timestamp = whole(proof, "timestamp").ok_or(Unproven::Malformed)?;
    let domain = proof.get("domain").ok_or(Unproven::Malformed)?;
    let length = whole(domain, "lengthBytes").ok_or(Unproven::Malformed)?;
    let name = text(domain, "value")?;
    let payload = text(proof, "payload")?;
    let is_ours = name == DOMAIN && u64::try_from(name.len()) == Ok(length);
    if !is_ours || payload != challenge {
        return Err(Unproven::Untrue);
    }
    let hash = address.strip_prefix("0:").and_then(unhex);
    let hash = hash.ok_or(Unproven::Malformed)?;
    let length = u32::try_from(name.len()).map_err(|_| Unproven::Malformed)?;
    let mut item = b"ton-proof-item-v2/".to_vec();
    item.extend(0_i32.to_be_bytes());
    item.extend(hash);
    item.extend(length.to_le_bytes());
    item.extend(name.as_bytes());
    item.extend(timestamp.to_le_bytes());
    item.extend(payload.as_bytes());
    let mut whole = vec![0xff, 0xff];
    whole.extend(b"ton-connect");
    whole.extend(digest(&SHA256, &item).as_ref());
    Ok(digest(&SHA256, &whole).as_ref().to_vec())
}

#[cfg(test)]
mod tests;
