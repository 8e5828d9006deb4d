//! Signatures: `md5(base64(text) ‖ key)` in lower-case hex, of requests and of webhooks alike
//! (Heleket's documentation, request format).

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest as _, Md5};
use secrecy::{ExposeSecret as _, SecretString};
use subtle::ConstantTimeEq as _;

#[cfg(test)]
mod tests;

/// Longer texts are no key of Heleket's, whose keys have 128 characters at most.
const LONGEST_KEY: usize = 256;

/// A key of the account: the payment key or the payout key. Prints itself masked.
#[derive(Clone)]
pub struct ApiKey(SecretString);

/// Why a text is no key. Never repeats the text.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("the key is not valid: expected 1 to 256 visible ASCII characters without spaces")]
pub struct BadKey;

impl ApiKey {
    /// Takes the key as Heleket shows it.
    ///
    /// # Errors
    /// [`BadKey`] if it is empty, too long, or holds a space or a character no key has. An empty
    /// key would sign everything that anybody can sign.
    pub fn new(text: &str) -> Result<Self, BadKey> {
        let good = text.bytes().all(|byte| byte.is_ascii_graphic());
        if text.is_empty() || text.len() > LONGEST_KEY || !good {
            return Err(BadKey);
        }
        Ok(Self(text.into()))
    }

    /// Signs exactly these bytes.
    pub(super) fn sign(&self, text: &[u8]) -> Sign {
        let mut md5 = Md5::new();
        md5.update(STANDARD.encode(text));
        md5.update(self.0.expose_secret());
        let hex = md5.finalize().iter().fold(String::new(), |mut hex, byte| {
            for nibble in [byte >> 4, byte & 15] {
                hex.extend(char::from_digit(nibble.into(), 16));
            }
            hex
        });
        Sign(hex)
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// A signature: 32 lower-case hex digits. Whoever knows one can repeat its message, and with an
/// empty message it is the key's own hash; so it is never printed.
pub(super) struct Sign(String);

impl Sign {
    /// Characters of a signature.
    pub(super) const LENGTH: usize = 32;

    /// Whether `claimed` is this signature; takes the same time wherever they differ.
    pub(super) fn is(&self, claimed: &str) -> bool {
        self.0.as_bytes().ct_eq(claimed.as_bytes()).into()
    }

    /// For the header of a request.
    pub(super) fn expose(&self) -> &str {
        &self.0
    }
}
