//! What many clients do at the same time.

use std::sync::Arc;

use super::{EmptyBooks, blank, open_shop, people, refused, till, write_entries, write_rows};
use crate::domain::Span;
use crate::domain::customer::Language;
use crate::domain::ids::{BotId, CustomerId, InvoiceId, QuoteId, ReplicaId, TelegramId, UpdateKey};
use crate::domain::ledger::Account;
use crate::ports::Books;
use crate::ports::books::{Commit, CommitFailed, CommitRefused, LeaseKey, Page, RowWrite, Write};
use crate::testing::contract::{given, rows, there};

/// How many clients meet.
const CLIENTS: i64 = 64;

/// Lets every client do its work, all at once; answers what each of them got.
async fn all_at_once<T, Work>(
    empty: &dyn EmptyBooks,
    work: impl Fn(i64, Arc<dyn Books>) -> Work,
) -> Vec<T>
where
    T: Send + 'static,
    Work: Future<Output = T> + Send + 'static,
{
    let clients = usize::try_from(CLIENTS).unwrap_or(1);
    let start = Arc::new(tokio::sync::Barrier::new(clients));
    let running: Vec<_> = (1..=CLIENTS)
        .map(|n| {
            let (start, work) = (Arc::clone(&start), work(n, empty.client()));
            tokio::spawn(async move {
                start.wait().await;
                work.await
            })
        })
        .collect();
    let mut outcomes = Vec::new();
    for client in running {
        outcomes.push(given(client.await, "a client"));
    }
    outcomes
}

/// How many got through; the others must have been refused for a reason that `fits`.
fn winners(
    outcomes: Vec<Result<(), CommitFailed>>,
    fits: impl Fn(&CommitRefused) -> bool,
) -> usize {
    let (won, lost): (Vec<_>, Vec<_>) = outcomes.into_iter().partition(Result::is_ok);
    for lost in lost {
        let why = refused(lost);
        assert!(fits(&why), "refused for another reason: {why:?}");
    }
    won.len()
}

/// Ten dollars buy ten times one dollar, whoever comes first.
pub async fn many_clients_never_overdraw_a_balance(empty: &dyn EmptyBooks) {
    let books = empty.client();
    open_shop(&*books).await;
    let outcomes = all_at_once(empty, |n, books| async move {
        write_entries(&*books, vec![rows::hold(n, 1, 1_000_000)]).await
    });
    let account = Account::Customer(CustomerId::new(1));
    let floor = CommitRefused::Floor { account };
    assert_eq!(winners(outcomes.await, |why| *why == floor), 10);
    let purse = given(books.purse(CustomerId::new(1)).await, "a purse");
    assert_eq!(
        (purse.available.micros(), purse.held.micros()),
        (0, 10_000_000)
    );
}

/// A webhook, its repetition and the poller credit one payment.
pub async fn many_clients_post_an_entry_once(empty: &dyn EmptyBooks) {
    let books = empty.client();
    open_shop(&*books).await;
    let outcomes = all_at_once(empty, |_, books| async move {
        write_entries(&*books, vec![rows::gift(7, 1, 5)]).await
    });
    let taken = |why: &CommitRefused| matches!(why, CommitRefused::Taken { .. });
    assert_eq!(winners(outcomes.await, taken), 1);
    let purse = given(books.purse(CustomerId::new(1)).await, "a purse");
    assert_eq!(purse.available.micros(), 10_000_005);
}

/// One holder, under one epoch.
pub async fn many_clients_share_one_lease(empty: &dyn EmptyBooks) {
    let leases = all_at_once(empty, |n, books| async move {
        let ttl = Span::minutes(5);
        let replica = ReplicaId::new(n);
        given(
            books.lease(LeaseKey::Pricing, replica, ttl).await,
            "a lease",
        )
    });
    let held: Vec<_> = leases.await.into_iter().flatten().collect();
    assert_eq!(held.len(), 1, "{held:?}");
    let lease = there(held.first(), "the lease");
    let books = empty.client();
    let fences = vec![lease.fence()];
    let commit = blank(&*books).await;
    given(
        books.commit(Commit { fences, ..commit }).await,
        "its commit",
    );
}

/// Telegram redelivers to another replica.
pub async fn many_clients_handle_an_update_once(empty: &dyn EmptyBooks) {
    let update = UpdateKey {
        bot: BotId::new(1),
        update: 5,
    };
    let outcomes = all_at_once(empty, move |_, books| async move {
        let commit = blank(&*books).await;
        let update = Some(update);
        books.commit(Commit { update, ..commit }).await
    });
    let handled = CommitRefused::Handled(update);
    assert_eq!(winners(outcomes.await, |why| *why == handled), 1);
}

