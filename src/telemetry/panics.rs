//! What is said of a panic: one line of the log, and the same on stderr, where a process manager
//! finds it even if no log can be written.

use std::io::Write as _;
use std::panic::PanicHookInfo;

/// Longest text of a panic: it says what was expected, and may quote what it found.
const LONGEST: usize = 300;

/// From now on each panic of this process is a line of the log.
pub(super) fn into_the_log() {
    std::panic::set_hook(Box::new(|panic| {
        let text = text(panic);
        tracing::error!("{text}");
        // Without a terminal there is nobody to tell.
        let _closed = writeln!(std::io::stderr().lock(), "starkeeper: {text}");
    }));
}

/// Where, on which thread, and what it said; on one line.
fn text(panic: &PanicHookInfo<'_>) -> String {
    let said = panic
        .payload_as_str()
        .unwrap_or("something that is no text");
    let said: String = said
        .chars()
        .take(LONGEST)
        .flat_map(char::escape_debug)
        .collect();
    let thread = std::thread::current();
    let thread = thread.name().unwrap_or("unnamed");
    match panic.location() {
        Some(at) => format!("panic at {}:{} on {thread}: {said}", at.file(), at.line()),
        None => format!("panic on {thread}: {said}"),
    }
}
