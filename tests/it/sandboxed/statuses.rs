//! Every way an invoice can go, at the wire: what is credited, who is told, what stays open.

use serde_json::json;
use starkeeper_actors::domain::Span;
use starkeeper_actors::domain::invoice::GatewayStatus;
use starkeeper_actors::domain::notice::News;

use super::till::{Till, usd, uuid};

#[actix_web::test]
async fn more_than_asked_for_is_credited_in_full() {
    let till = Till::open().await;
    let invoice = till.invoice(10).await;
    till.emulator.pay(&uuid(&invoice), "12.5").await;
    till.shows(&invoice, "paid over", |it| {
        it.status == Some(GatewayStatus::PaidOver)
    })
    .await;
    let stored = till.stored(&invoice);
    assert!(stored.money.credited > usd(12_00), "{:?}", stored.money);
    assert_eq!(till.purse().available, stored.money.credited);
    let (people, _) = till.told();
    assert!(
        matches!(people.as_slice(), [News::Credited { .. }]),
        "{people:?}"
    );
    till.close().await;
}

#[actix_web::test]
async fn less_than_asked_for_is_credited_when_the_invoice_closes() {
    let till = Till::open().await;
    let invoice = till.invoice(10).await;
    let name = uuid(&invoice);
    till.emulator.pay(&name, "4").await;
    assert_eq!(till.purse().available, usd(0));
    till.emulator.act(&name, "expire", json!({})).await;
    till.shows(&invoice, "wrong amount", |it| {
        it.status == Some(GatewayStatus::WrongAmount)
    })
    .await;
    let available = till.purse().available;
    assert!(
        available > usd(3_90) && available < usd(4_10),
        "{available}"
    );
    let (people, _) = till.told();
    assert!(
        matches!(people.as_slice(), [News::Credited { .. }]),
        "{people:?}"
    );
    till.close().await;
}

#[actix_web::test]
async fn an_expired_invoice_is_cancelled_and_a_late_payment_still_counts() {
    let till = Till::open().await;
    let invoice = till.invoice(10).await;
    let name = uuid(&invoice);
    till.emulator.act(&name, "expire", json!({})).await;
    till.shows(&invoice, "cancelled", |it| {
        it.status == Some(GatewayStatus::Cancel)
    })
    .await;
    assert_eq!(till.purse().available, usd(0));
    till.emulator.pay(&name, "exact").await;
    till.shows(&invoice, "paid late", |it| {
        it.status == Some(GatewayStatus::Paid)
    })
    .await;
    let available = till.purse().available;
    assert!(
        available > usd(9_50) && available <= usd(10_00),
        "{available}"
    );
    till.close().await;
}

#[actix_web::test]
async fn a_locked_payment_is_frozen_and_then_free_again() {
    let till = Till::open().await;
    till.emulator
        .control("heleket", json!({"push_everything": true}))
        .await;
    let invoice = till.invoice(10).await;
    let name = uuid(&invoice);
    till.emulator.pay(&name, "exact").await;
    till.holds(10_00).await;
    till.emulator.act(&name, "lock", json!({})).await;
    till.shows(&invoice, "locked", |it| it.lock.is_some()).await;
    till.emulator.act(&name, "unlock", json!({})).await;
    till.shows(&invoice, "unlocked", |it| it.lock.is_none())
        .await;
    till.holds(10_00).await;
    let (people, operators) = till.told();
    let kinds: Vec<&str> = people.iter().map(kind).collect();
    assert_eq!(kinds, ["credited", "locked", "unlocked"]);
    assert!(!operators.is_empty(), "operators hear of a lock");
    till.close().await;
}

#[actix_web::test]
async fn a_payment_that_the_gateway_sends_back_is_taken_off_the_balance() {
    let till = Till::open().await;
    let invoice = till.invoice(10).await;
    let name = uuid(&invoice);
    till.emulator.pay(&name, "exact").await;
    till.holds(10_00).await;
    till.emulator
        .act(&name, "refund", json!({"outcome": "paid"}))
        .await;
    till.emulator
        .control("clock", json!({"advance_s": 3600}))
        .await;
    till.shows(&invoice, "sent back", |it| it.refunded).await;
    till.holds(0).await;
    let (people, _) = till.told();
    let kinds: Vec<&str> = people.iter().map(kind).collect();
    assert_eq!(kinds, ["credited", "paid back"]);
    till.close().await;
}

/// Neither success nor failure: kept, looked at again, and told to the operators if it is new.
#[actix_web::test]
async fn what_is_no_success_credits_nothing() {
    let till = Till::open().await;
    till.emulator
        .control("heleket", json!({"push_everything": true}))
        .await;
    for (word, status) in [
        ("process", GatewayStatus::Process),
        ("confirm_check", GatewayStatus::ConfirmCheck),
        ("fail", GatewayStatus::Fail),
        ("system_fail", GatewayStatus::SystemFail),
        (
            "brand_new_status",
            GatewayStatus::unknown("brand_new_status"),
        ),
    ] {
        let invoice = till.invoice(10).await;
        let name = uuid(&invoice);
        till.emulator
            .act(&name, "status", json!({"status": word}))
            .await;
        // A status that is not pushed is found by the next look.
        till.world.clock.advance(Span::seconds(120));
        till.shows(&invoice, word, |it| it.status == Some(status.clone()))
            .await;
        assert_eq!(till.purse().available, usd(0), "{word}");
    }
    till.close().await;
}

fn kind(news: &News) -> &'static str {
    match news {
        News::Credited { .. } => "credited",
        News::Locked { .. } => "locked",
        News::Unlocked { .. } => "unlocked",
        News::PaidBack { .. } => "paid back",
        News::PayingBack { .. }
        | News::PayingBackFailed { .. }
        | News::Delivered { .. }
        | News::Refunded { .. }
        | News::TakesLonger { .. }
        | News::OnItsWay { .. }
        | News::Lapsed { .. }
        | News::BeingChecked { .. }
        | News::OpenAgain { .. } => "other",
    }
}
