//! Has an update handled by its person's session, and says what became of it.

use std::collections::{HashMap, HashSet};
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use starkeeper_actors::domain::customer::Language;
use starkeeper_actors::domain::dialog::{Inbound, Note, Said, Screen};
use starkeeper_actors::domain::ids::{BotId, TelegramId};
use starkeeper_actors::ports::Messenger;
use starkeeper_actors::ports::messenger::To;
use starkeeper_actors::session::{Directory, Handled, Reply};
use tokio::runtime::Handle;
use tokio::time::Instant;

use super::read::{Chatted, Heard, Tap};
use crate::metrics::{self, traffic::Traffic};

/// A person is told to slow down once in this span.
const TOLD_FOR: Duration = Duration::from_secs(30);

/// People who are remembered to have been told; groups likewise.
const REMEMBERED: usize = 10_000;

/// What floats over the chat for a note; none for what belongs into the message.
pub type Toast = dyn Fn(Language, &Note) -> Option<String> + Send + Sync;

/// What the intake asks of whoever knows the Bot API and the shop's people.
#[derive(Clone)]
pub struct Hooks {
    /// A list of people was used in this chat, or given up.
    pub picked_in: Arc<dyn Fn(TelegramId) + Send + Sync>,
    /// Whether a text is the label that gives the list of people up.
    pub gives_up: Arc<dyn Fn(&str) -> bool + Send + Sync>,
    /// What floats over the chat.
    pub toast: Arc<Toast>,
    /// Somebody lets the bot speak again: deliver what was kept.
    pub came_back: Arc<dyn Fn(TelegramId) + Send + Sync>,
    /// Counts what came in.
    pub traffic: Traffic,
}

/// What became of an update, for whoever brought it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Taken {
    /// Handled, refused, or at work to its end: never bring it again.
    Confirmed {
        /// The answer to a tap.
        answer: Option<TapAnswer>,
    },
    /// Not handled: the books or the dialogs cannot be reached. Bring it again.
    TryLater,
}

/// The answer to a tap, without which its button seems to wait.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TapAnswer {
    /// Which tap.
    pub query: String,
    /// What floats over the chat for a moment.
    pub toast: Option<String>,
}

/// Takes updates. Cheap to clone.
#[derive(Clone)]
pub struct Intake {
    inner: Arc<Inner>,
}

struct Inner {
    bot: BotId,
    directory: Directory,
    /// For a session's answer.
    deadline: Duration,
    messenger: Arc<dyn Messenger>,
    hooks: Hooks,
    /// Where the Bot API is called.
    io: Handle,
    told: Mutex<HashMap<TelegramId, Instant>>,
    groups: Mutex<HashSet<TelegramId>>,
}

impl Intake {
    /// Makes an intake; a session has `deadline` to answer.
    #[must_use]
    pub fn new(
        bot: BotId,
        directory: Directory,
        deadline: Duration,
        messenger: Arc<dyn Messenger>,
        hooks: Hooks,
        io: Handle,
    ) -> Self {
        Self {
            inner: Arc::new(Inner {
                bot,
                directory,
                deadline,
                messenger,
                hooks,
                io,
                told: Mutex::default(),
                groups: Mutex::default(),
            }),
        }
    }

    /// Which bot's updates these are.
    #[must_use]
    pub fn bot(&self) -> BotId {
        self.inner.bot
    }

