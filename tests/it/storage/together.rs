//! Commits that are written together, whichever engine does it.

use std::sync::Arc;

use starkeeper::storage::Storage;
use starkeeper_actors::domain::ids::CustomerId;
use starkeeper_actors::domain::ledger::{Account, Asset};
use starkeeper_actors::ports::Books;
use starkeeper_actors::ports::books::{Commit, CommitFailed, CommitRefused, RowWrite, Write};
use starkeeper_actors::testing::contract::rows;

const CROWD: i64 = 64;

async fn blank(books: &Storage) -> Commit {
    Commit::new(books.incarnation().await.unwrap(), rows::noon())
}

/// Of a crowd of commits, the one that is refused is refused for its own reason, and nobody else is.
pub async fn a_refusal_in_a_crowd_is_exact(books: Arc<Storage>) {
    let customers = (1..=CROWD).map(|n| RowWrite::Customer(Write::new(rows::customer(n))));
    let opening = Commit {
        rows: customers.collect(),
        entries: (1..=CROWD).map(|n| rows::gift(n, n, 10)).collect(),
        ..blank(&books).await
    };
    books.commit(opening).await.unwrap();
    let crowd = (1..=CROWD).map(|n| {
        let books = Arc::clone(&books);
        tokio::spawn(async move {
            let hold = rows::hold(n, n, if n == 13 { 11 } else { 10 });
            let entries = vec![hold];
            let commit = blank(&books).await;
            books.commit(Commit { entries, ..commit }).await
        })
    });
    let crowd: Vec<_> = crowd.collect();
    for (n, outcome) in (1..).zip(crowd) {
        let outcome = outcome.await.unwrap();
        if n == 13 {
            let account = Account::Customer(CustomerId::new(13));
            let floor = CommitRefused::Floor { account };
            assert_eq!(outcome, Err(CommitFailed::Refused(floor)));
        } else {
            assert_eq!(outcome, Ok(()), "{n}");
        }
    }
    let balances = books.trial_balance().await.unwrap();
    assert!(balances.balances(), "{balances:?}");
    for n in 1..=CROWD {
        let held = balances.of(Account::CustomerHeld(CustomerId::new(n)));
        assert_eq!(held, if n == 13 { 0 } else { 10 }, "{n}");
    }
}

/// However long the ledger is, its sums are those of its entries, before and after they are stored.
pub async fn sums_stay_right_when_they_are_stored(
    books: Arc<Storage>,
    snapshots: impl Fn() -> i64,
) {
    let customer = RowWrite::Customer(Write::new(rows::customer(1)));
    let opening = Commit {
        rows: vec![customer],
        ..blank(&books).await
    };
    books.commit(opening).await.unwrap();
    let mut posted = 0;
    let mut post = async |many: i64| {
        let numbers: Vec<i64> = (posted + 1..=posted + many).collect();
        for some in numbers.chunks(250) {
            let commit = Commit {
                entries: some.iter().map(|n| rows::gift(*n, 1, 1)).collect(),
                ..blank(&books).await
            };
            books.commit(commit).await.unwrap();
        }
        posted += many;
        let balances = books.trial_balance().await.unwrap();
        assert!(balances.balances(), "{balances:?}");
        assert_eq!(balances.of(Account::Owner(Asset::Usd)), -posted);
        let owner = books
            .statement(Account::Owner(Asset::Usd), 2)
            .await
            .unwrap();
        assert_eq!((owner.balance(), owner.lines.len()), (-posted, 2));
    };
    post(5_000).await;
    assert_eq!(snapshots(), 0, "the sum is short enough");
    post(5_001).await;
    assert!(snapshots() > 0, "now it is stored");
    post(10).await;
}
