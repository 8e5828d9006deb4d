//! What each step makes of the world.

use starkeeper_actors::domain::ids::TransferId;
use starkeeper_actors::domain::money::NanoTon;
use starkeeper_actors::domain::transfer::{Boc, Purpose, Transfer, TransferState};
use starkeeper_actors::domain::wallet::Signature;

use super::Shop;
use super::acts::{Act, held, paid};
use super::books::{self, Refused};
use super::operator;
use super::seed;
use super::starts::Start;
use super::state::{Books, Doing, Ready, Request, State, Tx, TxWhat, What};
use crate::model::row::Row;

pub fn apply(shop: &Shop, state: &State, act: &Act) -> State {
    let mut next = state.clone();
    match act {
        Act::Tick => next.now += 1,
        Act::Lease { replica, wallet } => lease(&mut next, *replica, usize::from(*wallet)),
        Act::Explain {
            replica,
            wallet,
            back,
        } => {
            operator::explained(shop, &mut next, *replica, *wallet, *back);
        }
        Act::Start {
            replica,
            order,
            start,
        } => begin(shop, &mut next, *replica, *order, start),
        Act::Send { replica } => send(&mut next, *replica),
        Act::Commit { replica } => commit(shop, &mut next, *replica),
        Act::Lose { replica } => {
            next.left.lost -= 1;
            next.replicas[usize::from(*replica)].doing = None;
        }
        Act::Crash { replica } => {
            next.left.crashes -= 1;
            let life = next.books.life;
            let me = &mut next.replicas[usize::from(*replica)];
            (me.doing, me.life) = (None, life);
            me.epochs.fill(0);
        }
        Act::Include { message, skip } => include(&mut next, *message, *skip),
        Act::Deliver { request } => {
            let now = next.now;
            if let Some(request) = &mut next.requests[usize::from(*request)] {
                request.delivered = Some(now);
            }
        }
        Act::Bounce { request } => bounce(&mut next, *request),
        Act::Hand { wallet } => {
            next.left.hands -= 1;
            let tx = Tx {
                at: next.now,
                what: TxWhat::Hand,
            };
            next.chains[usize::from(*wallet)].txs.push(tx);
        }
        Act::Fund { order } => operator::fund(shop, &mut next, *order),
        Act::Press(press) => operator::press(shop, &mut next, press),
        Act::Copy => next.copy = Some(Row::new(Books::clone(&next.books))),
        Act::Restore => operator::restore(shop, &mut next),
    }
    forget(&mut next);
    next
}

fn lease(next: &mut State, replica: u8, wallet: usize) {
    if held(next, wallet) {
        next.left.naps = next.left.naps.saturating_sub(1);
    }
    next.books.epochs[wallet] += 1;
    next.replicas[usize::from(replica)].epochs[wallet] = next.books.epochs[wallet];
}

fn send(next: &mut State, replica: u8) {
    let me = &mut next.replicas[usize::from(replica)];
    match &me.doing {
        Some(Doing::Bytes(message)) => {
            let message = message.clone();
            me.doing = None;
            broadcast(next, message);
        }
        // Planted: the bytes leave while the commit is still in memory.
        Some(Doing::Ready(Ready {
            what: What::Sign(message),
            ..
        })) => {
            let message = message.clone();
            broadcast(next, message);
        }
        Some(Doing::Ready(_)) | None => {}
    }
}

fn broadcast(next: &mut State, message: Row<Transfer>) {
    if !next.net.iter().any(|one| one.id == message.id) {
        next.net.push(message);
        next.net.sort_by_key(|one| one.id);
    }
}

fn commit(shop: &Shop, next: &mut State, replica: u8) {
    let Some(Doing::Ready(ready)) = next.replicas[usize::from(replica)].doing.take() else {
        return;
    };
    let outcome = books::commit(shop, next, &ready);
    let me = &mut next.replicas[usize::from(replica)];
    match outcome {
        Err(Refused::Fenced) => me.epochs[usize::from(ready.wallet)] = 0,
        Err(Refused::OtherLife) => me.epochs.fill(0),
        Ok(()) | Err(_) => {}
    }
}

