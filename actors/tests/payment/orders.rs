use starkeeper_actors::domain::invoice::{GatewayStatus, Purpose};
use starkeeper_actors::domain::ledger::{Account, EntryKey};
use starkeeper_actors::domain::money::{MicroUsd, NanoTon};
use starkeeper_actors::domain::notice::{CreditReason, News};
use starkeeper_actors::domain::order::OrderState;
use starkeeper_actors::payment::*;
use starkeeper_actors::ports::books::CommitRefused;
use starkeeper_actors::testing::Fault;

use crate::shop::*;

#[actix::test]
async fn a_paid_order_is_held_with_its_float_in_the_commit_of_its_credit() {
    let shop = Shop::open();
    shop.till("100");
    let payment = shop.hire("payment", 1);
    let invoice = opened(&payment, shop.purchase()).await;
    let Purpose::Order(order) = invoice.purpose else {
        panic!("not for an order")
    };
    shop.world.gateway.pay(&invoice.gateway_order_id);
    let (told, rung) = shop.wakes();
    let asks = shop.line("payment").asks;
    shop.world.books.keep_journal();
    let answer = payment.ask(webhook(&invoice), LONG).await.unwrap();
    assert_eq!(answer, Ok(Deposit::Stored));

    let journal = shop.world.books.take_journal();
    assert_eq!(journal.len(), 1);
    let keys: Vec<_> = journal[0].entries.iter().map(|entry| &entry.key).collect();
    assert!(
        matches!(keys[..], [EntryKey::Credit { .. }, EntryKey::Hold { .. }]),
        "{keys:?}"
    );
    assert_eq!(shop.line("payment").asks - asks, 1);
    assert_eq!(shop.wakes(), (told + 1, rung + 1));
    let stored = shop.stored_order(order);
    let purchase = stored.purchase().unwrap();
    let held = Account::FloatHeld(purchase.wallet);
    let reserved = shop.world.books.view(|view| view.balance(held));
    assert_eq!(NanoTon::from_nanos(reserved), purchase.reserved);
    assert!(purchase.reserved > stored.quote.max_cost);
    assert_eq!(
        (shop.purse().available, shop.purse().held),
        (MicroUsd::ZERO, invoice.face)
    );
    let told = shop.credits_told();
    assert!(
        matches!(told[..], [News::Credited { bought: true, .. }]),
        "{told:?}"
    );
}

#[actix::test]
async fn without_float_the_money_is_balance_and_the_notice_says_so() {
    let shop = Shop::open();
    shop.till("0.01");
    let payment = shop.hire("payment", 1);
    let invoice = opened(&payment, shop.purchase()).await;
    shop.world.gateway.pay(&invoice.gateway_order_id);
    let _ = payment.ask(webhook(&invoice), LONG).await.unwrap();
    assert_eq!(shop.purse().available, invoice.face);
    let told = shop.credits_told();
    assert!(
        matches!(told[..], [News::Credited { bought: false, .. }]),
        "{told:?}"
    );
    assert_eq!(shop.wakes().1, 0);
}

#[actix::test]
async fn an_order_that_the_books_refuse_leaves_the_credit() {
    let shop = Shop::open();
    shop.till("100");
    let payment = shop.hire("payment", 1);
    let invoice = opened(&payment, shop.purchase()).await;
    shop.world.gateway.pay(&invoice.gateway_order_id);
    shop.world
        .books
        .fail_next(Fault::Refused(CommitRefused::Rule {
            rule: "one live premium order for a recipient".into(),
        }));
    let _ = payment.ask(webhook(&invoice), LONG).await.unwrap();
    assert_eq!(shop.purse().available, invoice.face);
    let told = shop.credits_told();
    assert!(
        matches!(told[..], [News::Credited { bought: false, .. }]),
        "{told:?}"
    );
}

#[actix::test]
async fn a_payment_seen_in_time_keeps_its_offer_however_late_it_confirms() {
    let shop = Shop::open();
    shop.till("100");
    let payment = shop.hire("payment", 1);
    let invoice = opened(&payment, shop.purchase()).await;
    let Purpose::Order(order) = invoice.purpose else {
        panic!("not for an order")
    };
    tokio::time::sleep(secs(20 * 60)).await;
    shop.world
        .gateway
        .show_unconfirmed(&invoice.gateway_order_id);
    tokio::time::sleep(secs(5 * 60)).await;
    let stored = shop.stored_order(order);
    let OrderState::AwaitingPayment { until } = stored.state else {
        panic!("{:?}", stored.state)
    };
    assert!(
        until > stored.quote.expires_at,
        "it must not lapse meanwhile"
    );
    tokio::time::sleep(secs(2 * 60 * 60)).await;
    let paid = GatewayStatus::Paid;
    shop.world
        .gateway
        .set_status(&invoice.gateway_order_id, paid, true);
    let _ = payment.ask(webhook(&invoice), LONG).await.unwrap();
    assert!(matches!(
        shop.stored_order(order).state,
        OrderState::Held { .. }
    ));
}

#[actix::test]
async fn a_payment_that_vanishes_gives_the_offer_its_old_end() {
    let shop = Shop::open();
    let payment = shop.hire("payment", 1);
    let invoice = opened(&payment, shop.purchase()).await;
    let Purpose::Order(order) = invoice.purpose else {
        panic!("not for an order")
    };
    shop.world
        .gateway
        .show_unconfirmed(&invoice.gateway_order_id);
    let _ = payment.ask(webhook(&invoice), LONG).await.unwrap();
    shop.world
        .gateway
        .change(&invoice.gateway_order_id, |report| {
            report.payment_amount = None;
            report.payment_amount_usd = None;
            report.status = GatewayStatus::Cancel;
        });
    let _ = payment.ask(webhook(&invoice), LONG).await.unwrap();
    let stored = shop.stored_order(order);
    let until = stored.quote.expires_at;
    assert_eq!(stored.state, OrderState::AwaitingPayment { until });
}

#[actix::test]
async fn a_payment_first_seen_after_the_offer_is_balance() {
    let shop = Shop::open();
    shop.till("100");
    let payment = shop.hire("payment", 1);
    let invoice = opened(&payment, shop.purchase()).await;
    tokio::time::sleep(secs(31 * 60)).await;
    shop.world.gateway.pay(&invoice.gateway_order_id);
    let _ = payment.ask(webhook(&invoice), LONG).await.unwrap();
    assert_eq!(shop.purse().available, invoice.face);
    let told = shop.credits_told();
    let late = News::Credited {
        invoice: invoice.id,
        n: 1,
        asked: invoice.face,
        received: invoice.face,
        credited: invoice.face,
        withheld: MicroUsd::ZERO,
        debt_paid: MicroUsd::ZERO,
        reason: CreditReason::Late,
        order: match invoice.purpose {
            Purpose::Order(order) => Some(order),
            Purpose::TopUp => None,
        },
        bought: false,
    };
    assert_eq!(told, [late]);
}
