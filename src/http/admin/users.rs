//! People: balance, and what they may still pay.

use actix_web::HttpResponse;
use actix_web::web::{self, Data, Path, ServiceConfig};
use serde::Serialize;
use starkeeper_actors::domain::Timestamp;
use starkeeper_actors::domain::customer::{Customer, Purse};
use starkeeper_actors::domain::ids::{CustomerId, TelegramId};
use starkeeper_actors::ports::books::Seen;
use utoipa::ToSchema;

use super::invoices::InvoiceView;
use crate::http::error::ApiError;
use crate::http::{Doors, resource};

/// `/users/{telegram_id}`.
pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(resource("/users/{telegram_id}").route(web::get().to(user)));
}

/// A person as the books know one. Amounts are dollars in decimal text.
#[derive(Serialize, ToSchema)]
#[schema(as = User)]
pub(super) struct UserView {
    telegram_id: i64,
    customer: String,
    #[schema(value_type = String)]
    language: starkeeper_actors::domain::customer::Language,
    balance: String,
    held: String,
    debt: String,
    frozen: bool,
    unreachable: bool,
    #[schema(value_type = String, format = DateTime)]
    since: Timestamp,
    open_invoices: Vec<InvoiceView>,
}

async fn user(doors: Data<Doors>, id: Path<String>) -> Result<HttpResponse, ApiError> {
    let customer = customer_of(&doors, &id).await?.row;
    shown(&doors, &customer).await
}

/// A person with the balances as they are now.
pub(super) async fn shown(doors: &Doors, customer: &Customer) -> Result<HttpResponse, ApiError> {
    let books = doors.books.clone();
    let id = customer.id;
    let (purse, invoices) = doors
        .read(async move { Ok((books.purse(id).await?, books.invoices_of(id).await?)) })
        .await?;
    let open = invoices.iter().map(|seen| InvoiceView::of(&seen.row));
    Ok(HttpResponse::Ok().json(view(customer, purse, open.collect())))
}

/// A person by the Telegram id, or by the account (`cus_7`).
pub(super) async fn customer_of(doors: &Doors, id: &str) -> Result<Seen<Customer>, ApiError> {
    if let Some(account) = id.strip_prefix("cus_").and_then(|it| it.parse().ok()) {
        let books = doors.books.clone();
        let found = doors.read(async move { books.customer(CustomerId::new(account)).await });
        return found.await?.ok_or_else(|| {
            let hint = "name it by `customer`, as it was answered";
            ApiError::missing(format!("there is no account cus_{account}"), hint)
        });
    }
    let telegram = id.parse().map_err(|_| {
        let hint =
            "it is a whole number, the id that Telegram gives a person, or cus_ and a number";
        ApiError::malformed("the path names no person", hint)
    })?;
    customer_at(doors, TelegramId::new(telegram)).await
}

fn view(customer: &Customer, purse: Purse, open_invoices: Vec<InvoiceView>) -> UserView {
    UserView {
        telegram_id: customer.telegram.get(),
        customer: customer.id.to_string(),
        language: customer.language,
        balance: purse.available.to_decimal(),
        held: purse.held.to_decimal(),
        debt: purse.debt.to_decimal(),
        frozen: customer.is_frozen(),
        unreachable: customer.unreachable,
        since: customer.since,
        open_invoices,
    }
}

/// The account of a Telegram user, who must have one.
pub(super) async fn customer_at(
    doors: &Doors,
    telegram: TelegramId,
) -> Result<Seen<Customer>, ApiError> {
    let books = doors.books.clone();
    let found = doors.read(async move { books.customer_at(telegram).await });
    found.await?.ok_or_else(|| {
        let message = format!("the Telegram user {} has no account here", telegram.get());
        let hint = "an account is opened by the person's first message or first invoice";
        ApiError::missing(message, hint)
    })
}
