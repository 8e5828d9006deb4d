//! What an answer of the site means: the one place where its words become failures of the port.
//!
//! Everything it refuses comes before a payment. The confirm call alone may have done something
//! when its answer is lost.

use serde_json::Value;
use starkeeper_actors::ports::Failure;
use starkeeper_actors::ports::market::{MarketFailure, MarketRefused};

use super::wire::plain_text;

#[cfg(test)]
mod tests;

/// An answer as it came.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Answer {
    pub(super) status: u16,
    /// Cloudflare says by a header that it stands in front.
    pub(super) challenged: bool,
    pub(super) body: String,
}

/// Why an answer is not what was asked for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Heard {
    /// The way to the site is closed to this address.
    PathBlocked,
    /// Too many calls.
    TooFast,
    /// The site is not well.
    Down(u16),
    /// An answer of another form.
    Unlike(&'static str),
    /// A stale hash, or fields that the site does not expect: read the page and try once more.
    BadRequest,
    /// Prices moved between the page and the request: tell the page again.
    PriceChanged,
    /// Refused for a reason that is known.
    Refused(MarketRefused),
    /// Refused in words that are not known.
    Unknown(String),
}

/// Whether a lost answer matters.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Effect {
    /// Asking again costs nothing.
    Harmless,
    /// It may have been done.
    MayBeDone,
}

/// The longest text of the site that is passed on, in characters.
const LONGEST_TEXT: usize = 120;

/// Reads an answer of the API.
pub(super) fn of_call(answer: &Answer) -> Result<Value, Heard> {
    reached(answer)?;
    let value: Value =
        serde_json::from_str(&answer.body).map_err(|_| Heard::Unlike("an answer in JSON"))?;
    if !value.is_object() {
        return Err(Heard::Unlike("an object of JSON"));
    }
    // A wallet that must be proven, or a person: said instead of an error, or beside one.
    if value.get("need_ton").is_some_and(is_set) {
        return Err(Heard::Refused(MarketRefused::LoggedOut));
    }
    if value.get("need_verify").is_some_and(is_set) {
        return Err(Heard::Refused(MarketRefused::IdentityNeeded));
    }
    match value.get("error") {
        None | Some(Value::Null | Value::Bool(false)) => Ok(value),
        Some(Value::String(text)) => Err(of_error(text)),
        Some(Value::Bool(true) | Value::Number(_) | Value::Array(_) | Value::Object(_)) => {
            Err(Heard::Unknown("an error without words".into()))
        }
    }
}

/// Reads a page.
pub(super) fn of_page(answer: &Answer) -> Result<&str, Heard> {
    reached(answer)?;
    Ok(&answer.body)
}

/// What the caller may do.
pub(super) fn failure(heard: Heard, effect: Effect) -> MarketFailure {
    let doubtful = |cause: String| match effect {
        Effect::Harmless => Failure::NotDone { cause },
        Effect::MayBeDone => Failure::Unknown { cause },
    };
    match heard {
        Heard::PathBlocked => Failure::Refused(MarketRefused::PathBlocked),
        Heard::TooFast => Failure::not_done("fragment asks to slow down"),
        Heard::Down(status) => doubtful(format!("fragment answers with status {status}")),
        Heard::Unlike(expected) => doubtful(format!(
            "fragment's answer cannot be read: expected {expected}"
        )),
        // The session is not what it was: whoever cares for the login looks at it.
        Heard::BadRequest => Failure::Refused(MarketRefused::LoggedOut),
        Heard::PriceChanged => Failure::not_done("fragment's price keeps changing"),
        Heard::Refused(why) => Failure::Refused(why),
        Heard::Unknown(text) => Failure::Refused(MarketRefused::Other { text }),
    }
}

/// Whether the site itself answered.
fn reached(answer: &Answer) -> Result<(), Heard> {
    let stopped = [
        "Just a moment",
        "cf-browser-verification",
        "challenge-platform",
    ];
    match answer.status {
        200..=299 => Ok(()),
        403 | 503 if answer.challenged || stopped.iter().any(|mark| answer.body.contains(mark)) => {
            Err(Heard::PathBlocked)
        }
        403 => Err(Heard::PathBlocked),
        429 => Err(Heard::TooFast),
        status => Err(Heard::Down(status)),
    }
}

/// What the site says in `error`, by its recorded words.
fn of_error(text: &str) -> Heard {
    let said = plain_text(text).trim().to_lowercase();
    let said = said.trim_end_matches('.');
    let begins = |known: &str| said.starts_with(known);
    let holds = |known: &str| said.contains(known);
    if said == "bad request" {
        Heard::BadRequest
    } else if begins("price was changed") {
        Heard::PriceChanged
    } else if begins("no telegram users found") || begins("no telegram channels found") {
        Heard::Refused(MarketRefused::NoSuchUser)
    } else if begins("please enter a username assigned to a user") {
        Heard::Refused(MarketRefused::NotAPerson)
    } else if holds("already subscribed to telegram premium") {
        Heard::Refused(MarketRefused::AlreadyPremium)
    } else if said == "access denied"
        || holds("session expired")
        || holds("auth_session_expired")
        || said == "unauthorized"
    {
        Heard::Refused(MarketRefused::LoggedOut)
    } else {
        Heard::Unknown(shortened(text))
    }
}

/// One line without people in it, for operators and logs.
fn shortened(text: &str) -> String {
    let text = plain_text(text);
    let words = text.split_whitespace().map(|word| match word {
        name if name.starts_with('@') => "@…",
        link if link.contains("t.me/") => "t.me/…",
        word => word,
    });
    let line: Vec<&str> = words.collect();
    line.join(" ").chars().take(LONGEST_TEXT).collect()
}

fn is_set(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(set) => *set,
        Value::Number(number) => number.as_i64() != Some(0),
        Value::String(text) => !matches!(text.as_str(), "" | "0" | "false"),
        Value::Array(_) | Value::Object(_) => true,
    }
}
