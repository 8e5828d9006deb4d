//! What arrived on the chain: the one thing that fragment.com reads of TON.
//!
//! The chain writes a line when a block executes a wallet's message to somebody; Fragment looks for
//! its money here, as the original looks at the chain. Nobody else knows both.

use std::sync::Mutex;

use serde::{Deserialize, Serialize};

use super::clock::Moment;
use super::hold;
use super::kept::forms;

/// One internal message that a wallet sent and its destination received.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Arrived {
    /// Hash of the sender's transaction.
    #[serde(with = "forms::bytes")]
    pub(crate) transaction: [u8; 32],
    /// Hash of the external message as it came, that is of the root cell of its BOC.
    #[serde(with = "forms::bytes")]
    pub(crate) external: [u8; 32],
    /// Raw address of the sender, `0:<64 hex>`.
    pub(crate) from: String,
    /// Raw address of the destination, `0:<64 hex>`.
    pub(crate) to: String,
    /// How much arrived, in nano-TON.
    pub(crate) nano: u64,
    /// The body as a BOC.
    #[serde(with = "forms::bytes")]
    pub(crate) body: Vec<u8>,
    /// Hash of the body's root cell.
    #[serde(with = "forms::bytes")]
    pub(crate) body_hash: [u8; 32],
    /// When its block was made.
    pub(crate) at: Moment,
}

/// All of them, in the order of their blocks.
#[derive(Debug, Default)]
pub(crate) struct Settled(Mutex<Vec<Arrived>>);

impl Settled {
    /// A block brought this.
    pub(crate) fn push(&self, arrived: Arrived) {
        hold(&self.0).push(arrived);
    }

    /// What arrived at an address (raw form), oldest first.
    pub(crate) fn at(&self, to: &str) -> Vec<Arrived> {
        hold(&self.0)
            .iter()
            .filter(|arrived| arrived.to == to)
            .cloned()
            .collect()
    }

    /// Everything, to be written down.
    pub(crate) fn kept(&self) -> Vec<Arrived> {
        hold(&self.0).clone()
    }

    /// What was written down.
    pub(crate) fn again(kept: Vec<Arrived>) -> Self {
        Self(Mutex::new(kept))
    }

    /// Forgets everything.
    pub(crate) fn clear(&self) {
        hold(&self.0).clear();
    }
}
