//! How fast messages may go: a limit of the whole bot, one of each chat, and the silence that
//! Telegram asks for, on tokio's clock.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use tokio::time::Instant;

use super::settings::Rate;
use crate::domain::notice::Audience;

/// Both limits.
#[derive(Debug)]
pub(super) struct Pace {
    everybody: Bucket,
    chat: Rate,
    chats: BTreeMap<Audience, Bucket>,
}

/// The silence that Telegram asked for. It belongs to the running calls, not to the actor's
/// memory: a restart does not end it, and a call that waits for its place meets it too.
#[derive(Debug, Default)]
pub(super) struct Silence(Mutex<Option<Instant>>);

impl Silence {
    /// Nobody is told anything before that; never shortens.
    pub(super) fn keep(&self, until: Instant) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *kept = (*kept).max(Some(until));
    }

    /// The first instant from `now` on at which people may be told.
    pub(super) fn over_at(&self, now: Instant) -> Instant {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.map_or(now, |until| until.max(now))
    }
}

/// Chats that are remembered before those that have rested are forgotten.
const REMEMBERED: usize = 4_096;

/// One limit as an instant: when the next one would be due, were there no bursts.
#[derive(Clone, Copy, Debug)]
struct Bucket {
    rate: Rate,
    next: Instant,
}

impl Pace {
    pub(super) fn new(everybody: Rate, chat: Rate, now: Instant) -> Self {
        Self {
            everybody: Bucket::full(everybody, now),
            chat,
            chats: BTreeMap::new(),
        }
    }

    /// Takes the next free place, `earliest` or later, for a message to somebody; none, and
    /// nothing is taken, if there is none before `latest`.
    pub(super) fn place(
        &mut self,
        to: Audience,
        earliest: Instant,
        latest: Instant,
    ) -> Option<Instant> {
        if self.chats.len() >= REMEMBERED {
            self.chats.retain(|_, chat| chat.next > earliest);
        }
        let known = self.chats.get(&to).copied();
        let mut chat = known.unwrap_or_else(|| Bucket::full(self.chat, earliest));
        let at = self.everybody.free_at(chat.free_at(earliest));
        if at > latest {
            return None;
        }
        self.everybody.take(at);
        chat.take(at);
        self.chats.insert(to, chat);
        Some(at)
    }

    /// The same for an edit, which counts for the whole bot only.
    pub(super) fn place_for_edit(&mut self, earliest: Instant, latest: Instant) -> Option<Instant> {
        let at = self.everybody.free_at(earliest);
        if at > latest {
            return None;
        }
        self.everybody.take(at);
        Some(at)
    }
}

impl Bucket {
    const fn full(rate: Rate, now: Instant) -> Self {
        Self { rate, next: now }
    }

    /// The first instant from `now` on at which one more may go.
    fn free_at(&self, now: Instant) -> Instant {
        let ahead = self.rate.every * self.rate.burst.max(1).saturating_sub(1);
        self.next.checked_sub(ahead).map_or(now, |at| at.max(now))
    }

    fn take(&mut self, at: Instant) {
        self.next = self.next.max(at) + self.rate.every;
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::domain::ids::CustomerId;

    fn never(now: Instant) -> Instant {
        now + Duration::from_secs(1_000)
    }

    fn person(number: i64) -> Audience {
        Audience::Customer(CustomerId::new(number))
    }

    fn pace(now: Instant) -> Pace {
        let everybody = Rate {
            every: Duration::from_millis(100),
            burst: 2,
        };
        let chat = Rate {
            every: Duration::from_secs(1),
            burst: 1,
        };
        Pace::new(everybody, chat, now)
    }

    fn millis(at: Option<Instant>, since: Instant) -> u128 {
        at.unwrap().saturating_duration_since(since).as_millis()
    }

    #[test]
    fn the_whole_bot_keeps_its_rate_after_a_burst() {
        let now = Instant::now();
        let mut pace = pace(now);
        let places: Vec<_> = (1..=5)
            .map(|one| millis(pace.place(person(one), now, never(now)), now))
            .collect();
        assert_eq!(places, [0, 0, 100, 200, 300]);
    }

    #[test]
    fn one_chat_waits_alone_and_takes_no_place_it_would_not_use() {
        let now = Instant::now();
        let mut pace = pace(now);
        assert_eq!(millis(pace.place(person(1), now, never(now)), now), 0);
        assert_eq!(
            pace.place(person(1), now, now + Duration::from_millis(999)),
            None
        );
        assert_eq!(millis(pace.place(person(2), now, never(now)), now), 0);
        assert_eq!(millis(pace.place(person(1), now, never(now)), now), 1_000);
    }

    #[test]
    fn silence_never_shrinks() {
        let now = Instant::now();
        let silence = Silence::default();
        assert_eq!(silence.over_at(now), now);
        silence.keep(now + Duration::from_secs(30));
        silence.keep(now + Duration::from_secs(10));
        assert_eq!(silence.over_at(now), now + Duration::from_secs(30));
        let later = now + Duration::from_secs(31);
        assert_eq!(silence.over_at(later), later);
    }
}
