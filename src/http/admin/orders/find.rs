//! Orders by anything that names one.

use starkeeper_actors::domain::ids::{
    CustomerId, GatewayOrderId, InvoiceId, OrderId, OrderNumber, TelegramId,
};
use starkeeper_actors::domain::invoice::{Invoice, Purpose};
use starkeeper_actors::domain::order::Order;
use starkeeper_actors::ports::Unreadable;
use starkeeper_actors::ports::books::{Books, Page, Seen};

use crate::http::Doors;
use crate::http::error::ApiError;

/// The longest text that is looked for.
const LONGEST: usize = 100;

/// What is found under a text; the page is for the orders of a person.
pub(in crate::http::admin) async fn orders(
    doors: &Doors,
    text: &str,
    page: Page,
) -> Result<Vec<Seen<Order>>, ApiError> {
    if text.is_empty() || text.len() > LONGEST {
        let message = format!("what is looked for is not 1 to {LONGEST} characters");
        let hint = "name a person, an order, an invoice, a reference or a hash";
        return Err(ApiError::malformed(message, hint));
    }
    let (books, text) = (doors.books.clone(), text.to_owned());
    doors
        .read(async move { find(&*books, &text, page).await })
        .await
}

async fn find(books: &dyn Books, text: &str, page: Page) -> Result<Vec<Seen<Order>>, Unreadable> {
    let number = |prefix: &str| text.strip_prefix(prefix).and_then(|it| it.parse().ok());
    if let Some(id) = number("cus_") {
        return books.orders_of(CustomerId::new(id), page).await;
    }
    if let Some(id) = number("inv_") {
        let invoice = books.invoice(InvoiceId::new(id)).await?;
        return of_invoice(books, invoice).await;
    }
    let mut found = Vec::new();
    if let Some(id) = number("ord_").or_else(|| text.parse().ok()) {
        found.extend(books.order(OrderId::new(id)).await?);
    }
    if let Ok(id) = text.parse()
        && let Some(person) = books.customer_at(TelegramId::new(id)).await?
    {
        found.extend(books.orders_of(person.row.id, page).await?);
    }
    if let Ok(number) = OrderNumber::parse(text) {
        found.extend(books.order_numbered(&number).await?);
    }
    if let Ok(name) = GatewayOrderId::parse(text) {
        let invoice = books.invoice_named(&name).await?;
        found.extend(of_invoice(books, invoice).await?);
    }
    found.extend(books.orders_with(text.to_owned()).await?);
    found.sort_by_key(|seen| std::cmp::Reverse(seen.row.id));
    found.dedup_by_key(|seen| seen.row.id);
    Ok(found)
}

async fn of_invoice(
    books: &dyn Books,
    invoice: Option<Seen<Invoice>>,
) -> Result<Vec<Seen<Order>>, Unreadable> {
    match invoice.map(|seen| seen.row.purpose) {
        Some(Purpose::Order(order)) => Ok(books.order(order).await?.into_iter().collect()),
        Some(Purpose::TopUp) | None => Ok(Vec::new()),
    }
}
