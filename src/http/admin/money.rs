//! A person's balance: what moved it, and an adjustment by hand.

use actix_web::HttpResponse;
use actix_web::web::{self, Data, Json, Path, Query, ReqData, ServiceConfig};
use serde::{Deserialize, Serialize};
use starkeeper_actors::domain::Timestamp;
use starkeeper_actors::domain::ledger::{Account, Authority, Entry, EntryKey, Line};
use starkeeper_actors::domain::money::MicroUsd;
use utoipa::ToSchema;

use super::deeds::Announced;
use super::invoices::LARGEST;
use super::users::{customer_of, shown};
use super::{LONGEST_PAGE, PAGE};
use crate::http::error::ApiError;
use crate::http::{Doors, resource};

/// `/users/{telegram_id}/statement` and `/users/{telegram_id}/adjustments`.
pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(resource("/users/{telegram_id}/statement").route(web::get().to(statement)))
        .service(resource("/users/{telegram_id}/adjustments").route(web::post().to(adjust)));
}

/// How much of a statement is looked at.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    /// The newest lines, 1 to 100.
    last: Option<u32>,
}

/// A statement as it is answered; amounts are dollars in decimal text.
#[derive(Serialize, ToSchema)]
#[schema(as = Statement)]
pub(super) struct StatementView {
    customer: String,
    /// The balance before the first line.
    opening: String,
    lines: Vec<LineView>,
    /// The balance after the last line.
    balance: String,
}

/// What one entry of the ledger did.
#[derive(Serialize, ToSchema)]
#[schema(as = StatementLine)]
pub(super) struct LineView {
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// The entry's key, as it is stored: `{"credit":{"invoice":…}}`.
    #[schema(value_type = serde_json::Value)]
    what: EntryKey,
    change: String,
    balance: String,
}

impl LineView {
    fn of(line: Line) -> Self {
        Self {
            at: line.at,
            change: dollars(line.change),
            balance: dollars(line.balance),
            what: line.key,
        }
    }
}

/// The newest lines, oldest first.
async fn statement(
    doors: Data<Doors>,
    id: Path<String>,
    wanted: Query<Wanted>,
) -> Result<HttpResponse, ApiError> {
    let last = wanted.last.unwrap_or(PAGE);
    if !(1..=LONGEST_PAGE).contains(&last) {
        let message = format!("`last` {last} is not from 1 to {LONGEST_PAGE}");
        return Err(ApiError::malformed(message, "ask for the newest lines"));
    }
    let customer = customer_of(&doors, &id).await?.row.id;
    let books = doors.books.clone();
    let account = Account::Customer(customer);
    let found = doors.read(async move { books.statement(account, last).await });
    let found = found.await?;
    let balance = found
        .lines
        .last()
        .map_or(found.opening, |line| line.balance);
    Ok(HttpResponse::Ok().json(StatementView {
        customer: customer.to_string(),
        opening: dollars(found.opening),
        lines: found.lines.into_iter().map(LineView::of).collect(),
        balance: dollars(balance),
    }))
}

fn dollars(micros: i64) -> String {
    MicroUsd::from_micros(micros).to_decimal()
}

/// What is given or taken.
#[derive(Deserialize, ToSchema)]
#[schema(as = Adjust)]
#[serde(deny_unknown_fields)]
pub(super) struct Adjusted {
    /// Dollars in decimal text; with a minus it is taken.
    amount: String,
}

/// Moves money between a person's balance and the owner's account. It needs a reason and an
/// Idempotency-Key; nobody's balance falls below zero.
async fn adjust(
    doors: Data<Doors>,
    id: Path<String>,
    deed: ReqData<Announced>,
    wanted: Json<Adjusted>,
) -> Result<HttpResponse, ApiError> {
    let reason = deed.needs_reason()?;
    if !deed.is_keyed() {
        let hint = "send the header `Idempotency-Key` with a fresh UUID, and the same one if you repeat it";
        return Err(ApiError::malformed(
            "an adjustment has no Idempotency-Key",
            hint,
        ));
    }
    let amount = signed(&wanted.amount)?;
    let customer = customer_of(&doors, &id).await?.row;
    let by = Authority {
        admin: deed.who().admin(),
        reason,
    };
    let entry = Entry::adjustment(customer.id, amount, by, deed.nonce());
    let entry = entry.map_err(|_| bad("nothing is not an adjustment"))?;
    let mut commit = doors.commit();
    commit.entries.push(entry);
    match deed.commit(&doors, commit).await {
        // Under this very key: its answer was lost.
        Err(why) if why.code() == "taken" => {}
        outcome => outcome?,
    }
    shown(&doors, &customer).await
}

fn signed(text: &str) -> Result<MicroUsd, ApiError> {
    let (taken, text) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let amount = MicroUsd::parse_plain(text).map_err(|why| bad(&why.to_string()))?;
    if amount > LARGEST {
        return Err(bad(&format!(
            "more than {} USD at once",
            LARGEST.to_decimal()
        )));
    }
    let micros = amount.micros();
    Ok(MicroUsd::from_micros(if taken { -micros } else { micros }))
}

fn bad(why: &str) -> ApiError {
    let hint = "send dollars as text, such as {\"amount\":\"2.50\"} or {\"amount\":\"-2.50\"}";
    ApiError::refused("bad_amount", format!("amount: {why}"), hint)
}
