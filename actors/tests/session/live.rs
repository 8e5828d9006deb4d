//! One message shows an order, and other screens leave it alone.

use starkeeper_actors::domain::dialog::Body;
use starkeeper_actors::ports::Books as _;
use starkeeper_actors::ports::Clock as _;
use starkeeper_actors::testing::Said;

use crate::shop::*;

/// The messages that show the one order.
fn shows(shop: &Shop) -> Vec<i64> {
    let messages = shop.world.telegram.messages(ANYA);
    let orders = messages.iter().filter(|shown| match &shown.said {
        Said::Screen(screen) => matches!(screen.body, Body::Order(_)),
        Said::Order(_) => true,
        Said::News(..) => false,
    });
    orders.map(|shown| shown.id).collect()
}

fn live(shop: &Shop) -> Option<i64> {
    let order = shop.orders()[0].id;
    shop.world.books.view(|view| view.live(order)?.message)
}

#[actix::test]
async fn the_message_of_an_order_moves_to_where_it_is_looked_at() {
    let shop = Shop::open().await;
    let directory = shop.directory();
    let _anya = shop.customer(ANYA, 0);
    shop.say(&directory, ANYA, "100 @masha").await;
    shop.press(&directory, ANYA, "confirm").await;
    shop.press(&directory, ANYA, "pay_invoice").await;
    let first = shows(&shop);
    assert_eq!((first.len(), live(&shop)), (1, first.first().copied()));
    // Looked at in the list: the list's message shows it, and the first one is gone.
    shop.say(&directory, ANYA, "/orders").await;
    let list = shop.world.telegram.last_message(ANYA).unwrap().id;
    shop.press(&directory, ANYA, "order").await;
    assert_eq!((shows(&shop), live(&shop)), (vec![list], Some(list)));
    let now = shop.world.clock.now();
    let due = shop.world.books.live_due(now, 10).await.unwrap();
    assert_eq!(due.len(), 1, "what happened meanwhile is drawn");
    // Looked at by a link: in a message of its own.
    let id = shop.orders()[0].id.get();
    shop.say(&directory, ANYA, &format!("/start o_{id}")).await;
    let newest = shop.world.telegram.last_message(ANYA).unwrap().id;
    assert_ne!(newest, list);
    assert_eq!((shows(&shop), live(&shop)), (vec![newest], Some(newest)));
}

#[actix::test]
async fn another_screen_never_takes_the_place_of_an_order() {
    let shop = Shop::open().await;
    let directory = shop.directory();
    let _anya = shop.customer(ANYA, 5);
    shop.say(&directory, ANYA, "100 @masha").await;
    shop.press(&directory, ANYA, "pay_balance").await;
    let order = shows(&shop);
    let menu = shop.press(&directory, ANYA, "menu").await;
    assert!(is_menu(&menu));
    assert_eq!((shows(&shop), order.len()), (order, 1));
    assert_eq!(shop.world.telegram.messages(ANYA).len(), 2);
    assert_eq!(shop.world.books.counts().refused, 0, "nobody wrote over it");
}
