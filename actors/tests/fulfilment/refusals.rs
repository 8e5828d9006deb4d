use crate::replicas::{open_wallet, press};
use crate::rig::{BALANCE, MINUTE, Shop, is_delivered, is_parked, is_refunded};
use starkeeper_actors::domain::ids::{AdminId, TelegramId};
use starkeeper_actors::domain::ledger::Account;
use starkeeper_actors::domain::money::NanoTon;
use starkeeper_actors::domain::notice::{Message, OperatorNews, RefundReason};
use starkeeper_actors::domain::order::{OperatorAct, OrderState};
use starkeeper_actors::domain::pricing::samples;
use starkeeper_actors::domain::wallet::WhyStopped;
use starkeeper_actors::fulfilment::AssignTransaction;
use starkeeper_actors::ports::books::Books;
use starkeeper_actors::ports::market::MarketRefused;
use starkeeper_actors::testing::{FakeFragment, MarketCall, MarketFault, wallet_numbered};

const OPERATOR: TelegramId = TelegramId::new(900);

fn why(state: &OrderState) -> Option<RefundReason> {
    if let OrderState::Refunded { why, .. } = state {
        Some(*why)
    } else {
        None
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

#[actix::test]
async fn an_identity_check_stops_the_login_and_is_told_once() {
    let shop = Shop::open();
    shop.world.telegram.add_operator(OPERATOR);
    shop.world.fragment.ask_identity(shop.till.login, true);
    let system = shop.start().await;
    let order = shop.buy(100).await;
    system.fulfilment.bell().wake();
    tokio::time::sleep(MINUTE * 60).await;
    let lost =
        |message: &&Message| matches!(message, Message::Operators(OperatorNews::LoginLost { .. }));
    let told = shop.world.telegram.news(OPERATOR);
    assert_eq!(told.iter().filter(lost).count(), 1, "{told:?}");
    assert_eq!(shop.paid(), 0);
    assert!(!is_delivered(&shop.order(order)));
    shop.in_order();
}

#[actix::test]
async fn ton_that_comes_back_is_assigned_by_a_person_who_may_then_refund() {
    let shop = Shop::open();
    shop.world.fragment.hold_deliveries(true);
    let system = shop.start().await;
    let order = shop.buy(100).await;
    system.fulfilment.bell().wake();
    shop.until(order, MINUTE * 30, is_parked).await;
    let (till, fragment) = (
        shop.till.wallet,
        wallet_numbered(FakeFragment::DESTINATION_NUMBER),
    );
    let sent = shop.transfers(order).await[0].amount;
    let back = shop.world.chain.deposit(till, fragment, sent, true);
    tokio::time::sleep(MINUTE * 3).await;
    assert!(
        shop.wallet().row.is_stopped(),
        "money back from Fragment is a break"
    );
    let unexplained = WhyStopped::Unexplained { wallet: till };
    let (row, line) = (shop.wallet().row, unexplained.to_string());
    assert_eq!(row.why_stopped(), Some((line.as_str(), Some(unexplained))));
    let assign = AssignTransaction {
        wallet: till,
        lt: back.lt,
        order: Some(order),
        by: AdminId::new(1),
    };
    system
        .fulfilment
        .ask(assign, MINUTE)
        .await
        .unwrap()
        .unwrap();
    open_wallet(&shop, &system, "n1").await.unwrap();
    tokio::time::sleep(MINUTE).await;
    let act = OperatorAct::Refund {
        second: None,
        silent_since: None,
    };
    press(&shop, &system, order, act, "n2").await.unwrap();
    shop.until(order, MINUTE, is_refunded).await;
    assert_eq!(shop.purse().await.available, BALANCE);
    tokio::time::sleep(MINUTE * 3).await;
    let trial = shop.world.books.trial_balance().await.unwrap();
    let (_, on_chain) = shop.world.chain.account(till);
    assert_eq!(trial.of(Account::Float(till)), on_chain.nanos());
    shop.in_order();
}

#[actix::test]
async fn of_two_equal_orders_the_second_never_claims_the_row_of_the_first() {
    let shop = Shop::open();
    let system = shop.start().await;
    let first = shop.buy(100).await;
    let second = shop.buy(100).await;
    system.fulfilment.bell().wake();
    shop.until(first, MINUTE, is_delivered).await;
    // The second is paid, and Fragment never shows its delivery.
    shop.world.fragment.hold_deliveries(true);
    shop.until(second, MINUTE * 30, |order| {
        is_parked(order) || is_delivered(order)
    })
    .await;
    let delivered = shop.world.fragment.delivered().len();
    let done = [first, second].map(|order| is_delivered(&shop.order(order)));
    assert_eq!(done.into_iter().filter(|done| *done).count(), delivered);
    shop.in_order();
}
