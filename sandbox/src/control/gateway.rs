//! Webhooks, prices and the gateway's own settings.

use std::collections::BTreeMap;
use std::time::Duration;

use actix_web::{HttpRequest, HttpResponse, web};
use bytes::Bytes;
use rust_decimal::Decimal;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::mpsc;

use super::answered;
use super::asked::{Asked, Wrong, refuse_strangers};
use super::money::{missing, number};
use crate::heleket::deliveries::{Delivery, Progress};
use crate::heleket::desk::Settings;
use crate::heleket::invoice::shown::utc_time;
use crate::heleket::webhook::{self, Form};
use crate::world::post::Answer;
use crate::world::prices::Prices;
use crate::world::{World, hold};

/// Copies of one webhook that are sent together at most.
const MOST_COPIES: u64 = 1_000;

/// The longest an invoice may be asked to live, in seconds.
const LONGEST_LIFETIME_S: u64 = 43_200;

/// USD for one of anything.
const CHEAPEST: Decimal = Decimal::from_parts(1, 0, 0, false, 9);
const DEAREST: Decimal = Decimal::from_parts(1_000_000_000, 0, 0, false, 0);

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/control/invoices/{uuid}/webhook", web::post().to(copies))
        .route("/control/webhooks", web::get().to(webhooks))
        .route("/control/webhooks/now", web::post().to(deliver_now))
        .route("/control/prices", web::get().to(prices))
        .route("/control/prices", web::post().to(set_prices))
        .route("/control/heleket", web::get().to(settings))
        .route("/control/heleket", web::post().to(set_settings));
}

/// Sends so many copies of the webhook of now at the same time, and answers what they were
/// answered, by HTTP status; `none` stands for no answer.
async fn copies(
    request: HttpRequest,
    uuid: web::Path<String>,
    body: Bytes,
    world: web::Data<World>,
) -> HttpResponse {
    let sent = refuse_strangers(&request).and_then(|()| send_copies(&world, &uuid, &body));
    let mut answers = match sent {
        Ok(answers) => answers,
        Err(wrong) => return wrong.answer(),
    };
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    while let Some(answer) = answers.recv().await {
        let name = match answer {
            Answer::Status(status) => status.to_string(),
            Answer::Silence(_) => "none".to_owned(),
        };
        *counts.entry(name).or_default() += 1;
    }
    HttpResponse::Ok().json(json!({"answers": counts}))
}

fn send_copies(
    world: &World,
    uuid: &str,
    body: &[u8],
) -> Result<mpsc::UnboundedReceiver<Answer>, Wrong> {
    let asked = Asked::read(body, &["copies"])?;
    let copies = asked.whole("copies", 1, MOST_COPIES)?.unwrap_or(1);
    copies_of(world, uuid, copies)
}

/// Sends so many copies of an invoice's webhook of now at once, whatever is on; answers come one by
/// one.
pub(crate) fn copies_of(
    world: &World,
    uuid: &str,
    copies: u64,
) -> Result<mpsc::UnboundedReceiver<Answer>, Wrong> {
    let desk = hold(&world.heleket.desk);
    let invoice = desk
        .invoice(number(&desk, uuid)?)
        .ok_or_else(|| missing(uuid))?;
    let Some(url) = &invoice.order.url_callback else {
        let text = format!("the invoice {uuid} has no url_callback: nobody wants its webhooks");
        return Err(Wrong::State(text));
    };
    let members = desk.members(world, invoice, invoice.facts());
    let key = &world.heleket.merchant.payment_key;
    let bytes = webhook::bytes(members, key, desk.settings.form);
    // Holds as many answers as there are copies.
    let (answered, answers) = mpsc::unbounded_channel();
    for _ in 0..copies {
        let answered = answered.clone();
        world
            .post
            .send(url.as_str().into(), bytes.clone(), move |answer| {
                // A caller who has gone does not want to know.
                let _gone = answered.send(answer);
            });
    }
    Ok(answers)
}

#[derive(Deserialize)]
struct Which {
    uuid: Option<String>,
}

async fn webhooks(
    request: HttpRequest,
    which: web::Query<Which>,
    world: web::Data<World>,
) -> HttpResponse {
    answered(&request, || {
        let desk = hold(&world.heleket.desk);
        let meant = |delivery: &&Delivery| {
            which
                .uuid
                .as_ref()
                .is_none_or(|uuid| delivery.uuid == *uuid)
        };
        Ok(desk
            .deliveries
            .iter()
            .filter(meant)
            .map(delivered)
            .collect())
    })
}

