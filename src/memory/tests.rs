//! The contract suites of both ports, and the bounds.

use std::sync::Arc;

use async_trait::async_trait;
use starkeeper_actors::domain::dialog::Dialog;
use starkeeper_actors::domain::ids::TelegramId;
use starkeeper_actors::domain::pricing::samples;
use starkeeper_actors::domain::{Span, Timestamp};
use starkeeper_actors::ports::limits::{Metered, Person, Rate, Rates};
use starkeeper_actors::ports::{Clock, Dialogs, Limits};
use starkeeper_actors::testing::TestClock;
use starkeeper_actors::testing::contract::limits::{ThreeASecond, WithRates};
use starkeeper_actors::testing::contract::{self, dialogs::NoDialogs};

use super::*;

fn noon() -> Timestamp {
    samples::noon()
}

struct Fresh(Arc<InProcessDialogs>);

#[async_trait]
impl NoDialogs for Fresh {
    fn client(&self) -> Arc<dyn Dialogs> {
        Arc::<InProcessDialogs>::clone(&self.0)
    }

    fn another(&self) -> Dialog {
        Dialog {
            saved: vec![samples::masha().username],
            ..Dialog::default()
        }
    }
}

#[expect(clippy::unused_async, reason = "a suite takes an async function")]
async fn no_dialogs() -> Fresh {
    let clock = Arc::new(TestClock::at(noon()));
    Fresh(Arc::new(InProcessDialogs::new(clock, Shelf::default())))
}

mod dialogs_in_this_process {
    super::contract::dialogs!(super::no_dialogs);
}

struct Counting {
    limits: Arc<InProcessLimits>,
    clock: Arc<TestClock>,
}

#[async_trait]
impl ThreeASecond for Counting {
    fn client(&self) -> Arc<dyn Limits> {
        Arc::<InProcessLimits>::clone(&self.limits)
    }

    async fn pass(&self, by: Span) {
        self.clock.advance(by);
    }
}

#[expect(clippy::unused_async, reason = "a suite takes an async function")]
async fn three_a_second() -> Counting {
    let clock = Arc::new(TestClock::at(noon()));
    let rate = Rate {
        most: 3,
        per: Span::seconds(1),
    };
    let rates = Rates {
        messages: rate,
        operations: rate,
        payments: rate,
        burst: rate,
        ..Rates::default()
    };
    let shared: Arc<dyn Clock> = Arc::<TestClock>::clone(&clock);
    let limits = Arc::new(InProcessLimits::new(shared, rates));
    Counting { limits, clock }
}

mod limits_in_this_process {
    super::contract::limits!(super::three_a_second);
}

/// Other rates mean another counter here, and no case counts under two.
struct AnyRates(Arc<TestClock>);

#[async_trait]
impl WithRates for AnyRates {
    fn client(&self, rates: Rates) -> Arc<dyn Limits> {
        let clock: Arc<dyn Clock> = Arc::<TestClock>::clone(&self.0);
        Arc::new(InProcessLimits::new(clock, rates))
    }

    async fn pass(&self, by: Span) {
        self.0.advance(by);
    }
}

#[expect(clippy::unused_async, reason = "a suite takes an async function")]
async fn any_rates() -> AnyRates {
    AnyRates(Arc::new(TestClock::at(noon())))
}

mod rates_in_this_process {
    super::contract::rates!(super::any_rates);
}

#[tokio::test]
async fn a_silent_dialog_expires_and_the_longest_silent_one_makes_room() {
    let clock = Arc::new(TestClock::at(noon()));
    let shared: Arc<dyn Clock> = Arc::<TestClock>::clone(&clock);
    let shelf = Shelf {
        people: 2,
        expiry: Span::hours(1),
    };
    let dialogs = InProcessDialogs::new(shared, shelf);
    let save = async |n, seen| {
        clock.advance(Span::minutes(1));
        dialogs
            .save(TelegramId::new(n), seen, &Dialog::default())
            .await
    };
    let version = async |n| dialogs.load(TelegramId::new(n)).await.unwrap().version;
    let first = save(1, 0).await.unwrap();
    save(2, 0).await.unwrap();
    let second = save(1, first).await.unwrap();
    let third = save(3, 0).await.unwrap();
    assert!(0 < first && first < second, "{first}, then {second}");
    assert_eq!(dialogs.people(), 2);
    assert_eq!((version(1).await, version(2).await), (second, 0));
    clock.advance(Span::minutes(59));
    assert_eq!((version(1).await, version(3).await), (0, third));
    clock.advance(Span::minutes(1));
    assert_eq!(dialogs.people(), 0);
}

#[tokio::test]
async fn who_comes_after_an_erased_dialog_is_not_taken_for_it() {
    let clock = Arc::new(TestClock::at(noon()));
    let shared: Arc<dyn Clock> = Arc::<TestClock>::clone(&clock);
    let dialogs = InProcessDialogs::new(shared, Shelf::default());
    let one = TelegramId::new(1);
    let before = dialogs.save(one, 0, &Dialog::default()).await.unwrap();
    dialogs.erase(one).await.unwrap();
    clock.advance(Span::milliseconds(1));
    dialogs.save(one, 0, &Dialog::default()).await.unwrap();
    let stale = dialogs.save(one, before, &Dialog::default()).await;
    assert!(stale.is_err(), "{stale:?}");
}

#[tokio::test]
async fn people_who_went_away_are_forgotten() {
    let Counting { limits, clock } = three_a_second().await;
    let take = async |n| {
        let person = Person {
            user: TelegramId::new(n),
            new: false,
            premium: false,
        };
        limits.take(person, Metered::Message).await
    };
    for n in 0..10_000 {
        take(n).await;
        clock.advance(Span::milliseconds(1));
    }
    let counters = limits.counters();
    assert!(counters < 6_000, "{counters} counters are kept");
}
