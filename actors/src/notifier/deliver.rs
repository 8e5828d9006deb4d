//! One notice to one customer.

use std::sync::Arc;

use tracing::Instrument as _;

use super::desk::{After, Desk, Sent};
use crate::domain::customer::Customer;
use crate::domain::dialog::Screen;
use crate::domain::ids::{CustomerId, InvoiceId, NoticeId, OrderId};
use crate::domain::notice::{
    Attempt, Audience, CreditReason, Message, News, Notice, OperatorNews, Owed, Standing,
};
use crate::domain::order::Order;
use crate::domain::trace::TraceId;
use crate::office::around;
use crate::ports::Unreadable;
use crate::ports::books::{Fence, RowWrite, Seen, Write};
use crate::ports::messenger::{About, To, Today};

impl Desk {
    /// Delivers a notice and stores what became of it.
    pub(super) async fn deliver(&self, notice: Seen<Notice>, fence: Fence) -> After {
        let trace = TraceId::of_message(&notice.row.owed.message);
        let around = trace.map_or_else(tracing::Span::none, around);
        self.deliver_one(notice, fence).instrument(around).await
    }

    async fn deliver_one(&self, notice: Seen<Notice>, fence: Fence) -> After {
        if !self.may_speak() {
            return After::NotSent;
        }
        let delivered = match notice.row.owed.audience {
            Audience::Customer(customer) => self.to_customer(&notice, customer, fence).await,
            Audience::Operators => Ok(self.to_operators(&notice, fence).await),
        };
        delivered.unwrap_or_else(|unreadable| {
            let id = notice.row.id;
            tracing::warn!(notice.id = %id, "{id} is not delivered yet: {unreadable}");
            After::NotStored
        })
    }

    async fn to_customer(
        &self,
        notice: &Seen<Notice>,
        customer: CustomerId,
        fence: Fence,
    ) -> Result<After, Unreadable> {
        let customer = self.customer(customer).await?;
        if customer.row.unreachable {
            return Ok(self.keep(notice, &customer, fence).await);
        }
        let message = &notice.row.owed.message;
        let order = match about(message) {
            Some(order) => self.view(order).await?.map(|(view, _)| view),
            None => None,
        };
        let today = match order.as_ref().filter(|_| asks_for_today(message)) {
            Some(view) => self.today(&view.order).await?,
            None => None,
        };
        let about = About { order, today };
        let to = To {
            chat: customer.row.telegram,
            language: customer.row.language,
        };
        let mut sent = match topped_up(message) {
            Some(invoice) => self.end_top_up(to, invoice).await?,
            None => Sent::Accepted(()),
        };
        // What only ends a message makes none.
        let is_told = !matches!(message, Message::Customer(News::Lapsed { .. }));
        if let (Sent::Accepted(()), true) = (&sent, is_told) {
            let call = self.office.ports.messenger.tell(to, message, &about);
            sent = self.send(call).await;
        }
        match &sent {
            Sent::Blocked => return Ok(self.keep(notice, &customer, fence).await),
            Sent::Accepted(())
            | Sent::TooFast(_)
            | Sent::MessageGone
            | Sent::Never(_)
            | Sent::NotDone(_)
            | Sent::Unknown(_) => {}
        }
        let attempt = self.attempt(&notice.row, sent);
        Ok(self.note(notice, attempt, fence, None).await)
    }

    /// Takes the way to pay out of the message that shows a top-up: its money is there. With the
    /// news, so that what fails now is done with the next attempt to tell them.
    async fn end_top_up(&self, to: To, invoice: InvoiceId) -> Result<Sent<()>, Unreadable> {
        let seen = self.office.ports.books.invoice(invoice).await?;
        let shown = seen.and_then(|seen| Some((seen.row.shown_in?, seen.row)));
        let Some((message, row)) = shown else {
            return Ok(Sent::Accepted(()));
        };
        let ended = Screen::of_top_up(row);
        let messenger = &self.office.ports.messenger;
        let sent = self.send(messenger.show(to, Some(message), &ended)).await;
        Ok(match sent {
            Sent::Accepted(_) => {
                self.counts.drawn.one();
                Sent::Accepted(())
            }
            // Deleted by the customer, or too old to be edited: the news says it all.
            Sent::MessageGone => Sent::Accepted(()),
            Sent::Never(why) => {
                tracing::warn!(invoice.id = %invoice, "the message of {invoice} keeps its buttons: {why}");
                Sent::Accepted(())
            }
            Sent::Blocked => Sent::Blocked,
            Sent::TooFast(until) => Sent::TooFast(until),
            Sent::NotDone(cause) => Sent::NotDone(cause),
            Sent::Unknown(cause) => Sent::Unknown(cause),
        })
    }

