//! A text and what stands out in it: entities, counted in UTF-16 units as the Bot API counts.

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value, json};

use crate::world::kept::forms::{Word, one_of};

/// A text as people read it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Styled {
    /// Without any tags.
    pub(crate) text: String,
    /// By offset, the longer of two first.
    pub(crate) entities: Vec<Entity>,
}

/// What stands out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Entity {
    /// From this unit on.
    pub(crate) offset: usize,
    /// So many units.
    pub(crate) length: usize,
    /// How it looks or what it is.
    pub(crate) kind: Kind,
}

/// The kinds of entities.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Kind {
    /// A kind with a name and nothing else, like `bold`.
    Plain(#[serde(deserialize_with = "plain_name")] Word),
    /// Preformatted text in a language.
    Pre(String),
    /// A link behind words.
    Link(String),
    /// A person behind words.
    Person(i64),
    /// A picture in place of a letter.
    Emoji(String),
}

impl Entity {
    fn shown(&self) -> Value {
        let mut shown = Map::new();
        shown.insert("offset".to_owned(), json!(self.offset));
        shown.insert("length".to_owned(), json!(self.length));
        let (kind, more) = match &self.kind {
            Kind::Plain(name) => (*name, None),
            Kind::Pre(language) => ("pre", Some(("language", json!(language)))),
            Kind::Link(url) => ("text_link", Some(("url", json!(url)))),
            Kind::Person(id) => {
                let user = json!({"id": id, "is_bot": false, "first_name": ""});
                ("text_mention", Some(("user", user)))
            }
            Kind::Emoji(id) => ("custom_emoji", Some(("custom_emoji_id", json!(id)))),
        };
        shown.insert("type".to_owned(), json!(kind));
        if let Some((name, value)) = more {
            shown.insert(name.to_owned(), value);
        }
        Value::Object(shown)
    }
}

impl Styled {
    /// A text a person has typed, with commands, mentions and addresses found in it.
    pub(crate) fn typed(text: &str) -> Self {
        Self {
            entities: found_in(text),
            text: text.to_owned(),
        }
    }

    /// Its length in UTF-16 units.
    pub(crate) fn units(&self) -> usize {
        units(&self.text)
    }

    /// The entities as JSON.
    pub(crate) fn entities(&self) -> Value {
        self.entities.iter().map(Entity::shown).collect()
    }

    /// Without white space at both ends, entities moved and cut with it.
    pub(crate) fn trimmed(mut self) -> Self {
        let start = self.text.trim_start();
        let ahead = self.units().saturating_sub(units(start));
        let text = start.trim_end().to_owned();
        let length = units(&text);
        for entity in &mut self.entities {
            let end = (entity.offset + entity.length)
                .saturating_sub(ahead)
                .min(length);
            entity.offset = entity.offset.saturating_sub(ahead);
            entity.length = end.saturating_sub(entity.offset);
        }
        self.entities.retain(|entity| entity.length > 0);
        self.entities
            .sort_by_key(|entity| (entity.offset, std::cmp::Reverse(entity.length)));
        self.text = text;
        self
    }
}

/// Kinds of entities that are nothing but their name, and that a bot may name.
pub(crate) const PLAIN: [Word; 8] = [
    "bold",
    "italic",
    "underline",
    "strikethrough",
    "spoiler",
    "code",
    "blockquote",
    "expandable_blockquote",
];

/// Those that Telegram finds by itself, or writes otherwise.
const FOUND: [Word; 4] = ["bot_command", "mention", "url", "pre"];

fn plain_name<'de, D: Deserializer<'de>>(from: D) -> Result<Word, D::Error> {
    one_of(from, &[&PLAIN[..], &FOUND].concat())
}

/// UTF-16 units of a text.
pub(crate) fn units(text: &str) -> usize {
    text.chars().map(char::len_utf16).sum()
}

/// Commands, mentions and addresses, each a word of its own.
fn found_in(text: &str) -> Vec<Entity> {
    let mut found = Vec::new();
    let mut offset = 0;
    for word in text.split_inclusive(char::is_whitespace) {
        let bare = word.trim_end();
        let kind = if is_command(bare) {
            Some("bot_command")
        } else if is_mention(bare) {
            Some("mention")
        } else if is_address(bare) {
            Some("url")
        } else {
            None
        };
        if let Some(kind) = kind {
            found.push(Entity {
                offset,
                length: units(bare),
                kind: Kind::Plain(kind),
            });
        }
        offset += units(word);
    }
    found
}

fn is_word(text: &str, most: usize) -> bool {
    let letter = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    (1..=most).contains(&text.len()) && text.chars().all(letter)
}

fn is_command(word: &str) -> bool {
    let Some(command) = word.strip_prefix('/') else {
        return false;
    };
    match command.split_once('@') {
        Some((command, bot)) => is_word(command, 64) && is_word(bot, 32),
        None => is_word(command, 64),
    }
}

fn is_mention(word: &str) -> bool {
    word.strip_prefix('@')
        .is_some_and(|name| name.len() >= 3 && is_word(name, 32))
}

fn is_address(word: &str) -> bool {
    let lower = word.to_ascii_lowercase();
    ["https://", "http://", "t.me/", "telegram.me/"]
        .iter()
        .any(|start| lower.len() > start.len() && lower.starts_with(start))
}
