//! Redis is stopped, hangs, and comes back: nobody waits long, and the shop goes on.

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use starkeeper::memory::{InProcessDialogs, InProcessLimits, Shelf};
use starkeeper::redis::{DialogsOrHere, LimitsOrHere, RedisLink, RedisSettings};
use starkeeper_actors::domain::Span;
use starkeeper_actors::domain::dialog::Dialog;
use starkeeper_actors::domain::ids::TelegramId;
use starkeeper_actors::ports::dialogs::DialogMoved;
use starkeeper_actors::ports::limits::{Allowance, Metered, Rates};
use starkeeper_actors::ports::{Clock, Dialogs, Failure, Limits};
use starkeeper_actors::testing::TestClock;
use starkeeper_actors::testing::contract;

use super::shop::{Shop, another, of, person};
use crate::support::{OwnRedis, eventually};

const ONE: TelegramId = TelegramId::new(5_000_000_001);
const TWO: TelegramId = TelegramId::new(5_000_000_002);

/// A call's limit, and what a busy machine adds to it.
const LIMIT: Duration = Duration::from_millis(300);
const BUSY: Duration = Duration::from_millis(2_000);

fn impatient(server: &OwnRedis) -> Shop {
    Shop::new(RedisSettings {
        call: LIMIT,
        connect: LIMIT,
        breaker_pause: Duration::from_millis(200),
        ..of(server)
    })
}

/// What a daemon talks to.
struct Replica {
    clock: Arc<TestClock>,
    link: RedisLink,
    dialogs: DialogsOrHere,
    limits: LimitsOrHere,
}

impl Replica {
    fn of(shop: &Shop) -> Self {
        let link = shop.link();
        // Of today: the newer of two dialogs is told by the clock.
        let own = Arc::new(TestClock::at(SystemTime::now().into()));
        let clock: Arc<dyn Clock> = Arc::<TestClock>::clone(&own);
        let common = starkeeper::redis::RedisDialogs::new(link.clone(), &shop.name, shop.expiry);
        let here = InProcessDialogs::new(Arc::clone(&clock), Shelf::default());
        let rates = Rates::default();
        let counted = starkeeper::redis::RedisLimits::new(link.clone(), &shop.name, rates);
        let quarter = InProcessLimits::new(clock, rates.quartered());
        Self {
            clock: own,
            link,
            dialogs: DialogsOrHere::new(Arc::new(common), Arc::new(here)),
            limits: LimitsOrHere::new(Arc::new(counted), Arc::new(quarter)),
        }
    }
}

#[test]
fn a_call_to_a_server_that_is_gone_or_hangs_says_so_soon_and_whether_it_may_have_been_done() {
    let mut server = OwnRedis::start();
    contract::run(async {
        let shop = impatient(&server);
        let dialogs = shop.dialogs();
        let saved = dialogs.save(ONE, 0, &another()).await.unwrap();
        server.freeze();
        let begun = Instant::now();
        let hung = dialogs.save(ONE, saved, &Dialog::default()).await;
        assert!(begun.elapsed() < LIMIT + BUSY, "{:?}", begun.elapsed());
        // It hung before it was sent, while the connection was tried, or after.
        assert!(
            matches!(hung, Err(Failure::Unknown { .. } | Failure::NotDone { .. })),
            "{hung:?}"
        );
        let begun = Instant::now();
        for _ in 0..50 {
            dialogs.load(ONE).await.unwrap_err();
        }
        // The first eight wait, the others are told at once.
        let took = begun.elapsed();
        assert!(took < LIMIT * 16 + BUSY, "50 calls took {took:?}");
        server.thaw();
        eventually("it is answered again", async || dialogs.load(ONE).await).await;
        tokio::task::block_in_place(|| server.kill());
        let gone = dialogs.save(TWO, 0, &another()).await;
        assert!(gone.is_err(), "{gone:?}");
        let erased = dialogs.erase(ONE).await;
        erased.expect_err("what was not erased must not be called erased");
    });
}