/// However often the button is tapped (rule 19).
pub async fn many_clients_buy_a_quote_once(empty: &dyn EmptyBooks) {
    let books = empty.client();
    open_shop(&*books).await;
    let outcomes = all_at_once(empty, |n, books| async move {
        let mut order = rows::order(100 + n, 1);
        order.quote.id = QuoteId::new(1);
        write_rows(&*books, vec![RowWrite::Order(Write::new(order))]).await
    });
    let taken = |why: &CommitRefused| matches!(why, CommitRefused::Taken { .. });
    assert_eq!(winners(outcomes.await, taken), 1);
}

/// Each for its own order, at its own seqno.
pub async fn many_clients_sign_one_transfer_of_a_wallet(empty: &dyn EmptyBooks) {
    let books = empty.client();
    open_shop(&*books).await;
    let orders = (1..=CLIENTS).map(|n| {
        let order = rows::held(&rows::order(100 + n, 1), till());
        RowWrite::Order(Write::new(order))
    });
    given(write_rows(&*books, orders.collect()).await, "orders");
    let outcomes = all_at_once(empty, |n, books| async move {
        let seqno = u32::try_from(n).unwrap_or(0);
        let transfer = rows::transfer(200 + n, 100 + n, till(), seqno);
        write_rows(&*books, vec![RowWrite::Transfer(Write::new(transfer))]).await
    });
    let rule = |why: &CommitRefused| {
        matches!(
            why,
            CommitRefused::Rule { .. } | CommitRefused::Taken { .. }
        )
    };
    assert_eq!(winners(outcomes.await, rule), 1);
}

/// Two updates of a new person at once.
pub async fn many_clients_open_one_account(empty: &dyn EmptyBooks) {
    let opened = all_at_once(empty, |n, books| async move {
        let chat = TelegramId::new(7_000_000_000);
        let fresh = CustomerId::new(n);
        let opened = books.customer_of(chat, Language::En, fresh, rows::noon());
        given(opened.await, "an account").row.id
    });
    let mut ids = opened.await;
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 1, "{ids:?}");
}

/// Everybody reads, adds a lock of their own and writes, until it worked: no addition is lost.
pub async fn many_clients_count_without_losing_one(empty: &dyn EmptyBooks) {
    let books = empty.client();
    open_shop(&*books).await;
    let id = CustomerId::new(1);
    all_at_once(empty, move |n, books| async move {
        loop {
            let seen = there(given(books.customer(id).await, "a read"), "the customer");
            let locked = seen.row.clone().locked_by(InvoiceId::new(n));
            // The others read the same version meanwhile.
            tokio::task::yield_now().await;
            let row = RowWrite::Customer(Write::over(&seen, locked));
            if write_rows(&*books, vec![row]).await.is_ok() {
                return;
            }
        }
    })
    .await;
    let seen = there(given(books.customer(id).await, "a read"), "the customer");
    let mut locks: Vec<i64> = seen.row.locks.iter().map(|lock| lock.get()).collect();
    locks.sort_unstable();
    assert_eq!(locks, (1..=CLIENTS).collect::<Vec<_>>());
    assert_eq!(seen.version.get(), 1 + CLIENTS);
}

/// Of an order and an erasure that meet, one comes too late: nobody erased has an order to pay.
pub async fn whoever_buys_at_that_moment_is_not_erased(empty: &dyn EmptyBooks) {
    let books = empty.client();
    let all = 1_000..1_000 + CLIENTS / 2;
    let customers = all.clone().map(rows::customer);
    let customers = customers.map(|customer| RowWrite::Customer(Write::new(customer)));
    given(write_rows(&*books, customers.collect()).await, "customers");
    let done = all_at_once(empty, |n, books| async move {
        let id = 1_000 + (n - 1) / 2;
        if n % 2 == 0 {
            let order = RowWrite::Order(Write::new(rows::order(100 + n, id)));
            write_rows(&*books, vec![order]).await.is_ok()
        } else {
            let wish = people::erasure(&*books, CustomerId::new(id)).await;
            books.erase(wish).await.is_ok()
        }
    });
    let done = done.await.into_iter().filter(|done| *done).count();
    assert_eq!(i64::try_from(done), Ok(CLIENTS / 2), "one of each pair");
    for id in all.map(CustomerId::new) {
        let erased = people::seen(&*books, id).await.row.is_erased();
        let page = Page {
            offset: 0,
            limit: 9,
        };
        let orders = given(books.orders_of(id, page).await, "orders");
        assert_eq!(erased, orders.is_empty(), "{id}: {orders:?}");
    }
}
