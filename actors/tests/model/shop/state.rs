//! One state of the world.

use std::collections::{BTreeMap, BTreeSet};

use starkeeper_actors::domain::ledger::{Account, EntryKey};
use starkeeper_actors::domain::order::Order;
use starkeeper_actors::domain::transfer::{Transfer, Verdict};
use starkeeper_actors::domain::wallet::Wallet;

use crate::model::row::{Row, Shared};

/// Everything there is. Equal states are one state, however they were reached.
#[derive(Clone, Hash)]
pub struct State {
    pub now: u8,
    pub books: Shared<Books>,
    /// An older copy of the books that may be restored.
    pub copy: Option<Row<Books>>,
    pub replicas: Vec<Replica>,
    pub chains: Shared<Vec<Chain>>,
    /// Messages on the network that may still be included, by id.
    pub net: Vec<Row<Transfer>>,
    /// Purchases at Fragment, by number. A number nobody remembers is used again.
    pub requests: Shared<Vec<Option<Request>>>,
    /// The purchase that each till's page shows.
    pub page: Vec<Option<u8>>,
    pub left: Left,
}

/// The books: what a restored copy brings back, but for the life.
#[derive(Clone, Hash)]
pub struct Books {
    pub life: u8,
    pub orders: Vec<Row<Order>>,
    pub transfers: Vec<Row<Transfer>>,
    pub wallets: Vec<Row<Wallet>>,
    pub ledger: Row<Ledger>,
    /// Request and reference numbers, claimed with the order they belong to.
    pub linked: Vec<(u8, u8)>,
    /// Rows of Fragment's history (by the number of their purchase) with the order that claims.
    pub rows: Vec<(u8, u8)>,
    /// Transactions (wallet, lt) that the operator assigned, to an order or to nobody.
    pub assigned: Vec<(u8, u64, Option<u8>)>,
    /// The epoch of each wallet's lease (and of its login's: one till).
    pub epochs: Vec<u8>,
}

/// Balances and the keys of all entries.
#[derive(Clone, Default)]
pub struct Ledger {
    pub balances: BTreeMap<Account, i64>,
    pub keys: BTreeSet<EntryKey>,
}

impl std::hash::Hash for Ledger {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.balances.hash(state);
        self.keys.hash(state);
    }
}

/// A daemon.
#[derive(Clone, Hash)]
pub struct Replica {
    /// The life of the books it believes in.
    pub life: u8,
    /// The epoch it believes to hold of each wallet's lease; 0 for none.
    pub epochs: Vec<u8>,
    /// What it is in the middle of: one order at a time.
    pub doing: Option<Doing>,
}

/// In the middle of what.
#[derive(Clone, Hash)]
pub enum Doing {
    /// Bytes were read back from a committed row, to be sent.
    Bytes(Row<Transfer>),
    /// A decision is made and not committed yet.
    Ready(Ready),
}

/// A decision in memory, with the rows it was made on. The commit names their versions; the model
/// compares the rows themselves, which forgives one that was changed and changed back.
#[derive(Clone, Hash)]
pub struct Ready {
    pub order: u8,
    pub what: What,
    pub at: u8,
    pub wallet: u8,
    pub epoch: u8,
    pub life: u8,
    pub seen_order: Row<Order>,
    pub seen_wallet: Row<Wallet>,
}

/// What is decided.
#[derive(Clone, Hash, PartialEq, Eq, Debug)]
pub enum What {
    Tick,
    Linked(u8),
    LinkRefused,
    LinkExpired,
    Sign(Row<Transfer>),
    Ahead,
    Confirmed,
    ReturnMoney,
    Verdict(u8, Row<Verdict>),
    Page(u8),
    History(u8),
    NotSeen,
    Bounced(u64),
    TillReset,
    /// Planted: refund by the clock.
    Release(u8),
    /// Planted: the order moves to another wallet.
    Move,
}

/// A wallet's account on the chain: every transaction it ever had, oldest first.
#[derive(Clone, Hash, Default)]
pub struct Chain {
    pub txs: Vec<Tx>,
}

#[derive(Clone, Hash)]
pub struct Tx {
    /// Block time.
    pub at: u8,
    pub what: TxWhat,
}

#[derive(Clone, Hash)]
pub enum TxWhat {
    /// A message of ours was accepted. Unpaid: its action was skipped.
    Ran { message: Row<Transfer>, paid: bool },
    /// The owner sent TON with another program.
    Hand,
    /// Fragment sent the TON of a purchase back.
    Back { request: u8 },
}

/// A purchase at Fragment.
#[derive(Clone, Hash, PartialEq, Eq)]
pub struct Request {
    pub order: u8,
    pub wallet: u8,
    /// Fragment waits for the confirm call and the payment until then.
    pub deadline: u8,
    /// The confirm call came in time.
    pub confirmed: bool,
    /// When the goods were delivered.
    pub delivered: Option<u8>,
    /// The TON was sent back.
    pub bounced: bool,
}

/// Faults that may still strike, and things people may still do.
#[derive(Clone, Copy, Hash, Debug, Default, PartialEq, Eq)]
pub struct Left {
    /// A process dies.
    pub crashes: u8,
    /// A lease runs out while its holder sleeps.
    pub naps: u8,
    /// An answer, or the outcome of a commit, is lost without a crash.
    pub lost: u8,
    /// The second provider pairs a new time with old data.
    pub mixes: u8,
    /// A message is accepted and its action skipped.
    pub skips: u8,
    /// The owner uses the wallet by hand.
    pub hands: u8,
    /// Fragment sends the TON back.
    pub bounces: u8,
    /// Fragment refuses a link for good.
    pub refusals: u8,
    /// Operators press buttons on orders, and customers take their money back.
    pub presses: u8,
    /// The books are restored from the copy.
    pub restores: u8,
}
