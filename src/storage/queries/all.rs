//! The queries, written once and compiled for each engine.
//!
//! The module that includes this one gives it `Link`, a shared reference to its connection, and
//! the macros `execute!`, `load!`, `first!` (a query each), `insert!`, `update!` (rows of a table)
//! and `in_order!` (statements that are sent one after the other without waiting in between, where
//! the engine can).

use super::Link;

pub(in crate::storage) mod accounts;
pub(in crate::storage) mod answers;
pub(in crate::storage) mod erase;
pub(in crate::storage) mod explain;
pub(in crate::storage) mod file;
pub(in crate::storage) mod jars;
pub(in crate::storage) mod keep;
pub(in crate::storage) mod ledger;
pub(in crate::storage) mod read;
pub(in crate::storage) mod tally;
pub(in crate::storage) mod told;
pub(in crate::storage) mod turnover;
pub(in crate::storage) mod write;
