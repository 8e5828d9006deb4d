//! Wallets: how they are, and what a person may do to one that stopped.

use actix_web::HttpResponse;
use actix_web::web::{self, Data, Json, Path, ReqData, ServiceConfig};
use serde::{Deserialize, Serialize};
use starkeeper_actors::domain::ids::{Version, WalletAddress};
use starkeeper_actors::domain::money::NanoTon;
use starkeeper_actors::domain::wallet::{Standing, Wallet};
use starkeeper_actors::fulfilment::{AssignTransaction, OpenWallet, OperatorRefused};
use starkeeper_actors::ports::books::Seen;
use utoipa::ToSchema;

use super::deeds::Announced;
use super::orders::named as order_named;
use crate::http::error::ApiError;
use crate::http::{Doors, resource};

/// `/wallets`, `/wallets/{address}/open` and `/wallets/{address}/assign`.
pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(resource("/wallets").route(web::get().to(wallets)))
        .service(resource("/wallets/{address}/open").route(web::post().to(open)))
        .service(resource("/wallets/{address}/assign").route(web::post().to(assign)));
}

/// A wallet as it is answered; amounts are TON in decimal text.
#[derive(Serialize, ToSchema)]
#[schema(as = Wallet)]
pub(super) struct WalletView {
    address: String,
    /// What a person who opens it must name.
    version: i64,
    next_seqno: u32,
    /// What is free for new orders.
    free: String,
    /// The transfer that may still execute.
    live: Option<String>,
    stopped: bool,
    /// As it is stored: `open`, or why it stopped.
    #[schema(value_type = serde_json::Value)]
    standing: Standing,
}

impl WalletView {
    fn of(seen: &Seen<Wallet>, free: NanoTon) -> Self {
        let row = &seen.row;
        Self {
            address: row.address.to_string(),
            version: seen.version.get(),
            next_seqno: row.next_seqno,
            free: free.to_decimal(),
            live: row.live.map(|transfer| transfer.to_string()),
            stopped: row.is_stopped(),
            standing: row.standing.clone(),
        }
    }
}

#[derive(Serialize, ToSchema)]
#[schema(as = Wallets)]
pub(super) struct Wallets {
    wallets: Vec<WalletView>,
}

async fn wallets(doors: Data<Doors>) -> Result<HttpResponse, ApiError> {
    Ok(HttpResponse::Ok().json(Wallets {
        wallets: all(&doors).await?,
    }))
}

async fn all(doors: &Doors) -> Result<Vec<WalletView>, ApiError> {
    let books = doors.books.clone();
    let look = async move {
        let mut views = Vec::new();
        for seen in books.wallets().await? {
            let free = books.float(seen.row.address).await?;
            views.push(WalletView::of(&seen, free));
        }
        Ok(views)
    };
    doors.read(look).await
}

#[derive(Deserialize, ToSchema)]
#[schema(as = OpenWallet)]
#[serde(deny_unknown_fields)]
pub(super) struct Opened {
    /// The version that was shown.
    version: i64,
}

/// Lets a stopped wallet work again; its history is explained anew first.
async fn open(
    doors: Data<Doors>,
    address: Path<String>,
    deed: ReqData<Announced>,
    wanted: Json<Opened>,
) -> Result<HttpResponse, ApiError> {
    deed.needs_reason()?;
    let wallet = address_of(&address)?;
    let message = OpenWallet {
        wallet,
        shown: Version::new(wanted.version),
        nonce: deed.nonce(),
        by: deed.who().admin(),
    };
    let door = &doors.selling()?.fulfilment;
    match door.ask(message, doors.ask_deadline()).await? {
        Err(OperatorRefused::Pressed) if deed.is_keyed() => {}
        outcome => outcome?,
    }
    shown(&doors, wallet).await
}

#[derive(Deserialize, ToSchema)]
#[schema(as = AssignTransaction)]
#[serde(deny_unknown_fields)]
pub(super) struct Assigned {
    /// The transaction's logical time, as text: it is longer than what a JSON number holds everywhere.
    lt: String,
    /// The order it paid for; none if it paid for nothing of the shop's.
    order: Option<String>,
}

/// Says what an unexplained transaction of a stopped wallet was.
async fn assign(
    doors: Data<Doors>,
    address: Path<String>,
    deed: ReqData<Announced>,
    wanted: Json<Assigned>,
) -> Result<HttpResponse, ApiError> {
    deed.needs_reason()?;
    let wallet = address_of(&address)?;
    let lt = wanted.lt.parse().map_err(|_| {
        let hint = "send the `lt` that the break or the notice names, as text of digits";
        ApiError::malformed("`lt` is not a logical time", hint)
    })?;
    let order = match &wanted.order {
        Some(order) => Some(order_named(&doors, order).await?.row.id),
        None => None,
    };
    let message = AssignTransaction {
        wallet,
        lt,
        order,
        by: deed.who().admin(),
    };
    let door = &doors.selling()?.fulfilment;
    door.ask(message, doors.ask_deadline()).await??;
    shown(&doors, wallet).await
}

fn address_of(text: &str) -> Result<WalletAddress, ApiError> {
    WalletAddress::parse(text).map_err(|_| {
        let shown: String = text.chars().take(80).collect();
        let hint = "name it by `address`, as GET /admin/v1/wallets answers it";
        ApiError::missing(format!("there is no wallet {shown}"), hint)
    })
}

async fn shown(doors: &Doors, wallet: WalletAddress) -> Result<HttpResponse, ApiError> {
    let address = wallet.to_string();
    let mut all = all(doors).await?.into_iter();
    let view = all.find(|view| view.address == address);
    let view = view.ok_or_else(|| {
        ApiError::missing(
            format!("there is no wallet {address}"),
            "GET /admin/v1/wallets",
        )
    })?;
    Ok(HttpResponse::Ok().json(view))
}
