//! What a driver asks for: JSON whose every mistake is named, with what was expected.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};
use rust_decimal::Decimal;
use serde_json::{Map, Value, json};

use crate::heleket::fields::{exact, plain_decimal};
use crate::heleket::invoice::life::NotNow;

/// Why a driver's call was not done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Wrong {
    /// 400: a field, or the body.
    Field { field: String, message: String },
    /// 404: something that is not there.
    Missing(String),
    /// 409: not in this state.
    State(String),
    /// 403: a web page of somebody else asks.
    Stranger,
}

impl Wrong {
    /// A field that is not as expected.
    pub(crate) fn field(field: &str, expected: &str, got: impl std::fmt::Display) -> Self {
        Self::Field {
            field: field.to_owned(),
            message: format!("expected {expected}, got {got}"),
        }
    }

    /// A field that is needed and is not there.
    pub(crate) fn absent(field: &str, expected: &str) -> Self {
        Self::field(field, expected, "nothing")
    }

    /// The answer.
    pub(crate) fn answer(&self) -> HttpResponse {
        let (status, error) = match self {
            Self::Field { field, message } => (
                StatusCode::BAD_REQUEST,
                json!({"field": field, "message": message}),
            ),
            Self::Missing(message) => (StatusCode::NOT_FOUND, json!({"message": message})),
            Self::State(message) => (StatusCode::CONFLICT, json!({"message": message})),
            Self::Stranger => (
                StatusCode::FORBIDDEN,
                json!({"message": "a page of another site may not drive the sandbox"}),
            ),
        };
        HttpResponse::build(status).json(json!({"error": error}))
    }
}

impl From<NotNow> for Wrong {
    fn from(why: NotNow) -> Self {
        Self::State(why.0)
    }
}

/// Refuses what a web page of another origin sends: browsers say where a page is from.
pub(crate) fn refuse_strangers(request: &HttpRequest) -> Result<(), Wrong> {
    let header = |name| {
        let value = request.headers().get(name)?;
        value.to_str().ok()
    };
    let own = header("host").map(|host| format!("http://{host}"));
    match header("origin") {
        Some(origin) if own.as_deref() != Some(origin) => Err(Wrong::Stranger),
        Some(_) | None => Ok(()),
    }
}

/// The fields of a body.
#[derive(Debug)]
pub(crate) struct Asked(Map<String, Value>);

impl Asked {
    /// Reads a JSON object that has no other fields than `known`. No body at all is an empty one.
    pub(crate) fn read(body: &[u8], known: &[&str]) -> Result<Self, Wrong> {
        let object = || "a JSON object".to_owned();
        let map = if body.iter().all(u8::is_ascii_whitespace) {
            Map::new()
        } else {
            match serde_json::from_slice(body) {
                Ok(Value::Object(map)) => map,
                Ok(other) => return Err(Wrong::field("body", &object(), kind(&other))),
                Err(why) => return Err(Wrong::field("body", &object(), why)),
            }
        };
        if let Some(stranger) = map.keys().find(|name| !known.contains(&name.as_str())) {
            let expected = match known {
                [] => "no fields here".to_owned(),
                known => format!("one of the fields {}", known.join(", ")),
            };
            return Err(Wrong::field(stranger, &expected, "this one"));
        }
        Ok(Self(map))
    }

    /// True when the field is there.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.value(name).is_some()
    }

    /// True when the field is there and says `null`.
    pub(crate) fn is_null(&self, name: &str) -> bool {
        self.0.get(name).is_some_and(Value::is_null)
    }

    /// A list of whole numbers from `least` to `most`.
    pub(crate) fn wholes(
        &self,
        name: &str,
        least: i64,
        most: i64,
    ) -> Result<Option<Vec<i64>>, Wrong> {
        let Some(value) = self.value(name) else {
            return Ok(None);
        };
        let one = |value: &Value| value.as_i64().filter(|one| (least..=most).contains(one));
        let list = value
            .as_array()
            .and_then(|list| list.iter().map(one).collect());
        list.map(Some).ok_or_else(|| {
            let expected = format!("a list of whole numbers from {least} to {most}");
            Wrong::field(name, &expected, value)
        })
    }

    /// A text.
    pub(crate) fn text(&self, name: &str) -> Result<Option<&str>, Wrong> {
        match self.value(name) {
            Some(Value::String(text)) => Ok(Some(text)),
            Some(other) => Err(Wrong::field(name, "a text", kind(other))),
            None => Ok(None),
        }
    }

    /// One of `words`, as what stands beside it.
    pub(crate) fn word<T: Copy>(
        &self,
        name: &str,
        words: &[(&str, T)],
    ) -> Result<Option<T>, Wrong> {
        let Some(text) = self.text(name)? else {
            return Ok(None);
        };
        let found = words.iter().find(|(word, _)| *word == text);
        found.map(|(_, meant)| Some(*meant)).ok_or_else(|| {
            let list: Vec<String> = words
                .iter()
                .map(|(word, _)| format!("\"{word}\""))
                .collect();
            Wrong::field(
                name,
                &format!("one of {}", list.join(", ")),
                format!("\"{text}\""),
            )
        })
    }

    /// True or false.
    pub(crate) fn boolean(&self, name: &str) -> Result<Option<bool>, Wrong> {
        match self.value(name) {
            Some(Value::Bool(yes)) => Ok(Some(*yes)),
            Some(other) => Err(Wrong::field(name, "true or false", kind(other))),
            None => Ok(None),
        }
    }

    /// A whole number from `least` to `most`.
    pub(crate) fn whole(&self, name: &str, least: u64, most: u64) -> Result<Option<u64>, Wrong> {
        let Some(value) = self.value(name) else {
            return Ok(None);
        };
        match value
            .as_u64()
            .filter(|number| (least..=most).contains(number))
        {
            Some(number) => Ok(Some(number)),
            None => {
                let expected = format!("a whole number from {least} to {most}");
                Err(Wrong::field(name, &expected, value))
            }
        }
    }

    /// A whole number of either sign.
    pub(crate) fn integer(&self, name: &str) -> Result<Option<i64>, Wrong> {
        let Some(value) = self.value(name) else {
            return Ok(None);
        };
        let number = value.as_i64().map(Some);
        number.ok_or_else(|| Wrong::field(name, "a whole number", value))
    }

    /// A number or a decimal text, not below zero.
    pub(crate) fn decimal(&self, name: &str) -> Result<Option<Decimal>, Wrong> {
        let Some(value) = self.value(name) else {
            return Ok(None);
        };
        let decimal = match value {
            Value::Number(number) => exact(number),
            Value::String(text) => plain_decimal(text),
            Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
        };
        match decimal.filter(|decimal| *decimal >= Decimal::ZERO) {
            Some(decimal) => Ok(Some(decimal)),
            None => Err(Wrong::field(name, "a decimal like \"12.34\"", value)),
        }
    }

    /// Every field with its name.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    fn value(&self, name: &str) -> Option<&Value> {
        self.0.get(name).filter(|value| !value.is_null())
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}
