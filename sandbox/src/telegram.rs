//! Telegram: the Bot API, the people who talk to bots, and their chats.
//!
//! Owns people, chats, updates and webhooks. Bots come by themselves: any token of the right form is
//! one. Written from the documents of the Bot API and the sentences of its published server. It
//! never looks at what a picture's address leads to, and it rings no phone.

pub(crate) mod api;
pub(crate) mod bot;
pub(crate) mod chat;
pub(crate) mod desk;
mod feed;
mod flood;
mod html;
pub(crate) mod inbox;
pub(crate) mod markup;
mod params;
pub(crate) mod people;
mod photos;
pub(crate) mod queries;
mod refusal;
pub(crate) mod styled;
pub(crate) mod webhook;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use self::api::Overtaken;
use self::desk::Desk;
pub use self::flood::FloodLimits;
use crate::world::{World, hold};
use serde::{Deserialize, Serialize};

pub(crate) use self::api::routes;

/// The pause after the first try of a webhook that failed; later ones double, up to a minute.
const FIRST_RETRY: Duration = Duration::from_secs(1);

/// Something that is due in Telegram.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Due {
    /// An update that a fault kept back may go.
    Released { bot: usize, number: u64 },
    /// A lane of a webhook is to be tried again.
    Again { bot: usize, era: u64, lane: i64 },
}

/// The messenger.
#[derive(Debug)]
pub(crate) struct Telegram {
    /// Everything it knows.
    pub(crate) desk: Mutex<Desk>,
    /// Answers that wait to be overtaken.
    pub(crate) overtaken: Overtaken,
    /// How much a bot may send.
    pub(crate) flood: FloodLimits,
    /// The pause after the first try of a webhook that failed.
    pub(crate) first_retry: Duration,
}

impl Telegram {
    /// A messenger without people and bots.
    pub(crate) fn new(flood: FloodLimits) -> Self {
        Self {
            desk: Mutex::default(),
            overtaken: Overtaken::default(),
            flood,
            first_retry: FIRST_RETRY,
        }
    }

    /// Forgets people, chats and updates.
    pub(crate) fn reset(&self) {
        hold(&self.desk).reset();
    }
}

/// Lets happen what is due.
pub(crate) fn happen(world: &Arc<World>, due: Due) {
    let mut desk = hold(&world.telegram.desk);
    match due {
        Due::Released { bot, number } => {
            if let Some(inbox) = desk.inbox(bot) {
                inbox.release(number, world.clock.now());
            }
            webhook::pump(world, &mut desk, bot);
        }
        Due::Again { bot, era, lane } => webhook::again(world, &mut desk, bot, era, lane),
    }
}
