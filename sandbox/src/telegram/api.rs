//! The Bot API: which bot calls what, what faults do to a call, and how it is answered.

mod editing;
mod profile;
mod sending;
pub(crate) mod updates;

use std::sync::Arc;

use actix_web::http::header::CONTENT_TYPE;
use actix_web::{HttpRequest, HttpResponse, web};
use bytes::Bytes;
use serde_json::Value;
use tokio::sync::Notify;

use super::desk::Desk;
use super::params::Params;
use super::refusal::Refusal;
use crate::line;
use crate::world::clock::Moment;
use crate::world::faults::{Strike, System};
use crate::world::{World, hold};

/// The largest request body, in bytes: a picture and what stands around it.
const LARGEST_BODY: usize = 16 * 1024 * 1024;

/// The methods there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Method {
    GetMe,
    GetUpdates,
    SetWebhook,
    DeleteWebhook,
    GetWebhookInfo,
    SendMessage,
    SendPhoto,
    SendChatAction,
    EditMessageText,
    EditMessageCaption,
    EditMessageMedia,
    EditMessageReplyMarkup,
    DeleteMessage,
    DeleteMessages,
    AnswerCallbackQuery,
    SetMyCommands,
    GetMyCommands,
    DeleteMyCommands,
    SetMyName,
    GetMyName,
    SetMyDescription,
    GetMyDescription,
    SetMyShortDescription,
    GetMyShortDescription,
    GetChat,
    GetFile,
}

impl Method {
    /// Every method there is.
    pub(crate) const ALL: [Self; 26] = [
        Self::GetMe,
        Self::GetUpdates,
        Self::SetWebhook,
        Self::DeleteWebhook,
        Self::GetWebhookInfo,
        Self::SendMessage,
        Self::SendPhoto,
        Self::SendChatAction,
        Self::EditMessageText,
        Self::EditMessageCaption,
        Self::EditMessageMedia,
        Self::EditMessageReplyMarkup,
        Self::DeleteMessage,
        Self::DeleteMessages,
        Self::AnswerCallbackQuery,
        Self::SetMyCommands,
        Self::GetMyCommands,
        Self::DeleteMyCommands,
        Self::SetMyName,
        Self::GetMyName,
        Self::SetMyDescription,
        Self::GetMyDescription,
        Self::SetMyShortDescription,
        Self::GetMyShortDescription,
        Self::GetChat,
        Self::GetFile,
    ];

    /// Its name, as documents write it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::GetMe => "getMe",
            Self::GetUpdates => "getUpdates",
            Self::SetWebhook => "setWebhook",
            Self::DeleteWebhook => "deleteWebhook",
            Self::GetWebhookInfo => "getWebhookInfo",
            Self::SendMessage => "sendMessage",
            Self::SendPhoto => "sendPhoto",
            Self::SendChatAction => "sendChatAction",
            Self::EditMessageText => "editMessageText",
            Self::EditMessageCaption => "editMessageCaption",
            Self::EditMessageMedia => "editMessageMedia",
            Self::EditMessageReplyMarkup => "editMessageReplyMarkup",
            Self::DeleteMessage => "deleteMessage",
            Self::DeleteMessages => "deleteMessages",
            Self::AnswerCallbackQuery => "answerCallbackQuery",
            Self::SetMyCommands => "setMyCommands",
            Self::GetMyCommands => "getMyCommands",
            Self::DeleteMyCommands => "deleteMyCommands",
            Self::SetMyName => "setMyName",
            Self::GetMyName => "getMyName",
            Self::SetMyDescription => "setMyDescription",
            Self::GetMyDescription => "getMyDescription",
            Self::SetMyShortDescription => "setMyShortDescription",
            Self::GetMyShortDescription => "getMyShortDescription",
            Self::GetChat => "getChat",
            Self::GetFile => "getFile",
        }
    }

    /// The method of this name, in any case.
    pub(crate) fn of(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|method| method.name().eq_ignore_ascii_case(name))
    }
}

