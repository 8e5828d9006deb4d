use starkeeper_actors::domain::ids::TelegramId;
use starkeeper_actors::domain::notice::{Message, OperatorNews, Owed, Standing};
use starkeeper_actors::ports::messenger::SendRefused;
use starkeeper_actors::testing::{Fault, MessengerFault};

use crate::bot::*;

#[actix::test]
async fn everybody_hears_everything_in_order() {
    let bot = Bot::start();
    let people = [bot.person(5), bot.person(6)];
    let notifier = bot.hire("notifier", 1);
    for person in &people {
        bot.owe(person, 1..=6).await;
    }
    notifier.bell().wake();
    pass(1).await;
    assert!(!bot.heard(&people[0]).is_empty(), "a wake is heard at once");
    pass(10).await;
    for person in &people {
        assert_eq!(bot.heard(person), [1, 2, 3, 4, 5, 6]);
    }
    let told = |notice: &starkeeper_actors::domain::notice::Notice| {
        matches!(notice.standing, Standing::Delivered { .. })
    };
    assert!(bot.notices().iter().all(told));
    assert_eq!(observed(&notifier).await.counts.told, 12);
}

#[actix::test]
async fn a_lost_wake_costs_two_seconds() {
    let bot = Bot::start();
    let person = bot.person(5);
    let _notifier = bot.hire("notifier", 1);
    pass(1).await;
    bot.owe(&person, 1..=1).await;
    pass(3).await;
    assert_eq!(bot.heard(&person), [1]);
}

#[actix::test]
async fn what_could_not_be_told_keeps_its_place_and_delays_nobody_else() {
    let bot = Bot::start();
    let (one, two) = (bot.person(5), bot.person(6));
    let notifier = bot.hire("notifier", 1);
    bot.world
        .telegram
        .fail_next_in(one.telegram, MessengerFault::NotDone);
    bot.owe(&one, 1..=2).await;
    bot.owe(&two, 1..=2).await;
    notifier.bell().wake();
    pass(1).await;
    assert_eq!(bot.heard(&one), []);
    assert_eq!(bot.heard(&two), [1, 2]);
    pass(10).await;
    assert_eq!(bot.heard(&one), [1, 2]);
}

#[actix::test]
async fn a_chat_that_never_answers_delays_nobody_else() {
    let bot = Bot::start();
    let (slow, other) = (bot.person(5), bot.person(6));
    let notifier = bot.hire("notifier", 1);
    let hangs = MessengerFault::Hangs { delivered: false };
    bot.world.telegram.fail_next_in(slow.telegram, hangs);
    bot.owe(&slow, 1..=2).await;
    bot.owe(&other, 1..=3).await;
    notifier.bell().wake();
    pass(1).await;
    assert_eq!(bot.heard(&other), [1, 2, 3]);
    bot.owe(&other, 4..=4).await;
    pass(4).await;
    assert_eq!(
        (bot.heard(&other), bot.heard(&slow)),
        (vec![1, 2, 3, 4], vec![])
    );
    pass(30).await;
    assert_eq!(bot.heard(&slow), [1, 2]);
}

#[actix::test]
async fn a_lost_answer_tells_twice_and_never_zero_times() {
    tokio::time::pause();
    for delivered in [true, false] {
        let bot = Bot::build();
        let person = bot.person(5);
        let _notifier = bot.hire("notifier", 1);
        bot.world
            .telegram
            .fail_next(MessengerFault::Unknown { delivered });
        bot.owe(&person, 1..=2).await;
        pass(20).await;
        let heard = bot.heard(&person);
        let expected: &[i64] = if delivered { &[1, 1, 2] } else { &[1, 2] };
        assert_eq!(heard, expected);
    }
}

#[actix::test]
async fn books_that_lose_an_answer_are_told_again_and_the_person_is_not() {
    let bot = Bot::start();
    let person = bot.person(5);
    let _notifier = bot.hire("notifier", 1);
    bot.owe(&person, 1..=1).await;
    bot.world.books.fail_next(Fault::NotDone);
    bot.world.books.fail_next(Fault::Unknown { done: true });
    pass(10).await;
    assert_eq!(bot.heard(&person), [1]);
    assert!(matches!(
        bot.notices()[0].standing,
        Standing::Delivered { .. }
    ));
}

#[actix::test]
async fn books_that_are_away_cost_repetitions_and_lose_nothing() {
    let bot = Bot::start();
    let person = bot.person(5);
    let notifier = bot.hire("notifier", 1);
    bot.owe(&person, 1..=2).await;
    bot.world.books.fail_when(|_| Some(Fault::NotDone));
    pass(5).await;
    bot.world.books.fail_no_more();
    pass(10).await;
    let heard = bot.heard(&person);
    assert_eq!(heard.last(), Some(&2));
    assert!(
        heard[..heard.len() - 1].iter().all(|number| *number == 1),
        "{heard:?}"
    );
    assert!(heard.len() < 8, "{heard:?}");
    assert!(observed(&notifier).await.counts.unstored > 0);
}

