//! Sessions on ports in memory: every update is handled once and in order, money moves once, and
//! one person's trouble is nobody else's. The clock is paused; nothing sleeps in real time.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that panics has failed, which is what is meant"
)]

mod budget;
mod counter;
mod deck;
mod ends;
mod erasing;
mod live;
mod panics;
mod people;
mod pressure;
mod races;
mod shop;
