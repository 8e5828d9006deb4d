//! Entries, floors and balances.

use super::{EmptyBooks, assert_taken, blank, open_shop, refused, till, write_entries};
use crate::domain::customer::Purse;
use crate::domain::ids::{CustomerId, GatewayUuid, TransferId};
use crate::domain::ledger::{Account, Asset, Entry, EntryKey};
use crate::domain::money::{MicroUsd, NanoTon};
use crate::ports::Books;
use crate::ports::books::{Commit, CommitRefused, RowWrite, Write};
use crate::testing::contract::{given, rows};

const ONE: CustomerId = CustomerId::new(1);

async fn balance(books: &dyn Books, account: Account) -> i64 {
    given(books.trial_balance().await, "the balances").of(account)
}

/// What left a wallet, so far.
fn spent(transfer: i64, nanos: i64) -> Entry {
    let key = EntryKey::Spent {
        transfer: TransferId::new(transfer),
    };
    let (cost, held) = (Account::CostOfGoods, Account::FloatHeld(till()));
    rows::entry(key, cost, held, NanoTon::from_nanos(nanos))
}

/// Even if it says the very same.
pub async fn an_entry_is_taken_once(empty: &dyn EmptyBooks) {
    let (books, other) = (empty.client(), empty.client());
    open_shop(&*books).await;
    let entry = rows::hold(11, 1, 1_000_000);
    given(
        write_entries(&*books, vec![entry.clone()]).await,
        "an entry",
    );
    assert_taken(write_entries(&*other, vec![entry]).await);
    assert_eq!(
        balance(&*books, Account::CustomerHeld(ONE)).await,
        1_000_000
    );
}

/// A commit cannot post one key twice either.
pub async fn an_entry_is_taken_once_within_one_commit_too(empty: &dyn EmptyBooks) {
    let books = empty.client();
    open_shop(&*books).await;
    let entry = rows::hold(11, 1, 1_000_000);
    assert_taken(write_entries(&*books, vec![entry.clone(), entry]).await);
    assert_eq!(balance(&*books, Account::CustomerHeld(ONE)).await, 0);
}

/// Of a customer or a wallet.
pub async fn no_balance_falls_below_its_floor(empty: &dyn EmptyBooks) {
    let books = empty.client();
    open_shop(&*books).await;
    let too_much = rows::hold(11, 1, 10_000_001);
    let why = refused(write_entries(&*books, vec![too_much]).await);
    let account = Account::Customer(ONE);
    assert_eq!(why, CommitRefused::Floor { account });
    let all = rows::hold(11, 1, 10_000_000);
    given(write_entries(&*books, vec![all]).await, "everything");
    let more = rows::hold(12, 1, 1);
    refused(write_entries(&*books, vec![more]).await);
    let order = crate::domain::ids::OrderId::new(13);
    let (float, held) = (Account::Float(till()), Account::FloatHeld(till()));
    let nanos = NanoTon::from_nanos(100_000_000_001);
    let reserve = rows::entry(EntryKey::Hold { order }, held, float, nanos);
    let why = refused(write_entries(&*books, vec![reserve]).await);
    assert_eq!(why, CommitRefused::Floor { account: float });
}

/// Not only at the end: money that comes later in a commit does not pay for what came before.
pub async fn a_floor_holds_after_every_posting_of_a_commit(empty: &dyn EmptyBooks) {
    let books = empty.client();
    open_shop(&*books).await;
    let (gift, hold) = (rows::gift(5, 1, 5_000_000), rows::hold(11, 1, 15_000_000));
    let wrong_way = vec![hold.clone(), gift.clone()];
    refused(write_entries(&*books, wrong_way).await);
    given(write_entries(&*books, vec![gift, hold]).await, "in order");
    assert_eq!(balance(&*books, Account::Customer(ONE)).await, 0);
}

