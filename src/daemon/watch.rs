//! Looks after the daemon: publishes how it is for `/health`, and what is counted for `/metrics`.
//!
//! Owns the one task that reads the books for people who watch, so that a request reads nothing.
//! It writes nothing but the notice that a till will be empty soon.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use starkeeper_actors::domain::ids::IncarnationId;
use starkeeper_actors::domain::ledger::{Asset, TrialBalance};
use starkeeper_actors::ports::{Books, Clock, Unreadable};
use starkeeper_actors::supervision::{Observe, RosterSnapshot};
use tokio::runtime::Handle;
use tokio::sync::watch;
use tokio::time::Instant;

use super::side::Side;
use crate::config::Health;
use crate::http::health::{Overdue, Report, Status};
use crate::http::metrics_page::due;
use crate::metrics::{self, ActorLine};
use crate::telemetry::LogHealth;

mod float;
mod makers;
mod sums;
mod tills;

pub(super) use makers::Memory;
pub(super) use tills::{Cookies, Tills};

/// For one look at the books: beyond it they count as out of reach.
const LOOK: Duration = Duration::from_secs(4);

/// What is looked at.
pub(super) struct Watch {
    pub(super) books: Arc<dyn Books>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) io: Handle,
    pub(super) side: Arc<Side>,
    pub(super) page: metrics::Page,
    pub(super) settings: Health,
    pub(super) logs: LogHealth,
    /// Shows the connections to the database.
    pub(super) connections: Arc<dyn Fn() + Send + Sync>,
    pub(super) to: watch::Sender<Report>,
    /// Tills that are looked at; none in a daemon that delivers nothing.
    pub(super) tills: Option<Tills>,
    /// What browsers take of the memory, where there are any.
    pub(super) memory: Option<Memory>,
}

impl Watch {
    /// Looks again and again until it is dropped.
    pub(super) async fn keep(self) {
        let (mut balance, mut life, mut overdue) = (None, None, Vec::new());
        let mut warned = BTreeMap::new();
        let mut count_at = Instant::now();
        let mut ticks = tokio::time::interval(self.settings.every);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            let books = self.look().await;
            // The first life that is seen is the one that this daemon believes in.
            life = life.or_else(|| books.as_ref().ok().copied());
            if books.is_ok() && Instant::now() >= count_at {
                count_at = Instant::now() + self.settings.metrics_every;
                balance = self.count(balance).await;
                overdue = self.overdue().await;
                self.show_goods(life, &mut warned).await;
            }
            self.publish(books.err().map(|why| why.cause), balance, overdue.clone())
                .await;
        }
    }

    /// Whether the books can be read at all, and which life is theirs.
    async fn look(&self) -> Result<IncarnationId, Unreadable> {
        let books = Arc::clone(&self.books);
        self.read(async move { books.incarnation().await }).await
    }

    /// Sums what the books hold; answers whether they balance, as far as that is known.
    async fn count(&self, before: Option<bool>) -> Option<bool> {
        let books = Arc::clone(&self.books);
        let look = async move { books.trial_balance().await };
        let trial = match self.read(look).await {
            Ok(found) => found,
            Err(why) => {
                tracing::debug!("the books could not be summed: {why}");
                return before;
            }
        };
        let balanced = trial.balances();
        metrics::ledger_balanced(balanced);
        sums::show(&trial);
        say_balance(before, balanced, &trial);
        Some(balanced)
    }

    /// Since when the oldest work of each actor of this daemon is due; none if the books cannot be
    /// read, which is told by itself.
    async fn overdue(&self) -> Vec<Overdue> {
        let (books, now) = (Arc::clone(&self.books), self.clock.now());
        let tally = match self.read(async move { books.tally(now).await }).await {
            Ok(tally) => tally,
            Err(why) => {
                tracing::debug!("what is due could not be read: {why}");
                return Vec::new();
            }
        };
        let roster = self.side.observe();
        let ours = |actor: &str| roster.actor(actor).is_some();
        let found = due(&tally).into_iter().filter_map(|(actor, of, due)| {
            let age = (now - due.oldest?).to_std().ok()?;
            let seconds = age.as_secs();
            (age > self.settings.due_after && ours(actor)).then_some(Overdue { actor, of, seconds })
        });
        found.collect()
    }

    /// Shows what operators see of goods out.
    async fn show_goods(&self, life: Option<IncarnationId>, warned: &mut BTreeMap<i64, i64>) {
        if let Some((tills, life)) = self.tills.clone().zip(life) {
            self.show_tills(tills, life, warned).await;
        }
        if let Some(system) = self.side.whole() {
            makers::show(system).await;
            let prices = system.till.prices.borrow().clone();
            makers::show_sales(&prices, self.clock.now());
        }
        if let Some(memory) = &self.memory {
            let memory = memory();
            if let Ok(browsers) = self.read(async move { Ok(memory.await) }).await {
                makers::show_memory(&browsers);
            }
        }
    }

    async fn show_tills(&self, tills: Tills, life: IncarnationId, warned: &mut BTreeMap<i64, i64>) {
        let seen = match self.read(tills.clone().look()).await {
            Ok(seen) => seen,
            Err(why) => return tracing::debug!("the tills could not be looked at: {why}"),
        };
        seen.iter().for_each(tills::Seeing::show);
        match tokio::time::timeout(LOOK, tills.warn(&seen, life, warned)).await {
            Ok(Ok(())) => {}
            Ok(Err(why)) => tracing::warn!("the operators could not be told of the float: {why}"),
            Err(_elapsed) => tracing::warn!("the operators could not be told of the float in time"),
        }
    }

    async fn publish(
        &self,
        books: Option<String>,
        books_balance: Option<bool>,
        overdue: Vec<Overdue>,
    ) {
        let roster = self.side.observe();
        let stalled = roster.stalled(self.settings.stalled_after);
        let fatal = roster.fatal.clone();
        show(&roster);
        self.show_payment().await;
        (self.connections)();
        metrics::dropped_lines(self.logs.lost_lines());
        metrics::machine::show();
        self.page.keep_up();
        let well = books.is_none()
            && stalled.is_empty()
            && overdue.is_empty()
            && fatal.is_none()
            && books_balance != Some(false);
        metrics::health(well);
        self.to.send_if_modified(|report| {
            if report.status == Status::Ending {
                return false;
            }
            say_changes(report, books.as_deref(), &stalled);
            say_overdue(&report.overdue, &overdue);
            let status = if well { Status::Ok } else { Status::Unwell };
            let next = Report {
                status,
                books,
                stalled,
                overdue,
                fatal,
                books_balance,
            };
            let changed = *report != next;
            *report = next;
            changed
        });
    }

    async fn show_payment(&self) {
        let Ok(payment) = self.side.payment().ask(Observe::new(), LOOK).await else {
            return;
        };
        let counts = payment.counts;
        metrics::payment_event("invoice_opened", counts.opened);
        metrics::payment_event("look_up", counts.look_ups);
        metrics::payment_event("commit", counts.commits);
        metrics::payment_event("credit", counts.credits);
        metrics::payment_event("order_held", counts.held);
        metrics::payment_event("decided_anew", counts.decided_anew);
        metrics::payment_event("orphan", counts.orphans);
        metrics::payment_event("failed_step", counts.failed);
        metrics::payment_steps_failed(counts.failed);
    }

    async fn read<T: Send + 'static>(
        &self,
        look: impl Future<Output = Result<T, Unreadable>> + Send + 'static,
    ) -> Result<T, Unreadable> {
        match self.io.spawn(tokio::time::timeout(LOOK, look)).await {
            Ok(Ok(found)) => found,
            Ok(Err(_elapsed)) => Err(Unreadable::new("no answer in time")),
            Err(why) => Err(Unreadable::new(format!("the look ended early: {why}"))),
        }
    }
}

