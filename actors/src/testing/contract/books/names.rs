//! Names that are taken once, the log, and guards.

use super::{EmptyBooks, assert_taken, blank, open_shop, refused, till, write_rows};
use crate::domain::ids::{BotId, CustomerId, InvoiceId, LoginId, OrderId, UpdateKey};
use crate::domain::ledger::{Account, Asset, EntryKey};
use crate::domain::money::{MicroUsd, NanoTon};
use crate::domain::order::HistoryRow;
use crate::domain::pricing::samples;
use crate::ports::Books;
use crate::ports::books::{
    Claim, Commit, CommitFailed, CommitRefused, Guard, OutsideEvent, RowWrite, Write,
};
use crate::testing::contract::{given, rows};

const ONE: CustomerId = CustomerId::new(1);
const TEN: OrderId = OrderId::new(10);

async fn claim(
    books: &dyn Books,
    claim: Claim,
    order: Option<OrderId>,
) -> Result<(), CommitFailed> {
    let claims = vec![(claim, order)];
    let commit = blank(books).await;
    books.commit(Commit { claims, ..commit }).await
}

async fn guarded(books: &dyn Books, guard: Guard) -> Result<(), CommitFailed> {
    let guards = vec![guard];
    let commit = blank(books).await;
    books.commit(Commit { guards, ..commit }).await
}

/// Update ids count per bot.
pub async fn an_update_is_handled_once(empty: &dyn EmptyBooks) {
    let (one, other) = (empty.client(), empty.client());
    let key = |bot, update| UpdateKey {
        bot: BotId::new(bot),
        update,
    };
    let handle = async |books: &dyn Books, update| {
        let commit = blank(books).await;
        let update = Some(update);
        books.commit(Commit { update, ..commit }).await
    };
    given(handle(&*one, key(1, 7)).await, "the first");
    let why = refused(handle(&*other, key(1, 7)).await);
    assert_eq!(why, CommitRefused::Handled(key(1, 7)));
    given(handle(&*other, key(2, 7)).await, "another bot's");
    given(handle(&*other, key(1, 8)).await, "the next");
}

/// By whichever order, and by the same one too.
pub async fn every_kind_of_claim_is_taken_once(empty: &dyn EmptyBooks) {
    let (one, other) = (empty.client(), empty.client());
    let row = |nanos| HistoryRow {
        login: LoginId::new(1),
        recipient: samples::masha().username,
        goods: samples::stars(50),
        price: NanoTon::from_nanos(nanos),
        at: rows::noon(),
    };
    let assigned = |lt| Claim::Assigned { wallet: till(), lt };
    let claims = [
        (
            Claim::Request(rows::request(1)),
            Claim::Request(rows::request(2)),
        ),
        (
            Claim::Reference(rows::reference(1)),
            Claim::Reference(rows::reference(2)),
        ),
        (Claim::History(row(1)), Claim::History(row(2))),
        (Claim::Press(rows::nonce(1)), Claim::Press(rows::nonce(2))),
        (assigned(1), assigned(2)),
    ];
    for (first, second) in claims {
        given(claim(&*one, first.clone(), Some(TEN)).await, "the first");
        assert_taken(claim(&*other, first.clone(), Some(OrderId::new(12))).await);
        assert_taken(claim(&*other, first, Some(TEN)).await);
        given(claim(&*other, second, None).await, "another name");
    }
}

/// They explain its history later on.
pub async fn references_and_assignments_are_known_to_their_wallet(empty: &dyn EmptyBooks) {
    let books = empty.client();
    open_shop(&*books).await;
    let reference = rows::reference(1);
    given(
        claim(&*books, Claim::Reference(reference.clone()), Some(TEN)).await,
        "a reference",
    );
    let assigned = |wallet, lt| Claim::Assigned { wallet, lt };
    let other = crate::testing::wallet_numbered(2);
    given(claim(&*books, assigned(till(), 5), Some(TEN)).await, "one");
    given(claim(&*books, assigned(till(), 6), None).await, "nobody's");
    given(claim(&*books, assigned(other, 7), None).await, "elsewhere");
    let known = given(books.known(till()).await, "what is known");
    assert_eq!(known.references, [(reference, TEN)]);
    let mut assigned = known.assigned;
    assigned.sort_unstable();
    assert_eq!(assigned, [(5, Some(TEN)), (6, None)]);
}

