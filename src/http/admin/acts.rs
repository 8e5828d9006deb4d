//! What a person does to an order by hand: as far as its state allows (rule 20).

use actix_web::HttpResponse;
use actix_web::web::{self, Data, Json, Path, ReqData, ServiceConfig};
use serde::Deserialize;
use serde_json::Value;
use starkeeper_actors::domain::Span;
use starkeeper_actors::domain::audit::{Audited, Outcome};
use starkeeper_actors::domain::breaks::Finding;
use starkeeper_actors::domain::ids::{AdminId, OrderId, Version, WalletAddress};
use starkeeper_actors::domain::login::Health;
use starkeeper_actors::domain::order::{HistoryRow, OperatorAct};
use starkeeper_actors::domain::{Timestamp, order::Order};
use starkeeper_actors::fulfilment::{OperatorActs, OperatorRefused};
use starkeeper_actors::ports::books::{Page, Seen};
use utoipa::ToSchema;

use super::deeds::Announced;
use super::orders::{named, shown};
use crate::http::error::ApiError;
use crate::http::{Doors, resource};

/// Lines of the audit log that are looked through for a second person, and breaks for a silent
/// history.
const LINES: u32 = 100;
const BREAKS: u32 = 500;

/// What another person asked for stands for so long.
const SECOND_WITHIN: Span = Span::hours(24);

/// `/orders/{id}/resume`, `/refund` and `/deliver`.
pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(resource("/orders/{id}/resume").route(web::post().to(resume)))
        .service(resource("/orders/{id}/refund").route(web::post().to(refund)))
        .service(resource("/orders/{id}/deliver").route(web::post().to(deliver)));
}

#[derive(Deserialize, ToSchema)]
#[schema(as = ActOnOrder)]
#[serde(deny_unknown_fields)]
pub(super) struct Wanted {
    /// The version that was shown.
    version: i64,
}

#[derive(Deserialize, ToSchema)]
#[schema(as = RefundOrder)]
#[serde(deny_unknown_fields)]
pub(super) struct GivenBack {
    /// The version that was shown.
    version: i64,
}

#[derive(Deserialize, ToSchema)]
#[schema(as = DeliverOrder)]
#[serde(deny_unknown_fields)]
pub(super) struct Delivered {
    /// The version that was shown.
    version: i64,
    /// The row of Fragment's history that shows the goods, as `/breaks` has it in its finding.
    #[schema(value_type = serde_json::Value)]
    row: HistoryRow,
}

/// Goes on from where the order stopped; behind a payment that means looking only.
async fn resume(
    doors: Data<Doors>,
    id: Path<String>,
    deed: ReqData<Announced>,
    wanted: Json<Wanted>,
) -> Result<HttpResponse, ApiError> {
    let order = named(&doors, &id).await?;
    let id = order.row.id;
    act(&doors, &deed, id, wanted.version, OperatorAct::Resume).await?;
    shown(&doors, id).await
}

/// Gives the price back. Behind a payment that did not bounce: a day after Fragment's history was first
/// seen without the goods, and once another token has asked for the same within a day.
async fn refund(
    doors: Data<Doors>,
    id: Path<String>,
    deed: ReqData<Announced>,
    wanted: Json<GivenBack>,
) -> Result<HttpResponse, ApiError> {
    deed.needs_reason()?;
    let order = named(&doors, &id).await?;
    refunded(&doors, &deed, &order, wanted.version).await?;
    shown(&doors, order.row.id).await
}

/// Gives the price of an order back, if the version that was shown is still its own.
pub(super) async fn refunded(
    doors: &Doors,
    deed: &Announced,
    order: &Seen<Order>,
    version: i64,
) -> Result<(), ApiError> {
    deed.needs_reason()?;
    let refund = OperatorAct::Refund {
        second: second(doors, deed, order.row.id, version).await?,
        silent_since: silent_since(doors, order).await?,
    };
    act(doors, deed, order.row.id, version, refund).await
}

