//! What came in lately: requests and updates of the last minutes, and how many people they were of.
//!
//! People are counted by their chat's number, which never leaves this module. Everything is bounded:
//! one line a second for five minutes, and so many people.

use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::real;
use super::sheet::Sheet;

/// What `error_rate` and `response_time` look back at: as long as a new release is watched.
const WATCHED: u64 = 300;

/// What `telegram_messages_per_second` looks back at: a scaler asks every 15 seconds or so.
const PACE: u64 = 10;

/// People that are remembered, at 16 bytes each.
const PEOPLE: usize = 200_000;

/// Between two searches for room.
const CLEARED: Duration = Duration::from_secs(60);

/// How far back people are counted.
const SPANS: [(&str, Duration); 3] = [
    ("5m", Duration::from_secs(5 * 60)),
    ("1h", Duration::from_secs(60 * 60)),
    ("24h", Duration::from_secs(24 * 60 * 60)),
];

/// What came in lately. Cheap to clone; all clones are one.
#[derive(Clone)]
pub struct Traffic {
    inner: Arc<Mutex<Inner>>,
}

struct Inner {
    born: Instant,
    /// Newest last, at most one a second.
    seconds: VecDeque<Second>,
    people: HashMap<i64, Instant>,
    /// When room was last looked for.
    cleared: Option<Instant>,
}

/// What one second brought.
#[derive(Clone, Copy, Default)]
struct Second {
    /// Counted from the beginning.
    number: u64,
    answered: u32,
    failed: u32,
    took: Duration,
    updates: u32,
}

impl Traffic {
    /// Nothing yet.
    #[must_use]
    pub fn new() -> Self {
        let inner = Inner {
            born: Instant::now(),
            seconds: VecDeque::new(),
            people: HashMap::new(),
            cleared: None,
        };
        Self {
            inner: Arc::new(Mutex::new(inner)),
        }
    }

    /// A request was answered.
    pub fn answered(&self, failed: bool, took: Duration) {
        self.lock().count(failed, took, 0);
    }

    /// An update of somebody was handled, whichever way it came.
    pub fn updated(&self, chat: i64, failed: bool, took: Duration) {
        let mut inner = self.lock();
        inner.count(failed, took, 1);
        inner.meet(chat);
    }

    /// Writes its lines.
    pub(super) fn write(&self, sheet: &mut Sheet) {
        let shown = self.lock().show(Instant::now());
        sheet.write("error_rate", &[], &shown.failed.to_string());
        sheet.write("response_time", &[], &shown.took.to_string());
        let pace = shown.updates.to_string();
        sheet.write("telegram_messages_per_second", &[], &pace);
        for ((within, _), people) in SPANS.iter().zip(shown.people) {
            let people = people.to_string();
            sheet.write("starkeeper_active_users", &[("within", *within)], &people);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for Traffic {
    fn default() -> Self {
        Self::new()
    }
}

/// The numbers of chats are people.
impl fmt::Debug for Traffic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Traffic").finish_non_exhaustive()
    }
}

/// What is shown of it.
struct Shown {
    /// Of all that was answered.
    failed: f64,
    /// Seconds, on average.
    took: f64,
    /// A second.
    updates: f64,
    people: [usize; 3],
}

impl Inner {
    fn count(&mut self, failed: bool, took: Duration, updates: u32) {
        let number = self.number(Instant::now());
        self.drop_before(number.saturating_sub(WATCHED));
        if self
            .seconds
            .back()
            .is_none_or(|newest| newest.number != number)
        {
            self.seconds.push_back(Second {
                number,
                ..Second::default()
            });
        }
        let Some(second) = self.seconds.back_mut() else {
            return;
        };
        second.answered = second.answered.saturating_add(1);
        second.failed = second.failed.saturating_add(u32::from(failed));
        second.took = second.took.saturating_add(took);
        second.updates = second.updates.saturating_add(updates);
    }

    /// When there is no room, those of the last hour keep theirs, and a newcomer is not counted. Room
    /// is looked for once a minute: it takes a look at everybody.
    fn meet(&mut self, chat: i64) {
        let now = Instant::now();
        let is_new = !self.people.contains_key(&chat);
        if is_new && self.people.len() >= PEOPLE {
            if self
                .cleared
                .is_some_and(|at| now.saturating_duration_since(at) < CLEARED)
            {
                return;
            }
            self.cleared = Some(now);
            let [_, (_, hour), _] = SPANS;
            self.people
                .retain(|_, at| now.saturating_duration_since(*at) < hour);
            if self.people.len() >= PEOPLE {
                return;
            }
        }
        self.people.insert(chat, now);
    }

