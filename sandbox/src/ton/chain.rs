//! The chain: accounts, blocks, what waits for the next one, and every transaction there was.
//!
//! A block is made at its time when there is something for it; idle ones follow from the calendar.
//! Whoever asks or sends lets everything happen first that is due. It executes and never judges: what
//! is refused, skipped or bounced is what the contracts and the executor of the network say.

mod accounts;
pub(crate) mod calendar;
mod execute;
pub(crate) mod kept;
mod mempool;
pub(crate) mod record;
pub(crate) mod view;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use tycho_executor::ParsedConfig;
use tycho_types::error::Error;
use tycho_types::models::{ShardAccount, StdAddr};
use tycho_types::prelude::{Boc, Cell, HashBytes};

use self::accounts::Accounts;
use self::calendar::{Calendar, SEED, Workchain};
use self::execute::{Block, NotMade};
use self::mempool::{Mempool, Waiting};
use self::record::{Record, Trace};
use super::message::{External, Message};
use super::text::raw;
use crate::world::World;
use crate::world::clock::Moment;
use crate::world::faults::System;
use crate::world::settled::Arrived;
use crate::world::timers::Due;

/// Transactions that are remembered, about ten kilobytes each; a reset makes room.
const MOST_RECORDS: usize = 200_000;

/// A message between accounts on its way.
#[derive(Debug)]
struct Travelling {
    message: Message,
    to: StdAddr,
    /// Height of the first block that may deliver it.
    earliest: u64,
    trace: Trace,
    /// The transaction that sent it and the external message that asked for that, if one did.
    asked_for: Option<(HashBytes, HashBytes)>,
}

/// The chain.
pub(crate) struct Chain {
    config: Arc<ParsedConfig>,
    calendar: Calendar,
    accounts: Accounts,
    records: Vec<Record>,
    of_account: HashMap<StdAddr, Vec<usize>>,
    received: HashMap<HashBytes, Vec<usize>>,
    sent: HashMap<HashBytes, Vec<usize>>,
    mempool: Mempool,
    travelling: Vec<Travelling>,
    /// Height of the block that a timer is set for.
    awaited: Option<u64>,
}

impl Chain {
    /// A chain that begins now.
    pub(crate) fn new(config: Arc<ParsedConfig>, calendar: Calendar) -> Self {
        Self {
            config,
            calendar,
            accounts: Accounts::default(),
            records: Vec::new(),
            of_account: HashMap::new(),
            received: HashMap::new(),
            sent: HashMap::new(),
            mempool: Mempool::default(),
            travelling: Vec::new(),
            awaited: None,
        }
    }

    /// The same chain from its beginning, at `genesis`.
    pub(crate) fn again(&self, calendar: Calendar) -> Self {
        Self::new(Arc::clone(&self.config), calendar)
    }

    /// Its calendar.
    pub(crate) fn calendar(&self) -> Calendar {
        self.calendar
    }

    /// Makes every block that is due, and sets a timer for the next one that has work.
    pub(crate) fn catch_up(&mut self, world: &World) {
        let newest = self.calendar.height_at(world.clock.now());
        while let Some(height) = self.next_busy().filter(|height| *height <= newest) {
            self.make_block(world, height);
        }
        match self.next_busy() {
            Some(height) if self.awaited.is_none_or(|awaited| awaited != height) => {
                let at = self.calendar.moment_of(height);
                world.timers.put(at, Due::Ton(super::Due::Block));
                self.awaited = Some(height);
            }
            Some(_) => {}
            None => self.awaited = None,
        }
    }

    /// Takes an external message into the mempool if its account would accept it now; otherwise
    /// answers the words of the node.
    pub(crate) fn send(&mut self, world: &World, external: External) -> Result<(), String> {
        self.catch_up(world);
        let now = world.clock.now();
        let refused = |why: String| {
            format!("LITE_SERVER_UNKNOWN: cannot apply external message to current state : {why}")
        };
        if self.records.len() >= MOST_RECORDS {
            let why = "the sandbox remembers no more transactions: POST /control/reset";
            return Err(refused(why.to_owned()));
        }
        let committed = self.committed(&external.to, now);
        let state = self
            .accounts
            .at(&external.to, committed)
            .map_err(|why| refused(why.to_string()))?;
        let block = self.block(committed);
        execute::check(&self.config, block, &external.to, &external.cell, &state)
            .map_err(refused)?;
        if !self.mempool.is_there(&external.hash) {
            let strike = world.faults.strike(System::Ton, MEMPOOL, true);
            let from = |moment| self.calendar.height_at(moment).saturating_add(1);
            self.mempool
                .put(external, now, &strike, from)
                .map_err(refused)?;
            self.catch_up(world);
        }
        Ok(())
    }

