//! The calls about one invoice.

use std::sync::{Arc, MutexGuard};

use super::super::deliveries::Reason;
use super::super::desk::Desk;
use super::super::fields::{Fields, plain_decimal};
use super::super::invoice::shown::utc_time;
use super::super::invoice::{Refund, Status, View};
use super::super::php::Json;
use super::super::qr as picture;
use super::super::refusal::Refusal;
use super::super::request::Request;
use super::super::webhook;
use super::AML_LINK_LIFE;
use crate::world::{World, hold};

/// So often a webhook is repeated on demand.
const MOST_RESENDS: u32 = 10;

/// `POST /v1/payment`.
pub(super) fn create(world: &Arc<World>, body: &[u8], view: View) -> Result<Json, Refusal> {
    let request = Request::read(body)?;
    let mut desk = hold(&world.heleket.desk);
    let number = desk.open(world, request)?;
    desk.result(world, number, view).ok_or(Refusal::Server)
}

/// `POST /v1/payment/info`.
pub(super) fn info(world: &Arc<World>, body: &[u8], view: View) -> Result<Json, Refusal> {
    let (desk, number) = named(world, body, Wins::OrderId, "Payment not found")?;
    desk.result(world, number, view).ok_or(Refusal::Server)
}

/// `POST /v1/payment/resend`.
pub(super) fn resend(world: &Arc<World>, body: &[u8]) -> Result<Json, Refusal> {
    let (mut desk, number) = named(world, body, Wins::OrderId, "Payment not found")?;
    let invoice = desk.invoices.get_mut(number).ok_or(Refusal::Server)?;
    if !invoice.status().is_completed() || invoice.order.url_callback.is_none() {
        return Err(Refusal::Business("Notification not found"));
    }
    if invoice.resends >= MOST_RESENDS {
        return Err(Refusal::Business("Too much resend"));
    }
    invoice.resends += 1;
    webhook::enqueue(world, &mut desk, number, Reason::Resend);
    Ok(Json::List(Vec::new()))
}

/// `POST /v1/payment/refund`. Repeating it is refused only because the first one has changed the
/// status: nothing tells two calls from one repeated.
pub(super) fn refund(world: &Arc<World>, body: &[u8]) -> Result<Json, Refusal> {
    let mut fields = Fields::of(body);
    let address = fields.required_text("address", 1, 128);
    let is_subtract = fields.boolean("is_subtract");
    if !fields.has("is_subtract") {
        fields.wrong("is_subtract", "required");
    }
    let part = fields.text("amount", 1, 40);
    let part = match part.as_deref().map(plain_decimal) {
        Some(None) => {
            fields.wrong("amount", "regex");
            None
        }
        Some(part) => part,
        None => None,
    };
    let by = by_name(&mut fields, Wins::Uuid);
    fields.finish()?;
    let mut desk = hold(&world.heleket.desk);
    let number = find(&desk, &by).ok_or(Refusal::Business("Payment was not found"))?;
    if desk.settings.blocked {
        return Err(Refusal::Business("You are forbidden"));
    }
    let invoice = desk.invoice(number).ok_or(Refusal::Server)?;
    if invoice.terms.is_none() {
        return Err(Refusal::Business("Undefined merchant wallet"));
    }
    let paid = invoice.facts().paid;
    let amount = part.unwrap_or(paid);
    if invoice.status().is_completed() && (amount > paid || amount.is_zero()) {
        let text = "The refund amount should not be more than the amount paid";
        return Err(Refusal::Business(text));
    }
    let refund = Refund {
        address: address.unwrap_or_default(),
        amount,
        is_subtract: is_subtract.unwrap_or(false),
        asked_at: world.clock.now(),
        succeeds: true,
        ended: false,
    };
    desk.refund(world, number, refund)
        .map_err(|_not_completed| {
            Refusal::Business("Refunds are made only for completed payments")
        })?;
    Ok(Json::List(Vec::new()))
}

/// `POST /v1/payment/qr`.
pub(super) fn qr(world: &Arc<World>, body: &[u8]) -> Result<Json, Refusal> {
    let mut fields = Fields::of(body);
    let uuid = fields.required_text("merchant_payment_uuid", 1, 64);
    fields.finish()?;
    let desk = hold(&world.heleket.desk);
    let invoice = uuid
        .and_then(|uuid| desk.by_uuid(&uuid))
        .and_then(|number| desk.invoice(number))
        .ok_or(Refusal::Business("Payment not found"))?;
    let image = match &invoice.terms {
        Some(terms) => terms.qr.clone(),
        // Without an address the page itself is what one can point a telephone at.
        None => {
            let page = format!("{}/{}", world.heleket.pay_page(), invoice.uuid);
            picture::png(&page).map_err(|_| Refusal::Server)?
        }
    };
    Ok(Json::object([("image", Json::Text(image))]))
}

/// `POST /v1/payment/aml-links`.
pub(super) fn aml_links(world: &Arc<World>, body: &[u8]) -> Result<Json, Refusal> {
    let (desk, number) = named(world, body, Wins::OrderId, "Payment not found")?;
    let invoice = desk.invoice(number).ok_or(Refusal::Server)?;
    if *invoice.status() != Status::Locked {
        return Ok(Json::List(Vec::new()));
    }
    let link = format!("{}/{}/aml", world.heleket.pay_page(), invoice.uuid);
    Ok(Json::List(vec![Json::object([
        ("link", Json::Text(link)),
        (
            "expired_at",
            Json::Text(utc_time(invoice.facts().since + AML_LINK_LIFE)),
        ),
        ("status", Json::text("init")),
    ])]))
}

/// Which of two names counts when both are given.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Wins {
    OrderId,
    Uuid,
}

/// How a request names an invoice.
pub(super) enum By {
    Uuid(String),
    OrderId(String),
}

/// The name of an invoice in a request; without one both fields are wrong.
fn by_name(fields: &mut Fields, wins: Wins) -> Option<By> {
    let by = optional_name(fields, wins, 128);
    if by.is_none() {
        fields.wrong("uuid", "required_without");
        fields.wrong("order_id", "required_without");
    }
    by
}

/// The name of an invoice in a request, if it holds one.
pub(super) fn optional_name(fields: &mut Fields, wins: Wins, longest: usize) -> Option<By> {
    let uuid = fields.text("uuid", 1, 64).map(By::Uuid);
    let order_id = fields.text("order_id", 1, longest).map(By::OrderId);
    match wins {
        Wins::OrderId => order_id.or(uuid),
        Wins::Uuid => uuid.or(order_id),
    }
}

/// The number of the invoice that is named.
pub(super) fn find(desk: &Desk, by: &Option<By>) -> Option<usize> {
    match by.as_ref()? {
        By::Uuid(uuid) => desk.by_uuid(uuid),
        By::OrderId(order_id) => desk.by_order(order_id),
    }
}

/// The desk with the invoice that a request names.
fn named<'a>(
    world: &'a World,
    body: &[u8],
    wins: Wins,
    missing: &'static str,
) -> Result<(MutexGuard<'a, Desk>, usize), Refusal> {
    let mut fields = Fields::of(body);
    let by = by_name(&mut fields, wins);
    fields.finish()?;
    let desk = hold(&world.heleket.desk);
    let number = find(&desk, &by).ok_or(Refusal::Business(missing))?;
    Ok((desk, number))
}
