//! One update, as lean as the shop needs it.
//!
//! Our own reading, because it must survive what it does not know: the library answers an unknown
//! kind, and a known one of unexpected shape, alike and with its content lost; and it reads a
//! hundred fields where twenty are used.

use std::borrow::Cow;
use std::collections::HashMap;

use serde::Deserialize;
use serde::de::IgnoredAny;
use starkeeper_actors::domain::catalog::{PersonName, Username};
use starkeeper_actors::domain::customer::Language;
use starkeeper_actors::domain::dialog::{Inbound, Said, Sender};
use starkeeper_actors::domain::ids::{BotId, TelegramId, UpdateKey};

#[cfg(test)]
mod tests;

/// The longest text that is handed on, in characters: Telegram's own limit of a message.
const LONGEST_TEXT: usize = 4_096;

/// The longest callback data that a button of ours carries, in bytes (Bot API).
const LONGEST_DATA: usize = 64;

/// An update and what it means.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Heard {
    /// Telegram's number of it.
    pub update: i64,
    /// What it is.
    pub what: Chatted,
}

/// What an update is to the shop.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Chatted {
    /// A person wrote.
    Wrote(Box<Inbound>),
    /// A person tapped.
    Tapped(Tap),
    /// A person blocked the bot (`false`) or let it speak again (`true`).
    Opened {
        /// Who.
        person: TelegramId,
        /// Whether the bot may speak.
        open: bool,
    },
    /// Nothing that the shop listens to; a name of few for the metrics.
    Nothing(&'static str),
}

/// A tap on a button.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Tap {
    /// How it is answered.
    pub query: String,
    /// What it says; none if it is no button of ours.
    pub inbound: Option<Box<Inbound>>,
}

/// Not an update.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("not an update: {why}")]
pub struct Unreadable {
    /// Where it stopped being one; nothing of its content.
    pub why: String,
}

/// Kinds that have a name in the metrics; any other is `other`.
const KINDS: [&str; 12] = [
    "edited_message",
    "channel_post",
    "edited_channel_post",
    "inline_query",
    "chosen_inline_result",
    "shipping_query",
    "pre_checkout_query",
    "poll",
    "poll_answer",
    "chat_member",
    "chat_join_request",
    "message_reaction",
];

#[derive(Deserialize)]
struct Update<'a> {
    update_id: i64,
    #[serde(borrow, default)]
    message: Option<Message<'a>>,
    #[serde(borrow, default)]
    callback_query: Option<Callback<'a>>,
    #[serde(borrow, default)]
    my_chat_member: Option<Member<'a>>,
}

#[derive(Deserialize)]
struct Message<'a> {
    #[serde(default)]
    message_id: Option<i64>,
    #[serde(borrow)]
    chat: Chat<'a>,
    #[serde(borrow, default)]
    from: Option<User<'a>>,
    #[serde(borrow, default)]
    text: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    forward_origin: Option<Origin<'a>>,
    #[serde(borrow, default)]
    users_shared: Option<Shared<'a>>,
    #[serde(borrow, default)]
    contact: Option<Contact<'a>>,
    #[serde(default)]
    sticker: Present,
    #[serde(default)]
    voice: Present,
    #[serde(default)]
    photo: Present,
    #[serde(default)]
    video: Present,
    #[serde(default)]
    video_note: Present,
    #[serde(default)]
    audio: Present,
    #[serde(default)]
    document: Present,
    #[serde(default)]
    animation: Present,
    #[serde(default)]
    location: Present,
    #[serde(default)]
    venue: Present,
    #[serde(default)]
    poll: Present,
    #[serde(default)]
    dice: Present,
    #[serde(default)]
    story: Present,
    #[serde(default)]
    game: Present,
    #[serde(default)]
    paid_media: Present,
    #[serde(default)]
    checklist: Present,
}

/// Something that is only looked at for being there.
type Present = Option<IgnoredAny>;

impl Message<'_> {
    /// Whether it is something that a person sends and that is not text. Whatever else a message may
    /// be is the chat's own affair.
    fn is_thing(&self) -> bool {
        let things = [
            &self.sticker,
            &self.voice,
            &self.photo,
            &self.video,
            &self.video_note,
            &self.audio,
            &self.document,
            &self.animation,
            &self.location,
            &self.venue,
            &self.poll,
            &self.dice,
            &self.story,
            &self.game,
            &self.paid_media,
            &self.checklist,
        ];
        things.iter().any(|thing| thing.is_some())
    }
}

