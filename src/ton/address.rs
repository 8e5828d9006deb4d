//! Addresses in the forms people paste. Inside there is only the raw form.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use starkeeper_actors::domain::ids::{Hash256, WalletAddress};

use super::contract::TonNetwork;

/// A text that is no address.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error(
    "wallet address {text:?} is not valid: expected 0:<64 hex digits>, or the form UQ… or EQ… with 48 characters"
)]
pub struct BadAddress {
    /// As given, shortened to 80 characters.
    pub text: String,
}

/// The tag of an address to which money is sent back if it does not exist; with 0x40 it stays.
const BOUNCEABLE: u8 = 0x11;
const NOT_BOUNCEABLE: u8 = 0x51;
const TEST_ONLY: u8 = 0x80;

/// Reads the raw form or a friendly one of either kind, and of either network: the account is the
/// same.
///
/// # Errors
/// Anything else, and a checksum that does not fit.
pub fn parse_address(text: &str) -> Result<WalletAddress, BadAddress> {
    let text = text.trim();
    let bad = || BadAddress {
        text: text.chars().take(80).collect(),
    };
    if text.contains(':') {
        return WalletAddress::parse(text).map_err(|_| bad());
    }
    let standard = text.contains(['+', '/']);
    let bytes = if standard {
        STANDARD.decode(text)
    } else {
        URL_SAFE_NO_PAD.decode(text)
    };
    let bytes: [u8; 36] = bytes
        .ok()
        .and_then(|bytes| bytes.try_into().ok())
        .ok_or_else(bad)?;
    let (body, sum) = bytes.split_at(34);
    let [tag, workchain, hash @ ..] = body else {
        return Err(bad());
    };
    let known = [BOUNCEABLE, NOT_BOUNCEABLE].contains(&(tag & !TEST_ONLY));
    let hash = <[u8; 32]>::try_from(hash).ok();
    let workchain = match workchain {
        0 => "0",
        0xff => "-1",
        _ => return Err(bad()),
    };
    match hash.filter(|_| known && crc16(body).to_be_bytes() == sum) {
        Some(hash) => {
            WalletAddress::parse(&format!("{workchain}:{}", Hash256::new(hash))).map_err(|_| bad())
        }
        None => Err(bad()),
    }
}

/// The form that wallets show for an account that takes money: not bounceable, `UQ…`.
#[must_use]
pub fn friendly(address: WalletAddress, network: TonNetwork) -> String {
    let test = match network {
        TonNetwork::Main => 0,
        TonNetwork::Test => TEST_ONLY,
    };
    let [workchain] = address.workchain().to_be_bytes();
    let mut bytes = vec![NOT_BOUNCEABLE | test, workchain];
    bytes.extend_from_slice(address.hash().bytes());
    let sum = crc16(&bytes).to_be_bytes();
    bytes.extend_from_slice(&sum);
    URL_SAFE_NO_PAD.encode(bytes)
}

/// CRC-16/XMODEM.
fn crc16(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0, |crc: u16, byte| {
        (0..8).fold(crc ^ (u16::from(*byte) << 8), |crc, _| {
            let shifted = crc << 1;
            if crc & 0x8000 == 0 {
                shifted
            } else {
                shifted ^ 0x1021
            }
        })
    })
}
