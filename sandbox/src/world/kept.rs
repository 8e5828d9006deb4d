//! A world in a file: everything that happened in it, so that another run goes on from there.
//!
//! Each emulator gives its own part and takes it again; here is the whole, the file and its version.
//! A file is taken whole or refused: what it says is read, compared with itself, and only then begun
//! from. Written are all emulators, prices, faults, timers, the dice as they lie, the clock, and what
//! the demo's page shows besides. Not written are those who wait for an answer (they have gone with
//! their connections), and what belongs to a start: ports, merchant, limits.
//!
//! A world is written at the end alone. Written now and then it would lag behind whoever keeps books
//! of it, and books that know more than the world are worse than none.

mod file;
pub(crate) mod forms;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

pub use self::file::{NotWritten, Place};
use super::clock::Stopped;
use super::dice::{Dice, Thrown};
use super::faults::Faults;
use super::prices::Prices;
use super::settled::{Arrived, Settled};
use super::timers::{Due, Entry, Timers};
use super::{World, faults, hold};
use crate::demo::{Stage, StageKept, switches};
use crate::ton::chain::Chain;
use crate::{control, fragment, heleket, telegram, ton};

/// Grows whenever a program would read the file of another one wrongly. There is no way from one to
/// the next: a demo begins anew.
const VERSION: u32 = 1;

/// What contradicts something else in a file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Torn(pub(crate) String);

/// What has to be so.
pub(crate) fn must(is_so: bool, otherwise: impl FnOnce() -> String) -> Result<(), Torn> {
    if is_so {
        Ok(())
    } else {
        Err(Torn(otherwise()))
    }
}

/// Why a file is not begun from.
#[derive(Debug, thiserror::Error)]
pub enum Unusable {
    /// Another version of this program wrote it.
    #[error("it was written by another version of this program (format {found}, here {VERSION})")]
    Version {
        /// The format's number.
        found: u64,
    },
    /// It contradicts itself, or is no such file.
    #[error("it is damaged: {0}")]
    Damaged(String),
    /// The system does not give it out.
    #[error("it cannot be read: {0}")]
    Unreadable(#[from] std::io::Error),
    /// A run began from it, and did not come to its end.
    #[error("the last run was killed before it could write its world down")]
    NotEnded,
}

impl From<Torn> for Unusable {
    fn from(why: Torn) -> Self {
        Self::Damaged(why.0)
    }
}

/// A world that was written down, read and found whole.
#[derive(Debug)]
pub struct Kept {
    companion: Option<String>,
    pub(super) block_time: Duration,
    pub(super) clock: Stopped,
    orders: usize,
    pub(super) parts: Parts,
}

/// What a world is made of that has a past.
#[derive(Debug)]
pub(super) struct Parts {
    pub(super) dice: Dice,
    pub(super) faults: Faults,
    pub(super) prices: Prices,
    pub(super) timers: Timers,
    pub(super) settled: Settled,
    pub(super) heleket: heleket::desk::Desk,
    pub(super) fragment: fragment::desk::Desk,
    pub(super) chain: Chain,
    pub(super) telegram: telegram::desk::Desk,
    pub(super) stage: Stage,
}

/// What stands in the file, when it is read.
#[derive(Debug, Deserialize)]
struct Read {
    companion: Option<String>,
    block_time: Duration,
    clock: Stopped,
    dice: Thrown,
    faults: (u64, Vec<faults::Kept>),
    prices: BTreeMap<String, String>,
    timers: (u64, Vec<Entry>),
    settled: Vec<Arrived>,
    heleket: heleket::desk::Desk,
    fragment: fragment::desk::Desk,
    ton: ton::chain::kept::Kept,
    telegram: telegram::desk::Desk,
    stage: StageKept,
}

/// The same, when it is written.
#[derive(Debug, Serialize)]
struct Written<'a> {
    companion: Option<&'a str>,
    block_time: Duration,
    clock: Stopped,
    dice: Thrown,
    faults: (u64, Vec<faults::Kept>),
    prices: BTreeMap<String, String>,
    timers: (u64, Vec<Entry>),
    settled: Vec<Arrived>,
    heleket: &'a heleket::desk::Desk,
    fragment: &'a fragment::desk::Desk,
    ton: ton::chain::kept::Kept,
    telegram: &'a telegram::desk::Desk,
    stage: StageKept,
}

