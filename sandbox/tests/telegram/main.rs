//! The emulator of Telegram over real HTTP, with its clock held: nothing here waits for time.

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
mod crowd;
mod faults;
mod flood;
mod ground;
mod hook;
mod html;
mod markup;
mod people;
mod polls;
mod refusals;
mod webhooks;
