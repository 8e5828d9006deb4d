//! Orders: the list, and one.

use actix_web::HttpResponse;
use actix_web::web::{self, Data, Path, Query, ServiceConfig};
use serde::{Deserialize, Serialize};
use starkeeper_actors::domain::Timestamp;
use starkeeper_actors::domain::ids::{OrderId, OrderNumber, TelegramId};
use starkeeper_actors::domain::order::Order;
use starkeeper_actors::domain::transfer::{Transfer, TransferState};
use starkeeper_actors::ports::books::{OrderFile, Seen};
use utoipa::ToSchema;

use super::invoices::InvoiceView;
use super::page_of;
use super::users::customer_at;
use crate::http::error::ApiError;
use crate::http::{Doors, resource};

pub(super) mod find;

/// `/orders` and `/orders/{id}`.
pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(resource("/orders").route(web::get().to(orders)))
        .service(resource("/orders/{id}").route(web::get().to(order)));
}

/// An order as it is answered.
#[derive(Serialize, ToSchema)]
#[schema(as = Order)]
pub(super) struct OrderView {
    order: String,
    number: String,
    customer: String,
    product: String,
    recipient: String,
    price: String,
    currency: &'static str,
    state: &'static str,
    finished: bool,
    /// What a person may do with it by hand.
    #[schema(value_type = Vec<String>)]
    may: &'static [&'static str],
    #[schema(value_type = String, format = DateTime)]
    since: Timestamp,
}

impl OrderView {
    pub(super) fn of(order: &Order) -> Self {
        Self {
            order: order.id.to_string(),
            number: order.number.to_string(),
            customer: order.customer.to_string(),
            product: order.quote.product.to_string(),
            recipient: order.quote.recipient.username.as_str().to_owned(),
            price: order.price().to_decimal(),
            currency: "USD",
            state: order.state_name(),
            finished: order.is_finished(),
            may: order.operator_may(),
            since: order.since,
        }
    }
}

#[derive(Serialize, ToSchema)]
#[schema(as = Orders)]
pub(super) struct Orders {
    orders: Vec<OrderView>,
}

/// Which orders are looked at.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Sought {
    /// Of one person.
    user: Option<i64>,
    /// By anything: a person's id, an order's id or number, an invoice's id or name, a reference or
    /// request id of Fragment, the hash of a message or a transaction.
    find: Option<String>,
    /// Skips so many.
    offset: Option<u32>,
    /// At most so many, 1 to 100.
    limit: Option<u32>,
}

async fn orders(doors: Data<Doors>, sought: Query<Sought>) -> Result<HttpResponse, ApiError> {
    let page = page_of(sought.offset, sought.limit)?;
    let books = doors.books.clone();
    let found = match (&sought.find, sought.user) {
        (Some(text), None) => find::orders(&doors, text.trim(), page).await?,
        (Some(_), Some(_)) => {
            let hint = "`find` takes a person's id as well";
            return Err(ApiError::malformed(
                "`find` and `user` are two questions",
                hint,
            ));
        }
        (None, Some(user)) => {
            let customer = customer_at(&doors, TelegramId::new(user)).await?.row.id;
            let look = async move { books.orders_of(customer, page).await };
            doors.read(look).await?
        }
        (None, None) => {
            let look = async move { books.latest_orders(page).await };
            doors.read(look).await?
        }
    };
    let orders = found.iter().map(|seen| OrderView::of(&seen.row));
    Ok(HttpResponse::Ok().json(Orders {
        orders: orders.collect(),
    }))
}

/// `ord_7` or `7`.
pub(super) fn id_of(text: &str) -> Option<OrderId> {
    let number = text.strip_prefix("ord_").unwrap_or(text).parse().ok();
    number.map(OrderId::new)
}

/// One order, by our own id (`ord_7` or `7`) or by the number people say (`SK-…`), with everything
/// that belongs to it.
async fn order(doors: Data<Doors>, id: Path<String>) -> Result<HttpResponse, ApiError> {
    let order = named(&doors, &id).await?.row.id;
    shown(&doors, order).await
}

/// The order of a name.
pub(super) async fn named(doors: &Doors, id: &str) -> Result<Seen<Order>, ApiError> {
    let books = doors.books.clone();
    let found = match (id_of(id), OrderNumber::parse(id)) {
        (Some(id), _) => doors.read(async move { books.order(id).await }).await?,
        (None, Ok(said)) => {
            let look = async move { books.order_numbered(&said).await };
            doors.read(look).await?
        }
        (None, Err(_not_a_number)) => None,
    };
    found.ok_or_else(|| missing(id))
}

/// Everything about an order.
pub(super) async fn shown(doors: &Doors, order: OrderId) -> Result<HttpResponse, ApiError> {
    let books = doors.books.clone();
    let file = doors.read(async move { books.order_file(order).await });
    let file = file.await?.ok_or_else(|| missing(&order.to_string()))?;
    Ok(HttpResponse::Ok().json(OrderDetail::of(&file)))
}

fn missing(id: &str) -> ApiError {
    let shown: String = id.chars().take(40).collect();
    let hint = "name it by `order` or `number` as they were answered";
    ApiError::missing(format!("there is no order {shown}"), hint)
}

/// An order with everything that belongs to it.
#[derive(Serialize, ToSchema)]
#[schema(as = OrderDetail)]
pub(super) struct OrderDetail {
    #[serde(flatten)]
    order: OrderView,
    /// What a person who acts on it must name.
    version: i64,
    /// Why it is parked.
    why: Option<String>,
    wallet: Option<String>,
    transfers: Vec<TransferView>,
    invoices: Vec<InvoiceView>,
}

impl OrderDetail {
    fn of(file: &OrderFile) -> Self {
        let order = &file.order.row;
        let wallet = file.wallet.as_ref();
        let transfers = file.transfers.iter();
        let invoices = file.invoices.iter();
        Self {
            order: OrderView::of(order),
            version: file.order.version.get(),
            why: order.why_parked().map(|(line, _reason)| line.to_owned()),
            wallet: wallet.map(|seen| seen.row.address.to_string()),
            transfers: transfers.map(|seen| TransferView::of(&seen.row)).collect(),
            invoices: invoices.map(|seen| InvoiceView::of(&seen.row)).collect(),
        }
    }
}

/// A transfer as it is answered; its bytes are nobody's business.
#[derive(Serialize, ToSchema)]
#[schema(as = Transfer)]
pub(super) struct TransferView {
    transfer: String,
    seqno: u32,
    message_hash: String,
    #[schema(value_type = String, format = DateTime)]
    signed_at: Timestamp,
    /// As it is stored: `signed`, or what was found with the transaction.
    #[schema(value_type = serde_json::Value)]
    state: TransferState,
}

impl TransferView {
    fn of(transfer: &Transfer) -> Self {
        Self {
            transfer: transfer.id.to_string(),
            seqno: transfer.seqno,
            message_hash: transfer.message_hash.to_string(),
            signed_at: transfer.signed_at,
            state: transfer.state.clone(),
        }
    }
}
