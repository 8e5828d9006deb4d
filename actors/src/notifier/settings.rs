//! What may be set about telling people.

use std::time::Duration;

use crate::domain::Span;

/// A rate: one each `every`, and up to `burst` at once after silence.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Rate {
    /// Between two in the long run.
    pub every: Duration,
    /// At once, at least one.
    pub burst: u32,
}

/// The settings of the notifier.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct NotifierSettings {
    /// Between two looks at the books. Default 2 s: what a lost wake may cost.
    pub look_every: Duration,
    /// People who are told at once. Default 16: at 25 a second nobody waits for a slow chat.
    pub in_flight: usize,
    /// Live messages that are drawn at once. Default 8.
    pub drawing: usize,
    /// The whole bot's rate. Default 25 a second: Telegram allows about 30, and the sessions'
    /// answers need some.
    pub everybody: Rate,
    /// One chat's rate. Default one a second, three at once: Telegram's advice.
    pub chat: Rate,
    /// The longest wait for a place in these rates; what would wait longer is found again at a
    /// later look. Default 5 s.
    pub longest_wait: Duration,
    /// For one call to Telegram. Default 15 s.
    pub call: Duration,
    /// How long the lease is asked for. Default 30 s: after a crash the next replica takes over
    /// within it.
    pub lease: Span,
    /// The pause after a message that was not taken; doubles. Default 2 s.
    pub first_pause: Span,
    /// The longest of these. Default 5 min.
    pub longest_pause: Span,
    /// The least time between two edits of one live message: what happens in between is shown at
    /// once. Default 1 s.
    pub redraw_every: Span,
    /// How often the live message of somebody who blocked the bot is looked at. Default 10 min.
    pub unreachable_every: Span,
}

impl Default for NotifierSettings {
    fn default() -> Self {
        Self {
            look_every: Duration::from_secs(2),
            in_flight: 16,
            drawing: 8,
            everybody: Rate {
                every: Duration::from_millis(40),
                burst: 25,
            },
            chat: Rate {
                every: Duration::from_secs(1),
                burst: 3,
            },
            longest_wait: Duration::from_secs(5),
            call: Duration::from_secs(15),
            lease: Span::seconds(30),
            first_pause: Span::seconds(2),
            longest_pause: Span::minutes(5),
            redraw_every: Span::seconds(1),
            unreachable_every: Span::minutes(10),
        }
    }
}

impl NotifierSettings {
    /// The pause before another attempt after so many.
    pub(super) fn pause(&self, attempts: u32) -> Span {
        let factor = 1_i32.checked_shl(attempts.min(20)).unwrap_or(1);
        let pause = self.first_pause.checked_mul(factor);
        pause.unwrap_or(self.longest_pause).min(self.longest_pause)
    }
}
