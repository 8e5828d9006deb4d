//! What people send: turns an update, polled or delivered, into what it means to a session, and
//! asks that person's session.
//!
//! A driver: parses at the edge (the core never re-checks). An update that cannot be read, or is
//! of no kind that the shop knows, is counted and confirmed, so that it cannot block the queue.
//! Never talks to the Bot API itself: whoever wires it hands in where updates are fetched
//! ([`Updates`]) and where taps are answered.
//!
//! - [`read()`] parses one update.
//! - [`Intake`] has it handled, and says what the sender of updates is told.
//! - [`Poller`] fetches updates where they are not delivered.

mod intake;
mod poll;
mod read;

pub use intake::{Hooks, Intake, Taken, TapAnswer, Toast};
pub use poll::{NoUpdates, PollSettings, Poller, Updates};
pub use read::{Chatted, Heard, Tap, Unreadable, read};
