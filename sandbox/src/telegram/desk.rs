//! Everything the imitated Telegram knows, and what people and bots do to it.

mod kept;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::bot::{Bot, MOST_BOTS};
use super::chat::{Author, Chat, Content, Message};
use super::feed::Feed;
use super::inbox::{Inbox, News};
use super::people::{People, Person};
use super::photos::Photos;
use super::queries::Queries;
use super::webhook;
use crate::world::World;
use crate::world::dice::Dice;
use crate::world::kept::forms;

/// Groups at most.
pub(crate) const MOST_GROUPS: usize = 1_000;

/// How long "typing…" is shown.
pub(crate) const ACTION_LIFE: Duration = Duration::from_secs(5);

/// Everything.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Desk {
    pub(crate) people: People,
    pub(crate) photos: Photos,
    pub(crate) queries: Queries,
    bots: Vec<Bot>,
    #[serde(skip)]
    by_id: HashMap<i64, usize>,
    /// By bot and chat.
    #[serde(with = "forms::pairs")]
    chats: HashMap<(usize, i64), Chat>,
    /// Titles of groups.
    groups: BTreeMap<i64, String>,
    feed: Feed,
}

/// Why a person cannot do something now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NotNow(pub(crate) String);

impl Desk {
    /// The bot of this number, made where there was none. What people said before any bot was
    /// there is said to the first one. None when there are too many.
    pub(crate) fn bot_of(&mut self, id: i64, dice: &Dice) -> Option<usize> {
        if let Some(bot) = self.by_id.get(&id) {
            return Some(*bot);
        }
        let unnamed = self.bots.iter().position(|bot| bot.id.is_none());
        let place = match unnamed {
            Some(place) => place,
            None if self.bots.len() < MOST_BOTS => self.new_bot(dice),
            None => return None,
        };
        self.bots.get_mut(place)?.id = Some(id);
        self.by_id.insert(id, place);
        Some(place)
    }

    /// The bot people talk to: the one that came last.
    pub(crate) fn newest_bot(&mut self, dice: &Dice) -> usize {
        match self.bots.len().checked_sub(1) {
            Some(newest) => newest,
            None => self.new_bot(dice),
        }
    }

    /// A bot.
    pub(crate) fn bot(&self, bot: usize) -> Option<&Bot> {
        self.bots.get(bot)
    }

    /// The same, to change it.
    pub(crate) fn bot_mut(&mut self, bot: usize) -> Option<&mut Bot> {
        self.bots.get_mut(bot)
    }

    /// Every bot.
    pub(crate) fn bots(&self) -> &[Bot] {
        &self.bots
    }

    /// The updates of a bot.
    pub(crate) fn inbox(&mut self, bot: usize) -> Option<&mut Inbox> {
        self.bots.get_mut(bot).map(|bot| &mut bot.inbox)
    }

    /// A chat, if anything was ever said in it.
    pub(crate) fn chat(&self, bot: usize, chat: i64) -> Option<&Chat> {
        self.chats.get(&(bot, chat))
    }

    /// A chat that is there, to change it, and its bot.
    pub(crate) fn chat_and_bot(&mut self, bot: usize, chat: i64) -> Option<(&mut Chat, &mut Bot)> {
        Some((self.chats.get_mut(&(bot, chat))?, self.bots.get_mut(bot)?))
    }

    /// A chat, made where there was none.
    pub(crate) fn chat_mut(&mut self, bot: usize, chat: i64) -> &mut Chat {
        self.chats.entry((bot, chat)).or_default()
    }

    /// Makes a group where there was none; says whether it is there.
    pub(crate) fn found_group(&mut self, id: i64) -> bool {
        let is_there = self.groups.contains_key(&id);
        if !is_there && self.groups.len() < MOST_GROUPS {
            self.groups.insert(id, format!("Group {id}"));
        }
        self.groups.contains_key(&id)
    }

    /// Numbers a change of a chat.
    pub(crate) fn change(&mut self, chat: i64) -> u64 {
        self.feed.note(chat)
    }

    /// Which chats changed.
    pub(crate) fn feed(&self) -> &Feed {
        &self.feed
    }

    /// A chat as the Bot API tells it; none where nobody is.
    pub(crate) fn chat_told(&self, id: i64) -> Option<Value> {
        match self.groups.get(&id) {
            Some(title) => Some(json!({"id": id, "title": title, "type": "supergroup"})),
            None => self.people.get(id).map(Person::as_chat),
        }
    }

