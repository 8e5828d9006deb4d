//! The fields of a request, held against the gateway's rules.
//!
//! What is wrong is gathered and answered all at once, by the names that its validation uses. The
//! rules' names beyond `required`, `required_without` and `regex` are a guess after its framework.

use rust_decimal::Decimal;
use serde_json::{Map, Number, Value};

use super::refusal::{FieldErrors, Refusal};

/// A request's fields while they are read.
#[derive(Debug)]
pub(crate) struct Fields {
    map: Map<String, Value>,
    errors: FieldErrors,
}

impl Fields {
    /// The fields of a body. What is no JSON object has none, as in the gateway's framework.
    pub(crate) fn of(body: &[u8]) -> Self {
        let map = match serde_json::from_slice(body) {
            Ok(Value::Object(map)) => map,
            Ok(_) | Err(_) => Map::new(),
        };
        Self {
            map,
            errors: Vec::new(),
        }
    }

    /// Notes what is wrong with a field.
    pub(crate) fn wrong(&mut self, name: &'static str, rule: &str) {
        let rule = format!("validation.{rule}");
        match self.errors.iter_mut().find(|(other, _)| *other == name) {
            Some((_, rules)) => rules.push(rule),
            None => self.errors.push((name, vec![rule])),
        }
    }

    /// All right, or everything that is wrong.
    pub(crate) fn finish(self) -> Result<(), Refusal> {
        if self.errors.is_empty() {
            Ok(())
        } else {
            Err(Refusal::Fields(self.errors))
        }
    }

    /// A text of `least` to `most` letters, or none.
    pub(crate) fn text(&mut self, name: &'static str, least: usize, most: usize) -> Option<String> {
        let text = match self.value(name)? {
            Value::String(text) => text,
            Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::Array(_)
            | Value::Object(_) => {
                self.wrong(name, "string");
                return None;
            }
        };
        let length = text.chars().count();
        if length < least {
            self.wrong(name, "min.string");
        } else if length > most {
            self.wrong(name, "max.string");
        }
        Some(text)
    }

    /// The same, and it has to be there.
    pub(crate) fn required_text(
        &mut self,
        name: &'static str,
        least: usize,
        most: usize,
    ) -> Option<String> {
        if self.value(name).is_none() {
            self.wrong(name, "required");
            return None;
        }
        self.text(name, least, most)
    }

    /// Letters, digits, `-` and `_`.
    pub(crate) fn required_name(&mut self, name: &'static str, most: usize) -> Option<String> {
        let text = self.required_text(name, 1, most)?;
        if !is_alpha_dash(&text) {
            self.wrong(name, "alpha_dash");
        }
        Some(text)
    }

    /// `http://…` or `https://…`, 6 to `most` letters.
    pub(crate) fn url(&mut self, name: &'static str, most: usize) -> Option<String> {
        let text = self.text(name, 6, most)?;
        let parsed = url::Url::parse(&text);
        if !parsed.is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host()) {
            self.wrong(name, "url");
        }
        Some(text)
    }

    /// True or false, in the forms that the framework takes.
    pub(crate) fn boolean(&mut self, name: &'static str) -> Option<bool> {
        let value = self.value(name)?;
        let zero_or_one = match &value {
            Value::Bool(yes) => return Some(*yes),
            Value::Number(number) => number.to_string(),
            Value::String(text) => text.clone(),
            Value::Null | Value::Array(_) | Value::Object(_) => String::new(),
        };
        match zero_or_one.as_str() {
            "1" => Some(true),
            "0" => Some(false),
            _ => {
                self.wrong(name, "boolean");
                None
            }
        }
    }

    /// A whole number from `least` to `most`.
    pub(crate) fn integer(&mut self, name: &'static str, least: i64, most: i64) -> Option<i64> {
        let number = self.decimal(name, "integer")?;
        match i64::try_from(number) {
            Ok(whole) if Decimal::from(whole) == number => {
                self.within(name, number, least, most);
                Some(whole)
            }
            Ok(_) | Err(_) => {
                self.wrong(name, "integer");
                None
            }
        }
    }

    /// A number from `least` to `most`, with a fraction if it likes.
    pub(crate) fn number(&mut self, name: &'static str, least: i64, most: i64) -> Option<Decimal> {
        let number = self.decimal(name, "numeric")?;
        self.within(name, number, least, most);
        Some(number)
    }

    /// One of these words.
    pub(crate) fn one_of(&mut self, name: &'static str, words: &[&str]) -> Option<String> {
        let word = self.text(name, 1, 255)?;
        if !words.contains(&word.as_str()) {
            self.wrong(name, "in");
        }
        Some(word)
    }

    /// Pairs of a coin and, where given, a network.
    pub(crate) fn coins(&mut self, name: &'static str) -> Option<Vec<(String, Option<String>)>> {
        let Value::Array(items) = self.value(name)? else {
            self.wrong(name, "array");
            return None;
        };
        let text =
            |item: &Value, key: &str| item.get(key).and_then(Value::as_str).map(str::to_owned);
        let pairs: Option<Vec<_>> = items
            .iter()
            .map(|item| Some((text(item, "currency")?, text(item, "network"))))
            .collect();
        if pairs.is_none() {
            self.wrong(name, "required");
        }
        pairs
    }

    /// True when the field is there and not null.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.value(name).is_some()
    }

    /// A value that is there: null and the empty text count as absent.
    fn value(&self, name: &str) -> Option<Value> {
        self.map
            .get(name)
            .filter(|value| !value.is_null() && value.as_str() != Some(""))
            .cloned()
    }

    fn decimal(&mut self, name: &'static str, rule: &str) -> Option<Decimal> {
        let number = match self.value(name)? {
            Value::Number(number) => exact(&number),
            Value::String(text) => text.parse().ok(),
            Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
        };
        if number.is_none() {
            self.wrong(name, rule);
        }
        number
    }

    fn within(&mut self, name: &'static str, number: Decimal, least: i64, most: i64) {
        if number < Decimal::from(least) {
            self.wrong(name, "min.numeric");
        } else if number > Decimal::from(most) {
            self.wrong(name, "max.numeric");
        }
    }
}

/// The number as it was written, as far as JSON keeps it.
pub(crate) fn exact(number: &Number) -> Option<Decimal> {
    let text = number.to_string();
    text.parse()
        .or_else(|_| Decimal::from_scientific(&text))
        .ok()
}

/// `[A-Za-z0-9_-]+`.
pub(crate) fn is_alpha_dash(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-')
}

/// Digits with at most one point between digits, no sign; at most 20 letters, as a sum has.
pub(crate) fn plain_decimal(text: &str) -> Option<Decimal> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    (text.len() <= 20 && digits(whole) && digits(fraction))
        .then(|| text.parse().ok())
        .flatten()
}
