//! Everything the messenger knows out of a file: found again by its numbers, or refused.

use super::Desk;
use crate::telegram::Due;
use crate::world::kept::{Torn, must};

impl Desk {
    /// The desk with its indexes, unless it contradicts itself.
    pub(crate) fn found_again(mut self) -> Result<Self, Torn> {
        self.people.found_again()?;
        self.photos.check()?;
        for (place, bot) in self.bots.iter().enumerate() {
            if let Some(id) = bot.id {
                let twice = self.by_id.insert(id, place);
                must(twice.is_none(), || format!("two bots are {id}"))?;
            }
            bot.inbox.check()?;
        }
        for ((bot, id), chat) in &self.chats {
            let next = self.bots.get(*bot).map(|bot| bot.next_message);
            let next = next.ok_or_else(|| Torn(format!("the chat {id} is with no bot")))?;
            chat.check(next)?;
        }
        Ok(self)
    }

    /// Whether something that is due is about a bot that is here.
    pub(crate) fn has(&self, due: Due) -> bool {
        match due {
            Due::Released { bot, .. } | Due::Again { bot, .. } => bot < self.bots.len(),
        }
    }
}
