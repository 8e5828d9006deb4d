//! Fetches updates where they are not delivered: one poller among all replicas.
//!
//! Telegram forgets an update when a later one is asked for. So the next batch is asked for only
//! when each update of this one was handled, refused, or is at work to its end; one that could not
//! be handled stays there, and so does all that came after it. Those that were handled already are
//! known by their numbers and handled once.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures_util::future::join_all;
use serde_json::value::RawValue;
use starkeeper_actors::domain::Span;
use starkeeper_actors::domain::ids::ReplicaId;
use starkeeper_actors::ports::books::{Lease, LeaseKey};
use starkeeper_actors::ports::{Books, Unreadable};
use tokio::sync::watch;
use tokio::time::{Instant, sleep};

use super::intake::{Intake, Taken, TapAnswer};
use super::read::{Heard, read};
use crate::metrics;

/// For the last question of a poller that ends.
const LAST_WORD: Duration = Duration::from_secs(2);

/// Where updates are fetched.
#[async_trait]
pub trait Updates: Send + Sync {
    /// At most a hundred updates from a number on; waits so long for the first of them.
    async fn next(&self, from: i64, wait: Duration) -> Result<Vec<Box<RawValue>>, NoUpdates>;
}

/// Why there are no updates.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum NoUpdates {
    /// Another program takes them, or they are delivered to an address.
    #[error("{0}")]
    Elsewhere(String),
    /// Not before this has passed.
    #[error("telegram asks for a pause of {0:?}")]
    TooFast(Duration),
    /// The token is no longer one.
    #[error("telegram knows no bot with this token: set TELEGRAM_TOKEN anew")]
    Token,
    /// Anything else.
    #[error("{0}")]
    Trouble(String),
}

/// What may be set about polling.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PollSettings {
    /// How long Telegram holds a question without an answer. Default 25 s.
    pub wait: Duration,
    /// How long the right to poll is held without being prolonged: what another replica waits after
    /// a crash. Default 15 s.
    pub lease: Duration,
    /// The pause after a first failure; it doubles. Default 1 s.
    pub first_pause: Duration,
    /// The longest of these. Default 30 s.
    pub longest_pause: Duration,
}

impl Default for PollSettings {
    fn default() -> Self {
        Self {
            wait: Duration::from_secs(25),
            lease: Duration::from_secs(15),
            first_pause: Duration::from_secs(1),
            longest_pause: Duration::from_secs(30),
        }
    }
}

/// Fetches a bot's updates until it is told to stop.
pub struct Poller {
    /// Where they are.
    pub source: Arc<dyn Updates>,
    /// Where they go.
    pub intake: Intake,
    /// Answers a tap, so that its button stops waiting.
    pub answer: Arc<dyn Fn(TapAnswer) + Send + Sync>,
    /// The lease.
    pub books: Arc<dyn Books>,
    /// Who holds it.
    pub replica: ReplicaId,
    /// What may be set.
    pub settings: PollSettings,
}

/// How a round ended.
enum Round {
    /// Go on from this number.
    Next(i64),
    /// Go on from there after a pause: something stands in the way.
    Again(i64),
    /// Another replica polls, or the books cannot say.
    NotOurs,
    Stopped,
}

impl Poller {
    /// Runs until `stop` is true, or its sender is gone. Belongs on the I/O runtime.
    pub async fn run(self, mut stop: watch::Receiver<bool>) {
        let mut from = 0;
        let mut pause = self.settings.first_pause;
        let mut failures = 0_u32;
        while !*stop.borrow() {
            let round = self.round(from, &mut failures, &mut stop).await;
            let rest = match round {
                Round::Next(next) => {
                    from = next;
                    pause = self.settings.first_pause;
                    continue;
                }
                Round::Again(next) => {
                    from = next;
                    let rest = pause;
                    pause = (pause * 2).min(self.settings.longest_pause);
                    rest
                }
                // Whoever takes over starts with what Telegram holds.
                Round::NotOurs => {
                    from = 0;
                    self.settings.lease / 5
                }
                Round::Stopped => break,
            };
            tokio::select! {
                () = sleep(rest) => {}
                () = stopped(&mut stop) => break,
            }
        }
        self.give_back(from).await;
    }

    async fn round(
        &self,
        from: i64,
        failures: &mut u32,
        stop: &mut watch::Receiver<bool>,
    ) -> Round {
        match self.lease().await {
            Ok(Some(_lease)) => metrics::chat::polls(true),
            Ok(None) => {
                metrics::chat::polls(false);
                return Round::NotOurs;
            }
            Err(why) => {
                tracing::warn!("updates are not fetched: {why}");
                return Round::NotOurs;
            }
        }
        let fetched = tokio::select! {
            fetched = self.source.next(from, self.settings.wait) => fetched,
            () = self.keep_lease() => return Round::NotOurs,
            // What Telegram may just have answered is not confirmed, and comes again.
            () = stopped(stop) => return Round::Stopped,
        };
        match fetched {
            Ok(batch) => {
                if *failures > 1 {
                    tracing::info!("updates are fetched again");
                }
                *failures = 0;
                self.handle(from, batch).await
            }
            Err(why) => {
                *failures = failures.saturating_add(1);
                self.say(&why, *failures);
                if let NoUpdates::TooFast(after) = why {
                    sleep(after.min(self.settings.longest_pause)).await;
                }
                Round::Again(from)
            }
        }
    }