/// Lets every webhook that waits be tried now, so that a receiver that was away need not wait.
async fn deliver_now(request: HttpRequest, body: Bytes, world: web::Data<World>) -> HttpResponse {
    answered(&request, || {
        Asked::read(&body, &[])?;
        let mut desk = hold(&world.heleket.desk);
        let waiting: Vec<u64> = desk
            .deliveries
            .iter()
            .filter(|delivery| delivery.progress == Progress::Waiting)
            .map(|delivery| delivery.id)
            .collect();
        for id in &waiting {
            webhook::put(&world, &mut desk, *id, world.clock.now());
        }
        Ok(json!({"webhooks": waiting.len()}))
    })
}

async fn prices(request: HttpRequest, world: web::Data<World>) -> HttpResponse {
    answered(&request, || Ok(all_prices(&world)))
}

async fn set_prices(request: HttpRequest, body: Bytes, world: web::Data<World>) -> HttpResponse {
    answered(&request, || {
        let known: Vec<String> = world.prices.all().keys().map(|name| field(name)).collect();
        let known: Vec<&str> = known.iter().map(String::as_str).collect();
        let asked = Asked::read(&body, &known)?;
        let mut prices = Vec::new();
        for name in asked.names() {
            let price = asked.decimal(name)?.unwrap_or_default();
            if !(CHEAPEST..=DEAREST).contains(&price) {
                let expected = format!("a price from {CHEAPEST} to {DEAREST}");
                return Err(Wrong::field(name, &expected, price));
            }
            let coin = name.strip_suffix("_usd").and_then(Prices::name);
            prices.extend(coin.map(|coin| (coin, price)));
        }
        world.prices.set(prices);
        Ok(all_prices(&world))
    })
}

async fn settings(request: HttpRequest, world: web::Data<World>) -> HttpResponse {
    answered(&request, || {
        Ok(shown_settings(&hold(&world.heleket.desk).settings))
    })
}

async fn set_settings(request: HttpRequest, body: Bytes, world: web::Data<World>) -> HttpResponse {
    answered(&request, || {
        let known = [
            "blocked",
            "push_everything",
            "webhook_form",
            "convert",
            "longest_lifetime_s",
        ];
        let asked = Asked::read(&body, &known)?;
        let longest = asked.whole("longest_lifetime_s", 1, LONGEST_LIFETIME_S)?;
        let forms = Form::ALL.map(|form| (form.name(), form));
        let (blocked, everything) = (asked.boolean("blocked")?, asked.boolean("push_everything")?);
        let (form, converts) = (
            asked.word("webhook_form", &forms)?,
            asked.boolean("convert")?,
        );
        let settings = &mut hold(&world.heleket.desk).settings;
        settings.blocked = blocked.unwrap_or(settings.blocked);
        settings.push_everything = everything.unwrap_or(settings.push_everything);
        settings.form = form.unwrap_or(settings.form);
        settings.converts = converts.unwrap_or(settings.converts);
        settings.longest = longest.map(Duration::from_secs).or(settings.longest);
        Ok(shown_settings(settings))
    })
}

fn shown_settings(settings: &Settings) -> Value {
    json!({
        "blocked": settings.blocked,
        "push_everything": settings.push_everything,
        "webhook_form": settings.form.name(),
        "convert": settings.converts,
        "longest_lifetime_s": settings.longest.map(|longest| longest.as_secs()),
    })
}

fn all_prices(world: &World) -> Value {
    let prices = world.prices.all();
    let shown = prices
        .iter()
        .map(|(name, price)| (field(name), json!(price.to_string())));
    Value::Object(shown.collect())
}

fn field(name: &str) -> String {
    format!("{}_usd", name.to_ascii_lowercase())
}

fn delivered(delivery: &Delivery) -> Value {
    json!({
        "id": delivery.id,
        "uuid": delivery.uuid,
        "status": delivery.status.name(),
        "reason": delivery.reason.name(),
        "progress": delivery.progress.name(),
        "attempts": delivery.attempts,
        "last": delivery.last,
        "next_at": delivery.next_at.map(utc_time),
    })
}
