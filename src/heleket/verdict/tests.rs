//! The table: what every answer, and every way of getting none, means for the caller.

use serde_json::Value;
use starkeeper_actors::ports::Failure;
use starkeeper_actors::ports::invoicing::GatewayRefused;

use super::{Fault, Heard, Trouble, judge};
use crate::heleket::endpoint::Endpoint;
use Fault::{Host, Passing, Request};
use Means::{Done, Key, Refused, Unknown};

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Means {
    Done,
    Key,
    NoSuchInvoice,
    Refused(&'static str),
    NotDone,
    Unknown,
}

fn means(endpoint: Endpoint, heard: &Heard<'_>) -> (Means, Option<Fault>) {
    let Err(trouble) = judge::<Value>(endpoint, heard) else {
        return (Means::Done, None);
    };
    let means = match trouble.failure {
        Failure::Refused(GatewayRefused::Key) => Means::Key,
        Failure::Refused(GatewayRefused::NoSuchInvoice) => Means::NoSuchInvoice,
        Failure::Refused(GatewayRefused::Request { text }) => Means::Refused(text.leak()),
        Failure::NotDone { .. } => Means::NotDone,
        Failure::Unknown { .. } => Means::Unknown,
    };
    (means, Some(trouble.fault))
}

fn answered(endpoint: Endpoint, status: u16, body: &str) -> (Means, Option<Fault>) {
    let body = body.as_bytes();
    means(endpoint, &Heard::Answer { status, body })
}

#[test]
fn without_a_whole_answer_only_what_was_never_sent_is_not_done() {
    let cases = [
        (Heard::BreakerOpen, Means::NotDone, Fault::Request),
        (Heard::NotBuilt("x"), Means::NotDone, Fault::Request),
        (Heard::NotConnected("x"), Means::NotDone, Fault::Passing),
        (Heard::TimedOut, Means::Unknown, Fault::Passing),
        (Heard::Broken("x"), Means::Unknown, Fault::Passing),
        (Heard::TooLarge, Means::Unknown, Fault::Host),
    ];
    for (heard, what, fault) in cases {
        for endpoint in [Endpoint::Create, Endpoint::Info, Endpoint::Refund] {
            assert_eq!(means(endpoint, &heard), (what, Some(fault)), "{heard:?}");
        }
    }
}

const SERVER_ERROR: &str = r#"{"message":"Server error, #1","code":500,"error":null}"#;
const INVALID_SIGN: &str = r#"{"state":1,"message":"Invalid Sign."}"#;

type Row = (u16, &'static str, Means, Option<Fault>);

const HTML: &str = "<html><body>502 Bad Gateway</body></html>";

const DONE_OR_UNKNOWN: &[Row] = &[
    // Done: 200, state 0 and a result, and nothing less.
    (200, r#"{"state":0,"result":{"a":1}}"#, Done, None),
    (200, r#"{"result":[],"state":0,"new":{}}"#, Done, None),
    (200, r#"{"state":0}"#, Unknown, Some(Host)),
    (200, r#"{"state":0,"result":null}"#, Unknown, Some(Host)),
    (200, r#"{"result":{}}"#, Unknown, Some(Host)),
    (200, r#"{"state":null,"result":{}}"#, Unknown, Some(Host)),
    (200, r#"{"state":2,"result":{}}"#, Unknown, Some(Host)),
    (200, r#"{"state":1,"result":{}}"#, Unknown, Some(Host)),
    (201, r#"{"state":0,"result":{}}"#, Unknown, Some(Host)),
    (204, "", Unknown, Some(Host)),
    (200, "", Unknown, Some(Host)),
    (200, HTML, Unknown, Some(Host)),
    (200, "[]", Unknown, Some(Host)),
    (200, r#"{"state":0,"result":{"a":1}"#, Unknown, Some(Host)),
    // The internal error has no state, and may come with 200.
    (500, SERVER_ERROR, Unknown, Some(Passing)),
    (200, SERVER_ERROR, Unknown, Some(Host)),
    (502, HTML, Unknown, Some(Passing)),
    (503, "", Unknown, Some(Passing)),
    (500, r#"{"state":1,"message":"no"}"#, Unknown, Some(Passing)),
    // Too often, elsewhere, or not by Heleket at all.
    (
        429,
        r#"{"state":1,"message":"slow down"}"#,
        Unknown,
        Some(Host),
    ),
    (301, "", Unknown, Some(Host)),
    (302, r#"{"state":0,"result":{}}"#, Unknown, Some(Host)),
    (403, HTML, Unknown, Some(Host)),
    (404, HTML, Unknown, Some(Host)),
    (401, HTML, Unknown, Some(Host)),
];

const REFUSALS: &[Row] = &[
    // The key, under whatever code.
    (401, INVALID_SIGN, Key, Some(Request)),
    (
        401,
        r#"{"message":"Invalid Sign.","code":401}"#,
        Key,
        Some(Request),
    ),
    (422, INVALID_SIGN, Key, Some(Request)),
    (200, INVALID_SIGN, Key, Some(Request)),
    (
        422,
        r#"{"state":1,"message":"Wrong key"}"#,
        Key,
        Some(Request),
    ),
    // Refusals, by message and by field.
    (
        422,
        r#"{"state":1,"message":"Minimum amount 0.5 USDT"}"#,
        Refused("Minimum amount 0.5 USDT"),
        Some(Request),
    ),
    (
        422,
        r#"{"state":1,"errors":{"amount":["validation.required"],"network":["validation.in"]}}"#,
        Refused("amount: validation.required, network: validation.in"),
        Some(Request),
    ),
    (
        422,
        r#"{"state":1,"message":null,"errors":{"amount":"validation.regex"}}"#,
        Refused("amount: validation.regex"),
        Some(Request),
    ),
    (
        403,
        r#"{"state":1,"message":"You are forbidden"}"#,
        Refused("You are forbidden"),
        Some(Request),
    ),
    (
        200,
        r#"{"state":1,"message":"You are forbidden."}"#,
        Refused("You are forbidden."),
        Some(Request),
    ),
    (
        422,
        r#"{"state":1,"message":"Payment service not found"}"#,
        Refused("Payment service not found"),
        Some(Request),
    ),
    (
        422,
        r#"{"state":1,"message":"The network was not found"}"#,
        Refused("The network was not found"),
        Some(Request),
    ),
    // A failure that names no reason.
    (422, r#"{"state":1}"#, Unknown, Some(Host)),
    (
        422,
        r#"{"state":1,"message":"","errors":{}}"#,
        Unknown,
        Some(Host),
    ),
    (422, r#"{"message":"no"}"#, Unknown, Some(Host)),
    (422, r#"{"state":1,"errors":[]}"#, Unknown, Some(Host)),
    // Listed among the refusals, but they mean "later".
    (
        422,
        r#"{"state":1,"message":"Server error"}"#,
        Unknown,
        Some(Passing),
    ),
    (
        422,
        r#"{"state":1,"message":"Gateway error"}"#,
        Unknown,
        Some(Passing),
    ),
    (
        422,
        r#"{"state":1,"message":"The terminal was not found"}"#,
        Unknown,
        Some(Passing),
    ),
];

#[test]
fn every_answer_means_one_thing() {
    for (status, body, what, fault) in DONE_OR_UNKNOWN.iter().chain(REFUSALS) {
        for endpoint in [Endpoint::Create, Endpoint::Info, Endpoint::Refund] {
            let judged = answered(endpoint, *status, body);
            assert_eq!(judged, (*what, *fault), "{status} {body}");
        }
    }
}

/// Both wordings were seen, with and without the dot.
#[test]
fn an_unknown_invoice_is_told_from_other_things_not_found() {
    let unknown = [
        r#"{"state":1,"message":"Payment not found"}"#,
        r#"{"state":1,"message":"Payment was not found."}"#,
        r#"{"state":1,"message":"Not found payment"}"#,
        r#"{"state":1,"errors":{"uuid":["validation.exists"]}}"#,
    ];
    for body in unknown {
        for status in [200, 404, 422] {
            let about_one = answered(Endpoint::Info, status, body);
            assert_eq!(about_one.0, Means::NoSuchInvoice, "{status} {body}");
            let refund = answered(Endpoint::Refund, status, body);
            assert_eq!(refund.0, Means::NoSuchInvoice, "{status} {body}");
        }
        let (created, _) = answered(Endpoint::Create, 422, body);
        assert!(matches!(created, Means::Refused(_)), "{body}");
    }
    let (other, _) = answered(
        Endpoint::Resend,
        422,
        r#"{"state":1,"message":"Notification not found"}"#,
    );
    assert_eq!(other, Means::Refused("Notification not found"));
}

#[test]
fn a_result_of_another_shape_is_unknown_and_is_not_repeated() {
    let body = br#"{"state":0,"result":["private words"]}"#;
    let heard = Heard::Answer { status: 200, body };
    let trouble = judge::<u64>(Endpoint::Create, &heard).unwrap_err();
    assert_eq!(trouble.fault, Fault::Host);
    let said = trouble.failure.to_string();
    assert!(said.starts_with("outcome unknown"), "{said}");
    assert!(!said.contains("private"), "{said}");
}

#[test]
fn what_the_gateway_says_is_one_short_line() {
    let message = format!("first\\nsecond\\t\\u0007 {}", "x".repeat(500));
    let body = format!(r#"{{"state":1,"message":"{message}"}}"#);
    let (means, _) = answered(Endpoint::Create, 422, &body);
    let Means::Refused(text) = means else {
        panic!("{means:?}")
    };
    assert_eq!(text.chars().count(), 200);
    assert!(text.starts_with("first second x"), "{text}");
    let fields: Vec<String> = (0..50).map(|n| format!(r#""f{n}":["v"]"#)).collect();
    let body = format!(r#"{{"state":1,"errors":{{{}}}}}"#, fields.join(","));
    let (means, _) = answered(Endpoint::Create, 422, &body);
    let Means::Refused(text) = means else {
        panic!("{means:?}")
    };
    assert_eq!(text.split(", ").count(), 8);
}

#[test]
fn causes_say_nothing_of_the_body() {
    let bodies: [(u16, &str); 6] = [
        (200, "private words"),
        (200, r#"{"state":0,"note":"private words"}"#),
        (200, r#"{"state":7,"message":"private words"}"#),
        (500, r#"{"message":"private words"}"#),
        (302, "private words"),
        (429, "private words"),
    ];
    for (status, body) in bodies {
        let heard = Heard::Answer {
            status,
            body: body.as_bytes(),
        };
        let answer: Result<Value, Trouble> = judge(Endpoint::Info, &heard);
        let said = answer.unwrap_err().failure.to_string();
        assert!(!said.contains("private"), "{said}");
        assert!(!said.contains('\n') && said.len() < 120, "{said}");
    }
}
