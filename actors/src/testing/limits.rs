//! Rate limits in memory: so many of each kind in a span, or whatever a test says.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;

use crate::domain::ids::TelegramId;
use crate::domain::{Span, Timestamp};
use crate::ports::limits::{Allowance, Metered, Person};
use crate::ports::{Clock, Limits};

/// Counts what each person does in a sliding span.
pub struct MemoryLimits {
    clock: Arc<dyn Clock>,
    per: Span,
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    most: HashMap<Metered, usize>,
    taken: HashMap<(TelegramId, Metered), VecDeque<Timestamp>>,
    scripted: VecDeque<Allowance>,
    asked: u64,
}

impl MemoryLimits {
    /// No limit at all, until one is set.
    #[must_use]
    pub fn none(clock: Arc<dyn Clock>) -> Self {
        Self {
            clock,
            per: Span::minutes(1),
            inner: Mutex::default(),
        }
    }

    /// The same, counting by another span than a minute.
    #[must_use]
    pub fn per(self, per: Span) -> Self {
        Self { per, ..self }
    }

    /// At most so many in the span (a minute, unless it was changed) for each person.
    pub fn allow(&self, what: Metered, most: usize) {
        self.lock().most.insert(what, most);
    }

    /// The next question gets this answer, whoever asks; nothing is counted.
    pub fn answer_next(&self, answer: Allowance) {
        self.lock().scripted.push_back(answer);
    }

    /// How often somebody asked.
    #[must_use]
    pub fn asked(&self) -> u64 {
        self.lock().asked
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Limits for MemoryLimits {
    async fn take(&self, person: Person, what: Metered) -> Allowance {
        let now = self.clock.now();
        let mut inner = self.lock();
        inner.asked += 1;
        if let Some(answer) = inner.scripted.pop_front() {
            return answer;
        }
        let Some(most) = inner.most.get(&what).copied() else {
            return Allowance::Granted;
        };
        let taken = inner.taken.entry((person.user, what)).or_default();
        while taken.front().is_some_and(|first| *first + self.per <= now) {
            taken.pop_front();
        }
        match taken.front() {
            Some(first) if taken.len() >= most => Allowance::Wait {
                for_: *first + self.per - now,
            },
            None if most == 0 => Allowance::Wait { for_: self.per },
            Some(_) | None => {
                taken.push_back(now);
                Allowance::Granted
            }
        }
    }
}
