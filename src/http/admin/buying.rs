//! Orders are placed: for a person, without a conversation.

use actix_web::web::{self, Data, Json, Path, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use serde::{Deserialize, Serialize};
use starkeeper_actors::domain::catalog::{PremiumMonths, Product, StarsQuantity, Username};
use starkeeper_actors::domain::customer::Language;
use starkeeper_actors::domain::ids::{QuoteId, TelegramId};
use starkeeper_actors::session::{PayBy, Placed, WantedOrder};
use utoipa::ToSchema;

use super::invoices::{InvoiceView, key_of};
use super::orders::OrderView;
use crate::http::error::ApiError;
use crate::http::{Doors, resource};

/// `/users/{telegram_id}/orders`.
pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(resource("/users/{telegram_id}/orders").route(web::post().to(place)));
}

#[derive(Clone, Copy, Deserialize, ToSchema)]
#[schema(as = ProductKind)]
#[serde(rename_all = "lowercase")]
pub(super) enum Kind {
    Stars,
    Premium,
}

#[derive(Clone, Copy, Deserialize, ToSchema)]
#[schema(as = PayBy)]
#[serde(rename_all = "lowercase")]
pub(super) enum Pay {
    Balance,
    Invoice,
}

#[derive(Deserialize, ToSchema)]
#[schema(as = PlaceOrder)]
#[serde(deny_unknown_fields)]
pub(super) struct Wanted {
    product: Kind,
    /// Of Stars.
    quantity: Option<u32>,
    /// Of Premium.
    months: Option<u8>,
    /// With or without the `@`.
    recipient: String,
    pay: Pay,
    /// `en` or `ru`, for a person who has no account yet.
    #[serde(default)]
    #[schema(value_type = String)]
    language: Language,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Placed)]
pub(super) struct PlacedView {
    #[serde(flatten)]
    order: OrderView,
    invoice: Option<InvoiceView>,
}

impl PlacedView {
    fn of(placed: &Placed) -> Self {
        Self {
            order: OrderView::of(&placed.order),
            invoice: placed.invoice.as_ref().map(InvoiceView::of),
        }
    }
}

async fn place(
    doors: Data<Doors>,
    id: Path<i64>,
    request: HttpRequest,
    wanted: Json<Wanted>,
) -> Result<HttpResponse, ApiError> {
    let telegram = TelegramId::new(id.into_inner());
    if telegram.get() <= 0 {
        let message = format!("{} is not the id of a Telegram user", telegram.get());
        return Err(ApiError::malformed(message, "it is a whole number above 0"));
    }
    let counter = doors.selling()?;
    let wanted = WantedOrder {
        name: name_of(&doors, telegram, &request)?,
        telegram,
        language: wanted.language,
        product: product(&wanted)?,
        recipient: recipient(&wanted.recipient)?,
        pay: match wanted.pay {
            Pay::Balance => PayBy::Balance,
            Pay::Invoice => PayBy::Invoice,
        },
    };
    let directory = counter.directory.clone();
    let deadline = doors.ask_deadline();
    // Where the connections of the books live; it goes on when the caller does not wait.
    let placing = doors
        .io
        .spawn(async move { directory.place(wanted, deadline).await });
    let placed = placing.await.map_err(|why| {
        tracing::error!("an order was not placed: {why}");
        let hint = "repeat with the same Idempotency-Key, or look at the person's orders";
        ApiError::unsure("it is not known whether the order was placed", hint)
    })?;
    Ok(HttpResponse::Created().json(PlacedView::of(&placed?)))
}

fn name_of(
    doors: &Doors,
    telegram: TelegramId,
    request: &HttpRequest,
) -> Result<QuoteId, ApiError> {
    let key = key_of(request)?;
    let named = key.zip(doors.admin.as_deref());
    Ok(match named {
        Some((key, entrance)) => (entrance.order_for)(telegram, &key),
        None => QuoteId::new(doors.clock.fresh_id()),
    })
}

fn product(wanted: &Wanted) -> Result<Product, ApiError> {
    let refused = |message: &str, hint| Err(ApiError::malformed(message, hint));
    match (wanted.product, wanted.quantity, wanted.months) {
        (Kind::Stars, Some(quantity), None) => StarsQuantity::new(quantity)
            .map(Product::Stars)
            .map_err(|why| ApiError::refused("bad_quantity", why.to_string(), "50 to 1000000")),
        (Kind::Premium, None, Some(months)) => PremiumMonths::new(months)
            .map(Product::Premium)
            .map_err(|why| ApiError::refused("bad_months", why.to_string(), "3, 6 or 12")),
        (Kind::Stars, _, _) => refused(
            "Stars are ordered by `quantity`, and nothing else",
            "send {\"product\":\"stars\",\"quantity\":50,…}",
        ),
        (Kind::Premium, _, _) => refused(
            "Premium is ordered by `months`, and nothing else",
            "send {\"product\":\"premium\",\"months\":3,…}",
        ),
    }
}

fn recipient(text: &str) -> Result<Username, ApiError> {
    Username::parse(text).map_err(|why| {
        let hint = "send a public @username: 4 to 32 letters, digits and underscores";
        ApiError::refused("bad_recipient", format!("recipient: {why}"), hint)
    })
}
