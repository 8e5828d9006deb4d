//! What a bot says of itself, its commands, and what it may know of a chat.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::super::bot::{Bot, Profile};
use super::super::desk::Desk;
use super::super::refusal::Refusal;
use super::super::styled::units;
use super::{Call, Done};

/// Commands a bot may have in one scope and language.
const MOST_COMMANDS: usize = 100;

/// Scopes and languages that are kept.
const MOST_KEPT: usize = 1_000;

/// The scopes of commands, and which further fields name one.
const SCOPES: [(&str, &[&str]); 7] = [
    ("default", &[]),
    ("all_private_chats", &[]),
    ("all_group_chats", &[]),
    ("all_chat_administrators", &[]),
    ("chat", &["chat_id"]),
    ("chat_administrators", &["chat_id"]),
    ("chat_member", &["chat_id", "user_id"]),
];

/// A text a bot says of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Field {
    Name,
    Description,
    Short,
}

impl Field {
    /// The parameter, and characters at most.
    fn limits(self) -> (&'static str, usize) {
        match self {
            Self::Name => ("name", 64),
            Self::Description => ("description", 512),
            Self::Short => ("short_description", 120),
        }
    }

    fn of(self, profile: &Profile) -> &BTreeMap<String, String> {
        match self {
            Self::Name => &profile.names,
            Self::Description => &profile.descriptions,
            Self::Short => &profile.short_descriptions,
        }
    }

    fn of_mut(self, profile: &mut Profile) -> &mut BTreeMap<String, String> {
        match self {
            Self::Name => &mut profile.names,
            Self::Description => &mut profile.descriptions,
            Self::Short => &mut profile.short_descriptions,
        }
    }
}

pub(super) fn get_me(desk: &mut Desk, call: &Call<'_>) -> Result<Done, Refusal> {
    let mut me = bot(desk, call)?.as_user();
    if let Some(members) = me.as_object_mut() {
        for (name, value) in [
            ("can_join_groups", true),
            ("can_read_all_group_messages", false),
            ("supports_inline_queries", false),
            ("can_connect_to_business", false),
            ("has_main_web_app", false),
        ] {
            members.insert(name.to_owned(), json!(value));
        }
    }
    Ok(me.into())
}

pub(super) fn set(desk: &mut Desk, call: &Call<'_>, field: Field) -> Result<Done, Refusal> {
    let (name, most) = field.limits();
    let text = call.params.text(name).unwrap_or_default();
    if units(text) > most {
        let what = name.replace('_', " ");
        return Err(Refusal::bad(format!("bot {what} is too long")));
    }
    let language = language(call)?;
    let texts = field.of_mut(&mut bot(desk, call)?.profile);
    if text.is_empty() {
        texts.remove(&language);
    } else if texts.len() < MOST_KEPT {
        texts.insert(language, text.to_owned());
    }
    Ok(Value::Bool(true).into())
}

pub(super) fn get(desk: &mut Desk, call: &Call<'_>, field: Field) -> Result<Done, Refusal> {
    let language = language(call)?;
    let bot = bot(desk, call)?;
    let texts = field.of(&bot.profile);
    let said = texts.get(&language).or_else(|| texts.get(""));
    let usual = match field {
        Field::Name => bot.name(),
        Field::Description | Field::Short => "",
    };
    let text = said.map_or(usual, String::as_str);
    Ok(json!({ (field.limits().0): text }).into())
}