    /// Hands out a batch in its order and waits for all of it.
    async fn handle(&self, from: i64, batch: Vec<Box<RawValue>>) -> Round {
        let mut numbers = Vec::with_capacity(batch.len());
        let mut taken = Vec::with_capacity(batch.len());
        for raw in &batch {
            match read(self.intake.bot(), raw.get().as_bytes()) {
                Ok(heard) => {
                    numbers.push(heard.update);
                    taken.push(self.take(heard));
                }
                Err(why) => tracing::warn!("telegram sent what is no update: {why}"),
            }
        }
        let outcomes = join_all(taken).await;
        let left = numbers.iter().zip(&outcomes);
        let mut left = left.filter(|(_, handled)| !**handled);
        match left.next() {
            Some((number, _)) => {
                tracing::warn!("update {number} is not handled yet: it is fetched again");
                Round::Again(*number)
            }
            None => {
                let last = numbers.iter().max();
                Round::Next(last.map_or(from, |last| last.saturating_add(1)))
            }
        }
    }

    /// Has one update handled; whether it need not come again. A tap is answered as soon as its own
    /// update is, whatever the others take.
    fn take(&self, heard: Heard) -> impl Future<Output = bool> + use<> {
        let taken = self.intake.take(heard);
        let answer = Arc::clone(&self.answer);
        async move {
            match taken.await {
                Taken::Confirmed { answer: tap } => {
                    if let Some(tap) = tap {
                        answer(tap);
                    }
                    true
                }
                Taken::TryLater => false,
            }
        }
    }

    /// A first failure is often a connection that was closed, or the poller of our own last life.
    fn say(&self, why: &NoUpdates, failures: u32) {
        metrics::chat::poll_failed(match why {
            NoUpdates::Elsewhere(_) => "elsewhere",
            NoUpdates::TooFast(_) => "too_fast",
            NoUpdates::Token => "token",
            NoUpdates::Trouble(_) => "trouble",
        });
        match why {
            NoUpdates::Elsewhere(said) if failures > 1 => tracing::error!(
                "another program takes the updates of this bot: end it, or give this shop a bot of \
                 its own (telegram says: {said})"
            ),
            NoUpdates::Token => tracing::error!("updates cannot be fetched: {why}"),
            NoUpdates::Elsewhere(_) | NoUpdates::TooFast(_) | NoUpdates::Trouble(_)
                if failures > 1 =>
            {
                tracing::warn!("updates cannot be fetched: {why}");
            }
            NoUpdates::Elsewhere(_) | NoUpdates::TooFast(_) | NoUpdates::Trouble(_) => {
                tracing::info!("updates cannot be fetched: {why}");
            }
        }
    }

    async fn lease(&self) -> Result<Option<Lease>, Unreadable> {
        let key = LeaseKey::Poller(self.intake.bot());
        let ttl = Span::from_std(self.settings.lease).unwrap_or_default();
        self.books.lease(key, self.replica, ttl).await
    }

    /// Prolongs the lease while Telegram is waited for; ends when it is gone. Books that cannot be
    /// read for a moment take nothing away: whoever else polls is known to Telegram.
    async fn keep_lease(&self) {
        let mut held = Instant::now();
        loop {
            sleep(self.settings.lease / 3).await;
            match self.lease().await {
                Ok(Some(_prolonged)) => held = Instant::now(),
                Ok(None) => return,
                Err(why) => {
                    tracing::warn!("the right to fetch updates is not prolonged: {why}");
                    if held.elapsed() > self.settings.lease {
                        return;
                    }
                }
            }
        }
    }

    /// Confirms what was handled, so that it is not brought again, and lets another replica poll.
    async fn give_back(&self, from: i64) {
        let held = match self.lease().await {
            Ok(Some(lease)) => {
                if from > 0 {
                    // What this brings is confirmed by nobody, and comes again.
                    let asked = self.source.next(from, Duration::ZERO);
                    if tokio::time::timeout(LAST_WORD, asked).await.is_err() {
                        tracing::info!("the last updates may come again: telegram does not answer");
                    }
                }
                self.books.release(lease, self.replica).await
            }
            Ok(None) => Ok(()),
            Err(why) => Err(why),
        };
        if let Err(why) = held {
            tracing::info!("the right to fetch updates runs out by itself: {why}");
        }
    }
}

/// Resolves when polling is to stop.
async fn stopped(stop: &mut watch::Receiver<bool>) {
    // An error means that whoever could say so is gone.
    let _gone = stop.wait_for(|stop| *stop).await;
}
