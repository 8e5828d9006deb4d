use starkeeper_actors::domain::ids::{AdminId, Nonce, Version};
use starkeeper_actors::domain::ledger::Authority;
use starkeeper_actors::payment::*;
use starkeeper_actors::supervision::{AskFailed, Door, StepFailed};

use crate::shop::*;

/// Asks for something while the clock is broken, then for something else behind it.
macro_rules! breaks {
    ($shop:ident, $payment:ident, $message:expr) => {{
        let message = $message;
        let invoice = opened(&$payment, $shop.top_up()).await;
        let restarts = $shop.line("payment").restarts;
        $shop.clock.arm();
        let broken = $payment.ask(message, LONG);
        let behind = $payment.ask(webhook(&invoice), LONG);
        let failed = AskFailed::Failed(StepFailed::Panicked);
        assert_eq!(broken.await.map(drop), Err(failed));
        assert_eq!(
            behind.await.unwrap(),
            Ok(Deposit::Duplicate),
            "what was queued survives"
        );
        assert_eq!($shop.line("payment").restarts - restarts, 1);
        tokio::time::sleep(secs(120)).await;
    }};
}

#[actix::test]
async fn a_panic_in_any_handler_restarts_payment_and_loses_nothing() {
    let shop = Shop::open();
    let payment = shop.hire("payment", 1);
    let invoice = opened(&payment, shop.top_up()).await;
    breaks!(shop, payment, shop.top_up());
    breaks!(shop, payment, webhook(&invoice));
    breaks!(
        shop,
        payment,
        CustomerSaysSent {
            invoice: invoice.id
        }
    );
    breaks!(
        shop,
        payment,
        CancelInvoice {
            invoice: invoice.id
        }
    );
    let act = OperatorActs {
        invoice: invoice.id,
        shown: Version::FIRST,
        press: Nonce::parse("press").unwrap(),
        by: Authority {
            admin: AdminId::new(1),
            reason: "none".into(),
        },
        act: InvoiceAct::LiftLock,
    };
    breaks!(shop, payment, act);
}

#[actix::test]
async fn a_panic_in_a_look_restarts_payment_and_the_next_look_finds_what_is_due() {
    let shop = Shop::open();
    let payment: Door<Payment> = shop.hire("payment", 1);
    let invoice = opened(&payment, shop.top_up()).await;
    shop.world.gateway.pay(&invoice.gateway_order_id);
    tokio::time::sleep(secs(59)).await;
    shop.clock.arm();
    payment.bell().wake();
    tokio::time::sleep(secs(20)).await;
    assert!(!shop.clock.is_armed());
    assert_eq!(shop.line("payment").restarts, 1);
    assert_eq!(shop.purse().available, FACE);
}

#[actix::test]
async fn a_call_that_outlives_a_restart_is_still_right() {
    let shop = Shop::open();
    let payment = shop.hire("payment", 1);
    let invoice = opened(&payment, shop.top_up()).await;
    shop.world.gateway.pay(&invoice.gateway_order_id);
    shop.gateway.delay([5]);
    let slow = payment.ask(webhook(&invoice), LONG);
    tokio::time::sleep(secs(1)).await;
    shop.clock.arm();
    let broken = payment.ask(shop.top_up(), LONG).await;
    assert_eq!(broken, Err(AskFailed::Failed(StepFailed::Panicked)));
    let slow = slow.await;
    assert_eq!(slow, Err(AskFailed::Failed(StepFailed::Interrupted)));
    let again = payment.ask(webhook(&invoice), LONG).await.unwrap();
    assert!(again.is_ok());
    assert_eq!(shop.purse().available, FACE);
    assert_eq!(shop.credits_told().len(), 1);
}

#[actix::test]
async fn the_snapshot_says_what_was_done_and_names_nobody() {
    let shop = Shop::open();
    let payment = shop.hire("payment", 1);
    let invoice = opened(&payment, shop.top_up()).await;
    shop.world.gateway.pay(&invoice.gateway_order_id);
    let _ = payment.ask(webhook(&invoice), LONG).await.unwrap();
    let snapshot = observed(&payment).await;
    assert_eq!((snapshot.counts.opened, snapshot.counts.credits), (1, 1));
    assert_eq!((snapshot.pursued, snapshot.lanes), (0, 0));
    let text = serde_json::to_string(&snapshot).unwrap();
    assert!(!text.contains("cus_") && !text.contains("inv_"), "{text}");
}
