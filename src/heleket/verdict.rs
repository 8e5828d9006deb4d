//! What an answer, or none, means for the caller: one function, [`judge`].

use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_json::value::RawValue;

use starkeeper_actors::ports::Failure;
use starkeeper_actors::ports::invoicing::GatewayRefused;

use super::endpoint::Endpoint;
use super::wire::{Text, named_errors};

#[cfg(test)]
mod tests;

/// What became of one request.
#[derive(Debug)]
pub(super) enum Heard<'a> {
    /// It was not made, because too many before it failed.
    BreakerOpen,
    /// It could not be built, or no time was left for it.
    NotBuilt(&'a str),
    /// No connection was opened, so nothing was sent.
    NotConnected(&'a str),
    /// The time ran out behind the connection.
    TimedOut,
    /// The connection broke before the answer was whole.
    Broken(&'a str),
    /// The answer is larger than anything that is expected.
    TooLarge,
    /// A whole answer.
    Answer {
        /// The HTTP status.
        status: u16,
        /// The body, as long as it may be.
        body: &'a [u8],
    },
}

/// Why a call brought nothing, and whose fault it was.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Trouble {
    /// For the caller of the port.
    pub(super) failure: Failure<GatewayRefused>,
    /// For the breaker and the repetition.
    pub(super) fault: Fault,
}

/// Whose fault a failed call was.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Fault {
    /// Ours, or nobody's: the host is well.
    Request,
    /// The host's, and asking again at once helps nothing.
    Host,
    /// The host's or the line's, and may be over at once.
    Passing,
}

/// The envelope of every answer. A failure has `message` or `errors`; the internal error of the
/// host has no `state`.
#[derive(serde::Deserialize)]
struct Envelope<'a> {
    #[serde(default)]
    state: Text,
    #[serde(borrow, default)]
    result: Option<&'a RawValue>,
    #[serde(default)]
    message: Text,
    #[serde(default)]
    errors: Value,
}

/// Turns what was heard into the call's result. Nothing of a body gets into a cause but the
/// gateway's own short message of refusal.
///
/// The rule behind the table: `Refused` only on the gateway's own word, `NotDone` only where
/// nothing was sent, and everything else is unknown.
pub(super) fn judge<T: DeserializeOwned>(
    endpoint: Endpoint,
    heard: &Heard<'_>,
) -> Result<T, Trouble> {
    let (status, body) = match heard {
        Heard::BreakerOpen => {
            return Err(not_done(
                "heleket is left alone after many failures",
                Fault::Request,
            ));
        }
        Heard::NotBuilt(why) => return Err(not_done(why, Fault::Request)),
        Heard::NotConnected(why) => {
            return Err(not_done(
                &format!("no connection to heleket: {why}"),
                Fault::Passing,
            ));
        }
        Heard::TimedOut => return Err(unknown("heleket did not answer in time", Fault::Passing)),
        Heard::Broken(why) => {
            return Err(unknown(
                &format!("heleket's answer broke off: {why}"),
                Fault::Passing,
            ));
        }
        Heard::TooLarge => return Err(unknown("heleket's answer is too large", Fault::Host)),
        Heard::Answer { status, body } => (*status, *body),
    };
    let read = serde_json::from_slice::<Envelope<'_>>(body);
    match (status, read) {
        (500..=599, _) => Err(unknown(
            &format!("heleket answered {status}"),
            Fault::Passing,
        )),
        (429, _) => Err(unknown("heleket asks for fewer calls (429)", Fault::Host)),
        (200, Err(_)) if body.is_empty() => {
            Err(unknown("heleket answered 200 without a body", Fault::Host))
        }
        (_, Err(_)) => Err(unknown(
            &format!("heleket answered {status} without its JSON"),
            Fault::Host,
        )),
        (200, Ok(envelope)) if envelope.state.is("0") => match envelope.result {
            Some(result) => serde_json::from_str(result.get()).map_err(|bad| misread(&bad)),
            None => Err(unknown("heleket answered without a result", Fault::Host)),
        },
        (401, Ok(_)) => Err(refused(GatewayRefused::Key)),
        (200 | 400..=499, Ok(envelope)) if envelope.state.is("1") => {
            refusal(endpoint, &envelope, status)
        }
        (_, Ok(_)) => Err(undocumented(status)),
    }
}

/// The gateway answered, and what it answered is not what was asked for.
pub(super) fn malformed(what: &str) -> Trouble {
    unknown(&format!("heleket's answer has {what}"), Fault::Host)
}

fn misread(bad: &serde_json::Error) -> Trouble {
    let (line, column) = (bad.line(), bad.column());
    malformed(&format!("an unexpected shape at {line}:{column}"))
}

fn undocumented(status: u16) -> Trouble {
    unknown(
        &format!("heleket answered {status} in a shape that is not documented"),
        Fault::Host,
    )
}

/// A failure that names a reason. Messages come with and without a final dot, so they are compared
/// by their words.
fn refusal<T>(endpoint: Endpoint, envelope: &Envelope<'_>, status: u16) -> Result<T, Trouble> {
    let errors = named_errors(&envelope.errors);
    let said = match envelope.message.get() {
        Some(message) => one_line(message),
        None => errors.join(", "),
    };
    if said.is_empty() {
        return Err(undocumented(status));
    }
    let words = said.to_lowercase();
    let has = |word: &str| words.contains(word);
    // Listed by Heleket among its refusals, but meaning "later": whether it was done is open.
    if has("server error") || has("gateway error") || has("terminal was not found") {
        return Err(unknown(
            &format!("heleket answered {status}: {said}"),
            Fault::Passing,
        ));
    }
    if has("invalid sign") || has("wrong key") {
        return Err(refused(GatewayRefused::Key));
    }
    let unknown_payment = has("not found") && has("payment") && !has("service");
    let unknown_name = errors
        .iter()
        .any(|error| error == "uuid: validation.exists" || error == "order_id: validation.exists");
    if endpoint.names_an_invoice() && (unknown_payment || unknown_name) {
        return Err(refused(GatewayRefused::NoSuchInvoice));
    }
    Err(refused(GatewayRefused::Request { text: said }))
}

/// At most 200 visible characters: what the gateway says is shown to operators.
fn one_line(text: &str) -> String {
    let visible = text.split(|c: char| c.is_whitespace() || c.is_control());
    let words: Vec<&str> = visible.filter(|word| !word.is_empty()).collect();
    words.join(" ").chars().take(200).collect()
}

fn refused(why: GatewayRefused) -> Trouble {
    Trouble {
        failure: Failure::Refused(why),
        fault: Fault::Request,
    }
}

fn not_done(cause: &str, fault: Fault) -> Trouble {
    Trouble {
        failure: Failure::not_done(cause),
        fault,
    }
}

fn unknown(cause: &str, fault: Fault) -> Trouble {
    Trouble {
        failure: Failure::unknown(cause),
        fault,
    }
}
