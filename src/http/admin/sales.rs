//! Sales: what is sold now, and a stop that an operator orders and ends.

use actix_web::HttpResponse;
use actix_web::web::{self, Data, Json, ReqData, ServiceConfig};
use serde::{Deserialize, Serialize};
use starkeeper_actors::domain::Timestamp;
use starkeeper_actors::domain::catalog::ProductKind;
use starkeeper_actors::domain::decision::Decision;
use starkeeper_actors::domain::pricing::{ShopPrices, Stop, StopReason};
use starkeeper_actors::ports::books::{RowWrite, Seen, Write};
use utoipa::ToSchema;

use super::deeds::{self, Announced};
use crate::http::error::ApiError;
use crate::http::{Doors, resource};

/// Prices are written every few seconds by whoever asks for them: so often a deed meets a newer row.
const TRIES: usize = 5;

/// `/sales`, `/sales/pause` and `/sales/resume`.
pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(resource("/sales").route(web::get().to(sales)))
        .service(resource("/sales/pause").route(web::post().to(pause)))
        .service(resource("/sales/resume").route(web::post().to(resume)));
}

/// What is sold.
#[derive(Serialize, ToSchema)]
#[schema(as = Sales)]
pub(super) struct SalesView {
    /// Whether something can be bought now.
    open: bool,
    stops: Vec<StopView>,
    unavailable: Vec<UnavailableView>,
}

/// A stop that somebody ordered or some rule demands.
#[derive(Serialize, ToSchema)]
#[schema(as = Stop)]
pub(super) struct StopView {
    /// `stars` or `premium`; none means all.
    #[schema(value_type = Option<String>)]
    product: Option<ProductKind>,
    /// `operator`, `login_lost` …
    #[schema(value_type = String)]
    code: StopReason,
    why: String,
    #[schema(value_type = String, format = DateTime)]
    since: Timestamp,
}

/// A product that cannot be bought now.
#[derive(Serialize, ToSchema)]
#[schema(as = Unavailable)]
pub(super) struct UnavailableView {
    /// Stars stand for all quantities.
    product: String,
    code: &'static str,
    why: String,
}

impl SalesView {
    fn of(prices: &ShopPrices, now: Timestamp) -> Self {
        let unavailable = prices.unavailable(now);
        // Stars and three lengths of Premium.
        let open = unavailable.len() < 4;
        let stop = |stop: &Stop| StopView {
            product: stop.kind,
            code: stop.why,
            why: stop.why.to_string(),
            since: stop.since,
        };
        Self {
            open,
            stops: prices.stops.iter().map(stop).collect(),
            unavailable: unavailable
                .into_iter()
                .map(|gone| UnavailableView {
                    product: gone.product.to_string(),
                    code: gone.why.code(),
                    why: gone.why.to_string(),
                })
                .collect(),
        }
    }
}

async fn sales(doors: Data<Doors>) -> Result<HttpResponse, ApiError> {
    let prices = stored(&doors).await?.row;
    Ok(HttpResponse::Ok().json(SalesView::of(&prices, doors.clock.now())))
}

/// What rests.
#[derive(Deserialize, ToSchema)]
#[schema(as = PauseSales)]
#[serde(deny_unknown_fields)]
pub(super) struct Paused {
    /// `stars` or `premium`; none means all.
    #[schema(value_type = Option<String>)]
    product: Option<ProductKind>,
}

/// Nothing new is sold; what was bought goes on.
async fn pause(
    doors: Data<Doors>,
    deed: ReqData<Announced>,
    wanted: Json<Paused>,
) -> Result<HttpResponse, ApiError> {
    let kind = wanted.product;
    let (prices, now) = paused(&doors, &deed, kind).await?;
    Ok(HttpResponse::Ok().json(SalesView::of(&prices, now)))
}

/// Stops sales of a kind, or of all; answers the prices as they are then.
pub(super) async fn paused(
    doors: &Doors,
    deed: &Announced,
    kind: Option<ProductKind>,
) -> Result<(ShopPrices, Timestamp), ApiError> {
    deed.needs_reason()?;
    change(doors, deed, |prices, now| prices.paused(kind, now)).await
}

/// Sales go on, as far as an operator had stopped them.
async fn resume(doors: Data<Doors>, deed: ReqData<Announced>) -> Result<HttpResponse, ApiError> {
    let (prices, now) = resumed(&doors, &deed).await?;
    Ok(HttpResponse::Ok().json(SalesView::of(&prices, now)))
}

/// Lets sales go on; answers the prices as they are then.
pub(super) async fn resumed(
    doors: &Doors,
    deed: &Announced,
) -> Result<(ShopPrices, Timestamp), ApiError> {
    change(doors, deed, ShopPrices::resumed).await
}

async fn change(
    doors: &Doors,
    deed: &Announced,
    decide: impl Fn(&ShopPrices, Timestamp) -> Option<Decision<ShopPrices>> + Send + Sync,
) -> Result<(ShopPrices, Timestamp), ApiError> {
    for _ in 0..TRIES {
        let seen = stored(doors).await?;
        let mut commit = doors.commit();
        // What is so already needs nothing.
        let Some(decision) = decide(&seen.row, commit.at) else {
            return Ok((seen.row, commit.at));
        };
        let next = deeds::absorb(doors, &mut commit, decision);
        let at = commit.at;
        let write = Write::over(&seen, next.clone());
        commit.rows.push(RowWrite::Prices(write));
        match deed.commit(doors, commit).await {
            Ok(()) => {
                told(doors);
                return Ok((next, at));
            }
            Err(why) if why.code() == "changed" => {}
            Err(why) => return Err(why),
        }
    }
    let hint = "ask again in a moment";
    Err(ApiError::unready(
        "not_done",
        "the prices changed each time",
        hint,
    ))
}

/// The prices as they are stored.
pub(super) async fn stored(doors: &Doors) -> Result<Seen<ShopPrices>, ApiError> {
    let books = doors.books.clone();
    let stored = doors.read(async move { books.prices().await }).await?;
    stored.ok_or_else(|| {
        let hint = "they are stored a few seconds after the first start of a daemon that sells";
        ApiError::unready(
            "no_prices",
            "no prices are stored yet: nothing is sold",
            hint,
        )
    })
}

/// Whoever publishes prices reads them again.
pub(super) fn told(doors: &Doors) {
    if let Some(counter) = &doors.counter {
        counter.pricing.wake();
    }
}
