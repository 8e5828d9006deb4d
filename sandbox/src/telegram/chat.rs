//! A chat with a bot: its messages as both sides see them, and what lies below them.

use std::collections::VecDeque;

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value, json};
use tokio::sync::watch;

use super::flood::Bucket;
use super::markup::{self, Button, Keyboard};
use super::photos::Photo;
use super::styled::Styled;
use crate::world::clock::Moment;
use crate::world::kept::forms::{self, Word, one_of};
use crate::world::kept::{Torn, must};

/// Messages a chat keeps; older ones are forgotten.
const KEPT: usize = 300;

/// Who wrote a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Author {
    Bot,
    Person(i64),
}

/// What a message says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Content {
    Text(Styled),
    Photo {
        photo: Photo,
        caption: Styled,
    },
    /// Anything else: the member of the message it stands in, its value, and what a chat shows.
    Other {
        #[serde(deserialize_with = "member")]
        member: Word,
        value: Value,
        label: String,
    },
}

/// The members of a message that stand for what is no text and no picture of a bot.
const MEMBERS: [Word; 4] = ["sticker", "voice", "photo", "users_shared"];

fn member<'de, D: Deserializer<'de>>(from: D) -> Result<Word, D::Error> {
    one_of(from, &MEMBERS)
}

/// A message.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Message {
    pub(crate) id: i64,
    pub(crate) author: Author,
    pub(crate) at: Moment,
    pub(crate) edited_at: Option<Moment>,
    pub(crate) content: Content,
    pub(crate) buttons: Vec<Vec<Button>>,
    /// The keyboard that came with it, which keeps it from being edited.
    pub(crate) keyboard: Option<Keyboard>,
    /// It came with something else than buttons in it.
    pub(crate) is_fixed: bool,
    /// Further members, such as `forward_origin`.
    pub(crate) more: Map<String, Value>,
    pub(crate) edits: u32,
    /// A phone makes a sound for it.
    pub(crate) rings: bool,
    /// The change of the desk that made it what it is.
    pub(crate) version: u64,
}

impl Message {
    /// As the Bot API tells it.
    pub(crate) fn as_told(&self, from: Value, chat: Value) -> Value {
        let mut told = self.more.clone();
        told.insert("message_id".to_owned(), json!(self.id));
        told.insert("from".to_owned(), from);
        told.insert("chat".to_owned(), chat);
        told.insert("date".to_owned(), json!(self.at.unix_s()));
        if let Some(at) = self.edited_at {
            told.insert("edit_date".to_owned(), json!(at.unix_s()));
        }
        match &self.content {
            Content::Text(text) => put_styled(&mut told, "text", "entities", text),
            Content::Photo { photo, caption } => {
                told.insert("photo".to_owned(), photo.sizes());
                put_styled(&mut told, "caption", "caption_entities", caption);
            }
            Content::Other { member, value, .. } => {
                told.insert((*member).to_owned(), value.clone());
            }
        }
        if !self.buttons.is_empty() {
            told.insert("reply_markup".to_owned(), markup::shown(&self.buttons));
        }
        Value::Object(told)
    }

    /// As a driver sees it.
    pub(crate) fn shown(&self) -> Value {
        let (text, entities, photo) = match &self.content {
            Content::Text(text) => (text.text.as_str(), text.entities(), None),
            Content::Photo { photo, caption } => (
                caption.text.as_str(),
                caption.entities(),
                Some(photo.place()),
            ),
            Content::Other { label, .. } => (label.as_str(), json!([]), None),
        };
        let (from, person) = match self.author {
            Author::Bot => ("bot", None),
            Author::Person(id) => ("user", Some(id)),
        };
        let keyboard = self.keyboard.as_ref().map(shown_keyboard);
        let buttons: Vec<Vec<Value>> = self
            .buttons
            .iter()
            .map(|row| row.iter().map(shown_button).collect())
            .collect();
        json!({
            "message_id": self.id,
            "from": from,
            "user_id": person,
            "date": self.at.unix_s(),
            "edit_date": self.edited_at.map(Moment::unix_s),
            "text": text,
            "entities": entities,
            "photo": photo,
            "buttons": buttons,
            "keyboard": keyboard,
            "edits": self.edits,
            "rings": self.rings,
            "version": self.version,
        })
    }
}

/// A chat.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Chat {
    /// By number, oldest first.
    messages: VecDeque<Message>,
    /// Numbers of deleted messages, with the change that deleted them.
    deleted: VecDeque<(i64, u64)>,
    /// The message whose keyboard is shown.
    keyboard_of: Option<i64>,
    /// What the bot is said to be doing, until when.
    action: Option<(String, Moment)>,
    /// A person has written here, so the bot may.
    pub(crate) begun: bool,
    /// The person does not want to hear from the bot.
    pub(crate) blocked: bool,
    /// How fast the bot has been here.
    pub(crate) flood: Bucket,
    /// The last change of the desk that touched this chat.
    #[serde(with = "forms::watched")]
    pub(crate) changed: watch::Sender<u64>,
}

