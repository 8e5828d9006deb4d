//! New messages, "typing…", and answers to taps.

use serde_json::{Map, Value, json};

use super::super::chat::{Author, Chat, Content, Message};
use super::super::desk::{ACTION_LIFE, Desk};
use super::super::html;
use super::super::markup::Markup;
use super::super::params::Params;
use super::super::photos::Photo;
use super::super::queries::Said;
use super::super::refusal::Refusal;
use super::super::styled::{Entity, Kind, PLAIN, Styled, units};
use super::{Call, Done};

/// UTF-16 units of a text at most, tags not counted.
pub(super) const LONGEST_TEXT: usize = 4096;

/// UTF-16 units of a caption at most.
pub(super) const LONGEST_CAPTION: usize = 1024;

/// Characters of the answer to a tap at most.
const LONGEST_ANSWER: usize = 200;

/// What a bot may be said to be doing.
const ACTIONS: [&str; 11] = [
    "typing",
    "upload_photo",
    "record_video",
    "upload_video",
    "record_voice",
    "upload_voice",
    "upload_document",
    "choose_sticker",
    "find_location",
    "record_video_note",
    "upload_video_note",
];

pub(super) fn message(desk: &mut Desk, call: &Call<'_>) -> Result<Done, Refusal> {
    let chat = chat_of(desk, call)?;
    let text = styled(call.params, "text", "entities")?;
    if text.text.is_empty() {
        return Err(Refusal::bad("message text is empty"));
    }
    if text.units() > LONGEST_TEXT {
        return Err(Refusal::bad("message is too long"));
    }
    send(desk, call, chat, Content::Text(text))
}

pub(super) fn photo(desk: &mut Desk, call: &Call<'_>) -> Result<Done, Refusal> {
    let chat = chat_of(desk, call)?;
    let caption = styled(call.params, "caption", "caption_entities")?;
    if caption.units() > LONGEST_CAPTION {
        return Err(Refusal::bad("message caption is too long"));
    }
    let photo = match call.params.file("photo") {
        Some(file) => desk.photos.upload(file, &call.world.dice)?,
        None => {
            let named = call.params.text("photo");
            let named = named.ok_or_else(|| Refusal::bad("there is no photo in the request"))?;
            picture(desk, call, named)?
        }
    };
    send(desk, call, chat, Content::Photo { photo, caption })
}

pub(super) fn action(desk: &mut Desk, call: &Call<'_>) -> Result<Done, Refusal> {
    let chat = chat_of(desk, call)?;
    may_send(desk, call, chat)?;
    let action = call.params.text("action").unwrap_or_default();
    if !ACTIONS.contains(&action) {
        return Err(Refusal::bad("wrong parameter action in request"));
    }
    let version = desk.change(chat);
    desk.chat_mut(call.bot, chat)
        .act(action, call.now + ACTION_LIFE, version);
    Ok(Value::Bool(true).into())
}

pub(super) fn answer_tap(desk: &mut Desk, call: &Call<'_>) -> Result<Done, Refusal> {
    let id = call.params.text("callback_query_id").unwrap_or_default();
    let text = call.params.text("text");
    if text.is_some_and(|text| units(text) > LONGEST_ANSWER) {
        return Err(Refusal::bad("MESSAGE_TOO_LONG"));
    }
    let url = call.params.text("url");
    if url.is_some_and(|url| !url.starts_with("https://t.me/")) {
        return Err(Refusal::bad("URL_INVALID"));
    }
    let said = Said {
        text: text.map(str::to_owned),
        alert: call.params.flag("show_alert"),
        url: url.map(str::to_owned),
    };
    if desk.queries.answer(call.bot, id, said, call.now) {
        Ok(Value::Bool(true).into())
    } else {
        Err(Refusal::bad(
            "query is too old and response timeout expired or query ID is invalid",
        ))
    }
}

/// The chat a call is about: one the bot knows.
pub(super) fn chat_of(desk: &Desk, call: &Call<'_>) -> Result<i64, Refusal> {
    if call.params.text("chat_id").is_none() {
        return Err(Refusal::bad("chat_id is empty"));
    }
    let id = call.params.whole("chat_id");
    id.filter(|id| desk.chat_told(*id).is_some())
        .ok_or_else(|| Refusal::bad("chat not found"))
}

