//! Breaks: where books, chain and Fragment's history do not tell the same story.

use actix_web::HttpResponse;
use actix_web::web::{self, Data, Json, ReqData, ServiceConfig};
use serde::{Deserialize, Serialize};
use starkeeper_actors::domain::Timestamp;
use starkeeper_actors::domain::breaks::{Break, BreakStanding, Finding};
use starkeeper_actors::domain::ids::{OrderId, Version};
use starkeeper_actors::ports::books::{Claim, RowWrite, Seen, Write};
use utoipa::ToSchema;

use super::deeds::{self, Announced};
use super::orders::id_of;
use crate::http::error::ApiError;
use crate::http::{Doors, resource};

/// Breaks that are shown: what the books give at most.
const MOST: u32 = 500;

/// `/breaks` and `/breaks/settle`.
pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(resource("/breaks").route(web::get().to(breaks)))
        .service(resource("/breaks/settle").route(web::post().to(settle)));
}

/// A break as it is answered. Amounts inside `finding` are billionths of a TON, as they are
/// stored.
#[derive(Serialize, ToSchema)]
#[schema(as = Break)]
pub(super) struct BreakView {
    key: String,
    /// What a person who closes it must name.
    version: i64,
    kind: &'static str,
    wallet: String,
    order: Option<String>,
    /// When the thing happened that they disagree about, and how long ago that is.
    #[schema(value_type = String, format = DateTime)]
    since: Timestamp,
    age_s: i64,
    /// When the sweep found it, and which time it did.
    #[schema(value_type = String, format = DateTime)]
    seen: Timestamp,
    n: u32,
    /// `open`, `agreed` or `settled`.
    standing: &'static str,
    #[schema(value_type = serde_json::Value)]
    finding: Finding,
}

impl BreakView {
    fn of(seen: &Seen<Break>, now: Timestamp) -> Self {
        let row = &seen.row;
        Self {
            key: row.key.clone(),
            version: seen.version.get(),
            kind: row.finding.kind(),
            wallet: row.wallet.to_string(),
            order: row.finding.order().map(|order| order.to_string()),
            since: row.since,
            age_s: (now - row.since).num_seconds().max(0),
            seen: row.seen,
            n: row.n,
            standing: match row.standing {
                BreakStanding::Open => "open",
                BreakStanding::Agreed { .. } => "agreed",
                BreakStanding::Settled { .. } => "settled",
            },
            finding: row.finding.clone(),
        }
    }
}

#[derive(Serialize, ToSchema)]
#[schema(as = Breaks)]
pub(super) struct Breaks {
    breaks: Vec<BreakView>,
}

/// Those that are open, oldest first.
async fn breaks(doors: Data<Doors>) -> Result<HttpResponse, ApiError> {
    let books = doors.books.clone();
    let look = async move { books.breaks_open(MOST).await };
    let found = doors.read(look).await?;
    let now = doors.clock.now();
    let mut breaks: Vec<BreakView> = found.iter().map(|seen| BreakView::of(seen, now)).collect();
    breaks.sort_by_key(|shown| shown.since);
    Ok(HttpResponse::Ok().json(Breaks { breaks }))
}

/// Which break is closed.
#[derive(Deserialize, ToSchema)]
#[schema(as = SettleBreak)]
#[serde(deny_unknown_fields)]
pub(super) struct Settled {
    /// As `/breaks` names it.
    key: String,
    /// The version that was shown.
    version: i64,
    /// The order that gets the row of Fragment's history, if there is one to give: no other order can
    /// take it for its own.
    order: Option<String>,
}

/// A person closes a break: it stays closed, whatever the next sweeps find under its key.
async fn settle(
    doors: Data<Doors>,
    deed: ReqData<Announced>,
    wanted: Json<Settled>,
) -> Result<HttpResponse, ApiError> {
    deed.needs_reason()?;
    let wanted = wanted.into_inner();
    let seen = named(&doors, &wanted.key).await?;
    let order = match wanted.order {
        Some(order) => Some(order_there(&doors, &order).await?),
        None => None,
    };
    closed(&doors, &deed, &seen, wanted.version, order).await?;
    let settled = named(&doors, &wanted.key).await?;
    Ok(HttpResponse::Ok().json(BreakView::of(&settled, doors.clock.now())))
}

/// Closes a break, if the version that was shown is still its own.
pub(super) async fn closed(
    doors: &Doors,
    deed: &Announced,
    seen: &Seen<Break>,
    version: i64,
    order: Option<OrderId>,
) -> Result<(), ApiError> {
    deed.needs_reason()?;
    if seen.version != Version::new(version) {
        let message = format!("the break is at version {}", seen.version.get());
        let hint = "look at it again, and decide by what it is now";
        return Err(ApiError::conflict("changed", message, hint));
    }
    let mut commit = doors.commit();
    let (decision, row) = seen.row.settled(order, commit.at)?;
    let next = deeds::absorb(doors, &mut commit, decision);
    if let Some(row) = row {
        commit.claims.push((Claim::History(row), order));
    }
    let write = Write::over(seen, next);
    commit.rows.push(RowWrite::Break(write));
    deed.commit(doors, commit).await
}

async fn named(doors: &Doors, key: &str) -> Result<Seen<Break>, ApiError> {
    let (books, keys) = (doors.books.clone(), vec![key.to_owned()]);
    let found = doors.read(async move { books.breaks_named(keys).await });
    found.await?.into_iter().next().ok_or_else(|| {
        let shown: String = key.chars().take(80).collect();
        let hint = "name it by its `key`, as GET /admin/v1/breaks answers it";
        ApiError::missing(format!("there is no break {shown}"), hint)
    })
}

async fn order_there(doors: &Doors, order: &str) -> Result<OrderId, ApiError> {
    let nobody = || {
        let shown: String = order.chars().take(40).collect();
        ApiError::missing(format!("there is no order {shown}"), "name it by `order`")
    };
    let id = id_of(order).ok_or_else(nobody)?;
    let books = doors.books.clone();
    let found = doors.read(async move { books.order(id).await });
    found.await?.map(|_| id).ok_or_else(nobody)
}
