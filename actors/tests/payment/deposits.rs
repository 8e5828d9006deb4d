use starkeeper_actors::domain::ids::{GatewayOrderId, GatewayUuid};
use starkeeper_actors::domain::invoice::GatewayStatus;
use starkeeper_actors::domain::money::MicroUsd;
use starkeeper_actors::payment::*;
use starkeeper_actors::testing::{Fault, GatewayCall, GatewayFault};

use crate::shop::*;

#[actix::test]
async fn webhooks_polls_and_duplicates_in_any_order_credit_once_and_tell_once() {
    let shop = Shop::open();
    let payment = shop.hire("payment", 1);
    let invoice = opened(&payment, shop.top_up()).await;
    let name = invoice.gateway_order_id.clone();
    shop.world.gateway.show_unconfirmed(&name);
    let early = payment.ask(webhook(&invoice), LONG).await.unwrap();
    assert_eq!(early, Ok(Deposit::Stored));
    assert_eq!(shop.purse().available, MicroUsd::ZERO);

    shop.world
        .gateway
        .set_status(&name, GatewayStatus::Paid, true);
    // A poll that begins before the webhooks and ends among them.
    payment.bell().wake();
    let copies = (0..100).map(|_| payment.ask(webhook(&invoice), LONG));
    let copies: Vec<_> = futures(copies).await;
    let stored = copies
        .iter()
        .filter(|copy| **copy == Ok(Ok(Deposit::Stored)));
    assert_eq!(stored.count(), 1, "{copies:?}");
    assert!(copies.iter().all(|copy| matches!(copy, Ok(Ok(_)))));
    tokio::time::sleep(secs(7_200)).await;
    let again = payment.ask(webhook(&invoice), LONG).await.unwrap();
    assert_eq!(again, Ok(Deposit::Duplicate));

    assert_eq!(shop.purse().available, FACE);
    assert_eq!(shop.credits_told().len(), 1);
    assert_eq!(observed(&payment).await.counts.credits, 1);
}

#[actix::test]
async fn many_copies_at_once_share_their_look_ups() {
    let shop = Shop::open();
    let payment = shop.hire("payment", 1);
    let invoice = opened(&payment, shop.top_up()).await;
    shop.world.gateway.pay(&invoice.gateway_order_id);
    shop.gateway.delay([1]);
    let copies = (0..100).map(|_| payment.ask(webhook(&invoice), LONG));
    let copies: Vec<_> = futures(copies).await;
    assert!(copies.iter().all(|copy| matches!(copy, Ok(Ok(_)))));
    let look_ups = shop.world.gateway.calls(GatewayCall::Report);
    assert!(look_ups < 20, "{look_ups} look-ups");
    assert_eq!(shop.purse().available, FACE);
}

#[actix::test]
async fn a_deposit_costs_one_ask_one_commit_and_one_wake() {
    let shop = Shop::open();
    let payment = shop.hire("payment", 1);
    let invoice = opened(&payment, shop.top_up()).await;
    shop.world.gateway.pay(&invoice.gateway_order_id);
    let (asks, commits) = (shop.line("payment").asks, shop.world.books.counts().commits);
    let (told, _) = shop.wakes();
    let answer = payment.ask(webhook(&invoice), LONG).await.unwrap();
    assert_eq!(answer, Ok(Deposit::Stored));
    assert_eq!(shop.line("payment").asks - asks, 1);
    assert_eq!(shop.world.books.counts().commits - commits, 1);
    assert_eq!(shop.wakes(), (told + 1, 0));
}

#[actix::test]
async fn a_lost_webhook_costs_a_minute_and_no_money() {
    let shop = Shop::open();
    let payment = shop.hire("payment", 1);
    let invoice = opened(&payment, shop.top_up()).await;
    shop.world.gateway.pay(&invoice.gateway_order_id);
    tokio::time::sleep(secs(65)).await;
    assert_eq!(shop.purse().available, FACE);
    assert_eq!(shop.credits_told().len(), 1);
    drop(payment);
}

#[actix::test]
async fn a_rest_that_comes_later_is_credited_as_the_difference() {
    let shop = Shop::open();
    let payment = shop.hire("payment", 1);
    let invoice = opened(&payment, shop.top_up()).await;
    let name = &invoice.gateway_order_id;
    shop.world
        .gateway
        .pay_usd(name, MicroUsd::from_micros(4_000_000));
    shop.world.gateway.expire(name);
    assert_eq!(
        payment.ask(webhook(&invoice), LONG).await.unwrap(),
        Ok(Deposit::Stored)
    );
    assert_eq!(shop.purse().available, MicroUsd::from_micros(4_000_000));
    shop.world
        .gateway
        .pay_usd(name, MicroUsd::from_micros(6_000_000));
    assert_eq!(
        payment.ask(webhook(&invoice), LONG).await.unwrap(),
        Ok(Deposit::Stored)
    );
    assert_eq!(shop.purse().available, FACE);
    assert_eq!(shop.credits_told().len(), 2);
}

