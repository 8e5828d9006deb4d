//! Edits and deletions. An edit never rings.

use std::time::Duration;

use serde_json::Value;

use super::super::chat::{Author, Content, Message};
use super::super::desk::Desk;
use super::super::markup::{Button, Markup};
use super::super::refusal::Refusal;
use super::sending::{self, LONGEST_CAPTION, LONGEST_TEXT, chat_of, pace, refuse_deleted, styled};
use super::{Call, Done};

/// How long a bot may delete a message.
const DELETABLE: Duration = Duration::from_secs(48 * 3600);

/// Messages deleted by one call at most.
const MOST_DELETED: usize = 100;

pub(super) fn text(desk: &mut Desk, call: &Call<'_>) -> Result<Done, Refusal> {
    let (chat, id) = target(desk, call)?;
    let text = styled(call.params, "text", "entities")?;
    if text.text.is_empty() {
        return Err(Refusal::bad("message text is empty"));
    }
    if text.units() > LONGEST_TEXT {
        return Err(Refusal::bad("MESSAGE_TOO_LONG"));
    }
    match &message(desk, call, chat, id)?.content {
        Content::Text(_) => {}
        Content::Photo { .. } | Content::Other { .. } => {
            return Err(Refusal::bad("there is no text in the message to edit"));
        }
    }
    replace(desk, call, chat, id, Content::Text(text))
}

pub(super) fn caption(desk: &mut Desk, call: &Call<'_>) -> Result<Done, Refusal> {
    let (chat, id) = target(desk, call)?;
    let caption = styled(call.params, "caption", "caption_entities")?;
    if caption.units() > LONGEST_CAPTION {
        return Err(Refusal::bad("message caption is too long"));
    }
    let photo = match &message(desk, call, chat, id)?.content {
        Content::Photo { photo, .. } => photo.clone(),
        Content::Text(_) | Content::Other { .. } => {
            return Err(Refusal::bad("there is no caption in the message to edit"));
        }
    };
    replace(desk, call, chat, id, Content::Photo { photo, caption })
}

pub(super) fn media(desk: &mut Desk, call: &Call<'_>) -> Result<Done, Refusal> {
    let (chat, id) = target(desk, call)?;
    message(desk, call, chat, id)?;
    let content = sending::media(desk, call)?;
    replace(desk, call, chat, id, content)
}

pub(super) fn markup(desk: &mut Desk, call: &Call<'_>) -> Result<Done, Refusal> {
    let (chat, id) = target(desk, call)?;
    let content = message(desk, call, chat, id)?.content.clone();
    replace(desk, call, chat, id, content)
}

pub(super) fn delete(desk: &mut Desk, call: &Call<'_>) -> Result<Done, Refusal> {
    let chat = chat_of(desk, call)?;
    let id = call.params.whole("message_id");
    let id = id.ok_or_else(|| Refusal::bad("message identifier is not specified"))?;
    let known = desk
        .chat(call.bot, chat)
        .and_then(|known| known.message(id));
    let Some(message) = known else {
        return Err(Refusal::bad("message to delete not found"));
    };
    if message.at + DELETABLE < call.now {
        return Err(Refusal::bad("message can't be deleted for everyone"));
    }
    let version = desk.change(chat);
    desk.chat_mut(call.bot, chat).delete(id, version);
    Ok(Value::Bool(true).into())
}

pub(super) fn delete_many(desk: &mut Desk, call: &Call<'_>) -> Result<Done, Refusal> {
    let chat = chat_of(desk, call)?;
    let wrong = || Refusal::bad("can't parse message identifiers");
    let list = call.params.json("message_ids").map_err(|_| wrong())?;
    let ids: Option<Vec<i64>> = list
        .as_ref()
        .and_then(Value::as_array)
        .and_then(|ids| ids.iter().map(Value::as_i64).collect());
    let ids = ids.ok_or_else(wrong)?;
    if ids.is_empty() {
        return Err(Refusal::bad("message identifiers are not specified"));
    }
    if ids.len() > MOST_DELETED {
        return Err(Refusal::bad("too many message identifiers specified"));
    }
    let version = desk.change(chat);
    let known = desk.chat_mut(call.bot, chat);
    // What is gone, or too old, is passed over.
    for id in ids {
        if known
            .message(id)
            .is_some_and(|message| message.at + DELETABLE >= call.now)
        {
            known.delete(id, version);
        }
    }
    Ok(Value::Bool(true).into())
}

/// Which message is meant.
fn target(desk: &Desk, call: &Call<'_>) -> Result<(i64, i64), Refusal> {
    if call.params.text("inline_message_id").is_some() {
        return Err(Refusal::bad("MESSAGE_ID_INVALID"));
    }
    let chat = chat_of(desk, call)?;
    let id = call.params.whole("message_id");
    let id = id.ok_or_else(|| Refusal::bad("message identifier is not specified"))?;
    Ok((chat, id))
}

/// The message, if the bot may edit it.
fn message<'a>(
    desk: &'a Desk,
    call: &Call<'_>,
    chat: i64,
    id: i64,
) -> Result<&'a Message, Refusal> {
    refuse_deleted(desk, chat)?;
    let known = desk.chat(call.bot, chat);
    let message = known.and_then(|known| known.message(id));
    let message = message.ok_or_else(|| Refusal::bad("message to edit not found"))?;
    if message.author != Author::Bot || message.is_fixed {
        return Err(Refusal::bad("message can't be edited"));
    }
    Ok(message)
}

/// Puts other content and buttons into a message, unless nothing would change.
fn replace(
    desk: &mut Desk,
    call: &Call<'_>,
    chat: i64,
    id: i64,
    content: Content,
) -> Result<Done, Refusal> {
    let buttons = buttons(call)?;
    let before = message(desk, call, chat, id)?;
    if before.content == content && before.buttons == buttons {
        return Err(Refusal::bad(
            "message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message",
        ));
    }
    pace(desk, call, chat)?;
    let version = desk.change(chat);
    let known = desk.chat_mut(call.bot, chat);
    let Some(message) = known.message_mut(id) else {
        return Err(Refusal::bad("message to edit not found"));
    };
    message.content = content;
    message.buttons = buttons;
    message.edited_at = Some(call.now);
    message.edits += 1;
    message.version = version;
    let after = message.clone();
    known.touch(version);
    Ok(desk.told(call.bot, chat, &after).into())
}

/// The buttons an edit leaves: those it names, or none.
fn buttons(call: &Call<'_>) -> Result<Vec<Vec<Button>>, Refusal> {
    match call.params.text("reply_markup").map(Markup::read) {
        None => Ok(Vec::new()),
        Some(Ok(Markup::Inline(rows))) => Ok(rows),
        Some(Ok(Markup::Keyboard(_) | Markup::Remove | Markup::ForceReply)) => {
            Err(Refusal::bad("inline keyboard expected"))
        }
        Some(Err(refusal)) => Err(refusal),
    }
}
