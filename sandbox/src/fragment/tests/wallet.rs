//! A wallet of a test: it proves itself with a real signature, and its payments are written down as
//! the chain would.

use std::sync::atomic::{AtomicU32, Ordering};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ring::digest::{SHA256, digest};
use ring::signature::{Ed25519KeyPair, KeyPair as _};
use serde_json::{Value, json};
use tycho_types::boc::Boc;
use tycho_types::cell::{Cell, CellBuilder};

use super::super::cells::{decoded, hash_of, hex, raw_address};
use super::ground::text;
use crate::world::World;
use crate::world::settled::Arrived;

const CODES: &str = include_str!("../../../tests/fixtures/ton_wallet_code.json");

pub(super) struct Wallet {
    pub(super) address: String,
    key: Ed25519KeyPair,
    init: Cell,
    sent: AtomicU32,
}

impl Wallet {
    /// A wallet V4R2 whose seed is this byte over and over.
    pub(super) fn new(seed: u8) -> Self {
        let key = Ed25519KeyPair::from_seed_unchecked(&[seed; 32]).expect("a key");
        let mut data = CellBuilder::new();
        data.store_u32(0).unwrap();
        data.store_u32(698_983_191).unwrap();
        data.store_raw(key.public_key().as_ref(), 256).unwrap();
        data.store_bit_zero().unwrap();
        let mut init = CellBuilder::new();
        init.store_small_uint(0b0_0110, 5).unwrap();
        let codes: Value = serde_json::from_str(CODES).unwrap();
        let code = decoded(text(&codes["v4r2"])).unwrap();
        init.store_reference(code).unwrap();
        init.store_reference(data.build().unwrap()).unwrap();
        let init = init.build().unwrap();
        Self {
            address: format!("0:{}", hex(&hash_of(&init))),
            key,
            init,
            sent: AtomicU32::new(0),
        }
    }

    pub(super) fn account(&self) -> String {
        let account = json!({
            "address": self.address,
            "chain": "-239",
            "publicKey": hex(self.key.public_key().as_ref()),
            "walletStateInit": STANDARD.encode(Boc::encode(&self.init)),
        });
        account.to_string()
    }

    /// The proof over a challenge, for a domain.
    pub(super) fn proof(&self, challenge: &str, domain: &str) -> String {
        let mut item = b"ton-proof-item-v2/".to_vec();
        item.extend(0_i32.to_be_bytes());
        item.extend(hash_of(&self.init));
        item.extend(u32::try_from(domain.len()).unwrap().to_le_bytes());
        item.extend(domain.as_bytes());
        item.extend(1_800_000_000_u64.to_le_bytes());
        item.extend(challenge.as_bytes());
        let mut whole = vec![0xff, 0xff];
        whole.extend(b"ton-connect");
        whole.extend(digest(&SHA256, &item).as_ref());
        let signature = self.key.sign(digest(&SHA256, &whole).as_ref());
        let proof = json!({
            "timestamp": 1_800_000_000,
            "domain": {"lengthBytes": domain.len(), "value": domain},
            "payload": challenge,
            "signature": STANDARD.encode(signature.as_ref()),
        });
        proof.to_string()
    }

    /// Pays a link as it says, and answers the message that did it.
    pub(super) fn pay(&self, world: &World, link: &Value) -> String {
        let (boc, arrived) = self.message(world, link);
        world.settled.push(arrived);
        boc
    }

    /// A message that would pay a link, and what would arrive.
    pub(super) fn message(&self, world: &World, link: &Value) -> (String, Arrived) {
        let number = self.sent.fetch_add(1, Ordering::Relaxed);
        let mut external = CellBuilder::new();
        external.store_u32(number).unwrap();
        external.store_raw(&hash_of(&self.init), 256).unwrap();
        let external = external.build().unwrap();
        let message = &link["transaction"]["messages"][0];
        let body = URL_SAFE_NO_PAD.decode(text(&message["payload"])).unwrap();
        let cell = Boc::decode(&body).unwrap();
        let arrived = Arrived {
            // As unlike any other as the message is.
            transaction: hash_of(&external).map(|byte| !byte),
            external: hash_of(&external),
            from: self.address.clone(),
            to: raw_address(text(&message["address"])).unwrap(),
            nano: text(&message["amount"]).parse().unwrap(),
            body,
            body_hash: hash_of(&cell),
            at: world.clock.now(),
        };
        (STANDARD.encode(Boc::encode(&external)), arrived)
    }
}
