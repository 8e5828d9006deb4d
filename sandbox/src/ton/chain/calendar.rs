//! Blocks and time: which block there is at a moment, and what it is called.
//!
//! A block comes every so many milliseconds of the sandbox's clock, busy or not. Idle ones are never
//! made: their names and times follow from their height.

use std::time::Duration;

use serde_json::{Value, json};
use tycho_types::prelude::{CellBuilder, HashBytes};

use crate::ton::text::base64_hash;
use crate::world::clock::Moment;

/// The masterchain's number of the block of height zero.
const FIRST_MASTER: u64 = 40_000_000;

/// The shard's number of the same block.
const FIRST_SHARD: u64 = 46_000_000;

/// Logical time of a block's begin, in millions.
const FIRST_LT: u64 = 50_000_000;

/// Logical time that one block has.
const LT_OF_BLOCK: u64 = 1_000_000;

/// One of the two chains of blocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Workchain {
    /// Workchain -1.
    Master,
    /// Workchain 0, in one shard.
    Base,
}

impl Workchain {
    /// Its number.
    pub(crate) fn number(self) -> i32 {
        match self {
            Self::Master => -1,
            Self::Base => 0,
        }
    }

    fn first(self) -> u64 {
        match self {
            Self::Master => FIRST_MASTER,
            Self::Base => FIRST_SHARD,
        }
    }
}

/// The calendar of one chain, from its beginning on.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Calendar {
    genesis: Moment,
    block: Duration,
    salt: u64,
}

impl Calendar {
    /// A chain whose block of height zero was made at `genesis`.
    pub(crate) fn new(genesis: Moment, block: Duration, salt: u64) -> Self {
        Self {
            genesis,
            block: block.max(Duration::from_millis(1)),
            salt,
        }
    }

    /// When it began, how long a block takes, and what its hashes are drawn from.
    pub(crate) fn parts(&self) -> (Moment, Duration, u64) {
        (self.genesis, self.block, self.salt)
    }

    /// Height of the newest block at `now`.
    pub(crate) fn height_at(&self, now: Moment) -> u64 {
        let passed = now.since(self.genesis).as_millis();
        let height = passed.checked_div(self.block.as_millis());
        u64::try_from(height.unwrap_or(0)).unwrap_or(u64::MAX)
    }

    /// When the block of this height is made.
    pub(crate) fn moment_of(&self, height: u64) -> Moment {
        let ms = u64::try_from(self.block.as_millis()).unwrap_or(u64::MAX);
        self.genesis + Duration::from_millis(ms.saturating_mul(height))
    }

    /// The same in seconds since 1970, as the block says it.
    pub(crate) fn unix(&self, height: u64) -> u32 {
        u32::try_from(self.moment_of(height).unix_s()).unwrap_or(u32::MAX)
    }

    /// Logical time at which the block begins.
    pub(crate) fn lt(&self, height: u64) -> u64 {
        FIRST_LT.saturating_add(height).saturating_mul(LT_OF_BLOCK)
    }

    /// Number of the block in one of the chains.
    pub(crate) fn seqno(&self, chain: Workchain, height: u64) -> u64 {
        chain.first().saturating_add(height)
    }

    /// Height of the block with this number in one of the chains, if it is not before the beginning.
    pub(crate) fn height_of(&self, chain: Workchain, seqno: u64) -> Option<u64> {
        seqno.checked_sub(chain.first())
    }

    /// A hash that belongs to the block: its root, its file, its state.
    pub(crate) fn hash(&self, chain: Workchain, height: u64, what: u8) -> HashBytes {
        let workchain = u32::from(chain == Workchain::Master);
        CellBuilder::build_from((self.salt, workchain, height, what))
            .map_or(HashBytes::ZERO, |cell| *cell.repr_hash())
    }

    /// The extended id of a block, in version 2 of the API.
    pub(crate) fn id(&self, chain: Workchain, height: u64) -> Value {
        json!({
            "@type": "ton.blockIdExt",
            "workchain": chain.number(),
            "shard": "-9223372036854775808",
            "seqno": self.seqno(chain, height),
            "root_hash": base64_hash(&self.hash(chain, height, ROOT)),
            "file_hash": base64_hash(&self.hash(chain, height, FILE)),
        })
    }
}

/// Names the root hash of a block.
pub(crate) const ROOT: u8 = 0;

/// Names the file hash of a block.
pub(crate) const FILE: u8 = 1;

/// Names the hash of the state after a block.
pub(crate) const STATE: u8 = 2;

/// Names the seed of a block's randomness.
pub(crate) const SEED: u8 = 3;
