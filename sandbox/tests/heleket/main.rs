//! The emulator of Heleket over real HTTP, with its clock held: nothing here waits for time.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::missing_panics_doc,
    unreachable_pub,
    reason = "a test that cannot be carried out stops where it stands"
)]

mod calls;
mod control;
mod create;
mod faults;
mod ground;
mod life;
mod odd;
mod page;
mod receiver;
mod signing;
mod storm;
mod webhooks;
