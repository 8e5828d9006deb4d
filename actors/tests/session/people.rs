//! What people meet on their way.

use starkeeper_actors::domain::Span;
use starkeeper_actors::domain::customer::{Customer, Language};
use starkeeper_actors::domain::dialog::{Body, Closed, Note};
use starkeeper_actors::domain::login::{Health, Login, Needs};
use starkeeper_actors::domain::notice::{Message, News};
use starkeeper_actors::domain::order::OrderState;
use starkeeper_actors::domain::pricing::samples;
use starkeeper_actors::domain::shop::Shutters;
use starkeeper_actors::ports::Clock as _;
use starkeeper_actors::ports::books::Books as _;
use starkeeper_actors::ports::books::{RowWrite, Write};
use starkeeper_actors::ports::limits::{Allowance, Metered};
use starkeeper_actors::ports::market::MarketRefused;
use starkeeper_actors::session::Reply;
use starkeeper_actors::testing::{DialogFault, Fault, GatewayCall, GatewayFault};

use std::sync::Arc;
use std::time::Duration;

use crate::shop::*;

#[actix::test]
async fn buying_for_oneself_needs_one_line_and_one_tap() {
    let shop = Shop::open().await;
    let directory = shop.directory();
    let _anya = shop.customer(ANYA, 5);
    let card = shop.say(&directory, ANYA, "/buy 50").await;
    assert!(matches!(card.body, Body::Card { for_me: true, .. }));
    shop.press(&directory, ANYA, "pay_balance").await;
    assert_eq!(shop.orders()[0].state_name(), "held");
}

#[actix::test]
async fn somebody_who_is_not_there_is_not_found_and_can_be_named_again() {
    let shop = Shop::open().await;
    let directory = shop.directory();
    shop.world
        .fragment
        .refuse_person(&name("mahsa"), MarketRefused::NoSuchUser);
    let screen = shop.say(&directory, ANYA, "100 @mahsa").await;
    assert_eq!(screen.note, Some(Note::NotFound(name("mahsa"))));
    let card = shop.say(&directory, ANYA, "masha").await;
    assert!(matches!(card.body, Body::Card { .. }), "{card:?}");
}

#[actix::test]
async fn a_top_up_is_opened_once_and_can_be_cancelled() {
    let shop = Shop::open().await;
    let directory = shop.directory();
    let _anya = shop.customer(ANYA, 0);
    let coins = shop.say(&directory, ANYA, "/topup 10").await;
    assert!(matches!(coins.body, Body::TopUpCoin { .. }));
    let again = shop.tap(ANYA, "pay_invoice");
    let invoice = shop.press(&directory, ANYA, "pay_invoice").await;
    let Body::Invoice(shown) = &invoice.body else {
        panic!("{invoice:?}")
    };
    // Where it was drawn is remembered, so that it can end there.
    let kept = shop.world.books.invoice(shown.id).await.unwrap().unwrap();
    let drawn = shop.world.telegram.last_message(ANYA).unwrap();
    assert_eq!(kept.row.shown_in, Some(drawn.id));
    assert_eq!(directory.handle(again, LONG).await, Reply::Done);
    settle().await;
    assert_eq!(shop.world.gateway.calls(GatewayCall::Open), 1);
    shop.press(&directory, ANYA, "sent").await;
    let closed = shop.press(&directory, ANYA, "cancel").await;
    assert_eq!(closed.note, Some(Note::Cancelled), "{closed:?}");
}

#[actix::test]
async fn an_unpaid_order_is_cancelled_and_repeated() {
    let shop = Shop::open().await;
    let directory = shop.directory();
    let _anya = shop.customer(ANYA, 0);
    shop.say(&directory, ANYA, "100 @masha").await;
    shop.press(&directory, ANYA, "confirm").await;
    shop.press(&directory, ANYA, "pay_invoice").await;
    let cancelled = shop.press(&directory, ANYA, "cancel").await;
    assert_eq!(cancelled.note, Some(Note::Cancelled));
    assert_eq!(shop.orders()[0].state_name(), "cancelled");
    let card = shop.press(&directory, ANYA, "again").await;
    assert!(matches!(card.body, Body::Card { .. }), "{card:?}");
}

#[actix::test]
async fn a_gateway_that_is_down_leaves_the_balance() {
    let shop = Shop::open().await;
    let directory = shop.directory();
    let _anya = shop.customer(ANYA, 5);
    shop.say(&directory, ANYA, "100 @masha").await;
    shop.press(&directory, ANYA, "confirm").await;
    shop.world
        .gateway
        .fail_next(GatewayCall::Open, GatewayFault::NotDone);
    let down = shop.press(&directory, ANYA, "pay_invoice").await;
    let why = Closed::NoInvoices;
    assert!(
        matches!(down.body, Body::Closed { why: w, .. } if w == why),
        "{down:?}"
    );
    let told = shop.press(&directory, ANYA, "tell_me").await;
    assert_eq!(told.note, Some(Note::WillTell));
    let bought = shop.press(&directory, ANYA, "pay_balance").await;
    // The price was held by the first try's order; a fresh card buys.
    assert!(
        matches!(bought.body, Body::Order(_) | Body::Card { .. }),
        "{bought:?}"
    );
}

