//! The binary `starkeeper`; everything it does is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    starkeeper::cli::run(std::env::args_os())
}
