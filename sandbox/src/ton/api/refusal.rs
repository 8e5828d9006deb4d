//! How the servers refuse: one text and one status, in the shape of each API.

use serde_json::{Value, json};
use tycho_types::error::Error;

use super::call::Version;

/// Why a call is not answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    /// The HTTP status.
    pub(crate) status: u16,
    /// What is said.
    pub(crate) text: String,
}

impl Refusal {
    /// A refusal with this status and text.
    pub(crate) fn new(status: u16, text: String) -> Self {
        Self { status, text }
    }

    /// Too many calls.
    pub(crate) fn too_fast() -> Self {
        Self::new(429, "Ratelimit exceed".to_owned())
    }

    /// No such path.
    pub(crate) fn no_such_call() -> Self {
        Self::new(404, "Not Found".to_owned())
    }

    /// The answer's body.
    pub(crate) fn body(&self, version: Version, extra: &str) -> Value {
        let Self { status, text } = self;
        match (status, version) {
            (429, _) => json!({"ok": false, "result": text}),
            (404, Version::Second) => json!({"detail": text}),
            (_, Version::Second) => {
                json!({"ok": false, "error": text, "code": status, "@extra": extra})
            }
            (_, Version::Third) => json!({"error": text}),
        }
    }
}

impl From<Error> for Refusal {
    fn from(why: Error) -> Self {
        Self::new(500, format!("LITE_SERVER_UNKNOWN: {why}"))
    }
}
