use proptest::prelude::*;

use super::*;

const HEADER: &str = "stel_ssid=0123456789abcdef01_12345678901234567890; stel_dt=-180; \
                      stel_token=aa11; stel_ton_token=bb22; _ga=GA1.2.3";

fn names(text: &CookieText) -> Vec<&str> {
    text.0.0.keys().map(|key| key.name.as_str()).collect()
}

#[test]
fn a_header_a_list_and_an_object_are_the_same_cookies() {
    let list = r#"[{"domain":".fragment.com","name":"stel_ssid","value":"0123456789abcdef01_12345678901234567890","hostOnly":false},
        {"name":"stel_dt","value":"-180"},{"name":"stel_token","value":"aa11"},
        {"name":"stel_ton_token","value":"bb22"},{"name":"_ga","value":"GA1.2.3"}]"#;
    let object = r#"{"stel_ssid":"0123456789abcdef01_12345678901234567890","stel_dt":"-180",
        "stel_token":"aa11","stel_ton_token":"bb22"}"#;
    let state = format!(r#"{{"cookies":{list},"origins":[]}}"#);
    let header = CookieText::parse(HEADER).unwrap();
    assert_eq!(
        names(&header),
        ["stel_dt", "stel_ssid", "stel_token", "stel_ton_token"]
    );
    let with_name = format!("Cookie: {HEADER}\n");
    for other in [list, object, &state, &with_name] {
        assert!(CookieText::parse(other).unwrap() == header, "{other}");
    }
}

#[test]
fn what_is_wrong_is_named_and_never_repeated() {
    let long = format!("stel_ssid={}; stel_token=a", "x".repeat(5000));
    for (text, why) in [
        ("  ", BadCookies::Empty),
        ("stel_ssid", BadCookies::Header),
        ("hunter2", BadCookies::Header),
        ("stel_ssid=hunter2", BadCookies::Missing("stel_token")),
        ("stel_token=hunter2", BadCookies::Missing("stel_ssid")),
        (
            "stel_ssid=hunter2; stel_ssid=other; stel_token=a",
            BadCookies::Twice("stel_ssid"),
        ),
        (
            "stel_ssid=hun\u{1f36a}ter2; stel_token=a",
            BadCookies::Value("stel_ssid"),
        ),
        (&long, BadCookies::Value("stel_ssid")),
        ("[{\"name\":\"hunter2\"}]", BadCookies::Shape),
        (
            "{\"hunter2\":",
            BadCookies::Json {
                line: 1,
                column: 11,
            },
        ),
        ("{\"hunter2\":1}", BadCookies::Shape),
    ] {
        let refused = CookieText::parse(text).unwrap_err();
        assert_eq!(refused, why, "{text}");
        assert!(!refused.to_string().contains("hunter2"), "{refused}");
    }
}

#[test]
fn nothing_prints_a_value() {
    let text = CookieText::parse(HEADER).unwrap();
    let shown = format!("{text:?} {:?} {:?}", text.0, text.to_jar());
    for secret in ["0123456789", "aa11", "bb22", "-180"] {
        assert!(!shown.contains(secret), "{shown}");
    }
}

#[test]
fn a_jar_is_read_as_it_was_kept_and_nothing_else_is() {
    let text = CookieText::parse(HEADER).unwrap();
    let read = CookieJar::of(&text.to_jar()).unwrap();
    assert!(read == text.0);
    assert_eq!(
        read.session(),
        Some("0123456789abcdef01_12345678901234567890")
    );
    for other in ["", "{}", r#"{"form":2,"cookies":[]}"#] {
        assert_eq!(CookieJar::of(&Jar::new(other.as_bytes())), Err(BadJar));
    }
}

proptest! {
    #[test]
    fn no_text_panics_and_what_is_read_holds_a_login(text: String) {
        if let Ok(read) = CookieText::parse(&text) {
            prop_assert!(read.0.has(SESSION) && read.0.has(TOKEN));
        }
    }

    #[test]
    fn values_survive(ssid in "[a-z0-9_]{1,40}", token in "[A-Za-z0-9_-]{1,200}") {
        let text = CookieText::parse(&format!("stel_ssid={ssid}; stel_token={token}")).unwrap();
        let read = CookieJar::of(&text.to_jar()).unwrap();
        prop_assert_eq!(read.session(), Some(ssid.as_str()));
    }
}
