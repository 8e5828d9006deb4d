//! The one place that knows status codes: how each failure of the core becomes an answer.
//!
//! An answer that is no success is JSON, `{"error":{"code","message","hint"}}`: `code` is for
//! programs and stays the same, `message` names the thing, `hint` says what to do. A webhook is told
//! 200 only for what is stored, a duplicate or irrelevant; anything unsure is 503, so that the
//! sender tries again. Never puts an internal cause into a body.

use std::fmt;

use actix_web::http::StatusCode;
use actix_web::http::header::{ContentType, RETRY_AFTER, WWW_AUTHENTICATE};
use actix_web::{HttpResponse, HttpResponseBuilder, ResponseError};
use serde::Serialize;
use starkeeper_actors::cookie_refresh::ImportRefused;
use starkeeper_actors::domain::audit::Outcome;
use starkeeper_actors::domain::dialog::{
    Against, BuyRefused, LookUpFailed, OpenRefused as Unopened,
};
use starkeeper_actors::payment::OpenRefused;
use starkeeper_actors::ports::Unreadable;
use starkeeper_actors::session::NotPlaced;
use starkeeper_actors::supervision::AskFailed;

mod deeds;

/// What an answer that is no success means, without a number.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Kind {
    Malformed,
    Unauthorised,
    Forbidden,
    Missing,
    WrongMethod,
    Conflict,
    TooLarge,
    Refused,
    TooMany,
    Unsure,
    Unready,
    Late,
}

impl Kind {
    const fn status(self) -> StatusCode {
        match self {
            Self::Malformed => StatusCode::BAD_REQUEST,
            Self::Unauthorised => StatusCode::UNAUTHORIZED,
            Self::Forbidden => StatusCode::FORBIDDEN,
            Self::Missing => StatusCode::NOT_FOUND,
            Self::WrongMethod => StatusCode::METHOD_NOT_ALLOWED,
            Self::Conflict => StatusCode::CONFLICT,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Refused => StatusCode::UNPROCESSABLE_ENTITY,
            Self::TooMany => StatusCode::TOO_MANY_REQUESTS,
            Self::Unsure | Self::Unready => StatusCode::SERVICE_UNAVAILABLE,
            Self::Late => StatusCode::GATEWAY_TIMEOUT,
        }
    }
}

/// An answer that is no success.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ApiError {
    kind: Kind,
    code: &'static str,
    message: String,
    hint: String,
    /// The rule behind a refusal, as operators in the chat are told of it.
    against: Option<Against>,
}

#[derive(Serialize)]
struct Body<'a> {
    error: Inner<'a>,
}

#[derive(Serialize)]
struct Inner<'a> {
    code: &'static str,
    message: &'a str,
    hint: &'a str,
}

impl ApiError {
    fn new(kind: Kind, code: &'static str, message: impl Into<String>, hint: &str) -> Self {
        Self {
            kind,
            code,
            message: message.into(),
            hint: hint.to_owned(),
            against: None,
        }
    }

    /// Names the rule behind it.
    #[must_use]
    pub(crate) fn against(mut self, rule: Against) -> Self {
        self.against = Some(rule);
        self
    }

    /// The request is not what it must be: 400.
    pub fn malformed(message: impl Into<String>, hint: &str) -> Self {
        Self::new(Kind::Malformed, "malformed", message, hint)
    }

    /// The caller did not show who they are: 401.
    pub fn unauthorised(message: impl Into<String>, hint: &str) -> Self {
        Self::new(Kind::Unauthorised, "unauthorised", message, hint)
    }

    /// Nobody may, or not from there: 403.
    pub fn forbidden(code: &'static str, message: impl Into<String>, hint: &str) -> Self {
        Self::new(Kind::Forbidden, code, message, hint)
    }

    /// There is no such thing: 404.
    pub fn missing(message: impl Into<String>, hint: &str) -> Self {
        Self::new(Kind::Missing, "not_found", message, hint)
    }

    /// The path is there, for another method: 405.
    pub fn wrong_method(message: impl Into<String>, hint: &str) -> Self {
        Self::new(Kind::WrongMethod, "method_not_allowed", message, hint)
    }

    /// The books hold something that stands against it: 409.
    pub fn conflict(code: &'static str, message: impl Into<String>, hint: &str) -> Self {
        Self::new(Kind::Conflict, code, message, hint)
    }

    /// The body is longer than the route takes: 413.
    pub fn too_large(message: impl Into<String>, hint: &str) -> Self {
        Self::new(Kind::TooLarge, "too_large", message, hint)
    }

    /// Understood, and it will never work as asked: 422.
    pub fn refused(code: &'static str, message: impl Into<String>, hint: &str) -> Self {
        Self::new(Kind::Refused, code, message, hint)
    }

    /// Whoever asks, asks too often: 429, and later it is heard again.
    pub fn too_many(message: impl Into<String>, hint: &str) -> Self {
        Self::new(Kind::TooMany, "too_many", message, hint)
    }

