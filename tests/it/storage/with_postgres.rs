//! Books on PostgreSQL.

use std::sync::Arc;

use starkeeper::storage::migrate;
use starkeeper::storage::url::DatabaseUrl;
use starkeeper_actors::ports::Books;
use starkeeper_actors::ports::books::{Commit, CommitFailed, RowWrite, Write};
use starkeeper_actors::testing::contract::{self, rows};

use super::fixture::open_postgres;
use super::{schema_file, together};
use crate::support::{Database, OwnPostgres, eventually};

mod cut_off;
mod hung;

mod contract_suite {
    use crate::storage::fixture::postgres;
    use starkeeper_actors::testing::contract;

    contract::books!(postgres);
}

mod jars {
    use crate::storage::jars::{self, postgres};
    use starkeeper_actors::testing::contract;

    contract::vault!(postgres);

    #[test]
    fn a_jar_of_another_key_is_named_and_stays() {
        contract::run(async {
            jars::a_jar_of_another_key_is_named_and_stays(postgres().await).await;
        });
    }

    #[test]
    fn a_claim_to_another_lease_stores_nothing() {
        contract::run(async {
            jars::a_claim_to_another_lease_stores_nothing(postgres().await).await;
        });
    }

    #[test]
    fn old_jars_go_and_the_newest_stay() {
        contract::run(async {
            jars::old_jars_go_and_the_newest_stay(postgres().await).await;
        });
    }
}

#[test]
fn a_refusal_in_a_crowd_is_exact() {
    contract::run(async {
        let database = Database::migrated();
        let books = open_postgres(&database.url()).await;
        together::a_refusal_in_a_crowd_is_exact(Arc::new(books)).await;
    });
}

#[test]
fn sums_stay_right_when_they_are_stored() {
    contract::run(async {
        let database = Database::migrated();
        let books = open_postgres(&database.url()).await;
        let count = || database.sql("SELECT count(*) FROM account_snapshots");
        let snapshots = || count().trim().parse().unwrap();
        together::sums_stay_right_when_they_are_stored(Arc::new(books), snapshots).await;
    });
}

#[test]
fn a_server_that_is_away_has_done_nothing_and_serves_again_when_it_is_back() {
    let mut server = OwnPostgres::start();
    let url = server.database("books");
    let commit = |life, n: i64| Commit {
        rows: vec![RowWrite::Customer(Write::new(rows::customer(n)))],
        ..Commit::new(life, rows::noon())
    };
    contract::run(async {
        migrate::up(&DatabaseUrl::parse(&url).unwrap())
            .await
            .unwrap();
        let books = open_postgres(&url).await;
        let life = books.incarnation().await.unwrap();
        books.commit(commit(life, 1)).await.unwrap();
        tokio::task::block_in_place(|| server.stop());
        let failed = books.commit(commit(life, 2)).await.unwrap_err();
        assert!(matches!(failed, CommitFailed::NotDone { .. }), "{failed:?}");
        books.incarnation().await.unwrap_err();
        tokio::task::block_in_place(|| server.resume());
        eventually("the books are written again", async || {
            books.commit(commit(life, 3)).await
        })
        .await;
        let there = async |n| {
            let id = starkeeper_actors::domain::ids::CustomerId::new(n);
            books.customer(id).await.unwrap().is_some()
        };
        assert!(there(1).await && there(3).await);
        assert!(!there(2).await, "what was not done is not there");
    });
}

#[test]
fn the_schema_file_names_what_postgres_has() {
    let database = Database::migrated();
    let columns = database.sql(
        "SELECT c.table_name || '.' || c.column_name, c.is_nullable FROM information_schema.columns c \
         JOIN information_schema.tables t USING (table_schema, table_name) \
         WHERE c.table_schema = 'public' AND t.table_type = 'BASE TABLE' \
         AND left(c.table_name, 2) <> '__' \
         ORDER BY c.table_name COLLATE \"C\", c.ordinal_position",
    );
    let columns = columns.lines().map(|line| {
        let (column, null) = line.split_once('|').unwrap();
        (column.to_owned(), null == "YES")
    });
    assert_eq!(columns.collect::<Vec<_>>(), schema_file::believed());
}
