//! The command line of `starkeeper-sandbox`. Only what exists is offered.

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser;

/// Emulates Telegram, Heleket, fragment.com and TON for Starkeeper's demo and tests.
///
/// This version can only say what it is: the emulators of Telegram and Heleket come with the
/// payments, those of fragment.com and TON with the deliveries.
#[derive(Debug, Parser)]
#[command(name = "starkeeper-sandbox", version, arg_required_else_help = true)]
struct Words {}

/// Runs the command line `words` (the program's own name first) and says how it went.
pub fn run(words: impl IntoIterator<Item = OsString>) -> ExitCode {
    match Words::try_parse_from(words) {
        Ok(Words {}) => ExitCode::SUCCESS,
        Err(answer) => {
            let _closed_pipe = answer.print();
            u8::try_from(answer.exit_code()).map_or(ExitCode::FAILURE, ExitCode::from)
        }
    }
}
