//! The binary `starkeeper`; everything it does is in the library.

use std::process::ExitCode;

use mimalloc::MiMalloc;

/// Many small messages, freed on other threads than they were made on: what it is made for.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    // Pages of 2 MiB would be half of what an idle shop weighs. A kernel that does not know the wish
    // gives what it gives; nothing depends on it.
    rustix::thread::disable_transparent_huge_pages(true).ok();
    starkeeper::cli::run(std::env::args_os())
}
