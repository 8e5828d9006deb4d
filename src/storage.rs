//! The books in SQL: implements the port `books` for PostgreSQL and for embedded SQLite from one
//! set of queries.
//!
//! Owns the connections, the migrations and the transactions: one port call is one transaction,
//! and every write names the version and the epoch it has seen. What really differs between the
//! two engines sits in one small dialect file.
//!
//! Never holds a rule (the triggers refuse what the rules would never ask for), and never waits
//! for a network other than the database's inside a transaction.

pub mod migrate;
pub mod postgres_connect;
pub mod url;
