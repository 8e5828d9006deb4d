use starkeeper_actors::domain::Span;
use starkeeper_actors::domain::ids::ReplicaId;
use starkeeper_actors::domain::notice::Standing;
use starkeeper_actors::ports::Books;
use starkeeper_actors::ports::books::LeaseKey;
use starkeeper_actors::testing::MessengerFault;

use crate::bot::*;

#[actix::test]
async fn of_two_replicas_one_delivers() {
    let bot = Bot::start();
    let person = bot.person(5);
    let replicas = [bot.hire("one", 1), bot.hire("two", 2)];
    bot.owe(&person, 1..=5).await;
    for replica in &replicas {
        replica.bell().wake();
    }
    pass(60).await;
    assert_eq!(bot.heard(&person), [1, 2, 3, 4, 5]);
    let epochs = [
        observed(&replicas[0]).await.epoch,
        observed(&replicas[1]).await.epoch,
    ];
    assert_eq!(epochs.iter().flatten().count(), 1, "{epochs:?}");
}

#[actix::test]
async fn the_next_replica_takes_over_from_one_that_died() {
    let bot = Bot::start();
    let person = bot.person(5);
    let dead = ReplicaId::new(9);
    let ttl = Span::seconds(30);
    let lease = bot.world.books.lease(LeaseKey::Notifier, dead, ttl).await;
    assert!(lease.unwrap().is_some());
    let _notifier = bot.hire("notifier", 1);
    bot.owe(&person, 1..=1).await;
    pass(25).await;
    assert_eq!(bot.heard(&person), []);
    pass(10).await;
    assert_eq!(bot.heard(&person), [1]);
}

#[actix::test]
async fn an_outcome_of_a_lost_lease_is_not_stored() {
    let bot = Bot::start();
    let person = bot.person(5);
    let notifier = bot.hire("notifier", 1);
    // The answer never comes; meanwhile another replica takes over.
    let hangs = MessengerFault::Hangs { delivered: true };
    bot.world.telegram.fail_next(hangs);
    bot.owe(&person, 1..=1).await;
    pass(5).await;
    let (other, hour) = (ReplicaId::new(9), Span::hours(1));
    bot.world.books.skew(hour);
    let lease = bot.world.books.lease(LeaseKey::Notifier, other, hour).await;
    assert!(lease.unwrap().is_some());
    pass(60).await;
    assert!(matches!(
        bot.notices()[0].standing,
        Standing::Waiting { attempts: 0, .. }
    ));
    assert_eq!(observed(&notifier).await.epoch, None);
}
