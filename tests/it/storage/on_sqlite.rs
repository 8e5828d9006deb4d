//! Embedded books.

use std::sync::Arc;

use diesel::prelude::*;
use starkeeper::storage::url::DatabaseUrl;
use starkeeper::storage::{OpenFailed, Storage, StorageSettings};
use starkeeper_actors::domain::Span;
use starkeeper_actors::domain::ids::{CustomerId, LoginId, ReplicaId};
use starkeeper_actors::ports::Books;
use starkeeper_actors::ports::books::{Commit, CommitFailed, LeaseKey, RowWrite, Write};
use starkeeper_actors::testing::contract::{self, rows};

use super::fixture::open_sqlite;
use super::{schema_file, together};
use crate::support::eventually;

mod contract_suite {
    use crate::storage::fixture::sqlite;
    use starkeeper_actors::testing::contract;

    contract::books!(sqlite);
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = diesel::sql_types::Text)]
    line: String,
}

fn lines(file: &std::path::Path, sql: &str) -> Vec<String> {
    let mut connection = SqliteConnection::establish(file.to_str().unwrap()).unwrap();
    let lines: Vec<Line> = diesel::sql_query(sql).load(&mut connection).unwrap();
    lines.into_iter().map(|line| line.line).collect()
}

mod jars {
    use crate::storage::jars::{self, sqlite};
    use starkeeper_actors::testing::contract;

    contract::vault!(sqlite);

    #[test]
    fn a_jar_of_another_key_is_named_and_stays() {
        contract::run(async {
            jars::a_jar_of_another_key_is_named_and_stays(sqlite().await).await;
        });
    }

    #[test]
    fn a_claim_to_another_lease_stores_nothing() {
        contract::run(async {
            jars::a_claim_to_another_lease_stores_nothing(sqlite().await).await;
        });
    }

    #[test]
    fn old_jars_go_and_the_newest_stay() {
        contract::run(async {
            jars::old_jars_go_and_the_newest_stay(sqlite().await).await;
        });
    }
}

#[test]
fn a_refusal_in_a_crowd_is_exact() {
    contract::run(async {
        let folder = tempfile::tempdir().unwrap();
        let books = open_sqlite(&folder.path().join("books.db")).await;
        together::a_refusal_in_a_crowd_is_exact(Arc::new(books)).await;
    });
}

#[test]
fn sums_stay_right_when_they_are_stored() {
    contract::run(async {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("books.db");
        let books = open_sqlite(&file).await;
        let count = "SELECT CAST(count(*) AS TEXT) AS line FROM account_snapshots";
        let snapshots = || lines(&file, count)[0].parse().unwrap();
        together::sums_stay_right_when_they_are_stored(Arc::new(books), snapshots).await;
    });
}

#[test]
fn what_a_daemon_had_leased_is_free_for_the_next_one_on_the_file() {
    contract::run(async {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("books.db");
        let url = DatabaseUrl::parse(&format!("sqlite:{}", file.display())).unwrap();
        let key = LeaseKey::Login(LoginId::new(1));
        let lease = async |books: &Storage, replica| {
            let replica = ReplicaId::new(replica);
            books.lease(key, replica, Span::hours(1)).await.unwrap()
        };
        let first = open_sqlite(&file).await;
        let held = lease(&first, 1).await.unwrap();
        assert_eq!(lease(&first, 2).await, None);
        drop(first);
        let second = eventually("the file is free", async || {
            Storage::open(StorageSettings::at(url.clone())).await
        })
        .await;
        let next = lease(&second, 2).await.unwrap();
        assert_eq!(next.epoch, held.epoch.next());
    });
}

#[test]
fn a_second_daemon_on_the_file_is_refused_until_the_first_has_gone() {
    contract::run(async {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("books.db");
        let first = open_sqlite(&file).await;
        let url = DatabaseUrl::parse(&format!("sqlite:{}", file.display())).unwrap();
        let second = Storage::open(StorageSettings::at(url.clone())).await;
        assert!(matches!(second, Err(OpenFailed::InUse { .. })));
        drop(first);
        // The writer ends with its last sender, on a thread of its own.
        eventually("the file is free", async || {
            let opened = Storage::open(StorageSettings::at(url.clone())).await;
            opened.map(drop).map_err(|why| why.to_string())
        })
        .await;
    });
}

#[test]
fn what_does_not_fit_on_the_disk_is_not_done_and_what_fitted_stays() {
    contract::run(async {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("books.db");
        let url = DatabaseUrl::parse(&format!("sqlite:{}", file.display())).unwrap();
        let settings = StorageSettings {
            file_limit: Some(1 << 20),
            ..StorageSettings::at(url)
        };
        let books = Storage::open(settings).await.unwrap();
        let life = books.incarnation().await.unwrap();
        let commit = |n: i64| Commit {
            rows: vec![RowWrite::Customer(Write::new(rows::customer(n)))],
            entries: (0..50).map(|k| rows::gift(n * 100 + k, n, 1)).collect(),
            ..Commit::new(life, rows::noon())
        };
        let mut fitted = 0;
        let failed = loop {
            match books.commit(commit(fitted + 1)).await {
                Ok(()) => fitted += 1,
                Err(failed) => break failed,
            }
        };
        assert!(fitted > 0, "a megabyte holds something");
        assert!(matches!(failed, CommitFailed::NotDone { .. }), "{failed:?}");
        let balances = books.trial_balance().await.unwrap();
        assert!(balances.balances(), "{balances:?}");
        for n in [fitted, fitted + 1] {
            let there = books.customer(CustomerId::new(n)).await.unwrap();
            assert_eq!(there.is_some(), n == fitted, "whole or not at all");
            let purse = books.purse(CustomerId::new(n)).await.unwrap();
            assert_eq!(purse.available.micros(), if n == fitted { 50 } else { 0 });
        }
    });
}

#[test]
fn the_schema_file_names_what_sqlite_has() {
    contract::run(async {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("books.db");
        let _books = open_sqlite(&file).await;
        let columns = lines(
            &file,
            "SELECT t.name || '.' || c.name || '|' || (c.\"notnull\" = 0) AS line \
             FROM sqlite_schema t, pragma_table_info(t.name) c WHERE t.type = 'table' \
             AND t.name NOT LIKE 'sqlite_%' AND t.name NOT LIKE '\\_\\_%' ESCAPE '\\' \
             ORDER BY t.name, c.cid",
        );
        let columns = columns.iter().map(|line| {
            let (column, null) = line.split_once('|').unwrap();
            (column.to_owned(), null == "1")
        });
        assert_eq!(columns.collect::<Vec<_>>(), schema_file::believed());
    });
}
