//! What a message carries below it: buttons in the message, or a keyboard in place of the person's.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::html::checked_link;
use super::refusal::Refusal;
use super::styled::units;

/// Bytes of callback data at most.
const LONGEST_DATA: usize = 64;

/// Characters of a text to copy at most.
const LONGEST_COPY: usize = 256;

/// Buttons of a message at most.
const MOST_BUTTONS: usize = 100;

/// Bytes of the whole markup at most.
const LARGEST: usize = 10_240;

/// What may stand in `reply_markup`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Markup {
    /// Buttons in the message.
    Inline(Vec<Vec<Button>>),
    /// A keyboard below the chat.
    Keyboard(Keyboard),
    /// The keyboard goes away.
    Remove,
    /// The person is asked to reply.
    ForceReply,
}

/// A button in a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Button {
    pub(crate) text: String,
    pub(crate) act: Act,
}

/// What a button in a message does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Act {
    /// Tells the bot this.
    Data(String),
    /// Opens a page.
    Url(String),
    /// Puts a text into the person's clipboard.
    Copy(String),
}

/// A keyboard below the chat.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Keyboard {
    pub(crate) rows: Vec<Vec<Key>>,
    pub(crate) one_time: bool,
    pub(crate) placeholder: Option<String>,
}

/// A key of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Key {
    pub(crate) text: String,
    /// Opens the list of people to choose from; none: the key types its text.
    pub(crate) picker: Option<Picker>,
}

/// Which people may be chosen, and what the bot then learns of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Picker {
    pub(crate) request_id: i64,
    pub(crate) most: usize,
    pub(crate) is_premium: Option<bool>,
    pub(crate) is_bot: Option<bool>,
    pub(crate) name: bool,
    pub(crate) username: bool,
}

impl Markup {
    /// Reads `reply_markup`.
    pub(crate) fn read(text: &str) -> Result<Self, Refusal> {
        let value: Value = serde_json::from_str(text)
            .map_err(|_| Refusal::bad("can't parse reply keyboard markup JSON object"))?;
        let Value::Object(members) = value else {
            return Err(Refusal::bad("object expected as reply markup"));
        };
        if text.len() > LARGEST {
            return Err(Refusal::bad("reply markup is too long"));
        }
        if let Some(rows) = members.get("inline_keyboard") {
            return table(rows, "inline_keyboard", button).map(Self::Inline);
        }
        if let Some(rows) = members.get("keyboard") {
            let keyboard = Keyboard {
                rows: table(rows, "keyboard", key)?,
                one_time: flag(&members, "one_time_keyboard"),
                placeholder: text_of(&members, "input_field_placeholder").map(str::to_owned),
            };
            return Ok(Self::Keyboard(keyboard));
        }
        if flag(&members, "remove_keyboard") {
            return Ok(Self::Remove);
        }
        if flag(&members, "force_reply") {
            return Ok(Self::ForceReply);
        }
        Ok(Self::Inline(Vec::new()))
    }
}

/// Buttons as the bot sees them.
pub(crate) fn shown(rows: &[Vec<Button>]) -> Value {
    let button = |button: &Button| match &button.act {
        Act::Data(data) => json!({"text": button.text, "callback_data": data}),
        Act::Url(url) => json!({"text": button.text, "url": url}),
        Act::Copy(text) => json!({"text": button.text, "copy_text": {"text": text}}),
    };
    let rows: Vec<Vec<Value>> = rows
        .iter()
        .map(|row| row.iter().map(button).collect())
        .collect();
    json!({ "inline_keyboard": rows })
}

type Members = Map<String, Value>;

/// Rows of something; empty rows are left out.
fn table<T>(
    rows: &Value,
    name: &str,
    cell: fn(&Value) -> Result<T, Refusal>,
) -> Result<Vec<Vec<T>>, Refusal> {
    let Some(rows) = rows.as_array() else {
        let text = format!("field \"{name}\" must be of type Array");
        return Err(Refusal::bad(text));
    };
    let mut table = Vec::new();
    let mut count = 0;
    for row in rows {
        let Some(cells) = row.as_array() else {
            let text = format!("field \"{name}\" must be an Array of Arrays");
            return Err(Refusal::bad(text));
        };
        let cells: Vec<T> = cells.iter().map(cell).collect::<Result<_, _>>()?;
        count += cells.len();
        if !cells.is_empty() {
            table.push(cells);
        }
    }
    if count > MOST_BUTTONS {
        return Err(Refusal::bad("reply markup is too long"));
    }
    Ok(table)
}