/// A repeated key adds nothing and refuses nothing (rule 15).
pub async fn the_log_is_never_a_gate(empty: &dyn EmptyBooks) {
    let (one, other) = (empty.client(), empty.client());
    open_shop(&*one).await;
    for (books, order) in [(&one, 11), (&other, 12)] {
        let commit = Commit {
            events: vec![OutsideEvent {
                key: "webhook-1".into(),
                body: format!("body {order}"),
            }],
            entries: vec![rows::hold(order, 1, 1_000_000)],
            ..blank(&**books).await
        };
        given(books.commit(commit).await, "a commit with the event");
    }
    let purse = given(one.purse(ONE).await, "a purse");
    assert_eq!(purse.held, MicroUsd::from_micros(2_000_000));
}

/// At 4,000 characters.
pub async fn a_long_event_is_refused(empty: &dyn EmptyBooks) {
    let books = empty.client();
    let log = async |length: usize| {
        let commit = blank(&*books).await;
        let events = vec![OutsideEvent {
            key: format!("event-{length}"),
            body: "я".repeat(length),
        }];
        books.commit(Commit { events, ..commit }).await
    };
    given(log(4_000).await, "the longest");
    refused(log(4_001).await);
}

/// While a lock is on (rule 17).
pub async fn a_frozen_customer_meets_the_guard(empty: &dyn EmptyBooks) {
    let books = empty.client();
    open_shop(&*books).await;
    let guard = Guard::NotFrozen(ONE);
    given(guarded(&*books, guard).await, "no lock");
    let lock = rows::customer(1).locked_by(InvoiceId::new(1));
    let seen = Some(crate::domain::ids::Version::FIRST);
    let lock = RowWrite::Customer(Write { seen, row: lock });
    given(write_rows(&*books, vec![lock]).await, "a lock");
    let why = refused(guarded(&*books, guard).await);
    assert_eq!(why, CommitRefused::Guard(guard));
    given(
        guarded(&*books, Guard::NotFrozen(CustomerId::new(2))).await,
        "another",
    );
}

/// Until it is paid.
pub async fn a_debt_meets_the_guard(empty: &dyn EmptyBooks) {
    let books = empty.client();
    open_shop(&*books).await;
    let guard = Guard::NoDebt(ONE);
    given(guarded(&*books, guard).await, "no debt");
    let (debt, owner) = (Account::CustomerDebt(ONE), Account::Owner(Asset::Usd));
    let amount = MicroUsd::from_micros(5);
    let key = |n| EntryKey::Adjustment {
        nonce: rows::nonce(n),
    };
    let owes = rows::entry(key(1), debt, owner, amount);
    given(super::write_entries(&*books, vec![owes]).await, "a debt");
    let why = refused(guarded(&*books, guard).await);
    assert_eq!(why, CommitRefused::Guard(guard));
    let pays = rows::entry(key(2), owner, debt, amount);
    given(super::write_entries(&*books, vec![pays]).await, "paid");
    given(guarded(&*books, guard).await, "no debt again");
}

/// One that waits for its payment (rule 12).
pub async fn another_open_order_meets_the_guard(empty: &dyn EmptyBooks) {
    let books = empty.client();
    open_shop(&*books).await;
    let guard = |except| Guard::NoOtherOpenOrder {
        customer: ONE,
        except: OrderId::new(except),
    };
    let order = rows::order(10, 1);
    let write = RowWrite::Order(Write::new(order.clone()));
    given(write_rows(&*books, vec![write]).await, "an order");
    given(guarded(&*books, guard(10)).await, "the order itself");
    let why = refused(guarded(&*books, guard(12)).await);
    assert_eq!(why, CommitRefused::Guard(guard(12)));
    let seen = Some(crate::domain::ids::Version::FIRST);
    let row = rows::cancelled(&order);
    let cancel = RowWrite::Order(Write { seen, row });
    given(write_rows(&*books, vec![cancel]).await, "cancelled");
    given(guarded(&*books, guard(12)).await, "nothing is open");
}

/// A commit that locks and holds at once is refused; one that unlocks and holds is not.
pub async fn a_guard_counts_what_the_commit_itself_writes(empty: &dyn EmptyBooks) {
    let books = empty.client();
    open_shop(&*books).await;
    let lock = InvoiceId::new(1);
    let locked = rows::customer(1).locked_by(lock);
    let write = |seen: i64, row| {
        let seen = Some(crate::domain::ids::Version::new(seen));
        vec![RowWrite::Customer(Write { seen, row })]
    };
    let guards = vec![Guard::NotFrozen(ONE)];
    let locks = Commit {
        rows: write(1, locked.clone()),
        guards: guards.clone(),
        ..blank(&*books).await
    };
    refused(books.commit(locks).await);
    given(
        write_rows(&*books, write(1, locked.clone())).await,
        "a lock",
    );
    let unlocks = Commit {
        rows: write(2, locked.unlocked_by(lock)),
        guards,
        ..blank(&*books).await
    };
    given(books.commit(unlocks).await, "an unlock");
}
