//! What the sweep reads and keeps: purchases, orders that are watched, breaks.

use super::{EmptyBooks, assert_rule, blank, open_shop, till, write_rows};
use crate::domain::Span;
use crate::domain::breaks::Break;
use crate::domain::ids::TransferId;
use crate::ports::books::{Commit, RowWrite, Seen, Write};
use crate::testing::contract::{given, rows};
use crate::testing::wallet_numbered;

/// Wallet by wallet, as far as is asked for.
pub async fn purchases_come_newest_first_with_their_orders(empty: &dyn EmptyBooks) {
    let books = empty.client();
    open_shop(&*books).await;
    let other = wallet_numbered(2);
    let orders = [
        rows::held(&rows::order(11, 1), till()),
        rows::held(&rows::order(12, 2), till()),
        rows::held(&rows::order(13, 2), other),
    ];
    let transfers = [
        rows::dead(&rows::transfer(21, 11, till(), 7)),
        rows::paid(&rows::transfer(22, 11, till(), 7)),
        rows::transfer(23, 12, till(), 8),
        rows::transfer(24, 13, other, 7),
    ];
    let mut all = vec![RowWrite::Wallet(Write::new(rows::wallet(other)))];
    all.extend(orders.iter().cloned().map(Write::new).map(RowWrite::Order));
    let written = transfers.iter().cloned().map(Write::new);
    all.extend(written.map(RowWrite::Transfer));
    given(write_rows(&*books, all).await, "orders and transfers");
    let found = given(books.purchases(till(), 100).await, "purchases");
    let named: Vec<_> = found
        .iter()
        .map(|one| (one.transfer.clone(), one.order.clone()))
        .collect();
    let [held, waiting, _] = &orders;
    let [dead, paid, live, _] = &transfers;
    let expected = [
        (live.clone(), waiting.clone()),
        (paid.clone(), held.clone()),
        (dead.clone(), held.clone()),
    ];
    assert_eq!(named, expected);
    let newest = given(books.purchases(till(), 1).await, "purchases");
    let newest: Vec<_> = newest.iter().map(|one| one.transfer.id).collect();
    assert_eq!(newest, [TransferId::new(23)]);
    let nobody = given(books.purchases(wallet_numbered(9), 100).await, "purchases");
    assert!(nobody.is_empty());
}

/// Only what has paid, and only for so long.
pub async fn an_order_given_up_is_watched_until_its_time_is_over(empty: &dyn EmptyBooks) {
    let books = empty.client();
    open_shop(&*books).await;
    let until = rows::noon() + Span::days(7);
    let order = rows::order(11, 1);
    let first = vec![
        RowWrite::Order(Write::new(rows::held(&order, till()))),
        RowWrite::Order(Write::new(rows::held(&rows::order(12, 2), till()))),
        RowWrite::Transfer(Write::new(rows::dead(&rows::transfer(21, 11, till(), 7)))),
        RowWrite::Transfer(Write::new(rows::paid(&rows::transfer(22, 11, till(), 7)))),
        RowWrite::Transfer(Write::new(rows::paid(&rows::transfer(23, 12, till(), 8)))),
    ];
    given(write_rows(&*books, first).await, "orders and transfers");
    let watched = async |wallet, now| {
        let found = given(books.watched(wallet, now, 100).await, "what is watched");
        let ids = found.iter().map(|one| one.transfer.id.get());
        ids.collect::<Vec<i64>>()
    };
    assert_eq!(watched(till(), rows::noon()).await, Vec::<i64>::new());
    let seen = given(books.order(order.id).await, "an order");
    let seen = crate::testing::contract::there(seen, "the order");
    let given_up = RowWrite::Order(Write::over(&seen, rows::given_up(&order, until)));
    given(write_rows(&*books, vec![given_up]).await, "a refund");
    assert_eq!(watched(till(), rows::noon()).await, [22]);
    assert_eq!(watched(till(), until - Span::seconds(1)).await, [22]);
    assert_eq!(watched(till(), until).await, Vec::<i64>::new());
    assert_eq!(
        watched(wallet_numbered(2), rows::noon()).await,
        Vec::<i64>::new()
    );
}

/// Open or not, under the key it was given.
pub async fn breaks_are_found_while_they_are_open_and_by_name(empty: &dyn EmptyBooks) {
    let books = empty.client();
    open_shop(&*books).await;
    let (one, other) = (rows::broken(21, till()), rows::broken(22, till()));
    let all = [&other, &one].map(|row| RowWrite::Break(Write::new(row.clone())));
    given(write_rows(&*books, all.into()).await, "breaks");
    let open = given(books.breaks_open(500).await, "breaks");
    assert_eq!(of(&open), [&one, &other]);
    assert_eq!(given(books.breaks_open(1).await, "breaks").len(), 1);
    let [seen, ..] = open.as_slice() else {
        return given(Err("no break is open"), "two open breaks");
    };
    let ended = RowWrite::Break(Write::over(seen, rows::agreed(&one)));
    given(write_rows(&*books, vec![ended]).await, "the end of one");
    assert_eq!(of(&given(books.breaks_open(500).await, "breaks")), [&other]);
    let keys = vec![one.key.clone(), "payment_missing/trf_404".into()];
    let named = given(books.breaks_named(keys).await, "breaks");
    assert_eq!(of(&named), [&rows::agreed(&one)]);
    let none = given(books.breaks_named(Vec::new()).await, "breaks");
    assert_eq!(of(&none), Vec::<&Break>::new());
}

/// What it is named for, and whose wallet it is about.
pub async fn a_break_stays_with_its_wallet(empty: &dyn EmptyBooks) {
    let books = empty.client();
    open_shop(&*books).await;
    let row = rows::broken(21, till());
    let new = RowWrite::Break(Write::new(row.clone()));
    given(write_rows(&*books, vec![new]).await, "a break");
    let named = given(books.breaks_named(vec![row.key.clone()]).await, "breaks");
    let moved = Break {
        wallet: wallet_numbered(2),
        ..row
    };
    let rows = named
        .iter()
        .map(|seen| RowWrite::Break(Write::over(seen, moved.clone())))
        .collect();
    let commit = Commit {
        rows,
        ..blank(&*books).await
    };
    assert_rule(books.commit(commit).await);
}

fn of(found: &[Seen<Break>]) -> Vec<&Break> {
    found.iter().map(|seen| &seen.row).collect()
}
