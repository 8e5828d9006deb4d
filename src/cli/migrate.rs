//! `starkeeper migrate`: the schema of the books.

mod skeleton;

use std::path::Path;

use clap::Subcommand;

use super::{Failed, books, say};
use crate::config::Surroundings;
use crate::storage::migrate::{self, MigrateFailed, Step};
use crate::storage::url::DatabaseUrl;

/// What is done with the schema of the books that `DATABASE_URL` names.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Runs every migration that the books lack; all of them or none.
    Up,
    /// Takes the newest migration back, with everything that it holds.
    Down {
        /// How many of them.
        #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=1000))]
        steps: u16,
        /// Yes, what they hold may be lost.
        #[arg(long)]
        yes: bool,
    },
    /// Prints the newest migration that the books have.
    Current,
    /// Prints all migrations, and which of them the books have.
    History,
    /// Writes the files of a new migration for both engines, in the source tree's `migrations/`.
    New {
        /// A verb and its object: `add_orders_version`.
        name: String,
    },
}

/// Does it, and says what was done.
pub(super) fn run(args: &Args, surroundings: &Surroundings) -> Result<(), Failed> {
    if let What::New { name } = &args.what {
        for file in skeleton::write(Path::new("migrations"), name)? {
            say(&format!("wrote {}", file.display()));
        }
        return Ok(());
    }
    let url = books::of_surroundings(surroundings)?;
    books::run(async {
        match &args.what {
            What::Up => up(&url).await,
            What::Down { steps, yes } => down(&url, usize::from(*steps), *yes).await,
            What::Current => current(&url).await,
            What::History => history(&url).await,
            What::New { .. } => Ok(()),
        }
    })
}

async fn up(url: &DatabaseUrl) -> Result<(), Failed> {
    let done = migrate::up(url).await?;
    for name in &done {
        say(&format!("ran {name}"));
    }
    if done.is_empty() {
        say(&format!("{url} has every migration already"));
    }
    Ok(())
}

async fn down(url: &DatabaseUrl, steps: usize, yes: bool) -> Result<(), Failed> {
    let history = migrate::history(url).await?;
    let newest = history.iter().rev().filter(|step| step.applied).take(steps);
    let names: Vec<&str> = newest.map(|step| step.name.as_str()).collect();
    let held = migrate::holdings(url).await?;
    if !yes {
        return Err(Failed::here(format!(
            "taking {} back would lose what it holds; {url} has {held}. \
             Nothing was done: add --yes to lose it, and make a backup before",
            if names.is_empty() {
                "nothing".to_owned()
            } else {
                names.join(", ")
            },
        )));
    }
    for name in migrate::down(url, steps).await? {
        say(&format!("took {name} back"));
    }
    Ok(())
}

async fn current(url: &DatabaseUrl) -> Result<(), Failed> {
    let history = migrate::history(url).await?;
    let newest = history.iter().rev().find(|step| step.applied);
    let lacking = history.iter().filter(|step| !step.applied).count();
    let name = newest.map_or("no migration", |step| step.name.as_str());
    match lacking {
        0 => say(name),
        1 => say(&format!("{name} (1 is pending: starkeeper migrate up)")),
        more => say(&format!(
            "{name} ({more} are pending: starkeeper migrate up)"
        )),
    }
    Ok(())
}

async fn history(url: &DatabaseUrl) -> Result<(), Failed> {
    for Step {
        name,
        known,
        applied,
    } in migrate::history(url).await?
    {
        say(&match (applied, known) {
            (true, true) => format!("applied  {name}"),
            (true, false) => format!("applied  {name} (of a newer version of starkeeper)"),
            (false, _) => format!("pending  {name}"),
        });
    }
    Ok(())
}

impl From<MigrateFailed> for Failed {
    fn from(why: MigrateFailed) -> Self {
        match why {
            // Starting again does not help.
            MigrateFailed::Foreign { .. } | MigrateFailed::Newer { .. } => {
                Self::for_an_operator(why)
            }
            MigrateFailed::CannotConnect(_)
            | MigrateFailed::File { .. }
            | MigrateFailed::TooFew { .. }
            | MigrateFailed::Refused { .. } => Self::here(why),
        }
    }
}