/// Answers that wait until another one of their method has gone out.
#[derive(Debug, Default)]
pub(crate) struct Overtaken([Notify; Method::ALL.len()]);

impl Overtaken {
    fn of(&self, method: Method) -> Option<&Notify> {
        let place = Method::ALL.iter().position(|other| *other == method)?;
        self.0.get(place)
    }
}

/// A call that was done.
#[derive(Debug)]
pub(crate) struct Done {
    /// `result`, as JSON.
    result: String,
    description: Option<&'static str>,
}

impl Done {
    fn yes(description: &'static str) -> Self {
        Self {
            result: "true".to_owned(),
            description: Some(description),
        }
    }
}

impl From<Value> for Done {
    fn from(result: Value) -> Self {
        Self {
            result: result.to_string(),
            description: None,
        }
    }
}

/// A call, as its method meets it.
struct Call<'a> {
    world: &'a Arc<World>,
    bot: usize,
    params: &'a Params,
    now: Moment,
}

/// Puts the Bot API into a server.
pub(crate) fn routes(config: &mut web::ServiceConfig) {
    config
        .app_data(web::PayloadConfig::new(LARGEST_BODY))
        .route("/bot{token:[^/]*}/{method:.*}", web::route().to(call))
        .default_service(web::route().to(nothing));
}

/// What is no call, and every file: none is kept for bots to fetch.
async fn nothing() -> HttpResponse {
    Refusal::new(404, "Not Found".to_owned()).answer()
}

async fn call(
    request: HttpRequest,
    path: web::Path<(String, String)>,
    body: Bytes,
    world: web::Data<World>,
) -> HttpResponse {
    let world = world.into_inner();
    let (token, name) = path.into_inner();
    let Some(id) = number_of(&token) else {
        return nothing().await;
    };
    let bot = hold(&world.telegram.desk).bot_of(id, &world.dice);
    let Some(bot) = bot else {
        return Refusal::new(401, "Unauthorized".to_owned()).answer();
    };
    let Some(method) = Method::of(&name) else {
        return Refusal::missing("method not found").answer();
    };
    let strike = world.faults.strike(System::Telegram, method.name(), false);
    if strike.down {
        return line::cut(&request);
    }
    let since = world.clock.now();
    let outcome = match &strike.refuse {
        Some((status, message)) => Err(fault(*status, message.as_deref(), &strike)),
        None => {
            let kind = request.headers().get(CONTENT_TYPE);
            let kind = kind.and_then(|value| value.to_str().ok());
            match Params::read(request.query_string(), kind, body) {
                Ok(params) => serve(&world, bot, method, &params, &strike).await,
                Err(refusal) => Err(refusal),
            }
        }
    };
    wait(&world, method, &strike, since).await;
    if strike.lose_reply {
        return line::cut(&request);
    }
    answer(outcome)
}

/// Carries a call out, twice when a fault says so; the first answer counts.
async fn serve(
    world: &Arc<World>,
    bot: usize,
    method: Method,
    params: &Params,
    strike: &Strike,
) -> Result<Done, Refusal> {
    if method == Method::GetUpdates {
        return updates::poll(world, bot, params).await;
    }
    let outcome = carry_out(world, bot, method, params);
    if strike.duplicate
        && let Err(why) = carry_out(world, bot, method, params)
    {
        tracing::debug!(
            method = method.name(),
            "the second of two: {}",
            why.description
        );
    }
    outcome
}