/// A text with its tags read, or its entities as they are named.
pub(super) fn styled(params: &Params, name: &str, entities: &str) -> Result<Styled, Refusal> {
    read_styled(
        params.text(name).unwrap_or_default(),
        params.text("parse_mode"),
        params.json(entities).ok().flatten().as_ref(),
    )
}

/// The same, where its parts have been found already.
pub(super) fn read_styled(
    text: &str,
    mode: Option<&str>,
    entities: Option<&Value>,
) -> Result<Styled, Refusal> {
    let text: String = text
        .chars()
        .filter(|letter| !letter.is_control() || *letter == '\n' || *letter == '\t')
        .collect();
    let styled = match mode.map(str::to_ascii_lowercase).as_deref() {
        None if entities.is_some() => Styled {
            entities: named_entities(entities, units(&text))?,
            text,
        },
        None => Styled::typed(&text),
        Some("html") => html::parse(&text)
            .map_err(|why| Refusal::bad(format!("can't parse entities: {why}")))?,
        Some("markdown" | "markdownv2") => {
            return Err(Refusal::bad(
                "unsupported parse_mode: the sandbox reads HTML alone",
            ));
        }
        Some(_) => return Err(Refusal::bad("unsupported parse_mode")),
    };
    Ok(styled.trimmed())
}

/// A picture that is named: an address, a file's name, or a part of the request.
pub(super) fn picture(desk: &mut Desk, call: &Call<'_>, named: &str) -> Result<Photo, Refusal> {
    match named.strip_prefix("attach://") {
        Some(part) => {
            let file = call.params.file(part);
            let file = file.ok_or_else(|| Refusal::bad("wrong file attachment specified"))?;
            desk.photos.upload(file, &call.world.dice)
        }
        None => desk.photos.named(named, &call.world.dice),
    }
}

/// Whether the person wants to hear from the bot.
pub(super) fn may_send(desk: &Desk, call: &Call<'_>, chat: i64) -> Result<(), Refusal> {
    refuse_deleted(desk, chat)?;
    match desk.chat(call.bot, chat) {
        Some(known) if known.blocked => Err(Refusal::forbidden("bot was blocked by the user")),
        Some(known) if known.begun => Ok(()),
        Some(_) | None => Err(Refusal::forbidden(
            "bot can't initiate conversation with a user",
        )),
    }
}

/// A deleted account hears nothing.
pub(super) fn refuse_deleted(desk: &Desk, chat: i64) -> Result<(), Refusal> {
    match desk.people.get(chat) {
        Some(person) if person.deactivated => Err(Refusal::forbidden("user is deactivated")),
        Some(_) | None => Ok(()),
    }
}

/// One more call of sending or editing, if the bot is not too fast.
pub(super) fn pace(desk: &mut Desk, call: &Call<'_>, chat: i64) -> Result<(), Refusal> {
    let limits = call.world.telegram.flood;
    let Some((known, bot)) = desk.chat_and_bot(call.bot, chat) else {
        return Ok(());
    };
    limits
        .take(&mut bot.flood, &mut known.flood, chat < 0, call.now)
        .map_err(Refusal::too_many)
}

fn send(desk: &mut Desk, call: &Call<'_>, chat: i64, content: Content) -> Result<Done, Refusal> {
    may_send(desk, call, chat)?;
    let markup = call.params.text("reply_markup").map(Markup::read);
    let markup = markup.transpose()?;
    let more = reply(desk, call, chat)?;
    pace(desk, call, chat)?;
    let version = desk.change(chat);
    let Some((_, bot)) = desk.chat_and_bot(call.bot, chat) else {
        return Err(Refusal::bad("chat not found"));
    };
    let mut message = Message {
        id: bot.number_message(),
        author: Author::Bot,
        at: call.now,
        edited_at: None,
        content,
        buttons: Vec::new(),
        keyboard: None,
        is_fixed: false,
        more,
        edits: 0,
        rings: !call.params.flag("disable_notification"),
        version,
    };
    let chat_state = desk.chat_mut(call.bot, chat);
    put_markup(chat_state, &mut message, markup);
    let told = {
        chat_state.add(message.clone());
        desk.told(call.bot, chat, &message)
    };
    Ok(told.into())
}

