//! The world all emulators share: one clock, one seed, one set of prices, one list of faults.
//!
//! Each emulated system is a module beside this one and keeps its own things; the world brings them
//! together, lets happen what is due, and is what a reset throws away. It never talks to anybody:
//! servers and the post do.

pub(crate) mod clock;
pub(crate) mod dice;
pub(crate) mod faults;
pub(crate) mod kept;
pub(crate) mod post;
pub(crate) mod prices;
pub(crate) mod settled;
pub(crate) mod timers;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use self::clock::{Clock, Moment, Start};
use self::dice::Dice;
use self::faults::Faults;
use self::kept::Kept;
use self::post::Post;
use self::prices::Prices;
use self::settled::Settled;
use self::timers::{Due, Timers};
use crate::demo::Stage;
use crate::fragment::Fragment;
use crate::heleket::{Heleket, Merchant};
use crate::telegram::{FloodLimits, Telegram};
use crate::ton::Ton;

/// How long one step of an advance waits, in real time, for what it set off. Longer than a delivery
/// may take, so only somebody who hangs is not waited for.
pub(crate) const STEP_PATIENCE: Duration = Duration::from_secs(12);

/// Everything there is.
#[derive(Debug)]
pub(crate) struct World {
    /// What time it is.
    pub(crate) clock: Clock,
    /// Randomness.
    pub(crate) dice: Dice,
    /// What goes wrong on purpose.
    pub(crate) faults: Faults,
    /// What things cost.
    pub(crate) prices: Prices,
    /// What will happen.
    pub(crate) timers: Timers,
    /// What is sent to others.
    pub(crate) post: Post,
    /// How long a block of every chain takes.
    pub(crate) block_time: Duration,
    /// What arrived on TON.
    pub(crate) settled: Settled,
    /// The payment gateway.
    pub(crate) heleket: Heleket,
    /// The shop of Stars and Premium.
    pub(crate) fragment: Fragment,
    /// The chain.
    pub(crate) ton: Ton,
    /// What the demo's page shows besides.
    pub(crate) stage: Stage,
    /// The messenger.
    pub(crate) telegram: Telegram,
    turn: Mutex<()>,
    advancing: tokio::sync::Mutex<()>,
}

/// What a world is made of.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) seed: u64,
    pub(crate) start: Start,
    pub(crate) block_time: Duration,
    pub(crate) merchant: Merchant,
    pub(crate) first_retry: Duration,
    pub(crate) heleket_address: String,
    pub(crate) post: Post,
    /// How many calls a second TON answers without a key; none: any number.
    pub(crate) ton_keyless: Option<u32>,
    /// How much a bot may send.
    pub(crate) flood: FloodLimits,
}

impl World {
    /// A new world, unless its chain cannot begin.
    pub(crate) fn new(plan: Plan) -> Result<Arc<Self>, crate::ton::Unreadable> {
        let dice = Dice::new(plan.seed);
        let prices = Prices::new(&dice);
        let clock = Clock::new(plan.start);
        let ton = Ton::new(clock.now(), plan.block_time, plan.seed, plan.ton_keyless)?;
        Ok(Arc::new(Self {
            clock,
            dice,
            faults: Faults::default(),
            prices,
            timers: Timers::default(),
            post: plan.post,
            block_time: plan.block_time,
            settled: Settled::default(),
            heleket: Heleket::new(plan.merchant, plan.first_retry, plan.heleket_address),
            fragment: Fragment::default(),
            ton,
            stage: Stage::default(),
            telegram: Telegram::new(plan.flood),
            turn: Mutex::new(()),
            advancing: tokio::sync::Mutex::new(()),
        }))
    }

    /// The world that was written down, at the moment at which that was done; and how much time it
    /// has missed since. What is the start's own (ports, merchant, limits) is `plan`'s.
    pub(crate) fn again(plan: Plan, kept: Kept) -> (Arc<Self>, Duration) {
        let missed = kept.clock.missed();
        let parts = kept.parts;
        let heleket = Heleket::new(plan.merchant, plan.first_retry, plan.heleket_address);
        *hold(&heleket.desk) = parts.heleket;
        let fragment = Fragment::default();
        *hold(&fragment.desk) = parts.fragment;
        let telegram = Telegram::new(plan.flood);
        *hold(&telegram.desk) = parts.telegram;
        let world = Arc::new(Self {
            clock: Clock::again(kept.clock),
            dice: parts.dice,
            faults: parts.faults,
            prices: parts.prices,
            timers: parts.timers,
            post: plan.post,
            block_time: kept.block_time,
            settled: parts.settled,
            heleket,
            fragment,
            ton: Ton::of(parts.chain, plan.ton_keyless),
            stage: parts.stage,
            telegram,
            turn: Mutex::new(()),
            advancing: tokio::sync::Mutex::new(()),
        });
        (world, missed)
    }

    /// Lets happen what is due now. What it sets off on the wire goes on behind it.
    pub(crate) fn let_happen(self: &Arc<Self>) {
        let _turn = hold(&self.turn);
        while let Some(due) = self.timers.take(self.clock.now()) {
            match due {
                Due::Heleket(due) => crate::heleket::happen(self, due),
                Due::Ton(due) => crate::ton::happen(self, due),
                Due::Telegram(due) => crate::telegram::happen(self, due),
            }
        }
    }

    /// Lets things happen when they are due, for ever.
    pub(crate) async fn run(self: Arc<Self>) {
        loop {
            self.let_happen();
            match self.timers.next() {
                Some(at) => tokio::select! {
                    () = self.clock.until(at) => {}
                    () = self.timers.added() => {}
                },
                None => self.timers.added().await,
            }
        }
    }

    /// Moves the clock forward and stops on the way wherever something is due, so that what
    /// follows from it (a retry after a failed delivery) also happens at its own time.
    pub(crate) async fn advance(self: &Arc<Self>, span: Duration) -> Moment {
        let _one_at_a_time = self.advancing.lock().await;
        let target = self.clock.now() + span;
        self.settle().await;
        while let Some(next) = self.timers.next().filter(|next| *next <= target) {
            self.clock.forward_to(next);
            self.settle().await;
        }
        self.clock.forward_to(target);
        self.settle().await;
        self.clock.now()
    }

    /// Throws everything away that happened since the start, in every emulator.
    pub(crate) async fn reset(&self) {
        let _not_while_advancing = self.advancing.lock().await;
        let _turn = hold(&self.turn);
        self.faults.clear();
        self.dice.reset();
        self.prices.reset(&self.dice);
        self.settled.clear();
        self.heleket.reset(|| self.timers.clear());
        self.fragment.reset();
        self.telegram.reset();
        self.clock.reset();
        self.ton
            .reset(self.clock.now(), self.block_time, self.dice.seed());
    }

    /// Lets happen what is due, waits for what that set off, and again, until all is quiet.
    async fn settle(self: &Arc<Self>) {
        let quiet = async {
            loop {
                self.let_happen();
                self.post.idle().await;
                if self
                    .timers
                    .next()
                    .is_none_or(|next| next > self.clock.now())
                {
                    break;
                }
            }
        };
        if tokio::time::timeout(STEP_PATIENCE, quiet).await.is_err() {
            tracing::warn!("a receiver does not answer: the clock goes on without waiting for it");
        }
    }
}

/// Locks `mutex`. What it guards is plain data that every step leaves whole, so a panic elsewhere
/// does not make it unusable.
pub(crate) fn hold<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
