//! People: who waits to be told, and who is to be forgotten (rule 23).

use super::{EmptyBooks, assert_rule, blank, given, open_shop, till, write_entries, write_rows};
use crate::domain::customer::{Customer, Language, PSEUDONYM_KEPT, StillOpen};
use crate::domain::ids::{CustomerId, IncarnationId, InvoiceId, Pseudonym, TelegramId};
use crate::domain::ledger::{Account, Asset, EntryKey};
use crate::domain::money::MicroUsd;
use crate::domain::{Span, Timestamp};
use crate::ports::books::{Commit, CommitRefused, EraseRefused, Erasure, RowWrite, Seen, Write};
use crate::ports::{Books, Failure};
use crate::testing::contract::{rows, there};
use crate::testing::hash_of;

const ONE: CustomerId = CustomerId::new(1);
const TWO: CustomerId = CustomerId::new(2);

/// The pseudonym of the cases: the same number is the same person.
pub(super) fn pseudonym(n: u8) -> Pseudonym {
    Pseudonym::new(hash_of(&[n]))
}

pub(super) async fn seen(books: &dyn Books, id: CustomerId) -> Seen<Customer> {
    there(given(books.customer(id).await, "a read"), "the customer")
}

/// A wish to erase a customer as the books have them now.
pub(super) async fn erasure(books: &dyn Books, customer: CustomerId) -> Erasure {
    Erasure {
        incarnation: given(books.incarnation().await, "the life of the books"),
        at: rows::noon(),
        customer,
        seen: seen(books, customer).await.version,
        pseudonym: pseudonym(1),
    }
}

async fn erase(books: &dyn Books, customer: CustomerId) -> Result<(), Failure<EraseRefused>> {
    let erasure = erasure(books, customer).await;
    books.erase(erasure).await
}

async fn write(books: &dyn Books, old: &Seen<Customer>, row: Customer) {
    let write = RowWrite::Customer(Write::over(old, row));
    given(write_rows(books, vec![write]).await, "a customer");
}

#[expect(clippy::panic, reason = "a case that cannot go on has failed")]
fn refused(outcome: Result<(), Failure<EraseRefused>>) -> EraseRefused {
    match outcome {
        Err(Failure::Refused(why)) => why,
        other => panic!("expected a refusal, got {other:?}"),
    }
}

fn assert_stale(outcome: Result<(), Failure<EraseRefused>>) {
    let why = refused(outcome);
    let stale = matches!(&why, EraseRefused::Books(CommitRefused::Stale { .. }));
    assert!(stale, "expected a stale row, got {why:?}");
}

/// Takes a customer's whole balance away, so that nothing of the cast's 10 USD is left.
async fn empty_purse(books: &dyn Books, customer: CustomerId) {
    let (nonce, owner) = (
        rows::nonce(9_000 + customer.get()),
        Account::Owner(Asset::Usd),
    );
    let all = MicroUsd::from_micros(10_000_000);
    let key = EntryKey::Adjustment { nonce };
    let away = rows::entry(key, Account::Customer(customer), owner, all);
    given(write_entries(books, vec![away]).await, "an empty purse");
}

/// By ascending id above the last one seen; whoever was told does not come again.
pub async fn who_waits_for_the_opening_comes_page_by_page(empty: &dyn EmptyBooks) {
    let books = empty.client();
    let waits = |n: i64| {
        let mut customer = rows::customer(n);
        customer.wants_opening = n != 3;
        RowWrite::Customer(Write::new(customer))
    };
    given(
        write_rows(&*books, (1..=5).map(waits).collect()).await,
        "customers",
    );
    let page = async |after: Option<i64>, limit| {
        let after = after.map(CustomerId::new);
        let page = given(books.customers_waiting(after, limit).await, "a page");
        let ids = page.iter().map(|seen| seen.row.id.get());
        ids.collect::<Vec<_>>()
    };
    assert_eq!(page(None, 2).await, [1, 2]);
    assert_eq!(page(Some(2), 2).await, [4, 5]);
    assert_eq!(page(Some(5), 2).await, [0_i64; 0]);
    let told = seen(&*books, CustomerId::new(2)).await;
    let row = Customer {
        wants_opening: false,
        ..told.row.clone()
    };
    write(&*books, &told, row).await;
    assert_eq!(page(None, 100).await, [1, 4, 5]);
}

