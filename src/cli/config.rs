//! `starkeeper config`: every setting with its origin.

use super::{Failed, complain, say};
use crate::config::{Settings, Surroundings};

/// The command takes no words: it shows what `serve` would be given here.
#[derive(Debug, clap::Args)]
pub(super) struct Args {}

/// Prints all settings, then what is odd about them.
pub(super) fn run(_args: &Args, surroundings: &Surroundings) -> Result<(), Failed> {
    let settings = Settings::read(surroundings)?;
    say(settings.show().trim_end());
    for remark in &settings.remarks {
        complain(&format!("note: {remark}"));
    }
    Ok(())
}
