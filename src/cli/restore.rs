//! `starkeeper restore`: a backup becomes the books.

use std::path::PathBuf;

use super::{Failed, books, say};
use crate::config::Surroundings;
use crate::storage::restore::{self, RestoreFailed};

/// Fills the books that `DATABASE_URL` names, which must be empty, from a backup. They begin a new
/// life: a daemon of the old one is refused, and wallets sign only after everything that the old
/// life may have signed has expired.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The backup.
    file: PathBuf,
}

/// Restores it, and says what is in it.
pub(super) fn run(args: &Args, surroundings: &Surroundings) -> Result<(), Failed> {
    let url = books::of_surroundings(surroundings)?;
    let life = books::new_life()?;
    let held =
        books::run(async { Ok(restore::restore(&args.file, &url, life, books::teller()).await?) })?;
    say(&format!("{url}: {held}"));
    say(&format!(
        "the books live under {}; wallets sign from {} on, after their histories are explained",
        life.incarnation,
        (life.now + life.wait).format("%Y-%m-%d %H:%M:%S UTC")
    ));
    Ok(())
}

impl From<RestoreFailed> for Failed {
    fn from(why: RestoreFailed) -> Self {
        match why {
            RestoreFailed::Copy(why) => Self::from(why),
            RestoreFailed::NoBackup { .. } | RestoreFailed::File { .. } => Self::here(why),
        }
    }
}
