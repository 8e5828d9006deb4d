use starkeeper_actors::notifier::CameBack;
use starkeeper_actors::ports::messenger::SendRefused;
use starkeeper_actors::testing::{MessengerFault, Said};

use crate::bot::*;

fn changes(said: &Said) -> u32 {
    match said {
        Said::Order(view) => view.order.parked,
        Said::News(..) | Said::Screen(_) => panic!("not a live message: {said:?}"),
    }
}

#[actix::test]
async fn an_order_has_one_live_message_that_shows_the_latest_state() {
    let bot = Bot::start();
    let person = bot.person(5);
    let notifier = bot.hire("notifier", 1);
    let order = bot.order(&person).await;
    notifier.bell().wake();
    pass(3).await;
    for change in 2..=9 {
        bot.change(order.id, change).await;
        notifier.bell().wake();
    }
    pass(5).await;
    let shown = bot.world.telegram.messages(person.telegram);
    assert_eq!(shown.len(), 1);
    assert_eq!(changes(&shown[0].said), 9);
    assert!(
        shown[0].edits <= 2,
        "a burst is drawn together: {} edits",
        shown[0].edits
    );
}

#[actix::test]
async fn what_happens_while_a_message_is_on_its_way_is_drawn_afterwards() {
    let bot = Bot::start();
    let person = bot.person(5);
    let _notifier = bot.hire("notifier", 1);
    let order = bot.order(&person).await;
    let hangs = MessengerFault::Hangs { delivered: true };
    bot.world.telegram.fail_next(hangs);
    pass(3).await;
    bot.change(order.id, 2).await;
    pass(40).await;
    let shown = bot.world.telegram.last_message(person.telegram).unwrap();
    assert_eq!(changes(&shown.said), 2);
}

#[actix::test]
async fn a_deleted_live_message_is_sent_anew() {
    let bot = Bot::start();
    let person = bot.person(5);
    let _notifier = bot.hire("notifier", 1);
    let order = bot.order(&person).await;
    pass(3).await;
    let first = bot.world.telegram.last_message(person.telegram).unwrap();
    bot.world.telegram.delete(person.telegram, first.id);
    bot.change(order.id, 2).await;
    pass(5).await;
    let shown = bot.world.telegram.messages(person.telegram);
    assert_eq!(shown.len(), 1);
    assert_eq!(changes(&shown[0].said), 2);
}

#[actix::test]
async fn a_refusal_of_one_state_does_not_end_the_message() {
    let bot = Bot::start();
    let person = bot.person(5);
    let notifier = bot.hire("notifier", 1);
    let order = bot.order(&person).await;
    let never = SendRefused::Never {
        why: "too long".into(),
    };
    bot.world.telegram.fail_next(MessengerFault::Refused(never));
    pass(20).await;
    assert!(bot.world.telegram.messages(person.telegram).is_empty());
    assert_eq!(
        bot.world.telegram.calls(),
        1,
        "the same state is not tried again"
    );
    bot.change(order.id, 2).await;
    pass(5).await;
    let shown = bot.world.telegram.last_message(person.telegram).unwrap();
    assert_eq!(changes(&shown.said), 2);
    assert_eq!(observed(&notifier).await.counts.drawn, 1);
}

#[actix::test]
async fn whoever_blocked_the_bot_sees_the_latest_state_after_coming_back() {
    let bot = Bot::start();
    let person = bot.person(5);
    let notifier = bot.hire("notifier", 1);
    bot.world.telegram.set_blocked(person.telegram, true);
    let order = bot.order(&person).await;
    pass(3).await;
    assert!(bot.customer(&person).unreachable);
    bot.change(order.id, 2).await;
    bot.world.telegram.set_blocked(person.telegram, false);
    notifier
        .ask(
            CameBack {
                customer: person.id,
            },
            LONG,
        )
        .await
        .unwrap();
    pass(11 * 60).await;
    let shown = bot.world.telegram.messages(person.telegram);
    assert_eq!(shown.len(), 1);
    assert_eq!(changes(&shown[0].said), 2);
}
