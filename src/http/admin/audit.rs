//! The log of what people did.

use actix_web::HttpResponse;
use actix_web::web::{self, Data, Query, ServiceConfig};
use serde::{Deserialize, Serialize};
use starkeeper_actors::domain::Timestamp;
use starkeeper_actors::domain::audit::Audited;
use utoipa::ToSchema;

use super::page_of;
use crate::http::error::ApiError;
use crate::http::{Doors, resource};

/// `/audit`.
pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(resource("/audit").route(web::get().to(audit)));
}

/// Which lines are looked at.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    /// Of one subject, as it is answered: `ord_7`, `cus_3`, `sales`.
    subject: Option<String>,
    /// Skips so many.
    offset: Option<u32>,
    /// At most so many, 1 to 100.
    limit: Option<u32>,
}

/// A line as it is answered.
#[derive(Serialize, ToSchema)]
#[schema(as = AuditLine)]
pub(super) struct LineView {
    id: String,
    /// The line that announced the deed; `id` itself for that line.
    deed: String,
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// `token/NAME`, or `tg/ID` for an operator in Telegram.
    who: String,
    act: String,
    subject: String,
    reason: Option<String>,
    /// What else was asked for, without secrets.
    detail: String,
    /// `asked`, `done`, `unsure` or `refused/CODE`.
    outcome: String,
}

impl LineView {
    fn of(line: Audited) -> Self {
        Self {
            id: line.id.to_string(),
            deed: line.deed.to_string(),
            at: line.at,
            who: line.who.to_string(),
            act: line.act,
            subject: line.subject,
            reason: line.reason,
            detail: line.detail,
            outcome: line.outcome.to_string(),
        }
    }
}

#[derive(Serialize, ToSchema)]
#[schema(as = Audit)]
pub(super) struct Audit {
    audit: Vec<LineView>,
}

/// Newest first.
async fn audit(doors: Data<Doors>, wanted: Query<Wanted>) -> Result<HttpResponse, ApiError> {
    let wanted = wanted.into_inner();
    let page = page_of(wanted.offset, wanted.limit)?;
    let books = doors.books.clone();
    let found = doors.read(async move { books.audit(wanted.subject, page).await });
    let audit = found.await?.into_iter().map(LineView::of).collect();
    Ok(HttpResponse::Ok().json(Audit { audit }))
}
