//! How much a bot may send, and what it is told when it sends more.
//!
//! The real limits are nowhere written down to the letter: about one message a second in a chat,
//! twenty a minute in a group, thirty a second over all. They are settings, so that a load test can
//! raise them.

use serde::{Deserialize, Serialize};

use crate::world::clock::Moment;

/// The limits. Each is in calls of sending and editing; none is any number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FloodLimits {
    /// Calls a second over all chats, as many at once.
    pub everywhere: Option<u32>,
    /// Calls a second in one chat.
    pub chat: Option<u32>,
    /// How many of them may come at once in one chat.
    pub chat_burst: u32,
}

impl Default for FloodLimits {
    fn default() -> Self {
        Self {
            everywhere: Some(30),
            chat: Some(1),
            chat_burst: 5,
        }
    }
}

/// Calls a minute in a group, as many at once.
const GROUP_A_MINUTE: u32 = 20;

/// Milliseconds between two calls, in thousandths, and how many may come at once.
#[derive(Debug, Clone, Copy)]
struct Pace {
    between_us: i64,
    burst: u32,
}

/// How far somebody is ahead of their pace.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub(crate) struct Bucket {
    /// When the calls so far would be over at the pace, in microseconds since 1970.
    full_until_us: i64,
}

impl Bucket {
    /// Microseconds to wait before one more call fits.
    fn wait_us(self, pace: Pace, now_us: i64) -> i64 {
        let ahead = self.full_until_us.saturating_sub(now_us);
        let allowed = pace
            .between_us
            .saturating_mul(i64::from(pace.burst.saturating_sub(1)));
        ahead.saturating_sub(allowed).max(0)
    }

    fn take(&mut self, pace: Pace, now_us: i64) {
        self.full_until_us = self
            .full_until_us
            .max(now_us)
            .saturating_add(pace.between_us);
    }
}

impl FloodLimits {
    /// Takes one call out of both, or says in how many seconds it may be made.
    pub(crate) fn take(
        &self,
        everywhere: &mut Bucket,
        chat: &mut Bucket,
        is_group: bool,
        now: Moment,
    ) -> Result<(), u64> {
        let now_us = now.unix_ms().saturating_mul(1000);
        let whole = self.everywhere.map(|rate| a_second(rate, rate));
        let of_chat = self.chat.map(|rate| {
            if is_group {
                Pace {
                    between_us: 60_000_000 / i64::from(GROUP_A_MINUTE),
                    burst: GROUP_A_MINUTE,
                }
            } else {
                a_second(rate, self.chat_burst)
            }
        });
        let wait = |pace: Option<Pace>, bucket: Bucket| {
            pace.map_or(0, |pace| bucket.wait_us(pace, now_us))
        };
        let wait = wait(whole, *everywhere).max(wait(of_chat, *chat));
        if wait > 0 {
            let seconds = u64::try_from(wait).unwrap_or(0).div_ceil(1_000_000);
            return Err(seconds.max(1));
        }
        for (pace, bucket) in [(whole, everywhere), (of_chat, chat)] {
            if let Some(pace) = pace {
                bucket.take(pace, now_us);
            }
        }
        Ok(())
    }
}

fn a_second(rate: u32, burst: u32) -> Pace {
    Pace {
        between_us: 1_000_000 / i64::from(rate.max(1)),
        burst: burst.max(1),
    }
}
