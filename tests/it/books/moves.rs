//! `copy-books`.

use super::{
    Books, LIFE, assert_same, belief, but_for_the_life, fails, life, moves, wallet_in, well,
};

#[test]
fn books_that_move_are_the_same_and_live_in_one_place_only() {
    let (old, new) = (Books::filled(), Books::none());
    let before = old.dump();
    let said = moves(&old.url(), &new.url());
    assert!(
        said.contains("2 customers, 2 orders") && said.contains("the books balance"),
        "{said}"
    );
    assert!(
        said.contains("is retired") && said.contains("DATABASE_URL"),
        "{said}"
    );
    assert_same(&old.dump(), &before);
    assert_same(&but_for_the_life(&new.dump()), &but_for_the_life(&before));
    assert_eq!(life(&old.path()), "0");
    let lives = life(&new.path());
    assert!(lives != "0" && lives != LIFE, "{lives}");
    let why = old.refused(&belief(LIFE));
    assert!(why.contains("life:"), "{why}");
    new.run(&belief(&lives));
    assert!(new.refused(&belief(LIFE)).contains("life:"));
}

#[test]
fn wallets_of_moved_books_wait_until_the_old_life_has_expired() {
    let (old, new) = (Books::filled(), Books::none());
    let before = wallet_in(&old.path());
    assert!(before.trust_from.is_none() && before.explained_in.is_some());
    let begun = chrono::Utc::now();
    moves(&old.url(), &new.url());
    let after = wallet_in(&new.path());
    let wait = after.trust_from.expect("it waits") - begun;
    assert!(wait >= chrono::TimeDelta::seconds(360), "{wait}");
    assert!(wait <= chrono::TimeDelta::seconds(460), "{wait}");
    assert_eq!(after.explained_in, None);
    assert_eq!(after.live, before.live);
    let versions = super::lines(
        &new.path(),
        "SELECT CAST(version AS TEXT) AS line FROM wallets",
    );
    assert_eq!(versions, ["2"]);
    let held = super::lines(
        &new.path(),
        "SELECT CAST(holder AS TEXT) AS line FROM leases",
    );
    assert_eq!(
        held,
        Vec::<String>::new(),
        "nobody of the old life holds a lease"
    );
}

#[test]
fn a_copy_that_is_no_move_has_no_life() {
    let (old, new) = (Books::filled(), Books::none());
    let words = [
        "copy-books",
        "--keep-source",
        "--from",
        &old.url(),
        "--to",
        &new.url(),
    ];
    let said = well("sqlite:unused.db", &words);
    assert!(
        said.contains("lives on") && said.contains("a daemon refuses it"),
        "{said}"
    );
    assert_same(&new.dump(), &old.dump());
    assert_eq!(
        (life(&old.path()), life(&new.path())),
        (LIFE.into(), "0".into())
    );
    old.run(&belief(LIFE));
    assert!(new.refused(&belief(LIFE)).contains("life:"));
}

#[test]
fn nothing_is_written_over_books_that_hold_something() {
    let (old, new) = (Books::filled(), Books::filled());
    let before = new.dump();
    let words = ["copy-books", "--from", &old.url(), "--to", &new.url()];
    let (code, why) = fails("sqlite:unused.db", &words);
    assert_eq!(code, 1);
    assert!(
        why.contains("is not empty") && why.contains("Name another one"),
        "{why}"
    );
    assert_eq!(
        (life(&old.path()), life(&new.path())),
        (LIFE.into(), LIFE.into())
    );
    assert_same(&new.dump(), &before);
    let words = ["copy-books", "--from", &old.url(), "--to", &old.url()];
    let (_, why) = fails("sqlite:unused.db", &words);
    assert!(why.contains("source and target are both"), "{why}");
}

#[test]
fn a_move_that_was_cut_off_before_the_new_life_began_is_finished_by_the_same_words() {
    let (old, new) = (Books::filled(), Books::none());
    moves(&old.url(), &new.url());
    new.run("UPDATE books SET incarnation = 0");
    let said = moves(&old.url(), &new.url());
    assert!(said.contains("the books live there"), "{said}");
    assert_ne!(life(&new.path()), "0");
    assert_eq!(life(&old.path()), "0");
    // Once it lives, the source has nothing more to give.
    let words = ["copy-books", "--from", &old.url(), "--to", &new.url()];
    let (code, why) = fails("sqlite:unused.db", &words);
    assert_eq!(code, 78);
    assert!(why.contains("is retired"), "{why}");
}

