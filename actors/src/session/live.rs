//! The message that shows an order is the one the customer last saw it in.
//!
//! A screen is drawn at once, and only then becomes the order's message in the books; the earlier
//! one is taken away. From the marking on, the notifier keeps it at the truth. Whatever it drew in
//! the meantime, and whatever happened to the order while the screen was on its way, ends in one
//! more drawing: none of the two has to wait for the other.

use super::desk::Desk;
use super::turn::Trouble;
use crate::domain::Timestamp;
use crate::domain::dialog::OrderFace;
use crate::domain::ids::{OrderId, TelegramId, Version};
use crate::ports::Failure;
use crate::ports::books::{LiveMessage, OrderFile, RowWrite, Write};

/// An order's own message, which shows nothing of it yet.
pub(super) const fn live(
    order: OrderId,
    chat: TelegramId,
    message: Option<i64>,
    now: Timestamp,
) -> LiveMessage {
    LiveMessage {
        order,
        chat,
        message,
        shows: Version::new(0),
        wanted: Version::new(0),
        not_before: now,
    }
}

impl Desk {
    /// Makes a message in which an order was just drawn that order's message. What fails leaves
    /// two messages that show the order, of which the earlier one is kept at the truth.
    pub(super) async fn make_live(&self, chat: TelegramId, message: i64, drawn: &OrderFace) {
        let order = drawn.order.id;
        match self.move_live(chat, message, drawn).await {
            Ok(None) => {}
            Ok(Some(earlier)) => {
                let messenger = &self.office.ports.messenger;
                if let Err(why) = messenger.retire(chat, earlier).await {
                    tracing::warn!(order.id = %order, "{order} is shown twice: {why}");
                }
            }
            Err(why) => {
                tracing::warn!(order.id = %order, "{order} may be shown twice: {why}");
            }
        }
    }

    /// Answers the message that showed the order before, if it is another one.
    async fn move_live(
        &self,
        chat: TelegramId,
        message: i64,
        drawn: &OrderFace,
    ) -> Result<Option<i64>, Trouble> {
        let order = drawn.order.id;
        for _ in 0..self.settings.rounds {
            let Some(file) = self.office.ports.books.order_file(order).await? else {
                return Ok(None);
            };
            let there = file.live.clone();
            let earlier = there.as_ref().and_then(|seen| seen.row.message);
            if earlier == Some(message) && self.shows_all(file, drawn) {
                return Ok(None);
            }
            let mut commit = self.office.commit();
            let moved = earlier != Some(message);
            if moved {
                let write = match &there {
                    Some(seen) => {
                        let row = LiveMessage {
                            chat,
                            message: Some(message),
                            ..seen.row.clone()
                        };
                        Write::over(seen, row)
                    }
                    None => Write::new(live(order, chat, Some(message), self.now())),
                };
                commit.rows.push(RowWrite::Live(write));
            }
            commit.stale.push(order);
            match self.office.write(commit).await {
                Ok(()) => return Ok(earlier.filter(|_| moved)),
                // The notifier wrote meanwhile, or perhaps we did: read again.
                Err(Failure::Refused(_) | Failure::Unknown { .. }) => {}
                Err(Failure::NotDone { cause }) => return Err(Trouble::NotDone(cause)),
            }
        }
        Err(Trouble::NotDone("its message keeps moving".into()))
    }

    /// Whether nothing has happened to the order since it was read for the drawing. What the clock
    /// alone changes is drawn when it is due.
    fn shows_all(&self, file: OrderFile, drawn: &OrderFace) -> bool {
        file.face(self.now()) == *drawn
    }
}
