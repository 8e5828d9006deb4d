//! Seeded randomness: names, addresses and hashes that look like the real ones.
//!
//! The same seed and the same calls in the same order give the same text. Nothing here is secret.

use std::sync::Mutex;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use fastrand::Rng;
use serde::{Deserialize, Serialize};

use super::hold;

const HEX: &[u8] = b"0123456789abcdef";
const BASE58: &[u8] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
const URL_SAFE: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const BECH32: &[u8] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";

/// The letters an invented text is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Letters {
    /// `0-9a-f`.
    Hex,
    /// Bitcoin's: no 0, O, I, l.
    Base58,
    /// Base64 for addresses in links.
    UrlSafe,
    /// Those of `bc1…` addresses.
    Bech32,
}

/// The dice of one world.
#[derive(Debug)]
pub(crate) struct Dice {
    seed: u64,
    rng: Mutex<Rng>,
}

/// Dice that are written down: how they began, and how they lie.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct Thrown {
    seed: u64,
    at: u64,
}

impl Dice {
    /// As they are written down.
    pub(crate) fn thrown(&self) -> Thrown {
        Thrown {
            seed: self.seed,
            at: hold(&self.rng).get_seed(),
        }
    }

    /// Dice that fall as those would have fallen, so that no name comes twice.
    pub(crate) fn again(thrown: Thrown) -> Self {
        Self {
            seed: thrown.seed,
            rng: Mutex::new(Rng::with_seed(thrown.at)),
        }
    }

    /// Dice that always fall the same way for the same seed.
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            seed,
            rng: Mutex::new(Rng::with_seed(seed)),
        }
    }

    /// The seed they were made from.
    pub(crate) fn seed(&self) -> u64 {
        self.seed
    }

    /// Begins again from the same seed.
    pub(crate) fn reset(&self) {
        *hold(&self.rng) = Rng::with_seed(self.seed);
    }

    /// A seed for somebody else's dice: small enough to be read out and typed again.
    pub(crate) fn fresh_seed(&self) -> u64 {
        u64::from(hold(&self.rng).u32(..))
    }

    /// A number from `least` to `most`, both included.
    pub(crate) fn between(&self, least: u32, most: u32) -> u32 {
        hold(&self.rng).u32(least..=most)
    }

    /// `length` letters.
    pub(crate) fn text(&self, letters: Letters, length: usize) -> String {
        let alphabet = match letters {
            Letters::Hex => HEX,
            Letters::Base58 => BASE58,
            Letters::UrlSafe => URL_SAFE,
            Letters::Bech32 => BECH32,
        };
        let mut rng = hold(&self.rng);
        (0..length)
            .filter_map(|_| rng.choice(alphabet))
            .map(|letter| char::from(*letter))
            .collect()
    }

    /// 32 bytes in padded base64, as TON writes a hash: often with `/` and `+`.
    pub(crate) fn base64_hash(&self) -> String {
        let mut bytes = [0_u8; 32];
        hold(&self.rng).fill(&mut bytes);
        STANDARD.encode(bytes)
    }

    /// A name of the form `xxxxxxxx-xxxx-4xxx-8xxx-xxxxxxxxxxxx`.
    pub(crate) fn uuid(&self) -> String {
        let part = |length| self.text(Letters::Hex, length);
        format!(
            "{}-{}-4{}-8{}-{}",
            part(8),
            part(4),
            part(3),
            part(3),
            part(12)
        )
    }
}

/// A seed nobody chose.
pub(crate) fn unforeseen_seed() -> u64 {
    let mut bytes = [0_u8; 4];
    match getrandom::fill(&mut bytes) {
        Ok(()) => u64::from(u32::from_le_bytes(bytes)),
        // Without the system's randomness fastrand still has addresses and time to draw from.
        Err(_) => u64::from(fastrand::u32(..)),
    }
}
