//! A transaction as the chain wrote it. Its hash is the hash of its cells, so whoever handed it over
//! can have left it out, but not have changed it.

use starkeeper_actors::domain::Timestamp;
use starkeeper_actors::domain::ids::{Hash256, PaymentRef, WalletAddress};
use starkeeper_actors::domain::money::NanoTon;
use starkeeper_actors::domain::transfer::{FoundTx, OutMessage, TxPos};
use ton_core::cell::{CellParser, TonCell};
use ton_core::errors::TonCoreError;

use super::cells::{
    BadCells, get_any_address, get_grams, get_hash, get_init_and_body, hash, read_boc,
};
use super::comment::comment;
use super::message::{normalised, read_external};

/// Bits of the numbers by which a transaction keeps its messages.
const OUT_KEY: usize = 15;

/// A transaction with its predecessor.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct RawTx {
    pub(super) found: FoundTx,
    /// The account's transaction before this one; none before the first.
    pub(super) before: Option<TxPos>,
}

/// Reads a transaction of an account. That a masterchain block refers to it is the caller's to say.
///
/// # Errors
/// Cells that are no ordinary transaction of this account.
pub(super) fn read(wallet: WalletAddress, boc: &[u8]) -> Result<RawTx, BadCells> {
    let root = read_boc("transaction", boc)?;
    let mut body = Parts::of(&root);
    body.tag(0b0111, 4)?;
    let account = body.bits(get_hash)?;
    if account != wallet.hash() {
        return Err(BadCells::new("transaction", "one of the account asked for"));
    }
    let lt: u64 = body.number(64)?;
    let before = TxPos {
        hash: body.bits(get_hash)?,
        lt: body.number(64)?,
    };
    let now: u32 = body.number(32)?;
    let _out_messages: u16 = body.number(15)?;
    let _statuses: u8 = body.number(4)?;
    let messages = body.reference()?;
    let mut fees = body.currencies()?;
    let _state_update = body.reference()?;
    let description = body.reference()?;
    let phases = phases(&description)?;
    let messages = read_messages(&messages)?;
    for sent in &messages.out {
        fees = sum(fees, sent.fees)?;
    }
    let at = Timestamp::from_timestamp(i64::from(now), 0);
    let found = FoundTx {
        tx: TxPos {
            lt,
            hash: hash(&root)?,
        },
        at: at.ok_or_else(bad)?,
        message: messages.external,
        committed: false,
        exit_code: phases.exit_code,
        aborted: phases.aborted,
        skipped_actions: phases.skipped_actions,
        msgs_created: phases.msgs_created,
        out: messages.out.into_iter().map(|sent| sent.message).collect(),
        from: messages.from,
        value_in: messages.value_in,
        bounced: messages.bounced,
        fees,
    };
    let before = (before.lt > 0).then_some(before);
    Ok(RawTx { found, before })
}

const fn bad() -> BadCells {
    BadCells::new("transaction", "an ordinary transaction")
}

fn broken(_: TonCoreError) -> BadCells {
    bad()
}

fn sum(one: NanoTon, other: NanoTon) -> Result<NanoTon, BadCells> {
    one.checked_add(other).map_err(|_| bad())
}

/// Reads a cell part by part.
struct Parts<'a>(CellParser<'a>);

impl<'a> Parts<'a> {
    fn of(cell: &'a TonCell) -> Self {
        Self(cell.parser())
    }

    fn number<N: ton_core::cell::TonCellNum>(&mut self, bits: usize) -> Result<N, BadCells> {
        self.0.read_num(bits).map_err(broken)
    }

    fn tag(&mut self, expected: u8, bits: usize) -> Result<(), BadCells> {
        let tag: u8 = self.number(bits)?;
        if tag == expected { Ok(()) } else { Err(bad()) }
    }

    fn flag(&mut self) -> Result<bool, BadCells> {
        self.0.read_bit().map_err(broken)
    }