    #[expect(
        clippy::float_arithmetic,
        reason = "shares and averages are for people who watch"
    )]
    fn show(&mut self, now: Instant) -> Shown {
        let number = self.number(now);
        self.drop_before(number.saturating_sub(WATCHED));
        let mut all = Second::default();
        // The second that runs is not over: it would be shown as slower than it is.
        let (mut recent, first) = (0_u32, number.saturating_sub(PACE));
        for second in &self.seconds {
            all.answered = all.answered.saturating_add(second.answered);
            all.failed = all.failed.saturating_add(second.failed);
            all.took = all.took.saturating_add(second.took);
            if (first..number).contains(&second.number) {
                recent = recent.saturating_add(second.updates);
            }
        }
        let [.., (_, longest)] = SPANS;
        self.people
            .retain(|_, at| now.saturating_duration_since(*at) < longest);
        let within = |span: Duration| {
            let ages = self.people.values();
            ages.filter(|at| now.saturating_duration_since(**at) < span)
                .count()
        };
        let answered = f64::from(all.answered.max(1));
        Shown {
            failed: f64::from(all.failed) / answered,
            took: all.took.as_secs_f64() / answered,
            updates: f64::from(recent) / real(PACE),
            people: SPANS.map(|(_, span)| within(span)),
        }
    }

    fn number(&self, now: Instant) -> u64 {
        now.saturating_duration_since(self.born).as_secs()
    }

    fn drop_before(&mut self, number: u64) {
        while self
            .seconds
            .front()
            .is_some_and(|oldest| oldest.number < number)
        {
            self.seconds.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(traffic: &Traffic) -> Vec<String> {
        let mut sheet = Sheet::new();
        traffic.write(&mut sheet);
        let text = sheet.text();
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        lines.map(str::to_owned).collect()
    }

    async fn later(seconds: u64) {
        tokio::time::advance(Duration::from_secs(seconds)).await;
    }

    const TOOK: Duration = Duration::from_millis(500);

    #[tokio::test(start_paused = true)]
    async fn five_minutes_are_watched_and_ten_seconds_paced() {
        let traffic = Traffic::new();
        let rest = |people: [u32; 3]| {
            let [five, hour, day] = people;
            [
                format!("starkeeper_active_users{{within=\"5m\"}} {five}"),
                format!("starkeeper_active_users{{within=\"1h\"}} {hour}"),
                format!("starkeeper_active_users{{within=\"24h\"}} {day}"),
            ]
        };
        let all = |failed: &str, took: &str, pace: &str, people| {
            let mut lines = vec![
                format!("error_rate {failed}"),
                format!("response_time {took}"),
                format!("telegram_messages_per_second {pace}"),
            ];
            lines.extend(rest(people));
            lines
        };
        assert_eq!(shown(&traffic), all("0", "0", "0", [0, 0, 0]));
        traffic.answered(true, TOOK * 3);
        for chat in [7, 7, 8] {
            traffic.updated(chat, false, TOOK);
        }
        assert_eq!(shown(&traffic), all("0.25", "0.75", "0", [2, 2, 2]));
        later(1).await;
        assert_eq!(shown(&traffic), all("0.25", "0.75", "0.3", [2, 2, 2]));
        later(10).await;
        assert_eq!(shown(&traffic), all("0.25", "0.75", "0", [2, 2, 2]));
        later(290).await;
        traffic.updated(8, false, TOOK);
        later(1).await;
        assert_eq!(shown(&traffic), all("0", "0.5", "0.1", [1, 2, 2]));
        later(86_150).await;
        assert_eq!(shown(&traffic), all("0", "0", "0", [0, 0, 1]));
    }

    #[tokio::test(start_paused = true)]
    async fn memory_is_bounded() {
        let traffic = Traffic::new();
        for chat in 0..250_000 {
            traffic.updated(chat, false, TOOK);
        }
        assert_eq!(traffic.lock().people.len(), PEOPLE);
        later(3_600).await;
        traffic.updated(-1, false, TOOK);
        assert_eq!(traffic.lock().people.len(), 1);
        for _ in 0..1_000 {
            later(1).await;
            traffic.answered(false, TOOK);
        }
        assert!(traffic.lock().seconds.len() <= 301);
    }
}
