//! The keeper: looks after the shop as a whole, so that its operator need not.
//!
//! Says in the books that the shop is alive, and after an absence from when to when it was away; lets
//! a new shop open once it has proven that it delivers; rests sales while a disk is full; tells how
//! each day was. What is decided lies in `domain::shop`; each outcome is one commit over the version
//! that was read, so that of several replicas one tells.
//!
//! Never touches an order, an invoice or money.

use std::sync::Arc;
use std::time::Duration;

use chrono::NaiveTime;
use chrono_tz::Tz;
use starkeeper_actors::domain::decision::Decision;
use starkeeper_actors::domain::ids::{IncarnationId, NoticeId, TelegramId};
use starkeeper_actors::domain::notice::{OperatorNews, Owed, ShopNews};
use starkeeper_actors::domain::pricing::ShopPrices;
use starkeeper_actors::domain::shop::{AliveRules, Calendar, Founding, Shop, Shutters};
use starkeeper_actors::domain::{Span, Timestamp};
use starkeeper_actors::ports::books::{Commit, CommitRefused, RowWrite, Seen, Write};
use starkeeper_actors::ports::{Books, Clock, Failure, Unreadable};
use tokio::sync::watch;
use tokio::time::MissedTickBehavior;

use crate::metrics;
use crate::telemetry::LogHealth;

mod day;
mod opening;
mod room;

#[cfg(test)]
mod tests;

pub(super) use opening::Preflight;
pub(super) use room::Folder;

/// For one look: a handful of reads and a commit or two.
const LOOK: Duration = Duration::from_secs(20);

/// What the keeper looks after, and with what.
pub(super) struct Keeper {
    pub(super) books: Arc<dyn Books>,
    pub(super) clock: Arc<dyn Clock>,
    /// Between two looks.
    pub(super) every: Duration,
    pub(super) alive: AliveRules,
    pub(super) zone: Tz,
    /// When a day is told; none: never.
    pub(super) report_at: Option<NaiveTime>,
    /// What a shop is founded as that has never sold.
    pub(super) founding: Founding,
    /// Who may try a new shop out.
    pub(super) operators: Vec<TelegramId>,
    /// Asks what `starkeeper check` asks.
    pub(super) preflight: Preflight,
    /// Folders that need room.
    pub(super) folders: Vec<Folder>,
    /// So many bytes of it.
    pub(super) room: u64,
    pub(super) logs: LogHealth,
    /// The gateway's share, and the rate of TON where there is one.
    pub(super) prices: Option<watch::Receiver<Arc<ShopPrices>>>,
    pub(super) shutters: watch::Sender<Option<Shutters>>,
}

/// What is remembered between looks; all of it may be lost.
#[derive(Default)]
struct Memory {
    life: Option<IncarnationId>,
    low: bool,
    /// What was said last of a look that failed.
    trouble: Option<String>,
    opening: opening::Memory,
    log_told: Option<i64>,
}

/// Why a look did not come to its end.
#[derive(Debug, thiserror::Error)]
enum Trouble {
    #[error(transparent)]
    Unreadable(#[from] Unreadable),
    #[error("not stored: {0}")]
    NotStored(String),
}

impl Keeper {
    /// Looks again and again until it is dropped.
    pub(super) async fn keep(self: Arc<Self>) {
        let mut memory = Memory::default();
        let mut ticks = tokio::time::interval(self.every);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            let look = tokio::time::timeout(LOOK, self.look(&mut memory)).await;
            let trouble = match look {
                Ok(Ok(())) => None,
                Ok(Err(why)) => Some(why.to_string()),
                Err(_elapsed) => Some("the books did not answer in time".to_owned()),
            };
            if memory.trouble != trouble {
                match &trouble {
                    Some(why) => tracing::warn!("the shop cannot be looked after: {why}"),
                    None => tracing::info!("the shop is looked after again"),
                }
                memory.trouble = trouble;
            }
        }
    }

    /// Says once more that the shop was alive until now. For its end in good order.
    pub(super) async fn leave(&self) {
        let rules = AliveRules {
            mark_every: Span::zero(),
            ..self.alive
        };
        let left = async {
            let life = self.books.incarnation().await?;
            match self.books.shop().await? {
                Some(shop) => self.live(&shop, rules, life).await.map(drop),
                None => Ok(()),
            }
        };
        if let Ok(Err(why)) = tokio::time::timeout(LOOK, left).await {
            tracing::debug!("the end was not noted: {why}");
        }
    }