/// The row says nothing of the person but the pseudonym, the live messages are gone, and the chat
/// opens another account.
pub async fn an_erased_person_leaves_an_account_and_no_chat(empty: &dyn EmptyBooks) {
    let (books, other) = (empty.client(), empty.client());
    open_shop(&*books).await;
    empty_purse(&*books, ONE).await;
    let order = rows::order(10, 1);
    let written = Commit {
        rows: vec![RowWrite::Order(Write::new(order.clone()))],
        stale: vec![order.id],
        ..blank(&*books).await
    };
    given(books.commit(written).await, "an order");
    let written = there(given(books.order(order.id).await, "a read"), "the order");
    let gone = RowWrite::Order(Write::over(&written, rows::cancelled(&order)));
    given(write_rows(&*books, vec![gone]).await, "it ends");
    let before = seen(&*books, ONE).await;
    given(erase(&*books, ONE).await, "an erasure");
    let after = seen(&*other, ONE).await;
    assert_eq!(after.version, before.version.next());
    assert_eq!(after.row, before.row.erased_as(pseudonym(1), rows::noon()));
    let live = given(books.live_due(rows::noon(), 10).await, "live messages");
    assert!(live.is_empty(), "{live:?} names the chat");
    let fresh = CustomerId::new(77);
    let chat = before.row.telegram;
    let again = books.customer_of(chat, Language::En, fresh, rows::noon());
    let again = given(again.await, "a new account");
    assert_eq!((again.row.id, again.row.telegram), (fresh, chat));
    let orders = books.orders_of(
        ONE,
        crate::ports::books::Page {
            offset: 0,
            limit: 9,
        },
    );
    assert_eq!(
        given(orders.await, "orders").len(),
        1,
        "the account keeps them"
    );
}

/// An order, an invoice, a lock, a balance, a hold or a debt: each by itself.
pub async fn a_person_with_something_open_is_not_erased(empty: &dyn EmptyBooks) {
    let books = empty.client();
    open_shop(&*books).await;
    let refuses = async |customer, what| {
        let why = refused(erase(&*books, customer).await);
        assert_eq!(why, EraseRefused::StillOpen(what));
        assert!(!seen(&*books, customer).await.row.is_erased());
    };
    refuses(TWO, StillOpen::Balance).await;
    let hold = rows::hold(11, 2, 10_000_000);
    given(write_entries(&*books, vec![hold]).await, "a hold");
    refuses(TWO, StillOpen::Hold).await;
    empty_purse(&*books, ONE).await;
    let order = rows::order(10, 1);
    let rows_of_one = vec![RowWrite::Order(Write::new(order.clone()))];
    given(write_rows(&*books, rows_of_one).await, "an order");
    refuses(ONE, StillOpen::Order).await;
    let written = there(given(books.order(order.id).await, "a read"), "the order");
    let rows_of_one = vec![
        RowWrite::Order(Write::over(&written, rows::cancelled(&order))),
        RowWrite::Invoice(Write::new(rows::invoice(31, 1))),
    ];
    given(write_rows(&*books, rows_of_one).await, "an invoice");
    refuses(ONE, StillOpen::Invoice).await;
    let three = rows::customer(3).locked_by(InvoiceId::new(99));
    let id = three.id;
    let owing = RowWrite::Customer(Write::new(three));
    given(write_rows(&*books, vec![owing]).await, "a customer");
    refuses(id, StillOpen::Lock).await;
    let locked = seen(&*books, id).await;
    let free = locked.row.clone().unlocked_by(InvoiceId::new(99));
    write(&*books, &locked, free).await;
    let key = EntryKey::Adjustment {
        nonce: rows::nonce(3),
    };
    let owner = Account::Owner(Asset::Usd);
    let debt = rows::entry(
        key,
        Account::CustomerDebt(id),
        owner,
        MicroUsd::from_micros(1),
    );
    given(write_entries(&*books, vec![debt]).await, "a debt");
    refuses(id, StillOpen::Debt).await;
}

/// Not over an older row, not a second time, and nobody who does not exist.
pub async fn a_person_is_erased_once_over_the_version_that_was_seen(empty: &dyn EmptyBooks) {
    let books = empty.client();
    open_shop(&*books).await;
    empty_purse(&*books, ONE).await;
    let wish = erasure(&*books, ONE).await;
    let old = seen(&*books, ONE).await;
    let row = Customer {
        language: Language::Ru,
        ..old.row.clone()
    };
    write(&*books, &old, row).await;
    assert_stale(books.erase(wish).await);
    assert!(!seen(&*books, ONE).await.row.is_erased());
    given(erase(&*books, ONE).await, "an erasure");
    assert_stale(erase(&*books, ONE).await);
    let nobody = Erasure {
        customer: CustomerId::new(404),
        ..wish
    };
    assert_stale(books.erase(nobody).await);
}

