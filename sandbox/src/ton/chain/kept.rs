//! The chain in a file: every cell once, and what points to which.
//!
//! What follows from a transaction (its hash, its phases, the messages it sent, where it is found) is
//! read out of the transaction again. The file is refused where the two disagree.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tycho_executor::ParsedConfig;
use tycho_types::boc::de::{BocHeader as Reader, Options};
use tycho_types::boc::ser::BocHeader;
use tycho_types::cell::{CellFamily as _, Load, Store};
use tycho_types::error::Error;
use tycho_types::models::{ShardAccount, StdAddr};
use tycho_types::prelude::{Cell, CellBuilder, HashBytes};

use super::calendar::Calendar;
use super::execute::Made;
use super::mempool::Kept as KeptWaiting;
use super::record::{Record, Trace};
use super::{Chain, Travelling};
use crate::ton::message::{External, Message};
use crate::world::clock::Moment;
use crate::world::kept::{Torn, forms, must};

/// Where a cell stands among the cells of the file.
type Place = usize;

/// A chain that is written down.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Kept {
    genesis: Moment,
    block: Duration,
    salt: u64,
    /// One bag with every cell, each as a root of its own.
    #[serde(with = "forms::bytes")]
    cells: Vec<u8>,
    count: usize,
    /// Changes of accounts, with their heights.
    accounts: BTreeMap<String, Vec<(u64, Place)>>,
    records: Vec<KeptRecord>,
    mempool: Vec<KeptWaiting<Place>>,
    travelling: Vec<KeptTravelling>,
    awaited: Option<u64>,
}

#[derive(Debug, Serialize, Deserialize)]
struct KeptRecord {
    #[serde(with = "forms::text")]
    account: StdAddr,
    cell: Place,
    before: Place,
    after: Place,
    in_msg: Place,
    trace: Trace,
    height: u64,
    hidden_until: Option<Moment>,
    uncommitted_until: Option<Moment>,
}

#[derive(Debug, Serialize, Deserialize)]
struct KeptTravelling {
    message: Place,
    #[serde(with = "forms::text")]
    to: StdAddr,
    earliest: u64,
    trace: Trace,
    /// Number of the transaction that sent it, if a message from outside asked for that.
    asked_for: Option<Asked>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Asked {
    #[serde(with = "forms::text")]
    transaction: HashBytes,
    #[serde(with = "forms::text")]
    external: HashBytes,
}

impl Chain {
    /// Writes it down.
    pub(crate) fn kept(&self) -> Result<Kept, Error> {
        let mut cells = Cells::default();
        let mut accounts = BTreeMap::new();
        for (address, states) in self.accounts.all() {
            let mut kept = Vec::new();
            for (since, state) in states {
                kept.push((*since, cells.put_whole(state)?));
            }
            accounts.insert(address.to_string(), kept);
        }
        let mut records = Vec::new();
        for record in &self.records {
            records.push(KeptRecord {
                account: record.account.clone(),
                cell: cells.put(&record.cell),
                before: cells.put_whole(&record.before)?,
                after: cells.put_whole(&record.after)?,
                in_msg: cells.put(&record.in_msg.cell),
                trace: record.trace,
                height: record.height,
                hidden_until: record.hidden_until,
                uncommitted_until: record.uncommitted_until,
            });
        }
        let mempool = self.mempool.kept(|external| cells.put(&external.cell));
        let travelling = self.travelling.iter().map(|message| KeptTravelling {
            message: cells.put(&message.message.cell),
            to: message.to.clone(),
            earliest: message.earliest,
            trace: message.trace,
            asked_for: message.asked_for.map(|(transaction, external)| Asked {
                transaction,
                external,
            }),
        });
        let travelling = travelling.collect();
        let (genesis, block, salt) = self.calendar.parts();
        Ok(Kept {
            genesis,
            block,
            salt,
            count: cells.all.len(),
            cells: cells.bag(),
            accounts,
            records,
            mempool,
            travelling,
            awaited: self.awaited,
        })
    }
}

impl Kept {
    /// When the chain began: what chooses its configuration.
    pub(crate) fn genesis(&self) -> Moment {
        self.genesis
    }