fn put_markup(chat: &mut Chat, message: &mut Message, markup: Option<Markup>) {
    match markup {
        None => {}
        Some(Markup::Inline(rows)) => message.buttons = rows,
        Some(Markup::Keyboard(keyboard)) => {
            message.is_fixed = true;
            message.keyboard = Some(keyboard);
        }
        Some(Markup::Remove) => {
            message.is_fixed = true;
            chat.remove_keyboard();
        }
        Some(Markup::ForceReply) => message.is_fixed = true,
    }
}

/// `reply_to_message` of a message that answers another one.
fn reply(desk: &Desk, call: &Call<'_>, chat: i64) -> Result<Map<String, Value>, Refusal> {
    let mut more = Map::new();
    let wrong = |_| Refusal::bad("can't parse reply parameters JSON object");
    let named = call.params.json("reply_parameters").map_err(wrong)?;
    let member = |name| named.as_ref().and_then(|value| value.get(name));
    let id = member("message_id").and_then(Value::as_i64);
    let Some(id) = id.or_else(|| call.params.whole("reply_to_message_id")) else {
        return Ok(more);
    };
    let may_miss = member("allow_sending_without_reply")
        .and_then(Value::as_bool)
        .unwrap_or_else(|| call.params.flag("allow_sending_without_reply"));
    let known = desk
        .chat(call.bot, chat)
        .and_then(|known| known.message(id));
    match known {
        Some(message) => {
            let told = desk.told(call.bot, chat, message);
            more.insert("reply_to_message".to_owned(), told);
            Ok(more)
        }
        None if may_miss => Ok(more),
        None => Err(Refusal::bad("message to be replied not found")),
    }
}

/// Entities as a bot names them. Kinds that Telegram finds by itself are not taken from it.
fn named_entities(value: Option<&Value>, length: usize) -> Result<Vec<Entity>, Refusal> {
    let wrong = |text: &str| Refusal::bad(format!("can't parse MessageEntity: {text}"));
    let Some(list) = value.and_then(Value::as_array) else {
        return Err(wrong("expected an Array of MessageEntity"));
    };
    let mut entities = Vec::new();
    for entity in list {
        let number = |name| {
            let number = entity.get(name).and_then(Value::as_u64);
            number.and_then(|number| usize::try_from(number).ok())
        };
        let text = |name| entity.get(name).and_then(Value::as_str);
        let (Some(offset), Some(span)) = (number("offset"), number("length")) else {
            return Err(wrong("Can't find field \"offset\" or \"length\""));
        };
        let kind = match text("type") {
            Some("text_link") => Kind::Link(text("url").unwrap_or_default().to_owned()),
            Some("pre") => match text("language") {
                Some(language) => Kind::Pre(language.to_owned()),
                None => Kind::Plain("pre"),
            },
            Some(name) => match PLAIN.iter().find(|known| **known == name) {
                Some(name) => Kind::Plain(name),
                None => continue,
            },
            None => return Err(wrong("Can't find field \"type\"")),
        };
        if offset.saturating_add(span) <= length && span > 0 {
            entities.push(Entity {
                offset,
                length: span,
                kind,
            });
        }
    }
    Ok(entities)
}

/// The media of `editMessageMedia`: which picture, and its caption.
pub(super) fn media(desk: &mut Desk, call: &Call<'_>) -> Result<Content, Refusal> {
    let wrong = |text: &str| Refusal::bad(format!("can't parse InputMedia: {text}"));
    let value = call.params.json("media");
    let value = value
        .map_err(|_| wrong("Can't parse JSON"))?
        .unwrap_or(json!(null));
    let text = |name| value.get(name).and_then(Value::as_str);
    if text("type") != Some("photo") {
        return Err(wrong("the sandbox has media of type \"photo\" alone"));
    }
    let named = text("media").ok_or_else(|| wrong("Can't find field \"media\""))?;
    let caption = read_styled(
        text("caption").unwrap_or_default(),
        text("parse_mode"),
        value.get("caption_entities"),
    )?;
    if caption.units() > LONGEST_CAPTION {
        return Err(Refusal::bad("message caption is too long"));
    }
    let photo = picture(desk, call, named)?;
    Ok(Content::Photo { photo, caption })
}
