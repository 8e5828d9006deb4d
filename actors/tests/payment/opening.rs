use starkeeper_actors::domain::invoice::{Closing, Purpose, Standing};
use starkeeper_actors::domain::money::MicroUsd;
use starkeeper_actors::domain::order::OrderState;
use starkeeper_actors::payment::*;
use starkeeper_actors::ports::invoicing::GatewayRefused;
use starkeeper_actors::testing::{Fault, GatewayCall, GatewayFault};

use crate::shop::*;

#[actix::test]
async fn an_invoice_is_one_ask_and_two_commits() {
    let shop = Shop::open();
    let payment = shop.hire("payment", 1);
    let before = shop.world.books.counts().commits;
    let invoice = opened(&payment, shop.top_up()).await;
    assert!(matches!(invoice.standing, Standing::Open(_)));
    assert_eq!(shop.world.books.counts().commits - before, 2);
    assert_eq!(shop.line("payment").asks, 1);
    assert_eq!(shop.invoice(invoice.id), invoice);
}

#[actix::test]
async fn an_unknown_creation_is_looked_up_by_its_order_id_and_never_made_anew() {
    tokio::time::pause();
    for done in [true, false] {
        let shop = Shop::build();
        let payment = shop.hire("payment", 1);
        let lost = GatewayFault::Unknown { done };
        shop.world.gateway.fail_next(GatewayCall::Open, lost);
        let message = shop.purchase();
        let id = message.wish.id;
        let answer = payment.ask(message, LONG).await.unwrap();
        assert_eq!(answer, Err(OpenRefused::Unknown));
        assert_eq!(shop.invoice(id).standing, Standing::Asked);
        tokio::time::sleep(secs(30)).await;
        assert!(
            matches!(shop.invoice(id).standing, Standing::Open(_)),
            "{done}"
        );
        assert_eq!(
            shop.world.gateway.names(),
            [shop.invoice(id).gateway_order_id]
        );
        let calls = shop.world.gateway.calls(GatewayCall::Open);
        assert_eq!(calls, if done { 1 } else { 2 });
        drop(payment);
    }
}

#[actix::test]
async fn a_gateway_that_is_down_leaves_nothing_open() {
    let shop = Shop::open();
    let payment = shop.hire("payment", 1);
    shop.world
        .gateway
        .fail_next(GatewayCall::Open, GatewayFault::NotDone);
    let message = shop.purchase();
    let (id, order) = (message.wish.id, message.order.as_ref().unwrap().order.id);
    let answer = payment.ask(message, LONG).await.unwrap();
    assert_eq!(answer, Err(OpenRefused::GatewayDown));
    assert_eq!(shop.invoice(id).closing, Some(Closing::Cancelled));
    let state = shop.stored_order(order).state;
    assert!(matches!(state, OrderState::Cancelled { .. }), "{state:?}");
    tokio::time::sleep(secs(120)).await;
    assert!(shop.world.gateway.names().is_empty());
    let _ = opened(&payment, shop.purchase()).await;
}

#[actix::test]
async fn what_the_gateway_refuses_is_refused_and_the_order_with_it() {
    let shop = Shop::open();
    let payment = shop.hire("payment", 1);
    let text = "minimum amount 5 USD".to_owned();
    let refused = GatewayFault::Refused(GatewayRefused::Request { text: text.clone() });
    shop.world.gateway.fail_next(GatewayCall::Open, refused);
    let message = shop.purchase();
    let order = message.order.as_ref().unwrap().order.id;
    let answer = payment.ask(message, LONG).await.unwrap();
    assert_eq!(answer, Err(OpenRefused::Refused(text)));
    let state = shop.stored_order(order).state;
    assert!(matches!(state, OrderState::Cancelled { .. }), "{state:?}");
}

