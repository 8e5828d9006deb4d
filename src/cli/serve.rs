//! `starkeeper serve`: the daemon.

use std::sync::Arc;

use super::Failed;
use crate::config::{Settings, Surroundings};
use crate::daemon::{self, Role};

/// What the daemon is to do.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Which part of the shop: everything on port 8000, the bot's side alone (8000), or payments
    /// alone (8001).
    #[arg(long, value_enum, default_value_t = Role::All)]
    role: Role,
}

/// Reads the settings and runs the daemon to its end.
pub(super) fn run(args: &Args, surroundings: &Surroundings) -> Result<(), Failed> {
    let settings = Arc::new(Settings::read(surroundings)?);
    daemon::serve(&settings, args.role)
}
