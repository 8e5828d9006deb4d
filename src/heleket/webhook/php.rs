//! JSON as PHP prints it after reading it into arrays (PHP manual, `json_encode`).
//!
//! Only what a payload can hold: no float is computed, a number keeps its digits.

use serde_json::value::RawValue;

use super::members::inner;

/// How strings are printed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Style {
    /// `\/` for `/`: without `JSON_UNESCAPED_SLASHES`.
    escapes_slash: bool,
    /// `\uXXXX` for everything beyond ASCII: without `JSON_UNESCAPED_UNICODE`.
    ascii: bool,
}

impl Style {
    pub(super) const fn new(escapes_slash: bool, ascii: bool) -> Self {
        Self {
            escapes_slash,
            ascii,
        }
    }

    /// An object of these members, none of which comes twice. None if one cannot be read.
    pub(super) fn object<'a>(
        self,
        members: impl Iterator<Item = (&'a str, &'a RawValue)>,
    ) -> Option<String> {
        let mut out = String::from("{");
        for (place, (key, value)) in members.enumerate() {
            if place > 0 {
                out.push(',');
            }
            self.string(key, &mut out);
            out.push(':');
            self.value(value, &mut out)?;
        }
        out.push('}');
        Some(out)
    }

    /// The depth was limited before.
    fn value(self, value: &RawValue, out: &mut String) -> Option<()> {
        let text = value.get();
        match text.as_bytes().first()? {
            b'"' => {
                let text: String = serde_json::from_str(text).ok()?;
                self.string(&text, out);
            }
            b'[' => self.list(serde_json::from_str(text).ok()?, out)?,
            b'{' => self.array(inner(value)?, out)?,
            b'-' | b'0'..=b'9' => out.push_str(number(text)),
            _ => out.push_str(text),
        }
        Some(())
    }

    /// An object that PHP has read into an array: of two equal keys the first place and the last
    /// value stay, and what is numbered from 0 is a list, even an empty one.
    fn array(self, members: Vec<(String, &RawValue)>, out: &mut String) -> Option<()> {
        let mut kept: Vec<(String, &RawValue)> = Vec::with_capacity(members.len());
        let mut places = std::collections::HashMap::new();
        for (key, value) in members {
            let place = *places.entry(key.clone()).or_insert(kept.len());
            match kept.get_mut(place) {
                Some(seen) => seen.1 = value,
                None => kept.push((key, value)),
            }
        }
        let mut numbered = kept.iter().enumerate();
        if numbered.all(|(place, (key, _))| *key == place.to_string()) {
            return self.list(kept.into_iter().map(|(_, value)| value).collect(), out);
        }
        let members = kept.iter().map(|(key, value)| (key.as_str(), *value));
        out.push_str(&self.object(members)?);
        Some(())
    }

    fn list(self, items: Vec<&RawValue>, out: &mut String) -> Option<()> {
        out.push('[');
        for (place, item) in items.into_iter().enumerate() {
            if place > 0 {
                out.push(',');
            }
            self.value(item, out)?;
        }
        out.push(']');
        Some(())
    }

    fn string(self, text: &str, out: &mut String) {
        out.push('"');
        for letter in text.chars() {
            match letter {
                '"' => out.push_str("\\\""),
                '\\' => out.push_str("\\\\"),
                '/' if self.escapes_slash => out.push_str("\\/"),
                '\u{8}' => out.push_str("\\b"),
                '\u{c}' => out.push_str("\\f"),
                '\n' => out.push_str("\\n"),
                '\r' => out.push_str("\\r"),
                '\t' => out.push_str("\\t"),
                // The two line ends of JavaScript are escaped even where Unicode is not.
                '\0'..='\u{1f}' | '\u{2028}' | '\u{2029}' => escape(letter, out),
                _ if self.ascii && !letter.is_ascii() => escape(letter, out),
                _ => out.push(letter),
            }
        }
        out.push('"');
    }
}

/// `\uXXXX` in lower case, two of them beyond the basic plane.
fn escape(letter: char, out: &mut String) {
    let mut units = [0; 2];
    for unit in letter.encode_utf16(&mut units) {
        out.push_str(&format!("\\u{unit:04x}"));
    }
}

/// A number as PHP prints it: `10.0` is `10`, and `1.10` is `1.1`. Exponents and what exceeds a
/// double stay as they are: no payload has them.
fn number(text: &str) -> &str {
    let plain = |byte: u8| byte.is_ascii_digit() || matches!(byte, b'.' | b'-');
    if text.contains('.') && text.bytes().all(plain) {
        text.trim_end_matches('0').trim_end_matches('.')
    } else {
        text
    }
}
