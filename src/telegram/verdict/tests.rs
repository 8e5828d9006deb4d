//! The whole table: every way an answer, or none, can come.

use super::*;

#[derive(Debug, PartialEq, Eq, serde::Deserialize)]
struct Sent {
    message_id: i64,
}

type Judged = Result<Sent, Failure<ApiRefused>>;

fn answered(status: u16, body: &str) -> Judged {
    judge(&Heard::Answer {
        status,
        body: body.as_bytes(),
    })
}

fn refusal_of(code: u16, description: &str) -> ApiRefused {
    let body = format!(
        r#"{{"ok":false,"error_code":{code},"description":{}}}"#,
        serde_json::to_string(description).unwrap()
    );
    match answered(code, &body) {
        Err(Failure::Refused(why)) => why,
        other => panic!("{description}: {other:?}"),
    }
}

#[test]
fn a_result_is_read_whatever_else_is_in_it() {
    let body = r#"{"ok":true,"result":{"message_id":7,"date":1,"new_thing":[{}]}}"#;
    assert_eq!(answered(200, body), Ok(Sent { message_id: 7 }));
}

#[test]
fn only_what_never_left_is_not_done() {
    let lost = |lost| judge::<Sent>(&Heard::Lost(lost)).unwrap_err();
    for early in [Lost::NotBuilt, Lost::NotConnected("connection refused")] {
        assert!(matches!(lost(early), Failure::NotDone { .. }), "{early:?}");
    }
    for late in [
        Lost::TimedOut,
        Lost::Broken("connection reset"),
        Lost::TooLarge,
    ] {
        assert!(matches!(lost(late), Failure::Unknown { .. }), "{late:?}");
    }
}

#[test]
fn an_answer_that_says_nothing_clear_is_unknown() {
    for (status, body) in [
        (200, ""),
        (200, "<html>"),
        (200, "{}"),
        (200, r#"{"ok":true}"#),
        (200, r#"{"ok":true,"result":{"message":1}}"#),
        (200, r#"{"ok":true,"result":true}"#),
        (400, "<html>bad request</html>"),
        (
            500,
            r#"{"ok":false,"error_code":500,"description":"Internal Server Error"}"#,
        ),
        (502, "<html>bad gateway</html>"),
        (
            200,
            r#"{"ok":false,"error_code":502,"description":"Bad Gateway"}"#,
        ),
    ] {
        let judged = answered(status, body);
        assert!(
            matches!(judged, Err(Failure::Unknown { .. })),
            "{status} {body}: {judged:?}"
        );
    }
}

const NOT_MODIFIED: &str = "Bad Request: message is not modified: specified new message content and \
    reply markup are exactly the same as a current content and reply markup of the message";
const TERMINATED: &str = "Conflict: terminated by other getUpdates request; make sure that only one \
    bot instance is running";
const HOOKED: &str = "Conflict: can't use getUpdates method while webhook is active; use \
    deleteWebhook to delete the webhook first";
const TOO_OLD: &str =
    "Bad Request: query is too old and response timeout expired or query id is invalid";

/// What Telegram says, by what it means.
const SAID: &[(ApiRefused, &[(u16, &str)])] = &[
    (
        ApiRefused::Closed,
        &[
            (403, "Forbidden: bot was blocked by the user"),
            (403, "Forbidden: user is deactivated"),
            (
                403,
                "Forbidden: bot can't initiate conversation with a user",
            ),
            (403, "Forbidden: something new"),
            (400, "Bad Request: chat not found"),
            (400, "Bad Request: PEER_ID_INVALID"),
        ],
    ),
    (
        ApiRefused::NotModified,
        &[
            (400, NOT_MODIFIED),
            (400, "Bad Request: message is not modified"),
        ],
    ),
    (
        ApiRefused::Gone,
        &[
            (400, "Bad Request: message to edit not found"),
            (400, "Bad Request: message can't be edited"),
            (400, "Bad Request: MESSAGE_ID_INVALID"),
        ],
    ),
    (
        ApiRefused::OtherKind,
        &[
            (400, "Bad Request: there is no text in the message to edit"),
            (
                400,
                "Bad Request: there is no caption in the message to edit",
            ),
            (400, "Bad Request: there is no media in the message to edit"),
        ],
    ),
    (
        ApiRefused::Picture,
        &[
            (400, "Bad Request: failed to get HTTP URL content"),
            (400, "Bad Request: wrong file identifier/HTTP URL specified"),
            (400, "Bad Request: wrong type of the web page content"),
            (400, "Bad Request: message caption is too long"),
        ],
    ),
    (ApiRefused::TooOld, &[(400, TOO_OLD)]),
    (
        ApiRefused::Token,
        &[(401, "Unauthorized"), (404, "Not Found")],
    ),
];

#[test]
fn refusals_are_told_apart_by_telegrams_own_words() {
    for (expected, said) in SAID {
        for (code, said) in *said {
            assert_eq!(refusal_of(*code, said), *expected, "{code} {said}");
        }
    }
    for said in [TERMINATED, HOOKED] {
        let why = said.to_owned();
        assert_eq!(refusal_of(409, said), ApiRefused::Conflict { why });
    }
}

#[test]
fn what_is_no_known_refusal_will_never_be_taken() {
    for (code, said) in [
        (400, "Bad Request: message is too long"),
        (400, "Bad Request: MESSAGE_TOO_LONG"),
        (400, "Bad Request: BUTTON_DATA_INVALID"),
        (400, "Bad Request: message text is empty"),
        (
            400,
            "Bad Request: can't parse entities: unsupported start tag",
        ),
        (413, "Request Entity Too Large"),
        (400, ""),
    ] {
        let why = said.to_owned();
        assert_eq!(
            refusal_of(code, said),
            ApiRefused::Never { why },
            "{code} {said}"
        );
    }
}

#[test]
fn too_fast_says_until_when() {
    let body = r#"{"ok":false,"error_code":429,"description":"Too Many Requests: retry after 7",
        "parameters":{"retry_after":7}}"#;
    let after = |seconds| {
        Err(Failure::Refused(ApiRefused::TooFast {
            after: Duration::from_secs(seconds),
        }))
    };
    assert_eq!(answered(429, body), after(7));
    let unnamed = r#"{"ok":false,"error_code":429,"description":"Too Many Requests"}"#;
    assert_eq!(answered(429, unnamed), after(UNNAMED_PAUSE.as_secs()));
    assert_eq!(
        answered(429, "<html>slow</html>"),
        after(UNNAMED_PAUSE.as_secs())
    );
    let zero = body.replace(":7}", ":0}");
    assert_eq!(
        answered(429, &zero),
        after(1),
        "a pause of nothing would be a loop"
    );
}

#[test]
fn what_operators_are_shown_is_one_short_line() {
    let long = format!("Bad Request:\n\tsomething {}", "x".repeat(500));
    let ApiRefused::Never { why } = refusal_of(400, &long) else {
        panic!("another refusal");
    };
    assert!(why.starts_with("Bad Request: something xx"), "{why}");
    assert_eq!(why.chars().count(), 200);
}
