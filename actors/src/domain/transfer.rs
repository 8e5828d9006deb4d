//! One signed message of a wallet, from the commit of its bytes to proof of what became of it.
//!
//! A transfer is `Signed` as soon as its bytes are committed, and from then on it *may have
//! left*. Only evidence from the chain ends that: [`Transfer::judge`] weighs it and never takes
//! absence for proof. The bytes never change; the contract executes them at most once, because it
//! accepts each seqno once, and never after `valid_until` by block time.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::Timestamp;
use super::ids::{Hash256, OrderId, TransferId, WalletAddress};
use super::link::Link;
use super::money::NanoTon;
use super::notice::RefundReason;

mod evidence;
mod judge;

pub use evidence::{AccountState, Evidence, FoundTx, History, OutMessage, Provider, TxPos};
pub use judge::{ChainFault, JudgeRules, Verdict, Waiting};

#[cfg(test)]
mod tests;

/// Serialised cells, as they travel. Stored and printed as hex.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Boc(Box<[u8]>);

impl Boc {
    /// Wraps the bytes.
    #[must_use]
    pub fn new(bytes: impl Into<Box<[u8]>>) -> Self {
        Self(bytes.into())
    }

    /// The bytes.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Boc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Boc({} bytes)", self.0.len())
    }
}

impl From<Boc> for String {
    fn from(boc: Boc) -> Self {
        use fmt::Write as _;
        boc.0
            .iter()
            .fold(Self::with_capacity(boc.0.len() * 2), |mut text, byte| {
                // Writing to a String cannot fail.
                write!(text, "{byte:02x}").ok();
                text
            })
    }
}

/// Why a text is not a stored [`Boc`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("stored cells are not an even number of hex digits")]
pub struct BadBoc;

impl TryFrom<String> for Boc {
    type Error = BadBoc;
    fn try_from(text: String) -> Result<Self, BadBoc> {
        if !text.len().is_multiple_of(2) || !text.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Err(BadBoc);
        }
        let pairs = text.as_bytes().chunks_exact(2);
        let bytes: Result<Vec<u8>, BadBoc> = pairs
            .map(|pair| {
                let pair = std::str::from_utf8(pair).map_err(|_| BadBoc)?;
                u8::from_str_radix(pair, 16).map_err(|_| BadBoc)
            })
            .collect();
        Ok(Self(bytes?.into()))
    }
}

/// What a transfer is for.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// Pays Fragment for an order.
    Goods,
    /// Zero TON to the wallet itself: uses up the seqno of an older message that can then never
    /// execute, so that the order's money may be returned for this reason.
    Burn {
        /// Why the money goes back.
        refund: RefundReason,
    },
}

/// A signed message with everything that is needed to send, find and judge it without the key.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Transfer {
    /// Our id.
    pub id: TransferId,
    /// The order it serves.
    pub order: OrderId,
    /// Goods, or burning a seqno.
    pub purpose: Purpose,
    /// The wallet that signed.
    pub wallet: WalletAddress,
    /// The wallet's seqno in the message; the books' own `next_seqno` at signing.
    pub seqno: u32,
    /// The contract refuses the message from this block time on.
    pub valid_until: Timestamp,
    /// The wallet's newest transaction when it was signed: evidence older than this is stale.
    pub lt_before: u64,
    /// Where the TON goes.
    pub destination: WalletAddress,
    /// How much.
    pub amount: NanoTon,
    /// Hash of the body of the message to the destination: Fragment's payload cell.
    pub body_hash: Hash256,
    /// Normalised hash of the external message (TEP-467).
    pub message_hash: Hash256,
    /// The purchase at Fragment that it pays; none for a burn.
    pub link: Option<Link>,
    /// The bytes that are sent, and no others.
    pub boc: Boc,
    /// When it was signed, by our clock.
    pub signed_at: Timestamp,
    /// What became of it.
    pub state: TransferState,
}

/// What became of a transfer.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TransferState {
    /// The bytes are committed; they may have left. The only live state.
    Signed,
    /// Executed, and the message to the destination left.
    Paid {
        /// The transaction.
        tx: TxPos,
    },
    /// Executed without paying: the wallet could not afford it. The seqno is used up.
    ConsumedUnpaid {
        /// The transaction.
        tx: TxPos,
    },
    /// Expired unexecuted, on the word of so many independent providers.
    Dead {
        /// One is enough to sign again at the same seqno, two to give money back.
        providers: u8,
    },
    /// An older message of the same order, thought dead, used up the seqno after all.
    Superseded {
        /// Which.
        by: TransferId,
    },
    /// Another message used up the seqno, or the transaction is not what was signed. The wallet
    /// stopped.
    Foreign {
        /// What was found, in one line.
        why: String,
    },
    /// Paid, and the destination sent the TON back.
    Bounced {
        /// The transaction that paid.
        tx: TxPos,
        /// The transaction that brought it back.
        back: TxPos,
    },
}

impl TransferState {
    /// Whether the seqno was used up by it or still may be: no other transfer has that seqno.
    #[must_use]
    pub const fn takes_seqno(&self) -> bool {
        match self {
            Self::Signed
            | Self::Paid { .. }
            | Self::ConsumedUnpaid { .. }
            | Self::Foreign { .. }
            | Self::Bounced { .. } => true,
            Self::Dead { .. } | Self::Superseded { .. } => false,
        }
    }

    /// The state's name, as logs and the books' index know it.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Signed => "signed",
            Self::Paid { .. } => "paid",
            Self::ConsumedUnpaid { .. } => "consumed_unpaid",
            Self::Dead { .. } => "dead",
            Self::Superseded { .. } => "superseded",
            Self::Foreign { .. } => "foreign",
            Self::Bounced { .. } => "bounced",
        }
    }
}

impl Transfer {
    /// Whether it may still execute as far as the books know: one a wallet, one an order.
    #[must_use]
    pub const fn is_live(&self) -> bool {
        match &self.state {
            TransferState::Signed => true,
            TransferState::Paid { .. }
            | TransferState::ConsumedUnpaid { .. }
            | TransferState::Dead { .. }
            | TransferState::Superseded { .. }
            | TransferState::Foreign { .. }
            | TransferState::Bounced { .. } => false,
        }
    }

    /// Whether sending still makes sense at a block time that the chain told. The local clock
    /// has no say.
    #[must_use]
    pub fn may_send(&self, chain_time: Timestamp) -> bool {
        self.is_live() && chain_time < self.valid_until
    }

    /// The transfer in another state.
    #[must_use]
    pub fn now_is(&self, state: TransferState) -> Self {
        Self {
            state,
            ..self.clone()
        }
    }
}