#[actix::test]
async fn an_intent_whose_answer_never_came_is_pursued_under_its_own_name() {
    let shop = Shop::open();
    let payment = shop.hire("payment", 1);
    let message = shop.top_up();
    let (id, name) = (message.wish.id, message.wish.gateway_order_id.clone());
    // The intent is stored, then this daemon is as good as dead: its second commit hangs.
    let mut commits = 0;
    shop.world.books.fail_when(move |_| {
        commits += 1;
        (commits == 2).then_some(Fault::Hangs { done: false })
    });
    let answer = payment.ask(message, secs(200)).await.unwrap();
    assert_eq!(answer, Err(OpenRefused::Unknown));
    tokio::time::sleep(secs(10)).await;
    assert!(matches!(shop.invoice(id).standing, Standing::Open(_)));
    assert_eq!(shop.world.gateway.names(), [name]);
}

#[actix::test]
async fn an_intent_whose_commit_is_in_doubt_is_stored_once() {
    tokio::time::pause();
    for done in [true, false] {
        let shop = Shop::build();
        let payment = shop.hire("payment", 1);
        shop.world.books.fail_next(Fault::Unknown { done });
        let message = OpenInvoice {
            update: shop.update(1),
            ..shop.purchase()
        };
        let _ = opened(&payment, message).await;
        assert_eq!(shop.world.gateway.names().len(), 1);
    }
}

#[actix::test]
async fn books_that_are_away_are_busy_and_nothing_is_called() {
    let shop = Shop::open();
    let payment = shop.hire("payment", 1);
    shop.world.books.fail_next(Fault::NotDone);
    let answer = payment.ask(shop.top_up(), LONG).await.unwrap();
    assert_eq!(answer, Err(OpenRefused::Busy));
    assert_eq!(shop.world.gateway.calls(GatewayCall::Open), 0);
}

#[actix::test]
async fn one_update_opens_once_and_one_order_waits_at_a_time() {
    let shop = Shop::open();
    let payment = shop.hire("payment", 1);
    let tap = |message: OpenInvoice| OpenInvoice {
        update: shop.update(7),
        ..message
    };
    let _ = opened(&payment, tap(shop.top_up())).await;
    let twice = payment.ask(tap(shop.top_up()), LONG).await.unwrap();
    assert_eq!(twice, Err(OpenRefused::Handled));
    let _ = opened(&payment, shop.purchase()).await;
    let second = payment.ask(shop.purchase(), LONG).await.unwrap();
    assert_eq!(second, Err(OpenRefused::AlreadyOpen));
    assert_eq!(shop.world.gateway.calls(GatewayCall::Open), 2);
}

#[actix::test]
async fn who_owes_tops_up_and_does_not_buy() {
    let shop = Shop::open();
    let payment = shop.hire("payment", 1);
    let debt = MicroUsd::from_micros(1_000_000);
    shop.world.books.seed_debt(shop.customer.id, debt);
    let refused = payment.ask(shop.purchase(), LONG).await.unwrap();
    assert_eq!(refused, Err(OpenRefused::Debt));
    let invoice = opened(&payment, shop.top_up()).await;
    shop.world.gateway.pay(&invoice.gateway_order_id);
    let _ = payment.ask(webhook(&invoice), LONG).await.unwrap();
    assert_eq!(shop.purse().debt, MicroUsd::ZERO);
    assert_eq!(shop.purse().available, FACE.checked_sub(debt).unwrap());
}

#[actix::test]
async fn another_coin_replaces_the_invoice_of_the_same_order() {
    let shop = Shop::open();
    shop.till("100");
    let payment = shop.hire("payment", 1);
    let first = opened(&payment, shop.purchase()).await;
    let Purpose::Order(order) = first.purpose else {
        panic!("not for an order")
    };
    let again = OpenInvoice {
        wish: shop.wish(Purpose::Order(order), first.face),
        order: None,
        update: None,
    };
    let second = opened(&payment, again).await;
    assert_eq!(shop.invoice(first.id).closing, Some(Closing::Replaced));
    // Both are paid: one buys, the other is balance.
    for invoice in [&first, &second] {
        shop.world.gateway.pay(&invoice.gateway_order_id);
        let _ = payment.ask(webhook(invoice), LONG).await.unwrap();
    }
    assert!(matches!(
        shop.stored_order(order).state,
        OrderState::Held { .. }
    ));
    assert_eq!(
        (shop.purse().available, shop.purse().held),
        (second.face, first.face)
    );
}
