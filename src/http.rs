//! The HTTP server: routes, limits of size and time, and which role serves what.
//!
//! A driver: each handler checks who is calling, turns the request into one message, and turns the
//! answer into a status. Never holds a rule, a query or state of its own; how a failure becomes a
//! status code is known in [`error`] alone.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use actix_web::body::BoxBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::{Next, from_fn};
use actix_web::web::{self, ServiceConfig};
use actix_web::{Error, HttpRequest, Resource};
use starkeeper_actors::cookie_refresh::CookieRefresh;
use starkeeper_actors::domain::ids::{IncarnationId, LoginId};
use starkeeper_actors::fulfilment::Fulfilment;
use starkeeper_actors::payment::Payment;
use starkeeper_actors::ports::books::{Commit, CommitFailed};
use starkeeper_actors::ports::vault::Jar;
use starkeeper_actors::ports::{Books, Clock, Failure, Unreadable};
use starkeeper_actors::session::Directory;
use starkeeper_actors::supervision::{Door, RosterSnapshot, WakeHandle};
use tokio::runtime::Handle;
use tokio::sync::watch;
use tokio::time::Instant;

pub mod admin;
pub mod error;
pub mod health;
pub mod heleket_webhook;
pub mod metrics_page;
pub mod telegram_webhook;

use error::ApiError;

use crate::metrics;
use crate::telegram::inbound::Intake;

/// The longest path or query that is answered, in bytes.
const LONGEST_TARGET: usize = 2_000;

/// For one read of the books: above the statement's own limit, so that its refusal is heard.
const READ: Duration = Duration::from_secs(5);

/// Routes whose answers say nothing about how customers are served: looks at the daemon, and updates,
/// which are counted where they are handled.
const UNWATCHED: [&str; 6] = [
    "/health",
    "/health/live",
    "/health/ready",
    "/health/detailed",
    "/metrics",
    telegram_webhook::PATH,
];

/// What the handlers are given: the doors they knock at. Cheap to clone.
#[derive(Clone)]
pub struct Doors {
    /// The books, for looking.
    pub books: Arc<dyn Books>,
    /// The life of the books, as it was at the start.
    pub life: IncarnationId,
    /// Time and fresh names.
    pub clock: Arc<dyn Clock>,
    /// Invoices and credits.
    pub payment: Door<Payment>,
    /// Where orders are placed and cookies brought; none in a daemon that sells nothing.
    pub counter: Option<Counter>,
    /// Where updates of the chat go; none in a daemon without one.
    pub intake: Option<Intake>,
    /// Every actor's line.
    pub roster: Arc<dyn Fn() -> RosterSnapshot + Send + Sync>,
    /// Where the books are read: connections belong to one runtime.
    pub io: Handle,
    /// How the daemon is.
    pub health: watch::Receiver<health::Report>,
    /// What waits in the books, as it was last read for the page of metrics.
    pub backlog: metrics_page::Backlog,
    /// What happens, for those who watch.
    pub live: Arc<admin::Live>,
    /// The way into `/admin`; none means that it is closed.
    pub admin: Option<Arc<admin::Entrance>>,
    /// What was counted.
    pub metrics: metrics::Page,
    /// How long a request may take.
    pub request_timeout: Duration,
}

/// The doors of a daemon that sells. Cheap to clone.
#[derive(Clone)]
pub struct Counter {
    /// Places orders.
    pub directory: Directory,
    /// Acts on orders and wallets for a person.
    pub fulfilment: Door<Fulfilment>,
    /// Prices were changed in the books.
    pub pricing: WakeHandle,
    /// Takes cookies.
    pub logins: Door<CookieRefresh>,
    /// The logins of the configuration.
    pub tills: Vec<LoginId>,
    /// Turns what a person brings into a jar; the error never shows it.
    pub read_cookies: Arc<ReadCookies>,
}

/// Reads cookies as a header's text or as JSON.
pub type ReadCookies = dyn Fn(&str) -> Result<Jar, String> + Send + Sync;

impl Doors {
    /// The doors of selling.
    ///
    /// # Errors
    /// This daemon sells nothing.
    pub(crate) fn selling(&self) -> Result<&Counter, ApiError> {
        self.counter.as_ref().ok_or_else(|| {
            ApiError::unready(
                "selling_off",
                "this daemon sells nothing: no till is configured, or its role is `webhook`",
                "set FRAGMENT_SEED_PHRASE and start it again, or ask the daemon of the role `bot`",
            )
        })
    }

