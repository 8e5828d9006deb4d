//! Bags of cells in and out, with errors that name the thing and carry no content.

use starkeeper_actors::domain::ids::{Hash256, WalletAddress};
use starkeeper_actors::domain::money::NanoTon;
use starkeeper_actors::domain::transfer::Boc;
use ton_core::cell::{BoC, CellBuilder, CellParser, CellType, TonCell};
use ton_core::errors::TonCoreError;

/// Cells that are not what they should be.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{what} is not valid: expected {expected}")]
pub struct BadCells {
    /// Which cells.
    pub what: &'static str,
    /// What was expected.
    pub expected: &'static str,
}

impl BadCells {
    /// Names cells and what they should have been.
    pub(super) const fn new(what: &'static str, expected: &'static str) -> Self {
        Self { what, expected }
    }
}

/// Reads a bag with exactly one root that is an ordinary cell.
///
/// # Errors
/// Anything else; the bytes may come from anybody.
pub(super) fn read_boc(what: &'static str, bytes: &[u8]) -> Result<TonCell, BadCells> {
    let bad = |_: TonCoreError| BadCells::new(what, "a bag with one root cell");
    let root = BoC::from_bytes(bytes.to_vec()).map_err(bad)?;
    let root = root.single_root().map_err(bad)?;
    if root.cell_type() == CellType::Ordinary {
        Ok(root)
    } else {
        Err(BadCells::new(what, "an ordinary cell"))
    }
}

/// Writes a cell as a bag, without a checksum: the same cell gives the same bytes.
///
/// # Errors
/// Cells that are deeper than a bag may hold.
pub(super) fn write_boc(cell: &TonCell) -> Result<Boc, BadCells> {
    let bytes = BoC::new(cell.clone()).to_bytes(false);
    let bytes = bytes.map_err(|_| BadCells::new("cells", "a depth that a bag can hold"))?;
    Ok(Boc::new(bytes))
}

/// The hash of a cell.
///
/// # Errors
/// Cells that have none: too deep.
pub(super) fn hash(cell: &TonCell) -> Result<Hash256, BadCells> {
    let hash = cell.hash();
    let hash = hash.map_err(|_| BadCells::new("cells", "a depth that can be hashed"))?;
    Ok(Hash256::new(*hash.as_slice_sized()))
}

/// Builds a cell.
///
/// # Errors
/// More bits or references than a cell holds.
pub(super) fn build(
    what: &'static str,
    fill: impl FnOnce(&mut CellBuilder) -> Result<(), TonCoreError>,
) -> Result<TonCell, BadCells> {
    let bad = |_: TonCoreError| BadCells::new(what, "no more than a cell holds");
    let mut builder = TonCell::builder();
    fill(&mut builder).map_err(bad)?;
    builder.build().map_err(bad)
}

/// Writes an address as `addr_std` without anycast.
pub(super) fn put_address(
    builder: &mut CellBuilder,
    address: WalletAddress,
) -> Result<(), TonCoreError> {
    builder.write_num(&0b100_u8, 3)?;
    builder.write_num(&address.workchain(), 8)?;
    builder.write_bits(address.hash().bytes(), 256)
}

/// Writes an amount as `Grams`: four bits of length, then as few bytes as it needs.
pub(super) fn put_grams(builder: &mut CellBuilder, nanos: u64) -> Result<(), TonCoreError> {
    let zeros = usize::try_from(nanos.leading_zeros() / 8).unwrap_or_default();
    let bytes = 8_usize.saturating_sub(zeros);
    builder.write_num(&u8::try_from(bytes).unwrap_or_default(), 4)?;
    if bytes == 0 {
        return Ok(());
    }
    builder.write_num(&nanos, bytes.saturating_mul(8))
}

/// Reads an address that must be a plain one, `addr_std` without anycast.
///
/// # Errors
/// Any other kind: this shop pays and is paid by plain accounts.
pub(super) fn get_address(parser: &mut CellParser<'_>) -> Result<WalletAddress, BadCells> {
    match get_any_address(parser)? {
        Some(address) => Ok(address),
        None => Err(not_plain()),
    }
}

/// Reads an address of an account, or none where there is none.
///
/// # Errors
/// An address of another kind.
pub(super) fn get_any_address(
    parser: &mut CellParser<'_>,
) -> Result<Option<WalletAddress>, BadCells> {
    let bad = |_: TonCoreError| not_plain();
    let tag: u8 = parser.read_num(2).map_err(bad)?;
    if tag == 0b00 {
        return Ok(None);
    }
    let anycast = parser.read_bit().map_err(bad)?;
    if tag != 0b10 || anycast {
        return Err(not_plain());
    }
    let workchain: i8 = parser.read_num(8).map_err(bad)?;
    let hash = get_hash(parser).map_err(bad)?;
    match workchain {
        0 => Ok(Some(WalletAddress::basic(hash))),
        -1 => {
            let text = format!("-1:{hash}");
            WalletAddress::parse(&text)
                .map(Some)
                .map_err(|_| not_plain())
        }
        _ => Err(not_plain()),
    }
}

const fn not_plain() -> BadCells {
    BadCells::new("address", "a plain account of workchain 0 or -1")
}

/// Passes over the address of somebody outside the chain.
pub(super) fn skip_external_address(parser: &mut CellParser<'_>) -> Result<(), TonCoreError> {
    let tag: u8 = parser.read_num(2)?;
    if tag == 0b01 {
        let length: usize = parser.read_num(9)?;
        parser.read_bits(length)?;
    }
    Ok(())
}

/// Reads 256 bits.
pub(super) fn get_hash(parser: &mut CellParser<'_>) -> Result<Hash256, TonCoreError> {
    let mut hash = [0_u8; 32];
    parser.read_bits_to(256, &mut hash)?;
    Ok(Hash256::new(hash))
}

/// Reads `Grams`.
///
/// # Errors
/// More than there is TON in the world, in billionths, times two.
pub(super) fn get_grams(parser: &mut CellParser<'_>) -> Result<NanoTon, BadCells> {
    let bad = |_: TonCoreError| BadCells::new("amount", "billionths of a TON");
    let bytes: usize = parser.read_num(4).map_err(bad)?;
    let nanos: u128 = parser.read_num(bytes.saturating_mul(8)).map_err(bad)?;
    let nanos = i64::try_from(nanos);
    let nanos = nanos.map_err(|_| BadCells::new("amount", "no more TON than there is"))?;
    Ok(NanoTon::from_nanos(nanos))
}

/// Passes over a message's state init and reads its body, wherever the two lie.
pub(super) fn get_init_and_body(parser: &mut CellParser<'_>) -> Result<TonCell, TonCoreError> {
    if parser.read_bit()? {
        if parser.read_bit()? {
            parser.read_next_ref()?;
        } else {
            skip_state_init(parser)?;
        }
    }
    if parser.read_bit()? {
        parser.read_next_ref().cloned()
    } else {
        parser.read_remaining()
    }
}

fn skip_state_init(parser: &mut CellParser<'_>) -> Result<(), TonCoreError> {
    if parser.read_bit()? {
        parser.read_bits(5)?;
    }
    if parser.read_bit()? {
        parser.read_bits(2)?;
    }
    // Code, data, libraries.
    for _ in 0..3 {
        if parser.read_bit()? {
            parser.read_next_ref()?;
        }
    }
    Ok(())
}
