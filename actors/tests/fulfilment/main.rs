//! Fulfilment and the whole core around it, on the fake world with a paused clock.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may stop at the first surprise"
)]

mod chat;
mod crashes;
mod handlers;
mod happy;
mod panics;
mod refusals;
mod replicas;
mod rig;
mod sweep;
mod troubles;
