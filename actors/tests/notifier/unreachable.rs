use starkeeper_actors::domain::notice::Standing;
use starkeeper_actors::notifier::CameBack;
use starkeeper_actors::supervision::{AskFailed, StepFailed};
use starkeeper_actors::testing::Fault;

use crate::bot::*;

#[actix::test]
async fn what_is_owed_to_somebody_who_blocked_the_bot_is_kept_and_revived_in_order() {
    let bot = Bot::start();
    let person = bot.person(5);
    let notifier = bot.hire("notifier", 1);
    bot.world.telegram.set_blocked(person.telegram, true);
    bot.owe(&person, 1..=3).await;
    pass(10).await;
    assert!(bot.customer(&person).unreachable);
    assert!(
        bot.notices()
            .iter()
            .all(|notice| notice.standing == Standing::Kept)
    );
    assert_eq!(bot.world.telegram.calls(), 1, "one try is enough");

    bot.world.telegram.set_blocked(person.telegram, false);
    bot.owe(&person, 4..=4).await;
    pass(5).await;
    assert_eq!(bot.heard(&person), [], "not before the next start");
    let back = CameBack {
        customer: person.id,
    };
    notifier.ask(back, LONG).await.unwrap();
    pass(10).await;
    assert_eq!(bot.heard(&person), [1, 2, 3, 4]);
    assert!(!bot.customer(&person).unreachable);
    assert_eq!(observed(&notifier).await.counts.revived, 4);
}

#[actix::test]
async fn coming_back_works_through_books_that_stumble() {
    let bot = Bot::start();
    let person = bot.person(5);
    let notifier = bot.hire("notifier", 1);
    bot.world.telegram.set_blocked(person.telegram, true);
    bot.owe(&person, 1..=1).await;
    pass(5).await;
    bot.world.telegram.set_blocked(person.telegram, false);
    for fault in [Fault::NotDone, Fault::Unknown { done: true }] {
        bot.world.books.fail_next(fault);
    }
    notifier
        .ask(
            CameBack {
                customer: person.id,
            },
            LONG,
        )
        .await
        .unwrap();
    pass(5).await;
    assert_eq!(bot.heard(&person), [1]);
}

#[actix::test]
async fn a_panic_in_a_handler_restarts_the_notifier_and_loses_nothing() {
    let bot = Bot::start();
    let person = bot.person(5);
    let notifier = bot.hire("notifier", 1);
    let back = CameBack {
        customer: person.id,
    };
    bot.clock.arm();
    let broken = notifier.ask(back, LONG);
    let behind = notifier.ask(back, LONG);
    assert_eq!(broken.await, Err(AskFailed::Failed(StepFailed::Panicked)));
    assert_eq!(behind.await, Ok(()), "what was queued survives");

    bot.owe(&person, 1..=1).await;
    bot.clock.arm();
    notifier.bell().wake();
    pass(30).await;
    assert_eq!(bot.heard(&person), [1]);
    let line = bot.roster.snapshot(tokio::time::Instant::now());
    assert_eq!(line.actor("notifier").unwrap().restarts, 2);
}
