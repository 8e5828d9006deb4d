//! What a panic, a restart, a full mailbox and a late answer do to an actor, its askers and its
//! neighbours. The clock is paused throughout; nothing sleeps in real time.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that panics has failed, which is what is meant"
)]

mod asks;
mod effects;
mod restarts;
mod teller;