#[actix::test]
async fn a_webhook_is_unsure_while_the_gateway_is_silent_and_its_claim_is_kept() {
    let shop = Shop::open();
    let payment = shop.hire("payment", 1);
    let invoice = opened(&payment, shop.top_up()).await;
    shop.world.gateway.pay(&invoice.gateway_order_id);
    let hangs = GatewayFault::Hangs { done: false };
    shop.world.gateway.fail_next(GatewayCall::Report, hangs);
    let answer = payment.ask(webhook(&invoice), LONG).await.unwrap();
    assert!(answer.is_err());
    tokio::time::sleep(secs(3)).await;
    assert_eq!(
        shop.purse().available,
        FACE,
        "the claim made a look-up due at once"
    );
}

#[actix::test]
async fn a_commit_whose_answer_is_lost_credits_once_whether_it_was_done_or_not() {
    tokio::time::pause();
    for done in [true, false] {
        let shop = Shop::build();
        let payment = shop.hire("payment", 1);
        let invoice = opened(&payment, shop.top_up()).await;
        shop.world.gateway.pay(&invoice.gateway_order_id);
        shop.world.books.fail_next(Fault::Unknown { done });
        let answer = payment.ask(webhook(&invoice), LONG).await.unwrap();
        assert!(answer.is_ok(), "{answer:?}");
        assert_eq!(shop.purse().available, FACE);
        assert_eq!(shop.credits_told().len(), 1);
    }
}

#[actix::test]
async fn a_deposit_is_unsure_until_the_books_took_it() {
    let shop = Shop::open();
    let payment = shop.hire("payment", 1);
    let invoice = opened(&payment, shop.top_up()).await;
    shop.world.gateway.pay(&invoice.gateway_order_id);
    shop.world.books.fail_when(|_| Some(Fault::NotDone));
    let answer = payment.ask(webhook(&invoice), LONG).await.unwrap();
    assert!(answer.is_err());
    shop.world.books.fail_no_more();
    let answer = payment.ask(webhook(&invoice), LONG).await.unwrap();
    assert_eq!(answer, Ok(Deposit::Stored));
    assert_eq!(shop.purse().available, FACE);
}

#[actix::test]
async fn a_webhook_about_nothing_of_ours_changes_nothing() {
    let shop = Shop::open();
    let payment = shop.hire("payment", 1);
    let invoice = opened(&payment, shop.top_up()).await;
    let stranger = DepositReported {
        order_id: GatewayOrderId::parse("somebody-elses").unwrap(),
        uuid: GatewayUuid::parse("no-such-uuid").unwrap(),
    };
    let answer = payment.ask(stranger, LONG).await.unwrap();
    assert_eq!(answer, Ok(Deposit::Unknown));
    let forged = DepositReported {
        uuid: GatewayUuid::parse("no-such-uuid").unwrap(),
        ..webhook(&invoice)
    };
    let answer = payment.ask(forged, LONG).await.unwrap();
    assert_eq!(answer, Ok(Deposit::Unknown));
    assert_eq!(shop.invoice(invoice.id).status, Some(GatewayStatus::Check));
}

#[actix::test]
async fn a_lock_freezes_what_is_unspent_and_its_end_frees_it() {
    let shop = Shop::open();
    let payment = shop.hire("payment", 1);
    let invoice = opened(&payment, shop.top_up()).await;
    let name = &invoice.gateway_order_id;
    shop.world.gateway.pay(name);
    let _ = payment.ask(webhook(&invoice), LONG).await.unwrap();
    shop.world.gateway.lock_payment(name);
    assert_eq!(
        payment.ask(webhook(&invoice), LONG).await.unwrap(),
        Ok(Deposit::Stored)
    );
    let purse = shop.purse();
    assert_eq!((purse.available, purse.held), (MicroUsd::ZERO, FACE));
    let refused = payment.ask(shop.purchase(), LONG).await.unwrap();
    assert_eq!(refused, Err(OpenRefused::Frozen));
    shop.world
        .gateway
        .set_status(name, GatewayStatus::Paid, true);
    let _ = payment.ask(webhook(&invoice), LONG).await.unwrap();
    let purse = shop.purse();
    assert_eq!((purse.available, purse.held), (FACE, MicroUsd::ZERO));
}

pub(crate) async fn futures<F: Future>(all: impl Iterator<Item = F>) -> Vec<F::Output> {
    futures_util::future::join_all(all).await
}
