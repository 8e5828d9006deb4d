//! The few things the site knows of TON: addresses, the comment of a payment, a message's hash.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE, URL_SAFE_NO_PAD};
use tycho_types::boc::Boc;
use tycho_types::cell::{Cell, CellBuilder};

/// Where payments go.
pub(super) const DESTINATION: &str = "UQBAjaOyi2wGWlk-EDkSabqqnF-MrrwMadnwqrurKpkla4QB";

/// The same in raw form, as the chain writes it.
pub(super) const RAW_DESTINATION: &str =
    "0:408da3b28b6c065a593e10391269baaa9c5f8caebc0c69d9f0aabbab2a99256b";

/// Somebody else's address, for links that lie about where the money goes.
pub(super) const WRONG_DESTINATION: &str = "UQBxiS0_qqvLzCl8ANBmB9EMGbHIZkOgm1_SR3ref8F3SHS5";

/// Bytes of a comment that the site puts into the first cell; the rest follows in a second one.
const FIRST_BYTES: usize = 35;

/// Bytes of text a cell holds at most.
const CELL_BYTES: usize = 127;

/// A comment as the site writes it: no operation, then the text, broken after 35 bytes.
pub(super) fn comment(text: &str) -> Option<Cell> {
    let (first, rest) = text
        .as_bytes()
        .split_at_checked(FIRST_BYTES)
        .unwrap_or((text.as_bytes(), &[]));
    let mut cell = CellBuilder::new();
    cell.store_u32(0).ok()?;
    store(&mut cell, first)?;
    if !rest.is_empty() {
        cell.store_reference(snake(rest)?).ok()?;
    }
    cell.build().ok()
}

/// A cell with nothing in it, where a link must not have one.
pub(super) fn empty_cell() -> Cell {
    Cell::default()
}

/// A cell as links carry it: base64 for URLs, without padding.
pub(super) fn encoded(cell: &Cell) -> String {
    URL_SAFE_NO_PAD.encode(Boc::encode(cell))
}

/// The hash of a cell.
pub(super) fn hash_of(cell: &Cell) -> [u8; 32] {
    cell.repr_hash().0
}

/// A cell out of base64 of either kind, padded or not.
pub(super) fn decoded(text: &str) -> Option<Cell> {
    let bytes = STANDARD
        .decode(text)
        .or_else(|_| URL_SAFE.decode(text))
        .or_else(|_| URL_SAFE_NO_PAD.decode(text))
        .ok()?;
    Boc::decode(bytes).ok()
}

/// An address in raw form, whichever form it comes in.
pub(crate) fn raw_address(text: &str) -> Option<String> {
    if let Some((chain, hash)) = text.split_once(':') {
        let is_hash = hash.len() == 64 && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
        let is_chain = matches!(chain, "0" | "-1");
        return (is_hash && is_chain).then(|| format!("{chain}:{}", hash.to_ascii_lowercase()));
    }
    let bytes = URL_SAFE
        .decode(text)
        .or_else(|_| STANDARD.decode(text))
        .ok()?;
    let (body, sum) = bytes.split_at_checked(34)?;
    let [tag, chain, hash @ ..] = body else {
        return None;
    };
    let is_known = matches!(tag & 0x7f, 0x11 | 0x51);
    if !is_known || crc16(body).to_be_bytes() != *sum {
        return None;
    }
    let chain = match chain {
        0 => "0",
        0xff => "-1",
        _ => return None,
    };
    Some(format!("{chain}:{}", hex(hash)))
}

/// Bytes as small hexadecimal digits.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Hexadecimal digits as bytes.
pub(super) fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> = text
        .chars()
        .map(|digit| {
            digit
                .to_digit(16)
                .and_then(|digit| u8::try_from(digit).ok())
        })
        .collect();
    let digits = digits?;
    let pairs = digits.chunks_exact(2);
    if !pairs.remainder().is_empty() {
        return None;
    }
    pairs
        .map(|pair| match pair {
            [high, low] => Some(high << 4 | low),
            _ => None,
        })
        .collect()
}

fn snake(bytes: &[u8]) -> Option<Cell> {
    let (first, rest) = bytes.split_at_checked(CELL_BYTES).unwrap_or((bytes, &[]));
    let mut cell = CellBuilder::new();
    store(&mut cell, first)?;
    if !rest.is_empty() {
        cell.store_reference(snake(rest)?).ok()?;
    }
    cell.build().ok()
}

fn store(cell: &mut CellBuilder, bytes: &[u8]) -> Option<()> {
    let bits = u16::try_from(bytes.len().checked_mul(8)?).ok()?;
    cell.store_raw(bytes, bits).ok()
}

/// CRC-16/XMODEM, which closes every friendly address.
fn crc16(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0, |mut sum: u16, byte| {
        sum ^= u16::from(*byte) << 8;
        for _ in 0..8 {
            let carries = sum & 0x8000 != 0;
            sum <<= 1;
            if carries {
                sum ^= 0x1021;
            }
        }
        sum
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_recorded_comment_is_met_to_the_byte() {
        let recorded = "te6ccgEBAgEANgABTgAAAABUZWxlZ3JhbSBQcmVtaXVtIGZvciAzIG1vbnRocyAKClJlZgEAFCMzcFdKdGJkYnU";
        let made = comment("Telegram Premium for 3 months \n\nRef#3pWJtbdbu").unwrap();
        assert_eq!(encoded(&made), recorded);
        assert_eq!(decoded(recorded).unwrap(), made);
        assert_eq!(decoded(&format!("{recorded}=")).unwrap(), made);
    }

    #[test]
    fn every_form_of_an_address_is_one_raw_address() {
        let raw = "0:71892d3faaabcbcc297c00d06607d10c19b1c86643a09b5fd2477ade7fc17748";
        for form in [
            raw,
            "UQBxiS0_qqvLzCl8ANBmB9EMGbHIZkOgm1_SR3ref8F3SHS5",
            "EQBxiS0_qqvLzCl8ANBmB9EMGbHIZkOgm1_SR3ref8F3SCl8",
            "kQBxiS0_qqvLzCl8ANBmB9EMGbHIZkOgm1_SR3ref8F3SJL2",
        ] {
            assert_eq!(raw_address(form).as_deref(), Some(raw), "{form}");
        }
        assert_eq!(raw_address(DESTINATION).as_deref(), Some(RAW_DESTINATION));
        let broken = "UQBxiS0_qqvLzCl8ANBmB9EMGbHIZkOgm1_SR3ref8F3SHS6";
        for text in [
            broken,
            "",
            "0:71",
            "1:71892d3faaabcbcc297c00d06607d10c19b1c86643a09b5fd2477ade7fc17748",
        ] {
            assert_eq!(raw_address(text), None, "{text}");
        }
    }
}
