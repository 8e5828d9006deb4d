//! Shows a person's screens one after the other. Nobody waits for it: the update is acknowledged
//! when the dialog is saved.

use std::collections::VecDeque;
use std::sync::Arc;

use tokio::sync::Notify;

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
    /// It only says that something is being done: not worth a message if the answer is quick. Told
    /// when something else is to be shown.
    pub(super) unless: Option<Arc<Notify>>,
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
    /// Tells the screen being shown that it is not needed any more, if it asks.
    needless: Option<Arc<Notify>>,
}

impl Stage {
    /// Queues a screen; of too many the oldest are skipped, because the newest is the truth.
    pub(super) fn push(&mut self, play: Play, most: usize) {
        self.queue.retain(|queued| queued.unless.is_none());
        if let Some(needless) = self.needless.take() {
            needless.notify_one();
        }
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
        self.last = None;
        self.needless.clone_from(&play.unless);
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
    /// A screen that shows an order is that order's message from then on; one that shows a top-up is
    /// remembered, to end with it.
    pub(super) async fn play(&self, play: Play) -> Option<i64> {
        let chat = play.to.chat;
        if let Some(unless) = &play.unless {
            self.office.ports.messenger.seem_busy(chat).await;
            let quick = self.settings.courtesy;
            if tokio::time::timeout(quick, unless.notified()).await.is_ok() {
                return None;
            }
        }
        let to = play.to;
        let shown = play.screen.order().cloned();
        let top_up = play.screen.open_top_up().map(|invoice| invoice.id);
        let message = self.draw(play).await?;
        if let Some(shown) = shown {
            self.make_live(chat, message, &shown).await;
        }
        if let Some(invoice) = top_up {
            self.note_top_up(to, message, invoice).await;
        }
        Some(message)
    }

    async fn draw(&self, play: Play) -> Option<i64> {
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