fn include(next: &mut State, message: TransferId, skip: bool) {
    let Some(place) = next.net.iter().position(|one| one.id == message) else {
        return;
    };
    let message = next.net.remove(place);
    next.left.skips -= u8::from(skip);
    let chain = &mut next.chains[usize::from(seed::wallet_no(message.wallet))];
    let tx = Tx {
        at: next.now,
        what: TxWhat::Ran {
            message,
            paid: !skip,
        },
    };
    chain.txs.push(tx);
}

fn bounce(next: &mut State, n: u8) {
    next.left.bounces -= 1;
    let at = next.now;
    if let Some(request) = &mut next.requests[usize::from(n)] {
        request.bounced = true;
        let wallet = usize::from(request.wallet);
        next.chains[wallet].txs.push(Tx {
            at,
            what: TxWhat::Back { request: n },
        });
    }
}

/// Makes the outside call and leaves its result in memory.
fn begin(shop: &Shop, next: &mut State, replica: u8, order: u8, start: &Start) {
    let row = next.books.orders[usize::from(order)].clone();
    let wallet = books::wallet_of(&row);
    let what = match start {
        Start::Ready(what) => what.clone(),
        Start::Look { what, mixed } => {
            next.left.mixes -= u8::from(*mixed);
            what.clone()
        }
        Start::Refused => {
            next.left.refusals -= 1;
            What::LinkRefused
        }
        Start::Offer => What::Linked(offer(next, order, wallet)),
        Start::Reset => {
            next.page[usize::from(wallet)] = None;
            What::TillReset
        }
        Start::Bytes(id) => {
            let message = next
                .books
                .transfers
                .iter()
                .find(|one| one.id == *id)
                .cloned();
            next.replicas[usize::from(replica)].doing = message.map(Doing::Bytes);
            return;
        }
        Start::Confirm(id) => {
            confirm(next, *id);
            What::Confirmed
        }
        Start::Sign {
            signature,
            purpose,
            request,
            mixed,
        } => {
            next.left.mixes -= u8::from(*mixed);
            What::Sign(Row::new(signed(
                next,
                order,
                wallet,
                (*signature, *purpose, *request),
            )))
        }
    };
    let me = &next.replicas[usize::from(replica)];
    let ready = Ready {
        order,
        what,
        at: next.now,
        wallet,
        epoch: me.epochs[usize::from(wallet)],
        life: me.life,
        seen_order: row,
        seen_wallet: next.books.wallets[usize::from(wallet)].clone(),
    };
    let at_once = is_at_once(&ready.what);
    let possible = books::decided(shop, next, &ready).is_some();
    next.replicas[usize::from(replica)].doing = possible.then_some(Doing::Ready(ready));
    if at_once {
        commit(shop, next, replica);
    }
}

/// Decisions about the order's row alone that rest on nothing that could be outdated but that
/// row: whether the process sleeps before the commit makes no difference but a refused version.
const fn is_at_once(what: &What) -> bool {
    match what {
        What::Tick
        | What::LinkExpired
        | What::LinkRefused
        | What::Page(_)
        | What::History(_)
        | What::NotSeen
        | What::Bounced(_)
        | What::TillReset
        | What::Move => true,
        What::Linked(_)
        | What::Sign(_)
        | What::Ahead
        | What::Confirmed
        | What::ReturnMoney
        | What::Verdict(..)
        | What::Release(_) => false,
    }
}

/// A new purchase, shown on the till's page from now on.
fn offer(next: &mut State, order: u8, wallet: u8) -> u8 {
    let deadline = next.now + seed::LINK_LIVES;
    let request = Request {
        order,
        wallet,
        deadline,
        confirmed: false,
        delivered: None,
        bounced: false,
    };
    let free = next.requests.iter().position(Option::is_none);
    let place = free.unwrap_or_else(|| {
        next.requests.push(None);
        next.requests.len() - 1
    });
    next.requests[place] = Some(request);
    let n = u8::try_from(place).expect("few");
    next.page[usize::from(wallet)] = Some(n);
    n
}

