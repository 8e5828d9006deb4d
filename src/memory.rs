//! Dialogs and limits in this process: implements the ports `dialogs` and `limits` for a shop that
//! runs on one machine.
//!
//! Keeps the promises of the Redis ones, versions and expiry included, within a bound. Never used
//! by more than one replica, and never for anything that must outlive the process.

mod dialogs;
mod limits;

pub use dialogs::{InProcessDialogs, Shelf};
pub use limits::InProcessLimits;

#[cfg(test)]
mod tests;
