//! What the bot says of itself to Telegram: who it is, its commands and descriptions, where its
//! updates go; and the updates themselves, where they are fetched.
//!
//! Pending updates are never dropped, whichever way they come.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use starkeeper_actors::domain::customer::Language;
use starkeeper_actors::ports::Failure;
use teloxide_core::payloads::{
    AnswerCallbackQuery, AnswerCallbackQuerySetters as _, GetMe, GetWebhookInfo, SetMyCommands,
    SetMyCommandsSetters as _, SetMyDescription, SetMyDescriptionSetters as _,
    SetMyShortDescription, SetMyShortDescriptionSetters as _,
};
use teloxide_core::types::{BotCommand, CallbackQueryId, True};

use super::api::BotApi;
use super::verdict::ApiRefused;

/// The kinds of updates that are asked for; all others never come.
pub const KINDS: [&str; 3] = ["message", "callback_query", "my_chat_member"];

/// Connections that Telegram may open to deliver: what its default is.
const CONNECTIONS: u8 = 40;

/// Above the long poll itself, for its answer to come in.
const BEHIND_THE_POLL: Duration = Duration::from_secs(5);

/// For calls that nobody waits for.
const UNHURRIED: Duration = Duration::from_secs(10);

/// The bot, as Telegram knows it.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
pub struct Me {
    /// Its number.
    pub id: i64,
    /// Its public name.
    #[serde(default)]
    pub username: Option<String>,
}

/// What the bot says of itself in one language.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Introduction {
    /// Which; the one for everybody else has none.
    pub language: Option<Language>,
    /// Commands with what they do.
    pub commands: Vec<(String, String)>,
    /// What an empty chat shows.
    pub description: String,
    /// What the bot's profile shows.
    pub short: String,
}

/// How Telegram gets on with a webhook.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
pub struct WebhookState {
    /// Where updates go; empty for nowhere.
    #[serde(default)]
    pub url: String,
    /// Updates that wait.
    #[serde(default)]
    pub pending_update_count: u64,
    /// When a delivery last failed, in seconds of Unix time.
    #[serde(default)]
    pub last_error_date: Option<i64>,
    /// Why.
    #[serde(default)]
    pub last_error_message: Option<String>,
}

#[derive(Serialize)]
struct SetWebhook<'a> {
    url: &'a str,
    secret_token: &'a str,
    allowed_updates: [&'static str; 3],
    max_connections: u8,
    drop_pending_updates: bool,
}

#[derive(Serialize)]
struct DeleteWebhook {
    drop_pending_updates: bool,
}

#[derive(Serialize)]
struct GetUpdates {
    offset: i64,
    limit: u8,
    timeout: u64,
    allowed_updates: [&'static str; 3],
}

impl BotApi {
    /// Asks who the bot is: the cheapest proof that the token is right.
    ///
    /// # Errors
    /// [`ApiRefused::Token`] for a wrong token; otherwise it may be repeated.
    pub async fn me(&self) -> Result<Me, Failure<ApiRefused>> {
        self.send(&GetMe::new()).await
    }

    /// Sets commands and descriptions in one language.
    ///
    /// # Errors
    /// It may be repeated.
    pub async fn introduce(&self, words: &Introduction) -> Result<(), Failure<ApiRefused>> {
        let code = words.language.map(code);
        let commands = words.commands.iter();
        let commands = commands.map(|(command, does)| BotCommand::new(command, does));
        let mut list = SetMyCommands::new(commands);
        let mut long = SetMyDescription::new().description(&words.description);
        let mut short = SetMyShortDescription::new().short_description(&words.short);
        if let Some(code) = code {
            list = list.language_code(code);
            long = long.language_code(code);
            short = short.language_code(code);
        }
        let _done: True = self.send(&list).await?;
        let _done: True = self.send(&long).await?;
        let _done: True = self.send(&short).await?;
        Ok(())
    }

    /// Has updates delivered to this address, with this secret in their header.
    ///
    /// # Errors
    /// Telegram does not take the address; otherwise it may be repeated.
    pub async fn deliver_to(&self, url: &str, secret: &str) -> Result<(), Failure<ApiRefused>> {
        let body = SetWebhook {
            url,
            secret_token: secret,
            allowed_updates: KINDS,
            max_connections: CONNECTIONS,
            drop_pending_updates: false,
        };
        let done = self.call("SetWebhook", &body, UNHURRIED).await;
        done.map(|_done: True| ())
    }

    /// Has updates kept until they are fetched.
    ///
    /// # Errors
    /// It may be repeated.
    pub async fn keep_for_fetching(&self) -> Result<(), Failure<ApiRefused>> {
        let body = DeleteWebhook {
            drop_pending_updates: false,
        };
        let done = self.call("DeleteWebhook", &body, UNHURRIED).await;
        done.map(|_done: True| ())
    }

    /// How Telegram gets on with the webhook.
    ///
    /// # Errors
    /// It may be repeated.
    pub async fn webhook(&self) -> Result<WebhookState, Failure<ApiRefused>> {
        self.send(&GetWebhookInfo::new()).await
    }

    /// Fetches at most a hundred updates, the first of them `from` or later; waits for one so long.
    /// What is before `from` is forgotten by Telegram.
    ///
    /// # Errors
    /// [`ApiRefused::Conflict`] if another program takes them.
    pub async fn updates(
        &self,
        from: i64,
        wait: Duration,
    ) -> Result<Vec<Box<RawValue>>, Failure<ApiRefused>> {
        let body = GetUpdates {
            offset: from,
            limit: 100,
            timeout: wait.as_secs(),
            allowed_updates: KINDS,
        };
        let within = wait + BEHIND_THE_POLL;
        self.call("GetUpdates", &body, within).await
    }

    /// Answers a tap, with a line that floats over the chat for a moment.
    ///
    /// # Errors
    /// [`ApiRefused::TooOld`] after some minutes.
    pub async fn answer_tap(
        &self,
        tap: &str,
        toast: Option<&str>,
    ) -> Result<(), Failure<ApiRefused>> {
        let mut answer = AnswerCallbackQuery::new(CallbackQueryId(tap.to_owned()));
        if let Some(toast) = toast {
            answer = answer.text(toast);
        }
        let done = self.send(&answer).await;
        done.map(|_done: True| ())
    }
}

const fn code(language: Language) -> &'static str {
    match language {
        Language::En => "en",
        Language::Ru => "ru",
    }
}
