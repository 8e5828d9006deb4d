//! `starkeeper report`: days of the shop as a table for other programs.

use chrono::NaiveDate;

use super::{Failed, books, say};
use crate::config::{Settings, Surroundings};
use crate::daemon::days;

/// Prints days as comma-separated lines with a head, by the shop's own calendar (TIMEZONE), while the
/// daemon runs. Orders that wait, the gateway's balance and the float are those of now.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The last day, such as 2026-11-26; yesterday where none is given.
    #[arg(long)]
    day: Option<NaiveDate>,
    /// So many days up to it.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=3_660))]
    days: u32,
}

/// Prints them.
pub(super) fn run(args: &Args, surroundings: &Surroundings) -> Result<(), Failed> {
    let settings = Settings::read(surroundings)?;
    #[expect(
        clippy::disallowed_methods,
        reason = "a command has no clock of the daemon: it is the process that the operator started"
    )]
    let now = chrono::Utc::now();
    let table = days::table(&settings, args.day, args.days, now);
    say(&books::run(table)?);
    Ok(())
}
