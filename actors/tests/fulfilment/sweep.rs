//! The sweep of books, chain and Fragment's history, with the whole core around it.

use std::time::Duration;

use starkeeper_actors::domain::Span;
use starkeeper_actors::domain::breaks::Break;
use starkeeper_actors::domain::ids::{AdminId, OrderId};
use starkeeper_actors::domain::money::NanoTon;
use starkeeper_actors::domain::notice::{Message, OperatorNews};
use starkeeper_actors::domain::order::{HistoryRow, OperatorAct};
use starkeeper_actors::fulfilment::AssignTransaction;
use starkeeper_actors::ports::books::{Books, Claim, Commit};
use starkeeper_actors::ports::{Clock, market::MarketRefused};
use starkeeper_actors::testing::{FakeFragment, MarketCall, MarketFault, wallet_numbered};

use crate::replicas::{open_wallet, press};
use crate::rig::{Core, MINUTE, Shop, is_delivered, is_parked, is_refunded};

/// Longer than the patience of a comparison, and than the pause before the next.
const SWEPT: Duration = Duration::from_secs(28 * 60);

/// Two delivered orders: the history has an older row than that of the second.
async fn sold(shop: &Shop, system: &Core) -> [OrderId; 2] {
    let first = shop.buy(100).await;
    system.fulfilment.bell().wake();
    shop.until(first, MINUTE, is_delivered).await;
    tokio::time::sleep(MINUTE * 5).await;
    let second = shop.buy(200).await;
    system.fulfilment.bell().wake();
    shop.until(second, MINUTE, is_delivered).await;
    [first, second]
}

async fn open(shop: &Shop) -> Vec<Break> {
    let open = shop.world.books.breaks_open(500).await.unwrap();
    open.into_iter().map(|seen| seen.row).collect()
}

/// Kind and order of each open break.
async fn broken(shop: &Shop) -> Vec<(&'static str, Option<OrderId>)> {
    let open = open(shop).await;
    let named = open
        .iter()
        .map(|row| (row.finding.kind(), row.finding.order()));
    named.collect()
}

/// How often the operators were told of breaks, and of their ends.
fn told(shop: &Shop) -> (usize, usize) {
    shop.world.books.view(|view| {
        let news = view.notices().map(|seen| seen.row.owed.message.clone());
        let (mut begun, mut over) = (0, 0);
        for news in news {
            match news {
                Message::Operators(OperatorNews::Break { .. }) => begun += 1,
                Message::Operators(OperatorNews::BreakOver { .. }) => over += 1,
                Message::Operators(_) | Message::Customer(_) => {}
            }
        }
        (begun, over)
    })
}

fn stranger(shop: &Shop) -> HistoryRow {
    let order = shop.world.books.view(|view| {
        let mut orders = view.orders();
        orders.next().unwrap().row.clone()
    });
    HistoryRow {
        login: shop.till.login,
        recipient: order.quote.recipient.username,
        goods: starkeeper_actors::domain::pricing::samples::stars(500),
        price: NanoTon::from_nanos(3_000_000_000),
        at: shop.world.clock.now(),
    }
}

#[actix::test]
async fn a_shop_in_order_has_no_breaks() {
    let shop = Shop::open();
    let system = shop.start().await;
    let _sold = sold(&shop, &system).await;
    tokio::time::sleep(SWEPT * 2).await;
    assert_eq!(broken(&shop).await, []);
    assert!(
        shop.world.fragment.calls(MarketCall::History) > 3,
        "it swept"
    );
    shop.in_order();
}

#[actix::test]
async fn a_row_that_no_order_made_is_told_once_and_over_when_an_order_claims_it() {
    let shop = Shop::open();
    let system = shop.start().await;
    let [first, _] = sold(&shop, &system).await;
    tokio::time::sleep(MINUTE).await;
    let row = stranger(&shop);
    shop.world.fragment.add_history(row.clone());
    tokio::time::sleep(SWEPT).await;
    assert_eq!(broken(&shop).await, [("row_unclaimed", None)]);
    assert_eq!(open(&shop).await[0].since, row.at);
    drop(system);
    // Another life of the daemon finds it again, and tells nobody a second time.
    let system = shop.start().await;
    tokio::time::sleep(SWEPT).await;
    assert_eq!(told(&shop), (1, 0));
    let life = shop.world.books.incarnation().await.unwrap();
    let mut commit = Commit::new(life, shop.world.clock.now());
    commit.claims.push((Claim::History(row), Some(first)));
    shop.world.books.commit(commit).await.unwrap();
    tokio::time::sleep(SWEPT).await;
    assert_eq!(broken(&shop).await, []);
    assert_eq!(told(&shop), (1, 1));
    drop(system);
    shop.in_order();
}

