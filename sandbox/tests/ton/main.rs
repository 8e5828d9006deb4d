//! The emulator of TON over real HTTP, with its clock held: nothing here waits for time.

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

mod contracts;
mod faults;
mod goods;
mod ground;
mod hostile;
mod kept;
mod shapes;
mod storm;
mod time;
mod wallet;
