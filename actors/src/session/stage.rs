//! Shows a person's screens one after the other. Nobody waits for it: the update is acknowledged
//! when the dialog is saved.

use std::collections::VecDeque;

use super::desk::Desk;
use crate::domain::dialog::Screen;
use crate::ports::Failure;
use crate::ports::messenger::{SendRefused, To};

/// A screen to show.
#[derive(Debug)]
pub(super) struct Play {
    pub(super) to: To,
    pub(super) instead_of: Option<i64>,
    /// Where nothing was tapped, it takes the place of the screen shown before: an answer takes
    /// that of "being done".
    pub(super) follows: bool,
    pub(super) screen: Box<Screen>,
}

/// The screens of one person that are on their way.
#[derive(Debug, Default)]
pub(super) struct Stage {
    /// One is being shown.
    pub(super) playing: bool,
    pub(super) queue: VecDeque<Play>,
    /// The message that shows "being done", to be replaced by the answer.
    pub(super) last: Option<i64>,
}

impl Stage {
    /// Queues a screen; of too many the oldest are skipped, because the newest is the truth.
    pub(super) fn push(&mut self, play: Play, most: usize) {
        while self.queue.len() >= most.max(1) {
            self.queue.pop_front();
        }
        self.queue.push_back(play);
    }

    /// The next screen, if none is being shown.
    pub(super) fn next(&mut self) -> Option<Play> {
        if self.playing {
            return None;
        }
        let mut play = self.queue.pop_front()?;
        if play.follows {
            play.instead_of = play.instead_of.or(self.last);
        }
        self.playing = true;
        Some(play)
    }

    pub(super) fn is_empty(&self) -> bool {
        !self.playing && self.queue.is_empty()
    }
}

/// Pauses at most so long for Telegram's "too fast".
const LONGEST_PAUSE_MS: i64 = 5_000;

impl Desk {
    /// Shows a screen; answers its message. What cannot be shown costs a tap: the dialog is saved.
    pub(super) async fn play(&self, play: Play) -> Option<i64> {
        let messenger = &self.office.ports.messenger;
        let Play {
            to,
            instead_of,
            screen,
            ..
        } = play;
        let again = match messenger.show(to, instead_of, &screen).await {
            Ok(message) => return Some(message),
            Err(Failure::Refused(SendRefused::MessageGone)) => None,
            Err(Failure::Refused(SendRefused::TooFast { until, .. })) => {
                let pause = until.signed_duration_since(self.now()).num_milliseconds();
                let pause = u64::try_from(pause.clamp(0, LONGEST_PAUSE_MS)).unwrap_or_default();
                tokio::time::sleep(std::time::Duration::from_millis(pause)).await;
                instead_of
            }
            Err(Failure::NotDone { .. }) => instead_of,
            Err(Failure::Refused(SendRefused::Blocked) | Failure::Unknown { .. }) => return None,
            Err(Failure::Refused(why @ SendRefused::Never { .. })) => {
                tracing::warn!("a screen was not taken: {why}");
                return None;
            }
        };
        match messenger.show(to, again, &screen).await {
            Ok(message) => Some(message),
            Err(why) => {
                tracing::warn!("a screen was not shown: {why}");
                None
            }
        }
    }
}