    /// Reads the books where their connections live.
    ///
    /// # Errors
    /// They could not be read, or not in time.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        look: impl Future<Output = Result<T, Unreadable>> + Send + 'static,
    ) -> Result<T, ApiError> {
        let look = self.io.spawn(tokio::time::timeout(READ, look));
        let found = match look.await {
            Ok(Ok(found)) => found,
            Ok(Err(_elapsed)) => Err(Unreadable::new("no answer in time")),
            Err(why) => Err(Unreadable::new(format!("the look ended early: {why}"))),
        };
        Ok(found?)
    }

    /// An empty commit in the name of these books, now.
    pub(crate) fn commit(&self) -> Commit {
        Commit::new(self.life, self.clock.now())
    }

    /// Hands a commit to the books, where their connections live.
    ///
    /// # Errors
    /// As the books say; without an answer in time its outcome is unknown.
    pub(crate) async fn write(&self, commit: Commit) -> Result<(), CommitFailed> {
        let books = Arc::clone(&self.books);
        let written = async move { books.commit(commit).await };
        match self.io.spawn(tokio::time::timeout(READ, written)).await {
            Ok(Ok(outcome)) => outcome,
            Ok(Err(_elapsed)) => Err(Failure::unknown("no answer in time")),
            Err(why) => Err(Failure::unknown(format!("the write ended early: {why}"))),
        }
    }

    /// How long an actor may be waited for within a request: its answer must still be written.
    pub(crate) fn ask_deadline(&self) -> Duration {
        self.request_timeout
            .saturating_sub(Duration::from_secs(1))
            .max(self.request_timeout / 2)
    }
}

/// Every route of the daemon. `more` adds those that bring doors of their own (the webhooks).
pub fn routes(
    config: &mut ServiceConfig,
    doors: &Doors,
    more: impl FnOnce(&mut ServiceConfig) + 'static,
) {
    let (limit, traffic) = (doors.request_timeout, doors.metrics.traffic().clone());
    let watch = move |request: ServiceRequest, next: Next<BoxBody>| {
        watched(limit, traffic.clone(), request, next)
    };
    let all = web::scope("")
        .wrap(from_fn(watch))
        .app_data(web::Data::new(doors.clone()))
        .app_data(web::PathConfig::default().error_handler(|why, _| {
            let hint = "look at the path again";
            ApiError::malformed(format!("the path cannot be read: {why}"), hint).into()
        }))
        .app_data(web::QueryConfig::default().error_handler(|why, _| {
            let hint = "look at what follows the `?` again";
            ApiError::malformed(format!("the query cannot be read: {why}"), hint).into()
        }))
        .app_data(
            web::JsonConfig::default()
                .limit(admin::LONGEST_BODY)
                .error_handler(|why, _| admin::unreadable_body(&why).into()),
        )
        .configure(health::routes)
        .configure(metrics_page::routes)
        .configure(admin::routes)
        .configure(more)
        .default_service(web::to(nowhere));
    config.service(all);
}

/// Counts a request and bounds its time.
async fn watched(
    limit: Duration,
    traffic: metrics::traffic::Traffic,
    request: ServiceRequest,
    next: Next<BoxBody>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let began = Instant::now();
    // The pattern, never the path: labels stay few and name nobody.
    let route = request.match_pattern().unwrap_or_else(|| "other".into());
    let method = method_name(&request);
    let long = request.uri().path().len() + request.query_string().len() > LONGEST_TARGET;
    let answer = if long {
        let hint = "ask for less in one request";
        Err(ApiError::malformed("the address is too long", hint).into())
    } else {
        match tokio::time::timeout(limit, next.call(request)).await {
            Ok(answer) => answer,
            Err(_elapsed) => {
                let hint = "what was begun may still be done: look before you ask again";
                Err(ApiError::late("the request took too long", hint).into())
            }
        }
    };
    let class = match &answer {
        Ok(answer) => error::class_of(answer.status()),
        Err(why) => error::class_of(why.as_response_error().status_code()),
    };
    if !UNWATCHED.contains(&route.as_str()) {
        traffic.answered(class == "5xx", began.elapsed());
    }
    metrics::http_answered(route, method, class, began.elapsed());
    answer
}

/// One of a few words, whatever a stranger sends.
fn method_name(request: &ServiceRequest) -> &'static str {
    match request.method().as_str() {
        "GET" => "GET",
        "HEAD" => "HEAD",
        "POST" => "POST",
        "PUT" => "PUT",
        "DELETE" => "DELETE",
        _ => "other",
    }
}

/// A resource that says which method it has, to whoever comes with another.
pub(crate) fn resource(path: &str) -> Resource {
    web::resource(path).default_service(web::to(wrong_method))
}

async fn wrong_method(request: HttpRequest) -> Result<&'static str, ApiError> {
    let (method, path) = (request.method(), request.path());
    let hint = "the path is there for another method";
    std::future::ready(Err(ApiError::wrong_method(
        format!("{path} has no {method}"),
        hint,
    )))
    .await
}

async fn nowhere(request: HttpRequest) -> Result<&'static str, ApiError> {
    let hint = "the paths are /health, /metrics, /webhook/… and /admin/v1/…";
    let nothing = ApiError::missing(format!("there is nothing at {}", request.path()), hint);
    std::future::ready(Err(nothing)).await
}
