//! Wallets as their owners have them: a key, and messages signed with it, laid out by hand.

use std::str::FromStr as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::signature::{Ed25519KeyPair, KeyPair as _};
use serde_json::Value;
use tycho_types::models::StdAddr;
use tycho_types::num::Tokens;
use tycho_types::prelude::{Boc, Cell, CellBuilder, CellFamily as _, HashBytes, Store};

/// The seed of the vectors' mnemonic.
const VECTORS_SEED: &str = "ea4150ea27d6fdb9aee3837a4480cab131fcd46da78b9d641f8c88462af692cb";

/// Where fragment.com takes its money.
pub const SHOP: &str = "UQBAjaOyi2wGWlk-EDkSabqqnF-MrrwMadnwqrurKpkla4QB";

/// An account that nobody has deployed.
pub const NOBODY: &str = "0:1111111111111111111111111111111111111111111111111111111111111111";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Version {
    V4,
    V5,
}

impl Version {
    pub const BOTH: [Self; 2] = [Self::V4, Self::V5];

    pub fn name(self) -> &'static str {
        match self {
            Self::V4 => "v4r2",
            Self::V5 => "v5r1",
        }
    }

    pub fn id(self) -> u32 {
        match self {
            Self::V4 => 698_983_191,
            Self::V5 => 2_147_483_409,
        }
    }

    /// How it refuses another number, an old message, a false signature.
    pub fn exits(self) -> [i32; 3] {
        match self {
            Self::V4 => [33, 36, 35],
            Self::V5 => [133, 136, 135],
        }
    }
}

