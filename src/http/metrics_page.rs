//! The page that Prometheus reads. Never shows a person, an order or a secret.

use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use actix_web::web::{self, Data, ServiceConfig};
use actix_web::{HttpResponse, Responder};

use super::{Doors, resource};

/// `/metrics`.
pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(resource("/metrics").route(web::get().to(page)));
}

async fn page(doors: Data<Doors>) -> impl Responder {
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8"))
        .insert_header((CACHE_CONTROL, "no-store"))
        .body(doors.metrics.render())
}
