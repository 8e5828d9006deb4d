//! The pay page: what a customer sees, and beside it the buttons by which a person plays the payer.
//!
//! Written on the server, in Russian or English as the browser asks; works without scripts, with
//! them it follows the invoice by itself. Loads nothing from anywhere else.

mod texts;
mod view;

use actix_web::http::StatusCode;
use actix_web::http::header::{ACCEPT_LANGUAGE, CONTENT_SECURITY_POLICY, LOCATION, VARY};
use actix_web::{HttpRequest, HttpResponse, web};
use rust_decimal::Decimal;
use serde::Deserialize;
use serde_json::json;

use self::texts::Texts;
use super::coins::{Coin, find};
use super::desk::{Desk, finest};
use super::fields::plain_decimal;
use super::invoice::Invoice;
use crate::control::asked::{Wrong, refuse_strangers};
use crate::control::pay_with;
use crate::world::{World, hold};

const STYLE: &str = include_str!("page/page.css");
const SCRIPT: &str = include_str!("page/page.js");

/// Scripts, styles and pictures of this page only.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src data:; \
                      connect-src 'self'; form-action 'self'; base-uri 'none'";

/// Puts the page's routes into a server.
pub(crate) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/pay-page.css", web::get().to(style))
        .route("/pay-page.js", web::get().to(script))
        .route("/pay/{uuid}", web::get().to(show))
        .route("/pay/{uuid}", web::post().to(act))
        .route("/pay/{uuid}/live", web::get().to(live))
        .route("/pay/{uuid}/aml", web::get().to(questionnaire));
}

async fn style() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/css; charset=utf-8")
        .body(STYLE)
}

async fn script() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/javascript; charset=utf-8")
        .body(SCRIPT)
}

async fn show(
    request: HttpRequest,
    uuid: web::Path<String>,
    world: web::Data<World>,
) -> HttpResponse {
    page(&request, &uuid, &world, None)
}

/// What the script asks for every second.
async fn live(uuid: web::Path<String>, world: web::Data<World>) -> HttpResponse {
    let desk = hold(&world.heleket.desk);
    match invoice(&desk, &uuid) {
        Some(invoice) => HttpResponse::Ok().json(json!({
            "version": view::version(invoice),
            "left": invoice.expires_at.since(world.clock.now()).as_secs(),
            "held": world.clock.is_held(),
        })),
        None => HttpResponse::NotFound().json(json!({"version": "gone"})),
    }
}

/// What a person does on the page.
#[derive(Debug, Deserialize)]
struct Deed {
    act: String,
    #[serde(default)]
    amount: String,
    #[serde(default)]
    coin: String,
}

async fn act(
    request: HttpRequest,
    uuid: web::Path<String>,
    deed: web::Form<Deed>,
    world: web::Data<World>,
) -> HttpResponse {
    let done = refuse_strangers(&request).and_then(|()| carry_out(&world, &uuid, &deed));
    match done {
        Ok(()) => HttpResponse::SeeOther()
            .insert_header((LOCATION, format!("/pay/{uuid}")))
            .finish(),
        Err(wrong) => page(&request, &uuid, &world, Some(&wrong)),
    }
}

fn carry_out(world: &World, uuid: &str, deed: &Deed) -> Result<(), Wrong> {
    let mut desk = hold(&world.heleket.desk);
    let number = desk
        .by_uuid(uuid)
        .ok_or_else(|| Wrong::Missing(uuid.to_owned()))?;
    let terms = desk.invoice(number).and_then(|invoice| {
        let terms = invoice.terms.as_ref()?;
        Some((terms.coin, terms.payer_amount))
    });
    let amount = match deed.act.as_str() {
        "choose" => {
            desk.choose(world, number, chosen(&deed.coin)?)?;
            return Ok(());
        }
        "expire" => {
            desk.change(world, number, Invoice::expire)?;
            return Ok(());
        }
        "unlock" => {
            desk.change(world, number, Invoice::unlock)?;
            return Ok(());
        }
        "exact" => None,
        // One percent less and ten percent more than the whole.
        "less" => terms.map(|terms| share(terms, 99)),
        "more" => terms.map(|terms| share(terms, 110)),
        "other" => {
            let amount = plain_decimal(&deed.amount.trim().replace(',', "."));
            let wrong = || Wrong::field("amount", "a decimal like 12.34", &deed.amount);
            Some(amount.ok_or_else(wrong)?)
        }
        other => return Err(Wrong::field("act", "one of the buttons", other)),
    };
    pay_with(world, &mut desk, number, amount, None)
}

fn share((coin, whole): (&Coin, Decimal), percent: i64) -> Decimal {
    (whole * Decimal::new(percent, 2)).trunc_with_scale(finest(coin))
}

/// `USDT.tron`.
fn chosen(text: &str) -> Result<&'static Coin, Wrong> {
    text.split_once('.')
        .and_then(|(code, network)| find(code, network))
        .ok_or_else(|| Wrong::field("coin", "one of the list", text))
}

/// Where the link to the AML questionnaire leads: the button that passes it.
async fn questionnaire(
    request: HttpRequest,
    uuid: web::Path<String>,
    world: web::Data<World>,
) -> HttpResponse {
    page(&request, &uuid, &world, None)
}

fn page(request: &HttpRequest, uuid: &str, world: &World, wrong: Option<&Wrong>) -> HttpResponse {
    let language = request.headers().get(ACCEPT_LANGUAGE);
    let texts = Texts::of(language.and_then(|value| value.to_str().ok()));
    let desk = hold(&world.heleket.desk);
    let (status, html) = match (invoice(&desk, uuid), wrong) {
        (Some(invoice), None) => (StatusCode::OK, view::page(invoice, world, texts, None)),
        (Some(invoice), Some(wrong)) => {
            let html = view::page(invoice, world, texts, Some(texts.wrong(wrong)));
            (StatusCode::CONFLICT, html)
        }
        (None, _) => (StatusCode::NOT_FOUND, view::nothing(texts)),
    };
    HttpResponse::build(status)
        .content_type("text/html; charset=utf-8")
        .insert_header((CONTENT_SECURITY_POLICY, POLICY))
        .insert_header((VARY, "accept-language"))
        .body(html)
}

fn invoice<'a>(desk: &'a Desk, uuid: &str) -> Option<&'a Invoice> {
    desk.invoice(desk.by_uuid(uuid)?)
}
