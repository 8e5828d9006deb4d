//! The nightly backup: when it is made, and what happens when it fails.
//!
//! Owns the hour and the repetitions; what a backup is, and which ones are kept, is the storage's.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use starkeeper_actors::domain::{Span, Timestamp};
use starkeeper_actors::ports::Clock;

use crate::config::TimeOfDay;
use crate::metrics;

/// Makes a backup named after an instant; answers what to say of it, or why there is none.
pub(super) type Make =
    Arc<dyn Fn(Timestamp) -> BoxFuture<'static, Result<String, String>> + Send + Sync>;

/// Every night's backup.
pub(super) struct Nights {
    pub(super) clock: Arc<dyn Clock>,
    pub(super) at: TimeOfDay,
    pub(super) make: Make,
    /// Before a backup that failed is tried again.
    pub(super) again: Duration,
    /// The longest sleep between two looks at the clock, which may be set meanwhile.
    pub(super) look: Duration,
}

impl Nights {
    /// Nightly backups with the usual pauses.
    pub(super) fn new(clock: Arc<dyn Clock>, at: TimeOfDay, make: Make) -> Self {
        Self {
            clock,
            at,
            make,
            again: Duration::from_secs(15 * 60),
            look: Duration::from_secs(60),
        }
    }

    /// Makes one backup a night until it is dropped.
    pub(super) async fn keep(self) {
        loop {
            self.wait_until(next(self.clock.now(), self.at)).await;
            let night = self.clock.now();
            while !self.try_once().await && self.clock.now() < night + Span::hours(23) {
                tokio::time::sleep(self.again).await;
            }
        }
    }

    async fn try_once(&self) -> bool {
        let now = self.clock.now();
        match (self.make)(now).await {
            Ok(said) => {
                tracing::info!("{said}");
                let seconds = u64::try_from(now.timestamp()).unwrap_or(0);
                metrics::backup_made(seconds);
                true
            }
            Err(why) => {
                tracing::error!(
                    "no backup was made: {why}; the next try is in {:?}",
                    self.again
                );
                false
            }
        }
    }

    async fn wait_until(&self, due: Timestamp) {
        while let Ok(left) = (due - self.clock.now()).to_std()
            && !left.is_zero()
        {
            tokio::time::sleep(left.min(self.look)).await;
        }
    }
}

/// The next instant of this time of day (UTC), later than now.
fn next(now: Timestamp, at: TimeOfDay) -> Timestamp {
    let midnight = now.date_naive().and_time(chrono::NaiveTime::MIN).and_utc();
    let today = midnight + Span::minutes(i64::from(at.hour * 60 + at.minute));
    if today > now {
        today
    } else {
        today + Span::days(1)
    }
}

#[cfg(test)]
mod tests {
    use chrono::Timelike as _;
    use starkeeper_actors::domain::ids::{GatewayOrderId, OrderNumber};
    use starkeeper_actors::testing::TestClock;

    use super::*;

    const TWO: TimeOfDay = TimeOfDay { hour: 2, minute: 0 };

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn the_next_night_is_later_than_now() {
        for (now, expected) in [
            ("2026-11-26T01:59:59Z", "2026-11-26T02:00:00Z"),
            ("2026-11-26T02:00:00Z", "2026-11-27T02:00:00Z"),
            ("2026-12-31T12:00:00Z", "2027-01-01T02:00:00Z"),
        ] {
            assert_eq!(next(at(now), TWO), at(expected), "{now}");
        }
    }

    /// A clock that is ten minutes on at every look.
    struct Hasty(TestClock);

    impl Clock for Hasty {
        fn now(&self) -> Timestamp {
            self.0.advance(Span::minutes(10));
            self.0.now()
        }
        fn fresh_id(&self) -> i64 {
            self.0.fresh_id()
        }
        fn fresh_order_number(&self) -> OrderNumber {
            self.0.fresh_order_number()
        }
        fn fresh_gateway_order_id(&self) -> GatewayOrderId {
            self.0.fresh_gateway_order_id()
        }
    }

    #[tokio::test]
    async fn one_backup_a_night_and_a_failed_one_again_after_a_while() {
        let clock = Hasty(TestClock::at(at("2026-11-26T12:00:00Z")));
        let (to, mut tried) = tokio::sync::mpsc::unbounded_channel();
        let make = move |now: Timestamp| -> BoxFuture<'static, Result<String, String>> {
            let first = now.date_naive().to_string() == "2026-11-27" && now.hour() == 2;
            let outcome = if first && now.minute() < 30 {
                Err("the disk is full".to_owned())
            } else {
                Ok("a backup".to_owned())
            };
            to.send(format!("{} {}", now.date_naive(), outcome.is_ok()))
                .unwrap();
            Box::pin(std::future::ready(outcome))
        };
        let mut nights = Nights::new(Arc::new(clock), TWO, Arc::new(make));
        (nights.again, nights.look) = (Duration::from_millis(1), Duration::from_millis(1));
        let keeping = tokio::spawn(nights.keep());
        let mut heard = Vec::new();
        while !heard.contains(&"2026-11-28 true".to_owned()) {
            heard.push(tried.recv().await.unwrap());
        }
        keeping.abort();
        let (failed, made): (Vec<_>, Vec<_>) = heard.iter().partition(|one| one.ends_with("false"));
        assert!(!failed.is_empty(), "{heard:?}");
        assert!(
            failed.iter().all(|one| *one == "2026-11-27 false"),
            "{heard:?}"
        );
        assert_eq!(made, ["2026-11-27 true", "2026-11-28 true"], "{heard:?}");
    }
}