    /// It may have happened: 503, and whoever asks looks, or asks the same again.
    pub fn unsure(message: impl Into<String>, hint: &str) -> Self {
        Self::new(Kind::Unsure, "unsure", message, hint)
    }

    /// It certainly did not happen, and later it may: 503.
    pub fn unready(code: &'static str, message: impl Into<String>, hint: &str) -> Self {
        Self::new(Kind::Unready, code, message, hint)
    }

    /// The request took longer than a request may: 504.
    pub fn late(message: impl Into<String>, hint: &str) -> Self {
        Self::new(Kind::Late, "late", message, hint)
    }

    /// What it says of the deed that it answers.
    #[must_use]
    pub(crate) fn outcome(&self) -> Outcome {
        match self.kind {
            Kind::Unsure | Kind::Late => Outcome::Unsure,
            Kind::Malformed
            | Kind::Unauthorised
            | Kind::Forbidden
            | Kind::Missing
            | Kind::WrongMethod
            | Kind::Conflict
            | Kind::TooLarge
            | Kind::Refused
            | Kind::TooMany
            | Kind::Unready => Outcome::Refused(self.code.to_owned()),
        }
    }

    /// For programs.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        self.code
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.message)
    }
}

impl ResponseError for ApiError {
    fn status_code(&self) -> StatusCode {
        self.kind.status()
    }

    fn error_response(&self) -> HttpResponse {
        let mut answer = HttpResponse::build(self.kind.status());
        match self.kind {
            Kind::Unauthorised => {
                answer.insert_header((WWW_AUTHENTICATE, "Bearer"));
            }
            Kind::Unsure | Kind::Unready => {
                answer.insert_header((RETRY_AFTER, "2"));
            }
            Kind::TooMany => {
                answer.insert_header((RETRY_AFTER, "10"));
            }
            Kind::Malformed
            | Kind::Forbidden
            | Kind::Missing
            | Kind::WrongMethod
            | Kind::Conflict
            | Kind::TooLarge
            | Kind::Refused
            | Kind::Late => {}
        }
        answer.json(Body {
            error: Inner {
                code: self.code,
                message: &self.message,
                hint: &self.hint,
            },
        })
    }
}

/// The head of an answer for a load balancer: 200 if it may send people here, else 503.
pub(crate) fn head_of_health(well: bool) -> HttpResponseBuilder {
    let status = match well {
        true => StatusCode::OK,
        false => StatusCode::SERVICE_UNAVAILABLE,
    };
    HttpResponse::build(status)
}

/// Whether asking the same again would be answered the same: it was done, or it will never work.
pub(crate) fn is_for_good(status: StatusCode) -> bool {
    status.is_success()
        || [StatusCode::CONFLICT, StatusCode::UNPROCESSABLE_ENTITY].contains(&status)
}

/// An answer that was given before.
pub(crate) fn again(status: u16, body: String) -> HttpResponse {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
    HttpResponse::build(status)
        .content_type(ContentType::json())
        .body(body)
}

/// What an answer says of the deed it answers.
pub(crate) fn outcome_of(answer: &HttpResponse<impl Sized>) -> Outcome {
    match answer.error() {
        Some(why) => outcome_of_error(why),
        None if answer.status().is_success() => Outcome::Done,
        None if answer.status().is_client_error() => Outcome::Refused("malformed".into()),
        None => Outcome::Unsure,
    }
}

/// The same of a failure; one that says `unready` certainly did nothing.
pub(crate) fn outcome_of_error(why: &actix_web::Error) -> Outcome {
    match why.as_error::<ApiError>() {
        Some(error) => error.outcome(),
        None => Outcome::Unsure,
    }
}

/// The status as text, for metrics: `2xx`, `4xx` …
pub(crate) fn class_of(status: StatusCode) -> &'static str {
    match status.as_u16() {
        0..=199 => "1xx",
        200..=299 => "2xx",
        300..=399 => "3xx",
        400..=499 => "4xx",
        _ => "5xx",
    }
}

impl From<Unreadable> for ApiError {
    fn from(why: Unreadable) -> Self {
        tracing::warn!("a request could not read the books: {why}");
        Self::unready(
            "books_unreadable",
            "the books cannot be read now",
            "ask again in a moment; /health/ready says when they are back",
        )
    }
}

impl From<AskFailed> for ApiError {
    fn from(why: AskFailed) -> Self {
        match why {
            AskFailed::Busy => Self::unready(
                "busy",
                "too much is being done at once; nothing was done of this",
                "ask again in a moment",
            ),
            AskFailed::Gone => Self::unready(
                "ending",
                "the daemon is ending; nothing was done of this",
                "ask again when it is back",
            ),
            AskFailed::TimedOut { .. } | AskFailed::Failed(_) => Self::unsure(
                "no answer came in time: it may have been done",
                "look before you ask again, or repeat with the same Idempotency-Key",
            ),
        }
    }
}

