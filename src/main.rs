//! The binary `starkeeper`; everything it does is in the library.

use std::process::ExitCode;

use mimalloc::MiMalloc;

/// Many small messages, freed on other threads than they were made on: what it is made for.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    starkeeper::cli::run(std::env::args_os())
}
