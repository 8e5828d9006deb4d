//! Journey (a), counted: asks, commits, wakes.

use starkeeper_actors::domain::dialog::Body;
use starkeeper_actors::testing::MarketCall;

use crate::shop::*;

struct Count {
    asks: u64,
    pool: u64,
    payment: u64,
    commits: u64,
    wakes: u64,
}

fn count(shop: &Shop) -> Count {
    Count {
        asks: shop.line("session").asks,
        pool: shop.line("browser_pool").asks,
        payment: shop.line("payment").asks,
        commits: shop.world.books.counts().commits,
        wakes: shop.line("fulfilment").wakes,
    }
}

fn spent(shop: &Shop, before: &Count) -> [u64; 5] {
    let now = count(shop);
    [
        now.asks - before.asks,
        now.pool - before.pool,
        now.payment - before.payment,
        now.commits - before.commits,
        now.wakes - before.wakes,
    ]
}

#[actix::test]
async fn a_tap_that_only_reads_is_one_ask_and_no_commit() {
    let shop = Shop::open().await;
    let directory = shop.directory();
    let _anya = shop.customer(ANYA, 5);
    let before = count(&shop);
    let menu = shop.say(&directory, ANYA, "/menu").await;
    assert!(is_menu(&menu));
    assert_eq!(spent(&shop, &before), [1, 0, 0, 0, 0]);
    let before = count(&shop);
    let balance = shop.press(&directory, ANYA, "balance").await;
    assert!(matches!(balance.body, Body::Balance { .. }));
    assert_eq!(spent(&shop, &before), [1, 0, 0, 0, 0]);
}

#[actix::test]
async fn a_look_up_borrows_one_browser_and_brings_it_back() {
    let shop = Shop::open().await;
    let directory = shop.directory();
    let _anya = shop.customer(ANYA, 5);
    let before = count(&shop);
    let card = shop.say(&directory, ANYA, "100 @masha").await;
    assert!(matches!(card.body, Body::Card { .. }), "{card:?}");
    assert_eq!(spent(&shop, &before), [1, 2, 0, 0, 0]);
    assert_eq!(shop.world.fragment.calls(MarketCall::FindRecipient), 1);
    let seen = shop.world.telegram.messages(ANYA);
    assert_eq!(seen.len(), 1, "the card takes the place of \"looking\"");
}

#[actix::test]
async fn a_purchase_from_the_balance_is_one_ask_one_commit_one_wake() {
    let shop = Shop::open().await;
    let directory = shop.directory();
    let anya = shop.customer(ANYA, 5);
    shop.say(&directory, ANYA, "100 @masha").await;
    let before = count(&shop);
    let order = shop.press(&directory, ANYA, "pay_balance").await;
    assert!(matches!(order.body, Body::Order(_)), "{order:?}");
    assert_eq!(spent(&shop, &before), [1, 0, 0, 1, 1]);
    let purse = shop.world.books.view(|view| view.purse(anya.id));
    assert_eq!(purse.held, shop.orders()[0].price());
    let id = shop.orders()[0].id;
    let live = shop
        .world
        .books
        .view(|view| view.live(id).cloned())
        .unwrap();
    assert!(
        live.message.is_some(),
        "the card becomes the order's message"
    );
}

#[actix::test]
async fn a_new_invoice_is_two_asks_and_two_commits() {
    let shop = Shop::open().await;
    let directory = shop.directory();
    let _anya = shop.customer(ANYA, 0);
    shop.say(&directory, ANYA, "100 @masha").await;
    shop.press(&directory, ANYA, "confirm").await;
    let before = count(&shop);
    let order = shop.press(&directory, ANYA, "pay_invoice").await;
    let Body::Order(face) = &order.body else {
        panic!("{order:?}")
    };
    assert!(face.invoice.is_some());
    assert_eq!(spent(&shop, &before), [1, 0, 1, 2, 0]);
}
