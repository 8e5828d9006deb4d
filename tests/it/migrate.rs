//! The schema up and down, as an operator meets it, on both engines.

use std::path::Path;
use std::process::{Command, Output};

use diesel::prelude::*;
use diesel::sql_types::{Nullable, Text};
use diesel::sqlite::SqliteConnection;

use crate::support::starkeeper;

/// `starkeeper migrate WORDS` on these books.
fn migrate(url: &str, words: &[&str]) -> Output {
    command(url, words).output().expect("it starts")
}

fn command(url: &str, words: &[&str]) -> Command {
    let mut command = starkeeper();
    command.env("DATABASE_URL", url).arg("migrate").args(words);
    command
}

/// What it printed when all went well.
fn well(url: &str, words: &[&str]) -> String {
    let answer = migrate(url, words);
    let complaint = String::from_utf8_lossy(&answer.stderr);
    assert!(answer.status.success(), "migrate {words:?}: {complaint}");
    String::from_utf8_lossy(&answer.stdout).into_owned()
}

/// What it complained of, and its exit code.
fn refused(url: &str, words: &[&str]) -> (i32, String) {
    let answer = migrate(url, words);
    assert!(!answer.status.success(), "migrate {words:?} worked");
    let complaint = String::from_utf8_lossy(&answer.stderr).into_owned();
    (answer.status.code().expect("it was not killed"), complaint)
}

#[derive(diesel::QueryableByName)]
struct Made {
    #[diesel(sql_type = Nullable<Text>)]
    sql: Option<String>,
}

fn catalog(path: &Path) -> String {
    let mut connection = SqliteConnection::establish(path.to_str().unwrap()).unwrap();
    let sql = "SELECT type || ' ' || name || ' ' || coalesce(sql, '') AS sql FROM sqlite_master \
         ORDER BY type, name";
    let made: Vec<Made> = diesel::sql_query(sql).load(&mut connection).unwrap();
    made.into_iter()
        .filter_map(|made| made.sql)
        .collect::<Vec<_>>()
        .join("\n")
}

fn books() -> (tempfile::TempDir, std::path::PathBuf, String) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("books.db");
    let url = format!("sqlite:{}", path.display());
    (folder, path, url)
}

#[test]
fn up_and_down_and_up_leaves_the_embedded_schema_as_it_was() {
    let (_folder, path, url) = books();
    let ran = well(&url, &["up"]);
    assert!(ran.contains("create_books"), "{ran}");
    let first = catalog(&path);
    assert!(first.contains("CREATE TABLE postings"), "{first}");
    let all = ran.lines().count().to_string();
    well(&url, &["down", "--yes", "--steps", &all]);
    let empty = catalog(&path);
    assert!(!empty.contains("postings"), "{empty}");
    assert_eq!(well(&url, &["up"]), ran);
    assert_eq!(catalog(&path), first);
    assert!(well(&url, &["up"]).contains("has every migration already"));
}

#[test]
fn looking_makes_no_file() {
    let (_folder, path, url) = books();
    assert!(well(&url, &["current"]).contains("no migration"));
    assert!(well(&url, &["history"]).contains("pending"));
    assert!(!path.exists());
    let (code, why) = refused(&url, &["down", "--yes"]);
    assert_eq!(code, 1);
    assert!(why.contains("there is no such file"), "{why}");
    assert!(!path.exists());
}

#[test]
fn current_and_history_say_where_the_schema_is() {
    let (_folder, _path, url) = books();
    let ran = well(&url, &["up"]);
    let newest = ran.lines().last().unwrap().strip_prefix("ran ").unwrap();
    assert_eq!(well(&url, &["current"]).trim(), newest);
    let history = well(&url, &["history"]);
    assert!(
        history.lines().all(|line| line.starts_with("applied  ")),
        "{history}"
    );
    well(&url, &["down", "--yes"]);
    assert!(well(&url, &["current"]).contains("pending: starkeeper migrate up"));
    assert!(well(&url, &["history"]).contains(&format!("pending  {newest}")));
}

