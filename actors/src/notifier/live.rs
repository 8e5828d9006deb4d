//! The live message of an order: one message that is edited to the latest state.
//!
//! A session may move it: the screen it has drawn becomes the order's message, and the earlier one
//! goes. What was drawn here meanwhile into the earlier one is then taken away once more.

use super::desk::{After, Desk, Sent};
use crate::domain::Timestamp;
use crate::domain::customer::Customer;
use crate::ports::Unreadable;
use crate::ports::books::{Fence, LiveMessage, RowWrite, Seen, Write};
use crate::ports::messenger::{OrderView, To};

impl Desk {
    /// Shows an order as it is now, not as it was when it became stale.
    pub(super) async fn draw(&self, live: Seen<LiveMessage>, fence: Fence) -> After {
        if !self.may_speak() {
            return After::NotSent;
        }
        self.draw_latest(&live, fence)
            .await
            .unwrap_or_else(|unreadable| {
                let order = live.row.order;
                tracing::warn!(order.id = %order, "{order} is not shown yet: {unreadable}");
                After::NotStored
            })
    }

    async fn draw_latest(
        &self,
        live: &Seen<LiveMessage>,
        fence: Fence,
    ) -> Result<After, Unreadable> {
        let order = live.row.order;
        let view = self.view(order).await?;
        let (view, customer) =
            view.ok_or_else(|| Unreadable::new(format!("{order} is missing")))?;
        if customer.row.unreachable {
            let row = self.rested(&live.row);
            return Ok(self.put(live, row, fence, None).await);
        }
        let sent = self.show(&live.row, &view, &customer.row).await;
        let drawn = match &sent {
            Sent::Accepted(message) => Some(*message),
            Sent::Blocked
            | Sent::TooFast(_)
            | Sent::MessageGone
            | Sent::Never(_)
            | Sent::NotDone(_)
            | Sent::Unknown(_) => None,
        };
        let after = self.shown(live, sent, &customer, fence).await;
        if let (After::NotStored, Some(drawn)) = (after, drawn) {
            self.take_away(&live.row, drawn).await?;
        }
        Ok(after)
    }

    /// Takes a message away in which an order was drawn, if the order has another by now.
    async fn take_away(&self, live: &LiveMessage, drawn: i64) -> Result<(), Unreadable> {
        let now = self.live(live.order).await?;
        let elsewhere = now.and_then(|now| now.message);
        if elsewhere.is_some_and(|elsewhere| elsewhere != drawn) {
            let messenger = &self.office.ports.messenger;
            // Only order in the chat: its buttons answer with the present state all the same.
            let _gone: Sent<()> = self.send(messenger.retire(live.chat, drawn)).await;
        }
        Ok(())
    }

    async fn show(&self, live: &LiveMessage, view: &OrderView, customer: &Customer) -> Sent<i64> {
        let to = To {
            chat: live.chat,
            language: customer.language,
        };
        let messenger = &self.office.ports.messenger;
        let sent = self
            .send(messenger.show_order(to, live.message, view))
            .await;
        match (sent, live.message) {
            (Sent::MessageGone, Some(_)) => self.send(messenger.show_order(to, None, view)).await,
            (sent, _) => sent,
        }
    }

    async fn shown(
        &self,
        live: &Seen<LiveMessage>,
        sent: Sent<i64>,
        customer: &Seen<Customer>,
        fence: Fence,
    ) -> After {
        let now = self.office.ports.clock.now();
        let order = live.row.order;
        let wait = |until: Timestamp| LiveMessage {
            not_before: until,
            ..live.row.clone()
        };
        let (row, also) = match sent {
            Sent::Accepted(message) => {
                self.counts.drawn.one();
                let row = LiveMessage {
                    message: Some(message),
                    shows: live.row.wanted,
                    not_before: now + self.settings.redraw_every,
                    ..live.row.clone()
                };
                (row, None)
            }
            Sent::Blocked => {
                let blocked = Customer {
                    unreachable: true,
                    ..customer.row.clone()
                };
                let write = RowWrite::Customer(Write::over(customer, blocked));
                (self.rested(&live.row), Some(write))
            }
            Sent::TooFast(until) => (wait(until), None),
            // This state is not shown; the next one is tried, in a new message.
            Sent::Never(why) => {
                tracing::warn!(order.id = %order, "{order} cannot be shown: {why}");
                let row = LiveMessage {
                    shows: live.row.wanted,
                    message: None,
                    ..live.row.clone()
                };
                (row, None)
            }
            Sent::MessageGone => (wait(now + self.settings.first_pause), None),
            Sent::NotDone(cause) | Sent::Unknown(cause) => {
                tracing::warn!(order.id = %order, "{order} is not shown yet: {cause}");
                (wait(now + self.settings.first_pause), None)
            }
        };
        self.put(live, row, fence, also).await
    }

    /// The message of somebody who blocked the bot.
    fn rested(&self, live: &LiveMessage) -> LiveMessage {
        let now = self.office.ports.clock.now();
        LiveMessage {
            not_before: now + self.settings.unreachable_every,
            ..live.clone()
        }
    }

    async fn put(
        &self,
        seen: &Seen<LiveMessage>,
        row: LiveMessage,
        fence: Fence,
        also: Option<RowWrite>,
    ) -> After {
        let mut commit = self.commit(fence);
        commit.rows.push(RowWrite::Live(Write::over(seen, row)));
        commit.rows.extend(also);
        self.store(commit).await
    }
}
