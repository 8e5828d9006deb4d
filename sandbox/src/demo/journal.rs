//! Reads the daemon's log, one JSON object a line, and says in the timeline what a person wants to
//! know of it.

use serde_json::Value;

use super::admin::text;
use super::stage::{Side, Stage, Tone};

/// What a line of the log tells.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Told {
    /// An order went on.
    Step {
        order: String,
        text: String,
        tone: Tone,
    },
    /// Which wallet pays.
    Wallet(String),
    /// Something that went wrong.
    Trouble(String),
    /// Something else worth a line.
    Note(String),
}

/// Takes one line of the log.
pub(super) fn take(stage: &Stage, line: &str, at_ms: i64) {
    match read(line) {
        Some(Told::Step { order, text, tone }) => {
            stage.say(at_ms, (Side::Shop, tone), Some(order), text);
        }
        Some(Told::Wallet(wallet)) => stage.change(|state| state.wallet = Some(wallet)),
        Some(Told::Trouble(text)) => stage.say(at_ms, (Side::Shop, Tone::Bad), None, text),
        Some(Told::Note(text)) => stage.say(at_ms, (Side::Shop, Tone::Plain), None, text),
        None => {}
    }
}

fn read(line: &str) -> Option<Told> {
    let shown: Value = serde_json::from_str(line).ok()?;
    let message = text(&shown, "/message")?;
    if let Some((number, rest)) = message.split_once(": ")
        && is_number(number)
    {
        return Some(step(number, rest));
    }
    if let Some((_till, wallet)) = message.split_once(" pays from ") {
        return Some(Told::Wallet(wallet.to_owned()));
    }
    match text(&shown, "/level")? {
        "WARN" | "ERROR" => Some(Told::Trouble(message.to_owned())),
        _ if message.starts_with("starkeeper serves") => {
            Some(Told::Note("the daemon serves".to_owned()))
        }
        _ => None,
    }
}

/// `SK-7F3K9`.
fn is_number(text: &str) -> bool {
    let code = text.strip_prefix("SK-");
    code.is_some_and(|code| {
        !code.is_empty() && code.bytes().all(|byte| byte.is_ascii_alphanumeric())
    })
}

/// `held → linked, till_1`.
fn step(number: &str, rest: &str) -> Told {
    let (way, till) = rest.split_once(", ").unwrap_or((rest, ""));
    let state = way.rsplit_once("→ ").map_or(way, |(_, state)| state);
    let (words, tone) = match state {
        "awaiting_payment" => ("waits for its payment", Tone::Plain),
        "held" => ("held: the money is set aside", Tone::Plain),
        "linked" => ("linked: the offer passed every check", Tone::Plain),
        "paying" => ("signed and stored, then sent", Tone::Plain),
        "paid" => ("paid: seen on the chain", Tone::Plain),
        "delivered" => ("delivered", Tone::Good),
        "refunded" => ("refunded to the balance", Tone::Good),
        "cancelled" => ("cancelled", Tone::Plain),
        "parked" => ("waits for a person", Tone::Bad),
        other => (other, Tone::Plain),
    };
    // After a restart the log says where an order stands, and not whence it came.
    let words = match (way.contains('→'), state) {
        (false, "linked" | "paying" | "paid") => format!("goes on where it stood: {state}"),
        (true | false, _) => words.to_owned(),
    };
    let till = if till.is_empty() {
        String::new()
    } else {
        format!(" ({})", till.replace('_', " "))
    };
    Told::Step {
        order: number.to_owned(),
        text: format!("{words}{till}"),
        tone,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(level: &str, message: &str) -> String {
        serde_json::json!({"level": level, "message": message}).to_string()
    }

    #[test]
    fn a_step_of_an_order_is_told_in_words() {
        let told = read(&line("INFO", "SK-7F3K9: paid → delivered, till_1"));
        let expected = Told::Step {
            order: "SK-7F3K9".to_owned(),
            text: "delivered (till 1)".to_owned(),
            tone: Tone::Good,
        };
        assert_eq!(told, Some(expected));
    }

    #[test]
    fn an_order_that_goes_on_after_a_restart_is_told_so() {
        let told = read(&line("INFO", "SK-7F3K9: paying, till_1"));
        let Some(Told::Step { text, .. }) = told else {
            panic!("{told:?}");
        };
        assert_eq!(text, "goes on where it stood: paying (till 1)");
    }

    #[test]
    fn what_went_wrong_is_told_and_the_rest_is_not() {
        let trouble = read(&line("WARN", "a borrower says its browser is broken"));
        assert!(matches!(trouble, Some(Told::Trouble(_))));
        assert_eq!(read(&line("INFO", "something: else")), None);
        assert_eq!(read("no JSON"), None);
        let wallet = read(&line("INFO", "till_1 pays from UQabc"));
        assert_eq!(wallet, Some(Told::Wallet("UQabc".to_owned())));
    }
}