#[actix::test]
async fn whoever_asked_is_told_once_that_the_shop_is_open_again() {
    let shop = Shop::open().await;
    let directory = shop.directory();
    let anya = shop.customer(ANYA, 5);
    let working = shop.logins.borrow().clone();
    let lost = working.iter().map(|login| Login {
        health: Health::Lost {
            since: samples::noon(),
            needs: Needs::TelegramLogin,
            look_at: samples::noon() + Span::days(1),
        },
        ..login.clone()
    });
    shop.logins.send_replace(Arc::new(lost.collect()));
    let closed = shop.say(&directory, ANYA, "/buy").await;
    let why = Closed::NotSelling;
    assert!(
        matches!(closed.body, Body::Closed { why: w, .. } if w == why),
        "{closed:?}"
    );
    shop.press(&directory, ANYA, "tell_me").await;
    let waits = || async {
        let seen = shop.world.books.customer(anya.id).await.unwrap().unwrap();
        seen.row.wants_opening
    };
    let news = || {
        shop.world.books.view(|view| {
            let opened =
                |message: &Message| matches!(message, Message::Customer(News::OpenAgain { .. }));
            let notices = view.notices();
            notices
                .filter(|seen| opened(&seen.row.owed.message))
                .count()
        })
    };
    tokio::time::sleep(Duration::from_secs(60)).await;
    assert!(waits().await && news() == 0, "it is still closed");
    shop.logins.send_replace(working);
    tokio::time::sleep(Duration::from_secs(60)).await;
    assert!(!waits().await);
    assert_eq!(news(), 1);
}

#[actix::test]
async fn an_invoiced_order_has_a_message_that_shows_it_from_then_on() {
    let shop = Shop::open().await;
    let directory = shop.directory();
    let _anya = shop.customer(ANYA, 0);
    shop.say(&directory, ANYA, "100 @masha").await;
    shop.press(&directory, ANYA, "confirm").await;
    let tapped = shop.tap(ANYA, "pay_invoice");
    let message = tapped.message;
    assert_eq!(directory.handle(tapped, LONG).await, Reply::Done);
    let order = shop.screen(ANYA).await;
    assert!(matches!(order.body, Body::Order(_)), "{order:?}");
    let (books, now) = (&shop.world.books, shop.world.clock.now());
    let live = books.live_due(now, 10).await.unwrap();
    assert_eq!(live.len(), 1, "{live:?}");
    assert_eq!(live[0].row.order, shop.orders()[0].id);
    assert_eq!((live[0].row.chat, live[0].row.message), (ANYA, message));
}

#[actix::test]
async fn money_that_waits_too_long_is_taken_back_by_wish() {
    let shop = Shop::open().await;
    let directory = shop.directory();
    let _anya = shop.customer(ANYA, 5);
    shop.say(&directory, ANYA, "100 @masha").await;
    shop.press(&directory, ANYA, "pay_balance").await;
    shop.world.clock.advance(Span::minutes(4));
    shop.press(&directory, ANYA, "order").await;
    let back = shop.press(&directory, ANYA, "take_back").await;
    assert_eq!(back.note, Some(Note::TakenBack));
    let state = shop.orders().remove(0).state;
    assert!(
        matches!(
            state,
            OrderState::Held {
                refund: Some(_),
                ..
            }
        ),
        "{state:?}"
    );
    assert_eq!(shop.line("fulfilment").wakes, 2);
}

#[actix::test]
async fn a_frozen_customer_and_an_empty_float_buy_nothing() {
    let shop = Shop::open().await;
    let directory = shop.directory();
    let anya = shop.customer(ANYA, 20_000);
    let books = &shop.world.books;
    shop.say(&directory, ANYA, "100 @masha").await;
    let seen = books.customer(anya.id).await.unwrap().unwrap();
    let locked = seen
        .row
        .clone()
        .locked_by(starkeeper_actors::domain::ids::InvoiceId::new(99));
    books.seed(vec![RowWrite::Customer(Write::over(&seen, locked))], vec![]);
    let frozen = shop.press(&directory, ANYA, "pay_balance").await;
    assert_eq!(frozen.note, Some(Note::Frozen));
    let seen = books.customer(anya.id).await.unwrap().unwrap();
    let free = Customer {
        locks: vec![],
        ..seen.row.clone()
    };
    books.seed(vec![RowWrite::Customer(Write::over(&seen, free))], vec![]);
    shop.say(&directory, ANYA, "500 000 @masha").await;
    let poor = shop.press(&directory, ANYA, "pay_balance").await;
    // The shop is not closed: a smaller order would do.
    assert_eq!(poor.note, Some(Note::AboveCap), "{poor:?}");
    assert!(shop.orders().is_empty());
}

