//! What people are owed to hear, in meaning and without wording.
//!
//! A notice is committed together with the change that causes it, under a unique key, and
//! delivered at least once by the notifier. An edit of an order's live message is not a notice:
//! a decision marks the order as stale, and the notifier shows the latest state.

use serde::{Deserialize, Serialize};

use super::Timestamp;
use super::ids::{CustomerId, NoticeId};

mod news;
mod shop_news;
pub use news::{CreditReason, News, OperatorNews, RefundReason, Resting, Rests};
pub use shop_news::ShopNews;

/// Who is owed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Audience {
    /// One customer.
    Customer(CustomerId),
    /// Everybody with operator's rights, the log and the metric.
    Operators,
}

/// What is told.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Message {
    /// To a customer.
    Customer(News),
    /// To the operators.
    Operators(OperatorNews),
}

/// A notice as a decision asks for it.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Owed {
    /// Unique for good: a second commit that owes the same adds nothing.
    pub key: String,
    /// Who.
    pub audience: Audience,
    /// What.
    pub message: Message,
}

impl Owed {
    /// Something a customer must hear. The key is the news' own, so the same fact is told once.
    #[must_use]
    pub fn customer(customer: CustomerId, news: News) -> Self {
        Self {
            key: format!("{customer}/{}", news.key()),
            audience: Audience::Customer(customer),
            message: Message::Customer(news),
        }
    }

    /// Something the operators must hear, told once for each key of the news.
    #[must_use]
    pub fn operators(news: OperatorNews) -> Self {
        Self {
            key: format!("operators/{}", news.key()),
            audience: Audience::Operators,
            message: Message::Operators(news),
        }
    }
}

/// Where a notice stands.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// To be delivered, not before an instant.
    Waiting {
        /// Attempts so far.
        attempts: u32,
        /// When to try again.
        not_before: Timestamp,
    },
    /// The person blocked the bot: kept until the next `/start`.
    Kept,
    /// Telegram accepted it.
    Delivered {
        /// When.
        at: Timestamp,
    },
    /// Telegram will never accept it; the operators were told.
    Undeliverable {
        /// What Telegram said, shortened.
        why: String,
    },
}

/// A notice in the books.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Notice {
    /// Ordered: a person hears things in the order they happened.
    pub id: NoticeId,
    /// What is owed, and to whom.
    pub owed: Owed,
    /// When it was committed.
    pub since: Timestamp,
    /// Where it stands.
    pub standing: Standing,
}

/// What became of one attempt to deliver.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Attempt {
    /// Accepted.
    Accepted,
    /// Not now: try again after an instant. The whole bot's limit or a network failure.
    Later {
        /// Not before.
        until: Timestamp,
    },
    /// The outcome is unknown; telling twice is better than never.
    Unknown {
        /// Not before.
        until: Timestamp,
    },
    /// The person blocked the bot or deleted the account.
    Blocked,
    /// Will never be accepted.
    Refused {
        /// What Telegram said.
        why: String,
    },
}

impl Notice {
    /// A notice that has just become owed.
    #[must_use]
    pub const fn new(id: NoticeId, owed: Owed, now: Timestamp) -> Self {
        let standing = Standing::Waiting {
            attempts: 0,
            not_before: now,
        };
        Self {
            id,
            owed,
            since: now,
            standing,
        }
    }

    /// When the next attempt is due; none if the notice is finished or kept.
    #[must_use]
    pub const fn due(&self) -> Option<Timestamp> {
        match &self.standing {
            Standing::Waiting { not_before, .. } => Some(*not_before),
            Standing::Kept | Standing::Delivered { .. } | Standing::Undeliverable { .. } => None,
        }
    }

    /// The notice after one attempt.
    #[must_use]
    pub fn after(&self, attempt: Attempt, now: Timestamp) -> Self {
        let attempts = match &self.standing {
            Standing::Waiting { attempts, .. } => *attempts,
            Standing::Kept | Standing::Delivered { .. } | Standing::Undeliverable { .. } => 0,
        };
        let standing = match attempt {
            Attempt::Accepted => Standing::Delivered { at: now },
            Attempt::Later { until } | Attempt::Unknown { until } => Standing::Waiting {
                attempts: attempts.saturating_add(1),
                not_before: until.max(now),
            },
            Attempt::Blocked => Standing::Kept,
            Attempt::Refused { why } => Standing::Undeliverable {
                why: why.chars().take(200).collect(),
            },
        };
        Self {
            standing,
            ..self.clone()
        }
    }

    /// The notice after the person came back with `/start`.
    #[must_use]
    pub fn revived(&self, now: Timestamp) -> Self {
        match &self.standing {
            Standing::Kept => {
                let standing = Standing::Waiting {
                    attempts: 0,
                    not_before: now,
                };
                Self {
                    standing,
                    ..self.clone()
                }
            }
            Standing::Waiting { .. }
            | Standing::Delivered { .. }
            | Standing::Undeliverable { .. } => self.clone(),
        }
    }
}
