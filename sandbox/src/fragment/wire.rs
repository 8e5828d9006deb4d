//! How the site writes things down: JSON as PHP makes it, and text inside HTML.

use std::fmt::Write as _;

use serde_json::Value;

/// JSON with `/` as `\/` and letters beyond ASCII as `\uXXXX`: it may also stand inside a script.
pub(super) fn encode(value: &Value) -> String {
    let mut out = String::new();
    for letter in value.to_string().chars() {
        match letter {
            '/' => out.push_str("\\/"),
            '\0'..='\x7f' => out.push(letter),
            _ => {
                for unit in letter.encode_utf16(&mut [0; 2]) {
                    // Writing into a String cannot fail.
                    let _always = write!(out, "\\u{unit:04x}");
                }
            }
        }
    }
    out
}

/// Puts a member into an object.
pub(super) fn put(object: &mut Value, name: &str, value: impl Into<Value>) {
    if let Some(members) = object.as_object_mut() {
        members.insert(name.to_owned(), value.into());
    }
}

/// A text as it stands in HTML.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#039;"),
            _ => out.push(letter),
        }
    }
    out
}
