//! How many updates of Telegram a second, printed and never asserted.
//!
//! `./x bench updates` delivers updates to the daemon as Telegram does, and counts one as done when
//! its webhook was answered and its reply has arrived at the Bot API: secret, parsing, the session's
//! decision, books and dialog, the reply. Beside it, in the same run and against the same Bot API, a
//! bare actix-web handler parses the same updates and makes the same call for each: nobody can be
//! quicker than that. Both are processes of their own, asked by 64 people at once and then at 70 % of
//! the greatest rate. The Bot API here takes everything at once.
//!
//! Then what the daemon weighs, before anybody came and with so many sessions, and how soon it is
//! ready on a database that is there.
//!
//! Words after it: `sqlite`, `postgres` (with Redis); `updates=N`, `people=N` (so many sessions are
//! weighed). PostgreSQL and Redis are the servers that `STARKEEPER_TEST_POSTGRES` and
//! `STARKEEPER_TEST_REDIS` name; `./x` sees to both.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::as_conversions,
    clippy::disallowed_methods,
    missing_docs,
    unreachable_pub,
    reason = "a program that prints figures and may stop at the first surprise"
)]

use std::time::Duration;

#[path = "updates/bare.rs"]
mod bare;
#[path = "updates/bot_api.rs"]
mod bot_api;
/// What the integration tests stand on: here it starts the daemon and the emulators.
#[path = "../tests/it"]
mod ground {
    pub mod support;
}
#[path = "updates/daemon.rs"]
mod daemon;
#[path = "updates/load.rs"]
mod load;

use ground::support::{Database, redis};

/// The bot of the bench.
pub const TOKEN: &str = "4242:AAE-token-of-the-bench";

/// What Telegram's webhooks carry.
pub const SECRET: &str = "secret-of-the-bench";

fn main() {
    if bare::was_started() {
        return;
    }
    let words: Vec<String> = std::env::args()
        .skip(1)
        .filter(|word| !word.starts_with("--"))
        .collect();
    let known = ["sqlite", "postgres", "updates=", "people="];
    for word in &words {
        let is_known = known.iter().any(|name| word.starts_with(name));
        assert!(is_known, "{word:?}: expected one of {}", known.join(", "));
    }
    let number = |name: &str, usual: usize| {
        let given = words.iter().find_map(|word| word.strip_prefix(name));
        given.map_or(usual, |text| text.parse().expect("a whole number"))
    };
    let (updates, people) = (number("updates=", 5_000), number("people=", 10_000));
    let wants = |engine: &str| {
        let named = |name: &str| words.iter().any(|word| word == name);
        named(engine) || !(named("sqlite") || named("postgres"))
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    println!("{:<58} {:>10}  unit", "figure", "value");
    if wants("sqlite") {
        let measured = daemon::measure("sqlite", Vec::new(), updates, people);
        runtime.block_on(measured);
    }
    if wants("postgres") {
        let named = |name| std::env::var_os(name).is_some();
        if named("STARKEEPER_TEST_POSTGRES") && named("STARKEEPER_TEST_REDIS") {
            let database = Database::migrated();
            let servers = vec![
                ("DATABASE_URL", database.url()),
                ("REDIS_URL", redis::shared()),
            ];
            let measured = daemon::measure("postgres and redis", servers, updates, people);
            runtime.block_on(measured);
        } else {
            println!("postgres: not measured, no servers are named: ./x bench updates starts them");
        }
    }
}

/// Prints a figure.
pub fn show(figure: &str, value: u128, unit: &str) {
    println!("{figure:<58} {value:>10}  {unit}");
}

/// Prints how long it took most and nearly all.
pub fn show_spans(figure: &str, mut spans: Vec<Duration>) {
    spans.sort_unstable();
    for (name, part) in [("p50", 50), ("p99", 99)] {
        if let Some(span) = spans.get(spans.len() * part / 100) {
            show(&format!("{figure}, {name}"), span.as_micros(), "us");
        }
    }
}
