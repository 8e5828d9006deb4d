//! A person with a phone: what they write, tap and see in the emulated Telegram.

use reqwest::Method;
use serde_json::{Value, json};

use super::emulators::Emulators;
use super::wait::{eventually, eventually_within};

/// One person's chat with the bot.
pub struct Phone<'a> {
    emulators: &'a Emulators,
    pub id: i64,
}

impl<'a> Phone<'a> {
    /// A person of this language, with this username if they have one.
    pub async fn of(
        emulators: &'a Emulators,
        id: i64,
        username: Option<&str>,
        language: &str,
    ) -> Self {
        let who = json!({"username": username, "language": language, "premium": false});
        emulators.order(&format!("users/{id}"), who).await;
        Self { emulators, id }
    }

    /// Changes what is named of the person.
    pub async fn set(&self, what: Value) {
        self.emulators
            .order(&format!("users/{}", self.id), what)
            .await;
    }

    /// Writes a line.
    pub async fn say(&self, text: &str) {
        let path = format!("users/{}/say", self.id);
        self.emulators.order(&path, json!({ "text": text })).await;
    }

    /// Taps a button of the newest message that has it, by its text or its data; answers what the
    /// emulator says of it.
    pub async fn tap(&self, button: &str) -> Value {
        let path = format!("users/{}/tap", self.id);
        let tap = json!({ "button": button });
        self.emulators.order(&path, tap).await
    }

    /// Everything in the chat, oldest first.
    pub async fn chat(&self) -> Vec<Value> {
        let path = format!("users/{}/chat", self.id);
        let (status, shown) = self.emulators.control(Method::GET, &path, &json!({})).await;
        assert_eq!(status, 200, "{shown}");
        shown.as_array().expect("a list").clone()
    }

    /// What the bot has in the chat, oldest first.
    pub async fn heard(&self) -> Vec<Value> {
        let chat = self.chat().await;
        let of_bot = |message: &Value| message["from"] != "user" && is_of_bot(message);
        chat.into_iter().filter(of_bot).collect()
    }

    /// The keyboard in place of the letters, if there is one.
    pub async fn keyboard(&self) -> Value {
        self.look_after(0, 0).await["keyboard"].clone()
    }

    /// The same once the chat has changed, or a second later.
    pub async fn heard_after_a_change(&self) -> Vec<Value> {
        let seen = self.look_after(0, 0).await;
        let version = seen["version"].as_u64().expect("a version");
        self.look_after(version, 1_000).await;
        self.heard().await
    }

    async fn look_after(&self, version: u64, wait_ms: u64) -> Value {
        let path = format!("users/{}/chat?after={version}&wait_ms={wait_ms}", self.id);
        self.emulators.look(&path).await
    }

    /// The newest message of the bot that fits, once there is one.
    pub async fn sees(&self, what: &str, fits: impl Fn(&Value) -> bool) -> Value {
        eventually(what, async || {
            let heard = self.heard().await;
            match heard.iter().rev().find(|message| fits(message)) {
                Some(message) => Ok(message.clone()),
                None => Err(heard),
            }
        })
        .await
    }

    /// Says a line until the answer has a button whose data begin like one of these; answers the
    /// button. A shop that starts may have none at first.
    pub async fn offered(&self, line: &str, buttons: &[&str]) -> String {
        for _ in 0..20 {
            self.say(line).await;
            // The shop answers within that time, or is asked again.
            for _ in 0..5 {
                let heard = self.heard_after_a_change().await;
                let found = heard
                    .iter()
                    .rev()
                    .find_map(|message| buttons.iter().find_map(|data| button(message, data)));
                if let Some(found) = found {
                    return found;
                }
            }
        }
        panic!("nothing was offered: {:?}", self.heard().await);
    }

    /// The newest message of the bot that fits, once there is one, with more patience.
    pub async fn sees_within(
        &self,
        what: &str,
        patience: std::time::Duration,
        fits: impl Fn(&Value) -> bool,
    ) -> Value {
        eventually_within(what, patience, async || {
            let heard = self.heard().await;
            match heard.iter().rev().find(|message| fits(message)) {
                Some(message) => Ok(message.clone()),
                None => Err(heard),
            }
        })
        .await
    }

    /// The newest message of the bot that has a button with data that begin so, once there is one.
    pub async fn sees_button(&self, data: &str) -> Value {
        self.sees(&format!("a button {data}"), |message| {
            button(message, data).is_some()
        })
        .await
    }
}

fn is_of_bot(message: &Value) -> bool {
    let from = message["from"].as_str().unwrap_or_default();
    from == "bot" || from.ends_with("bot")
}

/// The data of a message's first button whose data begin so.
pub fn button(message: &Value, data: &str) -> Option<String> {
    let rows = message["buttons"].as_array()?.iter();
    let buttons = rows.filter_map(Value::as_array).flatten();
    let mut all = buttons.filter_map(|button| button["data"].as_str());
    all.find(|found| found.starts_with(data)).map(str::to_owned)
}

/// What a message says.
pub fn text(message: &Value) -> &str {
    message["text"].as_str().unwrap_or_default()
}