#[test]
fn going_down_asks_first_and_says_what_would_be_lost() {
    let (_folder, path, url) = books();
    well(&url, &["up"]);
    let before = catalog(&path);
    let (code, why) = refused(&url, &["down"]);
    assert_eq!(code, 1);
    assert!(
        why.contains("--yes") && why.contains("0 customers and 0 entries"),
        "{why}"
    );
    assert_eq!(catalog(&path), before);
    let (code, why) = refused(&url, &["down", "--yes", "--steps", "900"]);
    assert_eq!(code, 1);
    assert!(why.contains("900 were to be taken back"), "{why}");
    assert_eq!(catalog(&path), before);
}

#[test]
fn embedded_books_are_not_taken_down_under_a_daemon() {
    let (folder, path, url) = books();
    well(&url, &["up"]);
    let before = catalog(&path);
    let lock = std::fs::File::create(folder.path().join("books.db.lock")).unwrap();
    lock.lock().unwrap();
    let (_, why) = refused(&url, &["down", "--yes"]);
    assert!(why.contains("in use by another daemon"), "{why}");
    assert_eq!(catalog(&path), before);
}

#[test]
fn another_programs_embedded_database_is_left_alone() {
    let (_folder, path, url) = books();
    let mut connection = SqliteConnection::establish(path.to_str().unwrap()).unwrap();
    diesel::connection::SimpleConnection::batch_execute(
        &mut connection,
        "CREATE TABLE users (id INTEGER); CREATE TABLE transactions (id INTEGER)",
    )
    .unwrap();
    let before = catalog(&path);
    let (code, why) = refused(&url, &["up"]);
    assert_eq!(code, 78);
    assert!(
        why.contains("another program (transactions, users)"),
        "{why}"
    );
    assert!(why.contains("DATABASE_URL"), "{why}");
    assert_eq!(catalog(&path), before);
}

#[test]
fn what_a_newer_version_has_migrated_is_left_alone() {
    let (_folder, path, url) = books();
    well(&url, &["up"]);
    let mut connection = SqliteConnection::establish(path.to_str().unwrap()).unwrap();
    let newer = "INSERT INTO __diesel_schema_migrations (version) VALUES ('29990101000001')";
    diesel::connection::SimpleConnection::batch_execute(&mut connection, newer).unwrap();
    for words in [&["up"][..], &["down", "--yes"]] {
        let (code, why) = refused(&url, words);
        assert_eq!(code, 78, "{why}");
        assert!(
            why.contains("29990101000001") && why.contains("newer version"),
            "{why}"
        );
    }
    assert!(well(&url, &["history"]).contains("29990101000001 (of a newer version"));
}

#[test]
fn a_folder_that_is_not_there_and_a_file_that_is_no_database_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}/nowhere/books.db", folder.path().display());
    let (code, why) = refused(&url, &["up"]);
    assert_eq!(code, 1);
    assert!(
        why.contains("expected the folder") && why.contains("nowhere"),
        "{why}"
    );
    let path = folder.path().join("notes.txt");
    std::fs::write(
        &path,
        "no database, but long enough to be looked at ".repeat(30),
    )
    .unwrap();
    let (code, why) = refused(&format!("sqlite:{}", path.display()), &["up"]);
    assert_eq!(code, 1);
    assert!(
        why.contains("notes.txt") && why.contains("not a database"),
        "{why}"
    );
}

#[test]
fn many_processes_migrate_embedded_books_at_once() {
    let (_folder, path, url) = books();
    all_at_once(&url);
    assert!(catalog(&path).contains("CREATE TABLE postings"));
}

