//! What is believed: one credit, after the commit, however often and in whichever order it comes.

use std::time::Duration;

use futures_util::future::join_all;
use starkeeper_actors::domain::invoice::GatewayStatus;
use starkeeper_actors::domain::money::MicroUsd;
use starkeeper_actors::testing::{GatewayCall, GatewayFault};

use super::shop::{Callback, PAYMENT_KEY, PAYOUT_KEY, Shop, signed};

const TEN: MicroUsd = MicroUsd::from_micros(10_000_000);

#[actix_web::test]
async fn a_paid_invoice_is_credited_before_the_answer() {
    let shop = Shop::open().await;
    shop.pay();
    let answer = shop.tell(shop.paid()).await;
    assert_eq!((answer.status, answer.body.as_str()), (200, ""));
    assert_eq!(shop.purse().available, TEN);
    assert_eq!(shop.stored().status, Some(GatewayStatus::Paid));
    let lines = shop.journal.told();
    assert_eq!(lines.len(), 1, "{lines:?}");
    let name = shop.invoice.gateway_order_id.as_str();
    assert!(lines[0].contains("webhook of heleket: invoice") && lines[0].contains(name));
    assert!(
        lines[0].contains("signed as_sent") && lines[0].contains("stored"),
        "{}",
        lines[0]
    );
}

#[actix_web::test]
async fn a_hundred_copies_at_once_credit_once() {
    let shop = Shop::open().await;
    shop.pay();
    let callback = shop.callback().await;
    let copies = (0..100).map(|_| callback.send(shop.paid()));
    for answer in join_all(copies).await {
        assert_eq!(answer.status, 200);
    }
    assert_eq!(shop.purse().available, TEN);
    let again = callback.send(shop.paid()).await;
    assert_eq!(again.status, 200, "a replay is a duplicate");
    assert_eq!(shop.purse().available, TEN);
    assert!(shop.journal.told().last().unwrap().contains("duplicate"));
}

/// The status in the body is worth a look and nothing else.
#[actix_web::test]
async fn a_signed_paid_is_not_believed_when_the_gateway_says_otherwise() {
    let shop = Shop::open().await;
    let answer = shop.tell(shop.paid()).await;
    assert_eq!(answer.status, 200);
    assert_eq!(shop.looks(), 1);
    assert_eq!(shop.purse().available, MicroUsd::ZERO);
}

#[actix_web::test]
async fn a_cancel_that_comes_late_takes_nothing_back() {
    let shop = Shop::open().await;
    shop.pay();
    assert_eq!(shop.tell(shop.paid()).await.status, 200);
    let cancel = signed(&shop.members("cancel"), PAYMENT_KEY);
    assert_eq!(shop.tell(cancel).await.status, 200);
    assert_eq!(shop.purse().available, TEN);
}

#[actix_web::test]
async fn a_webhook_in_another_form_is_credited_too() {
    let shop = Shop::open().await;
    shop.pay();
    // A proxy on the way has written the slash anew.
    let body = shop.paid().replace(r"ab\/cd", "ab/cd");
    assert_eq!(shop.tell(body).await.status, 200);
    assert_eq!(shop.purse().available, TEN);
    assert!(shop.journal.told()[0].contains("signed php"));
}

#[actix_web::test]
async fn while_the_gateway_is_silent_the_webhook_is_to_come_again() {
    for fault in [GatewayFault::NotDone, GatewayFault::Unknown { done: true }] {
        let shop = Shop::open().await;
        shop.pay();
        shop.world.gateway.fail_next(GatewayCall::Report, fault);
        let answer = shop.tell(shop.paid()).await;
        assert_eq!(answer.status, 503, "{answer:?}");
        assert_eq!(shop.purse().available, MicroUsd::ZERO);
        let again = shop.tell(shop.paid()).await;
        assert_eq!(again.status, 200);
        assert_eq!(shop.purse().available, TEN);
    }
}

#[actix_web::test]
async fn while_the_books_are_away_the_webhook_is_to_come_again() {
    let shop = Shop::open().await;
    shop.pay();
    shop.world.books.unreadable_for(1);
    assert_eq!(shop.tell(shop.paid()).await.status, 503);
    assert_eq!(shop.tell(shop.paid()).await.status, 200);
    assert_eq!(shop.purse().available, TEN);
}

#[actix_web::test]
async fn an_answer_that_is_not_there_in_time_is_none() {
    let shop = Shop::open().await;
    shop.pay();
    let fault = GatewayFault::Hangs { done: true };
    shop.world.gateway.fail_next(GatewayCall::Report, fault);
    let mut webhook = shop.webhook();
    webhook.deadline = Duration::from_millis(20);
    let answer = Callback::of(webhook).await.send(shop.paid()).await;
    assert_eq!(answer.status, 503, "{answer:?}");
    assert_eq!(shop.purse().available, MicroUsd::ZERO);
    let lines = shop.journal.lines();
    assert!(lines[0].contains("did not answer within 20ms"), "{lines:?}");
}

/// Somebody else's invoice at the same merchant, a test webhook, a static wallet, a payout.
#[actix_web::test]
async fn what_is_signed_and_not_ours_is_taken_and_changes_nothing() {
    let shop = Shop::open().await;
    shop.pay();
    let of = |from: &str, to: &str, key: &str| {
        let members = shop.members("paid");
        assert!(members.contains(from));
        signed(&members.replace(from, to), key)
    };
    let name = shop.invoice.gateway_order_id.to_string();
    for body in [
        of(&name, "another-shop-1", PAYMENT_KEY),
        of(&name, "an order of another shop", PAYMENT_KEY),
        of("\"uuid\":\"", "\"uuid\":\"other-", PAYMENT_KEY),
        of(r#""type":"payment""#, r#""type":"wallet""#, PAYMENT_KEY),
        of(r#""type":"payment""#, r#""type":"payout""#, PAYOUT_KEY),
    ] {
        let answer = shop.tell(body.clone()).await;
        assert_eq!(answer.status, 200, "{body}");
        assert_eq!(shop.purse().available, MicroUsd::ZERO, "{body}");
        assert_eq!(shop.stored(), shop.invoice, "{body}");
    }
}
