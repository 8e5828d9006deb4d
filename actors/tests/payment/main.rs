//! Payment on ports in memory: every deposit becomes exactly the right credit, whatever is lost,
//! doubled, late or down. The clock is paused; nothing sleeps in real time.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that panics has failed, which is what is meant"
)]

mod alone;
mod deposits;
mod opening;
mod orders;
mod people;
mod races;
mod restarts;
mod shop;
mod sweeps;