#[actix::test]
async fn when_telegram_wants_silence_everybody_waits_for_its_end() {
    let bot = Bot::start();
    let people: Vec<_> = (5..25).map(|chat| bot.person(chat)).collect();
    let notifier = bot.hire("notifier", 1);
    let until = bot.in_(60);
    let silence = SendRefused::TooFast {
        until,
        everybody: true,
    };
    bot.world
        .telegram
        .fail_next(MessengerFault::Refused(silence));
    bot.owe(&people[0], 1..=1).await;
    notifier.bell().wake();
    pass(1).await;
    let calls = bot.world.telegram.calls();
    assert_eq!(calls, 1);
    for person in &people[1..] {
        bot.owe(person, 1..=1).await;
    }
    pass(55).await;
    assert_eq!(
        bot.world.telegram.calls(),
        calls,
        "not a word before the end"
    );
    assert!(observed(&notifier).await.paused_ms > 0);
    pass(10).await;
    assert!(people.iter().all(|person| bot.heard(person) == [1]));
}

#[actix::test]
async fn when_telegram_slows_one_chat_the_others_go_on() {
    let bot = Bot::start();
    let (one, two) = (bot.person(5), bot.person(6));
    let _notifier = bot.hire("notifier", 1);
    let until = bot.in_(30);
    let slower = SendRefused::TooFast {
        until,
        everybody: false,
    };
    bot.world
        .telegram
        .fail_next_in(one.telegram, MessengerFault::Refused(slower));
    bot.owe(&one, 1..=2).await;
    bot.owe(&two, 1..=2).await;
    pass(25).await;
    assert_eq!((bot.heard(&one), bot.heard(&two)), (vec![], vec![1, 2]));
    pass(10).await;
    assert_eq!(bot.heard(&one), [1, 2]);
}

#[actix::test]
async fn what_can_never_be_told_the_operators_are_told() {
    let bot = Bot::start();
    let (person, operator) = (bot.person(5), TelegramId::new(99));
    bot.world.telegram.add_operator(operator);
    let _notifier = bot.hire("notifier", 1);
    let never = SendRefused::Never {
        why: "chat not found".into(),
    };
    bot.world
        .telegram
        .fail_next_in(person.telegram, MessengerFault::Refused(never));
    bot.owe(&person, 1..=2).await;
    pass(10).await;
    assert_eq!(bot.heard(&person), [2]);
    assert!(matches!(
        bot.notices()[0].standing,
        Standing::Undeliverable { .. }
    ));
    let told = bot.world.telegram.news(operator);
    assert!(
        matches!(
            told[..],
            [Message::Operators(OperatorNews::Undeliverable { .. })]
        ),
        "{told:?}"
    );
}

#[actix::test]
async fn each_operator_hears_once_what_another_could_not_hear_at_once() {
    let bot = Bot::start();
    let chats = [91, 92, 93].map(TelegramId::new);
    for chat in chats {
        bot.world.telegram.add_operator(chat);
    }
    let notifier = bot.hire("notifier", 1);
    bot.world
        .telegram
        .fail_next_in(chats[1], MessengerFault::NotDone);
    bot.world.telegram.set_blocked(chats[2], true);
    let news = OperatorNews::Paused {
        at: bot.now(),
        why: "no rate".into(),
        rests: Vec::new(),
    };
    bot.owe_this(Owed::operators(news)).await;
    pass(20).await;
    let heard = chats.map(|chat| bot.world.telegram.news(chat).len());
    assert_eq!(heard, [1, 1, 0]);
    let counts = observed(&notifier).await.counts;
    assert_eq!(counts.operator_notices, 1);
    assert!(matches!(
        bot.notices()[0].standing,
        Standing::Delivered { .. }
    ));
}

#[actix::test]
async fn without_operators_the_log_and_the_count_are_enough() {
    let bot = Bot::start();
    let notifier = bot.hire("notifier", 1);
    let news = OperatorNews::Paused {
        at: bot.now(),
        why: "no rate".into(),
        rests: Vec::new(),
    };
    bot.owe_this(Owed::operators(news)).await;
    pass(5).await;
    assert_eq!(observed(&notifier).await.counts.operator_notices, 1);
    assert!(matches!(
        bot.notices()[0].standing,
        Standing::Delivered { .. }
    ));
}
