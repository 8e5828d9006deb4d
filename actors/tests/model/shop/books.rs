//! Books as `ports::books` promises them, as an ordinary struct: one step is one commit, whole or
//! not at all; rows under their versions, leases under their epochs, the life of the books; a
//! second live transfer of a wallet or an order, a used seqno, a taken name, a used entry key and
//! a broken floor are refused whoever asks.

use starkeeper_actors::domain::ids::Epoch;
use starkeeper_actors::domain::ledger::{Entry, TrialBalance};
use starkeeper_actors::domain::order::{Desk, Order, Proof};
use starkeeper_actors::domain::transfer::{Transfer, TransferState};
use starkeeper_actors::domain::wallet::Wallet;

use super::Shop;
use super::driver::{Written, decide};
use super::seed;
use super::state::{Books, Ledger, Ready, State, What};
use crate::model::plant::Plant;
use crate::model::row::Row;

/// Posts without asking.
pub fn post(ledger: &mut Ledger, entry: &Entry) {
    for posting in &entry.postings {
        for account in [posting.debit(), posting.credit()] {
            *ledger.balances.entry(account).or_default() += posting.effect_on(account);
        }
    }
    ledger.keys.insert(entry.key.clone());
}

pub fn trial(ledger: &Ledger) -> TrialBalance {
    TrialBalance {
        accounts: ledger.balances.clone(),
    }
}

/// Why a commit was refused.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Refused {
    OtherLife,
    Fenced,
    Stale,
    Taken,
    Floor,
    Rule,
    /// The rules themselves say no on these rows: nothing reached the books.
    Undecided,
}

/// The whole step: life, fences, versions, then the decision's rows.
pub fn commit(shop: &Shop, state: &mut State, ready: &Ready) -> Result<(), Refused> {
    let books = &state.books;
    if ready.life != books.life {
        return Err(Refused::OtherLife);
    }
    let order = usize::from(ready.order);
    let wallet = usize::from(ready.wallet);
    if ready.epoch != books.epochs[wallet] && !shop.has(Plant::NoEpoch) {
        return Err(Refused::Fenced);
    }
    if ready.seen_order != books.orders[order] {
        return Err(Refused::Stale);
    }
    let written = decided(shop, state, ready).ok_or(Refused::Undecided)?;
    if written.wallet.is_some() && ready.seen_wallet != books.wallets[wallet] && !blind(shop) {
        return Err(Refused::Stale);
    }
    store(shop, &mut state.books, ready, written)
}

/// Whether the plant has taken the books' backstops for wallets away.
fn blind(shop: &Shop) -> bool {
    shop.has(Plant::NoEpoch) || shop.has(Plant::NoLane)
}

/// The decision once more, on the rows it was made on.
pub fn decided(shop: &Shop, state: &State, ready: &Ready) -> Option<Written> {
    let desk = Desk {
        rules: &shop.order_rules,
        wallet: Some(&*ready.seen_wallet),
        epoch: Epoch::new(ready.epoch.into()),
        now: seed::at(ready.at),
    };
    let transfers: Vec<Transfer> = of_order(&state.books, &ready.seen_order);
    decide(
        shop,
        state,
        &ready.what,
        &ready.seen_order,
        &transfers,
        desk,
    )
}

/// All transfers of an order, oldest first.
pub fn of_order(books: &Books, order: &Order) -> Vec<Transfer> {
    let of_order = books.transfers.iter().filter(|one| one.order == order.id);
    let mut transfers: Vec<Transfer> = of_order.map(|row| Transfer::clone(row)).collect();
    transfers.sort_by_key(|one| one.signed_at);
    transfers
}

