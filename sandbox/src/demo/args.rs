//! The words of `starkeeper-sandbox demo`.

use std::path::PathBuf;

use super::breaks::Break;

/// Shows the whole shop on this machine: emulators, a page, and a daemon that is started again when
/// it dies. Stays until Ctrl-C.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Args {
    /// The daemon's program; not named: `starkeeper` beside this one.
    #[arg(long, value_name = "PATH")]
    pub(crate) daemon: Option<PathBuf>,
    /// Where the demo keeps its data.
    #[arg(long, value_name = "FOLDER", default_value = "target/demo")]
    pub(crate) state: PathBuf,
    /// The base port: the page. The five after it belong to the emulators and the daemon. Not
    /// named: 8090, and any free ones with --once.
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..=65530))]
    pub(crate) port: Option<u16>,
    /// Begins with empty books and an empty world, new keys and an empty log. Without it the demo
    /// goes on where the last one stopped.
    #[arg(long)]
    pub(crate) fresh: bool,
    /// Plays one customer by itself, says each step with its time, and ends: 0 if exactly what was
    /// bought was delivered or the money is back, and the books balance.
    #[arg(long)]
    pub(crate) once: bool,
    /// With --once: presses this switch of the page on the way.
    #[arg(long, value_name = "NAME", requires = "once")]
    pub(crate) fault: Option<Break>,
    /// How long a block of the chains takes; in a demo that goes on, as long as it did.
    #[arg(long, value_name = "MS", value_parser = clap::value_parser!(u64).range(1..=60_000))]
    pub(crate) block_time_ms: Option<u64>,
}