impl World {
    /// The world as text. Nothing may happen in it any more: time stands, and nobody calls.
    /// `companion` is what it belongs to, whatever that is.
    pub(crate) fn written(&self, companion: Option<&str>) -> Result<Vec<u8>, NotWritten> {
        let _turn = hold(&self.turn);
        let chain = hold(&self.ton.chain).kept();
        let written = Written {
            companion,
            block_time: self.block_time,
            clock: self.clock.stopped(),
            dice: self.dice.thrown(),
            faults: self.faults.kept(),
            prices: self.prices.kept(),
            timers: self.timers.kept(),
            settled: self.settled.kept(),
            heleket: &hold(&self.heleket.desk),
            fragment: &hold(&self.fragment.desk),
            ton: chain.map_err(|why| NotWritten::Unspeakable(why.to_string()))?,
            telegram: &hold(&self.telegram.desk),
            stage: self.stage.kept(),
        };
        let text = serde_json::to_vec(&written);
        text.map_err(|why| NotWritten::Unspeakable(why.to_string()))
    }
}

impl Kept {
    /// What this text says, if it does not contradict itself.
    fn of(text: &[u8]) -> Result<Self, Unusable> {
        let read: Read =
            serde_json::from_slice(text).map_err(|why| Unusable::Damaged(why.to_string()))?;
        let genesis = read.ton.genesis();
        let config = ton::config_at(genesis).map_err(|why| Unusable::Damaged(why.to_string()))?;
        let orders = read.stage.orders;
        let parts = Parts {
            dice: Dice::again(read.dice),
            faults: Faults::again(read.faults, control::names_of_faults)?,
            prices: Prices::again(&read.prices)?,
            timers: Timers::again(read.timers)?,
            settled: Settled::again(read.settled),
            heleket: read.heleket.found_again()?,
            fragment: read.fragment.found_again()?,
            chain: read.ton.open(Arc::new(config))?,
            telegram: read.telegram.found_again()?,
            stage: Stage::again(read.stage, &switches())?,
        };
        parts.check()?;
        Ok(Self {
            companion: read.companion,
            block_time: read.block_time,
            clock: read.clock,
            orders,
            parts,
        })
    }

    /// What it was said to belong to when it was written.
    pub fn companion(&self) -> Option<&str> {
        self.companion.as_deref()
    }

    /// Seconds since 1970, by the machine's clock, when it was written.
    pub fn written_at(&self) -> i64 {
        self.clock.machine().unix_s()
    }

    /// How long a block of its chains takes.
    pub fn block_time(&self) -> Duration {
        self.block_time
    }

    /// How many orders the demo's books had then.
    pub(crate) fn orders(&self) -> usize {
        self.orders
    }
}

impl Parts {
    /// Whether the parts agree with each other.
    fn check(&self) -> Result<(), Torn> {
        let (_, due) = self.timers.kept();
        for entry in &due {
            let is_known = match entry.due() {
                Due::Heleket(due) => self.heleket.has(*due),
                Due::Telegram(due) => self.telegram.has(*due),
                Due::Ton(ton::Due::Block) => true,
            };
            must(is_known, || {
                format!("{:?} is due and about nothing", entry.due())
            })?;
        }
        for webhook in self.heleket.waiting() {
            let webhook = Due::Heleket(webhook);
            let is_due = due.iter().any(|entry| *entry.due() == webhook);
            must(is_due, || format!("{webhook:?} waits and is never due"))?;
        }
        let sent: BTreeSet<[u8; 32]> = self.chain.records().iter().map(|one| one.hash.0).collect();
        let arrived = self.settled.kept();
        let came: BTreeSet<[u8; 32]> = arrived.iter().map(|one| one.transaction).collect();
        must(came.is_subset(&sent), || {
            "money arrived that no transaction sent".to_owned()
        })?;
        for purchase in &self.fragment.purchases {
            let payment = purchase.payment.as_ref();
            must(
                payment.is_none_or(|payment| came.contains(&payment.transaction)),
                || format!("{} is paid by money that never came", purchase.id),
            )?;
        }
        Ok(())
    }
}
