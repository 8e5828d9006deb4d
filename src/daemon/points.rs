//! Points at which a daemon of the tests dies or waits: before and after each commit of an order,
//! and before and after each call that does something outside.
//!
//! Only with the feature `crash-points`, which no release build has. `CRASH_AT=<point>` aborts the
//! process at the first visit of the point, as `kill -9` would. `PAUSE_AT=<point>` writes the file
//! `paused` into the state folder and waits there until the file `go` appears, once; a test does in
//! between what it came to do. `PANIC_AT=<point>` panics there, once.
//!
//! A point is `commit:<state>:before`, the state being the one that is written, or `<call>:after`,
//! the call being one of [`CALLS`].

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use futures_util::future::BoxFuture;
use starkeeper_actors::domain::catalog::{Product, Recipient, Username};
use starkeeper_actors::domain::ids::WalletAddress;
use starkeeper_actors::domain::link::{Link, LinkOffer};
use starkeeper_actors::domain::login::Look;
use starkeeper_actors::domain::order::HistoryRow;
use starkeeper_actors::domain::pricing::GoodsPrice;
use starkeeper_actors::domain::transfer::{AccountState, Boc, Evidence, History, Transfer};
use starkeeper_actors::ports::books::{Commit, RowWrite};
use starkeeper_actors::ports::market::{Delivery, MarketFailure, Slot};
use starkeeper_actors::ports::vault::Jar;
use starkeeper_actors::ports::wallet::SendHint;
use starkeeper_actors::ports::{Chain, Failure, Market, Unreadable};

use crate::storage::{CommitWatch, When};

/// Between two looks for the file `go`.
const LOOK: Duration = Duration::from_millis(20);

/// The calls with points, besides commits.
pub const CALLS: &[&str] = &[
    "offer", "confirm", "delivery", "history", "reset", "send", "look",
];

/// The points of this process.
#[derive(Debug)]
pub(super) struct Points {
    crash_at: Option<String>,
    pause_at: Option<String>,
    panic_at: Option<String>,
    folder: PathBuf,
    paused: AtomicBool,
    panicked: AtomicBool,
}

impl Points {
    /// As the environment says.
    pub(super) fn of_this_process(folder: PathBuf) -> Arc<Self> {
        let read = |name| std::env::var(name).ok().filter(|text| !text.is_empty());
        Arc::new(Self {
            crash_at: read("CRASH_AT"),
            pause_at: read("PAUSE_AT"),
            panic_at: read("PANIC_AT"),
            folder,
            paused: AtomicBool::new(false),
            panicked: AtomicBool::new(false),
        })
    }

    async fn visit(&self, point: &str) {
        if self.crash_at.as_deref() == Some(point) {
            tracing::warn!("crash point {point}: aborting");
            std::process::abort();
        }
        let panics = self.panic_at.as_deref() == Some(point);
        if panics && !self.panicked.swap(true, Ordering::AcqRel) {
            #[expect(
                clippy::panic,
                reason = "a test asked for it, and no release build has it"
            )]
            std::panic::panic_any(format!("panic point {point}"));
        }
        let here = self.pause_at.as_deref() == Some(point);
        if here && !self.paused.swap(true, Ordering::AcqRel) {
            tracing::warn!("pause point {point}: waiting");
            if let Err(why) = std::fs::write(self.folder.join("paused"), point) {
                tracing::error!("pause point {point}: {why}");
            }
            while !self.folder.join("go").exists() {
                tokio::time::sleep(LOOK).await;
            }
            tracing::warn!("pause point {point}: going on");
        }
    }

    async fn around<T>(&self, call: &str, work: impl Future<Output = T>) -> T {
        self.visit(&format!("{call}:before")).await;
        let outcome = work.await;
        self.visit(&format!("{call}:after")).await;
        outcome
    }

    /// The hook of the books.
    pub(super) fn of_commits(self: &Arc<Self>) -> PointedCommits {
        PointedCommits(Arc::clone(self))
    }
}

/// Visits the points of commits.
#[derive(Debug)]
pub(super) struct PointedCommits(Arc<Points>);

