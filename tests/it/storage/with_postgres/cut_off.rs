//! A connection that breaks at a commit: whoever asked is told that nobody knows, and asking once
//! more finds out. Never half, never twice.

use std::sync::Arc;

use starkeeper::storage::Storage;
use starkeeper_actors::domain::ids::{CustomerId, IncarnationId};
use starkeeper_actors::domain::ledger::Account;
use starkeeper_actors::ports::Books;
use starkeeper_actors::ports::books::{Commit, CommitFailed, RowWrite, Write};
use starkeeper_actors::testing::contract::{self, rows};

use crate::storage::fixture::open_postgres;
use crate::support::{Cut, CuttingProxy, Database};

const CROWD: i64 = 16;

/// A customer who is given something: a row, an entry and its postings.
fn newcomer(life: IncarnationId, n: i64) -> Commit {
    Commit {
        rows: vec![RowWrite::Customer(Write::new(rows::customer(n)))],
        entries: vec![rows::gift(n, n, 10)],
        ..Commit::new(life, rows::noon())
    }
}

/// Whether the whole commit is there; panics if a part of it is.
async fn is_done(books: &Storage, n: i64) -> bool {
    let customer = CustomerId::new(n);
    let row = books.customer(customer).await.unwrap().is_some();
    let balances = books.trial_balance().await.unwrap();
    assert!(balances.balances(), "{balances:?}");
    let given = balances.of(Account::Customer(customer));
    assert_eq!(
        given,
        if row { 10 } else { 0 },
        "customer {n} is half there"
    );
    row
}

fn at(cut: Cut) {
    contract::run(async move {
        let database = Database::migrated();
        let way = CuttingProxy::before(&database.url()).await;
        let books = open_postgres(way.url()).await;
        let life = books.incarnation().await.unwrap();
        let asked = newcomer(life, 1);
        way.cut_next_commit(cut);
        let failed = books.commit(asked.clone()).await.unwrap_err();
        assert!(way.has_cut(), "no commit passed by");
        assert!(matches!(failed, CommitFailed::Unknown { .. }), "{failed:?}");
        let done = is_done(&books, 1).await;
        assert_eq!(done, cut == Cut::AfterTheDeed);
        let again = books.commit(asked).await;
        if done {
            assert!(matches!(again, Err(CommitFailed::Refused(_))), "{again:?}");
        } else {
            assert_eq!(again, Ok(()));
        }
        assert!(is_done(&books, 1).await);
    });
}

#[test]
fn a_commit_that_never_arrived_is_unknown_and_may_be_asked_for_again() {
    at(Cut::BeforeTheDeed);
}

#[test]
fn a_commit_whose_answer_is_lost_is_unknown_and_refused_the_second_time() {
    at(Cut::AfterTheDeed);
}

/// Commits that are written together share the doubt, and each finds its own way out of it.
fn in_a_crowd(cut: Cut) {
    contract::run(async move {
        let database = Database::migrated();
        let way = CuttingProxy::before(&database.url()).await;
        let books = Arc::new(open_postgres(way.url()).await);
        let life = books.incarnation().await.unwrap();
        way.cut_next_commit(cut);
        let crowd: Vec<_> = (1..=CROWD)
            .map(|n| {
                let books = Arc::clone(&books);
                tokio::spawn(async move {
                    let asked = newcomer(life, n);
                    (asked.clone(), books.commit(asked).await)
                })
            })
            .collect();
        let mut doubts = 0;
        for (n, outcome) in (1..).zip(crowd) {
            let (asked, outcome) = outcome.await.unwrap();
            let done = is_done(&books, n).await;
            match outcome {
                Ok(()) => assert!(done, "customer {n} was promised"),
                Err(CommitFailed::Unknown { .. }) => {
                    doubts += 1;
                    assert_eq!(done, cut == Cut::AfterTheDeed, "customer {n}");
                    assert_eq!(books.commit(asked).await.is_ok(), !done, "customer {n}");
                }
                Err(other) => panic!("customer {n}: {other:?}"),
            }
            assert!(is_done(&books, n).await);
        }
        assert!(way.has_cut() && doubts >= 1, "nobody met the cut");
    });
}

#[test]
fn a_crowd_whose_commit_never_arrived_is_written_once() {
    in_a_crowd(Cut::BeforeTheDeed);
}

#[test]
fn a_crowd_whose_answer_is_lost_is_written_once() {
    in_a_crowd(Cut::AfterTheDeed);
}
