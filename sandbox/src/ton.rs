//! TON: a chain that executes real wallet contracts, and the two APIs of toncenter before it.
//!
//! Owns every account, block and transaction. Written from the service's published sources and
//! recordings; where they are silent the doc of the crate says what was guessed. Contracts are run by
//! a real virtual machine with the real configuration of the network; only blocks are not collated,
//! validated or proven, and their hashes are invented.

pub(crate) mod api;
pub(crate) mod chain;
mod config;
pub(crate) mod message;
pub(crate) mod text;
pub(crate) mod transfers;
pub(crate) mod wallet;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tycho_executor::ParsedConfig;

use self::api::{Gate, Provider};
use self::chain::Chain;
use self::chain::calendar::Calendar;
pub(crate) use self::config::Unreadable;
use crate::world::clock::Moment;
use crate::world::{World, hold};
use serde::{Deserialize, Serialize};

/// Something that is due on the chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Due {
    /// A block that has work.
    Block,
}

/// The chain and its servers.
#[derive(Debug)]
pub(crate) struct Ton {
    /// The chain.
    pub(crate) chain: Mutex<Chain>,
    /// Who waits at the door of the first provider.
    first: Gate,
    /// Who waits at the door of the second.
    second: Gate,
}

impl Ton {
    /// A chain that begins at `now`. `keyless` is how many calls a second are answered without a
    /// key; none: any number.
    pub(crate) fn new(
        now: Moment,
        block: Duration,
        salt: u64,
        keyless: Option<u32>,
    ) -> Result<Self, Unreadable> {
        let config = Arc::new(config_at(now)?);
        let calendar = Calendar::new(now, block, salt);
        Ok(Self::of(Chain::new(config, calendar), keyless))
    }

    /// This chain, with its servers.
    pub(crate) fn of(chain: Chain, keyless: Option<u32>) -> Self {
        Self {
            chain: Mutex::new(chain),
            first: Gate::new(keyless),
            second: Gate::new(keyless),
        }
    }

    /// Forgets everything; the chain begins again at `now`.
    pub(crate) fn reset(&self, now: Moment, block: Duration, salt: u64) {
        let mut chain = hold(&self.chain);
        *chain = chain.again(Calendar::new(now, block, salt));
        self.first.reset();
        self.second.reset();
    }

    /// The door of a provider.
    pub(crate) fn gate(&self, provider: Provider) -> &Gate {
        match provider {
            Provider::First => &self.first,
            Provider::Second => &self.second,
        }
    }
}

/// The network's configuration of a chain that begins at `genesis`.
pub(crate) fn config_at(genesis: Moment) -> Result<ParsedConfig, Unreadable> {
    config::read(u32::try_from(genesis.unix_s()).unwrap_or(u32::MAX))
}

/// Lets happen what is due.
pub(crate) fn happen(world: &World, due: Due) {
    match due {
        Due::Block => hold(&world.ton.chain).catch_up(world),
    }
}
