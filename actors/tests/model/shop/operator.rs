//! What people do, and what explaining a wallet's history brings them: buttons, assignments,
//! restored books. People tell the truth here: a transaction is assigned to the order it paid for
//! and a delivery is marked by its own row.

use starkeeper_actors::domain::ids::{AdminId, Epoch};
use starkeeper_actors::domain::ledger::{Account, Entry};
use starkeeper_actors::domain::order::{Desk, OperatorAct, Order, OrderEvent, OrderState, Stage};
use starkeeper_actors::domain::transfer::Purpose;
use starkeeper_actors::domain::wallet::{Explained, Explanation, WhyStopped};

use super::Shop;
use super::acts::{Act, living_epoch};
use super::books;
use super::chain;
use super::driver;
use super::seed;
use super::state::{Books, State, TxWhat};
use crate::model::plant::Plant;
use crate::model::row::{Row, Shared};

/// A button.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Press {
    Resume(u8),
    Refund {
        order: u8,
        second: bool,
    },
    MarkDelivered {
        order: u8,
        row: u8,
    },
    TakeBack(u8),
    Open(u8),
    Assign {
        wallet: u8,
        lt: u64,
        order: Option<u8>,
    },
}

/// Every button that would do something now.
pub fn presses(shop: &Shop, state: &State, all: &mut Vec<Act>) {
    for wallet in 0..shop.bounds.wallets {
        let stopped = state.books.wallets[usize::from(wallet)].is_stopped();
        if stopped && living_epoch(state, wallet).is_some() {
            all.push(Act::Press(Press::Open(wallet)));
            let assigned = strange(state, wallet);
            let assigned = assigned.filter(|press| matches!(press, Press::Assign { .. }));
            all.extend(assigned.map(Act::Press));
        }
    }
    if state.left.presses == 0 {
        return;
    }
    for order in 0..shop.bounds.orders {
        for press in buttons(shop, state, order) {
            let mut tried = state.clone();
            if try_press(shop, &mut tried, &press).is_some() {
                all.push(Act::Press(press));
            }
        }
    }
}

/// The buttons an order shows to operators, and to its customer.
pub fn buttons(shop: &Shop, state: &State, order: u8) -> Vec<Press> {
    let row = &state.books.orders[usize::from(order)];
    let mut all = Vec::new();
    for name in row.operator_may() {
        match *name {
            "resume" => all.push(Press::Resume(order)),
            "refund" => all.extend([false, true].map(|second| Press::Refund { order, second })),
            "mark delivered" => {
                all.extend(own_row(state, order).map(|row| Press::MarkDelivered { order, row }));
            }
            other => unreachable!("unknown button {other}"),
        }
    }
    if shop.bounds.take_back {
        all.push(Press::TakeBack(order));
    }
    all
}

/// The row of Fragment's history that is really this order's.
fn own_row(state: &State, order: u8) -> Option<u8> {
    let requests = (0_u8..).zip(state.requests.iter());
    let mut own = requests.filter(|(_, request)| {
        request
            .as_ref()
            .is_some_and(|one| one.order == order && one.delivered.is_some())
    });
    own.next().map(|(n, _)| n)
}

/// The first transaction that stops a wallet, assigned to what it really was.
pub fn strange(state: &State, wallet: u8) -> Option<Press> {
    let Some(Explanation::Break { strange }) = explain(state, wallet, 0, 0) else {
        return None;
    };
    let Some(at) = strange.iter().find_map(|odd| odd.tx) else {
        return resumable(state, wallet);
    };
    let lt = at.lt;
    if state
        .books
        .assigned
        .iter()
        .any(|(of, at, _)| (*of, *at) == (wallet, lt))
    {
        return resumable(state, wallet);
    }
    let index = usize::try_from(lt / 10 - 1).expect("few");
    if let TxWhat::Ran { message, .. } = &state.chains[usize::from(wallet)].txs[index].what
        && state.books.transfers.iter().any(|one| one.id == message.id)
    {
        return resumable(state, wallet);
    }
    let order = match &state.chains[usize::from(wallet)].txs[index].what {
        TxWhat::Ran {
            message,
            paid: true,
        } if message.purpose == Purpose::Goods => Some(seed::order_no(message.order)),
        TxWhat::Ran { .. } | TxWhat::Hand | TxWhat::Back { .. } => None,
    };
    Some(Press::Assign { wallet, lt, order })
}

/// The parked order whose own message stands in the way: it must be judged first.
pub fn resumable(state: &State, wallet: u8) -> Option<Press> {
    let claim = state.books.wallets[usize::from(wallet)].claimed_by?;
    let order = seed::order_no(claim);
    let parked = state.books.orders[usize::from(order)].state_name() == "parked";
    parked.then_some(Press::Resume(order))
}

