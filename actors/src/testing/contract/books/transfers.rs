//! What keeps a wallet from paying twice.

use super::{EmptyBooks, assert_rule, open_shop, till, write_rows};
use crate::domain::ids::{TransferId, Version};
use crate::domain::transfer::{Boc, Transfer, TransferState, TxPos};
use crate::ports::Books;
use crate::ports::books::{RowWrite, Write};
use crate::testing::contract::{given, rows};
use crate::testing::{hash_of, wallet_numbered};

fn new(transfer: &Transfer) -> RowWrite {
    RowWrite::Transfer(Write::new(transfer.clone()))
}

fn over(version: i64, transfer: Transfer) -> RowWrite {
    let seen = Some(Version::new(version));
    RowWrite::Transfer(Write {
        seen,
        row: transfer,
    })
}

fn paid(transfer: &Transfer) -> Transfer {
    let tx = TxPos {
        lt: 5,
        hash: hash_of(b"tx"),
    };
    transfer.now_is(TransferState::Paid { tx })
}

/// Two held orders and a second wallet.
async fn open_orders(books: &dyn Books) {
    open_shop(books).await;
    let held = |n| {
        let order = rows::held(&rows::order(n, 1), till());
        RowWrite::Order(Write::new(order))
    };
    let wallet = RowWrite::Wallet(Write::new(rows::wallet(wallet_numbered(2))));
    let all = vec![wallet, held(10), held(11)];
    given(write_rows(books, all).await, "orders");
}

/// Whatever wallet it is of: two replicas sign for one order.
pub async fn an_order_has_one_live_transfer(empty: &dyn EmptyBooks) {
    let (one, other) = (empty.client(), empty.client());
    open_orders(&*one).await;
    let first = rows::transfer(21, 10, till(), 7);
    given(write_rows(&*one, vec![new(&first)]).await, "the first");
    let second = rows::transfer(22, 10, wallet_numbered(2), 7);
    assert_rule(write_rows(&*other, vec![new(&second)]).await);
    let over_first = over(1, paid(&first));
    given(write_rows(&*one, vec![over_first]).await, "judged");
    given(
        write_rows(&*other, vec![new(&second)]).await,
        "none is live",
    );
}

/// Whatever order it is for: two orders want one seqno.
pub async fn a_wallet_has_one_live_transfer(empty: &dyn EmptyBooks) {
    let (one, other) = (empty.client(), empty.client());
    open_orders(&*one).await;
    let first = rows::transfer(21, 10, till(), 7);
    given(write_rows(&*one, vec![new(&first)]).await, "the first");
    let second = rows::transfer(22, 11, till(), 8);
    assert_rule(write_rows(&*other, vec![new(&second)]).await);
}

/// A message that is dead leaves its seqno to the next; one that paid does not.
pub async fn a_seqno_is_used_once_unless_dead(empty: &dyn EmptyBooks) {
    let books = empty.client();
    open_orders(&*books).await;
    let first = rows::transfer(21, 10, till(), 7);
    given(write_rows(&*books, vec![new(&first)]).await, "the first");
    let dead = over(1, rows::dead(&first));
    given(write_rows(&*books, vec![dead]).await, "it is dead");
    let second = rows::transfer(22, 10, till(), 7);
    given(
        write_rows(&*books, vec![new(&second)]).await,
        "the same seqno",
    );
    let judged = over(1, paid(&second));
    given(write_rows(&*books, vec![judged]).await, "it paid");
    let third = rows::transfer(23, 11, till(), 7);
    assert_rule(write_rows(&*books, vec![new(&third)]).await);
    let next = rows::transfer(24, 11, till(), 8);
    given(
        write_rows(&*books, vec![new(&next)]).await,
        "the next seqno",
    );
}

/// Rule 6: what was committed is what is sent.
pub async fn the_bytes_of_a_transfer_never_change(empty: &dyn EmptyBooks) {
    let books = empty.client();
    open_orders(&*books).await;
    let first = rows::transfer(21, 10, till(), 7);
    given(write_rows(&*books, vec![new(&first)]).await, "the first");
    let changes: [fn(&mut Transfer); 6] = [
        |transfer| transfer.boc = Boc::new(*b"other"),
        |transfer| transfer.message_hash = hash_of(b"other"),
        |transfer| transfer.seqno = 8,
        |transfer| transfer.wallet = wallet_numbered(2),
        |transfer| transfer.order = crate::domain::ids::OrderId::new(11),
        |transfer| transfer.valid_until = rows::noon(),
    ];
    for change in changes {
        let mut changed = first.clone();
        change(&mut changed);
        assert_rule(write_rows(&*books, vec![over(1, changed)]).await);
    }
    let judged = over(1, paid(&first));
    given(write_rows(&*books, vec![judged]).await, "its state may");
}

/// Only an older message may turn out to have executed; none becomes unknown again.
pub async fn a_judged_transfer_is_never_live_again(empty: &dyn EmptyBooks) {
    let books = empty.client();
    open_orders(&*books).await;
    let first = rows::transfer(21, 10, till(), 7);
    given(write_rows(&*books, vec![new(&first)]).await, "the first");
    let dead = over(1, rows::dead(&first));
    given(write_rows(&*books, vec![dead]).await, "it is dead");
    assert_rule(write_rows(&*books, vec![over(2, first)]).await);
}

/// In one commit, in whichever order its rows stand.
pub async fn an_older_transfer_may_take_the_place_of_the_live_one(empty: &dyn EmptyBooks) {
    let books = empty.client();
    open_orders(&*books).await;
    let older = rows::transfer(21, 10, till(), 7);
    given(write_rows(&*books, vec![new(&older)]).await, "the older");
    let dead = over(1, rows::dead(&older));
    given(write_rows(&*books, vec![dead]).await, "thought dead");
    let younger = rows::transfer(22, 10, till(), 7);
    given(
        write_rows(&*books, vec![new(&younger)]).await,
        "signed again",
    );
    let by = TransferId::new(21);
    let both = vec![
        over(2, paid(&older)),
        over(1, younger.now_is(TransferState::Superseded { by })),
    ];
    given(write_rows(&*books, both).await, "the older one executed");
}
