//! Fulfilment: the next step of every unfinished order, until the goods are there or the money is
//! back.
//!
//! It owns the *tills*: a wallet with the Fragment login that proves it, held by lease, one order
//! at a time in each. It never decides what is right ([`crate::domain::order`] does), never
//! remembers what is true (the books do), and never sends a byte that it has not read back from
//! them. A wake carries nothing; every step starts by reading the order's file and ends with one
//! commit under the leases' epochs. Losing everything in memory costs a look.
//!
//! Who sends: session, payment and the HTTP admin wake it or send an operator's action; it asks
//! the browser pool for a slot, and wakes the notifier and cookie refresh.

use std::sync::Arc;
use std::time::Duration;

use actix::Message;
use serde::Serialize;
use tokio::sync::watch;

use crate::browser_pool::Lender;
use crate::domain::breaks::BreakRules;
use crate::domain::dialog::Against;
use crate::domain::ids::{AdminId, Nonce, OrderId, Version, WalletAddress};
use crate::domain::link::LinkRules;
use crate::domain::order::{OperatorAct, OrderRules};
use crate::domain::pricing::ShopPrices;
use crate::domain::transfer::JudgeRules;
use crate::domain::wallet::SigningRules;
use crate::supervision::WakeHandle;

mod actor;
mod desk;
mod explain;
mod follow;
mod link;
mod operator;
mod pursue;
mod reconcile;
mod run;
mod sign;
mod tills;

pub use actor::Fulfilment;

/// What fulfilment is allowed to do and how long it waits.
#[derive(Clone, Debug)]
pub struct FulfilmentSettings {
    /// The order machine's settings.
    pub order: OrderRules,
    /// What a link must look like.
    pub link: LinkRules,
    /// What a signature depends on.
    pub signing: SigningRules,
    /// What a judgement depends on.
    pub judge: JudgeRules,
    /// How long a lease lasts without being prolonged. Another replica waits as long.
    pub lease: Duration,
    /// How often it looks without being woken (2 s: a wake does not cross processes).
    pub look: Duration,
    /// The pause between two looks at the chain for one message (3 s, about a block).
    pub chain_pause: Duration,
    /// How often a wallet's history is explained anew while nothing is wrong.
    pub sweep: Duration,
    /// How often books, chain and Fragment's history are compared; the first time after a tenth
    /// of it.
    pub reconcile: Duration,
    /// What such a comparison depends on.
    pub breaks: BreakRules,
    /// One call to Fragment or the chain takes at most this long.
    pub call: Duration,
    /// How long to wait for a browser of the pool: longer than the pool lets anybody wait.
    pub lend: Duration,
    /// One run of an order ends after this long and goes on at the next look. With `call` below
    /// the pool's longest loan.
    pub run: Duration,
    /// Orders worked on at once.
    pub in_flight: usize,
}

/// The doors fulfilment knocks at, all downhill.
#[derive(Clone)]
pub struct FulfilmentDoors {
    /// Lends browsers.
    pub lender: Lender,
    /// A logged-out page was met.
    pub cookie_refresh: WakeHandle,
    /// Somebody is owed news.
    pub notifier: WakeHandle,
    /// The prices, for the check of the real cost at a fresh rate.
    pub prices: watch::Receiver<Arc<ShopPrices>>,
}

/// A person acts on an order, with the version that person was shown (rule 20).
#[derive(Clone, Debug, Message)]
#[rtype(result = "Result<(), OperatorRefused>")]
pub struct OperatorActs {
    /// Which order.
    pub order: OrderId,
    /// The version shown.
    pub shown: Version,
    /// What.
    pub act: OperatorAct,
    /// Pressing twice acts once.
    pub nonce: Nonce,
    /// Who.
    pub by: AdminId,
}

/// A person lets a stopped wallet work again; its history is explained anew first.
#[derive(Clone, Debug, Message)]
#[rtype(result = "Result<(), OperatorRefused>")]
pub struct OpenWallet {
    /// Which.
    pub wallet: WalletAddress,
    /// The version shown.
    pub shown: Version,
    /// Pressing twice acts once.
    pub nonce: Nonce,
    /// Who.
    pub by: AdminId,
}

/// A person says what an unexplained transaction of a wallet was.
#[derive(Clone, Debug, Message)]
#[rtype(result = "Result<(), OperatorRefused>")]
pub struct AssignTransaction {
    /// Of which wallet.
    pub wallet: WalletAddress,
    /// Its logical time.
    pub lt: u64,
    /// The order it paid for; none if it paid for nothing of the shop's.
    pub order: Option<OrderId>,
    /// Who.
    pub by: AdminId,
}

/// Why an operator's action did nothing.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum OperatorRefused {
    /// There is no such order or wallet.
    #[error("not found")]
    NotFound,
    /// It changed since it was shown: look again.
    #[error("it changed since it was shown")]
    Changed,
    /// This press was handled before.
    #[error("this press was handled before")]
    Pressed,
    /// Another replica holds the till; send it there, or wait for the lease to end.
    #[error("another replica holds this till")]
    Elsewhere,
    /// The rules say no.
    #[error("{why}")]
    Rule {
        /// Which.
        against: Against,
        /// In one line.
        why: String,
    },
    /// Nothing happened: try again.
    #[error("not done: {0}")]
    TryAgain(String),
}

/// What fulfilment shows of itself.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct FulfilmentSnapshot {
    /// Tills held by this replica.
    pub tills: Vec<TillSnapshot>,
    /// Orders being worked on.
    pub in_flight: usize,
    /// Runs finished since the daemon started.
    pub runs: u64,
    /// Runs that ended because a port failed.
    pub stuck: u64,
}

/// One till.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct TillSnapshot {
    /// The wallet's address.
    pub wallet: String,
    /// The epoch under which it is held.
    pub epoch: i64,
    /// Whether its history is explained, so that it may sign.
    pub explained: bool,
}

impl Default for FulfilmentSettings {
    fn default() -> Self {
        use crate::domain::Span;
        use crate::domain::money::NanoTon;
        Self {
            order: OrderRules::default(),
            link: LinkRules {
                destinations: Vec::new(),
                cap: NanoTon::from_nanos(500_000_000_000),
                min_validity: Span::seconds(90),
            },
            signing: SigningRules {
                reserve: NanoTon::from_nanos(50_000_000),
                longest_validity: Span::seconds(300),
                shortest_validity: Span::seconds(60),
                before_deadline: Span::seconds(30),
                clock_skew: Span::seconds(60),
            },
            judge: JudgeRules {
                expiry_margin: Span::seconds(45),
            },
            lease: Duration::from_secs(30),
            look: Duration::from_secs(2),
            chain_pause: Duration::from_secs(3),
            sweep: Duration::from_secs(60),
            reconcile: Duration::from_secs(600),
            breaks: BreakRules::default(),
            call: Duration::from_secs(20),
            lend: Duration::from_secs(25),
            run: Duration::from_secs(240),
            in_flight: 16,
        }
    }
}
