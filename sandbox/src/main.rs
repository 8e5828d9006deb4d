//! The binary `starkeeper-sandbox`; everything it does is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    starkeeper_sandbox::cli::run(std::env::args_os())
}