#[actix::test]
async fn limits_are_told_once_and_kindly() {
    let shop = Shop::open().await;
    let directory = shop.directory();
    shop.world.limits.allow(Metered::Message, 2);
    for _ in 0..6 {
        assert_eq!(
            directory.handle(shop.text(ANYA, "/menu"), LONG).await,
            Reply::Done
        );
        settle().await;
    }
    let shown = shop.world.telegram.messages(ANYA);
    assert_eq!(shown.len(), 3, "two menus and one request to slow down");
    let last = shop.screen(ANYA).await;
    assert!(matches!(last.body, Body::SlowDown { wait: Some(_) }));
}

#[actix::test]
async fn without_a_counter_no_purchase_begins() {
    let shop = Shop::open().await;
    let directory = shop.directory();
    let _anya = shop.customer(ANYA, 5);
    shop.say(&directory, ANYA, "100 @masha").await;
    for _ in 0..2 {
        shop.world.limits.answer_next(Allowance::CannotCount);
    }
    let soon = shop.press(&directory, ANYA, "pay_balance").await;
    assert!(matches!(soon.body, Body::TryAgainSoon), "{soon:?}");
    assert!(shop.orders().is_empty());
}

#[actix::test]
async fn unreachable_books_or_dialogs_bring_the_update_again_and_it_acts_once() {
    let shop = Shop::open().await;
    let directory = shop.directory();
    let _anya = shop.customer(ANYA, 5);
    shop.say(&directory, ANYA, "100 @masha").await;
    let tap = shop.tap(ANYA, "pay_balance");
    shop.world.books.fail_next(Fault::NotDone);
    assert_eq!(directory.handle(tap.clone(), LONG).await, Reply::TryLater);
    assert!(shop.orders().is_empty());
    shop.world.dialogs.fail_next(DialogFault::NotDone);
    assert_eq!(directory.handle(tap.clone(), LONG).await, Reply::TryLater);
    assert_eq!(
        shop.orders().len(),
        1,
        "committed, and then the save failed"
    );
    assert_eq!(directory.handle(tap.clone(), LONG).await, Reply::Done);
    assert_eq!(directory.handle(tap, LONG).await, Reply::Duplicate);
    assert_eq!(shop.orders().len(), 1);
    assert!(matches!(shop.screen(ANYA).await.body, Body::Order(_)));
}

#[actix::test]
async fn a_commit_of_unknown_outcome_is_looked_for() {
    let shop = Shop::open().await;
    let directory = shop.directory();
    let _anya = shop.customer(ANYA, 5);
    for (done, orders) in [(true, 1), (false, 2)] {
        shop.say(&directory, ANYA, "100 @masha").await;
        shop.world.books.fail_next(Fault::Unknown { done });
        let order = shop.press(&directory, ANYA, "pay_balance").await;
        assert!(matches!(order.body, Body::Order(_)));
        assert_eq!(shop.orders().len(), orders);
    }
}

#[actix::test]
async fn whoever_blocked_the_bot_is_back_at_start() {
    let shop = Shop::open().await;
    let directory = shop.directory();
    let anya = shop.customer(ANYA, 0);
    shop.say(&directory, ANYA, "/start").await;
    assert_eq!(shop.came_back().await, 0);
    let books = &shop.world.books;
    let seen = books.customer(anya.id).await.unwrap().unwrap();
    let away = Customer {
        unreachable: true,
        ..seen.row.clone()
    };
    books.seed(vec![RowWrite::Customer(Write::over(&seen, away))], vec![]);
    shop.say(&directory, ANYA, "/start").await;
    assert_eq!(shop.came_back().await, 1);
}

#[actix::test]
async fn a_language_that_was_chosen_is_kept() {
    let shop = Shop::open().await;
    let directory = shop.directory();
    let anya = shop.customer(ANYA, 0);
    shop.say(&directory, ANYA, "/menu").await;
    shop.press(&directory, ANYA, "speak").await;
    assert_eq!(
        shop.world.telegram.last_message(ANYA).unwrap().language,
        Language::En
    );
    let kept = shop.world.books.customer(anya.id).await.unwrap().unwrap();
    assert_eq!(kept.row.language, Language::Ru);
    shop.say(&directory, ANYA, "/menu").await;
    assert_eq!(
        shop.world.telegram.last_message(ANYA).unwrap().language,
        Language::Ru
    );
}

