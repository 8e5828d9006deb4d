//! A panic costs one update a try, and nobody else anything.

use std::time::Duration;

use starkeeper_actors::domain::dialog::Body;
use starkeeper_actors::ports::limits::Metered;
use starkeeper_actors::session::Reply;

use crate::shop::*;

#[actix::test]
async fn what_is_queued_behind_a_panic_is_handled_and_others_notice_nothing() {
    let shop = Shop::open().await;
    let directory = shop.directory();
    shop.say(&directory, ANYA, "/menu").await;
    shop.limits.arm(ANYA, Metered::Message, 1);
    let struck = directory.handle(shop.text(ANYA, "/balance"), LONG);
    let queued: Vec<_> = (0..5)
        .map(|_| directory.handle(shop.text(ANYA, "/orders"), LONG))
        .collect();
    let other = directory.handle(shop.text(BORIS, "/menu"), Duration::from_millis(1));
    assert_eq!(other.await, Reply::Done);
    assert_eq!(struck.await, Reply::TryLater);
    for reply in queued {
        assert_eq!(reply.await, Reply::Done);
    }
    assert_eq!(shop.line("session").restarts, 1);
    assert_eq!(shop.line("session").members, 2);
    assert!(shop.roster.given_up().is_none());
}

#[actix::test]
async fn an_update_that_panics_once_is_handled_when_it_comes_again() {
    let shop = Shop::open().await;
    let directory = shop.directory();
    shop.limits.arm(ANYA, Metered::Message, 1);
    let update = shop.text(ANYA, "/menu");
    assert_eq!(
        directory.handle(update.clone(), LONG).await,
        Reply::TryLater
    );
    assert_eq!(directory.handle(update.clone(), LONG).await, Reply::Done);
    assert!(is_menu(&shop.screen(ANYA).await));
    assert_eq!(directory.handle(update, LONG).await, Reply::Duplicate);
}

#[actix::test]
async fn a_second_panic_on_one_update_ends_in_an_apology_and_a_fresh_session() {
    let shop = Shop::open().await;
    let directory = shop.directory();
    shop.say(&directory, BORIS, "/menu").await;
    shop.limits.arm(ANYA, Metered::Message, 2);
    let update = shop.text(ANYA, "/menu");
    for _ in 0..2 {
        assert_eq!(
            directory.handle(update.clone(), LONG).await,
            Reply::TryLater
        );
    }
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert!(matches!(shop.screen(ANYA).await.body, Body::Sorry));
    assert_eq!(directory.observe().sessions, 1, "only Boris is left");
    assert_eq!(directory.handle(update, LONG).await, Reply::Duplicate);
    assert!(is_menu(&shop.say(&directory, ANYA, "/menu").await));
    assert!(shop.roster.given_up().is_none());
}

#[actix::test]
async fn a_panic_while_an_errand_is_on_its_way_loses_only_the_errand() {
    let shop = Shop::open().await;
    let directory = shop.directory();
    let _anya = shop.customer(ANYA, 5);
    let looking = directory.handle(shop.text(ANYA, "100 @masha"), LONG);
    shop.limits.arm(ANYA, Metered::Message, 1);
    assert_eq!(looking.await, Reply::TryLater);
    let card = shop.say(&directory, ANYA, "100 @masha").await;
    assert!(matches!(card.body, Body::Card { .. }), "{card:?}");
}

#[actix::test]
async fn a_panic_in_a_purchase_buys_once_when_it_comes_again() {
    let shop = Shop::open().await;
    let directory = shop.directory();
    let _anya = shop.customer(ANYA, 5);
    shop.say(&directory, ANYA, "100 @masha").await;
    shop.limits.arm(ANYA, Metered::Payment, 1);
    let tap = shop.tap(ANYA, "pay_balance");
    assert_eq!(directory.handle(tap.clone(), LONG).await, Reply::TryLater);
    assert!(shop.orders().is_empty());
    assert_eq!(directory.handle(tap, LONG).await, Reply::Done);
    assert_eq!(shop.orders().len(), 1);
}
