//! The chain: what was paid, and what wallets have.

use actix_web::{HttpRequest, HttpResponse, web};
use bytes::Bytes;
use serde_json::{Value, json};
use tycho_types::models::{AccountState, StdAddr};

use super::answered;
use super::asked::{Asked, Wrong};
use crate::ton::text::{address, friendly, raw};
use crate::ton::transfers::rows;
use crate::ton::wallet::Wallet;
use crate::world::{World, hold};

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/control/chain", web::get().to(transfers))
        .route("/control/wallets/{address}", web::get().to(show))
        .route("/control/wallets/{address}", web::post().to(fund));
}

async fn transfers(request: HttpRequest, world: web::Data<World>) -> HttpResponse {
    answered(&request, || {
        let mut chain = hold(&world.ton.chain);
        chain.catch_up(&world);
        Ok(rows(&chain).into())
    })
}

async fn show(
    request: HttpRequest,
    path: web::Path<String>,
    world: web::Data<World>,
) -> HttpResponse {
    answered(&request, || shown(&world, &named(&path)?))
}

async fn fund(
    request: HttpRequest,
    path: web::Path<String>,
    body: Bytes,
    world: web::Data<World>,
) -> HttpResponse {
    answered(&request, || {
        let address = named(&path)?;
        let nano = nano(&Asked::read(&body, &["nano"])?)?;
        hold(&world.ton.chain)
            .set_balance(&world, &address, nano)
            .map_err(|why| Wrong::State(format!("the account cannot be changed: {why}")))?;
        shown(&world, &address)
    })
}

fn named(text: &str) -> Result<StdAddr, Wrong> {
    address(text).ok_or_else(|| {
        let expected = "an address, raw (0:<64 hex>) or friendly";
        Wrong::field("address", expected, format!("\"{text}\""))
    })
}

/// Whole nano-TON, as a number or, where that is too large, as a text.
fn nano(asked: &Asked) -> Result<u128, Wrong> {
    let expected = "whole nano-TON, like \"1000000000\"";
    let amount = asked
        .decimal("nano")?
        .ok_or_else(|| Wrong::absent("nano", expected))?;
    let whole = amount.is_integer().then(|| u64::try_from(amount).ok());
    whole
        .flatten()
        .map(u128::from)
        .ok_or_else(|| Wrong::field("nano", expected, amount))
}

fn shown(world: &World, address: &StdAddr) -> Result<Value, Wrong> {
    let mut chain = hold(&world.ton.chain);
    chain.catch_up(world);
    let height = chain.calendar().height_at(world.clock.now());
    let unreadable = |why| Wrong::State(format!("the account cannot be read: {why}"));
    let state = chain.account(address, height).map_err(unreadable)?;
    let account = state.load_account().map_err(unreadable)?;
    let balance = account
        .as_ref()
        .map_or(0, |account| account.balance.tokens.into_inner());
    let name = match account.as_ref().map(|account| &account.state) {
        Some(AccountState::Active(_)) => "active",
        Some(AccountState::Frozen(_)) => "frozen",
        Some(AccountState::Uninit) => "uninit",
        None => "nonexist",
    };
    let wallet = Wallet::of(&state);
    Ok(json!({
        "address": raw(address),
        "friendly": friendly(address, false),
        "nano": balance.to_string(),
        "state": name,
        "wallet_type": wallet.map(|wallet| wallet.kind),
        "seqno": wallet.map(|wallet| wallet.seqno),
    }))
}
