//! The two messages of a payment: the external one that everybody may deliver, and the one inside
//! that pays.

use starkeeper_actors::domain::ids::{Hash256, WalletAddress};
use starkeeper_actors::domain::money::NanoTon;
use ton_core::cell::{CellBuilder, TonCell};
use ton_core::errors::TonCoreError;

use super::cells::{
    BadCells, build, get_address, get_grams, get_init_and_body, hash, put_address, put_grams,
    read_boc, skip_external_address,
};

/// Fees apart from the amount (+1); an action that cannot be afforded is skipped (+2). Without the
/// second V4 would not use its seqno up, and anybody could run the message again until it expires.
pub(super) const SEND_MODE: u8 = 3;

/// Bits of a cell.
const CELL_BITS: usize = 1023;
/// References of a cell.
const CELL_REFS: usize = 4;

/// The message that pays: not bounceable, so that the amount stays where Fragment asked for it.
/// The body is put in verbatim: the cell that Fragment gave is the cell that arrives.
pub(super) fn internal(
    destination: WalletAddress,
    amount: NanoTon,
    body: &TonCell,
) -> Result<TonCell, BadCells> {
    let nanos = u64::try_from(amount.nanos());
    let nanos = nanos.map_err(|_| BadCells::new("amount", "nothing below zero"))?;
    build("payment", |message| {
        // int_msg_info, no IHR, no bounce, not bounced, sender filled in by the chain.
        message.write_num(&0b0100_u8, 4)?;
        message.write_num(&0_u8, 2)?;
        put_address(message, destination)?;
        put_grams(message, nanos)?;
        // No other currencies, no fees yet, no times yet.
        message.write_bit(false)?;
        put_grams(message, 0)?;
        put_grams(message, 0)?;
        message.write_num(&0_u64, 64)?;
        message.write_num(&0_u32, 32)?;
        message.write_bit(false)?;
        put_body(message, body)
    })
}

/// The message to the wallet, with its state init while the account has none on the chain.
pub(super) fn external(
    wallet: WalletAddress,
    state_init: Option<&TonCell>,
    body: &TonCell,
) -> Result<TonCell, BadCells> {
    build("external message", |message| {
        head(message, wallet)?;
        match state_init {
            None => message.write_bit(false)?,
            Some(init) => {
                message.write_bit(true)?;
                message.write_bit(false)?;
                message.write_cell(init)?;
            }
        }
        put_body(message, body)
    })
}

/// The hash that survives what the network does to the envelope (TEP-467): without a sender, a fee
/// or a state init, and with the body in a reference.
pub(super) fn normalised(wallet: WalletAddress, body: &TonCell) -> Result<Hash256, BadCells> {
    let message = build("external message", |message| {
        head(message, wallet)?;
        message.write_bit(false)?;
        message.write_bit(true)?;
        message.write_ref(body.clone())
    })?;
    hash(&message)
}

/// The normalised hash of any external message, however it is written.
///
/// # Errors
/// Bytes that are no external message to a plain address.
pub fn normalised_hash(boc: &[u8]) -> Result<Hash256, BadCells> {
    let what = "external message";
    let root = read_boc(what, boc)?;
    let (wallet, body) =
        read_external(&root)?.ok_or_else(|| BadCells::new(what, "an incoming external message"))?;
    normalised(wallet, &body)
}

/// The addressee and the body of an incoming external message; none if it is another message.
///
/// # Errors
/// Cells that are no message.
pub(super) fn read_external(root: &TonCell) -> Result<Option<(WalletAddress, TonCell)>, BadCells> {
    let bad = |_: TonCoreError| BadCells::new("message", "an external message");
    let mut parser = root.parser();
    let tag: u8 = parser.read_num(2).map_err(bad)?;
    if tag != 0b10 {
        return Ok(None);
    }
    skip_external_address(&mut parser).map_err(bad)?;
    let wallet = get_address(&mut parser)?;
    get_grams(&mut parser)?;
    let body = get_init_and_body(&mut parser).map_err(bad)?;
    Ok(Some((wallet, body)))
}

fn head(message: &mut CellBuilder, wallet: WalletAddress) -> Result<(), TonCoreError> {
    message.write_num(&0b10_u8, 2)?;
    message.write_num(&0_u8, 2)?;
    put_address(message, wallet)?;
    put_grams(message, 0)
}

/// A body lies in the message if it fits, and in a reference if not.
fn put_body(message: &mut CellBuilder, body: &TonCell) -> Result<(), TonCoreError> {
    let bits = message.data_bits_left();
    let refs = message.refs_left();
    let fits =
        body.data_len_bits() < bits.min(CELL_BITS) && body.refs().len() <= refs.min(CELL_REFS);
    message.write_bit(!fits)?;
    if fits {
        message.write_cell(body)
    } else {
        message.write_ref(body.clone())
    }
}
