//! The daemon: makes the adapters, hands them to the actors as `Ports`, starts the drivers, and
//! stops all of it in the reverse order.
//!
//! Owns the I/O runtime (pools and HTTP clients live on it, not on an arbiter or an HTTP worker)
//! and the order of start and stop: drivers first to stop, then actors drained by hand, then the
//! adapters. It is, with `cli`, the only module that knows every other.
//!
//! Never decides anything about money or orders, and never lets a half-alive daemon linger: when
//! the roster reports an actor dead it exits with code 70.

use crate::cli::Failed;
use crate::config::Settings;

/// Which part of the shop a daemon runs.
#[derive(Clone, Copy, PartialEq, Eq, Debug, clap::ValueEnum)]
pub enum Role {
    /// Everything, on port 8000.
    All,
    /// Every actor, on port 8000, beside a daemon of the role `webhook`.
    Bot,
    /// Payments alone, on port 8001.
    Webhook,
}

impl Role {
    /// The port where nothing else is set.
    #[must_use]
    pub const fn port(self) -> u16 {
        match self {
            Self::All | Self::Bot => 8000,
            Self::Webhook => 8001,
        }
    }
}

/// Runs the daemon to its end.
///
/// # Errors
/// Why it did not start or ended by itself, with the exit code.
pub fn serve(_settings: Settings, role: Role) -> Result<(), Failed> {
    Err(Failed::here(format!(
        "the role {role:?} cannot be served yet"
    )))
}
