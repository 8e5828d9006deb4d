//! A transaction whose process or server is killed between two of its statements leaves nothing, and
//! one whose COMMIT was answered is there for good.

use diesel::connection::SimpleConnection as _;
use diesel::sqlite::SqliteConnection;
use tempfile::TempDir;

use super::engine::{Kind, lines_of, open_sqlite};
use super::world::accounts::{CLEARING, CUSTOMER};
use super::world::{
    LIFE, beliefs, claim, fact, handled_update, notice, outside_event, posting, world,
};
use crate::support::Running;

/// One credit as a commit writes it, statement by statement.
fn credit() -> Vec<String> {
    vec![
        beliefs(LIFE, "'wallet/wallet-a'", 3),
        handled_update(1, 900).insert(),
        "UPDATE invoices SET version = version + 1, payable = FALSE WHERE id = 1".into(),
        fact(60, 1).insert(),
        posting(60, CLEARING, CUSTOMER, 700).insert(),
        notice(60).insert(),
        outside_event("heleket/900").insert(),
        claim("press", "in-flight").insert(),
    ]
}

/// More than the child's cache holds, so that pages reach the disk before the COMMIT.
fn many_events() -> String {
    let events = (0..4000).map(|number| {
        let event = outside_event(&format!("flood/{number}"));
        event
            .with("body", format!("'{}'", "x".repeat(500)))
            .insert()
    });
    events.collect::<Vec<_>>().join(";\n")
}

/// Names the books to the child, and what it does before it waits for its death.
const BOOKS: &str = "STARKEEPER_RULES_BOOKS";
const STEPS: &str = "STARKEEPER_RULES_STEPS";
const AT_THE_END: &str = "waits for its death";

/// Not a test: the process that the tests below kill.
#[test]
#[ignore = "the tests beside it start it and kill it"]
fn the_child_that_is_killed() {
    let path = std::env::var(BOOKS).expect("the books are named");
    let steps = std::fs::read_to_string(std::env::var(STEPS).expect("the steps are named"));
    let mut connection = open_sqlite(&path);
    must(&mut connection, "PRAGMA cache_size = 20");
    must(&mut connection, &steps.expect("the steps are there"));
    eprintln!("{AT_THE_END}");
    loop {
        std::thread::park();
    }
}

struct Books {
    folder: TempDir,
    path: String,
}

impl Books {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("books.db").display().to_string();
        let mut connection = open_sqlite(&path);
        must(&mut connection, &Kind::Sqlite.migrations());
        must(&mut connection, &world());
        Self { folder, path }
    }

    /// Lets a process of its own run the steps and kills it after them. Answers how much lay in the
    /// write-ahead log then.
    fn killed_after(&self, steps: &str) -> u64 {
        let file = self.folder.path().join("steps.sql");
        std::fs::write(&file, steps).expect("the steps are written");
        let mut child = std::process::Command::new(std::env::current_exe().expect("this test"));
        let name = format!("{}::the_child_that_is_killed", module_path!());
        let name = name.split_once("::").expect("the crate comes first").1;
        child
            .args(["--exact", name, "--ignored", "--nocapture"])
            .env(BOOKS, &self.path)
            .env(STEPS, &file);
        let mut child = Running::start("the child", child);
        child.wait_for_text(AT_THE_END);
        let log = std::fs::metadata(format!("{}-wal", self.path)).expect("there is a log");
        child.kill();
        log.len()
    }

    fn everything(&self) -> Vec<String> {
        let mut connection = open_sqlite(&self.path);
        let sound = lines_of(
            &mut connection,
            "SELECT integrity_check AS line FROM pragma_integrity_check",
        );
        assert_eq!(sound, ["ok"]);
        let all = Kind::Sqlite.query_of_everything(|sql| lines_of(&mut connection, sql));
        lines_of(&mut connection, &all)
    }
}

fn must(connection: &mut SqliteConnection, sql: &str) {
    connection
        .batch_execute(sql)
        .unwrap_or_else(|why| panic!("{why}: {sql}"));
}

#[test]
fn a_process_killed_between_two_statements_of_a_commit_leaves_nothing_on_sqlite() {
    let books = Books::new();
    let untouched = books.everything();
    let credit = credit();
    for done in 0..=credit.len() {
        let steps = format!("BEGIN IMMEDIATE; {}", credit[..done].join("; "));
        books.killed_after(&steps);
        assert_eq!(books.everything(), untouched, "after {done} statements");
    }
    books.killed_after(&format!("BEGIN IMMEDIATE; {}; COMMIT", credit.join("; ")));
    let written = books.everything();
    // The handled update, the entry, the posting, the notice, the event and the claim.
    assert_eq!(written.len(), untouched.len() + 6);
    let balance = "SELECT CAST(balance AS TEXT) AS line FROM accounts WHERE id = 1";
    assert_eq!(lines_of(&mut open_sqlite(&books.path), balance), ["1700"]);
}

#[test]
fn what_reached_the_disk_before_the_commit_is_nothing_after_the_kill_on_sqlite() {
    let books = Books::new();
    let untouched = books.everything();
    let begun = format!(
        "BEGIN IMMEDIATE; {}; {}",
        credit().join("; "),
        many_events()
    );
    let in_log = books.killed_after(&begun);
    assert!(
        in_log > 1_000_000,
        "pages are on the disk before the commit: {in_log}"
    );
    assert_eq!(books.everything(), untouched);
    books.killed_after(&format!("{begun}; COMMIT"));
    assert_eq!(books.everything().len(), untouched.len() + 6 + 4000);
}

