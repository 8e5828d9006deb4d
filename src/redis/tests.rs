//! What stands in for Redis, without a server; the wire is tested against real ones in `tests/it`.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use starkeeper_actors::domain::dialog::Dialog;
use starkeeper_actors::domain::ids::TelegramId;
use starkeeper_actors::domain::pricing::samples;
use starkeeper_actors::ports::dialogs::{DialogMoved, SeenDialog};
use starkeeper_actors::ports::limits::{Allowance, Metered, Person};
use starkeeper_actors::ports::{Clock, Dialogs, Failure, Limits, Unreadable};
use starkeeper_actors::testing::{DialogFault, MemoryDialogs, MemoryLimits, TestClock};

use super::*;

const ONE: TelegramId = TelegramId::new(5_000_000_001);

/// Dialogs that can be taken away.
#[derive(Default)]
struct Common {
    kept: MemoryDialogs,
    away: AtomicBool,
}

impl Common {
    fn go(&self, away: bool) {
        self.away.store(away, Ordering::SeqCst);
    }

    fn away(&self) -> bool {
        self.away.load(Ordering::SeqCst)
    }
}

#[async_trait]
impl Dialogs for Common {
    async fn load(&self, user: TelegramId) -> Result<SeenDialog, Unreadable> {
        if self.away() {
            return Err(Unreadable::new("away"));
        }
        self.kept.load(user).await
    }

    async fn save(
        &self,
        user: TelegramId,
        seen: u64,
        dialog: &Dialog,
    ) -> Result<u64, Failure<DialogMoved>> {
        if self.away() {
            return Err(Failure::not_done("away"));
        }
        self.kept.save(user, seen, dialog).await
    }

    async fn erase(&self, user: TelegramId) -> Result<(), Unreadable> {
        if self.away() {
            return Err(Unreadable::new("away"));
        }
        self.kept.erase(user).await
    }
}

fn both() -> (Arc<Common>, Arc<MemoryDialogs>, DialogsOrHere) {
    let (common, here) = (Arc::new(Common::default()), Arc::new(MemoryDialogs::new()));
    let both = DialogsOrHere::new(
        Arc::<Common>::clone(&common),
        Arc::<MemoryDialogs>::clone(&here),
    );
    (common, here, both)
}

fn another() -> Dialog {
    Dialog {
        saved: vec![samples::masha().username],
        ..Dialog::default()
    }
}

#[tokio::test]
async fn a_save_whose_answer_was_lost_is_kept_here_and_brought_back() {
    for done in [false, true] {
        let (common, here, both) = both();
        common.kept.fail_next(DialogFault::Unknown { done });
        let kept = both.save(ONE, 0, &another()).await.unwrap();
        assert_eq!(here.load(ONE).await.unwrap().dialog, another());
        let back = both.save(ONE, kept, &Dialog::default()).await.unwrap();
        let seen = both.load(ONE).await.unwrap();
        assert_eq!((seen.dialog, seen.version), (Dialog::default(), back));
        assert_eq!(common.kept.load(ONE).await.unwrap().version, back);
        // Nothing is left to be taken for newer.
        assert_eq!(here.load(ONE).await.unwrap().version, 0);
    }
}

#[tokio::test]
async fn a_person_is_erased_in_both_places_or_the_erasure_has_failed() {
    let (common, here, both) = both();
    both.save(ONE, 0, &another()).await.unwrap();
    common.go(true);
    both.save(ONE, 1, &another()).await.unwrap();
    both.erase(ONE).await.unwrap_err();
    assert_eq!(here.load(ONE).await.unwrap().version, 0);
    common.go(false);
    assert_eq!(both.load(ONE).await.unwrap().dialog, another());
    both.erase(ONE).await.unwrap();
    assert_eq!(both.load(ONE).await.unwrap().version, 0);
}

#[tokio::test]
async fn a_newer_common_dialog_beats_the_one_that_is_kept_here() {
    let (common, here, both) = both();
    common.go(true);
    let kept = both.save(ONE, 0, &another()).await.unwrap();
    common.go(false);
    // Another replica was quicker, twice: its version is the higher one.
    common.kept.save(ONE, 0, &Dialog::default()).await.unwrap();
    common.kept.save(ONE, 1, &Dialog::default()).await.unwrap();
    let moved = both.save(ONE, kept, &another()).await;
    assert_eq!(moved, Err(Failure::Refused(DialogMoved)));
    let seen = both.load(ONE).await.unwrap();
    assert_eq!((seen.dialog, seen.version), (Dialog::default(), 2));
    assert_eq!(here.load(ONE).await.unwrap().version, 0);
}

#[tokio::test]
async fn what_the_common_counter_says_counts_and_without_it_no_payment_is() {
    let clock: Arc<dyn Clock> = Arc::new(TestClock::at(samples::noon()));
    let (common, here) = (
        Arc::new(MemoryLimits::none(Arc::clone(&clock))),
        Arc::new(MemoryLimits::none(clock)),
    );
    let both = LimitsOrHere::new(
        Arc::<MemoryLimits>::clone(&common),
        Arc::<MemoryLimits>::clone(&here),
    );
    let person = Person {
        user: ONE,
        new: false,
        premium: false,
    };
    for what in [Metered::Message, Metered::Operation, Metered::Payment] {
        here.allow(what, 1);
        assert_eq!(both.take(person, what).await, Allowance::Granted);
    }
    assert_eq!(here.asked(), 0);
    for (what, expected) in [
        (Metered::Message, Allowance::Granted),
        (Metered::Operation, Allowance::Granted),
        (Metered::Payment, Allowance::CannotCount),
    ] {
        common.answer_next(Allowance::CannotCount);
        assert_eq!(both.take(person, what).await, expected, "{what:?}");
    }
    assert_eq!(here.asked(), 2);
    common.answer_next(Allowance::CannotCount);
    let second = both.take(person, Metered::Message).await;
    assert!(matches!(second, Allowance::Wait { .. }), "{second:?}");
}

#[test]
fn an_address_of_version_six_stands_in_brackets_and_a_password_is_never_shown() {
    let place = |host: &str| Place {
        host: host.into(),
        port: 6379,
    };
    assert_eq!(place("::1").to_string(), "[::1]:6379");
    assert_eq!(place("redis-1").to_string(), "redis-1:6379");
    let settings = RedisSettings {
        password: Some("p@ss:word/é".to_owned().into()),
        user: Some("shop".into()),
        tls: true,
        database: 3,
        ..RedisSettings::new(vec![place("::1"), place("redis-1")], false)
    };
    let nodes = settings.nodes().unwrap();
    assert_eq!(nodes.len(), 2);
    assert_eq!(nodes[0].redis_settings().password(), Some("p@ss:word/é"));
    assert_eq!(nodes[0].redis_settings().db(), 3);
    let shown = format!("{settings:?} {nodes:?}");
    assert!(!shown.contains("p@ss"), "{shown}");
}