#[actix::test]
async fn a_delivery_that_the_history_does_not_show_is_a_break_until_it_does() {
    let shop = Shop::open();
    let system = shop.start().await;
    let [_, second] = sold(&shop, &system).await;
    let row = shop.world.fragment.lose_history(shop.till.login).unwrap();
    tokio::time::sleep(SWEPT).await;
    let expected = [("delivery_unproven", Some(second))];
    assert_eq!(broken(&shop).await, expected);
    // While Fragment is out of reach nothing is said to be well.
    shop.world.fragment.block_path(true);
    tokio::time::sleep(SWEPT).await;
    assert_eq!(broken(&shop).await, expected);
    shop.world.fragment.block_path(false);
    shop.world.fragment.add_history(row);
    tokio::time::sleep(SWEPT * 2).await;
    assert_eq!(broken(&shop).await, []);
    assert_eq!(told(&shop), (1, 1));
    shop.in_order();
}

#[actix::test]
async fn a_row_with_other_goods_than_ordered_differs() {
    let shop = Shop::open();
    let system = shop.start().await;
    let [_, second] = sold(&shop, &system).await;
    let row = shop.world.fragment.lose_history(shop.till.login).unwrap();
    let goods = starkeeper_actors::domain::pricing::samples::stars(50);
    shop.world.fragment.add_history(HistoryRow { goods, ..row });
    tokio::time::sleep(SWEPT).await;
    assert_eq!(broken(&shop).await, [("row_differs", Some(second))]);
    shop.in_order();
}

#[actix::test]
async fn goods_that_come_for_a_refund_given_up_are_noticed_for_a_week() {
    let shop = Shop::open();
    let system = shop.start().await;
    let _sold = sold(&shop, &system).await;
    shop.world.fragment.hold_deliveries(true);
    let order = shop.buy(100).await;
    system.fulfilment.bell().wake();
    shop.until(order, MINUTE * 30, is_parked).await;
    tokio::time::sleep(SWEPT).await;
    assert_eq!(broken(&shop).await, [("delivery_unseen", Some(order))]);
    let act = OperatorAct::Refund {
        second: Some(AdminId::new(2)),
        silent_since: Some(shop.world.clock.now() - Span::hours(25)),
    };
    press(&shop, &system, order, act, "n1").await.unwrap();
    shop.until(order, MINUTE, is_refunded).await;
    tokio::time::sleep(SWEPT).await;
    assert_eq!(broken(&shop).await, [], "the money is back");
    shop.world.fragment.hold_deliveries(false);
    tokio::time::sleep(SWEPT).await;
    assert_eq!(broken(&shop).await, [("late_delivery", Some(order))]);
    assert_eq!(told(&shop), (2, 1));
    assert_eq!(shop.paid(), 3);
}

#[actix::test]
async fn a_payment_that_nobody_signed_is_a_break_until_a_person_says_what_it_was() {
    let shop = Shop::open();
    let system = shop.start().await;
    let _sold = sold(&shop, &system).await;
    let fragment = wallet_numbered(FakeFragment::DESTINATION_NUMBER);
    let amount = NanoTon::from_nanos(700_000_000);
    let (till, chain) = (shop.till.wallet, &shop.world.chain);
    chain.sign_outside(till, fragment, amount, "by somebody else");
    tokio::time::sleep(SWEPT).await;
    assert_eq!(broken(&shop).await, [("payment_unexplained", None)]);
    let lt = open(&shop).await[0].finding.tx().unwrap().lt;
    let assign = AssignTransaction {
        wallet: till,
        lt,
        order: None,
        by: AdminId::new(1),
    };
    let asked = system.fulfilment.ask(assign, MINUTE).await.unwrap();
    asked.unwrap();
    open_wallet(&shop, &system, "n1").await.unwrap();
    tokio::time::sleep(SWEPT).await;
    assert_eq!(broken(&shop).await, []);
    assert_eq!(told(&shop), (1, 1));
    shop.in_order();
}

#[actix::test]
async fn a_logged_out_login_found_by_the_sweep_is_reported() {
    let shop = Shop::open();
    let system = shop.start().await;
    let _sold = sold(&shop, &system).await;
    let fault = MarketFault::Refused(MarketRefused::LoggedOut);
    let fragment = &shop.world.fragment;
    fragment.fail_next(MarketCall::History, fault);
    let before = fragment.calls(MarketCall::Look);
    tokio::time::sleep(MINUTE * 12).await;
    assert!(fragment.calls(MarketCall::Look) > before, "it is looked at");
    let order = shop.buy(100).await;
    system.fulfilment.bell().wake();
    shop.until(order, MINUTE * 5, is_delivered).await;
    shop.in_order();
}
