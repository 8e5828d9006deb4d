//! Health: whether this process lives, whether it is ready for traffic, and what it is waiting for.
//!
//! Answers from a cached [`Report`], so that asking costs nothing; never asks the database or an
//! outside system while a request waits.

use actix_web::web::{self, Data, ServiceConfig};
use actix_web::{HttpResponse, Responder};
use serde::Serialize;

use super::{Doors, error, resource};

/// How the daemon was when it was last looked at.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Report {
    /// `ok`, or what is wrong in a word.
    pub status: Status,
    /// Why the books cannot be read; none while they can.
    pub books: Option<String>,
    /// Actors that do not get on.
    pub stalled: Vec<&'static str>,
    /// Work of the books that an actor of this daemon should have done long ago.
    pub overdue: Vec<Overdue>,
    /// Why the daemon is about to end by itself.
    pub fatal: Option<String>,
    /// Whether debits equal credits; none before the first count.
    pub books_balance: Option<bool>,
}

/// Work that waits for too long.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Overdue {
    /// Whose work it is.
    pub actor: &'static str,
    /// What waits: orders, invoices, notices or messages.
    pub of: &'static str,
    /// For how long the oldest of it is due, in seconds.
    pub seconds: u64,
}

impl std::fmt::Display for Overdue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { actor, of, seconds } = self;
        write!(f, "{of} wait for {actor} for {seconds} s")
    }
}

/// How the daemon is, in a word.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Not looked yet.
    Starting,
    /// All is well.
    Ok,
    /// The books cannot be read, do not balance, or an actor does not get on with its work.
    Unwell,
    /// Draining: no new traffic.
    Ending,
}

impl Report {
    /// Before the first look.
    #[must_use]
    pub const fn starting() -> Self {
        Self {
            status: Status::Starting,
            books: None,
            stalled: Vec::new(),
            overdue: Vec::new(),
            fatal: None,
            books_balance: None,
        }
    }

    /// Whether traffic is welcome.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        match self.status {
            Status::Ok => true,
            Status::Unwell => self.books.is_none() && self.fatal.is_none(),
            Status::Starting | Status::Ending => false,
        }
    }

    /// Whether the process should be left alone: one that is ending ends by itself.
    #[must_use]
    pub const fn is_alive(&self) -> bool {
        self.fatal.is_none()
    }

    fn is_well(&self) -> bool {
        self.status == Status::Ok
    }
}

/// Whether the process lives.
pub const PATH_LIVE: &str = "/health/live";

/// `/health`, `/health/live`, `/health/ready`.
pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(resource("/health").route(web::get().to(health)))
        .service(resource(PATH_LIVE).route(web::get().to(live)))
        .service(resource("/health/ready").route(web::get().to(ready)));
}

async fn health(doors: Data<Doors>) -> impl Responder {
    answer(&doors, Report::is_well)
}

async fn live(doors: Data<Doors>) -> impl Responder {
    answer(&doors, Report::is_alive)
}

async fn ready(doors: Data<Doors>) -> impl Responder {
    answer(&doors, Report::is_ready)
}

fn answer(doors: &Doors, well: impl FnOnce(&Report) -> bool) -> HttpResponse {
    let report = doors.health.borrow().clone();
    error::head_of_health(well(&report)).json(report)
}