pub(super) fn set_commands(desk: &mut Desk, call: &Call<'_>) -> Result<Done, Refusal> {
    let wrong = |text: &str| Refusal::bad(format!("can't parse commands: {text}"));
    let list = call
        .params
        .json("commands")
        .map_err(|_| wrong("Can't parse JSON"))?;
    let Some(Value::Array(list)) = list else {
        return Err(wrong("expected an Array of BotCommand"));
    };
    if list.len() > MOST_COMMANDS {
        return Err(Refusal::bad("BOT_COMMANDS_TOO_MUCH"));
    }
    let mut commands = Vec::new();
    for command in &list {
        let member = |name| command.get(name).and_then(Value::as_str);
        let (Some(name), Some(description)) = (member("command"), member("description")) else {
            return Err(wrong("Can't find field \"command\" or \"description\""));
        };
        let name = name.strip_prefix('/').unwrap_or(name);
        let fits = (1..=32).contains(&name.len())
            && name
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
        if !fits {
            return Err(Refusal::bad("BOT_COMMAND_INVALID"));
        }
        if !(1..=256).contains(&units(description)) {
            return Err(Refusal::bad("BOT_COMMAND_DESCRIPTION_INVALID"));
        }
        commands.push(json!({"command": name, "description": description}));
    }
    let key = (scope(call)?, language(call)?);
    let kept = &mut bot(desk, call)?.profile.commands;
    if commands.is_empty() {
        kept.remove(&key);
    } else if kept.len() < MOST_KEPT || kept.contains_key(&key) {
        kept.insert(key, Value::Array(commands));
    }
    Ok(Value::Bool(true).into())
}

pub(super) fn commands(desk: &mut Desk, call: &Call<'_>) -> Result<Done, Refusal> {
    let key = (scope(call)?, language(call)?);
    let kept = bot(desk, call)?.profile.commands.get(&key);
    Ok(kept.cloned().unwrap_or_else(|| json!([])).into())
}

pub(super) fn delete_commands(desk: &mut Desk, call: &Call<'_>) -> Result<Done, Refusal> {
    let key = (scope(call)?, language(call)?);
    bot(desk, call)?.profile.commands.remove(&key);
    Ok(Value::Bool(true).into())
}

pub(super) fn chat(desk: &mut Desk, call: &Call<'_>) -> Result<Done, Refusal> {
    if !call.params.has("chat_id") {
        return Err(Refusal::bad("chat_id is empty"));
    }
    let id = call.params.whole("chat_id");
    let met = id.filter(|id| desk.chat(call.bot, *id).is_some_and(|chat| chat.begun));
    let mut chat = met
        .and_then(|id| desk.chat_told(id))
        .ok_or_else(|| Refusal::bad("chat not found"))?;
    if let Some(members) = chat.as_object_mut() {
        members.insert("accent_color_id".to_owned(), json!(0));
        members.insert("max_reaction_count".to_owned(), json!(11));
        let gifts = json!({
            "unlimited_gifts": true,
            "limited_gifts": true,
            "unique_gifts": true,
            "premium_subscription": true,
            "gifts_from_channels": true,
        });
        members.insert("accepted_gift_types".to_owned(), gifts);
    }
    Ok(chat.into())
}

fn bot<'a>(desk: &'a mut Desk, call: &Call<'_>) -> Result<&'a mut Bot, Refusal> {
    desk.bot_mut(call.bot)
        .ok_or_else(|| Refusal::new(401, "Unauthorized".to_owned()))
}

/// Two letters, or none for everybody.
fn language(call: &Call<'_>) -> Result<String, Refusal> {
    let text = call.params.text("language_code").unwrap_or_default();
    let fits = text.is_empty() || (text.len() == 2 && text.bytes().all(|b| b.is_ascii_lowercase()));
    if fits {
        Ok(text.to_owned())
    } else {
        Err(Refusal::bad("invalid language code specified"))
    }
}

/// A scope as the key it is kept under.
fn scope(call: &Call<'_>) -> Result<String, Refusal> {
    let wrong = |text: &str| Refusal::bad(format!("can't parse BotCommandScope: {text}"));
    let value = call
        .params
        .json("scope")
        .map_err(|_| wrong("Can't parse JSON"))?;
    let Some(value) = value else {
        return Ok("default".to_owned());
    };
    let kind = value.get("type").and_then(Value::as_str);
    let known = SCOPES.iter().find(|(name, _)| Some(*name) == kind);
    let Some((name, fields)) = known else {
        return Err(wrong("Unsupported type specified"));
    };
    let mut key = (*name).to_owned();
    for field in *fields {
        let part = value
            .get(*field)
            .ok_or_else(|| wrong(&format!("Can't find field \"{field}\"")))?;
        key.push_str(&format!(" {part}"));
    }
    Ok(key)
}
