use proptest::prelude::*;

use super::*;

fn answer(status: u16, body: &str) -> Answer {
    Answer {
        status,
        challenged: false,
        body: body.to_owned(),
    }
}

fn heard(body: &str) -> Heard {
    of_call(&answer(200, body)).unwrap_err()
}

#[test]
fn what_the_site_says_is_sorted() {
    use MarketRefused::{AlreadyPremium, IdentityNeeded, LoggedOut, NoSuchUser, NotAPerson};
    for (body, means) in [
        (r#"{"error":"Bad request"}"#, Heard::BadRequest),
        (
            r#"{"error":"Price was changed. Please try again."}"#,
            Heard::PriceChanged,
        ),
        (
            r#"{"error":"No Telegram users found."}"#,
            Heard::Refused(NoSuchUser),
        ),
        (
            r#"{"error":"No Telegram channels found."}"#,
            Heard::Refused(NoSuchUser),
        ),
        (
            r#"{"error":"Please enter a username assigned to a user."}"#,
            Heard::Refused(NotAPerson),
        ),
        (
            r#"{"error":"This account is already subscribed to Telegram&nbsp;Premium."}"#,
            Heard::Unknown("This account is already subscribed to Telegram Premium.".into()),
        ),
        (
            r#"{"error":"This account is already subscribed to Telegram Premium."}"#,
            Heard::Refused(AlreadyPremium),
        ),
        (r#"{"error":"Access denied"}"#, Heard::Refused(LoggedOut)),
        (r#"{"error":"Session expired"}"#, Heard::Refused(LoggedOut)),
        (
            r#"{"error":"AUTH_SESSION_EXPIRED"}"#,
            Heard::Refused(LoggedOut),
        ),
        (r#"{"error":"unauthorized"}"#, Heard::Refused(LoggedOut)),
        (r#"{"need_ton":true}"#, Heard::Refused(LoggedOut)),
        (
            r#"{"need_ton":true,"error":"Connect"}"#,
            Heard::Refused(LoggedOut),
        ),
        (
            r#"{"need_verify":true,"popup":"<b>x</b>"}"#,
            Heard::Refused(IdentityNeeded),
        ),
        (
            r#"{"need_verify":1,"error":"Verify"}"#,
            Heard::Refused(IdentityNeeded),
        ),
        (
            r#"{"error":"Invalid method"}"#,
            Heard::Unknown("Invalid method".into()),
        ),
        (
            r#"{"error":"<b>A minimum</b> of 5 stars for @masha, see https://t.me/masha"}"#,
            Heard::Unknown("A minimum of 5 stars for @… see t.me/…".into()),
        ),
        (
            r#"{"error":true}"#,
            Heard::Unknown("an error without words".into()),
        ),
        ("<html>", Heard::Unlike("an answer in JSON")),
        ("[]", Heard::Unlike("an object of JSON")),
    ] {
        assert_eq!(heard(body), means, "{body}");
    }
}

#[test]
fn an_answer_without_an_error_is_one() {
    for fine in [
        r#"{"ok":true}"#,
        r#"{"need_ton":false,"error":null}"#,
        r#"{"error":false}"#,
    ] {
        of_call(&answer(200, fine)).unwrap();
    }
}

#[test]
fn whoever_stands_in_front_is_told_apart_from_the_site() {
    let challenge = "<html><head><title>Just a moment...</title></head></html>";
    for (status, body, means) in [
        (403, challenge, Heard::PathBlocked),
        (503, challenge, Heard::PathBlocked),
        (403, "Forbidden", Heard::PathBlocked),
        (429, "", Heard::TooFast),
        (500, "", Heard::Down(500)),
        (502, "<html>", Heard::Down(502)),
        (404, "", Heard::Down(404)),
        (301, "", Heard::Down(301)),
    ] {
        assert_eq!(
            of_call(&answer(status, body)).unwrap_err(),
            means,
            "{status}"
        );
        assert_eq!(
            of_page(&answer(status, body)).unwrap_err(),
            means,
            "{status}"
        );
    }
    let marked = Answer {
        challenged: true,
        ..answer(503, "")
    };
    assert_eq!(of_page(&marked).unwrap_err(), Heard::PathBlocked);
}

#[test]
fn only_what_may_have_been_done_is_left_in_doubt() {
    for heard in [Heard::Down(502), Heard::Unlike("an answer in JSON")] {
        let harmless = failure(heard.clone(), Effect::Harmless);
        assert!(matches!(harmless, Failure::NotDone { .. }));
        let doubtful = failure(heard, Effect::MayBeDone);
        assert!(matches!(doubtful, Failure::Unknown { .. }));
    }
    // Nobody has read what was sent too fast, or what was stopped on its way.
    for effect in [Effect::Harmless, Effect::MayBeDone] {
        let too_fast = failure(Heard::TooFast, effect);
        assert!(matches!(too_fast, Failure::NotDone { .. }));
        assert_eq!(
            failure(Heard::PathBlocked, effect),
            Failure::Refused(MarketRefused::PathBlocked)
        );
        assert_eq!(
            failure(Heard::BadRequest, effect),
            Failure::Refused(MarketRefused::LoggedOut)
        );
    }
}

proptest! {
    #[test]
    fn no_answer_panics(status: u16, challenged: bool, body: String) {
        let answer = Answer { status, challenged, body };
        let _either = of_call(&answer);
        let _either = of_page(&answer);
    }

    #[test]
    fn no_words_are_passed_on_at_length_or_with_people(text: String) {
        if let Heard::Unknown(said) = of_error(&text) {
            prop_assert!(said.chars().count() <= LONGEST_TEXT);
            prop_assert!(!said.contains('\n'));
        }
    }
}