    /// Gives an account another balance.
    pub(crate) fn set_balance(
        &mut self,
        world: &World,
        address: &StdAddr,
        nano: u128,
    ) -> Result<(), Error> {
        self.catch_up(world);
        let height = self.calendar.height_at(world.clock.now());
        self.accounts.set_balance(address, height, nano)
    }

    fn block(&self, height: u64) -> Block {
        Block {
            unix: self.calendar.unix(height),
            lt: self.calendar.lt(height),
            seed: self.calendar.hash(Workchain::Base, height, SEED),
        }
    }

    fn next_busy(&self) -> Option<u64> {
        let travelling = self.travelling.iter().map(|message| message.earliest);
        travelling.chain(self.mempool.next()).min()
    }

    /// Messages between accounts first, then those from outside, each in their order.
    fn make_block(&mut self, world: &World, height: u64) {
        let travelling = std::mem::take(&mut self.travelling);
        let (due, later): (Vec<_>, Vec<_>) = travelling
            .into_iter()
            .partition(|message| message.earliest <= height);
        self.travelling = later;
        for message in due {
            self.deliver(world, message, height);
        }
        for waiting in self.mempool.take(height) {
            self.run(world, waiting, height);
        }
    }

    fn deliver(&mut self, world: &World, message: Travelling, height: u64) {
        let Travelling {
            message,
            to,
            trace,
            asked_for,
            ..
        } = message;
        let made = self.execute(&to, &message, Some(trace), height);
        let record = match made {
            Ok(record) => record,
            Err(why) => {
                let message = message.hash;
                tracing::error!(%message, "a message on its way is lost: {why:?}");
                return;
            }
        };
        if let Some((transaction, external)) = asked_for {
            let at = self.calendar.moment_of(height);
            settle(world, &record, transaction, external, at);
        }
        self.keep(world, record);
    }

    fn run(&mut self, world: &World, waiting: Waiting, height: u64) {
        let external = &waiting.external;
        let message = match Message::of(external.cell.clone()) {
            Ok(message) => message,
            Err(why) => {
                tracing::error!(message = %external.hash, "it cannot be read twice: {why}");
                return;
            }
        };
        match self.execute(&external.to, &message, None, height) {
            Ok(mut record) => {
                let strike = world.faults.strike(System::Ton, BLOCK, true);
                let at = self.calendar.moment_of(height);
                record.hidden_until = strike.delay.map(|delay| at + delay);
                let uncommitted = strike.stale.map(|lag| lag.unwrap_or(USUAL_LAG));
                record.uncommitted_until = uncommitted.map(|lag| at + lag);
                self.keep(world, record);
            }
            Err(NotMade::Refused) => self.mempool.back(waiting, height, world.clock.now()),
            Err(NotMade::Broken(why)) => {
                tracing::warn!(message = %external.hash, "it cannot be executed: {why}");
            }
        }
    }

    fn execute(
        &self,
        to: &StdAddr,
        message: &Message,
        trace: Option<Trace>,
        height: u64,
    ) -> Result<Record, NotMade> {
        let unreadable = |why: Error| NotMade::Broken(why.to_string());
        let before = self.accounts.at(to, height).map_err(unreadable)?;
        let is_external = trace.is_none();
        let cell = message.cell.clone();
        let block = self.block(height);
        let made = execute::execute(&self.config, block, to, is_external, cell, &before)?;
        Record::of(to.clone(), made, before, message.clone(), trace, height).map_err(unreadable)
    }

    /// Puts a transaction where it is found, and its messages on their way.
    fn keep(&mut self, world: &World, record: Record) {
        let at = self.calendar.moment_of(record.height);
        // Who receives it hears of it in a block that follows the commitment.
        let leaves = record.uncommitted_until.map_or(at, |until| until.max(at));
        let asked_for = record
            .is_external()
            .then_some((record.hash, record.in_msg.hash));
        for message in &record.out_msgs {
            if let (Some(to), Some(_)) = (message.to(), message.internal()) {
                let strike = world.faults.strike(System::Ton, TRANSIT, true);
                let delay = strike.delay.unwrap_or_default();
                let earliest = self.calendar.height_at(leaves + delay).saturating_add(1);
                self.travelling.push(Travelling {
                    message: message.clone(),
                    to: to.clone(),
                    earliest,
                    trace: record.trace,
                    asked_for,
                });
            }
        }
        self.accounts
            .set(&record.account, record.height, record.after.clone());
        self.remember(record);
    }

