//! Bodies that nobody honest sends.

use super::super::{LARGEST, Rejected, verify};
use super::{PAYMENT, keys, payment, signed, signed_over};

fn checked(body: &[u8]) -> Result<(), Rejected> {
    verify(body, &keys()).map(|_| ())
}

fn malformed(body: &[u8]) -> bool {
    matches!(checked(body), Err(Rejected::Malformed(_)))
}

#[test]
fn what_is_not_one_json_object_is_malformed() {
    let body = signed(&payment(r#""a":1"#));
    assert_eq!(checked(body.as_bytes()), Ok(()));
    for end in 0..body.len() {
        assert!(malformed(&body.as_bytes()[..end]), "cut at {end}");
    }
    for other in [
        "", " ", "null", "1", "\"x\"", "[]", "{}{}", "{},", "{\"a\":}", "<html>",
    ] {
        assert!(malformed(other.as_bytes()), "{other:?}");
    }
    assert!(malformed(format!("{body}x").as_bytes()));
    assert!(malformed(format!("\u{feff}{body}").as_bytes()));
}

#[test]
fn what_is_not_utf8_is_malformed() {
    let mut body = signed(&payment(r#""a":"??""#)).into_bytes();
    let place = body.iter().position(|byte| *byte == b'?').unwrap();
    body[place] = 0xff;
    assert!(malformed(&body));
}

#[test]
fn a_key_that_comes_twice_is_malformed_even_if_signed() {
    for members in [
        payment(r#""status":"paid""#),
        payment(r#""\u0073tatus":"check""#),
    ] {
        assert!(malformed(signed(&members).as_bytes()), "{members}");
    }
    let two_signs = signed(&signed(&payment(r#""a":1"#)));
    assert!(malformed(two_signs.as_bytes()));
}

#[test]
fn size_depth_and_number_of_members_have_a_limit() {
    let deep = |levels: usize| {
        let value = format!("{}{}", "[".repeat(levels), "]".repeat(levels));
        signed(&payment(&format!(r#""a":{value}"#)))
    };
    assert_eq!(checked(deep(31).as_bytes()), Ok(()));
    assert!(malformed(deep(32).as_bytes()));
    assert!(malformed("[".repeat(LARGEST).as_bytes()));
    assert!(malformed("{\"a\":".repeat(10_000).as_bytes()));
    let brackets = payment(&format!(r#""a":"{}""#, "[".repeat(500)));
    assert_eq!(
        checked(signed(&brackets).as_bytes()),
        Ok(()),
        "a text is not deep"
    );

    let filled = |length: usize| signed(&payment(&format!(r#""a":"{}""#, "x".repeat(length))));
    let most = LARGEST - filled(0).len();
    assert_eq!(checked(filled(most).as_bytes()), Ok(()));
    assert!(malformed(filled(most + 1).as_bytes()));

    let many = |count: usize| {
        let members: Vec<String> = (0..count).map(|n| format!(r#""k{n}":0"#)).collect();
        signed(&payment(&members.join(",")))
    };
    // Four are in `payment` and one is the signature.
    assert_eq!(checked(many(251).as_bytes()), Ok(()));
    assert!(malformed(many(252).as_bytes()));
}

/// The signature of a request covers its body and the same key.
#[test]
fn a_signed_request_is_no_webhook() {
    for request in [
        r#"{"amount":"12.34","currency":"USD","order_id":"ord-1001"}"#,
        r#"{"order_id":"ord-1001"}"#,
        r#"{"uuid":"0b0c5a52-1111-4222-8333-944455566677"}"#,
        r#"{"url_callback":"https://x.example/","currency":"USDT","network":"tron","status":"paid","uuid":"u","order_id":"o"}"#,
    ] {
        let answer = checked(signed(request).as_bytes());
        assert!(
            matches!(answer, Err(Rejected::NoWebhook(_))),
            "{request}: {answer:?}"
        );
    }
    let empty = signed_over(r#"{"a":1}"#, "", PAYMENT);
    assert_eq!(checked(empty.as_bytes()), Err(Rejected::Forged));
}

#[test]
fn names_and_status_must_be_texts_that_say_something() {
    let all = [
        ("type", "payment"),
        ("uuid", "u"),
        ("order_id", "o"),
        ("status", "paid"),
    ];
    for (name, _) in all {
        for value in [r#""""#, "null", "1", "true", "[\"x\"]", "{}"] {
            let members: Vec<String> = all
                .iter()
                .map(|(key, text)| match *key == name {
                    true => format!(r#""{key}":{value}"#),
                    false => format!(r#""{key}":"{text}""#),
                })
                .collect();
            let body = signed(&format!("{{{}}}", members.join(",")));
            let rejected = Err(Rejected::NoWebhook(name));
            assert_eq!(checked(body.as_bytes()), rejected, "{body}");
        }
    }
}

#[test]
fn what_is_said_of_a_body_repeats_nothing_of_it() {
    for body in [
        r#"{"secret-looking":"x"}"#.to_owned(),
        signed(r#"{"secret-looking":"x","sign2":"y"}"#),
        "secret-looking".to_owned(),
        signed(&payment(r#""secret-looking":1,"secret-looking":2"#)),
    ] {
        let said = verify(body.as_bytes(), &keys()).unwrap_err().to_string();
        assert!(!said.contains("secret-looking"), "{said}");
    }
}
