//! The parameters of a call, from wherever they came: the address, a form, JSON, multipart.
//!
//! As in the original every value is a text at first: a number may be written as `7` or `"7"`, and
//! an object may be JSON inside a text.

use std::collections::BTreeMap;
use std::convert::Infallible;

use bytes::Bytes;
use futures_util::{FutureExt as _, stream};
use multer::Multipart;
use serde_json::Value;

use super::refusal::Refusal;

/// The parameters.
#[derive(Debug, Clone, Default)]
pub(crate) struct Params {
    texts: BTreeMap<String, String>,
    files: BTreeMap<String, Bytes>,
}

impl Params {
    /// Reads what came in the address and in a body of this content type.
    pub(crate) fn read(
        query: &str,
        content_type: Option<&str>,
        body: Bytes,
    ) -> Result<Self, Refusal> {
        let mut params = Self::default();
        params.read_form(query.as_bytes());
        let kind = content_type.unwrap_or_default().trim();
        let essence = kind.split(';').next().unwrap_or_default().trim();
        if body.is_empty() {
            return Ok(params);
        }
        if essence.eq_ignore_ascii_case("application/json") {
            params.read_json(&body)?;
        } else if essence.eq_ignore_ascii_case("multipart/form-data") {
            params.read_multipart(kind, body)?;
        } else if essence.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
            params.read_form(&body);
        }
        Ok(params)
    }

    /// A text; an empty one is none.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.texts
            .get(name)
            .map(String::as_str)
            .filter(|text| !text.is_empty())
    }

    /// True when the parameter is there, even if empty.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.texts.contains_key(name)
    }

    /// A whole number; what is none counts as absent, as in the original.
    pub(crate) fn whole(&self, name: &str) -> Option<i64> {
        self.text(name)?.trim().parse().ok()
    }

    /// True where it is said.
    pub(crate) fn flag(&self, name: &str) -> bool {
        self.text(name).is_some_and(|text| {
            let text = text.to_ascii_lowercase();
            text == "true" || text == "yes" || text == "1"
        })
    }

    /// A value in JSON, or what is wrong with it.
    pub(crate) fn json(&self, name: &str) -> Result<Option<Value>, serde_json::Error> {
        self.text(name).map(serde_json::from_str).transpose()
    }

    /// An uploaded file: the part of this name.
    pub(crate) fn file(&self, name: &str) -> Option<&Bytes> {
        self.files.get(name)
    }

    fn read_form(&mut self, text: &[u8]) {
        for (name, value) in url::form_urlencoded::parse(text) {
            self.texts.insert(name.into_owned(), value.into_owned());
        }
    }

    fn read_json(&mut self, body: &[u8]) -> Result<(), Refusal> {
        let wrong = || Refusal::bad("can't parse request body as a JSON object");
        let Value::Object(members) = serde_json::from_slice(body).map_err(|_| wrong())? else {
            return Err(wrong());
        };
        for (name, value) in members {
            let text = match value {
                Value::Null => continue,
                Value::String(text) => text,
                Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
                    value.to_string()
                }
            };
            self.texts.insert(name, text);
        }
        Ok(())
    }

    /// Everything is in memory, so the parser never waits.
    fn read_multipart(&mut self, kind: &str, body: Bytes) -> Result<(), Refusal> {
        let read = async {
            let boundary = multer::parse_boundary(kind)?;
            let whole = stream::once(std::future::ready(Ok::<Bytes, Infallible>(body)));
            let mut parts = Multipart::new(whole, boundary);
            while let Some(part) = parts.next_field().await? {
                let name = part.name().unwrap_or_default().to_owned();
                if part.file_name().is_some() {
                    self.files.insert(name, part.bytes().await?);
                } else {
                    self.texts.insert(name, part.text().await?);
                }
            }
            Ok::<(), multer::Error>(())
        };
        let wrong = |why: String| Refusal::bad(format!("can't parse multipart form data: {why}"));
        match read.now_or_never() {
            Some(Ok(())) => Ok(()),
            Some(Err(why)) => Err(wrong(why.to_string())),
            None => Err(wrong("it ends too early".to_owned())),
        }
    }
}