/// It has happened already.
pub async fn a_fact_is_never_refused_by_a_floor(empty: &dyn EmptyBooks) {
    let books = empty.client();
    open_shop(&*books).await;
    given(write_entries(&*books, vec![spent(21, 5)]).await, "a fact");
    assert_eq!(balance(&*books, Account::FloatHeld(till())).await, -5);
}

/// A fact took it there; what mends it is not refused for mending only a part.
pub async fn a_balance_below_zero_may_rise(empty: &dyn EmptyBooks) {
    let books = empty.client();
    open_shop(&*books).await;
    given(write_entries(&*books, vec![spent(21, 5)]).await, "a fact");
    let order = crate::domain::ids::OrderId::new(13);
    let (float, held) = (Account::Float(till()), Account::FloatHeld(till()));
    let mend = rows::entry(
        EntryKey::Hold { order },
        held,
        float,
        NanoTon::from_nanos(3),
    );
    given(write_entries(&*books, vec![mend]).await, "a part");
    assert_eq!(balance(&*books, held).await, -2);
    let key = EntryKey::Release { order };
    let lower = rows::entry(key, float, held, NanoTon::from_nanos(1));
    let why = refused(write_entries(&*books, vec![lower]).await);
    assert_eq!(why, CommitRefused::Floor { account: held });
}

/// They are sums, and may be on either side.
pub async fn shop_accounts_have_no_floor(empty: &dyn EmptyBooks) {
    let books = empty.client();
    open_shop(&*books).await;
    let owner = balance(&*books, Account::Owner(Asset::Usd)).await;
    assert_eq!(owner, -20_000_000, "what was given away");
}

/// As people read it: oldest first.
pub async fn a_statement_shows_the_newest_lines_and_the_balance_before_them(
    empty: &dyn EmptyBooks,
) {
    let books = empty.client();
    open_shop(&*books).await;
    for n in 1..=5 {
        let gift = rows::gift(n, 1, n * 100);
        given(write_entries(&*books, vec![gift]).await, "a gift");
    }
    let account = Account::Customer(ONE);
    let whole = given(books.statement(account, 100).await, "a statement");
    assert_eq!((whole.opening, whole.lines.len()), (0, 6));
    let short = given(books.statement(account, 2).await, "a statement");
    let changes: Vec<i64> = short.lines.iter().map(|line| line.change).collect();
    assert_eq!(changes, [400, 500]);
    assert_eq!(short.opening, 10_000_600);
    assert_eq!(short.balance(), 10_001_500);
    let nobody = Account::Customer(CustomerId::new(404));
    let nothing = given(books.statement(nobody, 5).await, "a statement");
    assert_eq!((nothing.opening, nothing.lines.len()), (0, 0));
}

/// There and back again: the line shows what is left of it, and an entry that leaves nothing has none.
pub async fn an_entry_is_one_line_of_a_statement_however_often_it_moves_the_account(
    empty: &dyn EmptyBooks,
) {
    let books = empty.client();
    open_shop(&*books).await;
    let (customer, held) = (Account::Customer(ONE), Account::CustomerHeld(ONE));
    let there_and_back = |n, there, back| {
        let nonce = rows::nonce(n);
        let entry = Entry::new(EntryKey::Adjustment { nonce });
        let entry = entry.post(customer, held, MicroUsd::from_micros(there));
        let entry = given(entry, "a posting").post(held, customer, MicroUsd::from_micros(back));
        given(entry, "a posting")
    };
    for entry in [there_and_back(1, 9, 2), there_and_back(2, 5, 5)] {
        given(write_entries(&*books, vec![entry]).await, "an entry");
    }
    for (account, changes) in [(customer, vec![10_000_000, -7]), (held, vec![7])] {
        let statement = given(books.statement(account, 9).await, "a statement");
        let lines: Vec<i64> = statement.lines.iter().map(|line| line.change).collect();
        assert_eq!(lines, changes);
        assert_eq!(statement.opening, 0);
    }
}