mod with_postgres {
    use std::path::Path;
    use std::process::Command;

    use tokio_postgres::Client;

    use super::super::engine::{Kind, connect};
    use super::super::world::world;
    use super::credit;
    use crate::support::database::psql;
    use crate::support::services::run;
    use crate::support::{OwnPostgres, eventually};

    /// Every row of every table, as an operator would read them.
    fn everything(url: &str) -> String {
        let ask = |sql: &str| {
            run(&mut psql(url, sql))
                .lines()
                .map(str::to_owned)
                .collect()
        };
        run(&mut psql(url, &Kind::Postgres.query_of_everything(ask)))
    }

    fn balance(url: &str) -> String {
        run(&mut psql(url, "SELECT balance FROM accounts WHERE id = 1"))
            .trim()
            .to_owned()
    }

    async fn begun(url: &str, statements: &[String]) -> Client {
        let client = connect(url).await;
        let begun = format!("BEGIN; {}", statements.join("; "));
        client.batch_execute(&begun).await.expect("it is lawful");
        client
    }

    /// Books in the small world on a server that may be killed.
    fn books() -> (OwnPostgres, String) {
        let server = OwnPostgres::start();
        let url = server.database("books");
        run(&mut psql(&url, &Kind::Postgres.migrations()));
        run(&mut psql(&url, &world()));
        (server, url)
    }

    /// `kill -9` for the server and everything it has started, all at once.
    fn kill_9(server: &mut OwnPostgres) {
        let first = std::fs::read_to_string(server.data().join("postmaster.pid"));
        let first = first
            .expect("the server runs")
            .lines()
            .next()
            .expect("its number")
            .to_owned();
        let all: Vec<_> = [first.clone()]
            .into_iter()
            .chain(children(&first))
            .collect();
        assert!(all.len() > 3, "the server and its helpers: {all:?}");
        signal("KILL", &all);
        // Only reaps it; there is nobody left to hear.
        server.kill();
    }

    fn signal(name: &str, processes: &[String]) {
        let mut kill = Command::new("sh");
        kill.args(["-c", "kill -s \"$@\"", "kill", name])
            .args(processes);
        run(&mut kill);
    }

    /// The processes whose parent it is.
    fn children(parent: &str) -> Vec<String> {
        let mut children = Vec::new();
        for process in std::fs::read_dir("/proc").expect("this is Linux") {
            let process = process.expect("a process or another thing");
            let id = process.file_name().to_string_lossy().into_owned();
            if is_child(&process.path(), parent) {
                children.push(id);
            }
        }
        children
    }

    fn is_child(process: &Path, parent: &str) -> bool {
        // Anything that is no process, or has ended meanwhile, has no such file.
        let Ok(stat) = std::fs::read_to_string(process.join("stat")) else {
            return false;
        };
        // The name in the middle may hold spaces: what follows it is the state and the parent.
        let rest = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
        rest.split_whitespace().nth(1) == Some(parent)
    }

    #[tokio::test]
    async fn a_server_killed_between_two_statements_of_a_commit_keeps_nothing_of_it() {
        let (mut server, url) = books();
        let untouched = everything(&url);
        let credit = credit();
        for done in [1, 5, credit.len()] {
            let _client = begun(&url, &credit[..done]).await;
            kill_9(&mut server);
            server.resume();
            assert_eq!(everything(&url), untouched, "after {done} statements");
        }
        let client = begun(&url, &credit).await;
        client.batch_execute("COMMIT").await.expect("it commits");
        kill_9(&mut server);
        server.resume();
        assert_eq!(balance(&url), "1700", "what was answered is there");
    }

    /// The answer to a COMMIT in flight is lost: it has happened or it has not, and never in part.
    #[tokio::test]
    async fn a_server_killed_while_a_commit_is_in_flight_keeps_all_of_it_or_nothing() {
        let (mut server, url) = books();
        let untouched = everything(&url);
        let client = begun(&url, &credit()).await;
        let answer = tokio::spawn(async move { client.batch_execute("COMMIT").await });
        tokio::task::yield_now().await;
        kill_9(&mut server);
        let answered = answer.await.expect("it ends").is_ok();
        server.resume();
        let whole = balance(&url) == "1700";
        if whole {
            let news = "SELECT (SELECT count(*) FROM notices WHERE id = 60), \
                        (SELECT count(*) FROM claims WHERE name = 'in-flight'), \
                        (SELECT version FROM invoices WHERE id = 1)";
            assert_eq!(run(&mut psql(&url, news)).trim(), "1|1|2");
        } else {
            assert!(!answered, "what was answered is there");
            assert_eq!(everything(&url), untouched);
        }
    }

    /// The server notices that one of its processes died and starts over by itself.
    #[tokio::test]
    async fn a_connection_killed_in_the_middle_takes_nothing_with_it() {
        let (_server, url) = books();
        let untouched = everything(&url);
        let client = begun(&url, &credit()).await;
        let row = client.query_one("SELECT pg_backend_pid()::text", &[]).await;
        let process: String = row.expect("it has a process").get(0);
        signal("KILL", &[process]);
        eventually("the server is back", async || {
            let answer = psql(&url, "SELECT 1").output().expect("psql starts");
            answer.status.success().then_some(()).ok_or(answer.stderr)
        })
        .await;
        assert_eq!(everything(&url), untouched);
    }
}
