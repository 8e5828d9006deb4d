//! What every answer of a provider means, in one function.
//!
//! To a reading nothing but a whole answer is one. To a message the answer is only a hint, but one
//! that must not be better than the truth: `Refused` only on a node's own word, `NotDone` only where
//! nothing was passed on, and everything else is open.

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::outside::Lost;

#[cfg(test)]
mod tests;

/// Every call that is made.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Call {
    /// v2 `getAddressInformation`.
    State,
    /// v2 `getTransactions`.
    Transactions,
    /// v2 `sendBoc`.
    Send,
    /// v3 `transactionsByMessage`.
    ByMessage,
}

impl Call {
    /// The path below the host.
    pub(super) const fn path(self) -> &'static str {
        match self {
            Self::State => "api/v2/getAddressInformation",
            Self::Transactions => "api/v2/getTransactions",
            Self::Send => "api/v2/sendBoc",
            Self::ByMessage => "api/v3/transactionsByMessage",
        }
    }

    /// In logs and metrics.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::State => "state",
            Self::Transactions => "transactions",
            Self::Send => "send",
            Self::ByMessage => "by_message",
        }
    }

    /// Whether the answer lies in version 2's envelope.
    const fn is_second(self) -> bool {
        match self {
            Self::State | Self::Transactions | Self::Send => true,
            Self::ByMessage => false,
        }
    }
}

/// How far a call got.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Heard<'a> {
    /// The provider was left alone: its breaker is open.
    BreakerOpen,
    /// The time for the call was over before it was made.
    NoTime,
    /// There is no whole answer.
    Lost(Lost),
    /// A whole answer.
    Answer {
        /// The HTTP status.
        status: u16,
        /// The body.
        body: &'a [u8],
    },
}

/// What became of the call.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Outcome {
    /// A node said no.
    Refused,
    /// Nothing was passed on.
    NotDone,
    /// It may have been.
    Unknown,
}

/// Whose fault it was, for the breaker and the repetition.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Fault {
    /// Ours, or nobody's: the provider is well.
    Request,
    /// The provider's, and asking again at once helps nothing.
    Host,
    /// May be over at once.
    Passing,
}

/// Why a call brought nothing.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Trouble {
    pub(super) outcome: Outcome,
    pub(super) fault: Fault,
    /// In one line.
    pub(super) cause: String,
}

/// The envelope of version 2. What is asked too fast has its words in `result`.
#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(default)]
    ok: bool,
    #[serde(borrow, default)]
    result: Option<&'a RawValue>,
    #[serde(default)]
    error: Option<String>,
}

/// Version 3 has no envelope, and one word for a failure.
#[derive(Deserialize)]
struct Failure {
    error: String,
}

/// Turns what was heard into the call's result, as JSON.
pub(super) fn judge<'a>(call: Call, heard: &Heard<'a>) -> Result<&'a [u8], Trouble> {
    let (status, body) = match heard {
        Heard::BreakerOpen => {
            let cause = "the provider is left alone after many failures";
            return Err(trouble(Outcome::NotDone, Fault::Request, cause));
        }
        Heard::NoTime => {
            let cause = "no time is left for the call";
            return Err(trouble(Outcome::NotDone, Fault::Request, cause));
        }
        Heard::Lost(lost) => return Err(of_lost(*lost)),
        Heard::Answer { status, body } => (*status, *body),
    };
    match status {
        200 if call.is_second() => second(call, body),
        200 => Ok(body),
        429 => {
            let cause = "the provider asks for fewer calls (429)";
            Err(trouble(Outcome::NotDone, Fault::Passing, cause))
        }
        401 | 403 => {
            let cause = format!("the provider refuses the key ({status}): see TON_API_KEY");
            Err(trouble(Outcome::NotDone, Fault::Host, &cause))
        }
        _ => Err(of_status(call, status, body)),
    }
}

fn second(call: Call, body: &[u8]) -> Result<&[u8], Trouble> {
    let odd = |cause| trouble(Outcome::Unknown, Fault::Host, cause);
    let Ok(envelope) = serde_json::from_slice::<Envelope<'_>>(body) else {
        return Err(odd("the answer is not the JSON that was expected"));
    };
    match envelope.result {
        Some(result) if envelope.ok => Ok(result.get().as_bytes()),
        Some(_) | None if envelope.ok => Err(odd("the answer has no result")),
        Some(_) | None => Err(of_status(call, 200, body)),
    }
}

fn of_lost(lost: Lost) -> Trouble {
    match lost {
        Lost::NotBuilt => trouble(
            Outcome::NotDone,
            Fault::Request,
            "the request cannot be made",
        ),
        Lost::NotConnected(why) => {
            let cause = format!("no connection: {why}");
            trouble(Outcome::NotDone, Fault::Passing, &cause)
        }
        Lost::TimedOut => trouble(Outcome::Unknown, Fault::Passing, "no answer in time"),
        Lost::Broken(why) => {
            let cause = format!("the answer broke off: {why}");
            trouble(Outcome::Unknown, Fault::Passing, &cause)
        }
        Lost::TooLarge => trouble(Outcome::Unknown, Fault::Host, "the answer is too large"),
    }
}

/// A failure by its status and its words.
fn of_status(call: Call, status: u16, body: &[u8]) -> Trouble {
    let said = said(body);
    let words = said.to_lowercase();
    let cause = if said.is_empty() {
        format!("the provider answered {status}")
    } else {
        format!("the provider answered {status}: {said}")
    };
    let by_node = words.contains("external message") || words.contains("exitcode");
    match (call, status) {
        (Call::Send, _) if by_node => trouble(Outcome::Refused, Fault::Request, &cause),
        (Call::Send, 400..=499) => trouble(Outcome::Refused, Fault::Request, &cause),
        (_, 400..=499) => trouble(Outcome::Refused, Fault::Request, &cause),
        // A node that lags or is new says so with a 500; the next one asked may do better.
        (_, 500..=599) => trouble(Outcome::Unknown, Fault::Passing, &cause),
        (_, _) => trouble(Outcome::Unknown, Fault::Host, &cause),
    }
}

/// The provider's own words, at most 200 visible characters.
fn said(body: &[u8]) -> String {
    let second = serde_json::from_slice::<Envelope<'_>>(body).ok();
    let text = second.and_then(|envelope| envelope.error).or_else(|| {
        let third = serde_json::from_slice::<Failure>(body).ok();
        third.map(|failure| failure.error)
    });
    let text = text.unwrap_or_default();
    let visible = text.split(|c: char| c.is_whitespace() || c.is_control());
    let words: Vec<&str> = visible.filter(|word| !word.is_empty()).collect();
    words.join(" ").chars().take(200).collect()
}

fn trouble(outcome: Outcome, fault: Fault, cause: &str) -> Trouble {
    Trouble {
        outcome,
        fault,
        cause: cause.to_owned(),
    }
}
