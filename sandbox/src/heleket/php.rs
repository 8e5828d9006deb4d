//! JSON as PHP's `json_encode` writes it, which is what the gateway signs and sends.
//!
//! Compact, members in the order they were put in, `/` as `\/`. Confirmed against PHP 8.2 by the
//! vectors in `tests/fixtures/heleket_vectors.json`.

use std::borrow::Cow;
use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

/// A JSON value that keeps the order of its members. Amounts are texts, so there are no fractions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Json {
    Null,
    Bool(bool),
    Int(i64),
    Text(String),
    List(Vec<Json>),
    Object(Vec<(Cow<'static, str>, Json)>),
}

/// What `json_encode` is told about letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Flags {
    /// `/` becomes `\/` (what PHP does unless told `JSON_UNESCAPED_SLASHES`).
    pub(crate) slashes: bool,
    /// Letters beyond ASCII become `\uXXXX` (what PHP does unless told `JSON_UNESCAPED_UNICODE`).
    pub(crate) ascii: bool,
}

impl Flags {
    /// `json_encode($data, JSON_UNESCAPED_UNICODE)`: the text that is signed.
    pub(crate) const SIGNED: Self = Self {
        slashes: true,
        ascii: false,
    };
    /// `json_encode($data)`: PHP without flags, which is how the API answers.
    pub(crate) const PLAIN: Self = Self {
        slashes: true,
        ascii: true,
    };
}

impl Json {
    /// An object of these members.
    pub(crate) fn object<const N: usize>(members: [(&'static str, Json); N]) -> Self {
        Self::Object(
            members
                .into_iter()
                .map(|(name, value)| (Cow::Borrowed(name), value))
                .collect(),
        )
    }

    /// A text.
    pub(crate) fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// A text, or null.
    pub(crate) fn maybe(text: Option<impl Into<String>>) -> Self {
        text.map_or(Self::Null, Self::text)
    }

    /// This value as PHP writes it under `flags`.
    pub(crate) fn encode(&self, flags: Flags) -> String {
        let mut out = String::with_capacity(768);
        self.write(flags, &mut out);
        out
    }

    fn write(&self, flags: Flags, out: &mut String) {
        match self {
            Self::Null => out.push_str("null"),
            Self::Bool(yes) => out.push_str(if *yes { "true" } else { "false" }),
            Self::Int(number) => {
                // Writing into a String cannot fail.
                let _always = write!(out, "{number}");
            }
            Self::Text(text) => write_text(text, flags, out),
            Self::List(items) => {
                out.push('[');
                for (place, item) in items.iter().enumerate() {
                    if place > 0 {
                        out.push(',');
                    }
                    item.write(flags, out);
                }
                out.push(']');
            }
            Self::Object(members) => {
                out.push('{');
                for (place, (name, value)) in members.iter().enumerate() {
                    if place > 0 {
                        out.push(',');
                    }
                    write_text(name, flags, out);
                    out.push(':');
                    value.write(flags, out);
                }
                out.push('}');
            }
        }
    }
}

/// Copies whole runs of letters that stay as they are: pictures are long, and most letters plain.
fn write_text(text: &str, flags: Flags, out: &mut String) {
    out.push('"');
    let mut copied = 0;
    for (place, letter) in text.char_indices() {
        if stays(letter, flags) {
            continue;
        }
        out.push_str(text.get(copied..place).unwrap_or_default());
        copied = place + letter.len_utf8();
        match letter {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '/' => out.push_str("\\/"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            _ => escape(letter, out),
        }
    }
    out.push_str(text.get(copied..).unwrap_or_default());
    out.push('"');
}

fn stays(letter: char, flags: Flags) -> bool {
    match letter {
        '"' | '\\' | '\0'..='\u{1f}' => false,
        '/' => !flags.slashes,
        '\0'..='\u{7f}' => true,
        // The two line separators are escaped whatever the flag says.
        '\u{2028}' | '\u{2029}' => false,
        _ => !flags.ascii,
    }
}

/// `\uXXXX` in lower-case hex; letters beyond the first plane as a pair.
fn escape(letter: char, out: &mut String) {
    let mut units = [0_u16; 2];
    for unit in letter.encode_utf16(&mut units) {
        let _always = write!(out, "\\u{unit:04x}");
    }
}

#[cfg(test)]
mod tests;