fn button(value: &Value) -> Result<Button, Refusal> {
    let wrong = |text: &str| Refusal::bad(format!("can't parse inline keyboard button: {text}"));
    let Some(members) = value.as_object() else {
        return Err(wrong("InlineKeyboardButton must be an Object"));
    };
    let Some(text) = text_of(members, "text") else {
        return Err(wrong("Can't find field \"text\""));
    };
    if text.trim().is_empty() {
        return Err(Refusal::bad(
            "inline keyboard button text must be non-empty",
        ));
    }
    let act = act(members)?;
    Ok(Button {
        text: text.to_owned(),
        act: act.ok_or_else(|| wrong("Text buttons are unallowed in the inline keyboard"))?,
    })
}

/// Kinds of buttons that the shop has no use for.
const STRANGE: [&str; 7] = [
    "web_app",
    "login_url",
    "switch_inline_query",
    "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat",
    "callback_game",
    "pay",
];

fn act(members: &Members) -> Result<Option<Act>, Refusal> {
    if let Some(url) = text_of(members, "url") {
        return match checked_link(url) {
            Some(url) => Ok(Some(Act::Url(url))),
            None => Err(Refusal::bad(format!(
                "inline keyboard button URL '{url}' is invalid: Wrong HTTP URL"
            ))),
        };
    }
    if let Some(data) = text_of(members, "callback_data") {
        return if (1..=LONGEST_DATA).contains(&data.len()) {
            Ok(Some(Act::Data(data.to_owned())))
        } else {
            Err(Refusal::bad("BUTTON_DATA_INVALID"))
        };
    }
    if let Some(copy) = members.get("copy_text") {
        let text = copy.get("text").and_then(Value::as_str).unwrap_or_default();
        return if (1..=LONGEST_COPY).contains(&units(text)) {
            Ok(Some(Act::Copy(text.to_owned())))
        } else {
            Err(Refusal::bad("BUTTON_COPY_TEXT_INVALID"))
        };
    }
    match STRANGE.iter().find(|name| members.contains_key(**name)) {
        Some(name) => Err(Refusal::bad(format!(
            "the sandbox has no inline buttons with \"{name}\""
        ))),
        None => Ok(None),
    }
}

fn key(value: &Value) -> Result<Key, Refusal> {
    let wrong = |text: &str| Refusal::bad(format!("can't parse keyboard button: {text}"));
    let text = match value {
        Value::String(text) => Some(text.as_str()),
        Value::Object(members) => text_of(members, "text"),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) => {
            return Err(wrong("KeyboardButton must be an Object"));
        }
    };
    let Some(text) = text else {
        return Err(wrong("Can't find field \"text\""));
    };
    if text.trim().is_empty() {
        return Err(Refusal::bad("keyboard button text must be non-empty"));
    }
    let picker = value.get("request_users").map(picker).transpose()?;
    let strange = [
        "request_chat",
        "request_contact",
        "request_location",
        "request_poll",
        "web_app",
    ];
    if let Some(name) = strange.iter().find(|name| value.get(**name).is_some()) {
        let text = format!("the sandbox has no keys with \"{name}\"");
        return Err(Refusal::bad(text));
    }
    Ok(Key {
        text: text.to_owned(),
        picker,
    })
}

fn picker(value: &Value) -> Result<Picker, Refusal> {
    let wrong = |text: &str| Refusal::bad(format!("can't parse keyboard button: {text}"));
    let Some(members) = value.as_object() else {
        return Err(wrong("KeyboardButtonRequestUsers must be an Object"));
    };
    let request_id = members.get("request_id").and_then(Value::as_i64);
    let request_id = request_id
        .filter(|id| i32::try_from(*id).is_ok())
        .ok_or_else(|| wrong("Can't find field \"request_id\""))?;
    let most = members.get("max_quantity").and_then(Value::as_u64);
    let most = usize::try_from(most.unwrap_or(1)).unwrap_or(usize::MAX);
    if !(1..=10).contains(&most) {
        return Err(Refusal::bad("wrong number of users to request specified"));
    }
    let said = |name| members.get(name).and_then(Value::as_bool);
    Ok(Picker {
        request_id,
        most,
        is_premium: said("user_is_premium"),
        is_bot: said("user_is_bot"),
        name: flag(members, "request_name"),
        username: flag(members, "request_username"),
    })
}

fn flag(members: &Members, name: &str) -> bool {
    members.get(name).and_then(Value::as_bool).unwrap_or(false)
}

fn text_of<'a>(members: &'a Members, name: &str) -> Option<&'a str> {
    members.get(name).and_then(Value::as_str)
}
