use starkeeper_actors::domain::ids::{GatewayOrderId, GatewayUuid};
use starkeeper_actors::domain::invoice::{GatewayStatus, Orphan, Payer, Report};
use starkeeper_actors::domain::ledger::{Account, Asset, EntryKey};
use starkeeper_actors::domain::notice::{Message, OperatorNews};
use starkeeper_actors::payment::{Deposit, DepositReported};
use starkeeper_actors::testing::{GatewayCall, GatewayFault};

use crate::shop::*;

const DAY: u64 = 24 * 60 * 60;

fn lost(number: usize) -> Report {
    Report {
        uuid: GatewayUuid::parse(&format!("lost-uuid-{number}")).unwrap(),
        order_id: GatewayOrderId::parse(&format!("lost-{number}")).unwrap(),
        face: FACE,
        currency: "USD".into(),
        status: GatewayStatus::Paid,
        is_final: true,
        payer: Payer::default(),
        payment_amount: None,
        payment_amount_usd: Some(FACE),
        txid: None,
        url: None,
        created_at: None,
        expires_at: None,
    }
}

fn orphans(shop: &Shop) -> Vec<(String, Orphan)> {
    shop.world.books.view(|view| {
        let news = view
            .notices()
            .filter_map(|seen| match &seen.row.owed.message {
                Message::Operators(OperatorNews::Orphan {
                    what,
                    orphan: Some(orphan),
                    ..
                }) => Some((what.clone(), orphan.clone())),
                Message::Operators(_) | Message::Customer(_) => None,
            });
        news.collect()
    })
}

#[actix::test]
async fn a_sweep_precedes_everything_and_tells_of_each_lost_payment_once() {
    let shop = Shop::open();
    for number in 0..40 {
        shop.world
            .gateway
            .plant_for(lost(number), Some(shop.customer.id));
    }
    let payment = shop.hire("payment", 1);
    assert_eq!(*shop.swept.borrow(), None);
    tokio::time::sleep(secs(30)).await;
    assert!(shop.swept.borrow().is_some());
    assert_eq!(orphans(&shop).len(), 40);
    for (what, orphan) in orphans(&shop) {
        assert_eq!(orphan.customer, Some(shop.customer.id));
        assert_eq!(orphan.status, GatewayStatus::Paid);
        assert_eq!(what, orphan.to_string(), "the line says the same");
    }
    let suspense = 40 * FACE.micros();
    assert_eq!(in_suspense(&shop), suspense);
    tokio::time::sleep(secs(2 * DAY)).await;
    assert_eq!(orphans(&shop).len(), 40);
    assert_eq!(in_suspense(&shop), suspense, "each is entered once");
    drop(payment);
}

#[actix::test]
async fn money_of_nobody_waits_in_suspense_until_the_gateway_sends_it_back() {
    let shop = Shop::open();
    let seen = |status, number| Report {
        status,
        ..lost(number)
    };
    let early = seen(GatewayStatus::ConfirmCheck, 1);
    shop.world.gateway.plant_for(early, None);
    let gone = seen(GatewayStatus::RefundPaid, 2);
    shop.world.gateway.plant_for(gone, None);
    let payment = shop.hire("payment", 1);
    tokio::time::sleep(secs(30)).await;
    assert_eq!(orphans(&shop).len(), 2, "told at first sight");
    assert_eq!(in_suspense(&shop), 0);
    assert_eq!(entered(&shop), 2, "it came, and went back");
    for (status, money) in [
        (GatewayStatus::Paid, FACE.micros()),
        (GatewayStatus::RefundPaid, 0),
    ] {
        shop.world.gateway.plant_for(seen(status, 1), None);
        tokio::time::sleep(secs(DAY + 60)).await;
        assert_eq!(in_suspense(&shop), money);
    }
    assert_eq!(orphans(&shop).len(), 2, "and told once");
    assert_eq!(entered(&shop), 4);
    drop(payment);
}

#[actix::test]
async fn a_webhook_about_money_of_nobody_enters_it_too() {
    let shop = Shop::open();
    let payment = shop.hire("payment", 1);
    tokio::time::sleep(secs(30)).await;
    let report = lost(7);
    shop.world.gateway.plant_for(report.clone(), None);
    for _ in 0..2 {
        let told = DepositReported {
            order_id: report.order_id.clone(),
            uuid: report.uuid.clone(),
        };
        let answer = payment.ask(told, LONG).await.unwrap();
        assert_eq!(answer.unwrap(), Deposit::Unknown);
        assert_eq!(in_suspense(&shop), FACE.micros());
    }
    assert_eq!(orphans(&shop).len(), 1);
}

fn in_suspense(shop: &Shop) -> i64 {
    let suspense = Account::Suspense(Asset::Usd);
    shop.world.books.view(|view| view.balance(suspense))
}

/// Entries about money of nobody.
fn entered(shop: &Shop) -> usize {
    shop.world.books.view(|view| {
        let keys = view.entries().iter().map(|(_, entry)| &entry.key);
        keys.filter(|key| matches!(key, EntryKey::Orphan { .. } | EntryKey::OrphanBack { .. }))
            .count()
    })
}

#[actix::test]
async fn a_sweep_finds_a_payment_that_nobody_watched_any_more() {
    let shop = Shop::open();
    let payment = shop.hire("payment", 1);
    let invoice = opened(&payment, shop.top_up()).await;
    let name = &invoice.gateway_order_id;
    shop.world.gateway.expire(name);
    tokio::time::sleep(secs(3 * DAY)).await;
    assert_eq!(shop.invoice(invoice.id).next_due(), None, "left alone");
    shop.world.gateway.pay(name);
    tokio::time::sleep(secs(DAY + 60)).await;
    assert_eq!(shop.purse().available, FACE);
    assert_eq!(shop.credits_told().len(), 1);
    assert_eq!(shop.world.gateway.resent().len(), 1);
}

#[actix::test]
async fn a_page_that_cannot_be_read_is_read_again() {
    let shop = Shop::open();
    shop.world
        .gateway
        .fail_next(GatewayCall::List, GatewayFault::NotDone);
    let payment = shop.hire("payment", 1);
    tokio::time::sleep(secs(30)).await;
    assert_eq!(*shop.swept.borrow(), None);
    tokio::time::sleep(secs(60)).await;
    assert!(shop.swept.borrow().is_some());
    drop(payment);
}
