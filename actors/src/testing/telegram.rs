//! A Telegram that keeps every message, per chat.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;

use crate::domain::customer::Language;
use crate::domain::dialog::Screen;
use crate::domain::ids::TelegramId;
use crate::domain::notice::Message;
use crate::ports::messenger::{About, OrderView, SendRefused, To};
use crate::ports::{Failure, Messenger};

/// What a message shows.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Said {
    /// A screen of the conversation.
    Screen(Screen),
    /// A piece of news, with the order it is about.
    News(Message, Option<OrderView>),
    /// An order's live message.
    Order(OrderView),
}

/// A message in a chat.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Shown {
    /// Telegram's number of it.
    pub id: i64,
    /// In which language.
    pub language: Language,
    /// What it shows now.
    pub said: Said,
    /// How often it was edited.
    pub edits: u32,
}

/// One call that does not go as the caller hopes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum MessengerFault {
    /// Telegram says no.
    Refused(SendRefused),
    /// Nothing was sent, and the caller is told so.
    NotDone,
    /// The caller does not learn what happened.
    Unknown {
        /// Whether it was delivered.
        delivered: bool,
    },
    /// The answer never comes.
    Hangs {
        /// Whether it was delivered.
        delivered: bool,
    },
}

/// Telegram, as far as the shop sees it.
#[derive(Default)]
pub struct FakeTelegram(Mutex<Inner>);

#[derive(Default)]
struct Inner {
    chats: BTreeMap<TelegramId, Chat>,
    operators: Vec<To>,
    faults: VecDeque<(Option<TelegramId>, MessengerFault)>,
    last_id: i64,
    calls: u64,
    order: Vec<(TelegramId, i64)>,
}

#[derive(Default)]
struct Chat {
    blocked: bool,
    messages: Vec<Shown>,
}

impl FakeTelegram {
    /// Nobody has heard anything.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Gives a chat operator's rights.
    pub fn add_operator(&self, chat: TelegramId) {
        let language = Language::En;
        self.lock().operators.push(To { chat, language });
    }

    /// The person blocks the bot, or unblocks it.
    pub fn set_blocked(&self, chat: TelegramId, blocked: bool) {
        self.lock().chats.entry(chat).or_default().blocked = blocked;
    }

    /// The person deletes a message; editing it fails.
    pub fn delete(&self, chat: TelegramId, message: i64) {
        if let Some(chat) = self.lock().chats.get_mut(&chat) {
            chat.messages.retain(|shown| shown.id != message);
        }
    }

    /// The next call meets this fault, whichever chat it is for.
    pub fn fail_next(&self, fault: MessengerFault) {
        self.lock().faults.push_back((None, fault));
    }

    /// The next call for this chat meets this fault.
    pub fn fail_next_in(&self, chat: TelegramId, fault: MessengerFault) {
        self.lock().faults.push_back((Some(chat), fault));
    }

    /// The messages in a chat as they are now, oldest first.
    #[must_use]
    pub fn messages(&self, chat: TelegramId) -> Vec<Shown> {
        let inner = self.lock();
        let chat = inner.chats.get(&chat);
        chat.map(|chat| chat.messages.clone()).unwrap_or_default()
    }

    /// The newest message in a chat.
    #[must_use]
    pub fn last_message(&self, chat: TelegramId) -> Option<Shown> {
        self.messages(chat).pop()
    }

    /// The news in a chat, oldest first: what made a sound.
    #[must_use]
    pub fn news(&self, chat: TelegramId) -> Vec<Message> {
        let messages = self.messages(chat).into_iter();
        let news = messages.filter_map(|shown| match shown.said {
            Said::News(message, _) => Some(message),
            Said::Screen(_) | Said::Order(_) => None,
        });
        news.collect()
    }

    /// The live messages in a chat, oldest first.
    #[must_use]
    pub fn orders_shown(&self, chat: TelegramId) -> Vec<OrderView> {
        let messages = self.messages(chat).into_iter();
        let orders = messages.filter_map(|shown| match shown.said {
            Said::Order(view) => Some(view),
            Said::Screen(_) | Said::News(..) => None,
        });
        orders.collect()
    }

