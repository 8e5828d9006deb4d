use std::time::Duration;

use crate::rig::{Core, MINUTE, Shop, is_delivered, is_parked};
use starkeeper_actors::domain::dialog::Against;
use starkeeper_actors::domain::ids::{AdminId, IncarnationId, Nonce, OrderId, Version};
use starkeeper_actors::domain::money::NanoTon;
use starkeeper_actors::domain::order::{HistoryRow, OperatorAct};
use starkeeper_actors::fulfilment::{AssignTransaction, OpenWallet, OperatorActs, OperatorRefused};
use starkeeper_actors::ports::Clock;
use starkeeper_actors::system::MustEnd;
use starkeeper_actors::testing::{FakeFragment, wallet_numbered};

#[actix::test]
async fn two_replicas_share_one_till_and_every_order_is_paid_once() {
    let shop = Shop::open();
    let one = shop.start().await;
    let two = shop.start().await;
    let mut orders = Vec::new();
    for quantity in [50, 60, 70] {
        orders.push(shop.buy(quantity).await);
        one.fulfilment.bell().wake();
        two.fulfilment.bell().wake();
    }
    for order in orders {
        shop.until(order, MINUTE * 10, is_delivered).await;
    }
    assert_eq!(shop.paid(), 3);
    shop.in_order();
}

#[actix::test]
async fn when_the_holder_drains_the_other_takes_over_after_the_lease() {
    let shop = Shop::open();
    let one = shop.start().await;
    tokio::time::sleep(Duration::from_secs(5)).await;
    let two = shop.start().await;
    let report = one.drain().await;
    assert!(report.is_clean(), "{report:?}");
    drop(one);
    let order = shop.buy(100).await;
    two.fulfilment.bell().wake();
    shop.until(order, MINUTE * 5, is_delivered).await;
    assert_eq!(shop.paid(), 1);
    shop.in_order();
}

#[actix::test]
async fn restored_books_pay_nothing_again_and_park_what_waits() {
    let shop = Shop::open();
    let system = shop.start().await;
    let order = shop.buy(100).await;
    // A backup is taken before anything happened to the order.
    let backup = shop.world.books.snapshot();
    system.fulfilment.bell().wake();
    shop.until(order, MINUTE * 5, is_delivered).await;
    assert_eq!(shop.paid(), 1);
    // The backup comes back under a new life; the old daemon notices and ends.
    shop.world.books.restore(backup, IncarnationId::new(2));
    let second = shop.buy_in_life(2, 60).await;
    let end = tokio::time::timeout(MINUTE * 5, system.must_end())
        .await
        .unwrap();
    assert!(matches!(end, MustEnd::BooksGone(_)), "{end:?}");
    assert_eq!(end.exit_code(), 78);
    drop(system);
    let _next = shop.start().await;
    let parked = shop.until(order, MINUTE * 5, is_parked).await;
    assert!(!parked.operator_may().is_empty());
    shop.until(second, MINUTE * 5, is_parked).await;
    tokio::time::sleep(MINUTE * 30).await;
    assert_eq!(shop.paid(), 1);
    assert_eq!(shop.world.books.violations(), Vec::<String>::new());
}

#[actix::test]
async fn after_a_foreign_signature_a_person_assigns_it_opens_the_wallet_and_resumes() {
    let shop = Shop::open();
    let system = shop.start().await;
    tokio::time::sleep(Duration::from_secs(10)).await;
    let (till, fragment) = (
        shop.till.wallet,
        wallet_numbered(FakeFragment::DESTINATION_NUMBER),
    );
    let text = "50 Telegram Stars Ref#zzz";
    shop.world
        .chain
        .sign_outside(till, fragment, NanoTon::from_nanos(1_000), text);
    let order = shop.buy(100).await;
    system.fulfilment.bell().wake();
    tokio::time::sleep(MINUTE * 2).await;
    assert!(shop.wallet().row.is_stopped());
    assert_eq!(shop.paid(), 1, "only the foreign payment");

    // Opening alone shows the break, and parks what waits.
    open_wallet(&shop, &system, "n1").await.unwrap();
    let parked = shop.until(order, MINUTE * 2, is_parked).await;
    assert!(parked.operator_may().contains(&"resume"));
    assert!(shop.wallet().row.is_stopped());

    // A person says that the payment was none of the shop's, and opens the wallet.
    let lt = shop
        .world
        .chain
        .transactions(till)
        .iter()
        .map(|tx| tx.tx.lt)
        .max()
        .unwrap();
    let assign = AssignTransaction {
        wallet: till,
        lt,
        order: None,
        by: AdminId::new(1),
    };
    system
        .fulfilment
        .ask(assign, MINUTE)
        .await
        .unwrap()
        .unwrap();
    open_wallet(&shop, &system, "n2").await.unwrap();
    tokio::time::sleep(MINUTE).await;
    assert_eq!(shop.wallet().row.next_seqno, 1);
    press(&shop, &system, order, OperatorAct::Resume, "n3")
        .await
        .unwrap();
    system.fulfilment.bell().wake();
    shop.until(order, MINUTE * 5, is_delivered).await;
    assert_eq!(shop.paid(), 2);
    shop.in_order();
}

