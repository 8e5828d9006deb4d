//! Sessions end when nobody needs them, and are there again when somebody does.

use std::time::Duration;

use starkeeper_actors::domain::dialog::Body;
use starkeeper_actors::session::Reply;

use crate::shop::*;

const MINUTE: Duration = Duration::from_secs(60);

#[actix::test]
async fn an_idle_session_is_retired_and_its_dialog_is_kept() {
    let shop = Shop::open().await;
    let directory = shop.directory();
    shop.say(&directory, ANYA, "/topup").await;
    assert_eq!(directory.observe().sessions, 1);
    let seen = directory.look_at(ANYA, LONG).await.unwrap();
    assert_eq!((seen.loaded, seen.place), (true, Some("top_up")));
    assert_eq!((seen.screens, seen.errands), (0, 0));
    tokio::time::sleep(9 * MINUTE).await;
    assert_eq!(directory.observe().sessions, 1);
    tokio::time::sleep(2 * MINUTE).await;
    let seen = directory.observe();
    assert_eq!((seen.sessions, seen.retired), (0, 1));
    assert_eq!(shop.line("session").members, 0, "the memory is returned");
    // A number means an amount only where the dialog was left.
    let coins = shop.say(&directory, ANYA, "60").await;
    assert!(matches!(coins.body, Body::TopUpCoin { .. }), "{coins:?}");
}

#[actix::test]
async fn somebody_who_writes_is_not_retired() {
    let shop = Shop::open().await;
    let directory = shop.directory();
    for _ in 0..6 {
        shop.say(&directory, ANYA, "/menu").await;
        tokio::time::sleep(5 * MINUTE).await;
    }
    assert_eq!(directory.observe().started, 1);
}

#[actix::test]
async fn an_update_that_meets_a_retiring_session_reaches_its_successor() {
    let shop = Shop::open().await;
    let directory = shop.directory();
    shop.say(&directory, ANYA, "/menu").await;
    // Every moment between the question and the answer of the sweep is tried.
    for _ in 0..40 {
        tokio::time::sleep(10 * MINUTE + Duration::from_secs(31)).await;
        let (one, two) = (shop.text(ANYA, "/menu"), shop.text(ANYA, "/orders"));
        let drained = directory.look_at(ANYA, LONG);
        let replies = tokio::join!(
            drained,
            directory.handle(one, LONG),
            directory.handle(two, LONG)
        );
        assert_eq!((replies.1, replies.2), (Reply::Done, Reply::Done));
    }
    settle().await;
    assert_eq!(shop.world.telegram.messages(ANYA).len(), 81);
}

#[actix::test]
async fn draining_finishes_what_was_taken_and_takes_no_more() {
    let shop = Shop::open().await;
    let directory = shop.directory();
    let _anya = shop.customer(ANYA, 5);
    shop.say(&directory, ANYA, "100 @masha").await;
    let tap = directory.handle(shop.tap(ANYA, "pay_balance"), LONG);
    let (left, reply) = tokio::join!(directory.drain(MINUTE), tap);
    assert_eq!((left, reply), (0, Reply::Done));
    assert_eq!(shop.orders().len(), 1);
    let late = directory.handle(shop.text(BORIS, "/menu"), LONG).await;
    assert_eq!(late, Reply::TryLater);
    settle().await;
    assert_eq!(shop.line("session").members, 0);
}

#[actix::test]
async fn draining_ends_at_its_deadline() {
    let shop = Shop::open().await;
    let directory = shop.directory();
    shop.dialogs.slow_down(ANYA, Duration::from_secs(4));
    let slow = directory.handle(shop.text(ANYA, "/menu"), LONG);
    let (left, reply) = tokio::join!(directory.drain(Duration::from_secs(1)), slow);
    assert_eq!((left, reply), (1, Reply::Done));
}