impl CommitWatch for PointedCommits {
    fn tell(&self, when: When, commit: &Commit) -> BoxFuture<'static, ()> {
        let when = match when {
            When::Before => "before",
            When::After => "after",
        };
        let states = commit.rows.iter().filter_map(state_of);
        let names: Vec<String> = states
            .map(|state| format!("commit:{state}:{when}"))
            .collect();
        let points = Arc::clone(&self.0);
        Box::pin(async move {
            for name in names {
                points.visit(&name).await;
            }
        })
    }
}

fn state_of(row: &RowWrite) -> Option<&'static str> {
    match row {
        RowWrite::Order(order) => Some(order.row.state_name()),
        RowWrite::Customer(_)
        | RowWrite::Transfer(_)
        | RowWrite::Wallet(_)
        | RowWrite::Invoice(_)
        | RowWrite::Login(_)
        | RowWrite::Notice(_)
        | RowWrite::Live(_)
        | RowWrite::Prices(_)
        | RowWrite::Shop(_)
        | RowWrite::Break(_) => None,
    }
}

/// The market, with points around what it does for an order.
pub(super) struct PointedMarket {
    pub(super) market: Arc<dyn Market>,
    pub(super) points: Arc<Points>,
}

#[async_trait]
impl Market for PointedMarket {
    async fn find_recipient(
        &self,
        slot: Slot,
        username: &Username,
        product: &Product,
    ) -> Result<Recipient, MarketFailure> {
        self.market.find_recipient(slot, username, product).await
    }

    async fn prices(&self, slot: Slot) -> Result<Vec<(Product, GoodsPrice)>, MarketFailure> {
        self.market.prices(slot).await
    }

    async fn offer(
        &self,
        slot: Slot,
        product: &Product,
        recipient: &Recipient,
    ) -> Result<LinkOffer, MarketFailure> {
        let call = self.market.offer(slot, product, recipient);
        self.points.around("offer", call).await
    }

    async fn confirm(&self, slot: Slot, link: &Link, boc: &Boc) -> Result<(), MarketFailure> {
        let call = self.market.confirm(slot, link, boc);
        self.points.around("confirm", call).await
    }

    async fn delivery(
        &self,
        slot: Slot,
        product: &Product,
        link: &Link,
    ) -> Result<Delivery, MarketFailure> {
        let call = self.market.delivery(slot, product, link);
        self.points.around("delivery", call).await
    }

    async fn history(&self, slot: Slot) -> Result<Vec<HistoryRow>, MarketFailure> {
        self.points
            .around("history", self.market.history(slot))
            .await
    }

    async fn reset(&self, slot: Slot, product: &Product) -> Result<(), MarketFailure> {
        let call = self.market.reset(slot, product);
        self.points.around("reset", call).await
    }

    async fn look(&self, slot: Slot) -> Result<Look, MarketFailure> {
        self.market.look(slot).await
    }

    async fn prove_wallet(&self, slot: Slot) -> Result<(), MarketFailure> {
        self.market.prove_wallet(slot).await
    }

    async fn try_jar(&self, slot: Slot, jar: &Jar) -> Result<Look, MarketFailure> {
        self.market.try_jar(slot, jar).await
    }
}

/// The chain, with points around sending and looking.
pub(super) struct PointedChain {
    pub(super) chain: Arc<dyn Chain>,
    pub(super) points: Arc<Points>,
}

#[async_trait]
impl Chain for PointedChain {
    async fn state(&self, wallet: WalletAddress) -> Result<AccountState, Unreadable> {
        self.chain.state(wallet).await
    }

    async fn history(
        &self,
        state: &AccountState,
        wallet: WalletAddress,
        down_to: u64,
    ) -> Result<History, Unreadable> {
        self.chain.history(state, wallet, down_to).await
    }

    async fn send(
        &self,
        transfer: &Transfer,
    ) -> Result<SendHint, Failure<std::convert::Infallible>> {
        self.points.around("send", self.chain.send(transfer)).await
    }

    async fn look(&self, transfer: &Transfer) -> Result<Evidence, Unreadable> {
        self.points.around("look", self.chain.look(transfer)).await
    }
}
