//! The payload of a link: a cell that is passed on as it is, with the text inside it.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use starkeeper_actors::domain::ids::{Hash256, WalletAddress};
use starkeeper_actors::domain::transfer::Boc;
use ton_core::cell::{BoC, CellType, TonCell};
use ton_core::errors::TonCoreError;
use ton_core::types::TonAddress;

use super::wire::{Unread, unread};

/// The longest text that is read, in bytes: Fragment's are about fifty.
const LONGEST: usize = 1024;
/// The most cells that are followed.
const MOST_CELLS: usize = 16;

/// With or without the padding: newest answers have none.
const LENIENT: GeneralPurposeConfig =
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
const URL_SAFE: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, LENIENT);
const STANDARD: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, LENIENT);

/// A payload that was read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Payload {
    /// The bytes that are passed on.
    pub(super) boc: Boc,
    /// Hash of the cell.
    pub(super) hash: Hash256,
    /// What a person sees.
    pub(super) text: String,
}

const WHAT: &str = "payload";

/// Reads a payload in base64, of either alphabet.
pub(super) fn read(encoded: &str) -> Result<Payload, Unread> {
    let bytes = URL_SAFE
        .decode(encoded)
        .or_else(|_| STANDARD.decode(encoded));
    let bytes = bytes.map_err(|_| unread(WHAT, "base64"))?;
    let bad = |_: TonCoreError| unread(WHAT, "a bag with one cell of text");
    let root = BoC::from_bytes(bytes.clone()).map_err(bad)?;
    let root = root.single_root().map_err(bad)?;
    let hash = *root.hash().map_err(bad)?.as_slice_sized();
    Ok(Payload {
        boc: Boc::new(bytes),
        hash: Hash256::new(hash),
        text: text(&root)?,
    })
}

/// Operation 0, then UTF-8, going on in one reference after another.
fn text(root: &TonCell) -> Result<String, Unread> {
    let bad = || unread(WHAT, "a text of at most 1024 bytes");
    let mut text = Vec::new();
    let mut cell = root;
    for place in 0..MOST_CELLS {
        let mut parser = cell.parser();
        let bits = parser.data_bits_left().map_err(|_| bad())?;
        if cell.cell_type() != CellType::Ordinary || !bits.is_multiple_of(8) {
            return Err(bad());
        }
        let bytes = parser.read_bits(bits).map_err(|_| bad())?;
        let words = match place {
            0 => bytes.strip_prefix(&[0_u8; 4]).ok_or_else(bad)?,
            _ => bytes.as_slice(),
        };
        text.extend_from_slice(words);
        if text.len() > LONGEST {
            return Err(bad());
        }
        match cell.refs() {
            [] => return String::from_utf8(text).map_err(|_| bad()),
            [next] => cell = next,
            _ => return Err(bad()),
        }
    }
    Err(bad())
}

/// Reads an account's address in any of its forms.
pub(super) fn address(text: &str) -> Result<WalletAddress, Unread> {
    let bad = || unread("address", "an account on TON");
    if let Ok(raw) = WalletAddress::parse(text) {
        return Ok(raw);
    }
    let friendly: TonAddress = text.parse().map_err(|_| bad())?;
    WalletAddress::parse(&friendly.to_hex()).map_err(|_| bad())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Recorded (a gift of Premium for three months).
    const SAMPLE: &str =
        "te6ccgEBAgEANgABTgAAAABUZWxlZ3JhbSBQcmVtaXVtIGZvciAzIG1vbnRocyAKClJlZgEAFCMzcFdKdGJkYnU=";

    #[test]
    fn a_recorded_payload_is_read_in_every_alphabet_and_kept_as_it_is() {
        let bare = SAMPLE
            .trim_end_matches('=')
            .replace('+', "-")
            .replace('/', "_");
        let read_it = read(SAMPLE).unwrap();
        assert_eq!(
            read_it.text,
            "Telegram Premium for 3 months \n\nRef#3pWJtbdbu"
        );
        assert_eq!(read(&bare).unwrap(), read_it);
        assert_eq!(read_it.boc.bytes(), STANDARD.decode(SAMPLE).unwrap());
    }

    #[test]
    fn what_is_no_text_is_refused() {
        for other in ["", "?", "AAAA", "te6ccgEBAQEAAgAAAA=="] {
            read(other).unwrap_err();
        }
    }

    #[test]
    fn an_account_is_the_same_in_all_its_forms() {
        let raw = "0:71892d3faaabcbcc297c00d06607d10c19b1c86643a09b5fd2477ade7fc17748";
        for form in [
            raw,
            "UQBxiS0_qqvLzCl8ANBmB9EMGbHIZkOgm1_SR3ref8F3SHS5",
            "EQBxiS0_qqvLzCl8ANBmB9EMGbHIZkOgm1_SR3ref8F3SCl8",
        ] {
            assert_eq!(address(form).unwrap().to_string(), raw, "{form}");
        }
        for other in [
            "",
            "0:71",
            "EQBxiS0_qqvLzCl8ANBmB9EMGbHIZkOgm1_SR3ref8F3SCl9",
        ] {
            address(other).unwrap_err();
        }
    }
}
