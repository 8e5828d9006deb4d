use starkeeper_actors::domain::ids::{AdminId, InvoiceId, Nonce, Version};
use starkeeper_actors::domain::invoice::{Invoice, Purpose, RefundRequest, RefundSum};
use starkeeper_actors::domain::ledger::Authority;
use starkeeper_actors::domain::money::MicroUsd;
use starkeeper_actors::domain::order::OrderState;
use starkeeper_actors::payment::*;
use starkeeper_actors::ports::Books;
use starkeeper_actors::testing::{GatewayCall, GatewayFault};

use crate::shop::*;

#[actix::test]
async fn after_i_have_sent_it_the_gateway_is_asked_soon() {
    let shop = Shop::open();
    let payment = shop.hire("payment", 1);
    let invoice = opened(&payment, shop.top_up()).await;
    shop.world.gateway.pay(&invoice.gateway_order_id);
    let said = CustomerSaysSent {
        invoice: invoice.id,
    };
    assert_eq!(payment.ask(said, LONG).await.unwrap(), Ok(()));
    tokio::time::sleep(secs(1)).await;
    assert_eq!(shop.purse().available, FACE);
    let nobody = CustomerSaysSent {
        invoice: InvoiceId::new(999),
    };
    assert_eq!(
        payment.ask(nobody, LONG).await.unwrap(),
        Err(Unready::NotFound)
    );
}

#[actix::test]
async fn a_cancelled_invoice_frees_the_order_and_a_late_payment_is_balance() {
    let shop = Shop::open();
    shop.till("100");
    let payment = shop.hire("payment", 1);
    let invoice = opened(&payment, shop.purchase()).await;
    let cancel = CancelInvoice {
        invoice: invoice.id,
    };
    assert_eq!(payment.ask(cancel, LONG).await.unwrap(), Ok(()));
    assert_eq!(
        payment.ask(cancel, LONG).await.unwrap(),
        Ok(()),
        "twice is once"
    );
    let Purpose::Order(order) = invoice.purpose else {
        panic!("not for an order")
    };
    let state = shop.stored_order(order).state;
    assert!(
        matches!(
            state,
            OrderState::Cancelled {
                by_customer: true,
                ..
            }
        ),
        "{state:?}"
    );
    let _ = opened(&payment, shop.purchase()).await;
    shop.world.gateway.pay(&invoice.gateway_order_id);
    let _ = payment.ask(webhook(&invoice), LONG).await.unwrap();
    assert_eq!(
        (shop.purse().available, shop.purse().held),
        (invoice.face, MicroUsd::ZERO)
    );
}

async fn refund(shop: &Shop, invoice: &Invoice, press: &str) -> OperatorActs {
    let seen = shop.world.books.invoice(invoice.id).await.unwrap().unwrap();
    OperatorActs {
        invoice: invoice.id,
        shown: seen.version,
        press: Nonce::parse(press).unwrap(),
        by: Authority {
            admin: AdminId::new(1),
            reason: "asked in the chat".into(),
        },
        act: InvoiceAct::Refund(RefundRequest {
            sum: RefundSum::All,
            address: "somewhere".into(),
            shop_pays_fee: true,
        }),
    }
}

#[actix::test]
async fn a_refund_is_held_first_and_ordered_once_even_if_its_answer_is_lost() {
    tokio::time::pause();
    for done in [true, false] {
        let shop = Shop::build();
        let payment = shop.hire("payment", 1);
        let invoice = opened(&payment, shop.top_up()).await;
        shop.world.gateway.pay(&invoice.gateway_order_id);
        let _ = payment.ask(webhook(&invoice), LONG).await.unwrap();
        let lost = GatewayFault::Unknown { done };
        shop.world.gateway.fail_next(GatewayCall::Refund, lost);
        let act = refund(&shop, &invoice, "press-1").await;
        let version = payment.ask(act.clone(), LONG).await.unwrap().unwrap();
        assert_eq!(version, act.shown.next());
        assert_eq!(shop.purse().held, FACE);
        assert_eq!(
            payment.ask(act, LONG).await.unwrap(),
            Err(ActRefused::Moved)
        );
        let mut again = refund(&shop, &invoice, "press-1").await;
        let refused = payment.ask(again.clone(), LONG).await.unwrap();
        assert!(
            matches!(refused, Err(ActRefused::Refused(_) | ActRefused::Moved)),
            "{refused:?}"
        );
        again.shown = Version::new(99);
        assert_eq!(
            payment.ask(again, LONG).await.unwrap(),
            Err(ActRefused::Moved)
        );
        tokio::time::sleep(secs(3_600)).await;
        assert_eq!(shop.world.gateway.calls(GatewayCall::Refund), 1);
        assert_eq!(shop.purse().held, FACE, "unknown keeps the hold");
        if done {
            shop.world.gateway.refund_outside(&invoice.gateway_order_id);
            let _ = payment.ask(webhook(&invoice), LONG).await.unwrap();
            assert_eq!(shop.purse().held, MicroUsd::ZERO);
            assert_eq!(shop.purse().available, MicroUsd::ZERO);
        }
    }
}
