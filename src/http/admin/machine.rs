//! The machine inside: actors and leases.

use actix_web::HttpResponse;
use actix_web::web::{self, Data, ServiceConfig};
use serde::Serialize;
use starkeeper_actors::domain::Timestamp;
use starkeeper_actors::ports::books::LeaseRow;
use starkeeper_actors::supervision::{ActorSnapshot, RosterSnapshot};
use utoipa::ToSchema;

use crate::http::error::ApiError;
use crate::http::{Doors, resource};

/// Leases that are shown.
const LEASES: u32 = 100;

/// `/actors` and `/leases`.
pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(resource("/actors").route(web::get().to(actors)))
        .service(resource("/leases").route(web::get().to(leases)));
}

/// Every actor's line, and why the daemon must end, if it must.
#[derive(Serialize, ToSchema)]
#[schema(as = Actors)]
pub(super) struct ActorsView {
    fatal: Option<String>,
    #[schema(value_type = Vec<serde_json::Value>)]
    actors: Vec<ActorSnapshot>,
}

async fn actors(doors: Data<Doors>) -> HttpResponse {
    let RosterSnapshot { fatal, actors } = (doors.roster)();
    HttpResponse::Ok().json(ActorsView { fatal, actors })
}

/// What only one replica may do at a time.
#[derive(Serialize, ToSchema)]
#[schema(as = Lease)]
pub(super) struct LeaseView {
    /// The kind, and of what: `wallet/0:…`, `pricing`.
    lease: String,
    epoch: i64,
    /// The replica that holds it; none if it was given back.
    holder: Option<String>,
    /// Until when, by the books' clock.
    #[schema(value_type = String, format = DateTime)]
    until: Timestamp,
}

impl LeaseView {
    fn of(row: LeaseRow) -> Self {
        Self {
            lease: row.key,
            epoch: row.epoch.get(),
            holder: row.holder.map(|replica| replica.to_string()),
            until: row.until,
        }
    }
}

#[derive(Serialize, ToSchema)]
#[schema(as = Leases)]
pub(super) struct Leases {
    leases: Vec<LeaseView>,
}

async fn leases(doors: Data<Doors>) -> Result<HttpResponse, ApiError> {
    let books = doors.books.clone();
    let found = doors
        .read(async move { books.leases(LEASES).await })
        .await?;
    Ok(HttpResponse::Ok().json(Leases {
        leases: found.into_iter().map(LeaseView::of).collect(),
    }))
}
