//! The form of a stored jar: `1.` and, in base64, a random nonce with the ciphertext of
//! XChaCha20-Poly1305. Login and version are authenticated with it, so that no row can stand in
//! for another.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use chacha20poly1305::XNonce;
use chacha20poly1305::aead::{Aead as _, Payload};
use starkeeper_actors::domain::ids::LoginId;

use super::VaultKey;

/// The only form there is so far.
const FORM: &str = "1.";
/// Random nonces of this length, in bytes, do not meet.
const NONCE: usize = 24;

/// Why a jar was not sealed or opened. It never holds any of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub(super) enum SealFailed {
    /// The machine gives no random bytes.
    #[error("there are no random bytes")]
    NoRandomness,
    /// The cipher takes no more.
    #[error("it is too long to be sealed")]
    TooLong,
    /// A newer binary wrote it, or somebody else.
    #[error("it is in a form that this version does not know")]
    Form,
    /// Another key, or another row's bytes.
    #[error(
        "it does not open with this key; expected the VAULT_KEY, or without one the seed phrase, \
         under which it was stored. Import cookies again if that is lost"
    )]
    Key,
}

pub(super) fn seal(
    key: &VaultKey,
    login: LoginId,
    version: i64,
    jar: &[u8],
) -> Result<String, SealFailed> {
    let mut nonce = [0; NONCE];
    getrandom::fill(&mut nonce).map_err(|_| SealFailed::NoRandomness)?;
    let aad = bound_to(login, version);
    let payload = Payload {
        msg: jar,
        aad: aad.as_bytes(),
    };
    let sealed = key
        .cipher()
        .encrypt(&XNonce::from(nonce), payload)
        .map_err(|_| SealFailed::TooLong)?;
    let whole = [nonce.as_slice(), &sealed].concat();
    Ok(format!("{FORM}{}", STANDARD_NO_PAD.encode(whole)))
}

pub(super) fn open(
    key: &VaultKey,
    login: LoginId,
    version: i64,
    sealed: &str,
) -> Result<Vec<u8>, SealFailed> {
    let encoded = sealed.strip_prefix(FORM).ok_or(SealFailed::Form)?;
    let whole = STANDARD_NO_PAD
        .decode(encoded)
        .map_err(|_| SealFailed::Form)?;
    let (nonce, msg) = whole.split_first_chunk::<NONCE>().ok_or(SealFailed::Form)?;
    let aad = bound_to(login, version);
    let payload = Payload {
        msg,
        aad: aad.as_bytes(),
    };
    key.cipher()
        .decrypt(&XNonce::from(*nonce), payload)
        .map_err(|_| SealFailed::Key)
}

fn bound_to(login: LoginId, version: i64) -> String {
    format!("starkeeper jar, login {}, version {version}", login.get())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const LOGIN: LoginId = LoginId::new(1);

    fn key(byte: u8) -> VaultKey {
        VaultKey::derived_from(&[byte; 32]).unwrap()
    }

    #[test]
    fn a_jar_opens_only_with_its_key_in_its_own_row_and_whole() {
        let sealed = seal(&key(1), LOGIN, 3, b"stel_ssid=secret").unwrap();
        assert!(!sealed.contains("secret"));
        let opened = open(&key(1), LOGIN, 3, &sealed);
        assert_eq!(opened.as_deref(), Ok(b"stel_ssid=secret".as_slice()));
        let wrong = Err(SealFailed::Key);
        assert_eq!(open(&key(2), LOGIN, 3, &sealed), wrong);
        assert_eq!(open(&key(1), LoginId::new(2), 3, &sealed), wrong);
        assert_eq!(open(&key(1), LOGIN, 4, &sealed), wrong);
        let mut bytes = STANDARD_NO_PAD
            .decode(sealed.strip_prefix(FORM).unwrap())
            .unwrap();
        for place in 0..bytes.len() {
            bytes[place] ^= 1;
            let spoilt = format!("{FORM}{}", STANDARD_NO_PAD.encode(&bytes));
            assert_eq!(open(&key(1), LOGIN, 3, &spoilt), wrong, "byte {place}");
            bytes[place] ^= 1;
        }
        for unknown in ["", "2.AAAA", "1.!", "1.AAAA"] {
            assert_eq!(open(&key(1), LOGIN, 3, unknown), Err(SealFailed::Form));
        }
    }

    #[test]
    fn the_same_jar_never_looks_the_same() {
        let one = seal(&key(1), LOGIN, 1, b"same");
        assert_ne!(one, seal(&key(1), LOGIN, 1, b"same"));
    }

    #[test]
    fn a_key_is_32_bytes_and_never_printed() {
        use super::super::BadVaultKey;
        let text = "q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA=";
        let key = VaultKey::parse(text).unwrap();
        assert_eq!(format!("{key:?}"), "VaultKey(***)");
        let short = VaultKey::parse("q83v").unwrap_err();
        assert_eq!(short, BadVaultKey::Length { found: 3 });
        let bad = VaultKey::parse("correct horse!").unwrap_err();
        assert_eq!(bad, BadVaultKey::NotBase64);
        assert!(!bad.to_string().contains("horse"));
    }

    proptest! {
        #[test]
        fn whatever_is_sealed_is_opened(jar: Vec<u8>, version in 1_i64..) {
            let sealed = seal(&key(7), LOGIN, version, &jar).unwrap();
            prop_assert_eq!(open(&key(7), LOGIN, version, &sealed), Ok(jar));
        }

        #[test]
        fn no_text_at_all_panics(text: String) {
            let opened = open(&key(7), LOGIN, 1, &text);
            prop_assert!(opened.is_err());
        }
    }
}
