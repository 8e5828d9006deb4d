//! Versions, wholeness and the life of the books.

use super::{EmptyBooks, assert_stale, blank, open_shop, refused, till, write_rows};
use crate::domain::ids::{BotId, CustomerId, IncarnationId, LoginId, OrderId, UpdateKey, Version};
use crate::domain::login::Login;
use crate::domain::money::MicroUsd;
use crate::domain::pricing::samples;
use crate::ports::Books;
use crate::ports::books::{
    Claim, Commit, CommitRefused, LiveMessage, OutsideEvent, RowWrite, Write,
};
use crate::testing::contract::{given, rows, there};

/// A new row of every table, on top of the shop.
fn new_rows() -> Vec<RowWrite> {
    let live = LiveMessage {
        order: OrderId::new(11),
        chat: rows::customer(1).telegram,
        message: None,
        shows: Version::new(0),
        wanted: Version::new(0),
        not_before: rows::noon(),
    };
    vec![
        RowWrite::Customer(Write::new(rows::customer(9))),
        RowWrite::Order(Write::new(rows::held(&rows::order(11, 1), till()))),
        RowWrite::Transfer(Write::new(rows::transfer(21, 11, till(), 7))),
        RowWrite::Wallet(Write::new(rows::wallet(crate::testing::wallet_numbered(9)))),
        RowWrite::Invoice(Write::new(rows::invoice(31, 1))),
        RowWrite::Login(Write::new(Login::new(LoginId::new(1), till()))),
        RowWrite::Live(Write::new(live)),
        RowWrite::Prices(Write::new(samples::prices(rows::noon()))),
        RowWrite::Shop(Write::new(rows::shop())),
        RowWrite::Break(Write::new(rows::broken(1, till()))),
    ]
}

/// The same write in the name of another version.
fn over(row: RowWrite, seen: Option<Version>) -> RowWrite {
    match row {
        RowWrite::Customer(write) => RowWrite::Customer(Write { seen, ..write }),
        RowWrite::Order(write) => RowWrite::Order(Write { seen, ..write }),
        RowWrite::Transfer(write) => RowWrite::Transfer(Write { seen, ..write }),
        RowWrite::Wallet(write) => RowWrite::Wallet(Write { seen, ..write }),
        RowWrite::Invoice(write) => RowWrite::Invoice(Write { seen, ..write }),
        RowWrite::Login(write) => RowWrite::Login(Write { seen, ..write }),
        RowWrite::Notice(write) => RowWrite::Notice(Write { seen, ..write }),
        RowWrite::Live(write) => RowWrite::Live(Write { seen, ..write }),
        RowWrite::Prices(write) => RowWrite::Prices(Write { seen, ..write }),
        RowWrite::Shop(write) => RowWrite::Shop(Write { seen, ..write }),
        RowWrite::Break(write) => RowWrite::Break(Write { seen, ..write }),
    }
}

/// In every table.
pub async fn a_new_row_is_refused_where_one_exists(empty: &dyn EmptyBooks) {
    let books = empty.client();
    open_shop(&*books).await;
    given(write_rows(&*books, new_rows()).await, "new rows");
    for row in new_rows() {
        assert_stale(write_rows(&*books, vec![row]).await);
    }
}

/// In every table: two clients have read the same version, and one was faster.
pub async fn a_write_over_a_version_that_is_gone_is_refused(empty: &dyn EmptyBooks) {
    let (one, other) = (empty.client(), empty.client());
    open_shop(&*one).await;
    given(write_rows(&*one, new_rows()).await, "new rows");
    for row in new_rows() {
        let row = over(row, Some(Version::FIRST));
        given(write_rows(&*one, vec![row.clone()]).await, "the faster one");
        assert_stale(write_rows(&*other, vec![row.clone()]).await);
        let ahead = over(row, Some(Version::new(3)));
        assert_stale(write_rows(&*other, vec![ahead]).await);
    }
}

/// In every table.
pub async fn a_row_that_does_not_exist_cannot_be_written_over(empty: &dyn EmptyBooks) {
    let books = empty.client();
    open_shop(&*books).await;
    for row in new_rows() {
        let row = over(row, Some(Version::FIRST));
        assert_stale(write_rows(&*books, vec![row]).await);
    }
}

