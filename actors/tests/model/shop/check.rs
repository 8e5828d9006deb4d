//! What must hold in every reachable state: the predicates of `domain::invariants` on the books,
//! and on what the world really did.

use starkeeper_actors::domain::ids::TransferId;
use starkeeper_actors::domain::invariants as must;
use starkeeper_actors::domain::order::{Order, OrderState};
use starkeeper_actors::domain::transfer::Purpose;

use super::Shop;
use super::books;
use super::seed;
use super::state::{State, TxWhat};
use crate::model::row::Row;

pub fn check(_: &Shop, state: &State) -> Result<(), String> {
    in_the_world(state)?;
    in_the_books(state).map_err(|broken| broken.to_string())
}

fn in_the_books(state: &State) -> Result<(), must::Broken> {
    let transfers = || state.books.transfers.iter().map(|row| &**row);
    must::one_live_transfer(transfers())?;
    must::one_payment_per_order(must::payments_in_books(transfers()))?;
    for wallet in &state.books.wallets {
        must::wallet_names_its_live(wallet, transfers())?;
    }
    let trial = books::trial(&state.books.ledger);
    must::books_balance(&trial)?;
    must::holds_agree(state.books.orders.iter().map(|row| &**row), &trial)
}

fn in_the_world(state: &State) -> Result<(), String> {
    let wrong = |broken: must::Broken| broken.to_string();
    must::one_payment_per_order(payments(state)).map_err(wrong)?;
    for (n, order) in (0_u8..).zip(&state.books.orders) {
        let bounced = bounced(state, n);
        must::not_released_too_soon(order, bounced, open_messages(state, order)).map_err(wrong)?;
        if matches!(order.state, OrderState::Delivered { .. }) && !delivered(state, n) {
            return Err(format!(
                "{} is marked delivered, and Fragment never delivered it",
                order.id
            ));
        }
    }
    Ok(())
}

/// What the chain really paid to Fragment.
fn payments(
    state: &State,
) -> impl Iterator<Item = (starkeeper_actors::domain::ids::OrderId, TransferId)> {
    let txs = state.chains.iter().flat_map(|chain| &chain.txs);
    txs.filter_map(|tx| match &tx.what {
        TxWhat::Ran {
            message,
            paid: true,
        } if message.purpose == Purpose::Goods => Some((message.order, message.id)),
        TxWhat::Ran { .. } | TxWhat::Hand | TxWhat::Back { .. } => None,
    })
}

/// The messages of an order that paid, or still may.
fn open_messages(state: &State, order: &Row<Order>) -> Vec<TransferId> {
    let paid = payments(state)
        .filter(|(of, _)| *of == order.id)
        .map(|(_, id)| id);
    let may = state.chains.iter().zip(0_u8..).flat_map(|(chain, wallet)| {
        let net = state.net.iter().map(|row| &**row);
        let of_wallet = net.filter(move |one| one.wallet == seed::wallet(wallet));
        must::may_execute(of_wallet, order.id, chain.head_seqno(), seed::at(state.now))
    });
    paid.chain(may).collect()
}

fn bounced(state: &State, order: u8) -> bool {
    state
        .requests
        .iter()
        .flatten()
        .any(|one| one.order == order && one.bounced)
}

fn delivered(state: &State, order: u8) -> bool {
    state
        .requests
        .iter()
        .flatten()
        .any(|one| one.order == order && one.delivered.is_some())
}
