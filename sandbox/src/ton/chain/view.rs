//! What a caller sees: everything, or what a lagging server would tell.

use std::time::Duration;

use tycho_types::error::Error;
use tycho_types::models::{ShardAccount, StdAddr};

use super::Chain;
use super::record::Record;
use crate::world::clock::Moment;
use crate::world::faults::Strike;

/// How a server lags.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Lag {
    /// It tells what was: so long ago, or before the last change.
    stale: Option<Option<Duration>>,
    /// It tells the time of now with the account of before.
    mixed: bool,
}

impl Lag {
    /// What faults make of a call.
    pub(crate) fn of(strike: &Strike) -> Self {
        Self {
            stale: strike.stale,
            mixed: strike.mixed,
        }
    }
}

/// An account, and the block it is said to be of.
#[derive(Debug)]
pub(crate) struct SeenAccount {
    /// Height of the block.
    pub(crate) height: u64,
    /// The account.
    pub(crate) state: ShardAccount,
}

/// The chain as one caller sees it at one moment.
#[derive(Debug, Clone, Copy)]
pub(crate) struct View<'a> {
    /// The chain.
    pub(crate) chain: &'a Chain,
    now: Moment,
    lag: Lag,
}

impl<'a> View<'a> {
    /// The view of `chain` at `now`; the chain has to be caught up.
    pub(crate) fn new(chain: &'a Chain, now: Moment, lag: Lag) -> Self {
        Self { chain, now, lag }
    }

    /// Height of the newest block in sight.
    pub(crate) fn height(&self) -> u64 {
        match self.lag.stale {
            Some(Some(ago)) => self.chain.calendar.height_at(self.now - ago),
            Some(None) => self.newest().saturating_sub(1),
            None => self.newest(),
        }
    }

    /// The account as it is told.
    pub(crate) fn account(&self, address: &StdAddr) -> Result<SeenAccount, Error> {
        let newest = self.chain.committed(address, self.now);
        let before = || {
            let changed = self.chain.accounts.changed(address, newest);
            changed.map_or(newest, |changed| changed.saturating_sub(1))
        };
        let of = match self.lag.stale {
            Some(Some(_)) => self.height().min(newest),
            Some(None) => before(),
            None if self.lag.mixed => before(),
            None => newest,
        };
        let height = if self.lag.mixed { self.newest() } else { of };
        let state = self.chain.accounts.at(address, of)?;
        Ok(SeenAccount { height, state })
    }

    /// Height up to which the history of an account is told: what the masterchain refers to.
    pub(crate) fn height_for(&self, address: &StdAddr) -> u64 {
        let committed = self.chain.committed(address, self.now);
        self.indexed(address).min(committed)
    }

    /// Height up to which an index has heard of an account.
    fn indexed(&self, address: &StdAddr) -> u64 {
        match self.lag.stale {
            Some(None) => {
                let newest = self.newest();
                let changed = self.chain.accounts.changed(address, newest);
                changed.map_or(newest, |changed| changed.saturating_sub(1))
            }
            Some(Some(_)) | None => self.height(),
        }
    }

    /// True when the transaction is in sight.
    pub(crate) fn shows(&self, record: &Record) -> bool {
        record.height <= self.indexed(&record.account)
    }

    /// True when the masterchain refers to the transaction's block.
    pub(crate) fn is_committed(&self, record: &Record) -> bool {
        record.is_committed(self.now)
    }

    /// True when the outgoing messages of a transaction are not in sight although it is.
    pub(crate) fn hides_messages(&self, record: &Record) -> bool {
        self.lag.mixed || record.hidden_until.is_some_and(|until| self.now < until)
    }

    /// What would become of the messages that wait, each on its own.
    pub(crate) fn pending(&self) -> Vec<Record> {
        self.chain.pending(self.now)
    }

    fn newest(&self) -> u64 {
        self.chain.calendar.height_at(self.now)
    }
}