    /// Puts a transaction where it is found.
    fn remember(&mut self, record: Record) {
        let number = self.records.len();
        for message in &record.out_msgs {
            self.sent.entry(message.hash).or_default().push(number);
        }
        let received = &record.in_msg;
        self.received.entry(received.hash).or_default().push(number);
        if let Some(normalised) = received.normalised.filter(|hash| *hash != received.hash) {
            self.received.entry(normalised).or_default().push(number);
        }
        let of_account = self.of_account.entry(record.account.clone()).or_default();
        of_account.push(number);
        self.records.push(record);
    }

    /// Height of the newest block that the masterchain refers to as far as an account is concerned.
    pub(crate) fn committed(&self, address: &StdAddr, now: Moment) -> u64 {
        let newest = self.calendar.height_at(now);
        let oldest = self
            .of_account(address)
            .rev()
            .take_while(|record| !record.is_committed(now))
            .last();
        oldest.map_or(newest, |record| record.height.saturating_sub(1))
    }

    /// The account after the block of height `height`.
    pub(crate) fn account(&self, address: &StdAddr, height: u64) -> Result<ShardAccount, Error> {
        self.accounts.at(address, height)
    }

    /// Every transaction, oldest first.
    pub(crate) fn records(&self) -> &[Record] {
        &self.records
    }

    /// Those of an account, oldest first.
    pub(crate) fn of_account(&self, address: &StdAddr) -> impl DoubleEndedIterator<Item = &Record> {
        let numbers = self.of_account.get(address).map_or(&[][..], Vec::as_slice);
        numbers
            .iter()
            .filter_map(|number| self.records.get(*number))
    }

    /// Those that received a message of this hash, plain or normalised.
    pub(crate) fn receivers(&self, message: &HashBytes) -> impl Iterator<Item = &Record> {
        let numbers = self.received.get(message).map_or(&[][..], Vec::as_slice);
        numbers
            .iter()
            .filter_map(|number| self.records.get(*number))
    }

    /// Those that sent a message of this hash.
    pub(crate) fn senders(&self, message: &HashBytes) -> impl Iterator<Item = &Record> {
        let numbers = self.sent.get(message).map_or(&[][..], Vec::as_slice);
        numbers
            .iter()
            .filter_map(|number| self.records.get(*number))
    }

    /// What would become of the messages that wait, each on its own, without becoming it.
    pub(crate) fn pending(&self, now: Moment) -> Vec<Record> {
        let height = self.calendar.height_at(now);
        let waiting = self.mempool.all();
        let records = waiting.filter_map(|external| {
            let message = Message::of(external.cell.clone()).ok()?;
            self.execute(&external.to, &message, None, height).ok()
        });
        records.collect()
    }
}

/// How long the masterchain lags behind a block where a fault names no time.
const USUAL_LAG: Duration = Duration::from_secs(10);

/// The name for faults of taking a message into the mempool.
pub(crate) const MEMPOOL: &str = "mempool";

/// The name for faults of executing a message in a block.
pub(crate) const BLOCK: &str = "block";

/// The name for faults of carrying a message from one account to another.
pub(crate) const TRANSIT: &str = "transit";

/// Tells that money arrived, unless it goes back.
fn settle(world: &World, record: &Record, transaction: HashBytes, external: HashBytes, at: Moment) {
    let message = &record.in_msg;
    let Some(info) = message.internal() else {
        return;
    };
    let Some(from) = message.from() else {
        return;
    };
    if info.bounced || record.sent_back() {
        return;
    }
    let body: &Cell = message.body();
    world.settled.push(Arrived {
        transaction: transaction.0,
        external: external.0,
        from: raw(from),
        to: raw(&record.account),
        nano: u64::try_from(info.value.tokens.into_inner()).unwrap_or(u64::MAX),
        body: Boc::encode(body),
        body_hash: body.repr_hash().0,
        at,
    });
}

impl std::fmt::Debug for Chain {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Chain")
            .field("calendar", &self.calendar)
            .field("records", &self.records.len())
            .field("awaited", &self.awaited)
            .finish_non_exhaustive()
    }
}
