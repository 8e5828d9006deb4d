//! The gateway's refusals, in its own shapes.
//!
//! Success is `{"state":0,"result":…}`. A refusal has `state` 1 and either `message` or `errors`;
//! a failure of the server has no `state` at all.

use super::php::Json;

/// One field with what is wrong about it.
pub(crate) type FieldErrors = Vec<(&'static str, Vec<String>)>;

/// Why a call was not done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// 422 with `errors`: the request's fields.
    Fields(FieldErrors),
    /// 422 with `message`: the request is well formed and will not be done.
    Business(&'static str),
    /// The same with a text of its own.
    BusinessText(String),
    /// 401: merchant, key or bytes.
    Sign,
    /// 404: no such call. The real gateway's text for it is not known.
    NoSuchCall,
    /// 500 without `state`.
    Server,
    /// What a driver asked for by a fault: this HTTP status with this text.
    Fault { status: u16, message: String },
}

impl Refusal {
    /// The HTTP status.
    pub(crate) fn status(&self) -> u16 {
        match self {
            Self::Fields(_) | Self::Business(_) | Self::BusinessText(_) => 422,
            Self::Sign => 401,
            Self::NoSuchCall => 404,
            Self::Server => 500,
            Self::Fault { status, .. } => *status,
        }
    }

    /// The body.
    pub(crate) fn body(&self) -> Json {
        match self {
            Self::Fields(fields) => {
                let errors = fields
                    .iter()
                    .map(|(name, rules)| {
                        let rules = rules.iter().map(Json::text).collect();
                        ((*name).into(), Json::List(rules))
                    })
                    .collect();
                Json::object([("state", Json::Int(1)), ("errors", Json::Object(errors))])
            }
            Self::Business(message) => refused(message),
            Self::BusinessText(message) => refused(message),
            Self::Sign => refused("Invalid Sign."),
            Self::NoSuchCall => without_state(404, "Not found"),
            Self::Server => without_state(500, "Server error, #1"),
            Self::Fault { status, message } if *status == 422 || *status == 401 => refused(message),
            Self::Fault { status, message } => without_state(*status, message),
        }
    }
}

/// The envelope of success.
pub(crate) fn success(result: Json) -> Json {
    Json::object([("state", Json::Int(0)), ("result", result)])
}

fn refused(message: &str) -> Json {
    Json::object([("state", Json::Int(1)), ("message", Json::text(message))])
}

fn without_state(code: u16, message: &str) -> Json {
    Json::object([
        ("message", Json::text(message)),
        ("code", Json::Int(i64::from(code))),
        ("error", Json::Null),
    ])
}
