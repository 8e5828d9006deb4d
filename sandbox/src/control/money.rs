//! What a driver does with invoices.

use actix_web::{HttpRequest, HttpResponse, web};
use bytes::Bytes;
use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::answered;
use super::asked::{Asked, Wrong};
use crate::heleket::coins::{Coin, SCALE, find, scaled};
use crate::heleket::desk::{Desk, finest, usual_coin};
use crate::heleket::fields::plain_decimal;
use crate::heleket::invoice::shown::utc_time;
use crate::heleket::invoice::{Invoice, Refund, Status};
use crate::world::{World, hold};

/// Coins in one payment, so that no sum of payments at any price overflows.
const MOST_COINS: Decimal = Decimal::from_parts(1_569_325_056, 23_283_064, 0, false, 0);

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/control/invoices", web::get().to(list))
        .route("/control/invoices/{uuid}", web::get().to(one))
        .route("/control/invoices/{uuid}/{act}", web::post().to(act));
}

async fn list(request: HttpRequest, world: web::Data<World>) -> HttpResponse {
    answered(&request, || {
        let desk = hold(&world.heleket.desk);
        Ok(desk
            .invoices
            .iter()
            .map(|invoice| shown(&world, invoice))
            .collect())
    })
}

async fn one(
    request: HttpRequest,
    uuid: web::Path<String>,
    world: web::Data<World>,
) -> HttpResponse {
    answered(&request, || {
        let desk = hold(&world.heleket.desk);
        let invoice = desk
            .invoice(number(&desk, &uuid)?)
            .ok_or_else(|| missing(&uuid))?;
        Ok(shown(&world, invoice))
    })
}

async fn act(
    request: HttpRequest,
    path: web::Path<(String, String)>,
    body: Bytes,
    world: web::Data<World>,
) -> HttpResponse {
    let (uuid, act) = path.into_inner();
    answered(&request, || {
        let mut desk = hold(&world.heleket.desk);
        let number = number(&desk, &uuid)?;
        match act.as_str() {
            "pay" => pay(&world, &mut desk, number, &body)?,
            "refund" => refund(&world, &mut desk, number, &body)?,
            "status" => set_status(&world, &mut desk, number, &body)?,
            "expire" | "lock" | "unlock" | "confirm" => {
                Asked::read(&body, &[])?;
                desk.change(&world, number, |invoice, now| match act.as_str() {
                    "expire" => invoice.expire(now),
                    "lock" => invoice.lock(now),
                    "unlock" => invoice.unlock(now),
                    _ => {
                        for payment in 0..invoice.payments.len() {
                            invoice.confirm(payment, now);
                        }
                        Ok(())
                    }
                })?;
            }
            other => {
                let text = format!(
                    "there is no act \"{other}\" of an invoice: \
                     pay, expire, lock, unlock, confirm, refund, status, webhook"
                );
                return Err(Wrong::Missing(text));
            }
        }
        let invoice = desk.invoice(number).ok_or_else(|| missing(&uuid))?;
        Ok(shown(&world, invoice))
    })
}

fn pay(world: &World, desk: &mut Desk, number: usize, body: &[u8]) -> Result<(), Wrong> {
    let asked = Asked::read(body, &["amount", "currency", "network"])?;
    let expected = "\"exact\" or a decimal like \"12.34\" in the payer's currency";
    if !asked.has("amount") {
        return Err(Wrong::absent("amount", expected));
    }
    let amount = match asked.text("amount") {
        Ok(Some("exact")) => None,
        Ok(Some(text)) if plain_decimal(text).is_none() => {
            return Err(Wrong::field("amount", expected, format!("\"{text}\"")));
        }
        Ok(_) | Err(_) => asked.decimal("amount")?,
    };
    let coin = wanted_coin(&asked)?;
    pay_with(world, desk, number, amount, coin)
}

/// Pays `amount`, or what is left to pay, in the coin of the invoice; where none is settled yet, in
/// `coin` or the usual one.
pub(crate) fn pay_with(
    world: &World,
    desk: &mut Desk,
    number: usize,
    amount: Option<Decimal>,
    coin: Option<&'static Coin>,
) -> Result<(), Wrong> {
    let gone = || Wrong::Missing("there is no such invoice any more".to_owned());
    let invoice = desk.invoice(number).ok_or_else(gone)?;
    let coin = match (&invoice.terms, coin) {
        (Some(terms), None) => terms.coin,
        (_, Some(coin)) => coin,
        (None, None) => usual_coin(&invoice.order.offers).ok_or_else(gone)?,
    };
    desk.choose(world, number, coin)?;
    let left = desk
        .invoice(number)
        .and_then(Invoice::left)
        .ok_or_else(gone)?;
    let amount = match amount {
        Some(amount) => amount,
        None if left.is_zero() => {
            let text = "nothing is left to pay: name an amount to pay more".to_owned();
            return Err(Wrong::State(text));
        }
        None => left,
    };
    if amount.is_zero() || amount > MOST_COINS || amount.normalize().scale() > finest(coin) {
        let decimals = finest(coin);
        let expected =
            format!("more than 0, at most {MOST_COINS}, with at most {decimals} decimals");
        return Err(Wrong::field("amount", &expected, amount));
    }
    Ok(desk.pay(world, number, amount)?)
}

