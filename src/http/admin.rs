//! The admin API: what an operator may see and order, behind bearer tokens with scopes.
//!
//! Every order becomes a message to the actor that owns the thing, with the name of who gave it.
//! Which path needs which scope stands in one table (`table`). Without a token in the settings the
//! API is closed. Never shows a secret.

use std::sync::Arc;

use actix_web::body::BoxBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::{JsonPayloadError, PayloadError};
use actix_web::http::header::{AUTHORIZATION, CACHE_CONTROL, HeaderValue};
use actix_web::middleware::{Next, from_fn};
use actix_web::web::{self, Data, ServiceConfig};
use actix_web::{Error, HttpMessage as _, HttpResponse};
use serde::Serialize;
use starkeeper_actors::domain::ids::{GatewayOrderId, QuoteId, TelegramId};
use starkeeper_actors::payment::PaymentSnapshot;
use starkeeper_actors::ports::books::Page;
use starkeeper_actors::supervision::{Observe, RosterSnapshot};
use utoipa::ToSchema;

use super::error::ApiError;
use super::health::Report;
use super::heleket_webhook::Sources;
use super::{Doors, READ, resource};

mod acts;
mod audit;
mod books;
mod breaks;
mod buying;
mod deck;
mod deeds;
mod invoices;
mod keys;
mod live;
mod logins;
mod machine;
mod money;
mod notices;
mod openapi;
mod orders;
mod prices;
mod sales;
mod table;
mod tokens;
mod users;
mod wallets;

pub use deck::{DeckTools, OperatorsDesk, Reading};
pub use keys::Running;
pub use live::Live;
use tokens::Caller;
pub use tokens::{Scope, Token, Tokens, hash_of};

/// The longest body of an order, in bytes: an amount and a few words.
pub(super) const LONGEST_BODY: usize = 4 * 1024;

/// Rows of a list where nothing is asked for, and at most.
const PAGE: u32 = 50;
const LONGEST_PAGE: u32 = 100;

/// The way into the API.
pub struct Entrance {
    /// What callers must show.
    pub tokens: Tokens,
    /// Keys whose requests are being done.
    pub running: Running,
    /// Whence a caller really comes.
    pub sources: Sources,
    /// Whether payments are on; if not, no invoice can be opened.
    pub payments: bool,
    /// The name at the gateway for an invoice that a person is asked for under an idempotency key:
    /// always the same one for the same two, and for nobody else to guess.
    pub name_for: Arc<NameFor>,
    /// The same for an order.
    pub order_for: Arc<OrderFor>,
}

/// The name of the order that a person is asked for under a key.
pub type OrderFor = dyn Fn(TelegramId, &str) -> QuoteId + Send + Sync;

/// The name of the invoice that a person is asked for under a key.
pub type NameFor = dyn Fn(TelegramId, &str) -> Option<GatewayOrderId> + Send + Sync;

/// `/admin/v1/…` and `/health/detailed`.
pub(super) fn routes(config: &mut ServiceConfig) {
    let detailed = resource("/health/detailed")
        .wrap(from_fn(guarded))
        .route(web::get().to(detailed));
    let v1 = web::scope("/admin/v1")
        .wrap(from_fn(deeds::recorded))
        .wrap(from_fn(guarded))
        .configure(acts::routes)
        .configure(audit::routes)
        .configure(machine::routes)
        .configure(money::routes)
        .configure(prices::routes)
        .configure(sales::routes)
        .configure(wallets::routes)
        .configure(users::routes)
        .configure(invoices::routes)
        .configure(buying::routes)
        .configure(orders::routes)
        .configure(live::routes)
        .configure(logins::routes)
        .configure(books::routes)
        .configure(breaks::routes)
        .configure(notices::routes)
        .default_service(web::to(super::nowhere));
    config
        .service(detailed)
        .configure(openapi::routes)
        .service(v1);
}

/// Lets in who shows a token that opens the path.
async fn guarded(
    request: ServiceRequest,
    next: Next<BoxBody>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    match admitted(&request) {
        Ok(caller) => {
            request.extensions_mut().insert(caller);
        }
        Err(why) => {
            tracing::warn!("an admin request was refused: {why}");
            return Err(why.into());
        }
    }
    let mut answer = next.call(request).await?;
    let headers = answer.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(answer)
}