#[test]
fn a_copy_that_is_not_the_sources_gets_no_life() {
    let (old, new) = (Books::filled(), Books::none());
    moves(&old.url(), &new.url());
    new.run("UPDATE books SET incarnation = 0; INSERT INTO outside_events VALUES ('one more', '', '2026-01-01 00:00:00.000000+00:00')");
    let words = ["copy-books", "--from", &old.url(), "--to", &new.url()];
    let (code, why) = fails("sqlite:unused.db", &words);
    assert_eq!(code, 78);
    assert!(why.contains("is retired"), "{why}");
    assert_eq!(life(&new.path()), "0");
}

#[test]
fn a_copy_that_was_cut_off_is_named_with_what_to_do() {
    let (old, new) = (Books::filled(), Books::none());
    let words = [
        "copy-books",
        "--keep-source",
        "--from",
        &old.url(),
        "--to",
        &new.url(),
    ];
    well("sqlite:unused.db", &words);
    let words = ["copy-books", "--from", &old.url(), "--to", &new.url()];
    let (code, why) = fails("sqlite:unused.db", &words);
    assert_eq!(code, 1);
    assert!(
        why.contains("a copy that was cut off: delete the file"),
        "{why}"
    );
    assert_eq!(life(&old.path()), LIFE);
}

#[test]
fn books_that_a_daemon_has_are_not_taken_from_it() {
    let (old, new) = (Books::filled(), Books::none());
    let lock = std::fs::File::create(old.beside("books.db.lock")).unwrap();
    lock.lock().unwrap();
    let words = ["copy-books", "--from", &old.url(), "--to", &new.url()];
    let (code, why) = fails("sqlite:unused.db", &words);
    assert_eq!(code, 78);
    assert!(why.contains("in use by a daemon"), "{why}");
    assert_eq!(life(&old.path()), LIFE);
    drop(lock);
    moves(&old.url(), &new.url());
}

#[test]
fn books_that_contradict_themselves_do_not_move() {
    for (breaks, names) in [
        (
            "UPDATE accounts SET balance = balance + 1 WHERE id = 2",
            "accounts does not read back",
        ),
        (
            "UPDATE entries SET size = 3 WHERE id = 5",
            "entries do not have all their postings",
        ),
        (
            "UPDATE customers SET document = '{}' WHERE id = 1",
            "a document of customers cannot be read",
        ),
        (
            "UPDATE postings SET amount = 7 WHERE id = 320",
            "does not read back",
        ),
    ] {
        let (old, new) = (Books::filled(), Books::none());
        let triggers =
            "SELECT 'DROP TRIGGER ' || name AS line FROM sqlite_master WHERE type = 'trigger'";
        let triggers = super::lines(&old.path(), triggers).join(";");
        old.run(&format!("{triggers}; {breaks}"));
        let words = ["copy-books", "--from", &old.url(), "--to", &new.url()];
        let (code, why) = fails("sqlite:unused.db", &words);
        assert_eq!(code, 1, "{why}");
        assert!(why.contains(names), "{breaks}: {why}");
        assert_eq!(life(&old.path()), LIFE);
        let rows: usize = new.dump().iter().map(|(_, rows)| rows.len()).sum();
        assert_eq!(rows, 0, "{breaks}: something was left in the target");
    }
}

#[test]
fn a_source_that_is_not_there_or_of_another_schema_is_named() {
    let (none, new) = (Books::none(), Books::none());
    let words = ["copy-books", "--from", &none.url(), "--to", &new.url()];
    let (_, why) = fails("sqlite:unused.db", &words);
    assert!(why.contains("there is no such file"), "{why}");
    assert!(!none.path().exists());
    let old = Books::empty();
    old.run("CREATE TABLE surprises (id INTEGER)");
    let words = ["copy-books", "--from", &old.url(), "--to", &new.url()];
    let (_, why) = fails("sqlite:unused.db", &words);
    assert!(why.contains("it has a table surprises"), "{why}");
    well(&old.url(), &["migrate", "down", "--yes"]);
    let (_, why) = fails("sqlite:unused.db", &words);
    assert!(why.contains("starkeeper migrate up"), "{why}");
}

mod with_postgres {
    use super::super::{
        Books, LIFE, assert_same, belief, but_for_the_life, fails, life, moves, wallet_in,
        wallet_of, well,
    };
    use crate::support::Database;