    /// A message as the Bot API tells it.
    pub(crate) fn told(&self, bot: usize, chat: i64, message: &Message) -> Value {
        let from = match message.author {
            Author::Bot => self.bots.get(bot).map(Bot::as_user),
            Author::Person(id) => self.people.get(id).map(Person::as_user),
        };
        message.as_told(
            from.unwrap_or_default(),
            self.chat_told(chat).unwrap_or_default(),
        )
    }

    /// A person writes to the newest bot, in private or in a group. Answers the message's number
    /// and whether the bot hears of it.
    pub(crate) fn write(
        &mut self,
        world: &Arc<World>,
        person: i64,
        group: Option<i64>,
        content: Content,
        more: Map<String, Value>,
    ) -> Result<(i64, bool), NotNow> {
        let bot = self.newest_bot(&world.dice);
        let chat_id = group.unwrap_or(person);
        self.may_write(bot, person, chat_id)?;
        let audible = group.is_none() || self.is_for_the_bot(bot, &content);
        let version = self.change(chat_id);
        let now = world.clock.now();
        let Some(id) = self.bots.get_mut(bot).map(Bot::number_message) else {
            return Err(NotNow("there is no bot to write to".to_owned()));
        };
        let message = Message {
            id,
            author: Author::Person(person),
            at: now,
            edited_at: None,
            content,
            buttons: Vec::new(),
            keyboard: None,
            is_fixed: true,
            more,
            edits: 0,
            rings: false,
            version,
        };
        let value = self.told(bot, chat_id, &message);
        let chat = self.chat_mut(bot, chat_id);
        chat.begun = true;
        chat.add(message);
        let news = News {
            kind: "message",
            lane: chat_id,
            value,
        };
        let heard = audible && self.tell(world, bot, news);
        Ok((id, heard))
    }

    /// Puts news into a bot's inbox and sends what may be sent. Says whether the bot hears of it.
    pub(crate) fn tell(&mut self, world: &Arc<World>, bot: usize, news: News) -> bool {
        let heard = self
            .inbox(bot)
            .is_some_and(|inbox| inbox.push(world, bot, news));
        webhook::pump(world, self, bot);
        heard
    }

    /// Forgets people, chats and updates. Bots stay with their webhooks, and their numbers go on:
    /// a bot that runs through a reset must not take new updates for old ones.
    pub(crate) fn reset(&mut self) {
        self.people = People::default();
        self.photos = Photos::default();
        self.queries = Queries::default();
        self.groups.clear();
        let version = self.feed.clear();
        for chat in self.chats.values() {
            chat.touch(version);
        }
        self.chats.clear();
        for bot in &mut self.bots {
            bot.inbox.clear();
            bot.flood = super::flood::Bucket::default();
        }
    }

    fn new_bot(&mut self, dice: &Dice) -> usize {
        let first_update = i64::from(dice.between(100_000_000, 900_000_000));
        let first_message = i64::from(dice.between(1, 500));
        self.bots.push(Bot::new(None, first_update, first_message));
        self.bots.len().saturating_sub(1)
    }

    fn may_write(&self, bot: usize, person: i64, chat: i64) -> Result<(), NotNow> {
        let Some(who) = self.people.get(person) else {
            return Err(NotNow(format!("there is no person {person}")));
        };
        if who.deactivated {
            let text = format!("the account of {person} is deleted: nobody writes from it");
            return Err(NotNow(text));
        }
        if self.chat(bot, chat).is_some_and(|chat| chat.blocked) {
            let text = format!(
                "{person} has blocked the bot: POST /control/users/{person} {{\"blocked\":false}} lets them write again"
            );
            return Err(NotNow(text));
        }
        Ok(())
    }

    /// In a group a bot hears commands and what names it.
    fn is_for_the_bot(&self, bot: usize, content: &Content) -> bool {
        let Content::Text(styled) = content else {
            return false;
        };
        let name = self.bots.get(bot).map(Bot::username).unwrap_or_default();
        let mention = format!("@{name}");
        let mut words = styled.text.split_whitespace();
        let first = words.next().unwrap_or_default();
        let for_other = first
            .split_once('@')
            .is_some_and(|(_, other)| other != name);
        (first.starts_with('/') && !for_other) || styled.text.contains(&mention)
    }
}