    fn bits<T>(
        &mut self,
        read: impl FnOnce(&mut CellParser<'a>) -> Result<T, TonCoreError>,
    ) -> Result<T, BadCells> {
        read(&mut self.0).map_err(broken)
    }

    fn reference(&mut self) -> Result<TonCell, BadCells> {
        self.0.read_next_ref().cloned().map_err(broken)
    }

    fn grams(&mut self) -> Result<NanoTon, BadCells> {
        get_grams(&mut self.0)
    }

    fn grams_if_there(&mut self) -> Result<Option<NanoTon>, BadCells> {
        if self.flag()? {
            self.grams().map(Some)
        } else {
            Ok(None)
        }
    }

    /// TON, and other currencies that nobody here wants.
    fn currencies(&mut self) -> Result<NanoTon, BadCells> {
        let grams = self.grams()?;
        if self.flag()? {
            self.reference()?;
        }
        Ok(grams)
    }

    fn status_change(&mut self) -> Result<(), BadCells> {
        if self.flag()? {
            self.flag()?;
        }
        Ok(())
    }
}

/// What happened, as far as it matters.
struct Phases {
    exit_code: Option<i32>,
    aborted: bool,
    skipped_actions: u32,
    msgs_created: u32,
}

fn phases(description: &TonCell) -> Result<Phases, BadCells> {
    let mut parts = Parts::of(description);
    parts.tag(0b0000, 4)?;
    let _credit_first = parts.flag()?;
    if parts.flag()? {
        parts.grams()?;
        parts.grams_if_there()?;
        parts.status_change()?;
    }
    if parts.flag()? {
        parts.grams_if_there()?;
        parts.currencies()?;
    }
    let exit_code = compute(&mut parts)?;
    let actions = if parts.flag()? {
        Some(parts.reference()?)
    } else {
        None
    };
    let aborted = parts.flag()?;
    let (skipped_actions, msgs_created) = match actions {
        Some(actions) => action(&actions)?,
        None => (0, 0),
    };
    Ok(Phases {
        exit_code,
        aborted,
        skipped_actions,
        msgs_created,
    })
}

/// The exit code; none if nothing was computed.
fn compute(parts: &mut Parts<'_>) -> Result<Option<i32>, BadCells> {
    if !parts.flag()? {
        let reason: u8 = parts.number(2)?;
        if reason == 0b11 {
            parts.flag()?;
        }
        return Ok(None);
    }
    let _success_state_used_activated: u8 = parts.number(3)?;
    parts.grams()?;
    let machine = parts.reference()?;
    let mut machine = Parts::of(&machine);
    // Gas used, its limit, and credit: whole numbers with their lengths in bytes.
    for _ in 0..2 {
        let bytes: usize = machine.number(3)?;
        machine.bits(|cell| cell.read_bits(bytes.saturating_mul(8)))?;
    }
    if machine.flag()? {
        let bytes: usize = machine.number(2)?;
        machine.bits(|cell| cell.read_bits(bytes.saturating_mul(8)))?;
    }
    let _mode: i8 = machine.number(8)?;
    machine.number(32).map(Some)
}

/// Skipped actions and created messages.
fn action(cell: &TonCell) -> Result<(u32, u32), BadCells> {
    let mut parts = Parts::of(cell);
    let _success_valid_no_funds: u8 = parts.number(3)?;
    parts.status_change()?;
    parts.grams_if_there()?;
    parts.grams_if_there()?;
    let _result_code: i32 = parts.number(32)?;
    if parts.flag()? {
        let _result_argument: i32 = parts.number(32)?;
    }
    let _all_and_special: u32 = parts.number(32)?;
    let skipped: u16 = parts.number(16)?;
    let created: u16 = parts.number(16)?;
    Ok((skipped.into(), created.into()))
}

/// The messages of a transaction.
struct Messages {
    external: Option<Hash256>,
    from: Option<WalletAddress>,
    value_in: NanoTon,
    bounced: bool,
    out: Vec<Sent>,
}

struct Sent {
    message: OutMessage,
    /// What carrying it cost, apart from the transaction's own fees.
    fees: NanoTon,
}

fn read_messages(cell: &TonCell) -> Result<Messages, BadCells> {
    let mut parts = Parts::of(cell);
    let mut read = Messages {
        external: None,
        from: None,
        value_in: NanoTon::ZERO,
        bounced: false,
        out: Vec::new(),
    };
    if parts.flag()? {
        let incoming = parts.reference()?;
        if let Some((wallet, body)) = read_external(&incoming)? {
            read.external = Some(normalised(wallet, &body)?);
        } else {
            let incoming = internal(&incoming)?.ok_or_else(bad)?;
            read.from = incoming.from;
            read.value_in = incoming.value;
            read.bounced = incoming.bounced;
        }
    }
    if parts.flag()? {
        let mut leaves = Vec::new();
        leaves_of(&parts.reference()?, OUT_KEY, &mut leaves)?;
        for leaf in leaves {
            read.out.extend(sent(&leaf)?);
        }
    }
    Ok(read)
}

/// A message to another account; none if it is one to the world outside.
fn sent(cell: &TonCell) -> Result<Option<Sent>, BadCells> {
    let Some(message) = internal(cell)? else {
        return Ok(None);
    };
    let text = comment(&message.body).ok();
    let reference = text.as_deref().and_then(|text| text.split_once("Ref#"));
    let reference = reference.and_then(|(_, word)| PaymentRef::parse(word.trim()).ok());
    Ok(Some(Sent {
        fees: message.fees,
        message: OutMessage {
            destination: message.to.ok_or_else(bad)?,
            value: message.value,
            body_hash: hash(&message.body)?,
            reference,
        },
    }))
}

struct Internal {
    bounced: bool,
    from: Option<WalletAddress>,
    to: Option<WalletAddress>,
    value: NanoTon,
    fees: NanoTon,
    body: TonCell,
}

fn internal(cell: &TonCell) -> Result<Option<Internal>, BadCells> {
    let mut parts = Parts::of(cell);
    if parts.flag()? {
        return Ok(None);
    }
    let _no_ihr_and_bounce: u8 = parts.number(2)?;
    let bounced = parts.flag()?;
    let from = get_any_address(&mut parts.0)?;
    let to = get_any_address(&mut parts.0)?;
    let value = parts.currencies()?;
    let fees = sum(parts.grams()?, parts.grams()?)?;
    let _created_lt: u64 = parts.number(64)?;
    let _created_at: u32 = parts.number(32)?;
    let body = parts.bits(get_init_and_body)?;
    Ok(Some(Internal {
        bounced,
        from,
        to,
        value,
        fees,
        body,
    }))
}

/// The values of a dictionary whose keys have so many bits left, in the order of the keys. Each
/// value is a reference.
fn leaves_of(cell: &TonCell, bits: usize, leaves: &mut Vec<TonCell>) -> Result<(), BadCells> {
    let mut parts = Parts::of(cell);
    let label = label(&mut parts, bits)?;
    let left = bits.checked_sub(label).ok_or_else(bad)?;
    let Some(below) = left.checked_sub(1) else {
        leaves.push(parts.reference()?);
        return Ok(());
    };
    leaves_of(&parts.reference()?, below, leaves)?;
    leaves_of(&parts.reference()?, below, leaves)
}

/// The length of an edge's label; what is in it is not needed.
fn label(parts: &mut Parts<'_>, bits: usize) -> Result<usize, BadCells> {
    if !parts.flag()? {
        let mut length: usize = 0;
        while parts.flag()? {
            length = length.saturating_add(1);
        }
        parts.bits(|cell| cell.read_bits(length))?;
        return Ok(length);
    }
    let width = usize::try_from(usize::BITS - bits.leading_zeros()).map_err(|_| bad())?;
    if parts.flag()? {
        parts.flag()?;
        return parts.number(width);
    }
    let length: usize = parts.number(width)?;
    parts.bits(|cell| cell.read_bits(length))?;
    Ok(length)
}
