//! One notice to one customer.

use super::desk::{After, Desk, Sent};
use crate::domain::customer::Customer;
use crate::domain::ids::{CustomerId, NoticeId, OrderId};
use crate::domain::notice::{
    Attempt, Audience, Message, News, Notice, OperatorNews, Owed, Standing,
};
use crate::ports::Unreadable;
use crate::ports::books::{Fence, RowWrite, Seen, Write};
use crate::ports::messenger::To;

impl Desk {
    /// Delivers a notice and stores what became of it.
    pub(super) async fn deliver(&self, notice: Seen<Notice>, fence: Fence) -> After {
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
        let about = match about(message) {
            Some(order) => self.view(order).await?.map(|(view, _)| view),
            None => None,
        };
        let to = To {
            chat: customer.row.telegram,
            language: customer.row.language,
        };
        let call = self
            .office
            .ports
            .messenger
            .tell(to, message, about.as_ref());
        let sent = self.send(call).await;
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
            Attempt::Accepted => &self.counts.told,
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

/// The order a message is about.
const fn about(message: &Message) -> Option<OrderId> {
    match message {
        Message::Operators(_) => None,
        Message::Customer(news) => match news {
            News::Delivered { order, .. }
            | News::Refunded { order, .. }
            | News::TakesLonger { order }
            | News::BeingChecked { order } => Some(*order),
            News::Credited { order, .. } => *order,
            News::Locked { .. }
            | News::Unlocked { .. }
            | News::PayingBack { .. }
            | News::PayingBackFailed { .. }
            | News::PaidBack { .. }
            | News::OpenAgain { .. } => None,
        },
    }
}