    /// Every delivery and edit, in the order they happened.
    #[must_use]
    pub fn deliveries(&self) -> Vec<(TelegramId, i64)> {
        self.lock().order.clone()
    }

    /// How often Telegram was called.
    #[must_use]
    pub fn calls(&self) -> u64 {
        self.lock().calls
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn call(
        &self,
        to: To,
        instead_of: Option<i64>,
        said: Said,
    ) -> Result<i64, Failure<SendRefused>> {
        let fault = self.lock().fault(to.chat);
        let delivered = match &fault {
            None => true,
            Some(MessengerFault::Refused(_) | MessengerFault::NotDone) => false,
            Some(MessengerFault::Unknown { delivered } | MessengerFault::Hangs { delivered }) => {
                *delivered
            }
        };
        let outcome = if delivered {
            self.lock().deliver(to, instead_of, said)
        } else {
            Ok(0)
        };
        match fault {
            None => outcome.map_err(Failure::Refused),
            Some(MessengerFault::Refused(why)) => Err(Failure::Refused(why)),
            Some(MessengerFault::NotDone) => Err(Failure::not_done("Telegram was not reached")),
            Some(MessengerFault::Unknown { .. }) => Err(Failure::unknown("the answer was lost")),
            Some(MessengerFault::Hangs { .. }) => std::future::pending().await,
        }
    }
}

impl Inner {
    fn fault(&mut self, chat: TelegramId) -> Option<MessengerFault> {
        self.calls += 1;
        let meets =
            |(only, _): &(Option<TelegramId>, MessengerFault)| only.is_none_or(|only| only == chat);
        let place = self.faults.iter().position(meets)?;
        self.faults.remove(place).map(|(_, fault)| fault)
    }

    fn deliver(&mut self, to: To, instead_of: Option<i64>, said: Said) -> Result<i64, SendRefused> {
        let chat = self.chats.entry(to.chat).or_default();
        if chat.blocked {
            return Err(SendRefused::Blocked);
        }
        let id = match instead_of {
            Some(id) => {
                let there = chat.messages.iter_mut().find(|shown| shown.id == id);
                let there = there.ok_or(SendRefused::MessageGone)?;
                // "Not modified" is a success and no edit.
                there.edits += u32::from(there.said != said);
                there.said = said;
                id
            }
            None => {
                self.last_id += 1;
                let id = self.last_id;
                let (language, edits) = (to.language, 0);
                chat.messages.push(Shown {
                    id,
                    language,
                    said,
                    edits,
                });
                id
            }
        };
        self.order.push((to.chat, id));
        Ok(id)
    }

    /// A message that a tap belongs to, if it is still there.
    fn is_there(&self, chat: TelegramId, message: i64) -> bool {
        let chat = self.chats.get(&chat);
        chat.is_some_and(|chat| chat.messages.iter().any(|shown| shown.id == message))
    }
}

#[async_trait]
impl Messenger for FakeTelegram {
    async fn show(
        &self,
        to: To,
        instead_of: Option<i64>,
        screen: &Screen,
    ) -> Result<i64, Failure<SendRefused>> {
        let instead_of = instead_of.filter(|id| self.lock().is_there(to.chat, *id));
        self.call(to, instead_of, Said::Screen(screen.clone()))
            .await
    }

    async fn tell(
        &self,
        to: To,
        message: &Message,
        about: &About,
    ) -> Result<(), Failure<SendRefused>> {
        let said = Said::News(message.clone(), about.order.clone());
        self.call(to, None, said).await.map(drop)
    }

    async fn show_order(
        &self,
        to: To,
        message: Option<i64>,
        order: &OrderView,
    ) -> Result<i64, Failure<SendRefused>> {
        self.call(to, message, Said::Order(order.clone())).await
    }

    async fn seem_busy(&self, _chat: TelegramId) {}

    async fn retire(&self, chat: TelegramId, message: i64) -> Result<(), Failure<SendRefused>> {
        self.delete(chat, message);
        Ok(())
    }

    fn operators(&self) -> Vec<To> {
        self.lock().operators.clone()
    }
}