/// However many they are, and whether their accounts were ever opened or not.
pub async fn all_who_ask_at_once_hear_of_their_own_accounts(empty: &dyn EmptyBooks) {
    const PEOPLE: i64 = 150;
    let books = empty.client();
    let mut commit = blank(&*books).await;
    let mut gifts = 0;
    for n in 1..=PEOPLE {
        commit
            .rows
            .push(RowWrite::Customer(Write::new(rows::customer(n))));
        for _ in 0..n % 5 {
            gifts += 1;
            commit.entries.push(rows::gift(gifts, n, 1_000 * n));
        }
    }
    commit.entries.push(rows::hold(1, 13, 500));
    given(books.commit(commit).await, "people and their money");
    let one = async |n: i64| {
        let (id, last) = (CustomerId::new(n), u32::from(n % 2 == 0) + 1);
        let (purse, statement) = futures_util::join!(
            books.purse(id),
            books.statement(Account::Customer(id), last)
        );
        let held = if n == 13 { 500 } else { 0 };
        let balance = 1_000 * n * (n % 5) - held;
        let expected = Purse {
            available: MicroUsd::from_micros(balance),
            held: MicroUsd::from_micros(held),
            debt: MicroUsd::ZERO,
        };
        assert_eq!(given(purse, "a purse"), expected, "{n}");
        let statement = given(statement, "a statement");
        let newest = if n == 13 { -500 } else { 1_000 * n };
        let lines: Vec<i64> = statement.lines.iter().map(|line| line.change).collect();
        let many = usize::try_from(n % 5).unwrap_or(0) + usize::from(n == 13);
        let shown = many.min(usize::try_from(last).unwrap_or(usize::MAX));
        assert_eq!(lines, vec![newest; shown], "{n}");
        assert_eq!(statement.balance(), balance, "{n}");
    };
    futures_util::future::join_all((1..=PEOPLE).map(one)).await;
}

/// In both assets, whatever was posted.
pub async fn the_trial_balance_balances(empty: &dyn EmptyBooks) {
    let books = empty.client();
    open_shop(&*books).await;
    let commit = Commit {
        entries: vec![rows::hold(11, 1, 3_000_000), spent(21, 9)],
        ..blank(&*books).await
    };
    given(books.commit(commit).await, "a commit");
    let all = given(books.trial_balance().await, "the balances");
    assert!(all.balances(), "{all:?}");
    assert_eq!(all.of(Account::Customer(ONE)), 7_000_000);
    assert_eq!(all.of(Account::CustomerHeld(ONE)), 3_000_000);
    assert_eq!(all.of(Account::CostOfGoods), 9);
    let purse = given(books.purse(ONE).await, "a purse");
    assert_eq!(purse.held, MicroUsd::from_micros(3_000_000));
}

/// Money of nobody's has a key of its own each way, and neither is refused by a floor.
pub async fn an_orphan_is_entered_once_and_goes_back_once(empty: &dyn EmptyBooks) {
    let books = empty.client();
    let uuid = given(GatewayUuid::parse("orphan-1"), "a uuid");
    let (gateway, suspense) = (Account::GatewayClearing, Account::Suspense(Asset::Usd));
    let amount = MicroUsd::from_micros(7_000_000);
    let key = EntryKey::Orphan { uuid: uuid.clone() };
    let arrived = rows::entry(key, gateway, suspense, amount);
    let back = rows::entry(EntryKey::OrphanBack { uuid }, suspense, gateway, amount);
    for (entry, left) in [(arrived, 7_000_000), (back, 0)] {
        let first = write_entries(&*books, vec![entry.clone()]).await;
        given(first, "an orphan");
        assert_taken(write_entries(&*books, vec![entry]).await);
        assert_eq!(balance(&*books, suspense).await, left);
        assert_eq!(balance(&*books, gateway).await, left);
    }
}
