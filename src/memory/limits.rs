//! Counts what each person does in a sliding span.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use starkeeper_actors::domain::ids::TelegramId;
use starkeeper_actors::domain::{Span, Timestamp};
use starkeeper_actors::ports::limits::{Allowance, Metered, Person};
use starkeeper_actors::ports::{Clock, Limits};

/// So many in a span.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Rate {
    /// How many.
    pub most: usize,
    /// In which span.
    pub per: Span,
}

/// The rate of each kind.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Rates {
    /// Messages and taps.
    pub messages: Rate,
    /// Look-ups.
    pub operations: Rate,
    /// New invoices and purchases.
    pub payments: Rate,
}

impl Default for Rates {
    /// A minute each: 30 messages, 10 look-ups, 2 payments.
    fn default() -> Self {
        let a_minute = |most| Rate {
            most,
            per: Span::minutes(1),
        };
        Self {
            messages: a_minute(30),
            operations: a_minute(10),
            payments: a_minute(2),
        }
    }
}

impl Rates {
    const fn of(&self, what: Metered) -> Rate {
        match what {
            Metered::Message => self.messages,
            Metered::Operation => self.operations,
            Metered::Payment => self.payments,
        }
    }
}

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
    /// When each of the counted ones was, oldest first; at most as many as the rate allows.
    taken: HashMap<(TelegramId, Metered), VecDeque<Timestamp>>,
    asked: usize,
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
    fn forget_quiet(&mut self, rates: &Rates, now: Timestamp) {
        self.asked = self.asked.wrapping_add(1);
        if self.asked.is_multiple_of(FORGET_EVERY) {
            self.taken.retain(|(_, what), taken| {
                taken
                    .back()
                    .is_some_and(|at| *at + rates.of(*what).per > now)
            });
        }
    }
}

#[async_trait]
impl Limits for InProcessLimits {
    async fn take(&self, person: Person, what: Metered) -> Allowance {
        let now = self.clock.now();
        let Rate { most, per } = self.rates.of(what);
        let mut counted = self.lock();
        counted.forget_quiet(&self.rates, now);
        let taken = counted.taken.entry((person.user, what)).or_default();
        while taken.front().is_some_and(|first| *first + per <= now) {
            taken.pop_front();
        }
        if taken.len() < most {
            taken.push_back(now);
            return Allowance::Granted;
        }
        let oldest = taken.front().copied().unwrap_or(now);
        Allowance::Wait {
            for_: oldest + per - now,
        }
    }
}
