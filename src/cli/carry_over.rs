//! `starkeeper carry-over`: balances of another shop come into these books.

use std::path::PathBuf;

use clap::ValueEnum;
use starkeeper_actors::domain::customer::Language;
use starkeeper_actors::domain::money::MicroUsd;

use super::{Failed, books, complain, say};
use crate::config::{Settings, Surroundings};
use crate::daemon::carry_over::{Balances, carry_over};

/// Larger than a list of a million people.
const LARGEST: u64 = 64 * 1024 * 1024;

/// Gives people the balances that they have at another shop: once each, whatever is repeated. Stop
/// the other shop first, and the daemon of embedded books.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// A line a person: Telegram id, comma, dollars with a point. A first line
    /// `telegram_id,amount` is passed over.
    #[arg(value_name = "FILE")]
    list: PathBuf,
    /// Of people who are new here; they can change it in the chat.
    #[arg(long, value_enum, default_value_t = Tongue::Ru)]
    language: Tongue,
    /// Read the list and say what would be carried over.
    #[arg(long)]
    dry_run: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Tongue {
    Ru,
    En,
}

impl From<Tongue> for Language {
    fn from(tongue: Tongue) -> Self {
        match tongue {
            Tongue::Ru => Self::Ru,
            Tongue::En => Self::En,
        }
    }
}

/// Carries them over, and says what became of them.
pub(super) fn run(args: &Args, surroundings: &Surroundings) -> Result<(), Failed> {
    let file = args.list.display();
    let cannot = |why: std::io::Error| Failed::here(format!("{file}: {why}"));
    let size = std::fs::metadata(&args.list).map_err(cannot)?.len();
    if size > LARGEST {
        return Err(Failed::here(format!(
            "{file}: {size} bytes are no list of balances"
        )));
    }
    let list = std::fs::read_to_string(&args.list).map_err(cannot)?;
    let balances = Balances::read(&list).map_err(|failed| Failed {
        text: format!("{file}:\n{}", failed.text),
        ..failed
    })?;
    let empty = balances.empty;
    if args.dry_run {
        let (people, sum) = (balances.people(), dollars(balances.sum));
        say(&format!(
            "{people} people have {sum} together, {empty} have nothing; nothing was carried over"
        ));
        return Ok(());
    }
    let settings = Settings::read(surroundings)?;
    let all = balances.people();
    let carried = books::run(carry_over(
        &settings,
        &balances,
        args.language.into(),
        |done| {
            complain(&format!("{done} of {all} people"));
        },
    ))?;
    let (people, sum, before) = (carried.people, dollars(carried.sum), carried.before);
    say(&format!(
        "{people} people were given {sum} together; {before} had theirs before, {empty} have nothing"
    ));
    Ok(())
}

fn dollars(amount: MicroUsd) -> String {
    format!("${}", amount.to_decimal())
}