/// Neither one that was adopted since nor retired books.
pub async fn books_of_another_life_erase_nobody(empty: &dyn EmptyBooks) {
    let books = empty.client();
    open_shop(&*books).await;
    empty_purse(&*books, ONE).await;
    let wish = erasure(&*books, ONE).await;
    let other = IncarnationId::new(wish.incarnation.get() + 1);
    empty.adopt(other).await;
    let why = refused(books.erase(wish).await);
    let other_life = matches!(&why, EraseRefused::Books(CommitRefused::OtherLife { .. }));
    assert!(other_life, "expected another life, got {why:?}");
    assert!(!seen(&*books, ONE).await.row.is_erased());
}

/// An account cannot be erased past its checks, and none comes back.
pub async fn no_commit_changes_whether_somebody_is_erased(empty: &dyn EmptyBooks) {
    let books = empty.client();
    open_shop(&*books).await;
    empty_purse(&*books, ONE).await;
    given(erase(&*books, ONE).await, "an erasure");
    let left = seen(&*books, ONE).await;
    let back = Customer {
        erased: None,
        ..left.row.clone()
    };
    let back = RowWrite::Customer(Write::over(&left, back));
    assert_rule(write_rows(&*books, vec![back]).await);
    let two = seen(&*books, TWO).await;
    let gone = two.row.erased_as(pseudonym(2), rows::noon());
    let gone = RowWrite::Customer(Write::over(&two, gone));
    assert_rule(write_rows(&*books, vec![gone]).await);
    let locked = left.row.clone().locked_by(InvoiceId::new(5));
    write(&*books, &left, locked).await;
}

/// Nothing begins with an erased person.
pub async fn an_erased_account_makes_no_order_and_no_invoice(empty: &dyn EmptyBooks) {
    let books = empty.client();
    open_shop(&*books).await;
    empty_purse(&*books, ONE).await;
    given(erase(&*books, ONE).await, "an erasure");
    let order = RowWrite::Order(Write::new(rows::order(10, 1)));
    assert_rule(write_rows(&*books, vec![order]).await);
    let invoice = RowWrite::Invoice(Write::new(rows::invoice(31, 1)));
    assert_rule(write_rows(&*books, vec![invoice]).await);
}

/// The invoice names the account, and the account is there.
pub async fn a_late_payment_reaches_an_erased_account(empty: &dyn EmptyBooks) {
    let books = empty.client();
    open_shop(&*books).await;
    empty_purse(&*books, ONE).await;
    given(erase(&*books, ONE).await, "an erasure");
    let key = EntryKey::Credit {
        invoice: InvoiceId::new(31),
        n: 1,
    };
    let (gateway, customer) = (Account::GatewayClearing, Account::Customer(ONE));
    let late = rows::entry(key, gateway, customer, MicroUsd::from_micros(20_000_000));
    given(write_entries(&*books, vec![late]).await, "a late payment");
    let purse = given(books.purse(ONE).await, "a purse");
    assert_eq!(purse.available, MicroUsd::from_micros(20_000_000));
    let found = given(books.erased(pseudonym(1), rows::noon()).await, "a look-up");
    assert_eq!(found.first().map(|seen| seen.row.id), Some(ONE));
}

/// Thirty days; then it finds nothing, and is dropped as a write of the row.
pub async fn a_pseudonym_finds_the_account_until_it_is_over(empty: &dyn EmptyBooks) {
    let books = empty.client();
    open_shop(&*books).await;
    for customer in [ONE, TWO] {
        empty_purse(&*books, customer).await;
        given(erase(&*books, customer).await, "an erasure");
    }
    let over = rows::noon() + PSEUDONYM_KEPT;
    let almost = over - Span::microseconds(1);
    let found = async |n, now: Timestamp| {
        let found = given(books.erased(pseudonym(n), now).await, "a look-up");
        let ids = found.iter().map(|seen| seen.row.id.get());
        ids.collect::<Vec<_>>()
    };
    assert_eq!(found(1, almost).await, [2, 1], "newest first");
    assert_eq!(found(2, almost).await, [0_i64; 0]);
    assert_eq!(found(1, over).await, [0_i64; 0]);
    let drop = async |now, limit| given(books.drop_pseudonyms(now, limit).await, "a sweep");
    assert_eq!(drop(almost, 10).await, 0);
    let before = seen(&*books, ONE).await;
    assert_eq!(drop(over, 1).await, 1, "so many at once");
    assert_eq!(drop(over, 10).await, 1);
    assert_eq!(drop(over, 10).await, 0);
    let after = seen(&*books, ONE).await;
    assert_eq!(after.version, before.version.next());
    let left = after.row.erased.map(|erased| erased.pseudonym);
    assert_eq!(left, Some(None));
    let chat = TelegramId::new(-1);
    assert_eq!(after.row.telegram, chat, "the account stays nobody's");
    let wallet = given(books.float(till()).await, "a float");
    assert!(wallet.is_positive(), "and the shop is the same");
}
