//! How many deposits a second, printed and never asserted.
//!
//! `./x bench deposits` measures verified reports that become durable credits: one commit each, with
//! the invoice over its version, the entry with its two postings, the event and the notice, by 64
//! tasks at once. On PostgreSQL `pgbench` executes the same statements beside it, prepared, one
//! transaction a credit, on the same server. The second figure is the whole path: a webhook, the
//! look-up at the gateway, the commit, the answer 200, by 64 at once and then at 70 % of that rate,
//! with the daemon and the emulated gateway as processes.
//!
//! Words after it: `credits`, `webhooks` (one of the two figures); `sqlite`, `postgres`; `ledger=N`
//! (so many postings are there before), `many=N` (so many credits), `webhooks=N` (so many
//! webhooks). PostgreSQL is the server that `STARKEEPER_TEST_POSTGRES` names;
//! `STARKEEPER_TEST_POSTGRES_BIN` is where pgbench lies. `./x` sees to both.
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

/// The daemon's.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[path = "deposits/beside.rs"]
mod beside;
#[path = "deposits/credits.rs"]
mod credits;
/// What the integration tests stand on: here it starts the daemon and the emulators.
#[path = "../tests/it"]
mod ground {
    pub mod support;
}
#[path = "deposits/whole_path.rs"]
mod whole_path;

/// Tasks that credit at once.
pub const TASKS: usize = 64;

/// What was asked for on the command line.
pub struct Asked {
    pub many: i64,
    pub ledger: i64,
    pub webhooks: usize,
    words: Vec<String>,
}

fn main() {
    let words: Vec<String> = std::env::args()
        .skip(1)
        .filter(|word| !word.starts_with("--"))
        .collect();
    let number = |name: &str, usual: i64| {
        let given = words.iter().find_map(|word| word.strip_prefix(name));
        given.map_or(usual, |text| text.parse().expect("a number"))
    };
    let asked = Asked {
        many: number("many=", 20_000),
        ledger: number("ledger=", 0),
        webhooks: usize::try_from(number("webhooks=", 1_000)).expect("not below 0"),
        words: words.clone(),
    };
    let wants = |engine: &str| {
        let engines = ["sqlite", "postgres"];
        asked.words.iter().any(|word| word == engine)
            || !asked
                .words
                .iter()
                .any(|word| engines.contains(&word.as_str()))
    };
    let of_figure = |figure: &str| {
        let figures = ["credits", "webhooks"];
        let named = |name: &&str| asked.words.iter().any(|word| word == name);
        named(&figure) || !figures.iter().any(named)
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    println!("{:<52} {:>10}  unit", "figure", "value");
    if wants("sqlite") {
        if of_figure("credits") {
            runtime.block_on(credits::on_sqlite(&asked));
        }
        if of_figure("webhooks") {
            runtime.block_on(whole_path::on_sqlite(asked.webhooks));
        }
    }
    if wants("postgres") {
        match std::env::var("STARKEEPER_TEST_POSTGRES") {
            Ok(server) => {
                if of_figure("credits") {
                    runtime.block_on(credits::on_postgres(&asked, &server));
                }
                if of_figure("webhooks") {
                    whole_path::on_postgres(&runtime, asked.webhooks);
                }
            }
            Err(_) => println!("postgres: not measured, STARKEEPER_TEST_POSTGRES names no server"),
        }
    }
}

/// Prints a rate and how long one took.
pub fn show(figure: &str, done: usize, took: Duration, mut spans: Vec<Duration>) {
    let rate = done as u128 * 1_000_000 / took.as_micros().max(1);
    println!("{figure:<52} {rate:>10}  credits/s");
    spans.sort_unstable();
    for (name, part) in [("p50", 50), ("p99", 99)] {
        if let Some(span) = spans.get(spans.len() * part / 100) {
            let text = format!("{figure}, {name}");
            println!("{text:<52} {:>10}  us", span.as_micros());
        }
    }
}
