//! The books in SQL: implements the port `books` for PostgreSQL and for embedded SQLite from one
//! set of queries.
//!
//! Owns the connections, the migrations and the transactions: one port call is one transaction,
//! and every write names the version and the epoch it has seen. What really differs between the
//! two engines sits in one small dialect file each, `postgres` and `sqlite`; the queries are
//! written once ([`queries/`](https://doc.rust-lang.org/reference/items/modules.html#the-path-attribute))
//! and compiled for both.
//!
//! Never holds a rule (the triggers refuse what the rules would never ask for), and never waits
//! for a network other than the database's inside a transaction.

mod accounts;
pub mod backup;
mod books;
mod calls;
mod columns;
pub mod copy;
mod decode;
mod errors;
mod gather;
pub mod migrate;
mod names;
mod open;
mod plan;
mod postgres;
pub mod postgres_connect;
pub mod restore;
mod rows;
mod schema;
mod sqlite;
mod steps;
pub mod url;
pub mod vault;

#[cfg(feature = "crash-points")]
pub use open::{CommitWatch, When};
pub use open::{OpenFailed, Storage, StorageSettings};
pub use steps::{Listener, OrderStep};
