use crate::rig::{BALANCE, MINUTE, Shop, is_delivered, is_parked, is_refunded};
use starkeeper_actors::domain::money::NanoTon;
use starkeeper_actors::domain::notice::RefundReason;
use starkeeper_actors::domain::order::OrderState;
use starkeeper_actors::domain::pricing::samples;
use starkeeper_actors::ports::market::MarketRefused;
use starkeeper_actors::testing::{MarketCall, MarketFault};

fn why(state: &OrderState) -> Option<RefundReason> {
    match state {
        OrderState::Refunded { why, .. } => Some(*why),
        _ => None,
    }
}

#[actix::test]
async fn a_recipient_that_is_gone_brings_the_money_back_before_anything_is_signed() {
    let shop = Shop::open();
    let masha = samples::masha().username;
    shop.world
        .fragment
        .refuse_person(&masha, MarketRefused::NoSuchUser);
    let system = shop.start().await;
    let order = shop.buy(100).await;
    system.fulfilment.bell().wake();
    let refunded = shop.until(order, MINUTE, is_refunded).await;
    assert_eq!(why(&refunded.state), Some(RefundReason::RecipientGone));
    assert_eq!(shop.purse().await.available, BALANCE);
    assert_eq!(shop.paid(), 0);
    shop.in_order();
}

#[actix::test]
async fn a_cost_above_the_slippage_brings_the_money_back_and_says_so() {
    let shop = Shop::open();
    shop.world
        .fragment
        .set_surcharge(NanoTon::from_nanos(900_000_000));
    let system = shop.start().await;
    let order = shop.buy(100).await;
    system.fulfilment.bell().wake();
    let refunded = shop.until(order, MINUTE, is_refunded).await;
    let why = why(&refunded.state);
    assert!(
        matches!(why, Some(RefundReason::CostRose { .. })),
        "{why:?}"
    );
    assert_eq!(shop.purse().await.available, BALANCE);
    shop.in_order();
}

#[actix::test]
async fn words_nobody_knows_park_the_order_for_a_person() {
    let shop = Shop::open();
    let text = "Something new".to_owned();
    let odd = MarketFault::Refused(MarketRefused::Other { text });
    shop.world.fragment.fail_next(MarketCall::Offer, odd);
    let system = shop.start().await;
    let order = shop.buy(100).await;
    system.fulfilment.bell().wake();
    let parked = shop.until(order, MINUTE, is_parked).await;
    assert!(!parked.operator_may().is_empty());
    assert_eq!(shop.paid(), 0);
    shop.in_order();
}

#[actix::test]
async fn an_order_that_waits_too_long_goes_back_by_itself() {
    let shop = Shop::open();
    shop.world.fragment.block_path(true);
    let system = shop.start().await;
    let order = shop.buy(100).await;
    system.fulfilment.bell().wake();
    let refunded = shop.until(order, MINUTE * 60 * 7, is_refunded).await;
    assert_eq!(why(&refunded.state), Some(RefundReason::TookTooLong));
    assert_eq!(shop.purse().await.available, BALANCE);
    assert_eq!(shop.paid(), 0);
    shop.in_order();
}

#[actix::test]
async fn a_delivery_that_is_not_shown_parks_the_order_and_is_never_paid_again() {
    let shop = Shop::open();
    shop.world.fragment.hold_deliveries(true);
    let system = shop.start().await;
    let order = shop.buy(100).await;
    system.fulfilment.bell().wake();
    let parked = shop.until(order, MINUTE * 30, is_parked).await;
    assert!(parked.operator_may().contains(&"mark delivered"));
    tokio::time::sleep(MINUTE * 60).await;
    assert_eq!(shop.paid(), 1);
    // The till was reset behind it, so the next order is served.
    shop.world.fragment.hold_deliveries(false);
    let next = shop.buy(60).await;
    shop.until(next, MINUTE * 10, is_delivered).await;
    assert_eq!(shop.paid(), 2);
    shop.in_order();
}
