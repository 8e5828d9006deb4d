//! Invoices: opens one, shows one.

use std::future::Future;

use actix_web::web::{self, Data, Json, Path, Query, ServiceConfig};
use actix_web::{HttpMessage as _, HttpRequest, HttpResponse};
use serde::{Deserialize, Serialize};
use starkeeper_actors::domain::Timestamp;
use starkeeper_actors::domain::customer::Language;
use starkeeper_actors::domain::ids::{CustomerId, GatewayOrderId, InvoiceId, TelegramId};
use starkeeper_actors::domain::invoice::{Closing, Invoice, Purpose, Standing, Wish};
use starkeeper_actors::domain::money::MicroUsd;
use starkeeper_actors::payment::{OpenInvoice, OpenRefused};
use utoipa::ToSchema;

use super::keys::key_in;
use super::tokens::Caller;
use super::users::customer_at;
use super::{Entrance, Listed};
use crate::http::error::ApiError;
use crate::http::{Doors, resource};

/// The largest top-up: a slip of the hand, not a customer, asks for more.
pub(super) const LARGEST: MicroUsd = MicroUsd::from_micros(100_000_000_000);

/// `/users/{telegram_id}/invoices`, `/invoices` and `/invoices/{id}`.
pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(resource("/users/{telegram_id}/invoices").route(web::post().to(open)))
        .service(resource("/invoices").route(web::get().to(invoices)))
        .service(resource("/invoices/{id}").route(web::get().to(invoice)));
}

/// An invoice as it is answered. Amounts are dollars in decimal text, instants UTC.
#[derive(Serialize, ToSchema)]
#[schema(as = Invoice)]
pub(super) struct InvoiceView {
    invoice: String,
    order_id: String,
    uuid: Option<String>,
    url: Option<String>,
    amount: String,
    currency: &'static str,
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    state: &'static str,
    #[schema(value_type = serde_json::Value)]
    gateway_status: Option<serde_json::Value>,
    credited: String,
}

impl InvoiceView {
    pub(super) fn of(invoice: &Invoice) -> Self {
        let page = match &invoice.standing {
            Standing::Open(page) => Some(page),
            Standing::Wanted { .. }
            | Standing::Asked
            | Standing::Refused { .. }
            | Standing::NotOurs => None,
        };
        let status = invoice.status.as_ref();
        Self {
            invoice: invoice.id.to_string(),
            order_id: invoice.gateway_order_id.to_string(),
            uuid: page.map(|page| page.uuid.to_string()),
            url: page.and_then(|page| page.url.clone()),
            amount: invoice.face.to_decimal(),
            currency: "USD",
            expires_at: invoice.expires_at,
            created_at: invoice.created_at,
            state: state_of(invoice),
            gateway_status: status.and_then(|status| serde_json::to_value(status).ok()),
            credited: invoice.money.left().to_decimal(),
        }
    }
}

/// Where an invoice stands, in a word.
const fn state_of(invoice: &Invoice) -> &'static str {
    match (&invoice.standing, invoice.closing) {
        (Standing::Wanted { .. } | Standing::Asked | Standing::Open(_), Some(closing)) => {
            match closing {
                Closing::Cancelled => "cancelled",
                Closing::Replaced => "replaced",
            }
        }
        (Standing::Wanted { .. } | Standing::Asked, None) => "being_opened",
        (Standing::Open(_), None) => "open",
        (Standing::Refused { .. }, _) => "refused",
        (Standing::NotOurs, _) => "not_ours",
    }
}

#[derive(Deserialize, ToSchema)]
#[schema(as = OpenInvoice)]
#[serde(deny_unknown_fields)]
pub(super) struct Wanted {
    /// Dollars in decimal text: a JSON number would be a float.
    amount: String,
    /// `en` or `ru`, for a person who has no account yet.
    #[serde(default)]
    #[schema(value_type = String)]
    language: Language,
}

async fn open(
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
    let face = amount(&wanted.amount)?;
    let entrance = payments(&doors)?;
    let named = match key_of(&request)? {
        Some(key) => (entrance.name_for)(telegram, &key),
        None => None,
    };
    let customer = account(&doors, telegram, wanted.language).await?;
    let asked = Asked { customer, face };
    if let Some(name) = &named
        && let Some(there) = invoice_named(&doors, name).await?
    {
        return replay(&asked, &there);
    }
    let wish = Wish {
        id: InvoiceId::new(doors.clock.fresh_id()),
        gateway_order_id: named
            .clone()
            .unwrap_or_else(|| doors.clock.fresh_gateway_order_id()),
        customer,
        purpose: Purpose::TopUp,
        face,
        coin: None,
    };
    let message = OpenInvoice {
        wish,
        order: None,
        update: None,
    };
    let answer = doors.payment.ask(message, doors.ask_deadline()).await;
    let refused: OpenRefused = match answer? {
        Ok(opened) => return Ok(HttpResponse::Created().json(InvoiceView::of(&opened.invoice))),
        Err(refused) => refused,
    };
    // A request with the same key may have been faster.
    match named {
        Some(name) => match invoice_named(&doors, &name).await? {
            Some(there) => replay(&asked, &there),
            None => Err(refused.into()),
        },
        None => Err(refused.into()),
    }
}

/// What is asked for under a key.
struct Asked {
    customer: CustomerId,
    face: MicroUsd,
}

