//! The key that seals jars. It never leaves this module and never prints.

use std::fmt;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chacha20poly1305::{KeyInit as _, XChaCha20Poly1305};
use hkdf::Hkdf;
use sha2::Sha256;
use starkeeper_actors::domain::ids::{Hash256, Pseudonym, TelegramId};
use zeroize::Zeroizing;

/// What a key that is derived is for: another purpose gives another key.
const PURPOSE: &[u8] = b"starkeeper: cookie jars, 1";

/// What the key of pseudonyms is for.
const PEOPLE: &[u8] = b"starkeeper: erased people, 1";

/// The key of the vault, 256 bits. Cheap to clone; wiped with its last clone.
#[derive(Clone)]
pub struct VaultKey(Arc<Keys>);

struct Keys {
    jars: XChaCha20Poly1305,
    people: Zeroizing<[u8; 32]>,
}

/// Why a text is no key. It never holds the text.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum BadVaultKey {
    /// It is not base64.
    #[error("is not base64; expected 32 random bytes, as `openssl rand -base64 32` prints them")]
    NotBase64,
    /// It has another length.
    #[error(
        "has {found} bytes; expected 32 random bytes, as `openssl rand -base64 32` prints them"
    )]
    Length {
        /// How many bytes it has.
        found: usize,
    },
    /// Nothing can be derived from so little.
    #[error("has {found} bytes; expected at least 16 to derive a key from")]
    TooLittle {
        /// How many bytes there are.
        found: usize,
    },
}

impl VaultKey {
    /// Reads a key of 32 bytes in base64.
    ///
    /// # Errors
    /// It is not base64, or not 32 bytes.
    pub fn parse(text: &str) -> Result<Self, BadVaultKey> {
        let bytes = STANDARD
            .decode(text.trim())
            .map_err(|_| BadVaultKey::NotBase64)?;
        let found = bytes.len();
        let key: [u8; 32] = bytes
            .try_into()
            .map_err(|_| BadVaultKey::Length { found })?;
        Ok(Self::of(&Zeroizing::new(key)))
    }

    fn of(key: &Zeroizing<[u8; 32]>) -> Self {
        let jars = XChaCha20Poly1305::new(&(**key).into());
        let people = key.clone();
        Self(Arc::new(Keys { jars, people }))
    }

    /// Derives the key from a secret that is there anyway, such as the wallet's seed. The same
    /// secret gives the same key; the key tells nothing about the secret.
    ///
    /// # Errors
    /// There is too little to derive from.
    pub fn derived_from(secret: &[u8]) -> Result<Self, BadVaultKey> {
        let found = secret.len();
        if found < 16 {
            return Err(BadVaultKey::TooLittle { found });
        }
        let mut key = [0; 32];
        Hkdf::<Sha256>::new(None, secret)
            .expand(PURPOSE, &mut key)
            .map_err(|_| BadVaultKey::TooLittle { found })?;
        Ok(Self::of(&Zeroizing::new(key)))
    }

    pub(super) fn cipher(&self) -> &XChaCha20Poly1305 {
        &self.0.jars
    }

    /// A hash of a person under this key.
    pub(super) fn pseudonym(&self, person: TelegramId) -> Option<Pseudonym> {
        let mut hash = [0; 32];
        let id = person.get().to_be_bytes();
        Hkdf::<Sha256>::new(None, self.0.people.as_slice())
            .expand_multi_info(&[PEOPLE, &id], &mut hash)
            .ok()?;
        Some(Pseudonym::new(Hash256::new(hash)))
    }
}

impl fmt::Debug for VaultKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("VaultKey(***)")
    }
}
