//! What an operator meets when a daemon starts, or does not.

use std::net::TcpListener;
use std::time::{Duration, Instant};

use super::house::{Daemon, daemon};
use crate::support::services::free_port;
use crate::support::{Running, eventually_blocking, starkeeper};

#[tokio::test]
async fn a_daemon_without_any_setting_is_ready_soon_and_says_what_it_lacks() {
    let folder = tempfile::tempdir().unwrap();
    let port = free_port();
    let first = Daemon::start(daemon(folder.path(), port), port).await;
    let log = first.running.printed();
    assert!(
        log.contains("payments are off: MERCHANT_UUID and API_KEY are not set"),
        "{log}"
    );
    assert!(folder.path().join("state/starkeeper.db").exists());
    let (status, answer) = first.invoice(7, "10", None).await;
    assert_eq!(status.as_u16(), 503);
    assert_eq!(answer["error"]["code"], "payments_off");
    drop(first);
    // On books that exist. The aim is 300 ms; the machine may be busy, so the bound is wide.
    let began = Instant::now();
    let again = Daemon::start(daemon(folder.path(), port), port).await;
    let took = began.elapsed();
    eprintln!("ready after {took:?} on existing books");
    assert!(took < Duration::from_secs(10), "{took:?}");
    drop(again);
}

#[tokio::test]
async fn a_second_daemon_on_the_same_books_ends_with_78_and_names_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let port = free_port();
    let _first = Daemon::start(daemon(folder.path(), port), port).await;
    let mut second = Running::start("the second daemon", daemon(folder.path(), free_port()));
    assert_eq!(second.wait().code(), Some(78));
    let told = second.printed();
    assert!(
        told.contains("starkeeper.db is in use by another daemon"),
        "{told}"
    );
}

#[test]
fn a_taken_port_is_named_before_the_books_are_touched() {
    let folder = tempfile::tempdir().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let mut running = Running::start("the daemon", daemon(folder.path(), port));
    assert_eq!(running.wait().code(), Some(78));
    let told = running.printed();
    let expected = format!("cannot listen on 127.0.0.1:{port}: another program has it");
    assert!(told.contains(&expected), "{told}");
    assert!(!folder.path().join("state").exists());
}

#[test]
fn wrong_settings_are_told_all_at_once_with_78() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = daemon(folder.path(), 1);
    command
        .env("HTTP_PORT", "http")
        .env("HELEKET_API_URL", "heleket")
        .env("DATABASE_URL", "mysql://u:hidden-word@h/d");
    let mut running = Running::start("the daemon", command);
    assert_eq!(running.wait().code(), Some(78));
    let told = running.printed();
    assert!(
        told.starts_with("starkeeper: 2 settings are wrong\n"),
        "{told}"
    );
    for name in ["HTTP_PORT", "HELEKET_API_URL"] {
        assert!(told.contains(&format!("\n  {name}: expected ")), "{told}");
    }
    assert!(!told.contains("hidden-word"), "{told}");
}

#[test]
fn a_database_url_that_cannot_be_is_named_without_its_password() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = daemon(folder.path(), free_port());
    command.env("DATABASE_URL", "mysql://u:hidden-word@h/d");
    let mut running = Running::start("the daemon", command);
    assert_eq!(running.wait().code(), Some(78));
    let told = running.printed();
    assert!(told.contains("DATABASE_URL: "), "{told}");
    assert!(!told.contains("hidden-word"), "{told}");
}

/// A service manager starts it again, unless it ends with 78: a server that starts later than the
/// daemon must not keep the shop shut.
#[test]
fn a_database_that_is_away_is_no_wrong_setting() {
    let folder = tempfile::tempdir().unwrap();
    let away = free_port();
    let mut command = daemon(folder.path(), free_port());
    command.env(
        "DATABASE_URL",
        format!("postgres://u:hidden-word@127.0.0.1:{away}/d"),
    );
    let mut running = Running::start("the daemon", command);
    assert_eq!(running.wait().code(), Some(70));
    let told = running.printed();
    let asks = "is PostgreSQL running there, and is DATABASE_URL its address?";
    assert!(
        told.contains(asks) && told.contains(&away.to_string()),
        "{told}"
    );
    assert!(!told.contains("hidden-word"), "{told}");
}

/// What only the start can see: it names the variable, what was expected, and where it was read.
#[test]
fn mistakes_that_the_start_finds_are_named_with_78() {
    let drawn = starkeeper().args(["wallet", "new"]).output().unwrap();
    let drawn = String::from_utf8(drawn.stdout).unwrap();
    let words = drawn.split('"').nth(1).unwrap().to_owned();
    let fewer = words.rsplit_once(' ').unwrap().0.to_owned();
    let commas = words.replace(' ', ", ");
    for (set, told) in [
        (
            [("FRAGMENT_SEED_PHRASE", &*fewer), ("DEBUG", "false")],
            "FRAGMENT_SEED_PHRASE: expected 24 words, found 23 (read from the environment)",
        ),
        (
            [("FRAGMENT_SEED_PHRASE", &*commas), ("DEBUG", "false")],
            "expected 24 of them, with nothing but spaces between (read from the environment)",
        ),
        (
            [
                ("FRAGMENT_SEED_PHRASE", &*words),
                ("TON_WALLET_ADDRESS", "UQBlaBla"),
            ],
            "TON_WALLET_ADDRESS: wallet address \"UQBlaBla\" is not valid: expected 0:<64 hex",
        ),
        (
            [("TELEGRAM_TOKEN", "1234567:AAAA BBBB"), ("DEBUG", "false")],
            "TELEGRAM_TOKEN: expected a token of @BotFather, such as 123456789:AAExample",
        ),
        (
            [("STATE_DIR", "/dev/null"), ("DEBUG", "false")],
            "set STATE_DIR to a folder that can be written",
        ),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let mut command = daemon(folder.path(), free_port());
        command.envs(set);
        let mut running = Running::start("the daemon", command);
        assert_eq!(running.wait().code(), Some(78), "{told}");
        let said = running.printed();
        assert!(said.contains(told), "{told}: {said}");
        assert!(!said.contains(&fewer), "no word is shown");
    }
}

#[test]
fn a_file_that_is_no_books_is_named_with_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("state")).unwrap();
    let file = folder.path().join("state/starkeeper.db");
    std::fs::write(&file, "milk, eggs, flour\n".repeat(100)).unwrap();
    let mut running = Running::start("the daemon", daemon(folder.path(), free_port()));
    assert_eq!(running.wait().code(), Some(78));
    let told = running.printed();
    let says =
        "file is not a database: expected the books, or no file there; STATE_DIR and DATABASE_URL";
    assert!(told.contains(says), "{told}");
    let text = std::fs::read_to_string(file).unwrap();
    assert!(text.starts_with("milk"), "nothing was changed");
}

#[test]
fn a_daemon_that_is_told_twice_ends_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let port = free_port();
    let mut running = Running::start("the daemon", daemon(folder.path(), port));
    running.wait_for_port(port);
    running.wait_for_text("starkeeper serves all");
    running.signal("INT");
    eventually_blocking("the daemon ends", || {
        running.ended().map_or_else(|| Err(running.printed()), Ok)
    });
}
