//! Held against vectors that PHP 8.2 itself made.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};

use super::{Flags, Json};
use crate::heleket::sign::sign;

const VECTORS: &str = include_str!("../../../tests/fixtures/heleket_vectors.json");

#[derive(Deserialize)]
struct Vector {
    id: String,
    kind: String,
    key: String,
    body: String,
    sign: Option<String>,
    #[serde(default)]
    signed_string: Option<String>,
}

fn vectors() -> Vec<Vector> {
    serde_json::from_str(VECTORS).expect("the vectors are JSON")
}

/// JSON as it is written, with the order of its members, which a plain map would lose.
struct Plain(Json);

impl<'de> Deserialize<'de> for Plain {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Ordered;
        impl<'de> Visitor<'de> for Ordered {
            type Value = Json;
            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("JSON without fractions")
            }
            fn visit_unit<E>(self) -> Result<Json, E> {
                Ok(Json::Null)
            }
            fn visit_bool<E>(self, yes: bool) -> Result<Json, E> {
                Ok(Json::Bool(yes))
            }
            fn visit_i64<E>(self, number: i64) -> Result<Json, E> {
                Ok(Json::Int(number))
            }
            fn visit_u64<E>(self, number: u64) -> Result<Json, E> {
                Ok(Json::Int(i64::try_from(number).expect("small")))
            }
            fn visit_str<E>(self, text: &str) -> Result<Json, E> {
                Ok(Json::text(text))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Json, A::Error> {
                let mut items = Vec::new();
                while let Some(item) = list.next_element::<Plain>()? {
                    items.push(item.0);
                }
                Ok(Json::List(items))
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Json, A::Error> {
                let mut members = Vec::new();
                while let Some((name, value)) = map.next_entry::<String, Plain>()? {
                    members.push((Cow::Owned(name), value.0));
                }
                Ok(Json::Object(members))
            }
        }
        deserializer.deserialize_any(Ordered).map(Self)
    }
}

fn without_sign(body: &str) -> Json {
    let Plain(body) = serde_json::from_str(body).expect("a webhook is JSON");
    match body {
        Json::Object(members) => Json::Object(
            members
                .into_iter()
                .filter(|(name, _)| name != "sign")
                .collect(),
        ),
        other @ (Json::Null | Json::Bool(_) | Json::Int(_) | Json::Text(_) | Json::List(_)) => {
            other
        }
    }
}

#[test]
fn requests_are_signed_as_the_vectors_say() {
    let requests: Vec<Vector> = vectors()
        .into_iter()
        .filter(|v| v.kind == "request")
        .collect();
    assert_eq!(requests.len(), 7, "the fixture has seven request vectors");
    for vector in requests {
        assert_eq!(
            Some(sign(vector.body.as_bytes(), &vector.key)),
            vector.sign,
            "{}",
            vector.id
        );
    }
}

#[test]
fn webhooks_are_encoded_and_signed_as_php_does_it() {
    let genuine: Vec<Vector> = vectors()
        .into_iter()
        .filter(|v| v.id.starts_with('W'))
        .collect();
    assert_eq!(genuine.len(), 7, "the fixture has seven genuine webhooks");
    for vector in genuine {
        let text = without_sign(&vector.body).encode(Flags::SIGNED);
        assert_eq!(Some(&text), vector.signed_string.as_ref(), "{}", vector.id);
        assert_eq!(
            Some(sign(text.as_bytes(), &vector.key)),
            vector.sign,
            "{}",
            vector.id
        );
    }
}

#[test]
fn webhooks_that_were_changed_on_the_way_no_longer_match() {
    let forged: Vec<Vector> = vectors()
        .into_iter()
        .filter(|v| v.id.starts_with('N'))
        .collect();
    assert_eq!(forged.len(), 4, "the fixture has four bad webhooks");
    for vector in forged {
        let text = without_sign(&vector.body).encode(Flags::SIGNED);
        let carried = vector.body.contains(&sign(text.as_bytes(), &vector.key));
        assert!(!carried, "{}", vector.id);
    }
}

#[test]
fn each_kind_of_letter_is_written_by_the_rules_of_php() {
    let text = Json::text("a\"\\/\u{8}\u{c}\n\r\t\u{1}\u{7f}<>&'\u{2028}\u{2029}Ж😀");
    assert_eq!(
        text.encode(Flags::SIGNED),
        "\"a\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0001\u{7f}<>&'\\u2028\\u2029Ж😀\""
    );
    assert_eq!(
        text.encode(Flags::PLAIN),
        "\"a\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0001\u{7f}<>&'\\u2028\\u2029\\u0416\\ud83d\\ude00\""
    );
}