pub fn press(shop: &Shop, state: &mut State, press: &Press) {
    try_press(shop, state, press);
}

/// A button's commit, with the lease's current epoch and the version that was shown.
pub fn try_press(shop: &Shop, state: &mut State, press: &Press) -> Option<()> {
    let (order, act) = match *press {
        Press::Open(wallet) => {
            let opened = state.books.wallets[usize::from(wallet)].opened();
            books::write_wallet(&mut state.books, wallet, opened);
            return Some(());
        }
        Press::Assign { wallet, lt, order } => {
            state.books.assigned.push((wallet, lt, order));
            state.books.assigned.sort_unstable();
            return Some(());
        }
        Press::TakeBack(order) => (order, None),
        Press::Resume(order) => (order, Some(OperatorAct::Resume)),
        Press::Refund { order, second } => {
            let second = second.then_some(AdminId::new(2));
            let silent_since = silent_since(state, order);
            (
                order,
                Some(OperatorAct::Refund {
                    second,
                    silent_since,
                }),
            )
        }
        Press::MarkDelivered { order, row } => {
            let shown = &state.books.orders[usize::from(order)];
            let request = state.requests[usize::from(row)].as_ref()?;
            let row = seed::history_row(request.wallet, shown, request.delivered?);
            (order, Some(OperatorAct::MarkDelivered { row }))
        }
    };
    let shown = state.books.orders[usize::from(order)].clone();
    let wallet = books::wallet_of(&shown);
    let epoch = living_epoch(state, wallet)?;
    if shop.has(Plant::ResumeToHeldAfterPaid)
        && let Some((next, entry)) = bought_again(&shown, act.as_ref())
    {
        books::enter(&mut state.books, &entry).ok()?;
        state.books.orders[usize::from(order)] = Row::new(next);
        state.left.presses = state.left.presses.saturating_sub(1);
        return Some(());
    }
    let row = state.books.wallets[usize::from(wallet)].clone();
    let now = seed::at(state.now);
    let desk = Desk {
        rules: &shop.order_rules,
        wallet: Some(&row),
        epoch,
        now,
    };
    let event = act.map_or(OrderEvent::TakeBack, OrderEvent::Operator);
    let written = driver::alone(&shown, event, desk)?;
    if written.order == *shown {
        return None;
    }
    let mut next = state.books.clone();
    for entry in &written.entries {
        books::enter(&mut next, entry).ok()?;
    }
    if let Press::MarkDelivered { row, .. } = *press {
        if next.rows.iter().any(|(taken, _)| *taken == row) {
            return None;
        }
        next.rows.push((row, order));
    }
    next.orders[usize::from(order)] = Row::new(written.order);
    state.books = next;
    state.left.presses = state.left.presses.saturating_sub(1);
    Some(())
}

/// Planted (resume-to-held-after-paid): the order waits for a link again, with float reserved.
fn bought_again(order: &Order, act: Option<&OperatorAct>) -> Option<(Order, Entry)> {
    let (
        OrderState::Parked {
            purchase,
            stage: Stage::Paid { .. },
            ..
        },
        Some(OperatorAct::Resume),
    ) = (&order.state, act)
    else {
        return None;
    };
    let wallet = purchase.wallet;
    let again = Entry::new(driver::extra_key("again"));
    let again = again.post(
        Account::FloatHeld(wallet),
        Account::Float(wallet),
        purchase.reserved,
    );
    let state = OrderState::Held {
        purchase: purchase.clone(),
        retry: starkeeper_actors::domain::order::Retry::default(),
        told: true,
        refund: None,
    };
    let next = Order {
        state,
        ..order.clone()
    };
    Some((next, again.ok()?))
}

/// Since when Fragment's history has been silent about an order: since its payment, if nothing
/// was delivered.
fn silent_since(state: &State, order: u8) -> Option<starkeeper_actors::domain::Timestamp> {
    if own_row(state, order).is_some() {
        return None;
    }
    match &state.books.orders[usize::from(order)].state {
        OrderState::Parked { at, .. } => Some(*at),
        _ => None,
    }
}

/// The real explanation of a wallet's history as of `back` transactions ago.
pub fn explain(state: &State, wallet: u8, epoch: u8, back: u8) -> Option<Explanation> {
    let row = &state.books.wallets[usize::from(wallet)];
    let chain = &state.chains[usize::from(wallet)];
    let n = chain.txs.len().checked_sub(usize::from(back))?;
    let time = chain.txs.get(n).map_or(state.now, |tx| tx.at);
    let account = chain::account(chain, n, time, 0);
    let down_to = row.last.map_or(0, |tx| tx.lt);
    let history = chain::history(chain, n, down_to, false);
    let known = chain::known(state, wallet);
    row.explain(&account, &history, &known, Epoch::new(epoch.into()))
        .ok()
}

