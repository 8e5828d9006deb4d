//! How much is thrown, and from which seed.

use crate::support::Database;
use crate::support::shop::{Setting, books_at};

/// The seed of a run: the one that is asked for, or a fresh one. Says how to have it again.
pub fn seed(test: &str) -> u64 {
    let asked = std::env::var("STARKEEPER_PROOF_SEED").ok();
    let seed = match asked {
        Some(text) => text.parse().expect("STARKEEPER_PROOF_SEED is a number"),
        None => fastrand::u64(1..1_000_000_000),
    };
    eprintln!("seed {seed}; the same lots again: STARKEEPER_PROOF_SEED={seed} ./x test it {test}");
    seed
}

/// `usually`, or `all` under `./x test --all`.
pub fn so_many(usually: usize, all: usize) -> usize {
    match std::env::var_os("STARKEEPER_TEST_ALL") {
        Some(_) => all,
        None => usually,
    }
}

/// A database with its settings; gone with the value.
pub enum Books {
    Embedded,
    Shared(Database),
}

impl Books {
    pub fn settings(&self) -> Vec<Setting> {
        match self {
            Self::Embedded => Vec::new(),
            Self::Shared(database) => books_at(&database.url()),
        }
    }
}
