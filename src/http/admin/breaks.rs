//! Breaks: where books, chain and Fragment's history do not tell the same story.

use actix_web::HttpResponse;
use actix_web::web::{self, Data, ServiceConfig};
use serde::Serialize;
use starkeeper_actors::domain::Timestamp;
use starkeeper_actors::domain::breaks::{Break, Finding};

use crate::http::error::ApiError;
use crate::http::{Doors, resource};

/// Breaks that are shown: what the books give at most.
const MOST: u32 = 500;

/// `/breaks`.
pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(resource("/breaks").route(web::get().to(breaks)));
}

/// A break as it is answered. Amounts inside `finding` are billionths of a TON, as they are
/// stored.
#[derive(Serialize)]
struct BreakView {
    key: String,
    kind: &'static str,
    wallet: String,
    order: Option<String>,
    /// When the thing happened that they disagree about, and how long ago that is.
    since: Timestamp,
    age_s: i64,
    /// When the sweep found it, and which time it did.
    seen: Timestamp,
    n: u32,
    finding: Finding,
}

impl BreakView {
    fn of(row: &Break, now: Timestamp) -> Self {
        Self {
            key: row.key.clone(),
            kind: row.finding.kind(),
            wallet: row.wallet.to_string(),
            order: row.finding.order().map(|order| order.to_string()),
            since: row.since,
            age_s: (now - row.since).num_seconds().max(0),
            seen: row.seen,
            n: row.n,
            finding: row.finding.clone(),
        }
    }
}

#[derive(Serialize)]
struct Breaks {
    breaks: Vec<BreakView>,
}

/// Those that are open, oldest first.
async fn breaks(doors: Data<Doors>) -> Result<HttpResponse, ApiError> {
    let books = doors.books.clone();
    let look = async move { books.breaks_open(MOST).await };
    let found = doors.read(look).await?;
    let now = doors.clock.now();
    let mut breaks: Vec<BreakView> = found
        .iter()
        .map(|seen| BreakView::of(&seen.row, now))
        .collect();
    breaks.sort_by_key(|shown| shown.since);
    Ok(HttpResponse::Ok().json(Breaks { breaks }))
}