/// Explains and commits: the wallet, the postings, the orders that were paid outside; or, at a
/// break, stops every wallet and parks what waits.
pub fn explained(shop: &Shop, state: &mut State, replica: u8, wallet: u8, back: u8) {
    let me = &state.replicas[usize::from(replica)];
    let epoch = me.epochs[usize::from(wallet)];
    if epoch != state.books.epochs[usize::from(wallet)] || me.life != state.books.life {
        state.replicas[usize::from(replica)].epochs[usize::from(wallet)] = 0;
        return;
    }
    match explain(state, wallet, epoch, back) {
        Some(Explanation::Complete {
            wallet: next,
            explained,
            entries,
            ..
        }) => {
            let mut books = state.books.clone();
            let entered = entries
                .iter()
                .all(|entry| books::enter(&mut books, entry).is_ok());
            books::write_wallet(&mut books, wallet, next);
            if entered && paid_outside(shop, state, &mut books, &explained).is_some() {
                state.books = books;
            }
        }
        Some(Explanation::Break { .. }) => break_all(shop, state),
        Some(Explanation::Incomplete) | None => {}
    }
}

/// Payments that a person assigned take their orders out of the queue. An order that is settled
/// or has its own payment keeps its state; one that waits for its message's end holds the
/// explanation up.
fn paid_outside(
    shop: &Shop,
    state: &State,
    books: &mut Books,
    explained: &[Explained],
) -> Option<()> {
    for how in explained {
        let Explained::Assigned {
            tx,
            order: Some(order),
        } = how
        else {
            continue;
        };
        let n = usize::from(seed::order_no(*order));
        let row = &books.orders[n];
        let wallet = &books.wallets[usize::from(books::wallet_of(row))];
        let desk = Desk {
            rules: &shop.order_rules,
            wallet: Some(wallet),
            epoch: Epoch::new(0),
            now: seed::at(state.now),
        };
        match driver::alone(row, OrderEvent::PaidOutside(*tx), desk) {
            Some(written) => books.orders[n] = Row::new(written.order),
            None if row.is_finished() || row.state_name() == "paid" => {}
            None if row.state_name() == "parked" => {}
            None => return None,
        }
    }
    Some(())
}

fn break_all(shop: &Shop, state: &mut State) {
    for n in 0..shop.bounds.wallets {
        let wallet = state.books.wallets[usize::from(n)].clone();
        if wallet.is_stopped() {
            continue;
        }
        let why = WhyStopped::Unexplained {
            wallet: wallet.address,
        };
        books::write_wallet(&mut state.books, n, wallet.stopped(why));
        let desk = Desk {
            rules: &shop.order_rules,
            wallet: Some(&wallet),
            epoch: Epoch::new(0),
            now: seed::at(state.now),
        };
        for place in 0..state.books.orders.len() {
            let order = &state.books.orders[place];
            if order.purchase().is_none() || books::wallet_of(order) != n {
                continue;
            }
            if let Some(written) = driver::alone(order, OrderEvent::Break, desk) {
                state.books.orders[place] = Row::new(written.order);
            }
        }
    }
}

/// The second order's price is there: price held, float reserved, wallet bound.
pub fn fund(shop: &Shop, state: &mut State, order: u8) {
    let row = &state.books.orders[usize::from(order)];
    let wallet = &state.books.wallets[0];
    if wallet.is_stopped() {
        return;
    }
    let (held, entries) = seed::funded(shop, row, wallet, state.now);
    let mut next = state.books.clone();
    if entries
        .iter()
        .all(|entry| books::enter(&mut next, entry).is_ok())
    {
        next.orders[usize::from(order)] = Row::new(held);
        state.books = next;
    }
}

/// The copy becomes the books, under a new life. The old daemon still runs and believes in the
/// old one; a second one starts.
pub fn restore(shop: &Shop, state: &mut State) {
    let Some(copy) = state.copy.take() else {
        return;
    };
    let life = state.books.life + 1;
    state.left.restores -= 1;
    state.books = Shared::new(Books::clone(&copy));
    state.books.life = life;
    for wallet in &mut state.books.wallets {
        *wallet = Row::new(wallet.restored(seed::at(state.now), shop.signing.longest_validity));
    }
    if let Some(second) = state.replicas.get_mut(1) {
        (second.life, second.doing) = (life, None);
        second.epochs.fill(0);
    }
}
