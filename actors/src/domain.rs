//! The rules of the shop: pure functions over plain values.
//!
//! Every machine has two functions. `decide(event, now)` says what one event makes of a stored
//! state: the next state, the postings and the notices, which are committed together or not at
//! all. `due(now)` says which effect the stored state asks for. Nothing here reads a clock, waits,
//! or knows how a state is stored.
//!
//! Amounts are integers with their unit in the type; instants are arguments.

pub mod audit;
pub mod breaks;
pub mod catalog;
pub mod customer;
pub mod decision;
pub mod dialog;
pub mod ids;
pub mod invariants;
pub mod invoice;
pub mod ledger;
pub mod link;
pub mod login;
pub mod money;
pub mod notice;
pub mod order;
pub mod pricing;
pub mod report;
#[cfg(any(test, feature = "testing"))]
pub mod samples;
pub mod shop;
pub mod stored;
pub mod trace;
pub mod transfer;
pub mod wallet;

/// An instant, always UTC. Microsecond precision survives storage on every engine.
pub type Timestamp = chrono::DateTime<chrono::Utc>;

/// A span of time in the rules: settings and deadlines.
pub type Span = chrono::TimeDelta;
