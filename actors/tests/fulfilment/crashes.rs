use std::time::Duration;

use crate::rig::{MINUTE, Shop, is_delivered, line};
use starkeeper_actors::domain::order::{Order, OrderState};
use starkeeper_actors::testing::{Fault, MarketCall, MarketFault, SendFault, Showing};

#[actix::test]
async fn a_commit_whose_outcome_is_unknown_is_read_again_and_nothing_is_paid_twice() {
    for done in [true, false] {
        let shop = Shop::open();
        let mut nth = 0;
        // Every third commit is answered with nothing, whether it was written or not.
        shop.world.books.fail_when(move |_| {
            nth += 1;
            (nth % 3 == 0).then_some(Fault::Unknown { done })
        });
        let system = shop.start().await;
        let order = buy_in_spite(&shop).await;
        system.fulfilment.bell().wake();
        shop.until(order, MINUTE * 20, is_delivered).await;
        assert_eq!(shop.paid(), 1, "done: {done}");
        shop.in_order();
    }
}

#[actix::test]
async fn a_send_whose_reply_is_lost_is_looked_for_and_not_replaced() {
    for taken in [true, false] {
        for fault in [
            SendFault::Unknown { taken },
            SendFault::Refused { taken },
            SendFault::Hangs { taken },
        ] {
            let shop = Shop::open();
            shop.world.chain.fail_next_send(fault);
            let system = shop.start().await;
            let order = shop.buy(100).await;
            system.fulfilment.bell().wake();
            shop.until(order, MINUTE * 20, is_delivered).await;
            assert_eq!(shop.transfers(order).await.len(), 1, "{fault:?}");
            assert_eq!(shop.paid(), 1, "{fault:?}");
            shop.in_order();
        }
    }
}

#[actix::test]
async fn a_lost_confirm_is_repeated_until_fragment_takes_it() {
    for fault in [
        MarketFault::NotDone,
        MarketFault::Unknown { done: true },
        MarketFault::Unknown { done: false },
        MarketFault::Hangs { done: false },
    ] {
        let shop = Shop::open();
        for _ in 0..3 {
            shop.world
                .fragment
                .fail_next(MarketCall::Confirm, fault.clone());
        }
        let system = shop.start().await;
        let order = shop.buy(100).await;
        system.fulfilment.bell().wake();
        shop.until(order, MINUTE * 20, is_delivered).await;
        assert_eq!(shop.paid(), 1, "{fault:?}");
        shop.in_order();
    }
}

#[actix::test]
async fn a_provider_that_shows_the_past_decides_nothing() {
    for showing in [
        Showing::ThePast,
        Showing::ThePastAsNew,
        Showing::Nothing,
        Showing::Down,
    ] {
        let shop = Shop::open();
        let system = shop.start().await;
        tokio::time::sleep(MINUTE).await;
        shop.world.chain.show(1, showing);
        let order = shop.buy(100).await;
        system.fulfilment.bell().wake();
        shop.until(order, MINUTE * 30, is_delivered).await;
        assert_eq!(shop.paid(), 1, "{showing:?}");
        shop.in_order();
    }
}

#[actix::test]
async fn a_message_that_never_left_is_dead_after_its_expiry_and_signed_again_at_the_same_seqno() {
    let shop = Shop::open();
    // Longer than one message is valid, at one send in three seconds.
    for _ in 0..150 {
        shop.world
            .chain
            .fail_next_send(SendFault::Unknown { taken: false });
    }
    let system = shop.start().await;
    let order = shop.buy(100).await;
    system.fulfilment.bell().wake();
    shop.until(order, MINUTE * 60, is_delivered).await;
    let transfers = shop.transfers(order).await;
    assert!(transfers.len() > 1, "one message sufficed");
    assert!(transfers.iter().all(|transfer| transfer.seqno == 0));
    assert_eq!(shop.paid(), 1);
    shop.in_order();
}

#[actix::test]
async fn a_core_that_dies_at_any_state_is_replaced_and_the_order_is_paid_once() {
    let states: [fn(&Order) -> bool; 4] = [
        |order| matches!(order.state, OrderState::Held { .. }),
        |order| matches!(order.state, OrderState::Linked { .. }),
        |order| matches!(order.state, OrderState::Paying { .. }),
        |order| matches!(order.state, OrderState::Paid { .. }),
    ];
    for (nth, reached) in states.into_iter().enumerate() {
        let shop = Shop::open();
        // Fragment and the chain are slow, so that every state lasts.
        shop.world.fragment.hold_deliveries(true);
        shop.world.chain.leave_uncommitted(true);
        let system = shop.start().await;
        let order = shop.buy(100).await;
        system.fulfilment.bell().wake();
        if nth == 3 {
            shop.world.chain.leave_uncommitted(false);
            shop.world.chain.commit_blocks();
        }
        shop.until(order, MINUTE * 2, |order| reached(order) || nth < 2)
            .await;
        // Dies: nothing is drained, no lease is given back, its calls are cut off.
        drop(system);
        shop.world.fragment.hold_deliveries(false);
        shop.world.chain.leave_uncommitted(false);
        shop.world.chain.commit_blocks();
        let _next = shop.start().await;
        shop.until(order, MINUTE * 20, is_delivered).await;
        assert_eq!(shop.paid(), 1, "died in state {nth}");
        shop.in_order();
    }
}

#[actix::test]
async fn a_browser_that_dies_in_the_middle_is_replaced() {
    let shop = Shop::open();
    for call in [MarketCall::Offer, MarketCall::Confirm, MarketCall::Delivery] {
        shop.world
            .fragment
            .fail_next(call, MarketFault::Hangs { done: false });
    }
    let system = shop.start().await;
    let order = shop.buy(100).await;
    system.fulfilment.bell().wake();
    shop.until(order, MINUTE * 30, is_delivered).await;
    assert_eq!(shop.paid(), 1);
    shop.in_order();
}

#[actix::test]
async fn books_that_are_away_for_a_while_cost_time_only() {
    let shop = Shop::open();
    let system = shop.start().await;
    let order = shop.buy(100).await;
    shop.world.books.unreadable_for(40);
    system.fulfilment.bell().wake();
    shop.until(order, MINUTE * 20, is_delivered).await;
    assert_eq!(shop.paid(), 1);
    assert_eq!(line(&system, "fulfilment").panics, 0);
    shop.in_order();
}

async fn buy_in_spite(shop: &Shop) -> starkeeper_actors::domain::ids::OrderId {
    // The session's own commit is not what this test is about.
    shop.world.books.fail_no_more();
    let order = shop.buy(100).await;
    let mut nth = 0;
    shop.world.books.fail_when(move |_| {
        nth += 1;
        (nth % 3 == 0).then_some(Fault::Unknown { done: nth % 2 == 0 })
    });
    tokio::time::sleep(Duration::from_millis(1)).await;
    order
}
