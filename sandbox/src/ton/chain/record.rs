//! What the chain remembers of a transaction.

use serde::{Deserialize, Serialize};
use tycho_types::error::Error;
use tycho_types::models::{
    BouncePhase, MsgInfo, OrdinaryTxInfo, ShardAccount, StdAddr, Transaction,
};
use tycho_types::prelude::{Cell, HashBytes};

use super::execute::Made;
use crate::ton::message::Message;
use crate::world::clock::Moment;
use crate::world::kept::forms;

/// From where a message, and all that follows from it, came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Trace {
    /// The first transaction.
    #[serde(with = "forms::text")]
    pub(crate) root: HashBytes,
    /// The normalised hash of the external message that began it.
    #[serde(with = "forms::text")]
    pub(crate) external: HashBytes,
}

/// A transaction that is in a block.
#[derive(Debug)]
pub(crate) struct Record {
    /// Whose it is.
    pub(crate) account: StdAddr,
    /// Its hash.
    pub(crate) hash: HashBytes,
    /// It as a cell.
    pub(crate) cell: Cell,
    /// What is in it.
    pub(crate) transaction: Transaction,
    /// What happened in its phases.
    pub(crate) info: OrdinaryTxInfo,
    /// Height of its block.
    pub(crate) height: u64,
    /// The account before it.
    pub(crate) before: ShardAccount,
    /// The account after it.
    pub(crate) after: ShardAccount,
    /// What it follows from.
    pub(crate) trace: Trace,
    /// The message that it answers.
    pub(crate) in_msg: Message,
    /// The messages that it sends, in order.
    pub(crate) out_msgs: Vec<Message>,
    /// Until when its outgoing messages are not shown.
    pub(crate) hidden_until: Option<Moment>,
    /// Until when no block of the masterchain refers to its block.
    pub(crate) uncommitted_until: Option<Moment>,
}

impl Record {
    /// Remembers a transaction that was made of `in_msg`, whose trace is known unless it begins here.
    pub(crate) fn of(
        account: StdAddr,
        made: Made,
        before: ShardAccount,
        in_msg: Message,
        trace: Option<Trace>,
        height: u64,
    ) -> Result<Self, Error> {
        let hash = *made.cell.repr_hash();
        let mut out_msgs = Vec::new();
        for cell in made.transaction.out_msgs.values() {
            out_msgs.push(Message::of(cell?)?);
        }
        Ok(Self {
            account,
            hash,
            cell: made.cell,
            info: made.info,
            height,
            before,
            after: made.after,
            trace: trace.unwrap_or(Trace {
                root: hash,
                external: in_msg.normalised.unwrap_or(in_msg.hash),
            }),
            in_msg,
            out_msgs,
            hidden_until: None,
            uncommitted_until: None,
            transaction: made.transaction,
        })
    }

    /// True when an external message caused it.
    pub(crate) fn is_external(&self) -> bool {
        matches!(self.in_msg.parsed.info, MsgInfo::ExtIn(_))
    }

    /// True when the masterchain refers to its block.
    pub(crate) fn is_committed(&self, now: Moment) -> bool {
        self.uncommitted_until.is_none_or(|until| now >= until)
    }

    /// True when the money that came was sent back.
    pub(crate) fn sent_back(&self) -> bool {
        match &self.info.bounce_phase {
            Some(BouncePhase::Executed(_)) => true,
            Some(BouncePhase::NegativeFunds | BouncePhase::NoFunds(_)) | None => false,
        }
    }
}