fn store(shop: &Shop, books: &mut Books, ready: &Ready, written: Written) -> Result<(), Refused> {
    let mut next = books.clone();
    for entry in &written.entries {
        enter(&mut next, entry)?;
    }
    next.orders[usize::from(ready.order)] = Row::new(written.order);
    if let Some(wallet) = written.wallet {
        write_wallet(&mut next, ready.wallet, wallet);
    }
    for transfer in written.transfers {
        put(&mut next, transfer);
    }
    if !blind(shop) {
        refuse_transfers(&next.transfers)?;
    }
    if let Some(row) = written.claims {
        if next.rows.iter().any(|(claimed, _)| *claimed == row) && !shop.has(Plant::HistoryRowTwice)
        {
            return Err(Refused::Taken);
        }
        next.rows.push((row, ready.order));
        next.rows.sort_unstable();
    }
    if let What::Linked(request) = ready.what {
        if next.linked.iter().any(|(taken, _)| *taken == request) {
            return Err(Refused::Taken);
        }
        next.linked.push((request, ready.order));
        next.linked.sort_unstable();
    }
    *books = next;
    Ok(())
}

/// Enters under its key, once, and above the floors unless it is a fact.
pub fn enter(books: &mut Books, entry: &Entry) -> Result<(), Refused> {
    if books.ledger.keys.contains(&entry.key) {
        return Err(Refused::Taken);
    }
    let mut ledger = Ledger::clone(&books.ledger);
    post(&mut ledger, entry);
    let sinks = ledger
        .balances
        .iter()
        .any(|(account, balance)| account.has_floor() && *balance < 0);
    if sinks && !entry.key.is_fact() {
        return Err(Refused::Floor);
    }
    books.ledger = Row::new(ledger);
    Ok(())
}

fn put(books: &mut Books, transfer: Transfer) {
    let place = books.transfers.iter().position(|row| row.id == transfer.id);
    match place {
        Some(place) => books.transfers[place] = Row::new(transfer),
        None => {
            books.transfers.push(Row::new(transfer));
            books.transfers.sort_by_key(|row| row.id);
        }
    }
}

/// One live transfer of a wallet and of an order; a seqno once, unless dead or superseded.
fn refuse_transfers(transfers: &[Row<Transfer>]) -> Result<(), Refused> {
    for (n, one) in transfers.iter().enumerate() {
        for other in &transfers[..n] {
            let live = one.is_live() && other.is_live();
            if live && (one.wallet == other.wallet || one.order == other.order) {
                return Err(Refused::Rule);
            }
            let same = one.wallet == other.wallet && one.seqno == other.seqno;
            if same && uses_seqno(one) && uses_seqno(other) {
                return Err(Refused::Rule);
            }
        }
    }
    Ok(())
}

const fn uses_seqno(transfer: &Transfer) -> bool {
    match &transfer.state {
        TransferState::Signed
        | TransferState::Paid { .. }
        | TransferState::ConsumedUnpaid { .. }
        | TransferState::Bounced { .. } => true,
        TransferState::Dead { .. }
        | TransferState::Superseded { .. }
        | TransferState::Foreign { .. } => false,
    }
}

/// The proof of a delivery by a row of the history.
pub fn history_proof(state: &State, order: &Order, request: u8) -> Option<Proof> {
    let purchase = state.requests[usize::from(request)].as_ref()?;
    let row = seed::history_row(purchase.wallet, order, purchase.delivered?);
    Some(Proof::History { row })
}

/// The wallet an order is bound to, or would be.
pub fn wallet_of(order: &Order) -> u8 {
    order
        .purchase()
        .map_or(0, |purchase| seed::wallet_no(purchase.wallet))
}

/// Takes a wallet's row without a decision of an order: explanations and operators' buttons.
pub fn write_wallet(books: &mut Books, n: u8, wallet: Wallet) {
    books.wallets[usize::from(n)] = Row::new(uncounted(wallet));
}

/// How often a wallet stopped only numbers notices; counting it would make every stop new.
fn uncounted(mut wallet: Wallet) -> Wallet {
    wallet.stops = 0;
    wallet
}
