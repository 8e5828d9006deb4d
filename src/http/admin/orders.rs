//! Orders: the list, and one.

use actix_web::HttpResponse;
use actix_web::web::{self, Data, Path, Query, ServiceConfig};
use serde::Serialize;
use starkeeper_actors::domain::Timestamp;
use starkeeper_actors::domain::ids::{OrderId, OrderNumber, TelegramId};
use starkeeper_actors::domain::order::Order;

use super::Listed;
use super::users::customer_at;
use crate::http::error::ApiError;
use crate::http::{Doors, resource};

/// `/orders` and `/orders/{id}`.
pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(resource("/orders").route(web::get().to(orders)))
        .service(resource("/orders/{id}").route(web::get().to(order)));
}

/// An order as it is answered.
#[derive(Serialize)]
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
            since: order.since,
        }
    }
}

#[derive(Serialize)]
struct Orders {
    orders: Vec<OrderView>,
}

async fn orders(doors: Data<Doors>, listed: Query<Listed>) -> Result<HttpResponse, ApiError> {
    let page = listed.page()?;
    let books = doors.books.clone();
    let found = match listed.user {
        Some(user) => {
            let customer = customer_at(&doors, TelegramId::new(user)).await?.row.id;
            let look = async move { books.orders_of(customer, page).await };
            doors.read(look).await?
        }
        None => {
            let look = async move { books.latest_orders(page).await };
            doors.read(look).await?
        }
    };
    let orders = found.iter().map(|seen| OrderView::of(&seen.row));
    Ok(HttpResponse::Ok().json(Orders {
        orders: orders.collect(),
    }))
}

/// One order, by our own id (`ord_7` or `7`) or by the number people say (`SK-…`).
async fn order(doors: Data<Doors>, id: Path<String>) -> Result<HttpResponse, ApiError> {
    let books = doors.books.clone();
    let number = id.strip_prefix("ord_").unwrap_or(&id).parse().ok();
    let found = match (number, OrderNumber::parse(&id)) {
        (Some(number), _) => {
            let look = async move { books.order(OrderId::new(number)).await };
            doors.read(look).await?
        }
        (None, Ok(said)) => {
            let look = async move { books.order_numbered(&said).await };
            doors.read(look).await?
        }
        (None, Err(_not_a_number)) => None,
    };
    match found {
        Some(seen) => Ok(HttpResponse::Ok().json(OrderView::of(&seen.row))),
        None => {
            let shown: String = id.chars().take(40).collect();
            let hint = "name it by `order` or `number` as they were answered";
            Err(ApiError::missing(
                format!("there is no order {shown}"),
                hint,
            ))
        }
    }
}
