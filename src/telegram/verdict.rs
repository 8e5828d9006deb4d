//! What an answer of the Bot API, or none, means for the caller: one function, [`judge`].

use std::borrow::Cow;
use std::time::Duration;

use serde::Deserialize as _;
use serde::de::value::{Error as Unread, StrDeserializer};
use serde::de::{DeserializeOwned, IntoDeserializer as _};
use serde_json::value::RawValue;
use starkeeper_actors::ports::Failure;
use teloxide_core::ApiError;

use crate::outside::Lost;

#[cfg(test)]
mod tests;

/// What became of one request.
#[derive(Debug)]
pub(super) enum Heard<'a> {
    /// No whole answer.
    Lost(Lost),
    /// A whole answer.
    Answer {
        /// The HTTP status.
        status: u16,
        /// The body, as long as it may be.
        body: &'a [u8],
    },
}

/// Why Telegram did not do what it was asked. Nothing happened.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ApiRefused {
    /// The person blocked the bot, deleted the account, or never opened the chat.
    #[error("the chat is closed to the bot")]
    Closed,
    /// Too fast.
    #[error("too fast, again in {after:?}")]
    TooFast {
        /// Not before.
        after: Duration,
    },
    /// Not sent at all: no place was free in our own limits.
    #[error("no place is free before {after:?}")]
    Held {
        /// When one is.
        after: Duration,
        /// Whether every chat must wait.
        everybody: bool,
    },
    /// The message shows this already.
    #[error("the message shows this already")]
    NotModified,
    /// The message to change is gone, or may not be changed any longer.
    #[error("the message is gone")]
    Gone,
    /// The message is of another kind: a picture has no text to edit, and a text has no picture.
    #[error("the message is of another kind")]
    OtherKind,
    /// The picture cannot be fetched or shown.
    #[error("the picture cannot be shown")]
    Picture,
    /// The tap is too old to be answered.
    #[error("the tap is too old to be answered")]
    TooOld,
    /// No bot has this token.
    #[error("telegram knows no bot with this token")]
    Token,
    /// Another program takes this bot's updates.
    #[error("{why}")]
    Conflict {
        /// What Telegram said.
        why: String,
    },
    /// Will never be taken.
    #[error("telegram says {why:?}")]
    Never {
        /// What Telegram said.
        why: String,
    },
}

/// The envelope of every answer.
#[derive(serde::Deserialize)]
struct Envelope<'a> {
    ok: bool,
    #[serde(borrow, default)]
    result: Option<&'a RawValue>,
    #[serde(default)]
    error_code: Option<u16>,
    #[serde(borrow, default)]
    description: Option<Cow<'a, str>>,
    #[serde(default)]
    parameters: Parameters,
}

#[derive(Default, serde::Deserialize)]
struct Parameters {
    /// Seconds.
    #[serde(default)]
    retry_after: Option<u64>,
}

/// The pause where "too fast" came without one.
const UNNAMED_PAUSE: Duration = Duration::from_secs(3);

/// Turns what was heard into the call's result. Nothing of a body gets into a cause but Telegram's
/// own short description of a refusal.
///
/// The rule behind the table: `Refused` only on Telegram's own word, `NotDone` only where nothing
/// was sent, and everything else is unknown.
pub(super) fn judge<T: DeserializeOwned>(heard: &Heard<'_>) -> Result<T, Failure<ApiRefused>> {
    let (status, body) = match heard {
        Heard::Lost(lost) => return Err(unanswered(*lost)),
        Heard::Answer { status, body } => (*status, *body),
    };
    match (status, serde_json::from_slice::<Envelope<'_>>(body)) {
        (500..=599, _) => Err(Failure::unknown(format!("telegram answered {status}"))),
        (429, Err(_)) => Err(Failure::Refused(ApiRefused::TooFast {
            after: UNNAMED_PAUSE,
        })),
        (_, Err(_)) => Err(Failure::unknown(format!(
            "telegram answered {status} without its JSON"
        ))),
        (
            _,
            Ok(Envelope {
                ok: true,
                result: Some(result),
                ..
            }),
        ) => serde_json::from_str(result.get()).map_err(|bad| {
            let (line, column) = (bad.line(), bad.column());
            Failure::unknown(format!(
                "telegram's answer has an unexpected shape at {line}:{column}"
            ))
        }),
        (_, Ok(Envelope { ok: true, .. })) => {
            Err(Failure::unknown("telegram answered without a result"))
        }
        (_, Ok(envelope)) => {
            let code = envelope.error_code.unwrap_or(status);
            let said = envelope.description.as_deref().unwrap_or_default();
            if code >= 500 {
                return Err(Failure::unknown(format!("telegram answered {code}")));
            }
            let pause = envelope.parameters.retry_after;
            Err(Failure::Refused(refusal(code, said, pause)))
        }
    }
}

