//! `backup`, `restore`, and the backup of every night.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use chrono::{TimeZone, Utc};
use starkeeper::storage::backup::nightly;
use starkeeper::storage::url::DatabaseUrl;

use super::{
    Books, LIFE, assert_same, belief, but_for_the_life, dump, fails, life, wallet_in, well,
};

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn a_backup_is_the_whole_books_without_their_life() {
    let books = Books::filled();
    let file = books.beside("saved.db");
    let said = well(&books.url(), &["backup", text(&file)]);
    assert!(
        said.contains("2 customers, 2 orders") && said.contains("the books balance"),
        "{said}"
    );
    assert_same(&dump(&file), &books.dump());
    assert_eq!(life(&file), "0");
    assert_eq!(life(&books.path()), LIFE);
    books.run(&belief(LIFE));
    let mode = std::fs::metadata(&file).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600, "only its owner may read it");
    let left = std::fs::read_dir(books.folder.path()).unwrap().count();
    assert!(left <= 5, "a draft was left behind");
}

#[test]
fn a_backup_is_made_while_the_daemon_has_the_books() {
    let books = Books::filled();
    let lock = std::fs::File::create(books.beside("books.db.lock")).unwrap();
    lock.lock().unwrap();
    well(&books.url(), &["backup", text(&books.beside("saved.db"))]);
}

#[test]
fn a_file_is_replaced_only_when_told_so() {
    let books = Books::filled();
    let file = books.beside("saved.db");
    std::fs::write(&file, "precious").unwrap();
    let (code, why) = fails(&books.url(), &["backup", text(&file)]);
    assert_eq!(code, 1);
    assert!(why.contains("exists") && why.contains("--force"), "{why}");
    assert_eq!(std::fs::read(&file).unwrap(), b"precious");
    well(&books.url(), &["backup", "--force", text(&file)]);
    assert_same(&dump(&file), &books.dump());
}

#[test]
fn books_that_contradict_themselves_give_no_backup_and_the_old_one_stays() {
    let books = Books::filled();
    let file = books.beside("saved.db");
    well(&books.url(), &["backup", text(&file)]);
    let before = std::fs::read(&file).unwrap();
    books.run(
        "DROP TRIGGER accounts_follow; UPDATE accounts SET balance = balance + 1 WHERE id = 2",
    );
    let (code, why) = fails(&books.url(), &["backup", "--force", text(&file)]);
    assert_eq!(code, 1);
    assert!(
        why.contains("1 stored balances are not the sum of their postings"),
        "{why}"
    );
    assert_eq!(std::fs::read(&file).unwrap(), before);
    let names = std::fs::read_dir(books.folder.path()).unwrap();
    let partial = names.filter(|name| {
        let name = name.as_ref().unwrap().file_name();
        name.to_string_lossy().contains("partial")
    });
    assert_eq!(partial.count(), 0, "a draft was left behind");
}

#[test]
fn restored_books_are_the_same_and_begin_another_life() {
    let (books, new) = (Books::filled(), Books::none());
    let file = books.beside("saved.db");
    well(&books.url(), &["backup", text(&file)]);
    let kept = std::fs::read(&file).unwrap();
    let said = well(&new.url(), &["restore", text(&file)]);
    assert!(
        said.contains("the books balance") && said.contains("wallets sign from"),
        "{said}"
    );
    assert_same(
        &but_for_the_life(&new.dump()),
        &but_for_the_life(&books.dump()),
    );
    let lives = life(&new.path());
    assert!(lives != LIFE && lives != "0", "{lives}");
    new.run(&belief(&lives));
    assert!(new.refused(&belief(LIFE)).contains("life:"));
    let wallet = wallet_in(&new.path());
    assert!(wallet.trust_from.expect("it waits") > Utc::now() + chrono::TimeDelta::seconds(240));
    assert_eq!(wallet.explained_in, None);
    assert_eq!(
        std::fs::read(&file).unwrap(),
        kept,
        "the backup itself was changed"
    );
    // Two restores of one backup are two lives.
    let other = Books::none();
    well(&other.url(), &["restore", text(&file)]);
    assert_ne!(life(&other.path()), lives);
}

#[test]
fn nothing_is_restored_over_books_that_hold_something() {
    let books = Books::filled();
    let file = books.beside("saved.db");
    well(&books.url(), &["backup", text(&file)]);
    let before = books.dump();
    let (code, why) = fails(&books.url(), &["restore", text(&file)]);
    assert_eq!(code, 1);
    assert!(why.contains("is not empty"), "{why}");
    assert_same(&books.dump(), &before);
    assert_eq!(life(&books.path()), LIFE);
}

#[test]
fn a_backup_that_is_cut_or_damaged_is_refused() {
    let books = Books::filled();
    let file = books.beside("saved.db");
    well(&books.url(), &["backup", text(&file)]);
    let whole = std::fs::read(&file).unwrap();
    let broken = books.beside("broken.db");
    let half = whole.len() / 2;
    let mut scratched = whole.clone();
    scratched[half..half + 2_000].fill(0x5A);
    for (what, bytes) in [
        ("cut in half", &whole[..half]),
        ("cut by a page", &whole[..whole.len() - 4096]),
        ("cut by a byte", &whole[..whole.len() - 1]),
        ("cut to its header", &whole[..100]),
        ("empty", &[][..]),
        ("scratched", &scratched[..]),
    ] {
        std::fs::write(&broken, bytes).unwrap();
        let new = Books::none();
        let (code, why) = fails(&new.url(), &["restore", text(&broken)]);
        assert_eq!(code, 1, "{what}: {why}");
        assert!(why.contains("broken.db"), "{what}: {why}");
        let is_empty = !new.path().exists() || new.dump().iter().all(|(_, rows)| rows.is_empty());
        assert!(is_empty, "{what}: something was restored");
    }
}