/// Carries out any method but a poll.
pub(crate) fn carry_out(
    world: &Arc<World>,
    bot: usize,
    method: Method,
    params: &Params,
) -> Result<Done, Refusal> {
    let mut desk = hold(&world.telegram.desk);
    let desk: &mut Desk = &mut desk;
    let call = Call {
        world,
        bot,
        params,
        now: world.clock.now(),
    };
    match method {
        Method::GetMe => profile::get_me(desk, &call),
        Method::GetUpdates => Err(Refusal::bad("getUpdates can't be called in an answer")),
        Method::SetWebhook => updates::set_webhook(desk, &call),
        Method::DeleteWebhook => updates::delete_webhook(desk, &call),
        Method::GetWebhookInfo => updates::webhook_info(desk, &call),
        Method::SendMessage => sending::message(desk, &call),
        Method::SendPhoto => sending::photo(desk, &call),
        Method::SendChatAction => sending::action(desk, &call),
        Method::EditMessageText => editing::text(desk, &call),
        Method::EditMessageCaption => editing::caption(desk, &call),
        Method::EditMessageMedia => editing::media(desk, &call),
        Method::EditMessageReplyMarkup => editing::markup(desk, &call),
        Method::DeleteMessage => editing::delete(desk, &call),
        Method::DeleteMessages => editing::delete_many(desk, &call),
        Method::AnswerCallbackQuery => sending::answer_tap(desk, &call),
        Method::SetMyCommands => profile::set_commands(desk, &call),
        Method::GetMyCommands => profile::commands(desk, &call),
        Method::DeleteMyCommands => profile::delete_commands(desk, &call),
        Method::SetMyName => profile::set(desk, &call, profile::Field::Name),
        Method::GetMyName => profile::get(desk, &call, profile::Field::Name),
        Method::SetMyDescription => profile::set(desk, &call, profile::Field::Description),
        Method::GetMyDescription => profile::get(desk, &call, profile::Field::Description),
        Method::SetMyShortDescription => profile::set(desk, &call, profile::Field::Short),
        Method::GetMyShortDescription => profile::get(desk, &call, profile::Field::Short),
        Method::GetChat => profile::chat(desk, &call),
        Method::GetFile => Err(Refusal::missing("the sandbox keeps no files for bots")),
    }
}

/// Holds the answer to a call that came at `since` back for as long as faults say.
async fn wait(world: &World, method: Method, strike: &Strike, since: Moment) {
    if let Some(delay) = strike.delay {
        world.clock.until(since + delay).await;
    }
    let Some(overtaken) = world.telegram.overtaken.of(method) else {
        return;
    };
    match strike.reorder {
        Some(longest) => tokio::select! {
            () = overtaken.notified() => {}
            () = world.clock.until(since + longest) => {}
        },
        None => overtaken.notify_waiters(),
    }
}

/// The bot's number in a token of the right form: digits, a colon, letters of base64 for addresses.
fn number_of(token: &str) -> Option<i64> {
    let (number, secret) = token.split_once(':')?;
    let is_letter = |letter: char| letter.is_ascii_alphanumeric() || letter == '_' || letter == '-';
    let is_secret = (1..=128).contains(&secret.len()) && secret.chars().all(is_letter);
    let digits = number.chars().all(|digit| digit.is_ascii_digit());
    (is_secret && digits)
        .then(|| number.parse().ok())
        .flatten()
        .filter(|number| *number > 0)
}

/// What a fault refuses with: the status that was named, or a failure of the server.
fn fault(status: Option<u16>, message: Option<&str>, strike: &Strike) -> Refusal {
    let code = status.unwrap_or(500);
    if code == 429 {
        let delay = strike.delay.map_or(3, |delay| delay.as_secs().max(1));
        return Refusal::too_many(delay);
    }
    let text = match (message, code) {
        (Some(message), _) => message,
        (None, 400) => "Bad Request",
        (None, 401) => "Unauthorized",
        (None, 403) => "Forbidden: bot was blocked by the user",
        (None, 404) => "Not Found",
        (None, 409) => {
            "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
        }
        (None, 502) => "Bad Gateway",
        (None, _) => "Internal Server Error",
    };
    Refusal::new(code, text.to_owned())
}

fn answer(outcome: Result<Done, Refusal>) -> HttpResponse {
    match outcome {
        Ok(done) => {
            let description = done
                .description
                .map(|text| format!(",\"description\":{}", Value::from(text)))
                .unwrap_or_default();
            HttpResponse::Ok()
                .content_type("application/json")
                .body(format!(
                    "{{\"ok\":true,\"result\":{}{description}}}",
                    done.result
                ))
        }
        Err(refusal) => refusal.answer(),
    }
}
