//! The live feed: who listens, what they are sent, and why they are let go.

use metrics::{counter, gauge};

use super::real;

const LISTENERS: &str = "starkeeper_live_listeners";
const LINES: &str = "starkeeper_live_lines_total";
const ENDED: &str = "starkeeper_live_ended_total";

/// Why a connection ended, or was not begun (`full`).
pub const ENDS: [&str; 7] = [
    "left",
    "ending",
    "too_slow",
    "silent",
    "spoke",
    "malformed",
    "full",
];

/// Says how many listen.
pub fn listeners(count: usize) {
    gauge!(LISTENERS).set(real(u64::try_from(count).unwrap_or(u64::MAX)));
}

/// Counts a line that one listener was sent.
pub fn line_sent() {
    counter!(LINES).increment(1);
}

/// Counts the end of a connection; `why` is one of [`ENDS`].
pub fn ended(why: &'static str) {
    counter!(ENDED, "why" => why).increment(1);
}

/// Shows all of it before anybody listens.
pub(super) fn show() {
    listeners(0);
    counter!(LINES).absolute(0);
    for why in ENDS {
        counter!(ENDED, "why" => why).absolute(0);
    }
}