    /// Has an update handled. It is queued by the call itself, so updates of one person are handled
    /// in the order of the calls, and a slow or flooding person keeps nobody else.
    pub fn take(&self, heard: Heard) -> impl Future<Output = Taken> + Send + use<> {
        let kind = match &heard.what {
            Chatted::Wrote(_) => "message",
            Chatted::Tapped(_) => "tap",
            Chatted::Opened { .. } => "membership",
            Chatted::Nothing(kind) => kind,
        };
        let query = match &heard.what {
            Chatted::Tapped(tap) => Some(tap.query.clone()),
            Chatted::Wrote(_) | Chatted::Opened { .. } | Chatted::Nothing(_) => None,
        };
        let asked = self.inner.inbound_of(heard).map(|inbound| {
            let to = To {
                chat: inbound.chat,
                language: inbound.sender.language,
            };
            let inner = &self.inner;
            let directory = &inner.directory;
            (to, directory.handle_noting(*inbound, inner.deadline))
        });
        let inner = Arc::clone(&self.inner);
        async move {
            let answered = |toast| Taken::Confirmed {
                answer: query.map(|query| TapAnswer { query, toast }),
            };
            let Some((to, handled)) = asked else {
                metrics::chat::update(kind, "nothing_to_do");
                return answered(None);
            };
            let begun = Instant::now();
            let Handled { reply, note } = handled.await;
            let took = begun.elapsed();
            metrics::chat::update(kind, outcome(reply));
            metrics::chat::update_took(took);
            let traffic = &inner.hooks.traffic;
            traffic.updated(to.chat.get(), has_failed(reply), took);
            match reply {
                Reply::Done => {
                    let toast = &inner.hooks.toast;
                    answered(note.and_then(|(language, note)| toast(language, &note)))
                }
                Reply::Duplicate | Reply::Late => answered(None),
                Reply::Busy => {
                    inner.say_slow_down(to);
                    answered(None)
                }
                Reply::TryLater => Taken::TryLater,
            }
        }
    }
}

/// Whether the person got no answer through our fault.
const fn has_failed(reply: Reply) -> bool {
    match reply {
        Reply::Late | Reply::TryLater => true,
        Reply::Done | Reply::Duplicate | Reply::Busy => false,
    }
}

const fn outcome(reply: Reply) -> &'static str {
    match reply {
        Reply::Done => "handled",
        Reply::Duplicate => "duplicate",
        Reply::Busy => "busy",
        Reply::Late => "late",
        Reply::TryLater => "try_later",
    }
}

impl Inner {
    /// What a session is to hear of an update, if anything.
    fn inbound_of(&self, heard: Heard) -> Option<Box<Inbound>> {
        let mut inbound = match heard.what {
            Chatted::Wrote(inbound) => inbound,
            Chatted::Tapped(Tap { inbound, .. }) => inbound?,
            Chatted::Opened { person, open } => {
                // Who blocks the bot is found out by the next message to them.
                if open {
                    (self.hooks.came_back)(person);
                }
                return None;
            }
            Chatted::Nothing(_) => return None,
        };
        match &inbound.said {
            Said::InGroup if !self.is_new_group(inbound.chat) => return None,
            Said::Picked { .. } => (self.hooks.picked_in)(inbound.chat),
            Said::Text(text) if (self.hooks.gives_up)(text) => {
                (self.hooks.picked_in)(inbound.chat);
                inbound.said = Said::Text("/back".into());
            }
            Said::Text(_) | Said::Tap(_) | Said::Thing | Said::InGroup => {}
        }
        Some(inbound)
    }

    /// A group is told once that purchases are made in private.
    fn is_new_group(&self, group: TelegramId) -> bool {
        let mut groups = self.groups.lock().unwrap_or_else(PoisonError::into_inner);
        if groups.len() >= REMEMBERED {
            groups.clear();
        }
        groups.insert(group)
    }

    /// Says "slow down", once for a flood. Nobody waits for it.
    fn say_slow_down(self: &Arc<Self>, to: To) {
        let now = Instant::now();
        {
            let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
            if told.len() >= REMEMBERED {
                told.retain(|_, at| now.saturating_duration_since(*at) < TOLD_FOR);
            }
            let known = told.get(&to.chat).copied();
            if known.is_some_and(|at| now.saturating_duration_since(at) < TOLD_FOR) {
                return;
            }
            told.insert(to.chat, now);
        }
        let messenger = Arc::clone(&self.messenger);
        self.io.spawn(async move {
            let screen = Screen::slow_down(None);
            if let Err(why) = messenger.show(to, None, &screen).await {
                tracing::debug!("\"slow down\" was not said: {why}");
            }
        });
    }
}
