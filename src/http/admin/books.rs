//! The books: whether they balance, and what each kind of account holds.

use std::collections::BTreeMap;

use actix_web::HttpResponse;
use actix_web::web::{self, Data, ServiceConfig};
use serde::Serialize;
use starkeeper_actors::domain::ledger::{Asset, TrialBalance};
use starkeeper_actors::domain::money::{MicroUsd, NanoTon};
use utoipa::ToSchema;

use crate::http::error::ApiError;
use crate::http::{Doors, resource};

/// `/books`.
pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(resource("/books").route(web::get().to(balance)));
}

#[derive(Serialize, ToSchema)]
#[schema(as = Books)]
pub(super) struct BooksView {
    /// Whether debits equal credits in both assets.
    balanced: bool,
    /// Dollars in decimal text, one line a kind of account.
    usd: BTreeMap<&'static str, String>,
    /// TON in decimal text, one line a kind of account.
    ton: BTreeMap<&'static str, String>,
}

async fn balance(doors: Data<Doors>) -> Result<HttpResponse, ApiError> {
    let books = doors.books.clone();
    let look = async move { books.trial_balance().await };
    let trial = doors.read(look).await?;
    Ok(HttpResponse::Ok().json(view(&trial)))
}

fn view(trial: &TrialBalance) -> BooksView {
    let mut usd: BTreeMap<&'static str, i64> = BTreeMap::new();
    let mut ton: BTreeMap<&'static str, i64> = BTreeMap::new();
    for (account, balance) in &trial.accounts {
        let of_asset = match account.asset() {
            Asset::Usd => &mut usd,
            Asset::Ton => &mut ton,
        };
        let sum = of_asset.entry(account.kind()).or_default();
        *sum = sum.saturating_add(*balance);
    }
    BooksView {
        balanced: trial.balances(),
        usd: shown(usd, |sum| MicroUsd::from_micros(sum).to_decimal()),
        ton: shown(ton, |sum| NanoTon::from_nanos(sum).to_decimal()),
    }
}

fn shown(
    sums: BTreeMap<&'static str, i64>,
    text: impl Fn(i64) -> String,
) -> BTreeMap<&'static str, String> {
    let lines = sums.into_iter();
    lines.map(|(kind, sum)| (kind, text(sum))).collect()
}
