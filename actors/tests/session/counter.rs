//! Orders without a conversation: the same commit, the same refusals, once under one name.

use starkeeper_actors::domain::catalog::{Product, StarsQuantity};
use starkeeper_actors::domain::customer::Language;
use starkeeper_actors::domain::dialog::{BuyRefused, LookUpFailed};
use starkeeper_actors::domain::ids::QuoteId;
use starkeeper_actors::domain::money::MicroUsd;
use starkeeper_actors::session::{NotPlaced, PayBy, WantedOrder};

use crate::shop::{ANYA, LONG, Shop, name};

fn wanted(name_of_it: i64, pay: PayBy) -> WantedOrder {
    WantedOrder {
        name: QuoteId::new(name_of_it),
        telegram: ANYA,
        language: Language::En,
        product: Product::Stars(StarsQuantity::new(50).unwrap()),
        recipient: name("masha"),
        pay,
    }
}

#[actix::test]
async fn one_name_orders_once_however_often_it_is_asked_for() {
    let shop = Shop::open().await;
    let anya = shop.customer(ANYA, 10);
    let directory = shop.directory();
    let first = directory.place(wanted(7, PayBy::Balance), LONG).await;
    let first = first.unwrap();
    assert_eq!(first.order.state_name(), "held");
    let again = directory.place(wanted(7, PayBy::Balance), LONG).await;
    assert_eq!(again.unwrap().order, first.order);
    assert_eq!(shop.orders().len(), 1);
    let purse = shop.world.ports().books.purse(anya.id).await.unwrap();
    assert_eq!(purse.held, first.order.price());
    let other = WantedOrder {
        recipient: name("anya"),
        ..wanted(7, PayBy::Balance)
    };
    let refused = directory.place(other, LONG).await;
    assert_eq!(refused, Err(NotPlaced::NameUsed));
    assert_eq!(shop.orders().len(), 1);
}

#[actix::test]
async fn what_the_chat_refuses_is_refused_here_and_leaves_nothing() {
    let shop = Shop::open().await;
    shop.customer(ANYA, 0);
    let directory = shop.directory();
    let poor = directory.place(wanted(1, PayBy::Balance), LONG).await;
    assert_eq!(poor, Err(NotPlaced::NotBought(BuyRefused::NotEnough)));
    let unknown = WantedOrder {
        recipient: name("nobody_here"),
        ..wanted(2, PayBy::Balance)
    };
    let unknown = directory.place(unknown, LONG).await;
    let nobody = NotPlaced::Recipient(LookUpFailed::NoSuchUser);
    assert_eq!(unknown, Err(nobody));
    shop.logins.send_replace(std::sync::Arc::new(Vec::new()));
    let closed = directory.place(wanted(3, PayBy::Balance), LONG).await;
    assert_eq!(closed, Err(NotPlaced::Starting));
    assert!(shop.orders().is_empty());
}

#[actix::test]
async fn an_invoice_asks_for_what_the_balance_does_not_cover() {
    let shop = Shop::open().await;
    shop.customer(ANYA, 0);
    let directory = shop.directory();
    let placed = directory.place(wanted(4, PayBy::Invoice), LONG).await;
    let placed = placed.unwrap();
    assert_eq!(placed.order.state_name(), "awaiting_payment");
    let invoice = placed.invoice.unwrap();
    assert_eq!((invoice.face, invoice.coin), (placed.order.price(), None));
    assert!(invoice.face > MicroUsd::ZERO);
    let again = directory.place(wanted(4, PayBy::Invoice), LONG).await;
    assert_eq!(again.unwrap().invoice.unwrap().id, invoice.id);
}