#[actix::test]
async fn a_press_acts_once_and_only_on_what_was_shown() {
    let shop = Shop::open();
    shop.world.fragment.hold_deliveries(true);
    let system = shop.start().await;
    let order = shop.buy(100).await;
    system.fulfilment.bell().wake();
    shop.until(order, MINUTE * 30, is_parked).await;
    let shown = shop.seen(order).version;
    let refund = |shown| OperatorActs {
        order,
        shown,
        act: OperatorAct::Refund {
            second: None,
            silent_since: None,
        },
        nonce: Nonce::parse("n1").unwrap(),
        by: AdminId::new(1),
    };
    let ask = |acts| system.fulfilment.ask(acts, MINUTE);
    assert_eq!(
        ask(refund(Version::new(1))).await.unwrap(),
        Err(OperatorRefused::Changed)
    );
    // Behind a payment one person is not enough.
    let alone = ask(refund(shown)).await.unwrap();
    assert!(
        matches!(alone, Err(OperatorRefused::Rule { .. })),
        "{alone:?}"
    );
    press(&shop, &system, order, OperatorAct::Resume, "n2")
        .await
        .unwrap();
    let again = press(&shop, &system, order, OperatorAct::Resume, "n2").await;
    assert!(again.is_err());
    // Resuming behind a payment looks, and never pays.
    tokio::time::sleep(MINUTE * 30).await;
    assert_eq!(shop.paid(), 1);
    shop.in_order();
}

#[actix::test]
async fn a_row_of_the_history_delivers_one_order_by_hand_and_no_second() {
    let shop = Shop::open();
    shop.world.fragment.hold_deliveries(true);
    let system = shop.start().await;
    let (first, second) = (shop.buy(100).await, shop.buy(100).await);
    for order in [first, second] {
        system.fulfilment.bell().wake();
        shop.until(order, MINUTE * 30, is_parked).await;
    }
    let quote = shop.order(first).quote;
    let row = HistoryRow {
        login: shop.till.login,
        recipient: quote.recipient.username,
        goods: quote.product,
        price: quote.max_cost,
        at: shop.world.clock.now(),
    };
    let by_hand = || OperatorAct::MarkDelivered { row: row.clone() };
    press(&shop, &system, first, by_hand(), "n1").await.unwrap();
    assert!(is_delivered(&shop.order(first)));
    // Under a name of its own and under one that is taken: neither is told that it was done.
    for nonce in ["n2", "n1"] {
        let refused = press(&shop, &system, second, by_hand(), nonce).await;
        let taken = OperatorRefused::Rule {
            against: Against::RowTaken,
            why: "the row of the history belongs to another order".into(),
        };
        assert_eq!(refused, Err(taken), "{nonce}");
        assert!(is_parked(&shop.order(second)));
    }
    shop.in_order();
}

pub(crate) async fn open_wallet(
    shop: &Shop,
    system: &Core,
    press: &str,
) -> Result<(), OperatorRefused> {
    let (wallet, shown) = (shop.till.wallet, shop.wallet().version);
    let (nonce, by) = (Nonce::parse(press).unwrap(), AdminId::new(1));
    let open = OpenWallet {
        wallet,
        shown,
        nonce,
        by,
    };
    system.fulfilment.ask(open, MINUTE).await.unwrap()
}

/// A person presses a button for what is shown now.
pub(crate) async fn press(
    shop: &Shop,
    system: &Core,
    order: OrderId,
    act: OperatorAct,
    nonce: &str,
) -> Result<(), OperatorRefused> {
    let shown = shop.seen(order).version;
    let (nonce, by) = (Nonce::parse(nonce).unwrap(), AdminId::new(1));
    let acts = OperatorActs {
        order,
        shown,
        act,
        nonce,
        by,
    };
    system.fulfilment.ask(acts, MINUTE).await.unwrap()
}
