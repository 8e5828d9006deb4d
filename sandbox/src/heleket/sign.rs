//! The gateway's signature: `md5(base64(bytes) + key)` in lower-case hex.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest as _, Md5};
use std::fmt::Write as _;

/// The signature of exactly these bytes.
pub(crate) fn sign(bytes: &[u8], key: &str) -> String {
    let mut hash = Md5::new();
    hash.update(STANDARD.encode(bytes));
    hash.update(key);
    hash.finalize()
        .iter()
        .fold(String::with_capacity(32), |mut hex, byte| {
            // Writing into a String cannot fail.
            let _always = write!(hex, "{byte:02x}");
            hex
        })
}