fn unanswered(lost: Lost) -> Failure<ApiRefused> {
    match lost {
        Lost::NotBuilt => Failure::not_done("the call cannot be made"),
        Lost::NotConnected(why) => Failure::not_done(format!("no connection to telegram: {why}")),
        Lost::TimedOut => Failure::unknown("telegram did not answer in time"),
        Lost::Broken(why) => Failure::unknown(format!("telegram's answer broke off: {why}")),
        Lost::TooLarge => Failure::unknown("telegram's answer is too large"),
    }
}

/// A refusal by its description. The library knows the exact ones; the rest are told by their words.
fn refusal(code: u16, said: &str, pause: Option<u64>) -> ApiRefused {
    if let Some(seconds) = pause {
        let after = Duration::from_secs(seconds.max(1));
        return ApiRefused::TooFast { after };
    }
    let known = known(said);
    let is = |which: &[ApiError]| known.as_ref().is_some_and(|known| which.contains(known));
    let lower = said.to_lowercase();
    let has = |words: &str| lower.contains(words);
    if code == 429 {
        let after = UNNAMED_PAUSE;
        ApiRefused::TooFast { after }
    } else if code == 401 || (code == 404 && is(&[ApiError::InvalidToken])) {
        ApiRefused::Token
    } else if code == 403 || is(CLOSED) || has("user is deactivated") || has("peer_id_invalid") {
        ApiRefused::Closed
    } else if code == 409 || is(&[ApiError::CantGetUpdates]) {
        let why = one_line(said);
        ApiRefused::Conflict { why }
    } else if has("message is not modified") {
        ApiRefused::NotModified
    } else if is(GONE) {
        ApiRefused::Gone
    } else if OTHER_KIND.iter().any(|words| has(words)) {
        ApiRefused::OtherKind
    } else if is(PICTURE) || PICTURE_WORDS.iter().any(|words| has(words)) {
        ApiRefused::Picture
    } else if is(&[ApiError::InvalidQueryId]) {
        ApiRefused::TooOld
    } else {
        let why = one_line(said);
        ApiRefused::Never { why }
    }
}

const CLOSED: &[ApiError] = &[
    ApiError::BotBlocked,
    ApiError::UserDeactivated,
    ApiError::CantInitiateConversation,
    ApiError::CantTalkWithBots,
    ApiError::ChatNotFound,
    ApiError::UserNotFound,
    ApiError::GroupDeactivated,
    ApiError::BotKicked,
];

const GONE: &[ApiError] = &[
    ApiError::MessageToEditNotFound,
    ApiError::MessageCantBeEdited,
    ApiError::MessageIdInvalid,
    ApiError::MessageIdentifierNotSpecified,
    ApiError::MessageToDeleteNotFound,
    ApiError::MessageCantBeDeleted,
];

const OTHER_KIND: &[&str] = &[
    "there is no text in the message to edit",
    "there is no caption in the message to edit",
    "there is no media in the message to edit",
    "message can't be edited to media",
];

const PICTURE: &[ApiError] = &[
    ApiError::WrongFileIdOrUrl,
    ApiError::WrongFileId,
    ApiError::FailedToGetUrlContent,
    ApiError::WrongHttpUrl,
    ApiError::ImageProcessFailed,
    ApiError::PhotoAsInputFileRequired,
];

const PICTURE_WORDS: &[&str] = &[
    "failed to get http url content",
    "wrong file identifier/http url",
    "wrong type of the web page content",
    "wrong remote file",
    "webpage_curl_failed",
    "webpage_media_empty",
    "photo_invalid_dimensions",
    "image_process_failed",
    "media_empty",
    "caption is too long",
];

/// The refusal as the library names it; none if it has no name there.
fn known(said: &str) -> Option<ApiError> {
    let text: StrDeserializer<'_, Unread> = said.into_deserializer();
    ApiError::deserialize(text).ok()
}

/// At most 200 visible characters: what Telegram says is shown to operators.
fn one_line(text: &str) -> String {
    let visible = text.split(|c: char| c.is_whitespace() || c.is_control());
    let words: Vec<&str> = visible.filter(|word| !word.is_empty()).collect();
    words.join(" ").chars().take(200).collect()
}