#[derive(Deserialize)]
struct Chat<'a> {
    id: i64,
    #[serde(borrow, rename = "type")]
    kind: Cow<'a, str>,
}

#[derive(Deserialize)]
struct User<'a> {
    id: i64,
    #[serde(default)]
    is_bot: bool,
    #[serde(borrow, default)]
    first_name: Cow<'a, str>,
    #[serde(borrow, default)]
    last_name: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    username: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    language_code: Option<Cow<'a, str>>,
    #[serde(default)]
    is_premium: bool,
}

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Origin<'a> {
    User {
        #[serde(borrow)]
        sender_user: User<'a>,
    },
    HiddenUser {
        #[serde(borrow)]
        sender_user_name: Cow<'a, str>,
    },
    Chat {
        #[serde(borrow)]
        sender_chat: Titled<'a>,
    },
    Channel {
        #[serde(borrow)]
        chat: Titled<'a>,
    },
    #[serde(other)]
    Unknown,
}

/// A group or a channel.
#[derive(Deserialize)]
struct Titled<'a> {
    #[serde(borrow, default)]
    title: Cow<'a, str>,
    #[serde(borrow, default)]
    username: Option<Cow<'a, str>>,
}

#[derive(Deserialize)]
struct Shared<'a> {
    #[serde(borrow, default)]
    users: Vec<Picked<'a>>,
}

#[derive(Deserialize)]
struct Picked<'a> {
    #[serde(default)]
    user_id: Option<i64>,
    #[serde(borrow, default)]
    first_name: Cow<'a, str>,
    #[serde(borrow, default)]
    last_name: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    username: Option<Cow<'a, str>>,
}

#[derive(Deserialize)]
struct Contact<'a> {
    #[serde(default)]
    user_id: Option<i64>,
    #[serde(borrow, default)]
    first_name: Cow<'a, str>,
    #[serde(borrow, default)]
    last_name: Option<Cow<'a, str>>,
}

#[derive(Deserialize)]
struct Callback<'a> {
    #[serde(borrow)]
    id: Cow<'a, str>,
    #[serde(borrow)]
    from: User<'a>,
    #[serde(borrow, default)]
    message: Option<Place<'a>>,
    #[serde(borrow, default)]
    data: Option<Cow<'a, str>>,
}

/// The message of a button, also one that is too old to be shown.
#[derive(Deserialize)]
struct Place<'a> {
    message_id: i64,
    #[serde(borrow)]
    chat: Chat<'a>,
}

#[derive(Deserialize)]
struct Member<'a> {
    #[serde(borrow)]
    chat: Chat<'a>,
    #[serde(borrow)]
    new_chat_member: Status<'a>,
}

#[derive(Deserialize)]
struct Status<'a> {
    #[serde(borrow)]
    status: Cow<'a, str>,
}

/// Reads one update of a bot.
///
/// # Errors
/// It is no update at all: without its number nobody could confirm it.
pub fn read(bot: BotId, raw: &[u8]) -> Result<Heard, Unreadable> {
    // A list in the order of the fields would be read as well.
    if !raw.trim_ascii_start().starts_with(b"{") {
        let why = "it is no JSON object".to_owned();
        return Err(Unreadable { why });
    }
    match serde_json::from_slice::<Update<'_>>(raw) {
        Ok(update) => Ok(Heard {
            update: update.update_id,
            what: meaning(bot, &update).unwrap_or_else(|| Chatted::Nothing(kind_of(raw))),
        }),
        Err(bad) => {
            #[derive(Deserialize)]
            struct Number {
                update_id: i64,
            }
            let number = serde_json::from_slice::<Number>(raw);
            let number = number.map_err(|why| Unreadable {
                why: place_of(&why),
            })?;
            let (update, place) = (number.update_id, place_of(&bad));
            tracing::warn!("update {update} has an unexpected shape at {place}");
            Ok(Heard {
                update,
                what: Chatted::Nothing("unreadable"),
            })
        }
    }
}

/// The place alone: the library's own text may hold a piece of the content.
fn place_of(why: &serde_json::Error) -> String {
    format!("{}:{}", why.line(), why.column())
}

fn kind_of(raw: &[u8]) -> &'static str {
    let keys = serde_json::from_slice::<HashMap<Cow<'_, str>, IgnoredAny>>(raw);
    let keys = keys.unwrap_or_default();
    let known = KINDS.iter().find(|kind| keys.contains_key(**kind));
    known.copied().unwrap_or("other")
}

