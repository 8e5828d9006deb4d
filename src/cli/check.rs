//! `starkeeper check`: really asks every dependency, before the shop opens or when something is odd.

use super::{Failed, books, say};
use crate::config::{Settings, Surroundings};
use crate::daemon::preflight::{self, Subject};

/// Asks every dependency how it is; a line each.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Only these; all of them where none is named.
    #[arg(value_enum)]
    subjects: Vec<Subject>,
}

/// Prints each finding as it is made; exit code 1 if something is wrong, 78 if the settings are.
pub(super) fn run(args: &Args, surroundings: &Surroundings) -> Result<(), Failed> {
    let settings = Settings::read(surroundings)?;
    let subjects = match args.subjects.as_slice() {
        [] => Subject::ALL.as_slice(),
        some => some,
    };
    let all_well = books::run(preflight::run(&settings, subjects, |finding| {
        say(&finding.to_string());
    }))?;
    if all_well {
        Ok(())
    } else {
        Err(Failed::here(
            "something is wrong: mend it, and run `starkeeper check` again",
        ))
    }
}