fn wanted_coin(asked: &Asked) -> Result<Option<&'static Coin>, Wrong> {
    let network = asked.text("network")?;
    let Some(code) = asked.text("currency")? else {
        return match network {
            Some(_) => Err(Wrong::absent("currency", "a coin beside the network")),
            None => Ok(None),
        };
    };
    let Some(network) = network else {
        return Err(Wrong::absent(
            "network",
            "a network beside the coin, like \"tron\"",
        ));
    };
    let coin = find(code, network);
    coin.map(Some)
        .ok_or_else(|| Wrong::field("currency", "a coin of this network", format!("\"{code}\"")))
}

/// Sends a payment back as the gateway would from its own office, or ends a refund under way.
fn refund(world: &World, desk: &mut Desk, number: usize, body: &[u8]) -> Result<(), Wrong> {
    let asked = Asked::read(body, &["outcome"])?;
    let outcomes = [("paid", true), ("fail", false)];
    let succeeds = asked.word("outcome", &outcomes)?.unwrap_or(true);
    let invoice = desk.invoice(number);
    let under_way =
        invoice.and_then(|invoice| invoice.refunds.iter().position(|refund| !refund.ended));
    if let Some(refund) = under_way {
        desk.change(world, number, |invoice, now| {
            invoice.end_refund(refund, Some(succeeds), now);
            Ok(())
        })?;
        return Ok(());
    }
    let facts = invoice.map(|invoice| invoice.facts().clone());
    let (amount, from) = facts.map_or((Decimal::ZERO, None), |facts| (facts.paid, facts.from));
    let refund = Refund {
        address: from.unwrap_or_default(),
        amount,
        is_subtract: true,
        asked_at: world.clock.now(),
        succeeds,
        ended: false,
    };
    Ok(desk.refund(world, number, refund)?)
}

fn set_status(world: &World, desk: &mut Desk, number: usize, body: &[u8]) -> Result<(), Wrong> {
    let asked = Asked::read(body, &["status"])?;
    let expected = "a status of 1 to 40 small letters and underscores, documented or not";
    let text = asked
        .text("status")?
        .ok_or_else(|| Wrong::absent("status", expected))?;
    let is_word = (1..=40).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    if !is_word {
        return Err(Wrong::field("status", expected, format!("\"{text}\"")));
    }
    desk.change(world, number, |invoice, now| {
        invoice.set(Status::named(text), now);
        Ok(())
    })?;
    Ok(())
}
/// The number of an invoice.
pub(super) fn number(desk: &Desk, uuid: &str) -> Result<usize, Wrong> {
    desk.by_uuid(uuid).ok_or_else(|| missing(uuid))
}

/// Nobody knows this invoice.
pub(super) fn missing(uuid: &str) -> Wrong {
    Wrong::Missing(format!(
        "there is no invoice {uuid}: GET /control/invoices lists them"
    ))
}

fn shown(world: &World, invoice: &Invoice) -> Value {
    let terms = invoice.terms.as_ref();
    let coins = |amount| scaled(amount, SCALE);
    let facts = invoice.facts();
    let refunds: Vec<Value> = invoice
        .refunds
        .iter()
        .map(|refund| {
            json!({
                "address": refund.address,
                "amount": coins(refund.amount),
                "is_subtract": refund.is_subtract,
                "asked_at": utc_time(refund.asked_at),
                "state": match (refund.ended, refund.succeeds) {
                    (false, _) => "under_way",
                    (true, true) => "paid",
                    (true, false) => "fail",
                },
            })
        })
        .collect();
    json!({
        "uuid": invoice.uuid,
        "order_id": invoice.order.order_id,
        "status": facts.status.name(),
        "amount": invoice.face(),
        "currency": invoice.order.currency,
        "payer_amount": terms.map(|terms| coins(terms.payer_amount)),
        "payer_currency": terms.map(|terms| terms.coin.code),
        "network": terms.map(|terms| terms.coin.network),
        "address": terms.map(|terms| &terms.address),
        "payment_amount": coins(facts.paid),
        "txid": facts.txid,
        "additional_data": invoice.order.additional_data,
        "url": format!("{}/{}", world.heleket.pay_page(), invoice.uuid),
        "url_callback": invoice.order.url_callback,
        "created_at": utc_time(invoice.created_at),
        "expires_at": utc_time(invoice.expires_at),
        "refunds": refunds,
    })
}