#[test]
fn whoever_is_in_a_conversation_goes_on_while_redis_is_away_and_after_it() {
    let mut server = OwnRedis::start();
    contract::run(async {
        let shop = impatient(&server);
        let (one, other) = (Replica::of(&shop), Replica::of(&shop));
        let first = one.dialogs.save(ONE, 0, &Dialog::default()).await.unwrap();
        tokio::task::block_in_place(|| server.kill());
        one.clock.advance(Span::minutes(1));
        // Saved over what was seen in Redis, then over that.
        let second = one.dialogs.save(ONE, first, &another()).await.unwrap();
        let third = one.dialogs.save(ONE, second, &another()).await.unwrap();
        let moved = Err(Failure::Refused(DialogMoved));
        for stale in [0, first, second] {
            let saved = one.dialogs.save(ONE, stale, &Dialog::default()).await;
            assert_eq!(saved, moved, "over {stale}");
        }
        let seen = one.dialogs.load(ONE).await.unwrap();
        assert_eq!((seen.dialog, seen.version), (another(), third));
        // Another replica knows nothing of it: the main menu.
        let elsewhere = other.dialogs.load(ONE).await.unwrap();
        assert_eq!(elsewhere.dialog, Dialog::default());
        assert!(!one.link.is_reachable());
        tokio::task::block_in_place(|| server.resume());
        // Back, and empty. The next save brings it there, and every replica sees it.
        let mut version = third;
        eventually("the dialog is kept in redis again", async || {
            version = one.dialogs.save(ONE, version, &another()).await.unwrap();
            if version >> 63 == 0 {
                Ok(())
            } else {
                Err(version)
            }
        })
        .await;
        let seen = other.dialogs.load(ONE).await.unwrap();
        assert_eq!((seen.dialog, seen.version), (another(), version));
        eventually("the log is told", async || {
            one.dialogs.load(ONE).await.unwrap();
            one.link.is_reachable().then_some(()).ok_or("still lost")
        })
        .await;
    });
}

#[test]
fn of_two_replicas_that_went_on_alone_the_first_to_come_back_wins() {
    let mut server = OwnRedis::start();
    contract::run(async {
        let shop = impatient(&server);
        let (one, other) = (Replica::of(&shop), Replica::of(&shop));
        tokio::task::block_in_place(|| server.kill());
        let alone = one.dialogs.save(ONE, 0, &another()).await.unwrap();
        let too = other
            .dialogs
            .save(ONE, 0, &Dialog::default())
            .await
            .unwrap();
        tokio::task::block_in_place(|| server.resume());
        let mut version = alone;
        eventually("the first is back", async || {
            version = one.dialogs.save(ONE, version, &another()).await.unwrap();
            if version >> 63 == 0 {
                Ok(())
            } else {
                Err(version)
            }
        })
        .await;
        let mut late = Ok(too);
        eventually("the second has met Redis", async || {
            let seen = late.clone().unwrap();
            late = other.dialogs.save(ONE, seen, &Dialog::default()).await;
            if late.is_err() {
                Ok(())
            } else {
                Err(late.clone())
            }
        })
        .await;
        assert_eq!(late, Err(Failure::Refused(DialogMoved)));
        let seen = other.dialogs.load(ONE).await.unwrap();
        assert_eq!((seen.dialog, seen.version), (another(), version));
    });
}

#[test]
fn while_redis_is_away_limits_are_a_quarter_and_payments_wait() {
    let mut server = OwnRedis::start();
    contract::run(async {
        let shop = impatient(&server);
        let replica = Replica::of(&shop);
        let take = async |what| replica.limits.take(person(1), what).await;
        assert_eq!(take(Metered::Payment).await, Allowance::Granted);
        tokio::task::block_in_place(|| server.kill());
        for what in [Metered::Message, Metered::Operation] {
            let mut granted = 0;
            while take(what).await == Allowance::Granted {
                granted += 1;
                assert!(granted < 100, "there is no limit");
            }
            let quarter = Rates::default().quartered().of(person(1), what).most;
            assert_eq!(granted, quarter, "{what:?}");
        }
        for _ in 0..3 {
            assert_eq!(take(Metered::Payment).await, Allowance::CannotCount);
        }
        tokio::task::block_in_place(|| server.resume());
        eventually("payments are counted again", async || {
            match take(Metered::Payment).await {
                Allowance::CannotCount => Err("not yet"),
                Allowance::Granted | Allowance::Wait { .. } => Ok(()),
            }
        })
        .await;
        // By the server, which has forgotten what was before.
        assert_eq!(take(Metered::Message).await, Allowance::Granted);
    });
}
