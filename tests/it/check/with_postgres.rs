//! The books on a server.

use super::ground::Ground;
use crate::support::Database;

#[tokio::test]
async fn a_schema_that_is_behind_is_named_with_the_command_that_mends_it() {
    let mut ground = Ground::new().await;
    let database = Database::empty();
    ground.set("DATABASE_URL", database.url());
    let said = ground.check(&["db"]).await;
    said.well("db", "is PostgreSQL");
    said.wrong("db", "run `starkeeper migrate up`");
    let migrated = Database::migrated();
    ground.set("DATABASE_URL", migrated.url());
    let said = ground.check(&["db"]).await;
    assert_eq!(said.code, Some(0), "{said:#?}");
    said.well("db", "has every migration");
}

#[tokio::test]
async fn a_database_of_another_program_is_refused() {
    let mut ground = Ground::new().await;
    let database = Database::empty();
    database.sql("CREATE TABLE users (id bigint)");
    ground.set("DATABASE_URL", database.url());
    let said = ground.check(&["db"]).await;
    said.wrong("db", "tables of another program");
}

#[tokio::test]
async fn a_server_that_is_away_is_named_without_its_password() {
    let mut ground = Ground::new().await;
    ground.set(
        "DATABASE_URL",
        "postgres://keeper:hidden-word@127.0.0.1:1/books",
    );
    let said = ground.check(&["db"]).await;
    said.wrong("db", "127.0.0.1:1");
    assert!(!format!("{said:?}").contains("hidden-word"), "{said:#?}");
}