#[test]
fn what_is_no_backup_is_refused_by_name() {
    let (books, new) = (Books::filled(), Books::none());
    let (code, why) = fails(&new.url(), &["restore", text(&books.path())]);
    assert_eq!(code, 1);
    assert!(
        why.contains("no backup") && why.contains("copy-books"),
        "{why}"
    );
    let notes = books.beside("notes.txt");
    std::fs::write(&notes, "not a backup at all, only some notes").unwrap();
    let (_, why) = fails(&new.url(), &["restore", text(&notes)]);
    assert!(why.contains("no backup"), "{why}");
    let (_, why) = fails(&new.url(), &["restore", text(&books.beside("nowhere.db"))]);
    assert!(why.contains("nowhere.db"), "{why}");
    assert!(!new.path().exists());
}

#[tokio::test]
async fn every_night_makes_one_and_seven_are_kept() {
    let books = Books::filled();
    let folder = books.beside("nights");
    let url = DatabaseUrl::parse(&books.url()).unwrap();
    for night in 1..=9 {
        let now = Utc.with_ymd_and_hms(2026, 11, night, 2, 0, 0).unwrap();
        let made = nightly(&url, &folder, now).await.unwrap();
        assert!(
            text(&made.file).ends_with(&format!("starkeeper-2026110{night}T020000Z.backup.db"))
        );
        assert_eq!(made.deleted.len(), usize::from(night > 7), "night {night}");
    }
    let mut left: Vec<String> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    left.sort();
    assert_eq!(left.len(), 7, "{left:?}");
    assert!(left[0].contains("20261103"), "{left:?}");
    let new = Books::none();
    well(&new.url(), &["restore", text(&folder.join(&left[6]))]);
    // A night without a new one deletes nothing.
    let again = Utc.with_ymd_and_hms(2026, 11, 9, 2, 0, 0).unwrap();
    let why = nightly(&url, &folder, again).await.unwrap_err().to_string();
    assert!(why.contains("exists"), "{why}");
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 7);
}

mod with_postgres {
    use super::super::{
        Books, assert_same, belief, but_for_the_life, dump, fails, life, moves, well,
    };
    use super::text;
    use crate::support::{Database, eventually_blocking};

    #[test]
    fn a_backup_of_a_server_is_restored_on_both_engines() {
        let (old, server) = (Books::filled(), Database::empty());
        let before = old.dump();
        moves(&old.url(), &server.url());
        let file = old.beside("saved.db");
        let said = well(&server.url(), &["backup", text(&file)]);
        assert!(said.contains("the books balance"), "{said}");
        assert_same(&but_for_the_life(&dump(&file)), &but_for_the_life(&before));
        assert_eq!(life(&file), "0");
        let lives = server
            .sql("SELECT incarnation FROM books")
            .trim()
            .to_owned();
        server.sql(&belief(&lives));

        let embedded = Books::none();
        well(&embedded.url(), &["restore", text(&file)]);
        assert_same(
            &but_for_the_life(&embedded.dump()),
            &but_for_the_life(&before),
        );
        let other = Database::empty();
        well(&other.url(), &["restore", text(&file)]);
        let balances = "SELECT id, kind, owner, balance, last_posting FROM accounts ORDER BY id";
        assert_eq!(other.sql(balances), server.sql(balances));
        let new = other.sql("SELECT incarnation FROM books").trim().to_owned();
        assert!(new != "0" && new != lives, "{new}");
        assert!(other.sql_refused(&belief(&lives)).contains("life:"));
        let (code, why) = fails(&other.url(), &["restore", text(&file)]);
        assert_eq!(code, 1);
        assert!(why.contains("is not empty"), "{why}");
    }

    /// A commit in the middle of a backup is in it as a whole or not at all.
    #[test]
    fn a_backup_shows_a_server_at_one_moment() {
        let (old, server) = (Books::filled(), Database::empty());
        moves(&old.url(), &server.url());
        let (url, done) = (server.url(), std::sync::atomic::AtomicBool::new(false));
        std::thread::scope(|scope| {
            scope.spawn(|| {
                let mut number = 2_000;
                while !done.load(std::sync::atomic::Ordering::Relaxed) {
                    server.sql(&format!(
                        "BEGIN; INSERT INTO entries (id, key, is_fact, size, at) VALUES ({number}, 'load/{number}', true, 2, now()); \
                         INSERT INTO postings VALUES ({number} * 64, {number}, 3, 1, 7), ({number} * 64 + 1, {number}, 3, 4, 8); COMMIT"
                    ));
                    number += 1;
                }
            });
            for round in 0..3 {
                let before = server.sql("SELECT count(*) FROM entries");
                eventually_blocking("the load goes on", || {
                    let now = server.sql("SELECT count(*) FROM entries");
                    if now == before { Err(now) } else { Ok(()) }
                });
                let file = old.beside(&format!("saved-{round}.db"));
                // The check of the backup finds what was taken in halves.
                well(&url, &["backup", text(&file)]);
            }
            done.store(true, std::sync::atomic::Ordering::Relaxed);
        });
    }
}
