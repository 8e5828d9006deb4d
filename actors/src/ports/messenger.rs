//! Telegram, outbound, in meaning: the adapter words it in the customer's language.

use async_trait::async_trait;

use super::Failure;
use crate::domain::Timestamp;
use crate::domain::customer::Language;
/// Everything an order's live message shows.
pub use crate::domain::dialog::OrderFace as OrderView;
use crate::domain::dialog::Screen;
use crate::domain::ids::TelegramId;
use crate::domain::money::MicroUsd;
use crate::domain::notice::Message;

/// Why Telegram will not take a message.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum SendRefused {
    /// The person blocked the bot or deleted the account.
    #[error("blocked by the person")]
    Blocked,
    /// Too fast; when to go on. Counts for this chat, or for the whole bot.
    #[error("too fast, again at {until}")]
    TooFast {
        /// Not before.
        until: Timestamp,
        /// Whether every chat must wait.
        everybody: bool,
    },
    /// The message to edit is gone: send a new one.
    #[error("the message to edit is gone")]
    MessageGone,
    /// Will never be taken.
    #[error("telegram says {why:?}")]
    Never {
        /// What Telegram said.
        why: String,
    },
}

/// Where a message goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct To {
    /// Which chat.
    pub chat: TelegramId,
    /// In which language.
    pub language: Language,
}

/// What a piece of news is about, read when it is told and not when it became owed.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct About {
    /// The order.
    pub order: Option<OrderView>,
    /// What the same would cost now, where a payment came too late for its price.
    pub today: Option<Today>,
}

/// The price of today for somebody.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Today {
    /// What it costs.
    pub price: MicroUsd,
    /// What may be spent.
    pub available: MicroUsd,
}

/// Telegram.
#[async_trait]
pub trait Messenger: Send + Sync {
    /// Shows a screen as the answer to a tap or a text: edits the message of the tap where that
    /// is possible, else sends. Answers the message's id.
    async fn show(
        &self,
        to: To,
        instead_of: Option<i64>,
        screen: &Screen,
    ) -> Result<i64, Failure<SendRefused>>;

    /// Tells a piece of news in a new message, with what it is about.
    async fn tell(
        &self,
        to: To,
        message: &Message,
        about: &About,
    ) -> Result<(), Failure<SendRefused>>;

    /// Sends or edits an order's live message. "Not modified" is a success. Answers its id.
    async fn show_order(
        &self,
        to: To,
        message: Option<i64>,
        order: &OrderView,
    ) -> Result<i64, Failure<SendRefused>>;

    /// Shows for some seconds that an answer is being made. Only a courtesy: what fails is not told.
    async fn seem_busy(&self, chat: TelegramId);

    /// Takes a message away whose place another one has taken; where that cannot be done any more,
    /// its buttons. A message that is gone is a success.
    async fn retire(&self, chat: TelegramId, message: i64) -> Result<(), Failure<SendRefused>>;

    /// The chats of the people with operator's rights.
    fn operators(&self) -> Vec<To>;
}
