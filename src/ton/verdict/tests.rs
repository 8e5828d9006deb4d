use super::*;

const NODE: &str = r#"{"ok":false,"error":"LITE_SERVER_UNKNOWN: cannot apply external message to current state : External message was not accepted\nCannot run message on account: inbound external message rejected by transaction 71892D:\nexitcode=33, steps=30, gas_used=1000","code":500}"#;

fn heard<'a>(status: u16, body: &'a str) -> Heard<'a> {
    let body = body.as_bytes();
    Heard::Answer { status, body }
}

#[test]
fn every_answer_to_a_message_means_one_thing() {
    use Fault::{Host, Passing, Request};
    use Outcome::{NotDone, Refused, Unknown};
    let lost = Heard::Lost;
    let cases = [
        (heard(500, NODE), Refused, Request),
        (heard(200, NODE), Refused, Request),
        (
            heard(
                422,
                r#"{"ok":false,"error":"failed to parse boc","code":422}"#,
            ),
            Refused,
            Request,
        ),
        (heard(400, "not JSON"), Refused, Request),
        (
            heard(429, r#"{"ok":false,"result":"Ratelimit exceed"}"#),
            NotDone,
            Passing,
        ),
        (heard(401, ""), NotDone, Host),
        (heard(403, ""), NotDone, Host),
        (
            heard(
                500,
                r#"{"ok":false,"error":"LITE_SERVER_NETWORK: timeout","code":500}"#,
            ),
            Unknown,
            Passing,
        ),
        (heard(502, "<html>"), Unknown, Passing),
        (heard(504, ""), Unknown, Passing),
        (heard(302, ""), Unknown, Host),
        (heard(200, "<html>"), Unknown, Host),
        (heard(200, ""), Unknown, Host),
        (heard(200, r#"{"ok":true}"#), Unknown, Host),
        (heard(200, r#"{"ok":false}"#), Unknown, Host),
        (Heard::BreakerOpen, NotDone, Request),
        (Heard::NoTime, NotDone, Request),
        (lost(Lost::NotBuilt), NotDone, Request),
        (
            lost(Lost::NotConnected("connection refused")),
            NotDone,
            Passing,
        ),
        (lost(Lost::TimedOut), Unknown, Passing),
        (lost(Lost::Broken("connection reset")), Unknown, Passing),
        (lost(Lost::TooLarge), Unknown, Host),
    ];
    for (heard, outcome, fault) in cases {
        let trouble = judge(Call::Send, &heard).unwrap_err();
        assert_eq!(
            (trouble.outcome, trouble.fault),
            (outcome, fault),
            "{heard:?}: {trouble:?}"
        );
        assert!(trouble.cause.lines().count() == 1 && trouble.cause.len() < 300);
    }
}

#[test]
fn only_a_whole_answer_is_one() {
    let result = judge(
        Call::Send,
        &heard(200, r#"{"ok":true,"result":{"@type":"ok"}}"#),
    );
    assert_eq!(result, Ok(br#"{"@type":"ok"}"#.as_slice()));
    let rows = r#"{"transactions":[]}"#;
    assert_eq!(
        judge(Call::ByMessage, &heard(200, rows)),
        Ok(rows.as_bytes())
    );
    // Version 2's words about haste are no result.
    let haste = r#"{"ok":false,"result":"Ratelimit exceed"}"#;
    for call in [Call::State, Call::Transactions] {
        judge(call, &heard(200, haste)).unwrap_err();
    }
    let told = judge(
        Call::ByMessage,
        &heard(500, r#"{"error":"no\n\nsuch  thing"}"#),
    );
    assert_eq!(
        told.unwrap_err().cause,
        "the provider answered 500: no such thing"
    );
}