impl From<OpenRefused> for ApiError {
    fn from(why: OpenRefused) -> Self {
        match why {
            OpenRefused::Busy => Self::unready(
                "books_busy",
                "the books could not be reached; no invoice was opened",
                "ask again in a moment",
            ),
            OpenRefused::GatewayDown => Self::unready(
                "gateway_down",
                "the payment gateway could not be reached; no invoice was opened",
                "ask again later, with a new Idempotency-Key: this one stands for the failed try",
            ),
            OpenRefused::Refused(text) => Self::refused(
                "invoice_refused",
                format!("the invoice cannot be opened: {text}"),
                "change the request; repeating it will be refused again",
            ),
            OpenRefused::AlreadyOpen => Self::conflict(
                "already_open",
                "another order of this customer waits for its payment",
                "pay or cancel that one first",
            ),
            OpenRefused::Handled => Self::conflict(
                "handled",
                "this was handled before",
                "look at the customer's invoices",
            ),
            OpenRefused::Frozen => Self::conflict(
                "frozen",
                "a payment of this customer is held for a check",
                "wait until the check is over",
            ),
            OpenRefused::Debt => Self::conflict(
                "debt",
                "this customer owes the shop",
                "the debt is paid by the customer's next top-up",
            ),
            OpenRefused::Unknown => Self::unsure(
                "it is not known yet whether the invoice was opened",
                "repeat with the same Idempotency-Key: the same invoice is answered once it is known",
            ),
        }
    }
}

impl From<NotPlaced> for ApiError {
    fn from(why: NotPlaced) -> Self {
        let message = format!("no order was placed: {why}");
        match why {
            NotPlaced::NameUsed => Self::conflict(
                "idempotency_key_used",
                message,
                "take another Idempotency-Key for another order",
            ),
            NotPlaced::Starting => Self::unready(
                "starting",
                message,
                "ask again in a moment; GET /admin/v1/logins says how the logins are",
            ),
            NotPlaced::Closed => Self::unready(
                "not_selling",
                message,
                "GET /admin/v1/logins says what Fragment asks for",
            ),
            NotPlaced::Unpriced(_) => {
                Self::unready("unpriced", message, "ask again when prices are known")
            }
            NotPlaced::Recipient(LookUpFailed::Unavailable) => {
                Self::unready("no_look_up", message, "ask again in a moment")
            }
            NotPlaced::Recipient(
                LookUpFailed::NoSuchUser | LookUpFailed::NotAPerson | LookUpFailed::AlreadyPremium,
            ) => Self::refused("bad_recipient", message, "name somebody else"),
            NotPlaced::NotBought(BuyRefused::NoFloat | BuyRefused::TooMuch) => {
                Self::unready("no_float", message, "send TON to a till's wallet")
            }
            NotPlaced::NotBought(BuyRefused::NotEnough) => {
                Self::refused("not_enough", message, "top up, or pay by invoice")
            }
            NotPlaced::NotBought(
                BuyRefused::Frozen | BuyRefused::Debt | BuyRefused::PremiumUnderWay,
            ) => Self::conflict("not_bought", message, "wait until that is over"),
            NotPlaced::NotOpened(Unopened::GatewayDown) => {
                Self::unready("gateway_down", message, "ask again in a moment")
            }
            NotPlaced::NotOpened(Unopened::Refused) => Self::refused(
                "invoice_refused",
                message,
                "change the request; repeating it will be refused again",
            ),
            NotPlaced::NotOpened(Unopened::OtherOrderOpen | Unopened::Frozen | Unopened::Debt) => {
                Self::conflict("not_opened", message, "settle that first")
            }
            NotPlaced::NotOpened(Unopened::Unknown) => Self::unsure(
                message,
                "repeat with the same Idempotency-Key: what came of it is answered",
            ),
            NotPlaced::TryAgain(cause) => {
                tracing::warn!("an order was not placed: {cause}");
                Self::unready(
                    "not_done",
                    "no order was placed now",
                    "repeat with the same Idempotency-Key",
                )
            }
        }
    }
}

impl From<ImportRefused> for ApiError {
    fn from(why: ImportRefused) -> Self {
        let message = format!("the cookies were not taken: {why}");
        match why {
            ImportRefused::NoSuchLogin(_) => Self::missing(message, "GET /admin/v1/logins"),
            ImportRefused::LoggedOut => Self::refused(
                "logged_out",
                message,
                "log in at fragment.com in a browser and copy the cookies anew",
            )
            .against(Against::LoggedOut),
            ImportRefused::IdentityNeeded => Self::refused(
                "identity_needed",
                message,
                "do what fragment.com asks for there, then bring the cookies again",
            )
            .against(Against::Identity),
            ImportRefused::Elsewhere => Self::conflict(
                "elsewhere",
                message,
                "bring them to the replica that holds the login, or wait a minute",
            ),
            ImportRefused::NotNow(_) => Self::unready(
                "not_now",
                message,
                "bring the same cookies again in a moment",
            ),
            ImportRefused::Unknown(_) => {
                Self::unsure(message, "bring the same cookies again: it does no harm")
            }
        }
    }
}