/// Answers what came of the first request with the same key.
fn replay(asked: &Asked, there: &Invoice) -> Result<HttpResponse, ApiError> {
    if there.customer != asked.customer || there.face != asked.face {
        return Err(ApiError::conflict(
            "idempotency_key_used",
            format!(
                "this Idempotency-Key was used for {} USD",
                there.face.to_decimal()
            ),
            "take another key for another invoice",
        ));
    }
    match (&there.standing, there.closing) {
        (Standing::Open(_), _) => Ok(HttpResponse::Created().json(InvoiceView::of(there))),
        (Standing::Refused { why }, _) => Err(OpenRefused::Refused(why.clone()).into()),
        (Standing::NotOurs, _) => {
            let why = "the gateway returned another invoice".into();
            Err(OpenRefused::Refused(why).into())
        }
        (Standing::Wanted { .. } | Standing::Asked, Some(_)) => {
            Err(OpenRefused::GatewayDown.into())
        }
        (Standing::Wanted { .. } | Standing::Asked, None) => Err(OpenRefused::Unknown.into()),
    }
}

/// A whole number of cents above nothing.
fn amount(text: &str) -> Result<MicroUsd, ApiError> {
    let hint = "send dollars as text, such as {\"amount\":\"10\"} or {\"amount\":\"10.50\"}";
    let refused = |message: String| ApiError::refused("bad_amount", message, hint);
    let amount = MicroUsd::parse_plain(text).map_err(|why| refused(format!("amount: {why}")))?;
    if !amount.is_positive() {
        return Err(refused("amount: nothing is not an amount to pay".into()));
    }
    if amount.micros() % MicroUsd::CENT.micros() != 0 {
        let message = format!("amount: {} USD is not whole cents", amount.to_decimal());
        return Err(refused(message));
    }
    if amount > LARGEST {
        let message = format!(
            "amount: {} USD is more than {} USD at once",
            amount.to_decimal(),
            LARGEST.to_decimal()
        );
        return Err(refused(message));
    }
    Ok(amount)
}

fn payments(doors: &Doors) -> Result<&Entrance, ApiError> {
    match doors.admin.as_deref() {
        Some(entrance) if entrance.payments => Ok(entrance),
        Some(_) | None => Err(ApiError::unready(
            "payments_off",
            "payments are off: no invoice can be opened",
            "set MERCHANT_UUID and API_KEY and start the daemon again",
        )),
    }
}

/// What the caller names the request by. Keys of another token than the first are other keys.
pub(super) fn key_of(request: &HttpRequest) -> Result<Option<String>, ApiError> {
    let key = key_in(request.headers())?;
    let caller = request.extensions().get::<Caller>().map(Caller::prefix);
    Ok(key.map(|key| format!("{}{key}", caller.unwrap_or_default())))
}

async fn account(
    doors: &Doors,
    telegram: TelegramId,
    language: Language,
) -> Result<CustomerId, ApiError> {
    let (books, now) = (doors.books.clone(), doors.clock.now());
    let fresh = CustomerId::new(doors.clock.fresh_id());
    let opened = doors.read(async move { books.customer_of(telegram, language, fresh, now).await });
    Ok(opened.await?.row.id)
}

fn invoice_named(
    doors: &Doors,
    name: &GatewayOrderId,
) -> impl Future<Output = Result<Option<Invoice>, ApiError>> {
    let (books, name) = (doors.books.clone(), name.clone());
    let look = async move { books.invoice_named(&name).await };
    let doors = doors.clone();
    async move { Ok(doors.read(look).await?.map(|seen| seen.row)) }
}

/// One invoice, by our own id (`inv_7` or `7`) or by its name at the gateway.
async fn invoice(doors: Data<Doors>, id: Path<String>) -> Result<HttpResponse, ApiError> {
    let number = id.strip_prefix("inv_").unwrap_or(&id).parse().ok();
    let found = match number {
        Some(number) => {
            let books = doors.books.clone();
            let look = async move { books.invoice(InvoiceId::new(number)).await };
            doors.read(look).await?.map(|seen| seen.row)
        }
        None => match GatewayOrderId::parse(&id) {
            Ok(name) => invoice_named(&doors, &name).await?,
            Err(_not_a_name) => None,
        },
    };
    match found {
        Some(invoice) => Ok(HttpResponse::Ok().json(InvoiceView::of(&invoice))),
        None => {
            let shown: String = id.chars().take(40).collect();
            let hint = "name it by `invoice` or `order_id` as they were answered";
            Err(ApiError::missing(
                format!("there is no invoice {shown}"),
                hint,
            ))
        }
    }
}

#[derive(Serialize, ToSchema)]
#[schema(as = Invoices)]
pub(super) struct Invoices {
    invoices: Vec<InvoiceView>,
}

/// Those of one person with `?user=`, otherwise everybody's; newest first.
async fn invoices(doors: Data<Doors>, listed: Query<Listed>) -> Result<HttpResponse, ApiError> {
    let page = listed.page()?;
    let customer = match listed.user {
        Some(user) => Some(customer_at(&doors, TelegramId::new(user)).await?.row.id),
        None => None,
    };
    let books = doors.books.clone();
    let found = doors.read(async move { books.latest_invoices(customer, page).await });
    let found = found.await?;
    let invoices = found.iter().map(|seen| InvoiceView::of(&seen.row));
    Ok(HttpResponse::Ok().json(Invoices {
        invoices: invoices.collect(),
    }))
}
