//! The real binaries.

use std::path::{Path, PathBuf};
use std::process::Command;

/// The daemon's binary with an environment that holds only what a test gives it.
pub fn starkeeper() -> Command {
    bare(Path::new(env!("CARGO_BIN_EXE_starkeeper")))
}

/// The emulators' binary, likewise.
pub fn sandbox() -> Command {
    // Cargo names only the binaries of this package; the other lies beside it.
    let path = PathBuf::from(env!("CARGO_BIN_EXE_starkeeper")).with_file_name("starkeeper-sandbox");
    assert!(
        path.exists(),
        "{} is not built: run ./x test, or ./x test it WORDS",
        path.display()
    );
    bare(&path)
}

fn bare(path: &Path) -> Command {
    let mut command = Command::new(path);
    command.env_clear();
    // By this `./x` finds what a killed test has left behind.
    for name in ["STARKEEPER_TEST_RUN", "PATH", "RUST_BACKTRACE"] {
        if let Some(value) = std::env::var_os(name) {
            command.env(name, value);
        }
    }
    // Settings of the one who runs the tests are not the test's.
    let nowhere = Path::new(env!("CARGO_TARGET_TMPDIR"));
    command.current_dir(nowhere);
    command
}
