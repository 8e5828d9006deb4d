//! The command line of `starkeeper`: reads the words, calls what they name, chooses the exit code.
//!
//! Only what exists is offered. Each command is a module of its own below this one, with an `Args`
//! of clap and a `run` that gets them and the [`Surroundings`]; it is added here to `Command` and
//! to `obey` together with the work that makes it do something, so `--help` can be believed.
//!
//! Exit codes: 0 done; 1 it did not work, and the text says why; 2 the words were not understood;
//! 70 an actor is beyond repair or the daemon failed by itself; 78 only an operator helps: a setting
//! is wrong, a port is taken, the books live on elsewhere.

use std::ffi::OsString;
use std::io::Write as _;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::config::Surroundings;

mod backup;
pub(crate) mod books;
mod carry_over;
mod check;
mod config;
mod copy_books;
mod failed;
mod init;
pub(crate) mod login;
mod migrate;
mod report;
mod restore;
mod serve;
mod token;
mod wallet;

pub use failed::Failed;

/// Keeps a Telegram shop for Stars and Premium.
#[derive(Debug, Parser)]
#[command(name = "starkeeper", version, arg_required_else_help = true)]
struct Words {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Runs the daemon until it is told to end (SIGTERM, SIGINT).
    Serve(serve::Args),
    /// Asks what a shop needs, and writes `.env`.
    Init(init::Args),
    /// Asks every dependency how it is, and says how to mend what is wrong.
    Check(check::Args),
    /// Prints every setting with the place it was read from, secrets masked.
    Config(config::Args),
    /// Brings the schema of the books up to date, back, or shows where it is.
    Migrate(migrate::Args),
    /// Makes a backup of the books, checked, while the daemon runs.
    Backup(backup::Args),
    /// Prints days of the shop as a table: sales, cost, fees, margin.
    Report(report::Args),
    /// Fills empty books from a backup; they begin a new life.
    Restore(restore::Args),
    /// Moves the books to another database, of either engine.
    CopyBooks(copy_books::Args),
    /// Gives people the balances that they have at another shop, once each.
    CarryOver(carry_over::Args),
    /// Shows the Fragment logins of the running daemon, or brings it new cookies.
    Login(login::Args),
    /// Draws a token for a part of the admin API. Nothing is stored.
    Token(token::Args),
    /// Draws the words of a wallet, or shows the addresses that words open.
    Wallet(wallet::Args),
}

/// Runs the command line `words` (the program's own name first) and says how it went.
///
/// Never panics and never ends the process: `main` returns the code.
pub fn run(words: impl IntoIterator<Item = OsString>) -> ExitCode {
    match Words::try_parse_from(words) {
        Ok(Words { command }) => match obey(command, &Surroundings::of_this_process()) {
            Ok(()) => ExitCode::SUCCESS,
            Err(failed) => {
                complain(&failed.text);
                ExitCode::from(failed.code)
            }
        },
        Err(answer) => tell(&answer),
    }
}

fn obey(command: Command, surroundings: &Surroundings) -> Result<(), Failed> {
    match command {
        Command::Serve(args) => serve::run(&args, surroundings),
        Command::Init(args) => init::run(&args, surroundings),
        Command::Check(args) => check::run(&args, surroundings),
        Command::Config(args) => config::run(&args, surroundings),
        Command::Migrate(args) => migrate::run(&args, surroundings),
        Command::Backup(args) => backup::run(&args, surroundings),
        Command::Report(args) => report::run(&args, surroundings),
        Command::Restore(args) => restore::run(&args, surroundings),
        Command::CopyBooks(args) => copy_books::run(&args),
        Command::CarryOver(args) => carry_over::run(&args, surroundings),
        Command::Login(args) => login::run(&args, surroundings),
        Command::Token(args) => token::run(&args),
        Command::Wallet(args) => wallet::run(&args, surroundings),
    }
}

/// Prints to the terminal. A closed pipe (`starkeeper config | head -1`) is no failure.
pub(crate) fn say(text: &str) {
    let mut out = std::io::stdout().lock();
    let _closed_pipe = writeln!(out, "{text}").and_then(|()| out.flush());
}

/// Prints a complaint, each of its lines once.
pub(crate) fn complain(text: &str) {
    let mut out = std::io::stderr().lock();
    let _closed_pipe = writeln!(out, "starkeeper: {text}");
}

/// Prints help or a complaint of clap's.
fn tell(answer: &clap::Error) -> ExitCode {
    let _closed_pipe = answer.print();
    u8::try_from(answer.exit_code()).map_or(ExitCode::FAILURE, ExitCode::from)
}