/// Fragment takes the bytes, and may hand them to the chain as well.
fn confirm(next: &mut State, id: TransferId) {
    let Some(message) = next
        .books
        .transfers
        .iter()
        .find(|one| one.id == id)
        .cloned()
    else {
        return;
    };
    let now = next.now;
    if let Some(link) = &message.link
        && let Some(request) = &mut next.requests[usize::from(seed::request_no(link))]
        && now < request.deadline
    {
        request.confirmed = true;
    }
    broadcast(next, message);
}

fn signed(
    next: &State,
    order: u8,
    wallet: u8,
    (signature, purpose, request): (Signature, Purpose, Option<u8>),
) -> Transfer {
    let id = fresh_id(next);
    let link = match (&next.books.orders[usize::from(order)].state, request) {
        (starkeeper_actors::domain::order::OrderState::Linked { link, .. }, Some(_)) => {
            Some(link.clone())
        }
        _ => None,
    };
    let amount = link.as_ref().map_or(NanoTon::ZERO, |link| link.amount);
    let destination = link
        .as_ref()
        .map_or(seed::wallet(wallet), |link| link.destination);
    Transfer {
        id: TransferId::new(id.into()),
        order: seed::order_id(order),
        purpose,
        wallet: seed::wallet(wallet),
        seqno: signature.seqno,
        valid_until: signature.valid_until,
        lt_before: signature.lt_before,
        destination,
        amount,
        body_hash: seed::hash(request.map_or(99, |n| 100 + n)),
        message_hash: seed::hash(id),
        link,
        boc: Boc::new([id]),
        signed_at: seed::at(next.now),
        state: TransferState::Signed,
    }
}

/// The lowest id that nothing and nobody remembers.
fn fresh_id(state: &State) -> u8 {
    let mut used: Vec<u8> = Vec::new();
    let mut note = |transfer: &Transfer| used.push(seed::transfer_no(transfer.id));
    state.books.transfers.iter().for_each(|one| note(one));
    state
        .copy
        .iter()
        .flat_map(|copy| &copy.transfers)
        .for_each(|one| note(one));
    state.net.iter().for_each(|one| note(one));
    for tx in state.chains.iter().flat_map(|chain| &chain.txs) {
        if let TxWhat::Ran { message, .. } = &tx.what {
            note(message);
        }
    }
    for doing in state.replicas.iter().filter_map(|one| one.doing.as_ref()) {
        match doing {
            Doing::Bytes(message)
            | Doing::Ready(Ready {
                what: What::Sign(message),
                ..
            }) => {
                note(message);
            }
            Doing::Ready(_) => {}
        }
    }
    (1..).find(|id| !used.contains(id)).expect("few")
}

/// What can never matter again is forgotten, so that equal futures are equal states: messages
/// that can no longer be included, and purchases that nobody will ever pay.
fn forget(next: &mut State) {
    let now = seed::at(next.now);
    let chains = &next.chains;
    next.net.retain(|one| {
        let chain = &chains[usize::from(seed::wallet_no(one.wallet))];
        now < one.valid_until && one.seqno >= chain.head_seqno()
    });
    for n in 0..next.requests.len() {
        let no = u8::try_from(n).expect("few");
        if next.requests[n].is_some() && !is_remembered(next, no) {
            next.requests[n] = None;
            for page in next.page.iter_mut().filter(|page| **page == Some(no)) {
                *page = None;
            }
        }
    }
    while next.requests.last().is_some_and(Option::is_none) {
        let _ = next.requests.pop();
    }
}

fn is_remembered(state: &State, request: u8) -> bool {
    let claimed = |books: &Books| books.linked.iter().any(|(n, _)| *n == request);
    let doing = state.replicas.iter().filter_map(|one| one.doing.as_ref());
    let mut pending = doing.filter_map(|doing| match doing {
        Doing::Ready(ready) => Some(&ready.what),
        Doing::Bytes(_) => None,
    });
    claimed(&state.books)
        || state.copy.as_ref().is_some_and(|copy| claimed(copy))
        || paid(state, request).is_some()
        || pending.any(|what| *what == What::Linked(request))
        || state.net.iter().any(|message| {
            message
                .link
                .as_ref()
                .is_some_and(|link| seed::request_no(link) == request)
        })
}
