use std::time::Duration;

use crate::rig::{FLOAT, MINUTE, Shop, is_delivered, line};
use starkeeper_actors::domain::ledger::Account;
use starkeeper_actors::domain::notice::{Message, News};
use starkeeper_actors::domain::order::{Order, OrderState};
use starkeeper_actors::ports::books::Books;

#[actix::test]
async fn a_held_order_is_paid_once_delivered_and_told() {
    let shop = Shop::open();
    let system = shop.start().await;
    let order = shop.buy(100).await;
    system.fulfilment.bell().wake();
    shop.until(order, MINUTE, is_delivered).await;
    assert_eq!(shop.paid(), 1);
    assert_eq!(shop.world.fragment.delivered().len(), 1);
    let transfers = shop.transfers(order).await;
    assert_eq!(transfers.len(), 1);
    tokio::time::sleep(MINUTE).await;
    let told = shop.world.telegram.news(shop.customer.telegram);
    let delivered = |message: &&Message| matches!(message, Message::Customer(News::Delivered { order: id, .. }) if *id == order);
    assert_eq!(told.iter().filter(delivered).count(), 1);
    shop.in_order();
}

#[actix::test]
async fn the_float_account_equals_the_chain_after_a_delivery() {
    let shop = Shop::open();
    let system = shop.start().await;
    let order = shop.buy(500).await;
    system.fulfilment.bell().wake();
    shop.until(order, MINUTE, is_delivered).await;
    // The explained history and every posting are in after a sweep.
    tokio::time::sleep(MINUTE * 3).await;
    let trial = shop.world.books.trial_balance().await.unwrap();
    let wallet = shop.till.wallet;
    let (_, on_chain) = shop.world.chain.account(wallet);
    assert_eq!(trial.of(Account::Float(wallet)), on_chain.nanos());
    assert_eq!(trial.of(Account::FloatHeld(wallet)), 0);
    assert!(on_chain < FLOAT);
    shop.in_order();
}

#[actix::test]
async fn journey_c_costs_two_wakes_and_one_loan() {
    let shop = Shop::open();
    let system = shop.start().await;
    // Everything that runs at the start has run.
    tokio::time::sleep(MINUTE).await;
    let before = [line(&system, "browser_pool"), line(&system, "fulfilment")];
    let notifier_before = line(&system, "notifier");
    let order = shop.buy(100).await;
    system.fulfilment.bell().wake();
    shop.until(order, MINUTE, is_delivered).await;
    let after = [line(&system, "browser_pool"), line(&system, "fulfilment")];
    // Pricing borrows on its own timer; fulfilment's loan is one lend and one return.
    let asks = after[0].asks - before[0].asks;
    assert!(asks <= 4, "the pool was asked {asks} times");
    assert_eq!(after[1].wakes - before[1].wakes, 1, "wakes of fulfilment");
    assert_eq!(after[1].asks - before[1].asks, 0, "asks of fulfilment");
    let wakes = line(&system, "notifier").wakes - notifier_before.wakes;
    assert_eq!(wakes, 1, "wakes of the notifier");
    shop.in_order();
}

/// Nobody waits for the timer, and the browser stays.
#[actix::test]
async fn a_delivery_that_shows_a_moment_later_is_seen_by_the_same_run() {
    let shop = Shop::open();
    let system = shop.start().await;
    tokio::time::sleep(MINUTE).await;
    let before = line(&system, "browser_pool").asks;
    shop.world.fragment.hold_deliveries(true);
    let order = shop.buy(100).await;
    system.fulfilment.bell().wake();
    let looked_once = |order: &Order| matches!(&order.state, OrderState::Paid { retry, .. } if retry.attempts == 1);
    shop.until(order, MINUTE, looked_once).await;
    shop.world.fragment.hold_deliveries(false);
    // A second's pause; the next look at the books may be two seconds away.
    shop.until(order, Duration::from_millis(1_300), is_delivered)
        .await;
    let asks = line(&system, "browser_pool").asks - before;
    assert!(asks <= 4, "the pool was asked {asks} times");
    shop.in_order();
}

/// The order that a till is busy with is looked at before those that wait for the till, however long
/// its delivery takes.
#[actix::test]
async fn orders_that_wait_for_a_till_do_not_keep_it_from_the_one_it_is_busy_with() {
    let shop = Shop::open();
    let system = shop.start().await;
    let mut orders = Vec::new();
    for quantity in [50, 60, 70] {
        orders.push(shop.buy(quantity).await);
    }
    shop.world.fragment.hold_deliveries(true);
    system.fulfilment.bell().wake();
    // One is paid for by now and rests between two looks at its delivery.
    tokio::time::sleep(MINUTE).await;
    assert_eq!(shop.paid(), 1);
    shop.world.fragment.hold_deliveries(false);
    for order in orders {
        shop.until(order, MINUTE, is_delivered).await;
    }
    assert_eq!(shop.paid(), 3);
    shop.in_order();
}

#[actix::test]
async fn many_orders_go_through_one_till_one_after_the_other() {
    let shop = Shop::open();
    let system = shop.start().await;
    let mut orders = Vec::new();
    for quantity in [50, 60, 70, 80, 90, 100] {
        orders.push(shop.buy(quantity).await);
    }
    system.fulfilment.bell().wake();
    for order in orders {
        shop.until(order, MINUTE * 10, is_delivered).await;
    }
    assert_eq!(shop.paid(), 6);
    shop.in_order();
}
