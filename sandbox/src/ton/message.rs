//! Messages: reading them, their two hashes, their comments.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use tycho_types::error::Error;
use tycho_types::models::{
    ExtInMsgInfo, IntAddr, IntMsgInfo, MessageLayout, MsgInfo, OwnedMessage, StdAddr,
};
use tycho_types::num::Tokens;
use tycho_types::prelude::{Boc, Cell, CellBuilder, CellSlice, HashBytes};

/// The largest external message, in bytes of its BOC.
const LARGEST: usize = 65_535;

/// The longest comment that is read, in bytes; no message is larger.
const LONGEST_COMMENT: usize = LARGEST;

/// Why bytes are no external message.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NoMessage {
    /// Not base64.
    #[error("not base64")]
    Encoding,
    /// Base64 of something else.
    #[error("cannot deserialize bag of cells: {0}")]
    Boc(String),
    /// A cell that is no external message to an account.
    #[error("not an external inbound message")]
    Kind,
    /// Too much of it.
    #[error("external message too large: {0} bytes")]
    Size(usize),
}

/// An external message to an account.
#[derive(Debug, Clone)]
pub(crate) struct External {
    /// As it came.
    pub(crate) cell: Cell,
    /// To whom.
    pub(crate) to: StdAddr,
    /// The hash of the cell as it came.
    pub(crate) hash: HashBytes,
    /// The hash after normalisation (TEP-467): the same however the envelope is laid out.
    pub(crate) normalised: HashBytes,
}

impl External {
    /// Reads what a sender sends.
    pub(crate) fn read(base64: &str) -> Result<Self, NoMessage> {
        let text = base64.trim();
        let bytes = STANDARD
            .decode(text)
            .or_else(|_| URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')))
            .map_err(|_| NoMessage::Encoding)?;
        if bytes.len() > LARGEST {
            return Err(NoMessage::Size(bytes.len()));
        }
        let cell = Boc::decode(&bytes).map_err(|why| NoMessage::Boc(why.to_string()))?;
        Self::of(cell).ok_or(NoMessage::Kind)
    }

    /// Reads the message in a cell; none where there is no external one to an account.
    pub(crate) fn of(cell: Cell) -> Option<Self> {
        let message = cell.parse::<OwnedMessage>().ok()?;
        let MsgInfo::ExtIn(info) = &message.info else {
            return None;
        };
        let IntAddr::Std(to) = &info.dst else {
            return None;
        };
        let to = to.clone();
        let normalised = normalised(&to, &message).ok()?;
        let hash = *cell.repr_hash();
        Some(Self {
            cell,
            to,
            hash,
            normalised,
        })
    }
}

/// One message of a transaction.
#[derive(Debug, Clone)]
pub(crate) struct Message {
    /// The message as a cell.
    pub(crate) cell: Cell,
    /// Its hash.
    pub(crate) hash: HashBytes,
    /// The normalised hash; external inbound messages have one.
    pub(crate) normalised: Option<HashBytes>,
    /// What is in it.
    pub(crate) parsed: OwnedMessage,
}

impl Message {
    /// Reads a message of a transaction.
    pub(crate) fn of(cell: Cell) -> Result<Self, Error> {
        let parsed = cell.parse::<OwnedMessage>()?;
        let normalised = match &parsed.info {
            MsgInfo::ExtIn(info) => match &info.dst {
                IntAddr::Std(to) => Some(normalised(to, &parsed)?),
                IntAddr::Var(_) => None,
            },
            MsgInfo::Int(_) | MsgInfo::ExtOut(_) => None,
        };
        Ok(Self {
            hash: *cell.repr_hash(),
            cell,
            normalised,
            parsed,
        })
    }

    /// The header, if it is a message between accounts.
    pub(crate) fn internal(&self) -> Option<&IntMsgInfo> {
        match &self.parsed.info {
            MsgInfo::Int(info) => Some(info),
            MsgInfo::ExtIn(_) | MsgInfo::ExtOut(_) => None,
        }
    }

    /// To which account it goes.
    pub(crate) fn to(&self) -> Option<&StdAddr> {
        let to = match &self.parsed.info {
            MsgInfo::Int(info) => &info.dst,
            MsgInfo::ExtIn(info) => &info.dst,
            MsgInfo::ExtOut(_) => return None,
        };
        standard(to)
    }

    /// From which account it comes.
    pub(crate) fn from(&self) -> Option<&StdAddr> {
        let from = match &self.parsed.info {
            MsgInfo::Int(info) => &info.src,
            MsgInfo::ExtOut(info) => &info.src,
            MsgInfo::ExtIn(_) => return None,
        };
        standard(from)
    }

    /// The body as a cell of its own.
    pub(crate) fn body(&self) -> &Cell {
        &self.parsed.body.1
    }

    /// The state to begin with that it carries.
    pub(crate) fn init(&self) -> Option<Cell> {
        let init = self.parsed.init.as_ref()?;
        CellBuilder::build_from(init).ok()
    }

    /// The first 32 bits of the body.
    pub(crate) fn opcode(&self) -> Option<u32> {
        self.body().as_slice().ok()?.load_u32().ok()
    }

    /// The text of a body that is a comment.
    pub(crate) fn comment(&self) -> Option<String> {
        comment(self.body())
    }
}

fn standard(address: &IntAddr) -> Option<&StdAddr> {
    match address {
        IntAddr::Std(address) => Some(address),
        IntAddr::Var(_) => None,
    }
}

/// Source none, import fee zero, no init, the body in a cell of its own.
fn normalised(to: &StdAddr, message: &OwnedMessage) -> Result<HashBytes, Error> {
    let bare = OwnedMessage {
        info: MsgInfo::ExtIn(ExtInMsgInfo {
            src: None,
            dst: IntAddr::Std(to.clone()),
            import_fee: Tokens::ZERO,
        }),
        init: None,
        body: message.body.clone(),
        layout: Some(MessageLayout {
            init_to_cell: false,
            body_to_cell: true,
        }),
    };
    Ok(*CellBuilder::build_from(&bare)?.repr_hash())
}

/// Operation zero and then text, cell after cell.
fn comment(body: &Cell) -> Option<String> {
    let mut slice = body.as_slice().ok()?;
    if slice.load_u32().ok()? != 0 {
        return None;
    }
    let mut bytes = Vec::new();
    loop {
        take_bytes(&mut slice, &mut bytes)?;
        if bytes.len() > LONGEST_COMMENT {
            return None;
        }
        match slice.load_reference() {
            Ok(next) => slice = next.as_slice().ok()?,
            Err(_) => break,
        }
    }
    String::from_utf8(bytes).ok()
}

fn take_bytes(slice: &mut CellSlice<'_>, bytes: &mut Vec<u8>) -> Option<()> {
    if !slice.size_bits().is_multiple_of(8) {
        return None;
    }
    while slice.size_bits() > 0 {
        bytes.push(slice.load_u8().ok()?);
    }
    Some(())
}
