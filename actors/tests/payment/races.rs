use starkeeper_actors::domain::invoice::{GatewayStatus, Purpose};
use starkeeper_actors::domain::money::MicroUsd;
use starkeeper_actors::domain::order::OrderState;
use starkeeper_actors::payment::*;
use starkeeper_actors::testing::GatewayCall;

use crate::deposits::futures;
use crate::shop::*;

#[actix::test]
async fn two_replicas_that_see_one_deposit_credit_it_once() {
    tokio::time::pause();
    for delays in [[3, 3], [3, 1], [1, 3]] {
        let shop = Shop::build();
        shop.till("100");
        let replicas = [shop.hire("one", 1), shop.hire("two", 2)];
        let invoice = opened(&replicas[0], shop.purchase()).await;
        let Purpose::Order(order) = invoice.purpose else {
            panic!("not for an order")
        };
        shop.world.gateway.pay(&invoice.gateway_order_id);
        shop.gateway.delay(delays);
        let (_, rung) = shop.wakes();
        let asked = replicas.iter().map(|one| one.ask(webhook(&invoice), LONG));
        let answers: Vec<_> = futures(asked).await;
        assert!(
            answers.iter().all(|answer| matches!(answer, Ok(Ok(_)))),
            "{answers:?}"
        );
        assert!(matches!(
            shop.stored_order(order).state,
            OrderState::Held { .. }
        ));
        assert_eq!(
            (shop.purse().available, shop.purse().held),
            (MicroUsd::ZERO, invoice.face)
        );
        assert_eq!(shop.credits_told().len(), 1);
        assert_eq!(shop.wakes().1 - rung, 1);
    }
}

#[actix::test]
async fn a_slow_paid_after_a_refund_credits_nothing() {
    let shop = Shop::open();
    let replicas = [shop.hire("one", 1), shop.hire("two", 2)];
    let invoice = opened(&replicas[0], shop.top_up()).await;
    let name = &invoice.gateway_order_id;
    shop.world.gateway.pay(name);
    shop.gateway.delay([8]);
    let slow = replicas[0].ask(webhook(&invoice), LONG);
    let slow = actix_rt::spawn(slow);
    tokio::time::sleep(secs(1)).await;
    shop.world.gateway.refund_outside(name);
    let fast = replicas[1].ask(webhook(&invoice), LONG).await.unwrap();
    assert_eq!(fast, Ok(Deposit::Stored));
    assert!(slow.await.unwrap().unwrap().is_ok());
    assert_eq!(shop.purse().available, MicroUsd::ZERO);
    assert!(shop.credits_told().is_empty());
    let status = shop.invoice(invoice.id).status;
    assert_eq!(status, Some(GatewayStatus::RefundPaid));
    assert_eq!(shop.world.gateway.calls(GatewayCall::Report), 3);
}

#[actix::test]
async fn a_slow_poll_is_not_applied_over_a_newer_webhook() {
    let shop = Shop::open();
    let replicas = [shop.hire("one", 1), shop.hire("two", 2)];
    let invoice = opened(&replicas[0], shop.top_up()).await;
    let name = &invoice.gateway_order_id;
    shop.gateway.delay([8]);
    tokio::time::sleep(secs(63)).await;
    assert_eq!(
        shop.world.gateway.calls(GatewayCall::Report),
        1,
        "one replica polls"
    );
    shop.world.gateway.pay(name);
    let paid = replicas[1].ask(webhook(&invoice), LONG).await.unwrap();
    assert_eq!(paid, Ok(Deposit::Stored));
    tokio::time::sleep(secs(10)).await;
    assert_eq!(shop.invoice(invoice.id).status, Some(GatewayStatus::Paid));
    assert_eq!(shop.purse().available, FACE);
}

#[actix::test]
async fn one_of_two_replicas_polls_an_invoice_that_is_due() {
    let shop = Shop::open();
    let replicas = [shop.hire("one", 1), shop.hire("two", 2)];
    let _ = opened(&replicas[0], shop.top_up()).await;
    tokio::time::sleep(secs(63)).await;
    assert_eq!(shop.world.gateway.calls(GatewayCall::Report), 1);
}

#[actix::test]
async fn two_payments_of_one_person_at_once_pay_a_debt_once() {
    let shop = Shop::open();
    let payment = shop.hire("payment", 1);
    let debt = MicroUsd::from_micros(3_000_000);
    shop.world.books.seed_debt(shop.customer.id, debt);
    let invoices = [
        opened(&payment, shop.top_up()).await,
        opened(&payment, shop.top_up()).await,
    ];
    for invoice in &invoices {
        shop.world.gateway.pay(&invoice.gateway_order_id);
    }
    let asked = invoices.iter().map(|one| payment.ask(webhook(one), LONG));
    let answers: Vec<_> = futures(asked).await;
    assert!(
        answers
            .iter()
            .all(|answer| *answer == Ok(Ok(Deposit::Stored)))
    );
    assert_eq!(shop.purse().debt, MicroUsd::ZERO);
    let both = FACE.checked_add(FACE).unwrap();
    assert_eq!(shop.purse().available, both.checked_sub(debt).unwrap());
}
