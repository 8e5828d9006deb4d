//! The ground itself: what it starts runs, what it ends is gone.

use std::process::Command;

use crate::support::services::free_port;
use crate::support::{Running, sandbox, starkeeper};

#[test]
fn the_binaries_of_both_packages_start() {
    for (name, mut binary) in [
        ("starkeeper", starkeeper()),
        ("starkeeper-sandbox", sandbox()),
    ] {
        let answer = binary.arg("--version").output().expect("it starts");
        let version = String::from_utf8_lossy(&answer.stdout).into_owned();
        assert!(version.starts_with(name), "{version}");
    }
}

#[test]
fn a_process_is_gone_when_its_value_is_dropped() {
    let mut command = Command::new("sh");
    command.args(["-c", "echo begun; exec sleep 600"]);
    let mut running = Running::start("a sleeper", command);
    running.wait_for_text("begun");
    let process = format!("/proc/{}", running.id());
    assert!(std::path::Path::new(&process).exists());
    drop(running);
    assert!(!std::path::Path::new(&process).exists());
}

#[test]
fn a_process_that_is_asked_to_end_says_how_it_did() {
    let mut command = Command::new("sh");
    command.args([
        "-c",
        "trap 'exit 7' TERM; echo begun; while :; do sleep 0.01; done",
    ]);
    let mut running = Running::start("one that ends well", command);
    running.wait_for_text("begun");
    assert_eq!(running.terminate().code(), Some(7));
}

#[test]
fn a_free_port_can_be_listened_on() {
    let port = free_port();
    std::net::TcpListener::bind(("127.0.0.1", port)).expect("it is free");
}

mod with_postgres {
    use crate::support::database::template;
    use crate::support::{Database, OwnPostgres, PgBouncer, PoolMode};

    #[test]
    fn a_fresh_database_is_a_copy_and_is_dropped_with_its_value() {
        let name = template("ground", |url| {
            let sql = "CREATE TABLE things (name text); INSERT INTO things VALUES ('one')";
            crate::support::services::run(&mut crate::support::database::psql(url, sql));
        });
        let database = Database::copy_of(&name);
        database.sql("INSERT INTO things VALUES ('two')");
        assert_eq!(database.sql("SELECT count(*) FROM things").trim(), "2");
        let another = Database::copy_of(&name);
        assert_eq!(another.sql("SELECT count(*) FROM things").trim(), "1");
        let gone = database.name().to_owned();
        drop(database);
        let left = format!("SELECT count(*) FROM pg_database WHERE datname = '{gone}'");
        assert_eq!(another.sql(&left).trim(), "0");
    }

    #[test]
    fn commits_of_the_server_are_durable() {
        let database = Database::empty();
        assert_eq!(database.sql("SHOW fsync").trim(), "on");
        assert_eq!(database.sql("SHOW synchronous_commit").trim(), "on");
    }

    #[test]
    fn an_own_server_keeps_its_rows_through_a_kill() {
        let mut server = OwnPostgres::start();
        server.sql("CREATE TABLE things (name text)");
        server.sql("INSERT INTO things VALUES ('kept')");
        server.kill();
        server.resume();
        assert_eq!(server.sql("SELECT name FROM things").trim(), "kept");
        server.restart();
        assert_eq!(server.sql("SELECT name FROM things").trim(), "kept");
    }

    #[test]
    fn a_pooler_passes_on_to_the_database() {
        let database = Database::empty();
        let pooler = PgBouncer::before(&database.url(), PoolMode::Transaction, &[]);
        let mut psql = crate::support::database::psql(pooler.url(), "SELECT current_database()");
        let answer = crate::support::services::run(&mut psql);
        assert_eq!(answer.trim(), database.name());
    }
}
