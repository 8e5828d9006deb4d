//! The notifier on ports in memory: people hear everything they are owed, in order and at least
//! once, and nobody waits for somebody else. The clock is paused; nothing sleeps in real time.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that panics has failed, which is what is meant"
)]

mod bot;
mod live;
mod news;
mod replicas;
mod unreachable;