/// The goods are there: a row of the history shows them, and belongs to this order from now on.
async fn deliver(
    doors: Data<Doors>,
    id: Path<String>,
    deed: ReqData<Announced>,
    wanted: Json<Delivered>,
) -> Result<HttpResponse, ApiError> {
    deed.needs_reason()?;
    let order = named(&doors, &id).await?.row.id;
    let wanted = wanted.into_inner();
    delivered(&doors, &deed, order, wanted.version, wanted.row).await?;
    shown(&doors, order).await
}

/// Says that an order's goods are there, as a row shows.
pub(super) async fn delivered(
    doors: &Doors,
    deed: &Announced,
    order: OrderId,
    version: i64,
    row: HistoryRow,
) -> Result<(), ApiError> {
    deed.needs_reason()?;
    act(
        doors,
        deed,
        order,
        version,
        OperatorAct::MarkDelivered { row },
    )
    .await
}

/// Acts on an order, if the version that was shown is still its own.
pub(super) async fn act(
    doors: &Doors,
    deed: &Announced,
    order: OrderId,
    version: i64,
    act: OperatorAct,
) -> Result<(), ApiError> {
    let message = OperatorActs {
        order,
        shown: Version::new(version),
        act,
        nonce: deed.nonce(),
        by: deed.who().admin(),
    };
    let door = &doors.selling()?.fulfilment;
    match door.ask(message, doors.ask_deadline()).await? {
        // Under a key it was this very press that counted.
        Err(OperatorRefused::Pressed) if deed.is_keyed() => {}
        outcome => outcome?,
    }
    Ok(())
}

/// Another person who asked for the same of the same version.
async fn second(
    doors: &Doors,
    deed: &Announced,
    order: OrderId,
    version: i64,
) -> Result<Option<AdminId>, ApiError> {
    let (books, page) = (
        doors.books.clone(),
        Page {
            offset: 0,
            limit: LINES,
        },
    );
    let subject = Some(order.to_string());
    let lines = doors.read(async move { books.audit(subject, page).await });
    let since = doors.clock.now() - SECOND_WITHIN;
    let same = |line: &Audited| {
        line.outcome == Outcome::Asked
            && line.act == deed.act()
            && line.who != *deed.who()
            && line.at >= since
            && version_in(&line.detail) == Some(version)
    };
    let found = lines.await?.into_iter().find(same);
    Ok(found.map(|line| line.who.admin()))
}

fn version_in(detail: &str) -> Option<i64> {
    let detail: Value = serde_json::from_str(detail).ok()?;
    detail.get("version")?.as_i64()
}

/// Since when the sweep has read Fragment's history without finding the goods, while it can be read.
async fn silent_since(doors: &Doors, order: &Seen<Order>) -> Result<Option<Timestamp>, ApiError> {
    let (id, wallet) = (order.row.id, order.row.purchase().map(|it| it.wallet));
    let books = doors.books.clone();
    let look = async move { Ok((books.breaks_open(BREAKS).await?, books.logins().await?)) };
    let (breaks, logins) = doors.read(look).await?;
    let is_read = |wallet: WalletAddress| {
        let mut logins = logins.iter();
        logins.any(|seen| seen.row.wallet == wallet && seen.row.health == Health::Good)
    };
    if !wallet.is_some_and(is_read) {
        return Ok(None);
    }
    let unseen = breaks.iter().find(|seen| match seen.row.finding {
        Finding::DeliveryUnseen { order, .. } => order == id,
        Finding::PaymentUnexplained { .. }
        | Finding::MoneyBack { .. }
        | Finding::PaymentMissing { .. }
        | Finding::PaymentUnbooked { .. }
        | Finding::PaymentDiffers { .. }
        | Finding::ReferencePaidTwice { .. }
        | Finding::OrderPaidTwice { .. }
        | Finding::DeliveryUnproven { .. }
        | Finding::RowUnclaimed { .. }
        | Finding::RowDiffers { .. }
        | Finding::LateDelivery { .. } => false,
    });
    Ok(unseen.map(|seen| seen.row.seen))
}
