//! From the payer's coins to the balance, over the wire.

use serde_json::json;
use starkeeper::heleket::TestWebhook;
use starkeeper_actors::domain::Span;
use starkeeper_actors::domain::invoice::{GatewayStatus, LookUpBy};
use starkeeper_actors::domain::notice::News;
use starkeeper_actors::ports::Invoicing;

use super::till::{Till, usd, uuid};
use crate::support::eventually;

#[actix_web::test]
async fn an_exact_payment_is_credited_and_told_once() {
    let till = Till::open().await;
    let invoice = till.invoice(10).await;
    till.emulator.pay(&uuid(&invoice), "exact").await;
    till.holds(10_00).await;
    // Whatever comes again says nothing new.
    assert_eq!(till.copies(&invoice, 100).await, 100);
    assert_eq!(till.purse().available, usd(10_00));
    let (people, operators) = till.told();
    assert!(
        matches!(people.as_slice(), [News::Credited { credited, .. }] if *credited == usd(10_00)),
        "{people:?}"
    );
    assert!(operators.is_empty(), "{operators:?}");
    till.close().await;
}

/// Every form in which the emulator can write and sign a webhook.
#[actix_web::test]
async fn a_webhook_is_believed_in_every_form() {
    let till = Till::open().await;
    let mut cents = 0;
    for form in ["php", "php-ascii", "rewritten", "plain"] {
        till.emulator
            .control("heleket", json!({"webhook_form": form}))
            .await;
        let invoice = till.invoice(5).await;
        till.emulator.pay(&uuid(&invoice), "exact").await;
        cents += 5_00;
        till.holds(cents).await;
        assert_eq!(till.copies(&invoice, 1).await, 1, "{form}");
    }
    till.close().await;
}

#[actix_web::test]
async fn without_a_callback_polling_finds_the_payment() {
    let till = Till::polling().await;
    let invoice = till.invoice(10).await;
    till.emulator.pay(&uuid(&invoice), "exact").await;
    // An open invoice is looked at within a minute.
    till.world.clock.advance(Span::seconds(60));
    till.holds(10_00).await;
    till.close().await;
}

/// The webhooks of a part payment are not pushed; the rest comes, and only the difference counts.
#[actix_web::test]
async fn a_payment_in_two_parts_is_credited_in_all() {
    let till = Till::open().await;
    let invoice = till.invoice(10).await;
    let name = uuid(&invoice);
    till.emulator.pay(&name, "4").await;
    let by = LookUpBy::Uuid(name.clone());
    let report = till.client.report(&by);
    assert_eq!(
        report.await.unwrap().status,
        GatewayStatus::WrongAmountWaiting
    );
    assert_eq!(till.purse().available, usd(0));
    till.emulator.pay(&name, "exact").await;
    till.holds(10_00).await;
    till.close().await;
}

/// A signed "paid" of an invoice that nobody paid: the gateway's own test.
#[actix_web::test]
async fn a_test_webhook_credits_nothing() {
    let till = Till::open().await;
    let invoice = till.invoice(10).await;
    let by = LookUpBy::Uuid(uuid(&invoice));
    let page = till.client.report(&by);
    assert_eq!(page.await.unwrap().status, GatewayStatus::Check);
    let before = till.stored(&invoice).look_ups.next_ticket;
    let probe = TestWebhook {
        callback: till.callback(),
        currency: "USDT".into(),
        network: "ton".into(),
        status: "paid".into(),
        order_id: Some(invoice.gateway_order_id.clone()),
    };
    till.client.test_webhook(&probe).await.unwrap();
    eventually("the invoice is looked up", async || {
        let ticket = till.stored(&invoice).look_ups.next_ticket;
        if ticket > before { Ok(()) } else { Err(ticket) }
    })
    .await;
    assert_eq!(till.purse().available, usd(0));
    till.close().await;
}

/// What the gateway was slow to say is not overtaken by what it says first.
#[actix_web::test]
async fn info_that_lags_behind_the_webhook_costs_time_and_no_money() {
    let till = Till::open().await;
    let invoice = till.invoice(10).await;
    let stale = json!({"system": "heleket", "method": "info", "kind": "stale", "count": 1});
    till.emulator.control("faults", stale).await;
    till.emulator.pay(&uuid(&invoice), "exact").await;
    // Believed or not, the next look shows it.
    till.world.clock.advance(Span::seconds(120));
    till.holds(10_00).await;
    till.close().await;
}

#[actix_web::test]
async fn a_lost_answer_of_the_creation_makes_one_invoice() {
    let till = Till::open().await;
    for kind in ["lose-reply", "duplicate", "down"] {
        let fault = json!({"system": "heleket", "method": "payment", "kind": kind, "count": 1});
        till.emulator.control("faults", fault).await;
        let invoice = till.invoice(10).await;
        let listed = till
            .client
            .list(invoice.created_at - Span::hours(1), None)
            .await
            .unwrap();
        let ours = listed
            .items
            .iter()
            .filter(|it| it.report.order_id == invoice.gateway_order_id);
        assert_eq!(ours.count(), 1, "{kind}");
    }
    till.close().await;
}
