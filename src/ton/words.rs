//! The 24 words of a wallet: reading, checking, drawing anew.
//!
//! The same list as BIP-39, another derivation. A phrase carries a check of eight bits: a mistyped
//! or swapped word would otherwise be another wallet, silently. One wrong phrase of 256 passes it,
//! so the address is compared with the configuration besides.

use std::fmt;
use std::num::NonZeroU32;

use ring::hmac;
use ring::pbkdf2::{self, PBKDF2_HMAC_SHA512};
use secrecy::{ExposeSecret as _, SecretString};
use zeroize::Zeroizing;

/// The list, a word a line.
const ENGLISH: &str = include_str!("english.txt");
/// Words of a phrase.
const WORDS: usize = 24;
/// Rounds of the key (TON's mnemonic standard); the check takes one 256th of them.
const ROUNDS: NonZeroU32 = NonZeroU32::MIN.saturating_add(100_000 - 1);
/// Rounds of the check.
const CHECK_ROUNDS: NonZeroU32 = NonZeroU32::MIN.saturating_add(100_000 / 256 - 1);

/// Why words are no phrase. No word is told: it is a secret even if it is wrong.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum BadWords {
    /// Not 24.
    Count(usize),
    /// One is not on the list.
    NotOnTheList {
        /// Which, counted from 1.
        place: usize,
    },
    /// The words are on the list, and the phrase does not check.
    Check,
    /// The machine gave no randomness.
    NoRandomness,
}

impl fmt::Display for BadWords {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Count(found) => write!(f, "expected 24 words, found {found}"),
            Self::NotOnTheList { place } => {
                write!(
                    f,
                    "word {place} is not one of the 2048 words of the list: expected 24 of them, with \
                     nothing but spaces between"
                )
            }
            Self::Check => f.write_str(
                "the words do not check: one is mistyped, or two are swapped, or the phrase has a password or is not one of TON's",
            ),
            Self::NoRandomness => f.write_str("the machine gives no randomness"),
        }
    }
}

impl std::error::Error for BadWords {}

/// What the words stretch to: the seed of the key.
pub(super) fn seed_of(phrase: &SecretString) -> Result<Zeroizing<[u8; 32]>, BadWords> {
    let phrase = normal(phrase.expose_secret())?;
    let entropy = entropy(&phrase);
    if !checks(&entropy) {
        return Err(BadWords::Check);
    }
    let long = stretch(&entropy, b"TON default seed", ROUNDS);
    let mut seed = Zeroizing::new([0_u8; 32]);
    seed.iter_mut()
        .zip(long.iter())
        .for_each(|(to, from)| *to = *from);
    Ok(seed)
}

/// Draws a phrase that checks: about 256 tries of a few hundred rounds each.
///
/// # Errors
/// The machine gives no randomness.
pub fn draw_words() -> Result<SecretString, BadWords> {
    let list: Vec<&str> = ENGLISH.split_whitespace().collect();
    loop {
        let mut lots = Zeroizing::new([0_u8; 2 * WORDS]);
        getrandom::fill(lots.as_mut_slice()).map_err(|_| BadWords::NoRandomness)?;
        let mut phrase = Zeroizing::new(String::with_capacity(WORDS * 9));
        for lot in lots.chunks_exact(2) {
            // 2048 divides 65536, so every word is as likely.
            let lot = lot.iter().fold(0_usize, |all, byte| {
                all.wrapping_mul(256).wrapping_add(usize::from(*byte))
            });
            if !phrase.is_empty() {
                phrase.push(' ');
            }
            phrase.push_str(list.get(lot % 2048).copied().unwrap_or_default());
        }
        if checks(&entropy(&phrase)) {
            return Ok(SecretString::from(phrase.as_str()));
        }
    }
}

/// The words in lower case with single blanks, each on the list.
fn normal(phrase: &str) -> Result<Zeroizing<String>, BadWords> {
    let count = phrase.split_whitespace().count();
    if count != WORDS {
        return Err(BadWords::Count(count));
    }
    let mut normal = Zeroizing::new(String::with_capacity(phrase.len().saturating_add(WORDS)));
    for (place, word) in (1..).zip(phrase.split_whitespace()) {
        let word = Zeroizing::new(word.to_lowercase());
        if !ENGLISH
            .split_whitespace()
            .any(|known| known == word.as_str())
        {
            return Err(BadWords::NotOnTheList { place });
        }
        if place > 1 {
            normal.push(' ');
        }
        normal.push_str(&word);
    }
    Ok(normal)
}

fn entropy(phrase: &str) -> Zeroizing<[u8; 64]> {
    let mut entropy = Zeroizing::new([0_u8; 64]);
    let key = hmac::Key::new(hmac::HMAC_SHA512, phrase.as_bytes());
    entropy
        .iter_mut()
        .zip(hmac::sign(&key, b"").as_ref())
        .for_each(|(to, from)| *to = *from);
    entropy
}

fn checks(entropy: &[u8; 64]) -> bool {
    let check = stretch(entropy, b"TON seed version", CHECK_ROUNDS);
    check.first() == Some(&0)
}

/// `ring` compiles this into its own code, so that the rounds are fast in every profile.
fn stretch(entropy: &[u8; 64], salt: &[u8], rounds: NonZeroU32) -> Zeroizing<[u8; 64]> {
    let mut long = Zeroizing::new([0_u8; 64]);
    pbkdf2::derive(
        PBKDF2_HMAC_SHA512,
        rounds,
        salt,
        entropy,
        long.as_mut_slice(),
    );
    long
}
