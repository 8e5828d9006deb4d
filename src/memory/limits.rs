//! Counts what each person does in a sliding span, and all people together.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use starkeeper_actors::domain::ids::TelegramId;
use starkeeper_actors::domain::{Span, Timestamp};
use starkeeper_actors::ports::limits::{Allowance, Metered, Person, Rate, Rates};
use starkeeper_actors::ports::{Clock, Limits};

use together::Together;

mod together;

/// Between two rounds in which who has been quiet is forgotten: this many questions.
const FORGET_EVERY: usize = 4_096;

/// The limits of this process.
pub struct InProcessLimits {
    clock: Arc<dyn Clock>,
    rates: Rates,
    counted: Mutex<Counted>,
}

#[derive(Default)]
struct Counted {
    taken: HashMap<(TelegramId, Metered), Taken>,
    together: Together,
    asked: usize,
}

/// When each of the counted ones was, oldest first; at most as many as a rate allows.
#[derive(Default)]
struct Taken {
    at: VecDeque<Timestamp>,
    /// From then on it holds nobody back.
    until: Timestamp,
}

impl InProcessLimits {
    /// Nobody was counted yet.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>, rates: Rates) -> Self {
        Self {
            clock,
            rates,
            counted: Mutex::default(),
        }
    }

    /// How many counters there are: one a person and kind that was busy lately.
    #[must_use]
    pub fn counters(&self) -> usize {
        self.lock().taken.len()
    }

    fn lock(&self) -> MutexGuard<'_, Counted> {
        self.counted.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Counted {
    /// Forgets whom no limit holds back any more, now and then.
    fn forget_quiet(&mut self, now: Timestamp) {
        self.asked = self.asked.wrapping_add(1);
        if self.asked.is_multiple_of(FORGET_EVERY) {
            self.taken.retain(|_, taken| taken.until > now);
        }
    }
}

impl Taken {
    fn forget(&mut self, span: Span, now: Timestamp) {
        while self.at.front().is_some_and(|first| *first + span <= now) {
            self.at.pop_front();
        }
    }

    /// How long until another one is within the rate; none or less if it is now.
    fn wait(&self, rate: Rate, now: Timestamp) -> Option<Span> {
        let most = usize::try_from(rate.most).unwrap_or(usize::MAX);
        // The one that must be gone before there is room.
        let oldest = self.at.len().checked_sub(most)?;
        self.at.get(oldest).map(|at| *at + rate.per - now)
    }

    fn add(&mut self, span: Span, now: Timestamp) {
        self.at.push_back(now);
        self.until = now + span;
    }
}

#[async_trait]
impl Limits for InProcessLimits {
    async fn take(&self, person: Person, what: Metered) -> Allowance {
        let now = self.clock.now();
        let rate = self.rates.of(person, what);
        let mut counted = self.lock();
        counted.forget_quiet(now);
        let Counted {
            taken, together, ..
        } = &mut *counted;
        let taken = taken.entry((person.user, what)).or_default();
        let burst = self.rates.burst_of(what);
        let longest = burst.map_or(rate.per, |burst| burst.per.max(rate.per));
        taken.forget(longest, now);
        let own = taken.wait(rate, now);
        let own = own.max(burst.and_then(|burst| taken.wait(burst, now)));
        if let Some(for_) = own.filter(|wait| *wait > Span::zero()) {
            return Allowance::Wait { for_ };
        }
        let everybody = self.rates.everybody_of(what);
        if let Some(for_) = everybody.and_then(|rate| together.take(rate, now)) {
            return Allowance::Wait { for_ };
        }
        taken.add(longest, now);
        Allowance::Granted
    }
}