/// Of many at once one runs the migrations, and the others find nothing left.
fn all_at_once(url: &str) {
    let running: Vec<_> = (0..6)
        .map(|_| {
            let mut command = command(url, &["up"]);
            command
                .stdout(std::process::Stdio::piped())
                .stderr(std::process::Stdio::piped());
            command.spawn().expect("it starts")
        })
        .collect();
    let mut ran = 0;
    for process in running {
        let answer = process.wait_with_output().unwrap();
        let printed = String::from_utf8_lossy(&answer.stdout).into_owned();
        assert!(
            answer.status.success(),
            "{}",
            String::from_utf8_lossy(&answer.stderr)
        );
        ran += usize::from(printed.contains("create_books"));
    }
    assert_eq!(ran, 1);
}

mod with_postgres {
    use super::{all_at_once, refused, well};
    use crate::support::services::{postgres_program, run};
    use crate::support::{Database, PgBouncer, PoolMode};

    fn catalog(url: &str) -> String {
        let mut dump = std::process::Command::new(postgres_program("pg_dump"));
        // The notes of diesel itself stay when everything was taken back.
        dump.args([
            "--schema-only",
            "--no-owner",
            "--exclude-table=__diesel_schema_migrations",
        ]);
        let dump = run(dump.arg(url));
        // A newer pg_dump writes a number of its own around the text.
        let lines = dump.lines().filter(|line| !line.contains("restrict "));
        lines.collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn up_and_down_and_up_leaves_the_schema_as_it_was() {
        let database = Database::empty();
        let url = database.url();
        let bare = catalog(&url);
        let ran = well(&url, &["up"]);
        let first = catalog(&url);
        assert!(first.contains("CREATE TABLE public.postings"), "{first}");
        let all = ran.lines().count().to_string();
        well(&url, &["down", "--yes", "--steps", &all]);
        assert_eq!(catalog(&url), bare);
        assert_eq!(well(&url, &["up"]), ran);
        assert_eq!(catalog(&url), first);
        assert!(well(&url, &["up"]).contains("has every migration already"));
    }

    #[test]
    fn both_engines_carry_the_same_migrations() {
        let database = Database::empty();
        let (_folder, _path, embedded) = super::books();
        let here = well(&embedded, &["history"]);
        assert_eq!(well(&database.url(), &["history"]), here);
        assert_eq!(
            database
                .sql("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
                .trim(),
            "0"
        );
    }

    #[test]
    fn another_programs_database_is_left_alone() {
        let database = Database::empty();
        database.sql("CREATE TABLE users (id bigint); CREATE TABLE balances (id bigint)");
        let before = catalog(&database.url());
        let (code, why) = refused(&database.url(), &["up"]);
        assert_eq!(code, 78);
        assert!(why.contains("another program (balances, users)"), "{why}");
        assert!(why.contains("createdb starkeeper"), "{why}");
        assert_eq!(catalog(&database.url()), before);
    }

    #[test]
    fn many_processes_migrate_at_once_also_behind_a_pooler() {
        let database = Database::empty();
        all_at_once(&database.url());
        let database = Database::empty();
        let pooler = PgBouncer::before(&database.url(), PoolMode::Session, &[]);
        all_at_once(pooler.url());
    }

    #[test]
    fn a_migration_that_fails_leaves_nothing_behind() {
        let database = Database::empty();
        database.sql("CREATE TABLE postings (ours boolean)");
        let before = catalog(&database.url());
        let (code, why) = refused(&database.url(), &["up"]);
        assert_eq!(code, 1);
        assert!(
            why.contains("create_books failed and nothing was changed"),
            "{why}"
        );
        assert!(why.contains("postings"), "{why}");
        assert_eq!(catalog(&database.url()), before);
    }

    #[test]
    fn a_migrated_database_of_a_test_has_the_books() {
        let database = Database::migrated();
        assert_eq!(database.sql("SELECT count(*) FROM postings").trim(), "0");
        assert!(well(&database.url(), &["up"]).contains("has every migration already"));
    }
}