impl Chat {
    /// A message that is still there.
    pub(crate) fn message(&self, id: i64) -> Option<&Message> {
        let place = self.place(id)?;
        self.messages.get(place)
    }

    /// The same, to change it.
    pub(crate) fn message_mut(&mut self, id: i64) -> Option<&mut Message> {
        let place = self.place(id)?;
        self.messages.get_mut(place)
    }

    /// Messages, oldest first.
    pub(crate) fn messages(&self) -> impl DoubleEndedIterator<Item = &Message> {
        self.messages.iter()
    }

    /// Adds a message, whose number is larger than all before.
    pub(crate) fn add(&mut self, message: Message) {
        if message.keyboard.is_some() {
            self.keyboard_of = Some(message.id);
        }
        if message.author == Author::Bot {
            self.action = None;
        }
        let version = message.version;
        self.messages.push_back(message);
        if self.messages.len() > KEPT {
            self.messages.pop_front();
        }
        self.touch(version);
    }

    /// Deletes a message; says whether it was there.
    pub(crate) fn delete(&mut self, id: i64, version: u64) -> bool {
        let Some(place) = self.place(id) else {
            return false;
        };
        self.messages.remove(place);
        self.deleted.push_back((id, version));
        if self.deleted.len() > KEPT {
            self.deleted.pop_front();
        }
        self.touch(version);
        true
    }

    /// The keyboard goes away.
    pub(crate) fn remove_keyboard(&mut self) {
        self.keyboard_of = None;
    }

    /// The keyboard that is shown, with the message it came with.
    pub(crate) fn keyboard(&self) -> Option<(i64, &Keyboard)> {
        let message = self.message(self.keyboard_of?)?;
        Some((message.id, message.keyboard.as_ref()?))
    }

    /// The bot is doing something.
    pub(crate) fn act(&mut self, action: &str, until: Moment, version: u64) {
        self.action = Some((action.to_owned(), until));
        self.touch(version);
    }

    /// Wakes those who look at this chat.
    pub(crate) fn touch(&self, version: u64) {
        self.changed.send_replace(version);
    }

    /// Whether its messages have numbers that grow, all below the bot's `next`.
    pub(super) fn check(&self, next: i64) -> Result<(), Torn> {
        let mut before = i64::MIN;
        for message in &self.messages {
            let id = message.id;
            must(before < id && id < next, || {
                format!("the message {id} has another's number")
            })?;
            before = id;
        }
        Ok(())
    }

    /// Everything that changed after the change `after`.
    pub(crate) fn shown_after(&self, after: u64, now: Moment) -> Value {
        let messages: Vec<Value> = self
            .messages
            .iter()
            .filter(|message| message.version > after)
            .map(Message::shown)
            .collect();
        let deleted = self.deleted.iter().filter(|(_, version)| *version > after);
        let deleted: Vec<i64> = deleted.map(|(id, _)| *id).collect();
        let action = self.action.as_ref().filter(|(_, until)| *until > now);
        json!({
            "version": *self.changed.borrow(),
            "messages": messages,
            "deleted": deleted,
            "keyboard": self.keyboard().map(|(_, keyboard)| shown_keyboard(keyboard)),
            "action": action.map(|(action, _)| action),
            "blocked": self.blocked,
        })
    }

    fn place(&self, id: i64) -> Option<usize> {
        self.messages
            .binary_search_by_key(&id, |message| message.id)
            .ok()
    }
}

fn put_styled(told: &mut Map<String, Value>, name: &str, entities: &str, styled: &Styled) {
    if styled.text.is_empty() {
        return;
    }
    told.insert(name.to_owned(), json!(styled.text));
    if !styled.entities.is_empty() {
        told.insert(entities.to_owned(), styled.entities());
    }
}

fn shown_button(button: &Button) -> Value {
    let (data, url, copy) = match &button.act {
        markup::Act::Data(data) => (Some(data), None, None),
        markup::Act::Url(url) => (None, Some(url), None),
        markup::Act::Copy(text) => (None, None, Some(text)),
    };
    json!({"text": button.text, "data": data, "url": url, "copy": copy})
}

fn shown_keyboard(keyboard: &Keyboard) -> Value {
    let key = |key: &markup::Key| json!({"text": key.text, "picks": key.picker.map(|picker| picker.most)});
    let rows: Vec<Vec<Value>> = keyboard
        .rows
        .iter()
        .map(|row| row.iter().map(key).collect())
        .collect();
    json!({"keys": rows, "one_time": keyboard.one_time, "placeholder": keyboard.placeholder})
}
