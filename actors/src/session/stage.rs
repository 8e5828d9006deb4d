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
    /// Where nothing was tapped, it takes the place of "being done", if that was shown right before.
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
    /// The screen being shown says that something is being done.
    meanwhile: bool,
    /// The message that shows "being done", to be replaced by the answer. No other screen is: it
    /// stays true while the next answer comes.
    last: Option<i64>,
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
        self.meanwhile = play.unless.is_some();
        self.playing = true;
        Some(play)
    }

    /// The screen being shown is in this message, or in none.
    pub(super) fn shown(&mut self, message: Option<i64>) {
        self.playing = false;
        self.last = message.filter(|_| self.meanwhile);
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
            // Boxed: most screens need neither, and every one would carry the room for both.
            Box::pin(self.make_live(chat, message, &shown)).await;
        }
        if let Some(invoice) = top_up {
            Box::pin(self.note_top_up(to, message, invoice)).await;
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::customer::Language;
    use crate::domain::dialog::Body;
    use crate::domain::ids::TelegramId;

    const MOST: usize = 8;

    fn screen(meanwhile: bool, follows: bool) -> Play {
        Play {
            to: To {
                chat: TelegramId::new(7),
                language: Language::default(),
            },
            instead_of: None,
            follows,
            unless: meanwhile.then(Arc::default),
            screen: Box::new(Screen::short(Body::Opening)),
        }
    }

    fn next(stage: &mut Stage) -> Option<i64> {
        stage.next().expect("a screen").instead_of
    }

    #[test]
    fn an_answer_takes_the_place_of_being_done() {
        let mut stage = Stage::default();
        stage.push(screen(true, false), MOST);
        assert_eq!(next(&mut stage), None);
        stage.push(screen(false, true), MOST);
        stage.shown(Some(5));
        assert_eq!(next(&mut stage), Some(5));
    }

    #[test]
    fn an_answer_takes_the_place_of_no_other_screen() {
        let mut stage = Stage::default();
        stage.push(screen(false, false), MOST);
        assert_eq!(next(&mut stage), None);
        // "Being done" waits for its turn, and the answer is quicker.
        stage.push(screen(true, false), MOST);
        stage.push(screen(false, true), MOST);
        assert_eq!(stage.queue.len(), 1, "nobody needs it any more");
        stage.shown(Some(5));
        assert_eq!(next(&mut stage), None, "5 shows something of its own");
        stage.shown(Some(6));
        stage.push(screen(false, true), MOST);
        assert_eq!(next(&mut stage), None, "and 6 is an answer itself");
    }

    #[test]
    fn being_done_that_was_not_shown_has_no_place() {
        let mut stage = Stage::default();
        stage.push(screen(true, false), MOST);
        assert_eq!(next(&mut stage), None);
        stage.shown(None);
        stage.push(screen(false, true), MOST);
        assert_eq!(next(&mut stage), None);
    }
}
