//! The exhaustive search: every interleaving of small worlds, against the real rules.
//!
//! `cargo test --test model` searches the real rules, which must hold, and then every planted
//! bug, which must be found. `-- --plant NAME` plants one bug and prints the shortest trace to it;
//! `-- --list-plants` names them.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::as_conversions,
    clippy::unreachable,
    clippy::wildcard_enum_match_arm,
    clippy::print_stdout,
    clippy::print_stderr,
    missing_docs,
    unreachable_pub,
    reason = "a test of its own process: a wrong index is a failed test, and printing is its output"
)]

mod model {
    pub mod deposits;
    pub mod plant;
    pub mod row;
    pub mod run;
    pub mod search;
    pub mod searches;
    pub mod shop;
}

fn main() -> std::process::ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    model::run::main(&words)
}