pub fn fixture(name: &str) -> Value {
    let path = format!("{}/tests/fixtures/{name}", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

pub struct Wallet {
    pub version: Version,
    pub address: StdAddr,
    key: Ed25519KeyPair,
    code: Cell,
    data: Cell,
}

/// One payment of a message.
#[derive(Clone)]
pub struct Send {
    pub to: StdAddr,
    pub nano: u128,
    pub bounce: bool,
    pub mode: u8,
    pub body: Cell,
}

impl Send {
    pub fn new(to: &str, nano: u128, comment: &str) -> Self {
        let (to, _) = StdAddr::from_str_ext(to, tycho_types::models::StdAddrFormat::any()).unwrap();
        Self {
            to,
            nano,
            bounce: false,
            mode: 3,
            body: comment_cell(comment),
        }
    }
}

impl Wallet {
    /// The wallet of the vectors.
    pub fn of_vectors(version: Version) -> Self {
        Self::of(version, HashBytes::from_str(VECTORS_SEED).unwrap().0)
    }

    /// Another one.
    pub fn new(version: Version, seed: u8) -> Self {
        Self::of(version, [seed; 32])
    }

    fn of(version: Version, seed: [u8; 32]) -> Self {
        let key = Ed25519KeyPair::from_seed_unchecked(&seed).unwrap();
        let public: [u8; 32] = key.public_key().as_ref().try_into().unwrap();
        let codes = fixture("ton_wallet_code.json");
        let code = Boc::decode_base64(codes[version.name()].as_str().unwrap()).unwrap();
        let data = build(|data| {
            if version == Version::V5 {
                data.store_bit_one().unwrap();
            }
            data.store_u32(0).unwrap();
            data.store_u32(version.id()).unwrap();
            data.store_u256(&HashBytes(public)).unwrap();
            data.store_bit_zero().unwrap();
        });
        let state = state_init(&code, &data);
        Self {
            version,
            address: StdAddr::new(0, *state.repr_hash()),
            key,
            code,
            data,
        }
    }

    pub fn raw(&self) -> String {
        self.address.to_string()
    }

    /// Signs a message; returns its cell.
    pub fn sign(&self, seqno: u32, valid_until: u32, with_init: bool, sends: &[Send]) -> Cell {
        let body = match self.version {
            Version::V4 => self.fourth(seqno, valid_until, sends),
            Version::V5 => self.fifth(seqno, valid_until, sends),
        };
        build(|message| {
            message.store_small_uint(0b10, 2).unwrap();
            message.store_small_uint(0b00, 2).unwrap();
            store(message, &self.address);
            store(message, &Tokens::ZERO);
            message.store_bit(with_init).unwrap();
            if with_init {
                message.store_bit_one().unwrap();
                message
                    .store_reference(state_init(&self.code, &self.data))
                    .unwrap();
            }
            message.store_bit_one().unwrap();
            message.store_reference(body).unwrap();
        })
    }

    fn fourth(&self, seqno: u32, valid_until: u32, sends: &[Send]) -> Cell {
        let signed = build(|signed| {
            signed.store_u32(self.version.id()).unwrap();
            signed.store_u32(valid_until).unwrap();
            signed.store_u32(seqno).unwrap();
            signed.store_u8(0).unwrap();
            for send in sends {
                signed.store_u8(send.mode).unwrap();
                signed.store_reference(internal(send)).unwrap();
            }
        });
        let signature = self.key.sign(&signed.repr_hash().0);
        build(|body| {
            body.store_raw(signature.as_ref(), 512).unwrap();
            body.store_slice(signed.as_slice().unwrap()).unwrap();
        })
    }

    fn fifth(&self, seqno: u32, valid_until: u32, sends: &[Send]) -> Cell {
        let mut list = Cell::default();
        for send in sends {
            list = build(|action| {
                action.store_reference(list.clone()).unwrap();
                action.store_u32(0x0ec3_c86d).unwrap();
                action.store_u8(send.mode).unwrap();
                action.store_reference(internal(send)).unwrap();
            });
        }
        let signed = build(|signed| {
            signed.store_u32(0x7369_676e).unwrap();
            signed.store_u32(self.version.id()).unwrap();
            signed.store_u32(valid_until).unwrap();
            signed.store_u32(seqno).unwrap();
            signed.store_bit_one().unwrap();
            signed.store_reference(list).unwrap();
            signed.store_bit_zero().unwrap();
        });
        let signature = self.key.sign(&signed.repr_hash().0);
        build(|body| {
            body.store_slice(signed.as_slice().unwrap()).unwrap();
            body.store_raw(signature.as_ref(), 512).unwrap();
        })
    }
}

fn internal(send: &Send) -> Cell {
    build(|message| {
        // No hypercube routing, the bounce flag, not bounced, no source yet.
        message.store_small_uint(0b01, 2).unwrap();
        message.store_bit(send.bounce).unwrap();
        message.store_small_uint(0b000, 3).unwrap();
        store(message, &send.to);
        store(message, &Tokens::new(send.nano));
        message.store_bit_zero().unwrap();
        store(message, &Tokens::ZERO);
        store(message, &Tokens::ZERO);
        message.store_u64(0).unwrap();
        message.store_u32(0).unwrap();
        message.store_bit_zero().unwrap();
        message.store_bit_one().unwrap();
        message.store_reference(send.body.clone()).unwrap();
    })
}

fn state_init(code: &Cell, data: &Cell) -> Cell {
    build(|state| {
        state.store_small_uint(0b00110, 5).unwrap();
        state.store_reference(code.clone()).unwrap();
        state.store_reference(data.clone()).unwrap();
    })
}

/// Operation zero and a text, broken after 35 bytes as fragment.com breaks it.
pub fn comment_cell(text: &str) -> Cell {
    let bytes = text.as_bytes();
    let (first, rest) = bytes.split_at(bytes.len().min(35));
    build(|cell| {
        cell.store_u32(0).unwrap();
        cell.store_raw(first, u16::try_from(first.len() * 8).unwrap())
            .unwrap();
        if !rest.is_empty() {
            let next = build(|cell| {
                let bits = u16::try_from(rest.len() * 8).unwrap();
                cell.store_raw(rest, bits).unwrap();
            });
            cell.store_reference(next).unwrap();
        }
    })
}

fn build(with: impl FnOnce(&mut CellBuilder)) -> Cell {
    let mut builder = CellBuilder::new();
    with(&mut builder);
    builder.build().unwrap()
}

fn store(builder: &mut CellBuilder, value: &impl Store) {
    value.store_into(builder, Cell::empty_context()).unwrap();
}

pub fn boc(cell: &Cell) -> String {
    Boc::encode_base64(cell)
}

pub fn base64(hash: &HashBytes) -> String {
    STANDARD.encode(hash.0)
}