/// By which the next write names it.
pub async fn every_write_raises_the_version_by_one(empty: &dyn EmptyBooks) {
    let books = empty.client();
    open_shop(&*books).await;
    let id = CustomerId::new(1);
    for expected in 1..5 {
        let seen = given(books.customer(id).await, "a read");
        let seen = there(seen, "the customer");
        assert_eq!(seen.version, Version::new(expected));
        let row = RowWrite::Customer(Write::over(&seen, seen.row.clone()));
        given(write_rows(&*books, vec![row]).await, "a write");
    }
}

/// Whatever it held, and wherever in it the refusal came from.
pub async fn a_refused_commit_leaves_nothing_behind(empty: &dyn EmptyBooks) {
    let books = empty.client();
    open_shop(&*books).await;
    let update = UpdateKey {
        bot: BotId::new(1),
        update: 77,
    };
    let whole = Commit {
        update: Some(update),
        rows: new_rows(),
        entries: vec![rows::hold(11, 1, 1_000_000)],
        notices: vec![(rows::notice(41), rows::news(1, 11))],
        stale: vec![OrderId::new(11)],
        claims: vec![(Claim::Request(rows::request(1)), Some(OrderId::new(11)))],
        events: vec![OutsideEvent {
            key: "event".into(),
            body: "first".into(),
        }],
        ..blank(&*books).await
    };
    let mut bad_row = whole.clone();
    let stale = Write {
        seen: Some(Version::new(9)),
        row: rows::customer(2),
    };
    bad_row.rows.push(RowWrite::Customer(stale));
    let mut bad_entry = whole.clone();
    bad_entry.entries.push(rows::hold(12, 1, 1_000_000_000));
    let mut bad_claim = whole.clone();
    let twice = (Claim::Request(rows::request(1)), None);
    bad_claim.claims.push(twice);
    for bad in [bad_row, bad_entry, bad_claim] {
        refused(books.commit(bad).await);
        assert_untouched(&*books).await;
    }
    // Nothing of it is taken now: the whole commit goes through.
    given(
        books.commit(whole).await,
        "the same commit without the flaw",
    );
}

async fn assert_untouched(books: &dyn Books) {
    let id = CustomerId::new(1);
    let purse = given(books.purse(id).await, "a purse");
    assert_eq!(purse.available, MicroUsd::from_micros(10_000_000));
    assert_eq!(purse.held, MicroUsd::ZERO);
    let order = given(books.order(OrderId::new(11)).await, "a read");
    assert_eq!(order, None);
    let new = given(books.customer(CustomerId::new(9)).await, "a read");
    assert_eq!(new, None);
    assert_eq!(given(books.prices().await, "a read"), None);
    assert_eq!(given(books.logins().await, "a read"), vec![]);
    let owed = given(books.notices_due(rows::noon(), 10).await, "notices");
    assert_eq!(owed, vec![]);
    let due = given(books.orders_due(rows::noon(), 10).await, "orders");
    assert_eq!(due, vec![]);
    let invoices = given(books.invoices_due(rows::noon(), 10).await, "invoices");
    assert_eq!(invoices, vec![]);
}

/// A daemon that believes in books before a restore is refused, and told so.
pub async fn books_of_another_life_take_nothing(empty: &dyn EmptyBooks) {
    let books = empty.client();
    open_shop(&*books).await;
    let old = blank(&*books).await;
    let life = IncarnationId::new(old.incarnation.get() + 1_000);
    empty.adopt(life).await;
    assert_eq!(given(books.incarnation().await, "the life"), life);
    let believed = old.incarnation;
    let why = refused(books.commit(old).await);
    let books_say = CommitRefused::OtherLife {
        books: life,
        believed,
    };
    assert_eq!(why, books_say);
    let now = blank(&*books).await;
    given(books.commit(now).await, "a commit of the new life");
}

/// They live on somewhere else.
pub async fn retired_books_take_nothing(empty: &dyn EmptyBooks) {
    let books = empty.client();
    open_shop(&*books).await;
    let commit = blank(&*books).await;
    empty.retire().await;
    let why = refused(books.commit(commit.clone()).await);
    let other = matches!(&why, CommitRefused::OtherLife { books, .. }
        if *books != commit.incarnation);
    assert!(other, "expected another life, got {why:?}");
}
