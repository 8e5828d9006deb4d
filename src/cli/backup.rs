//! `starkeeper backup`: the books in a file.

use std::path::PathBuf;

use super::{Failed, books, say};
use crate::config::Surroundings;
use crate::storage::backup::{self, BackupFailed};

/// Makes a backup of the books that `DATABASE_URL` names, while the daemon runs. It is read anew
/// and checked before it gets its name.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The file to make.
    file: PathBuf,
    /// Replace a file of that name.
    #[arg(long)]
    force: bool,
}

/// Makes it, and says what is in it.
pub(super) fn run(args: &Args, surroundings: &Surroundings) -> Result<(), Failed> {
    let url = books::of_surroundings(surroundings)?;
    let held = books::run(async {
        Ok(backup::backup(&url, &args.file, args.force, books::teller()).await?)
    })?;
    say(&format!("{}: {held}", args.file.display()));
    Ok(())
}

impl From<BackupFailed> for Failed {
    fn from(why: BackupFailed) -> Self {
        match why {
            BackupFailed::Copy(why) => Self::from(why),
            BackupFailed::Exists { .. } | BackupFailed::File { .. } => Self::here(why),
        }
    }
}
