//! The text in a payment: what Fragment calls it, and the reference by which it finds it.

use ton_core::cell::{CellType, TonCell};
use ton_core::errors::TonCoreError;

use super::cells::{BadCells, read_boc};

/// The longest text that is read, in bytes: Fragment's are about fifty.
const LONGEST: usize = 1024;
/// The most cells that are followed: Fragment's texts take two.
const MOST_CELLS: usize = 16;

/// Reads the text of a payload: operation 0, then UTF-8, going on in one reference after another.
///
/// # Errors
/// Anything else, and a text that is too long: what cannot be read is not signed.
pub fn comment_of(payload: &[u8]) -> Result<String, BadCells> {
    comment(&read_boc("payload", payload)?)
}

/// The same from a cell.
pub(super) fn comment(root: &TonCell) -> Result<String, BadCells> {
    let bad = || BadCells::new("payload", "a text of at most 1024 bytes");
    let broken = |_: TonCoreError| bad();
    let mut text = Vec::new();
    let mut cell = root;
    for place in 0..MOST_CELLS {
        let ordinary = cell.cell_type() == CellType::Ordinary;
        let mut parser = cell.parser();
        let bits = parser.data_bits_left().map_err(broken)?;
        if !ordinary || !bits.is_multiple_of(8) {
            return Err(bad());
        }
        let bytes = parser.read_bits(bits).map_err(broken)?;
        if place == 0 {
            let words = bytes.strip_prefix(&[0_u8; 4]).ok_or_else(bad)?;
            text.extend_from_slice(words);
        } else {
            text.extend_from_slice(&bytes);
        }
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
