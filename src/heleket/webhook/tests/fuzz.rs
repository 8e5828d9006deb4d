//! Arbitrary bodies, and arbitrary bodies that were signed. Runs for a second under `cargo test`;
//! `cargo bolero test` runs the same targets for as long as one likes.

use std::time::Duration;

use serde_json::Value;

use super::super::verify;
use super::reference::{Draw, Flags, RECIPE, json_encode, webhook};
use super::{PAYMENT, keys};

/// Long enough to see most of what short inputs reach; the suite must stay quick.
const TIME: Duration = Duration::from_millis(1_500);

/// Every way of printing a body.
fn every_way() -> impl Iterator<Item = Flags> {
    (0..8_u8).map(|bits| Flags {
        unescaped_slashes: bits & 1 != 0,
        unescaped_unicode: bits & 2 != 0,
        spaces: bits & 4 != 0,
    })
}

#[test]
fn no_body_makes_it_panic_or_is_believed_without_the_key() {
    let keys = keys();
    bolero::check!()
        .with_test_time(TIME)
        .with_max_len(2_048)
        .for_each(|body: &[u8]| {
            assert!(verify(body, &keys).is_err(), "believed: {body:?}");
            // As it is, nearly all of them fail at the first byte: once more as an object.
            let text = String::from_utf8_lossy(body);
            let sign = "0123456789abcdef0123456789abcdef";
            let object = format!(
                r#"{{"type":"payment","uuid":"u","order_id":"o","status":"paid",{text},"sign":"{sign}"}}"#
            );
            assert!(verify(object.as_bytes(), &keys).is_err(), "believed: {object}");
        });
}

#[test]
fn whatever_php_signs_is_believed_however_it_was_written() {
    let keys = keys();
    bolero::check!()
        .with_test_time(TIME)
        .with_max_len(256)
        .for_each(|bytes: &[u8]| {
            let members = Draw(bytes).webhook();
            // Signed as the recipe says or with other flags, written with any.
            for text in every_way().filter(|flags| !flags.spaces) {
                for wire in every_way() {
                    let body = webhook(&members, wire, text, PAYMENT);
                    let verified = verify(body.as_bytes(), &keys);
                    let verified = verified.unwrap_or_else(|why| panic!("{why}: {body}"));
                    assert_eq!(verified.order_id, "ord-1001");
                }
            }
        });
}

#[test]
fn a_body_with_one_byte_changed_is_believed_only_if_it_means_the_same() {
    let keys = keys();
    let meaning = |body: &[u8]| -> Option<Value> {
        let mut value: Value = serde_json::from_slice(body).ok()?;
        value.as_object_mut()?.remove("sign");
        Some(value)
    };
    bolero::check!()
        .with_test_time(TIME)
        .with_max_len(256)
        .for_each(|bytes: &[u8]| {
            let Some((place, byte, rest)) = bytes
                .split_at_checked(3)
                .map(|(head, rest)| (u16::from_le_bytes([head[0], head[1]]), head[2], rest))
            else {
                return;
            };
            let members = Draw(rest).webhook();
            let good = webhook(&members, RECIPE, RECIPE, PAYMENT).into_bytes();
            let mut changed = good.clone();
            let place = usize::from(place) % changed.len();
            changed[place] = byte;
            if verify(&changed, &keys).is_ok() {
                let text = String::from_utf8_lossy(&changed);
                assert_eq!(meaning(&changed), meaning(&good), "{text}");
            }
        });
}

#[test]
fn the_reference_prints_as_php_does() {
    use super::reference::Php;
    let value = Php::Array(vec![
        ("a/b".into(), Php::Text("1/2 Ж 😀 \u{2028}\u{1}\"".into())),
        ("list".into(), Php::Array(vec![("0".into(), Php::Null)])),
        ("empty".into(), Php::Array(vec![])),
        ("n".into(), Php::Int(-7)),
        ("yes".into(), Php::Bool(true)),
    ]);
    assert_eq!(
        json_encode(&value, RECIPE),
        r#"{"a\/b":"1\/2 Ж 😀 \u2028\u0001\"","list":[null],"empty":[],"n":-7,"yes":true}"#
    );
    let plain = Flags {
        unescaped_slashes: true,
        unescaped_unicode: false,
        spaces: false,
    };
    assert_eq!(
        json_encode(&value, plain),
        r#"{"a/b":"1/2 \u0416 \ud83d\ude00 \u2028\u0001\"","list":[null],"empty":[],"n":-7,"yes":true}"#
    );
}
