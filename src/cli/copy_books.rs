//! `starkeeper copy-books`: the books move to another place.

use super::{Failed, books, say};
use crate::storage::copy::{self, CopyFailed, Source};

/// Copies the books row by row to another place, compares both, and moves their life there: the
/// source is retired, and a daemon refuses it from then on. Stop the daemons first.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The books there are, as a URL like `DATABASE_URL`.
    #[arg(long, value_name = "URL")]
    from: String,
    /// The place to fill, which must be empty, as a URL like `DATABASE_URL`.
    #[arg(long, value_name = "URL")]
    to: String,
    /// Let the source live. The copy then has no life: a daemon refuses it, because two living
    /// books would spend the same money twice.
    #[arg(long)]
    keep_source: bool,
}

/// Moves them, and says where they live now.
pub(super) fn run(args: &Args) -> Result<(), Failed> {
    let (from, to) = (
        books::named("--from", &args.from)?,
        books::named("--to", &args.to)?,
    );
    let life = books::new_life()?;
    let source = if args.keep_source {
        Source::Kept
    } else {
        Source::Retired
    };
    let copied = books::run(async {
        Ok(copy::copy_books(&from, &to, source, life, books::teller()).await?)
    })?;
    say(&format!("{to}: {}", copied.books));
    say(&match copied.source {
        Source::Retired => format!(
            "the books live there under {}; {from} is retired. Name {to} in DATABASE_URL",
            life.incarnation
        ),
        Source::Kept => format!("{from} lives on; the copy has no life, and a daemon refuses it"),
    });
    Ok(())
}

impl From<CopyFailed> for Failed {
    fn from(why: CopyFailed) -> Self {
        match why {
            CopyFailed::Schema(why) => Self::from(why),
            why @ (CopyFailed::Unfit(_)
            | CopyFailed::InUse { .. }
            | CopyFailed::Retired { .. }
            | CopyFailed::Alive { .. }) => Self::for_an_operator(why),
            why @ (CopyFailed::File { .. }
            | CopyFailed::Same { .. }
            | CopyFailed::OtherSchema { .. }
            | CopyFailed::NotEmpty { .. }
            | CopyFailed::Differs { .. }
            | CopyFailed::Broken { .. }
            | CopyFailed::Database { .. }
            | CopyFailed::Unfinished { .. }) => Self::here(why),
        }
    }
}
