//! The members of a body in their order, each with the text in which it arrived.

use std::collections::BTreeSet;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::{LARGEST, Rejected};

/// Real bodies are two deep.
const DEEPEST: usize = 32;

/// Real bodies have about twenty members.
const MOST_MEMBERS: usize = 256;

/// One member of an object.
pub(super) struct Member<'a> {
    /// The key, read.
    pub(super) key: String,
    /// The key as it arrived, with its quotes.
    pub(super) raw_key: &'a str,
    /// The value as it arrived.
    pub(super) value: &'a RawValue,
}

/// The members of a body that is an object of moderate size and depth, each key once.
pub(super) fn read(body: &[u8]) -> Result<Vec<Member<'_>>, Rejected> {
    let malformed = |what| Err(Rejected::Malformed(what));
    if body.len() > LARGEST {
        return malformed("is larger than 64 KiB");
    }
    let Ok(text) = std::str::from_utf8(body) else {
        return malformed("is not UTF-8");
    };
    if is_too_deep(text) {
        return malformed("is nested deeper than 32 levels");
    }
    let Ok(Pairs(pairs)) = serde_json::from_str(text) else {
        return malformed("is not one JSON object");
    };
    if pairs.len() > MOST_MEMBERS {
        return malformed("has more than 256 members");
    }
    let mut keys = BTreeSet::new();
    let mut members = Vec::with_capacity(pairs.len());
    for (raw_key, value) in pairs {
        let Ok(key) = serde_json::from_str::<String>(raw_key.get()) else {
            return malformed("has a key that is not Unicode");
        };
        if !keys.insert(key.clone()) {
            return malformed("has a key twice");
        }
        members.push(Member {
            key,
            raw_key: raw_key.get(),
            value,
        });
    }
    Ok(members)
}

/// The members of an inner object in their order; keys may come twice.
pub(super) fn inner(object: &RawValue) -> Option<Vec<(String, &RawValue)>> {
    let Pairs(pairs) = serde_json::from_str(object.get()).ok()?;
    let members = pairs.into_iter().map(|(key, value)| {
        let key = serde_json::from_str(key.get()).ok()?;
        Some((key, value))
    });
    members.collect()
}

/// Counted before anything walks the body, so that no walk needs a limit of its own.
fn is_too_deep(text: &str) -> bool {
    let (mut depth, mut deepest) = (0_usize, 0_usize);
    let (mut quoted, mut escaped) = (false, false);
    for byte in text.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b'{' | b'[' if !quoted => depth = depth.saturating_add(1),
            b'}' | b']' if !quoted => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    deepest > DEEPEST
}

/// An object as pairs; a map would lose their order and hide a key that comes twice.
struct Pairs<'a>(Vec<(&'a RawValue, &'a RawValue)>);

impl<'de> Deserialize<'de> for Pairs<'de> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_map(InOrder)
    }
}

struct InOrder;

impl<'de> Visitor<'de> for InOrder {
    type Value = Pairs<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Pairs<'de>, M::Error> {
        let mut pairs = Vec::new();
        while let Some(pair) = map.next_entry()? {
            pairs.push(pair);
        }
        Ok(Pairs(pairs))
    }
}
