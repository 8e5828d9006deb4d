//! The browser pool, cookie refresh and pricing on ports in memory. The clock is paused
//! throughout; nothing sleeps in real time.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::wildcard_enum_match_arm,
    reason = "a test that panics has failed, which is what is meant"
)]

mod browser_pool;
mod cookie_refresh;
mod fragment;
mod pricing;
mod shop;