    /// The chain again, unless what is written contradicts itself.
    pub(crate) fn open(self, config: Arc<ParsedConfig>) -> Result<Chain, Torn> {
        let cells = read_bag(&self.cells, self.count)?;
        let cell = |place: Place| {
            let found = cells.get(place).cloned();
            found.ok_or_else(|| Torn(format!("the chain has no cell {place}")))
        };
        let state = |place: Place| whole::<ShardAccount>(&cell(place)?);
        let calendar = Calendar::new(self.genesis, self.block, self.salt);
        let mut chain = Chain::new(config, calendar);
        let mut height = 0;
        for kept in self.records {
            must(kept.height >= height, || {
                format!("a transaction of block {} comes late", kept.height)
            })?;
            height = kept.height;
            let (before, after) = (state(kept.before)?, state(kept.after)?);
            let message = Message::of(cell(kept.in_msg)?)?;
            let record = kept.open(cell(kept.cell)?, (before, after), message)?;
            chain.remember(record);
        }
        for (address, states) in self.accounts {
            let unknown = || Torn(format!("\"{address}\" is no address"));
            let owner: StdAddr = address.parse().map_err(|_| unknown())?;
            let mut before = None;
            for (since, place) in states {
                must(before < Some(since), || {
                    format!("{address} changes twice in block {since}")
                })?;
                before = Some(since);
                chain.accounts.set(&owner, since, state(place)?);
            }
        }
        chain.check_accounts()?;
        for kept in self.mempool {
            let external = External::of(cell(kept.message)?);
            let external = external.ok_or_else(|| Torn("what waits is no message".to_owned()))?;
            chain.mempool.put_again(external, &kept);
        }
        for kept in self.travelling {
            chain.travelling.push(Travelling {
                message: Message::of(cell(kept.message)?)?,
                to: kept.to,
                earliest: kept.earliest,
                trace: kept.trace,
                asked_for: kept
                    .asked_for
                    .map(|asked| (asked.transaction, asked.external)),
            });
        }
        chain.awaited = self.awaited;
        Ok(chain)
    }
}

impl KeptRecord {
    /// The transaction again, if it is of this account, answers this message and leads from the one
    /// state to the other.
    fn open(
        &self,
        cell: Cell,
        (before, after): (ShardAccount, ShardAccount),
        message: Message,
    ) -> Result<Record, Torn> {
        let hash = *cell.repr_hash();
        let made = Made::again(cell, after).map_err(|why| Torn(format!("{hash}: {why:?}")))?;
        let update = made.transaction.state_update.load()?;
        let answers = made
            .transaction
            .in_msg
            .as_ref()
            .map(|cell| *cell.repr_hash());
        let is_whole = made.transaction.account == self.account.address
            && answers == Some(message.hash)
            && update.old == *before.account.inner().repr_hash()
            && update.new == *made.after.account.inner().repr_hash();
        must(is_whole, || {
            format!("the transaction {hash} is not what it is said to be")
        })?;
        let (account, trace) = (self.account.clone(), Some(self.trace));
        let record = Record::of(account, made, before, message, trace, self.height);
        let record = record?;
        Ok(Record {
            hidden_until: self.hidden_until,
            uncommitted_until: self.uncommitted_until,
            ..record
        })
    }
}

impl Chain {
    /// Whoever had a transaction is as their newest one has left them, or was given another balance.
    fn check_accounts(&self) -> Result<(), Torn> {
        for (address, numbers) in &self.of_account {
            let newest = numbers.last().and_then(|number| self.records.get(*number));
            let Some(newest) = newest else { continue };
            let known = self.accounts.at(address, u64::MAX)?;
            must(known.last_trans_lt == newest.transaction.lt, || {
                format!("{address} has not kept its newest transaction")
            })?;
        }
        Ok(())
    }
}

/// Cells on their way into the file, each once.
#[derive(Default)]
struct Cells {
    all: Vec<Cell>,
    places: HashMap<HashBytes, Place>,
}

impl Cells {
    fn put(&mut self, cell: &Cell) -> Place {
        let next = self.all.len();
        let place = *self.places.entry(*cell.repr_hash()).or_insert(next);
        if place == next {
            self.all.push(cell.clone());
        }
        place
    }

    fn put_whole(&mut self, value: &impl Store) -> Result<Place, Error> {
        Ok(self.put(&CellBuilder::build_from(value)?))
    }

    fn bag(&self) -> Vec<u8> {
        let mut bag = Vec::new();
        if !self.all.is_empty() {
            let mut header = BocHeader::<std::hash::RandomState>::default();
            for cell in &self.all {
                header.add_root(cell.as_ref());
            }
            header.encode(&mut bag);
        }
        bag
    }
}

/// The cells of a bag, in their order.
fn read_bag(bag: &[u8], count: usize) -> Result<Vec<Cell>, Torn> {
    if count == 0 {
        return Ok(Vec::new());
    }
    let wrong = |why: &dyn std::fmt::Display| Torn(format!("the bag of cells: {why}"));
    let reader = Reader::decode(bag, &Options::exact(count)).map_err(|why| wrong(&why))?;
    let processed = reader
        .finalize(Cell::empty_context())
        .map_err(|why| wrong(&why))?;
    let roots = reader.roots().iter();
    let cells = roots.map(|root| processed.get(*root));
    cells
        .collect::<Option<Vec<_>>>()
        .ok_or_else(|| wrong(&"a root is missing"))
}

/// What a cell holds, to its end.
fn whole<T: for<'a> Load<'a>>(cell: &Cell) -> Result<T, Torn> {
    Ok(cell.parse::<T>()?)
}

impl From<Error> for Torn {
    fn from(why: Error) -> Self {
        Self(format!("a cell of the chain: {why}"))
    }
}
