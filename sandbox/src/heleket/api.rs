//! The merchant API: who may call, what faults do to a call, and which call is meant.
//!
//! The signature is checked over the bytes as they came, before anybody reads them.

mod invoices;
mod list;
mod others;

use std::sync::Arc;
use std::time::Duration;

use actix_web::http::{Method as HttpMethod, StatusCode};
use actix_web::{HttpRequest, HttpResponse, web};
use bytes::Bytes;
use tokio::sync::Notify;

use super::invoice::View;
use super::php::{Flags, Json};
use super::refusal::{Refusal, success};
use super::sign::sign;
use super::webhook::view_of;
use crate::line;
use crate::world::World;
use crate::world::faults::{Strike, System};

/// The calls of the merchant API.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Method {
    Create,
    Info,
    List,
    Services,
    Resend,
    Refund,
    Qr,
    AmlLinks,
    TestWebhook,
    Rates,
    Balance,
}

impl Method {
    /// Every call there is.
    pub(crate) const ALL: [Self; 11] = [
        Self::Create,
        Self::Info,
        Self::List,
        Self::Services,
        Self::Resend,
        Self::Refund,
        Self::Qr,
        Self::AmlLinks,
        Self::TestWebhook,
        Self::Rates,
        Self::Balance,
    ];

    /// Its path below `/v1/`, which is also its name for faults.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Create => "payment",
            Self::Info => "payment/info",
            Self::List => "payment/list",
            Self::Services => "payment/services",
            Self::Resend => "payment/resend",
            Self::Refund => "payment/refund",
            Self::Qr => "payment/qr",
            Self::AmlLinks => "payment/aml-links",
            Self::TestWebhook => "test-webhook/payment",
            Self::Rates => "exchange-rate",
            Self::Balance => "balance",
        }
    }

    fn of(verb: &HttpMethod, path: &str) -> Option<Self> {
        if verb == HttpMethod::GET {
            let currency = path.strip_prefix("exchange-rate/")?.strip_suffix("/list")?;
            return (!currency.is_empty() && !currency.contains('/')).then_some(Self::Rates);
        }
        Self::ALL.into_iter().find(|method| {
            method.name() == path && *method != Self::Rates && verb == HttpMethod::POST
        })
    }
}

/// Answers that wait until another one of their method has gone out.
#[derive(Debug, Default)]
pub(crate) struct Overtaken([Notify; 11]);

impl Overtaken {
    fn of(&self, method: Method) -> Option<&Notify> {
        Method::ALL
            .iter()
            .position(|other| *other == method)
            .and_then(|place| self.0.get(place))
    }
}

/// The largest request body, in bytes.
const LARGEST_BODY: usize = 256 * 1024;

/// Puts the API's routes into a server.
pub(crate) fn routes(config: &mut web::ServiceConfig) {
    config
        .app_data(web::PayloadConfig::new(LARGEST_BODY))
        .route("/v1/{path:.*}", web::route().to(call));
}

async fn call(
    request: HttpRequest,
    path: web::Path<String>,
    body: Bytes,
    world: web::Data<World>,
) -> HttpResponse {
    let world = world.into_inner();
    let Some(method) = Method::of(request.method(), &path) else {
        return answer(Err(Refusal::NoSuchCall));
    };
    let strike = world.faults.strike(System::Heleket, method.name(), false);
    if strike.down {
        return line::cut(&request);
    }
    let result = match &strike.refuse {
        Some((status, message)) => Err(fault(*status, message.as_deref())),
        None => authorised(&world, &request, method, &body)
            .and_then(|()| carry_out(&world, &request, method, &path, &body, &strike)),
    };
    wait(&world, method, &strike).await;
    if strike.lose_reply {
        return line::cut(&request);
    }
    answer(result)
}

/// Carries the call out, twice when a fault says so; the first answer counts.
fn carry_out(
    world: &Arc<World>,
    request: &HttpRequest,
    method: Method,
    path: &str,
    body: &[u8],
    strike: &Strike,
) -> Result<Json, Refusal> {
    let view = view_of(strike, world.clock.now());
    let once = || dispatch(world, method, path, request.query_string(), body, view);
    let result = once();
    if strike.duplicate
        && let Err(why) = once()
    {
        tracing::debug!(
            method = method.name(),
            ?why,
            "the second of two calls was refused"
        );
    }
    result
}

fn dispatch(
    world: &Arc<World>,
    method: Method,
    path: &str,
    query: &str,
    body: &[u8],
    view: View,
) -> Result<Json, Refusal> {
    match method {
        Method::Create => invoices::create(world, body, view),
        Method::Info => invoices::info(world, body, view),
        Method::List => list::list(world, query, body, view),
        Method::Resend => invoices::resend(world, body),
        Method::Refund => invoices::refund(world, body),
        Method::Qr => invoices::qr(world, body),
        Method::AmlLinks => invoices::aml_links(world, body),
        Method::TestWebhook => others::test_webhook(world, body),
        Method::Services => Ok(others::services()),
        Method::Rates => others::rates(world, path),
        Method::Balance => Ok(others::balance(world)),
    }
}

fn authorised(
    world: &World,
    request: &HttpRequest,
    method: Method,
    body: &[u8],
) -> Result<(), Refusal> {
    let merchant = &world.heleket.merchant;
    let key = match method {
        // Open to everybody.
        Method::Rates => return Ok(()),
        Method::Refund => &merchant.payout_key,
        Method::Create
        | Method::Info
        | Method::List
        | Method::Services
        | Method::Resend
        | Method::Qr
        | Method::AmlLinks
        | Method::TestWebhook
        | Method::Balance => &merchant.payment_key,
    };
    let header = |name| {
        request
            .headers()
            .get(name)
            .and_then(|value| value.to_str().ok())
    };
    let is_known = header("merchant") == Some(&merchant.uuid);
    if is_known && header("sign") == Some(&sign(body, key)) {
        Ok(())
    } else {
        Err(Refusal::Sign)
    }
}

/// Holds the answer back for as long as faults say.
async fn wait(world: &World, method: Method, strike: &Strike) {
    let now = world.clock.now();
    if let Some(delay) = strike.delay {
        world.clock.until(now + delay).await;
    }
    let Some(overtaken) = world.heleket.overtaken.of(method) else {
        return;
    };
    match strike.reorder {
        Some(longest) => tokio::select! {
            () = overtaken.notified() => {}
            () = world.clock.until(now + longest) => {}
        },
        None => overtaken.notify_waiters(),
    }
}

fn fault(status: Option<u16>, message: Option<&str>) -> Refusal {
    let usual = |text: &str| message.unwrap_or(text).to_owned();
    let (status, message) = match status.unwrap_or(422) {
        401 => (401, usual("Invalid Sign.")),
        429 => (429, usual("Too Many Attempts.")),
        status if status >= 500 => (status, usual("Server error, #1")),
        status => (status, usual("Gateway error")),
    };
    Refusal::Fault { status, message }
}

fn answer(result: Result<Json, Refusal>) -> HttpResponse {
    let (status, body) = match result {
        Ok(result) => (200, success(result)),
        Err(refusal) => (refusal.status(), refusal.body()),
    };
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    HttpResponse::build(status)
        .content_type("application/json")
        .body(body.encode(Flags::PLAIN))
}

/// How long a link to an AML questionnaire is good for.
const AML_LINK_LIFE: Duration = Duration::from_secs(7 * 24 * 3600);
