//! The command line of `starkeeper`: reads the words, calls what they name, chooses the exit code.
//!
//! Only what exists is offered. A command is added here together with the work that makes it do
//! something, so `--help` can be believed.
//!
//! Exit codes: 0 done; 2 the words were not understood. The daemon adds 70, an actor is beyond
//! repair, and 78, a setting is wrong.

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser;

/// Keeps a Telegram shop for Stars and Premium.
///
/// This version can only say what it is: the rules and actors of the shop are built; the
/// commands that run it come with its storage, its payments and its deliveries.
#[derive(Debug, Parser)]
#[command(name = "starkeeper", version, arg_required_else_help = true)]
struct Words {}

/// Runs the command line `words` (the program's own name first) and says how it went.
///
/// Never panics and never ends the process: `main` returns the code.
pub fn run(words: impl IntoIterator<Item = OsString>) -> ExitCode {
    match Words::try_parse_from(words) {
        Ok(Words {}) => ExitCode::SUCCESS,
        Err(answer) => tell(&answer),
    }
}

/// Prints help or a complaint. A closed pipe (`starkeeper --help | head -1`) is no failure.
fn tell(answer: &clap::Error) -> ExitCode {
    let _closed_pipe = answer.print();
    u8::try_from(answer.exit_code()).map_or(ExitCode::FAILURE, ExitCode::from)
}