/// Says a change once, in both directions.
fn say_changes(before: &Report, books: Option<&str>, stalled: &[&'static str]) {
    match (&before.books, books) {
        (None, Some(why)) => tracing::error!("the books cannot be read: {why}"),
        (Some(_), None) => tracing::info!("the books can be read again"),
        (None, None) | (Some(_), Some(_)) => {}
    }
    if before.stalled != stalled {
        match stalled {
            [] => tracing::info!("every actor gets on again"),
            stuck => tracing::error!("stuck: {}", stuck.join(", ")),
        }
    }
}

/// Says once that work waits too long, and once that none does any more.
fn say_overdue(before: &[Overdue], overdue: &[Overdue]) {
    match (before, overdue) {
        ([], [_, ..]) => {
            let all = overdue.iter().map(ToString::to_string);
            tracing::error!("too late: {}", all.collect::<Vec<_>>().join(", "));
        }
        ([_, ..], []) => tracing::info!("nothing is too late any more"),
        ([], []) | ([_, ..], [_, ..]) => {}
    }
}

fn say_balance(before: Option<bool>, balanced: bool, trial: &TrialBalance) {
    match (before, balanced) {
        (Some(true) | None, false) => tracing::error!(
            "the books do not balance: dollars are off by {} millionths, TON by {} billionths",
            trial.imbalance(Asset::Usd),
            trial.imbalance(Asset::Ton)
        ),
        (Some(false), true) => tracing::info!("the books balance again"),
        (Some(true) | None, true) | (Some(false), false) => {}
    }
}

fn show(roster: &RosterSnapshot) {
    for line in &roster.actors {
        let count = |usize: usize| u64::try_from(usize).unwrap_or(u64::MAX);
        metrics::actor(ActorLine {
            name: line.name,
            members: count(line.members),
            waiting: count(line.waiting),
            running: count(line.in_flight.saturating_add(line.effects)),
            asks: line.asks,
            refused: line.refused,
            handled: line.handled,
            timed_out: line.timed_out,
            panics: line.panics,
            restarts: line.restarts,
            effects: [line.effects_ended, line.effects_failed, line.stale_answers],
            quiet: Duration::from_millis(line.progress_age_ms),
        });
    }
}
