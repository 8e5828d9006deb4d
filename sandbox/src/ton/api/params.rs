//! What a call was given: the query of a GET, the JSON object of a POST.

use serde_json::Value;
use tycho_types::models::StdAddr;
use tycho_types::prelude::HashBytes;

use super::refusal::Refusal;
use crate::ton::text;

/// Values by name; a name may come more than once.
#[derive(Debug, Default)]
pub(crate) struct Params(Vec<(String, String)>);

impl Params {
    /// Those of a query.
    pub(crate) fn of_query(query: &str) -> Self {
        let pairs = url::form_urlencoded::parse(query.as_bytes());
        Self(pairs.into_owned().collect())
    }

    /// Those of a JSON object.
    pub(crate) fn of_json(body: &[u8]) -> Result<Self, Refusal> {
        let wrong = |why: &str| Refusal::new(422, format!("failed to parse post request: {why}"));
        match serde_json::from_slice(body) {
            Ok(value) => Self::of_value(&value).ok_or_else(|| wrong("expected an object")),
            Err(why) => Err(wrong(&why.to_string())),
        }
    }

    /// Those of a JSON value that is an object.
    pub(crate) fn of_value(value: &Value) -> Option<Self> {
        let mut pairs = Vec::new();
        for (name, value) in value.as_object()? {
            let values = value
                .as_array()
                .map_or(std::slice::from_ref(value), Vec::as_slice);
            let values = values.iter().filter_map(scalar);
            pairs.extend(values.map(|value| (name.clone(), value)));
        }
        Some(Self(pairs))
    }

    /// The first value of this name that is not empty.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        let mut named = self.0.iter().filter(|(other, _)| other == name);
        named
            .find(|(_, value)| !value.is_empty())
            .map(|(_, value)| value.as_str())
    }

    /// Every value of this name that is not empty.
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let named = self.0.iter().filter(move |(other, _)| other == name);
        named
            .map(|(_, value)| value.as_str())
            .filter(|value| !value.is_empty())
    }

    /// A whole number, not below zero.
    pub(crate) fn number(&self, name: &str) -> Result<Option<u64>, Refusal> {
        let Some(text) = self.text(name) else {
            return Ok(None);
        };
        let wrong = || Refusal::new(422, format!("failed to parse {name}"));
        text.trim().parse().map(Some).map_err(|_| wrong())
    }

    /// A number of rows from one to `most`.
    pub(crate) fn limit(&self, usual: u64, most: u64) -> Result<usize, Refusal> {
        let limit = self.number("limit")?.unwrap_or(usual);
        let wrong = if limit == 0 {
            "limit should be positive".to_owned()
        } else if limit > most {
            format!("limit should be less or equal {most}")
        } else {
            return Ok(usize::try_from(limit).unwrap_or(usize::MAX));
        };
        Err(Refusal::new(
            422,
            format!("failed to validate request: {wrong}"),
        ))
    }

    /// The account that is asked about.
    pub(crate) fn address(&self) -> Result<StdAddr, Refusal> {
        let wrong = || Refusal::new(422, "failed to parse address".to_owned());
        let text = self.text("address").ok_or_else(wrong)?;
        text::address(text).ok_or_else(wrong)
    }

    /// Every address of this name.
    pub(crate) fn addresses(&self, name: &str) -> Result<Vec<StdAddr>, Refusal> {
        let texts = self.all(name);
        let read = texts.map(|text| {
            text::address(text)
                .ok_or_else(|| Refusal::new(422, format!("failed to parse {name}: \"{text}\"")))
        });
        read.collect()
    }

    /// A hash in any form.
    pub(crate) fn hash(&self, name: &str) -> Result<Option<HashBytes>, Refusal> {
        let Some(text) = self.text(name) else {
            return Ok(None);
        };
        let wrong = || Refusal::new(422, format!("failed to parse {name}"));
        text::hash(text).map(Some).ok_or_else(wrong)
    }
}

fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(yes) => Some(yes.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}
