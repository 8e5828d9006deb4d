//! Prices: markups, fixed prices and the margin floor, without a restart.
//!
//! The settings seed them. Once an operator has set any of them, the books' hold, whatever the files say.

use actix_web::HttpResponse;
use actix_web::web::{self, Data, Json, ReqData, ServiceConfig};
use serde::{Deserialize, Serialize};
use starkeeper_actors::domain::Timestamp;
use starkeeper_actors::domain::catalog::Product;
use starkeeper_actors::domain::ids::Version;
use starkeeper_actors::domain::money::MicroUsd;
use starkeeper_actors::domain::pricing::{Bps, FixedPrice, PricesByHand, ShopPrices, Tier};
use starkeeper_actors::ports::books::{RowWrite, Seen, Write};
use utoipa::ToSchema;

use super::deeds::Announced;
use super::sales::{stored, told};
use crate::http::error::ApiError;
use crate::http::{Doors, resource};

/// `/prices`.
pub(super) fn routes(config: &mut ServiceConfig) {
    let prices = resource("/prices")
        .route(web::get().to(prices))
        .route(web::post().to(set));
    config.service(prices);
}

/// What makes prices. Markups are hundredths of a percent.
#[derive(Serialize, ToSchema)]
#[schema(as = Prices)]
pub(super) struct PricesView {
    /// What a person who changes them must name.
    version: i64,
    /// When an operator last set them; none while those of the settings hold.
    #[schema(value_type = Option<String>, format = DateTime)]
    by_hand: Option<Timestamp>,
    markup: Vec<TierView>,
    premium_markup_bps: u32,
    margin_floor_bps: u32,
    fixed: Vec<FixedView>,
}

/// A markup from a quantity of Stars on.
#[derive(Serialize, Deserialize, ToSchema)]
#[schema(as = Tier)]
#[serde(deny_unknown_fields)]
pub(super) struct TierView {
    from_quantity: u32,
    markup_bps: u32,
}

/// A price that does not follow the cost.
#[derive(Serialize, Deserialize, ToSchema)]
#[schema(as = FixedPrice)]
#[serde(deny_unknown_fields)]
pub(super) struct FixedView {
    /// `{"stars":100}` or `{"premium":3}`.
    #[schema(value_type = serde_json::Value)]
    product: Product,
    /// Dollars in decimal text.
    price: String,
}

impl PricesView {
    fn of(seen: &Seen<ShopPrices>) -> Self {
        let rules = seen.row.rules.get();
        let tier = |tier: &Tier| TierView {
            from_quantity: tier.from_quantity,
            markup_bps: tier.markup.get(),
        };
        let fixed = |fixed: &FixedPrice| FixedView {
            product: fixed.product,
            price: fixed.price.to_decimal(),
        };
        Self {
            version: seen.version.get(),
            by_hand: seen.row.by_hand,
            markup: rules.tiers.iter().map(tier).collect(),
            premium_markup_bps: rules.premium_markup.get(),
            margin_floor_bps: rules.margin_floor.get(),
            fixed: rules.fixed.iter().map(fixed).collect(),
        }
    }
}

async fn prices(doors: Data<Doors>) -> Result<HttpResponse, ApiError> {
    Ok(HttpResponse::Ok().json(PricesView::of(&stored(&doors).await?)))
}

/// What is set; what is left out stays.
#[derive(Deserialize, ToSchema)]
#[schema(as = SetPrices)]
#[serde(deny_unknown_fields)]
pub(super) struct Wanted {
    /// The version that was shown.
    version: i64,
    markup: Option<Vec<TierView>>,
    premium_markup_bps: Option<u32>,
    margin_floor_bps: Option<u32>,
    fixed: Option<Vec<FixedView>>,
}

async fn set(
    doors: Data<Doors>,
    deed: ReqData<Announced>,
    wanted: Json<Wanted>,
) -> Result<HttpResponse, ApiError> {
    let wanted = wanted.into_inner();
    let seen = stored(&doors).await?;
    // Observations move the version every few seconds: what counts is that the rules are as shown.
    if wanted.version > seen.version.get() {
        let message = format!("the prices are at version {}", seen.version.get());
        return Err(ApiError::conflict("changed", message, "look at them again"));
    }
    let set = by_hand(wanted)?;
    let seen = set_over(&doors, &deed, &seen, set).await?;
    Ok(HttpResponse::Ok().json(PricesView::of(&seen)))
}

/// Sets prices over those that were read; answers them as they are then.
pub(super) async fn set_over(
    doors: &Doors,
    deed: &Announced,
    seen: &Seen<ShopPrices>,
    set: PricesByHand,
) -> Result<Seen<ShopPrices>, ApiError> {
    deed.needs_reason()?;
    let mut commit = doors.commit();
    let next = seen.row.set_by_hand(set, commit.at)?;
    commit
        .rows
        .push(RowWrite::Prices(Write::over(seen, next.clone())));
    deed.commit(doors, commit).await?;
    told(doors);
    Ok(Seen {
        row: next,
        version: Version::next(seen.version),
    })
}

fn by_hand(wanted: Wanted) -> Result<PricesByHand, ApiError> {
    let tier = |tier: TierView| Tier {
        from_quantity: tier.from_quantity,
        markup: Bps::new(tier.markup_bps),
    };
    let fixed = |fixed: FixedView| {
        let price = MicroUsd::parse_plain(&fixed.price).map_err(|why| {
            let hint = "send dollars as text, such as \"1.99\"";
            ApiError::refused("bad_amount", format!("price: {why}"), hint)
        })?;
        let product = fixed.product;
        Ok(FixedPrice { product, price })
    };
    let fixed = wanted.fixed.map(|all| all.into_iter().map(fixed).collect());
    let fixed: Option<Result<Vec<FixedPrice>, ApiError>> = fixed;
    let markup = wanted.markup;
    Ok(PricesByHand {
        tiers: markup.map(|tiers| tiers.into_iter().map(tier).collect()),
        premium_markup: wanted.premium_markup_bps.map(Bps::new),
        fixed: fixed.transpose()?,
        margin_floor: wanted.margin_floor_bps.map(Bps::new),
    })
}
