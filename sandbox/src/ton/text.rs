//! How addresses, hashes and cells are written, and read in every form that is in use.

use std::str::FromStr as _;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE, URL_SAFE_NO_PAD};
use tycho_types::models::{StdAddr, StdAddrFormat};
use tycho_types::prelude::{Boc, Cell, HashBytes};

/// An address in any form: raw or friendly, base64 or its form for links.
pub(crate) fn address(text: &str) -> Option<StdAddr> {
    let (address, _flags) = StdAddr::from_str_ext(text.trim(), StdAddrFormat::any()).ok()?;
    (address.workchain == 0 || address.workchain == -1).then_some(address)
}

/// `0:<64 hex>` in small letters.
pub(crate) fn raw(address: &StdAddr) -> String {
    format!("{}:{}", address.workchain, address.address)
}

/// The same in capitals, as the index writes it.
pub(crate) fn raw_upper(address: &StdAddr) -> String {
    format!("{}:{:X}", address.workchain, address.address)
}

/// The friendly form.
pub(crate) fn friendly(address: &StdAddr, bounceable: bool) -> String {
    address.display_base64_url(bounceable).to_string()
}

/// A hash in hex, base64 or base64 for links, padded or not.
pub(crate) fn hash(text: &str) -> Option<HashBytes> {
    if text.len() == 64 {
        return HashBytes::from_str(text).ok();
    }
    let bytes = STANDARD
        .decode(text)
        .or_else(|_| URL_SAFE.decode(text))
        .or_else(|_| URL_SAFE_NO_PAD.decode(text))
        .ok()?;
    <[u8; 32]>::try_from(bytes).ok().map(HashBytes)
}

/// A hash in padded base64.
pub(crate) fn base64_hash(hash: &HashBytes) -> String {
    STANDARD.encode(hash.0)
}

/// A cell as a BOC in base64.
pub(crate) fn base64_boc(cell: &Cell) -> String {
    Boc::encode_base64(cell)
}
