//! Two taps, two replicas, one purchase.

use starkeeper_actors::domain::dialog::Body;
use starkeeper_actors::session::Reply;
use starkeeper_actors::testing::Fault;

use crate::shop::*;

#[actix::test]
async fn a_double_tap_buys_once() {
    let shop = Shop::open().await;
    let directory = shop.directory();
    let _anya = shop.customer(ANYA, 100);
    shop.say(&directory, ANYA, "100 @masha").await;
    let (one, two) = (shop.tap(ANYA, "pay_balance"), shop.tap(ANYA, "pay_balance"));
    let replies = tokio::join!(directory.handle(one, LONG), directory.handle(two, LONG));
    assert_eq!(replies, (Reply::Done, Reply::Done));
    assert_eq!(shop.orders().len(), 1);
    assert!(matches!(shop.screen(ANYA).await.body, Body::Order(_)));
}

#[actix::test]
async fn a_double_tap_at_two_replicas_buys_once() {
    let shop = Shop::open().await;
    let replicas = [shop.directory(), shop.directory()];
    let _anya = shop.customer(ANYA, 100);
    shop.say(&replicas[0], ANYA, "100 @masha").await;
    let (one, two) = (shop.tap(ANYA, "pay_balance"), shop.tap(ANYA, "pay_balance"));
    let replies = tokio::join!(replicas[0].handle(one, LONG), replicas[1].handle(two, LONG));
    assert_eq!(replies, (Reply::Done, Reply::Done));
    assert_eq!(shop.orders().len(), 1);
    assert_eq!(shop.line("fulfilment").wakes, 1);
    assert!(matches!(shop.screen(ANYA).await.body, Body::Order(_)));
}

#[actix::test]
async fn a_double_tap_buys_once_even_when_the_dialog_is_lost_in_between() {
    let shop = Shop::open().await;
    let directory = shop.directory();
    let _anya = shop.customer(ANYA, 100);
    shop.say(&directory, ANYA, "100 @masha").await;
    let (one, two) = (shop.tap(ANYA, "pay_balance"), shop.tap(ANYA, "pay_balance"));
    assert_eq!(directory.handle(one, LONG).await, Reply::Done);
    shop.world.ports().dialogs.erase(ANYA).await.unwrap();
    assert_eq!(shop.directory().handle(two, LONG).await, Reply::Done);
    assert_eq!(shop.orders().len(), 1);
    assert!(is_menu(&shop.screen(ANYA).await), "people land in the menu");
}

#[actix::test]
async fn one_update_at_two_replicas_is_shown_by_one() {
    let shop = Shop::open().await;
    let replicas = [shop.directory(), shop.directory()];
    let update = shop.text(ANYA, "/menu");
    let (one, two) = tokio::join!(
        replicas[0].handle(update.clone(), LONG),
        replicas[1].handle(update, LONG)
    );
    let done = [one, two]
        .iter()
        .filter(|reply| **reply == Reply::Done)
        .count();
    assert_eq!(done, 1, "{one:?} {two:?}");
    settle().await;
    assert_eq!(shop.world.telegram.messages(ANYA).len(), 1);
}

#[actix::test]
async fn of_two_replicas_that_save_one_dialog_the_second_decides_anew() {
    let shop = Shop::open().await;
    let replicas = [shop.directory(), shop.directory()];
    shop.say(&replicas[0], ANYA, "/menu").await;
    shop.say(&replicas[1], ANYA, "/menu").await;
    shop.say(&replicas[0], ANYA, "/topup").await;
    // The second replica still believes in the menu, where a number means Stars.
    let screen = shop.say(&replicas[1], ANYA, "60").await;
    assert!(matches!(screen.body, Body::TopUpCoin { .. }), "{screen:?}");
}

#[actix::test]
async fn a_second_tap_on_a_coin_opens_no_second_invoice() {
    let shop = Shop::open().await;
    let directory = shop.directory();
    let _anya = shop.customer(ANYA, 0);
    shop.say(&directory, ANYA, "100 @masha").await;
    shop.press(&directory, ANYA, "confirm").await;
    let (one, two) = (shop.tap(ANYA, "pay_invoice"), shop.tap(ANYA, "pay_invoice"));
    let replies = tokio::join!(directory.handle(one, LONG), directory.handle(two, LONG));
    assert_eq!(replies, (Reply::Done, Reply::Done));
    settle().await;
    let invoices = shop.world.books.view(|view| view.invoices().count());
    assert_eq!((shop.orders().len(), invoices), (1, 1));
    let Body::Order(face) = shop.screen(ANYA).await.body else {
        panic!("no order shown")
    };
    assert!(face.invoice.is_some());
}

#[actix::test]
async fn a_balance_that_another_purchase_has_used_buys_nothing() {
    let shop = Shop::open().await;
    let replicas = [shop.directory(), shop.directory()];
    let _anya = shop.customer(ANYA, 2);
    shop.say(&replicas[0], ANYA, "100 @masha").await;
    let first = shop.tap(ANYA, "pay_balance");
    shop.say(&replicas[0], ANYA, "100 @anya").await;
    let second = shop.tap(ANYA, "pay_balance");
    assert_eq!(replicas[0].handle(second, LONG).await, Reply::Done);
    assert_eq!(replicas[1].handle(first, LONG).await, Reply::Done);
    assert_eq!(shop.orders().len(), 1);
}

#[actix::test]
async fn a_commit_that_hangs_ends_with_the_step_and_acts_once() {
    let shop = Shop::open().await;
    let directory = shop.directory();
    let _anya = shop.customer(ANYA, 100);
    shop.say(&directory, ANYA, "100 @masha").await;
    shop.world.books.fail_next(Fault::Hangs { done: true });
    let tap = shop.tap(ANYA, "pay_balance");
    assert_eq!(directory.handle(tap.clone(), LONG).await, Reply::TryLater);
    assert_eq!(directory.handle(tap, LONG).await, Reply::Done);
    assert_eq!(shop.orders().len(), 1);
}