    /// What an order's goods cost now, if they are sold.
    async fn today(&self, order: &Order) -> Result<Option<Today>, Unreadable> {
        let now = self.office.ports.clock.now();
        let Some(prices) = &self.prices else {
            return Ok(None);
        };
        let prices = Arc::clone(&prices.borrow());
        let Ok(priced) = prices.price(order.quote.product, now) else {
            return Ok(None);
        };
        let purse = self.office.ports.books.purse(order.customer).await?;
        Ok(Some(Today {
            price: priced.price,
            available: purse.available,
        }))
    }

    /// Keeps a notice for somebody who blocked the bot. The customer's row is named even where it
    /// does not change: who comes back at this moment is not overlooked.
    async fn keep(&self, notice: &Seen<Notice>, seen: &Seen<Customer>, fence: Fence) -> After {
        let customer = Customer {
            unreachable: true,
            ..seen.row.clone()
        };
        let write = RowWrite::Customer(Write::over(seen, customer));
        self.note(notice, Attempt::Blocked, fence, Some(write))
            .await
    }

    /// What the outcome of a call means for a notice.
    pub(super) fn attempt(&self, notice: &Notice, sent: Sent<()>) -> Attempt {
        let again = self.office.ports.clock.now() + self.settings.pause(attempts(notice));
        let id = notice.id;
        match sent {
            Sent::Accepted(()) => Attempt::Accepted,
            Sent::Blocked => Attempt::Blocked,
            Sent::TooFast(until) => Attempt::Later { until },
            Sent::Never(why) => Attempt::Refused { why },
            Sent::MessageGone => Attempt::Refused {
                why: "a new message cannot be gone".into(),
            },
            Sent::NotDone(cause) => {
                tracing::warn!(notice.id = %id, "{id} was not delivered: {cause}");
                Attempt::Later { until: again }
            }
            Sent::Unknown(cause) => {
                tracing::warn!(notice.id = %id, "{id} may have been delivered: {cause}");
                Attempt::Unknown { until: again }
            }
        }
    }

    /// Stores an attempt. What can never be delivered to a customer the operators are told.
    pub(super) async fn note(
        &self,
        notice: &Seen<Notice>,
        attempt: Attempt,
        fence: Fence,
        also: Option<RowWrite>,
    ) -> After {
        let mut commit = self.commit(fence);
        let counted = match &attempt {
            Attempt::Accepted => {
                let (id, key) = (notice.row.id, &notice.row.owed.key);
                tracing::info!(notice.id = %id, "told: {key}");
                &self.counts.told
            }
            Attempt::Later { .. } => &self.counts.later,
            Attempt::Unknown { .. } => &self.counts.unknown,
            Attempt::Blocked => &self.counts.kept,
            Attempt::Refused { why } => {
                let (key, why) = (notice.row.owed.key.clone(), why.clone());
                tracing::warn!(notice.key = %key, "{key} can never be delivered: {why}");
                match notice.row.owed.audience {
                    Audience::Customer(_) => {
                        let id = NoticeId::new(self.office.ports.clock.fresh_id());
                        let news = OperatorNews::Undeliverable { key, why };
                        commit.notices.push((id, Owed::operators(news)));
                    }
                    // It was logged; a notice about it would meet the same end.
                    Audience::Operators => {}
                }
                &self.counts.undeliverable
            }
        };
        counted.one();
        let row = notice.row.after(attempt, commit.at);
        commit.rows.push(RowWrite::Notice(Write::over(notice, row)));
        commit.rows.extend(also);
        self.store(commit).await
    }
}

pub(super) const fn attempts(notice: &Notice) -> u32 {
    match &notice.standing {
        Standing::Waiting { attempts, .. } => *attempts,
        Standing::Kept | Standing::Delivered { .. } | Standing::Undeliverable { .. } => 0,
    }
}

/// The top-up whose money a message tells of.
const fn topped_up(message: &Message) -> Option<InvoiceId> {
    match message {
        Message::Customer(News::Credited {
            invoice,
            order: None,
            ..
        })
        | Message::Customer(News::Lapsed { invoice, .. }) => Some(*invoice),
        Message::Customer(_) | Message::Operators(_) => None,
    }
}

/// Whether a message asks whether to buy at the price of today.
const fn asks_for_today(message: &Message) -> bool {
    matches!(
        message,
        Message::Customer(News::Credited {
            reason: CreditReason::Late,
            bought: false,
            ..
        })
    )
}

/// The order a message is about.
const fn about(message: &Message) -> Option<OrderId> {
    match message {
        Message::Operators(_) => None,
        Message::Customer(news) => match news {
            News::Delivered { order, .. }
            | News::Refunded { order, .. }
            | News::TakesLonger { order }
            | News::OnItsWay { order }
            | News::BeingChecked { order } => Some(*order),
            News::Credited { order, .. } => *order,
            News::Locked { .. }
            | News::Unlocked { .. }
            | News::PayingBack { .. }
            | News::PayingBackFailed { .. }
            | News::PaidBack { .. }
            | News::Lapsed { .. }
            | News::OpenAgain { .. } => None,
        },
    }
}
