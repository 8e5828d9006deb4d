//! How the Bot API says no: a code, a sentence, and sometimes when to come back.

use actix_web::http::StatusCode;
use actix_web::http::header::RETRY_AFTER;
use actix_web::{HttpResponse, HttpResponseBuilder};
use serde_json::json;

/// A call that was not done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    /// The HTTP status, which is also `error_code`.
    pub(crate) code: u16,
    /// The sentence.
    pub(crate) description: String,
    /// Seconds to wait, for 429.
    pub(crate) retry_after: Option<u64>,
}

impl Refusal {
    /// 400, with its prefix.
    pub(crate) fn bad(text: impl AsRef<str>) -> Self {
        Self::new(400, format!("Bad Request: {}", text.as_ref()))
    }

    /// 403, with its prefix.
    pub(crate) fn forbidden(text: &str) -> Self {
        Self::new(403, format!("Forbidden: {text}"))
    }

    /// 404, with its prefix.
    pub(crate) fn missing(text: &str) -> Self {
        Self::new(404, format!("Not Found: {text}"))
    }

    /// 409, with its prefix.
    pub(crate) fn conflict(text: &str) -> Self {
        Self::new(409, format!("Conflict: {text}"))
    }

    /// 429: come back after so many seconds.
    pub(crate) fn too_many(seconds: u64) -> Self {
        Self {
            retry_after: Some(seconds),
            ..Self::new(429, format!("Too Many Requests: retry after {seconds}"))
        }
    }

    /// Any code and sentence.
    pub(crate) fn new(code: u16, description: String) -> Self {
        Self {
            code,
            description,
            retry_after: None,
        }
    }

    /// The answer.
    pub(crate) fn answer(&self) -> HttpResponse {
        let status = StatusCode::from_u16(self.code).unwrap_or(StatusCode::BAD_REQUEST);
        let mut body = json!({
            "ok": false,
            "error_code": self.code,
            "description": self.description,
        });
        let mut response: HttpResponseBuilder = HttpResponse::build(status);
        if let (Some(seconds), Some(members)) = (self.retry_after, body.as_object_mut()) {
            members.insert("parameters".to_owned(), json!({"retry_after": seconds}));
            response.insert_header((RETRY_AFTER, seconds.to_string()));
        }
        response.json(body)
    }
}