fn admitted(request: &ServiceRequest) -> Result<Caller, ApiError> {
    let doors = request.app_data::<Data<Doors>>().ok_or_else(closed)?;
    let entrance = doors.admin.as_ref().ok_or_else(closed)?;
    let shown = request.headers().get(AUTHORIZATION);
    let shown = shown.and_then(|value| value.to_str().ok());
    let token = shown.and_then(|shown| {
        let (scheme, token) = shown.split_once(' ')?;
        let is_bearer = scheme.eq_ignore_ascii_case("bearer");
        is_bearer.then(|| token.trim().to_owned())
    });
    let Some(token) = token.or_else(|| live::token_of(request.request())) else {
        let hint = "send the header `Authorization: Bearer TOKEN`";
        return Err(ApiError::unauthorised("no bearer token was shown", hint));
    };
    // A connection without an address, or a proxy that names none, is bound by the token's rate.
    let from = entrance.sources.of(request.request()).ok();
    let caller = entrance.tokens.caller(&token, from)?;
    let pattern = request.match_pattern();
    let route = pattern.and_then(|path| table::route(request.method().as_str(), &path));
    if let Some(route) = route {
        caller.needs(route.scope)?;
    }
    Ok(caller.clone())
}

fn closed() -> ApiError {
    let hint = "set ADMIN_TOKEN or ADMIN_TOKENS and start the daemon again";
    ApiError::forbidden("admin_closed", "the admin API is closed", hint)
}

/// What is wrong with a body that should be JSON.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the library's list of errors is open"
)]
pub(super) fn unreadable_body(why: &JsonPayloadError) -> ApiError {
    match why {
        JsonPayloadError::Overflow { .. } | JsonPayloadError::OverflowKnownLength { .. } => {
            let message = format!("the body is longer than {LONGEST_BODY} bytes");
            ApiError::too_large(message, "send only what the path needs")
        }
        JsonPayloadError::ContentType => ApiError::malformed(
            "the body is not JSON",
            "send the header `Content-Type: application/json`",
        ),
        JsonPayloadError::Deserialize(why) => ApiError::malformed(
            format!("the body cannot be read: {why}"),
            "send a JSON object with the fields of the path",
        ),
        _ => ApiError::malformed("the body cannot be read", "send a JSON object"),
    }
}

/// What is wrong with a body that cannot even be read.
fn unreadable_bytes(why: &Error) -> ApiError {
    match why.as_error::<PayloadError>() {
        Some(PayloadError::Overflow) => {
            let message = "the body is longer than anything that is taken here";
            ApiError::too_large(message, "send only what the path needs")
        }
        Some(_) | None => ApiError::malformed(
            "the body cannot be read",
            "send the whole body, as long as its Content-Length says",
        ),
    }
}

/// Where a list is looked at.
#[derive(Clone, Copy, Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Listed {
    /// Of one person.
    user: Option<i64>,
    /// Skips so many.
    offset: Option<u32>,
    /// At most so many, 1 to 100.
    limit: Option<u32>,
}

impl Listed {
    fn page(self) -> Result<Page, ApiError> {
        page_of(self.offset, self.limit)
    }
}

/// The page that is asked for.
fn page_of(offset: Option<u32>, limit: Option<u32>) -> Result<Page, ApiError> {
    let limit = limit.unwrap_or(PAGE);
    if !(1..=LONGEST_PAGE).contains(&limit) {
        let message = format!("`limit` {limit} is not from 1 to {LONGEST_PAGE}");
        return Err(ApiError::malformed(message, "ask for page after page"));
    }
    Ok(Page {
        offset: offset.unwrap_or(0),
        limit,
    })
}

/// Everything about how the daemon is, for operators.
#[derive(Serialize, ToSchema)]
#[schema(as = Detailed)]
pub(in crate::http) struct Detailed {
    #[schema(value_type = serde_json::Value)]
    health: Report,
    #[schema(value_type = serde_json::Value)]
    actors: RosterSnapshot,
    #[schema(value_type = serde_json::Value)]
    payment: Option<PaymentSnapshot>,
}

async fn detailed(doors: Data<Doors>) -> HttpResponse {
    let payment = doors.payment.ask(Observe::new(), READ).await.ok();
    let health = doors.health.borrow().clone();
    HttpResponse::Ok().json(Detailed {
        health,
        actors: (doors.roster)(),
        payment,
    })
}