#[actix::test]
async fn without_a_login_nothing_is_sold() {
    let shop = Shop::open().await;
    let directory = shop.directory();
    shop.logins.send_replace(Arc::new(Vec::new()));
    let screen = shop.say(&directory, ANYA, "/buy").await;
    let starting = matches!(
        screen.body,
        Body::Closed {
            why: Closed::Starting,
            ..
        }
    );
    assert!(starting, "{screen:?}");
}

#[actix::test]
async fn whoever_goes_elsewhere_is_not_called_back_by_a_late_answer() {
    let shop = Shop::open().await;
    let directory = shop.directory();
    let taken: Vec<_> = {
        use starkeeper_actors::browser_pool::{Lend, Purpose};
        use starkeeper_actors::ports::market::SlotKind;
        let lend = Lend {
            kind: SlotKind::Anonymous,
            purpose: Purpose::LookUp,
            for_at_most: Duration::from_secs(600),
            fence: None,
        };
        let mut taken = Vec::new();
        while let Ok(Ok(slot)) = shop.pool.ask(lend, LONG).await {
            taken.push(slot);
        }
        taken
    };
    let said = shop.text(ANYA, "100 @masha");
    assert_eq!(directory.handle(said, LONG).await, Reply::Done);
    settle().await;
    let early = shop.world.telegram.messages(ANYA);
    assert!(early.is_empty(), "an answer within a second needs no word");
    tokio::time::sleep(Duration::from_secs(1)).await;
    let looking = shop.screen(ANYA).await;
    assert!(matches!(looking.body, Body::Looking { .. }), "{looking:?}");
    let menu = shop.say(&directory, ANYA, "/menu").await;
    assert!(is_menu(&menu));
    for slot in taken {
        use starkeeper_actors::browser_pool::{Return, Verdict};
        let verdict = Verdict::Good;
        shop.pool.ask(Return { slot, verdict }, LONG).await.unwrap();
    }
    assert!(is_menu(&shop.screen(ANYA).await));
}

#[actix::test]
async fn a_new_shop_sells_to_its_operators_alone_and_takes_nobody_elses_money() {
    let shop = Shop::open().await;
    let directory = shop.directory();
    shop.world.telegram.add_operator(BORIS);
    shop.customer(ANYA, 5);
    shop.customer(BORIS, 5);
    shop.shutters.send_replace(Some(Shutters {
        new_shop: true,
        disk_low: false,
    }));
    let closed = shop.say(&directory, ANYA, "/buy").await;
    let not_selling =
        |body: &Body| matches!(body, Body::Closed { why, .. } if *why == Closed::NotSelling);
    assert!(not_selling(&closed.body), "{closed:?}");
    let told = shop.press(&directory, ANYA, "tell_me").await;
    assert_eq!(told.note, Some(Note::WillTell));
    let card = shop.say(&directory, BORIS, "100 @masha").await;
    assert!(matches!(card.body, Body::Card { .. }), "{card:?}");
    shop.say(&directory, ANYA, "/topup 10").await;
    shop.press(&directory, ANYA, "pay_invoice").await;
    assert_eq!(shop.world.gateway.calls(GatewayCall::Open), 0);
    // It opens, and whoever wished hears of it.
    shop.shutters.send_replace(Some(Shutters::default()));
    tokio::time::sleep(Duration::from_secs(60)).await;
    let open = shop.world.books.view(|view| {
        let opened =
            |message: &Message| matches!(message, Message::Customer(News::OpenAgain { .. }));
        view.notices().any(|seen| opened(&seen.row.owed.message))
    });
    assert!(open);
    let card = shop.say(&directory, ANYA, "100 @masha").await;
    assert!(matches!(card.body, Body::Card { .. }), "{card:?}");
}

#[actix::test]
async fn a_full_disk_rests_sales_for_everybody_and_what_is_not_known_yet_begins_nothing() {
    let shop = Shop::open().await;
    let directory = shop.directory();
    shop.world.telegram.add_operator(BORIS);
    shop.shutters.send_replace(Some(Shutters {
        new_shop: false,
        disk_low: true,
    }));
    for person in [ANYA, BORIS] {
        let closed = shop.say(&directory, person, "/buy").await;
        let why = Closed::NotSelling;
        assert!(
            matches!(closed.body, Body::Closed { why: w, .. } if w == why),
            "{closed:?}"
        );
    }
    shop.shutters.send_replace(None);
    let closed = shop.say(&directory, ANYA, "/buy").await;
    let why = Closed::Starting;
    assert!(
        matches!(closed.body, Body::Closed { why: w, .. } if w == why),
        "{closed:?}"
    );
}
