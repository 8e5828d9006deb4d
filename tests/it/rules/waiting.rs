//! Two at once on SQLite: the immediate transaction is the lock. Whoever comes second is told that
//! it is busy, or waits, and then sees what the first has done.

use std::sync::mpsc;

use diesel::connection::SimpleConnection as _;
use diesel::sqlite::SqliteConnection;
use tempfile::TempDir;

use super::engine::{Kind, open_sqlite};
use super::world::accounts::{CUSTOMER, HELD};
use super::world::{LIFE, beliefs, claim, entry, posting, world};

const WALLET: &str = "'wallet/wallet-a'";
const TAKE_OVER: &str =
    "UPDATE leases SET holder = 11, epoch = epoch + 1 WHERE key = 'wallet/wallet-a'";
const FENCED: &str = "fenced: the lease went to another epoch";
const BUSY: &str = "database is locked";

/// A file of books in the small world, and where it is.
fn books() -> (TempDir, String) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("books.db").display().to_string();
    let mut connection = open_sqlite(&path);
    must(&mut connection, &Kind::Sqlite.migrations());
    must(&mut connection, &world());
    (folder, path)
}

fn must(connection: &mut SqliteConnection, sql: &str) {
    connection
        .batch_execute(sql)
        .unwrap_or_else(|why| panic!("{why}: {sql}"));
}

fn refused(connection: &mut SqliteConnection, sql: &str) -> String {
    let answer = connection.batch_execute(sql);
    answer.expect_err("it is refused").to_string()
}

#[test]
fn a_lease_is_not_taken_over_while_a_fenced_commit_is_on_its_way() {
    let (_folder, path) = books();
    let (mut first, mut second) = (open_sqlite(&path), open_sqlite(&path));
    must(&mut first, "BEGIN IMMEDIATE");
    must(&mut first, &beliefs(LIFE, WALLET, 3));
    assert_eq!(refused(&mut second, TAKE_OVER), BUSY);
    assert_eq!(refused(&mut second, "BEGIN IMMEDIATE"), BUSY);
    must(&mut first, &claim("press", "in-flight").insert());
    must(&mut first, "COMMIT");
    must(&mut second, TAKE_OVER);
    assert_eq!(refused(&mut first, &beliefs(LIFE, WALLET, 3)), FENCED);
    must(&mut first, &beliefs(LIFE, WALLET, 4));
}

/// A belief is a write, so that it takes the lock even in a transaction that was begun to read.
#[test]
fn a_belief_in_a_transaction_that_was_begun_to_read_locks_as_well() {
    let (_folder, path) = books();
    let (mut first, mut second) = (open_sqlite(&path), open_sqlite(&path));
    must(&mut first, "BEGIN");
    must(&mut first, &beliefs(LIFE, WALLET, 3));
    assert_eq!(refused(&mut second, TAKE_OVER), BUSY);
    must(&mut first, "ROLLBACK");
    must(&mut second, TAKE_OVER);
}

#[test]
fn a_transaction_that_has_read_older_books_cannot_believe_in_them() {
    let (_folder, path) = books();
    let (mut first, mut second) = (open_sqlite(&path), open_sqlite(&path));
    must(&mut first, "BEGIN; SELECT epoch FROM leases");
    must(&mut second, TAKE_OVER);
    assert_eq!(refused(&mut first, &beliefs(LIFE, WALLET, 3)), BUSY);
    assert_eq!(refused(&mut first, &claim("press", "late").insert()), BUSY);
    must(&mut first, "ROLLBACK");
    assert_eq!(refused(&mut first, &beliefs(LIFE, WALLET, 3)), FENCED);
}

#[test]
fn another_life_and_a_commit_exclude_each_other() {
    let adopt = "UPDATE books SET incarnation = 78";
    let (_folder, path) = books();
    let (mut first, mut second) = (open_sqlite(&path), open_sqlite(&path));
    must(&mut first, "BEGIN IMMEDIATE");
    must(&mut first, &beliefs(LIFE, "NULL", "NULL"));
    assert_eq!(refused(&mut second, adopt), BUSY);
    must(&mut first, "COMMIT; BEGIN IMMEDIATE");
    must(&mut first, adopt);
    assert_eq!(refused(&mut second, &beliefs(LIFE, "NULL", "NULL")), BUSY);
    must(&mut first, "COMMIT");
    let other = "life: the books live on under another incarnation";
    assert_eq!(refused(&mut second, &beliefs(LIFE, "NULL", "NULL")), other);
}

/// Two commits of 700 from a balance of 1,000, the second waiting for the first.
fn overdraw(end: &'static str) -> Result<(), String> {
    let (_folder, path) = books();
    let (mut first, mut bystander) = (open_sqlite(&path), open_sqlite(&path));
    let commit = |number: i64| {
        let (entry, posting) = (entry(number, 1), posting(number, CUSTOMER, HELD, 700));
        format!("BEGIN IMMEDIATE; {}; {}", entry.insert(), posting.insert())
    };
    must(&mut first, &commit(60));
    let (begins, begun) = mpsc::channel();
    let second = std::thread::spawn({
        let (path, commit) = (path.clone(), commit(61));
        move || {
            let mut second = open_sqlite(&path);
            must(&mut second, "PRAGMA busy_timeout = 30000");
            begins.send(()).expect("the test listens");
            second
                .batch_execute(&commit)
                .map_err(|why| why.to_string())?;
            second
                .batch_execute("COMMIT")
                .map_err(|why| why.to_string())
        }
    });
    begun.recv().expect("the second begins");
    assert_eq!(refused(&mut bystander, "BEGIN IMMEDIATE"), BUSY);
    assert!(!second.is_finished(), "the second waits");
    must(&mut first, end);
    second.join().expect("the second ends")
}

#[test]
fn of_two_commits_that_together_overdraw_a_balance_the_second_waits_and_is_refused() {
    let floor = "floor: a balance would fall below zero";
    assert_eq!(overdraw("COMMIT"), Err(floor.to_owned()));
}

#[test]
fn of_two_commits_that_together_overdraw_a_balance_the_second_passes_if_the_first_fails() {
    assert_eq!(overdraw("ROLLBACK"), Ok(()));
}