fn meaning(bot: BotId, update: &Update<'_>) -> Option<Chatted> {
    let key = UpdateKey {
        bot,
        update: update.update_id,
    };
    if let Some(message) = &update.message {
        return Some(wrote(key, message));
    }
    if let Some(callback) = &update.callback_query {
        return Some(Chatted::Tapped(tapped(key, callback)));
    }
    update.my_chat_member.as_ref().map(|member| {
        if member.chat.kind != "private" {
            return Chatted::Nothing("group_membership");
        }
        let away = matches!(member.new_chat_member.status.as_ref(), "kicked" | "left");
        Chatted::Opened {
            person: TelegramId::new(member.chat.id),
            open: !away,
        }
    })
}

fn wrote(key: UpdateKey, message: &Message<'_>) -> Chatted {
    let Some(from) = message.from.as_ref().filter(|from| !from.is_bot) else {
        return Chatted::Nothing("nobody");
    };
    let said = match message.chat.kind.as_ref() {
        "private" => said(message),
        "group" | "supergroup" => message
            .text
            .as_deref()
            .filter(|text| text.starts_with('/') || text.contains('@'))
            .map(|_addressed| Said::InGroup),
        _ => None,
    };
    let Some(said) = said else {
        return Chatted::Nothing("service");
    };
    Chatted::Wrote(Box::new(Inbound {
        key,
        sender: sender(from),
        chat: TelegramId::new(message.chat.id),
        message: None,
        own: message.message_id,
        said,
    }))
}

fn said(message: &Message<'_>) -> Option<Said> {
    if let Some(origin) = &message.forward_origin {
        return Some(match origin {
            Origin::User { sender_user } => picked(
                sender_user.username.as_deref(),
                &sender_user.first_name,
                sender_user.last_name.as_deref(),
                Some(sender_user.id),
            ),
            Origin::HiddenUser { sender_user_name } => picked(None, sender_user_name, None, None),
            Origin::Chat { sender_chat: chat } | Origin::Channel { chat } => {
                picked(chat.username.as_deref(), &chat.title, None, None)
            }
            Origin::Unknown => Said::Thing,
        });
    }
    if let Some(shared) = &message.users_shared {
        return shared.users.first().map(|user| {
            let (username, last) = (user.username.as_deref(), user.last_name.as_deref());
            picked(username, &user.first_name, last, user.user_id)
        });
    }
    if let Some(contact) = &message.contact {
        // A contact's card has no username.
        let last = contact.last_name.as_deref();
        return Some(picked(None, &contact.first_name, last, contact.user_id));
    }
    if let Some(text) = &message.text {
        let text: String = text.chars().take(LONGEST_TEXT).collect();
        return Some(Said::Text(text.into()));
    }
    message.is_thing().then_some(Said::Thing)
}

fn picked(username: Option<&str>, first: &str, last: Option<&str>, user: Option<i64>) -> Said {
    Said::Picked {
        username: username.and_then(|name| Username::parse(name).ok()),
        name: name_of(first, last),
        user: user.map(TelegramId::new),
    }
}

fn name_of(first: &str, last: Option<&str>) -> PersonName {
    match last {
        Some(last) => PersonName::new(&format!("{first} {last}")),
        None => PersonName::new(first),
    }
}

fn sender(user: &User<'_>) -> Sender {
    let tag = user.language_code.as_deref().unwrap_or_default();
    let username = user.username.as_deref();
    Sender {
        user: TelegramId::new(user.id),
        username: username.and_then(|name| Username::parse(name).ok()),
        // How the person is called, not their passport.
        name: PersonName::new(&user.first_name),
        language: Language::of_tag(tag),
        premium: user.is_premium,
    }
}

fn tapped(key: UpdateKey, callback: &Callback<'_>) -> Tap {
    let place = callback.message.as_ref();
    let is_private = place.is_none_or(|place| place.chat.kind == "private");
    let data = callback.data.as_deref();
    let data = data.filter(|data| is_private && data.len() <= LONGEST_DATA);
    let inbound = data.map(|data| {
        Box::new(Inbound {
            key,
            sender: sender(&callback.from),
            chat: TelegramId::new(place.map_or(callback.from.id, |place| place.chat.id)),
            message: place.map(|place| place.message_id),
            own: None,
            said: Said::Tap(data.into()),
        })
    });
    Tap {
        query: callback.id.as_ref().to_owned(),
        inbound,
    }
}
