//! The order machine: random walks with a chain and a ledger that tell the truth, and tables.

mod by_hand;
mod times;
mod walk;
mod ways;