    #[test]
    fn books_move_to_a_server_and_back_and_are_the_same() {
        let (old, server, back) = (Books::filled(), Database::empty(), Books::none());
        let before = old.dump();
        moves(&old.url(), &server.url());
        assert_eq!(life(&old.path()), "0");
        let lives = server
            .sql("SELECT incarnation FROM books")
            .trim()
            .to_owned();
        server.sql(&belief(&lives));
        assert!(server.sql_refused(&belief(LIFE)).contains("life:"));
        let there = wallet_of(server.sql("SELECT document FROM wallets").trim());
        assert!(there.trust_from.is_some());
        assert_eq!(there.explained_in, None);

        moves(&server.url(), &back.url());
        assert!(server.sql_refused(&belief(&lives)).contains("life:"));
        assert_same(&but_for_the_life(&back.dump()), &but_for_the_life(&before));
        assert!(wallet_in(&back.path()).trust_from.is_some());
    }

    #[test]
    fn the_daemon_can_go_on_with_books_that_moved() {
        let (old, server, back) = (Books::filled(), Database::empty(), Books::none());
        moves(&old.url(), &server.url());
        // The numbers of entries go on behind those that came.
        server.sql("INSERT INTO entries (key, is_fact, size, at) VALUES ('next', true, 1, now())");
        assert_eq!(
            server
                .sql("SELECT id FROM entries WHERE key = 'next'")
                .trim(),
            "1500"
        );
        server.sql("INSERT INTO postings VALUES (1500 * 64, 1500, 3, 1, 5)");
        server.sql("INSERT INTO accounts (kind, owner, asset, side, floored, balance, last_posting) VALUES ('customer', '2', 'usd', 'credit', true, 0, 0)");
        moves(&server.url(), &back.url());
        // A row is written over with the text that the daemon writes: no rule takes it for a change.
        for table in [
            "orders",
            "transfers",
            "invoices",
            "notices",
            "customers",
            "wallets",
        ] {
            back.run(&format!("UPDATE {table} SET version = version + 1"));
        }
        back.run("INSERT INTO entries (key, is_fact, size, at) VALUES ('later', true, 1, '2026-01-02 03:04:05.000000+00:00')");
        let newest = super::super::lines(
            &back.path(),
            "SELECT CAST(max(id) AS TEXT) AS line FROM entries",
        );
        assert_eq!(newest, ["1501"]);
    }

    #[test]
    fn a_document_reads_on_the_other_side_as_the_daemon_writes_it() {
        let (old, server, back) = (Books::filled(), Database::empty(), Books::none());
        moves(&old.url(), &server.url());
        moves(&server.url(), &back.url());
        for table in [
            "orders",
            "transfers",
            "invoices",
            "notices",
            "customers",
            "prices",
            "shop",
            "logins",
        ] {
            let all = format!("SELECT document AS line FROM {table} ORDER BY 1");
            assert_eq!(
                super::super::lines(&back.path(), &all),
                super::super::lines(&old.path(), &all),
                "{table}"
            );
        }
    }

    #[test]
    fn a_server_with_something_in_it_or_of_another_program_is_left_alone() {
        let (old, server) = (Books::filled(), Database::migrated());
        server.sql("INSERT INTO outside_events VALUES ('one', '', now())");
        let url = server.url();
        let words = ["copy-books", "--from", &old.url(), "--to", &url];
        let (code, why) = fails("sqlite:unused.db", &words);
        assert_eq!(code, 1);
        assert!(why.contains("outside_events holds 1 rows"), "{why}");
        assert!(
            why.contains("starkeeper:***@"),
            "a password is shown: {why}"
        );
        let foreign = Database::empty();
        foreign.sql("CREATE TABLE users (id bigint)");
        let url = foreign.url();
        let words = ["copy-books", "--from", &old.url(), "--to", &url];
        let (code, why) = fails("sqlite:unused.db", &words);
        assert_eq!(code, 78);
        assert!(why.contains("another program (users)"), "{why}");
        assert_eq!(life(&old.path()), LIFE);
    }

    #[test]
    fn books_move_from_server_to_server() {
        let (old, one, other) = (Books::filled(), Database::empty(), Database::empty());
        moves(&old.url(), &one.url());
        let count = "SELECT count(*), sum(amount), sum(debit), sum(credit) FROM postings";
        let balances = "SELECT id, kind, owner, balance, last_posting FROM accounts ORDER BY id";
        let (counted, balanced) = (one.sql(count), one.sql(balances));
        moves(&one.url(), &other.url());
        assert_eq!(other.sql(count), counted);
        assert_eq!(other.sql(balances), balanced);
        assert_eq!(one.sql("SELECT incarnation FROM books").trim(), "0");
        assert_eq!(other.sql("SELECT version FROM wallets").trim(), "3");
        well(&other.url(), &["migrate", "current"]);
    }
}