    async fn look(&self, memory: &mut Memory) -> Result<(), Trouble> {
        let life = match memory.life {
            Some(life) => life,
            None => *memory.life.insert(self.books.incarnation().await?),
        };
        // Whether there is room is known without the books.
        self.look_at_the_disk(memory, life).await?;
        self.look_at_the_logs(memory, life).await?;
        let shop = match self.books.shop().await? {
            Some(shop) => shop,
            None => match self.found(life).await? {
                Some(shop) => shop,
                // Another replica was faster: at the next look.
                None => return Ok(()),
            },
        };
        let shop = self.live(&shop, self.alive, life).await?;
        // Without a till nothing is sold, and nothing can be tried out.
        let shop = match &self.prices {
            Some(_) => self.open(shop, &mut memory.opening, life).await?,
            None => shop,
        };
        self.shut(|shutters| shutters.new_shop = !shop.row.opening.is_open());
        self.tell_the_day(shop, life).await
    }

    /// Publishes a change of what is shut; what is not known yet stays so until the shop is read.
    fn shut(&self, change: impl FnOnce(&mut Shutters)) {
        self.shutters.send_if_modified(|published| {
            let mut next = published.unwrap_or_default();
            change(&mut next);
            let changed = *published != Some(next);
            *published = Some(next);
            changed
        });
        let shut = self.shutters.borrow().unwrap_or_default();
        metrics::shop::shutters(shut.new_shop, shut.disk_low);
    }

    async fn found(&self, life: IncarnationId) -> Result<Option<Seen<Shop>>, Trouble> {
        let trial = self.books.trial_balance().await?;
        let sold = trial.of(starkeeper_actors::domain::ledger::Account::Revenue) != 0;
        let how = if sold {
            Founding::HasSold
        } else {
            self.founding
        };
        let now = self.clock.now();
        let decision = Shop::founded(how, self.calendar(now), now);
        self.write(None, decision, life).await?;
        Ok(self.books.shop().await?)
    }

    /// Marks that the shop is alive, if it is time to; tells of an absence.
    async fn live(
        &self,
        shop: &Seen<Shop>,
        rules: AliveRules,
        life: IncarnationId,
    ) -> Result<Seen<Shop>, Trouble> {
        let now = self.clock.now();
        // Counted only where it will be told.
        let away = now - shop.row.alive_at > rules.away_after;
        let going_on = if away { self.going_on(now).await? } else { 0 };
        match shop.row.lives(rules, going_on, now) {
            Some(decision) => self.write_over(shop, decision, life).await,
            None => Ok(shop.clone()),
        }
    }

    /// Orders that are paid for and go on by themselves.
    async fn going_on(&self, now: Timestamp) -> Result<u64, Trouble> {
        let tally = self.books.tally(now).await?;
        let goes_on = |state: &str| ["held", "linked", "paying", "paid"].contains(&state);
        let orders = tally.orders.iter().filter(|orders| goes_on(&orders.state));
        Ok(orders.fold(0, |sum, orders| sum.saturating_add(orders.count)))
    }

    /// What a clock on the shop's wall shows.
    fn calendar(&self, now: Timestamp) -> Calendar {
        Calendar {
            local: now.with_timezone(&self.zone).naive_local(),
            report_at: self.report_at.unwrap_or(NaiveTime::MIN),
        }
    }

    /// Tells the operators something, once for its key.
    async fn tell(&self, news: ShopNews, life: IncarnationId) -> Result<(), Trouble> {
        let mut commit = Commit::new(life, self.clock.now());
        let owed = Owed::operators(OperatorNews::Shop(news));
        let id = NoticeId::new(self.clock.fresh_id());
        commit.notices.push((id, owed));
        self.commit(commit).await.map(drop)
    }

    /// Stores a decision, and answers the shop as it is stored then, whoever wrote it.
    async fn write_over(
        &self,
        seen: &Seen<Shop>,
        decision: Decision<Shop>,
        life: IncarnationId,
    ) -> Result<Seen<Shop>, Trouble> {
        self.write(Some(seen), decision, life).await?;
        let stored = self.books.shop().await?;
        Ok(stored.unwrap_or_else(|| seen.clone()))
    }

    async fn write(
        &self,
        seen: Option<&Seen<Shop>>,
        decision: Decision<Shop>,
        life: IncarnationId,
    ) -> Result<(), Trouble> {
        let mut commit = Commit::new(life, self.clock.now());
        let write = Write {
            seen: seen.map(|seen| seen.version),
            row: decision.next,
        };
        commit.rows.push(RowWrite::Shop(write));
        for owed in decision.notices {
            let id = NoticeId::new(self.clock.fresh_id());
            commit.notices.push((id, owed));
        }
        self.commit(commit).await
    }

    /// What another replica has decided meanwhile is as good.
    async fn commit(&self, commit: Commit) -> Result<(), Trouble> {
        match self.books.commit(commit).await {
            Ok(()) | Err(Failure::Refused(CommitRefused::Stale { .. })) => Ok(()),
            Err(Failure::Refused(why)) => Err(Trouble::NotStored(why.to_string())),
            Err(Failure::NotDone { cause } | Failure::Unknown { cause }) => {
                Err(Trouble::NotStored(cause))
            }
        }
    }
}
