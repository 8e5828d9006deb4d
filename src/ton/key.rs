//! The key: one type that holds it, wipes it and never shows it.

use ed25519_dalek::{Signer as _, SigningKey};
use secrecy::SecretString;
use starkeeper_actors::domain::ids::Hash256;

use super::words::{BadWords, seed_of};

/// The key of a wallet, in every version of the contract the same. Its bytes are wiped when it is
/// dropped; there is no way to read them.
///
/// What it signs is decided by [`TonSigner`](super::TonSigner) alone.
pub struct WalletKey(SigningKey);

/// Shows nothing: not even the public part, which names the wallet.
impl std::fmt::Debug for WalletKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("WalletKey(***)")
    }
}

impl WalletKey {
    /// The key of these 24 words. Takes a tenth of a second: the words are stretched.
    ///
    /// # Errors
    /// [`BadWords`] says what is wrong without telling a word.
    pub fn from_words(words: &SecretString) -> Result<Self, BadWords> {
        let seed = seed_of(words)?;
        Ok(Self(SigningKey::from_bytes(&seed)))
    }

    /// The public part.
    #[must_use]
    pub fn public(&self) -> [u8; 32] {
        self.0.verifying_key().to_bytes()
    }

    /// Signs a hash. Private to this module's parent: only a checked intent or a proof comes here.
    pub(super) fn sign(&self, hash: &Hash256) -> [u8; 64] {
        self.0.sign(hash.bytes()).to_bytes()
    }
}
