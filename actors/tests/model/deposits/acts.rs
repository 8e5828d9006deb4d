//! The steps of the deposits' world.

use starkeeper_actors::domain::ids::Epoch;
use starkeeper_actors::domain::invoice::{
    Context, InvoiceEffect, InvoiceEvent, InvoiceRefused, LookUpFailure, OrderSide, OrderSideState,
    Settled,
};
use starkeeper_actors::domain::ledger::{Account, Entry, EntryKey};
use starkeeper_actors::domain::money::{MicroUsd, NanoTon};
use starkeeper_actors::domain::order::{Desk, Funding, Order, OrderEvent, OrderState};

use super::Deposits;
use super::gateway::Gate;
use super::state::{Books, Call, Pending, State, at, purse};
use super::tickets;
use crate::model::plant::Plant;
use crate::model::row::{Row, Shared};
use crate::model::shop;

/// One step.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Act {
    Tick,
    /// A status changes at the gateway.
    Move {
        invoice: u8,
        to: Gate,
    },
    /// A webhook arrives; `again` leaves it to come once more.
    Hook {
        n: u8,
        again: bool,
    },
    /// A look-up begins: its ticket is committed.
    Look {
        invoice: u8,
    },
    /// The gateway reads what it will answer.
    Read {
        call: u8,
    },
    /// The answer arrives at a replica, which decides.
    Answer {
        call: u8,
        replica: u8,
    },
    /// The answer is lost.
    Lose {
        call: u8,
    },
    /// A replica commits.
    Commit {
        replica: u8,
    },
    /// The customer spends all of the balance on something else.
    Spend,
    /// The customer cancels the order.
    Cancel,
}

pub fn acts(world: &Deposits, state: &State) -> Vec<Act> {
    let mut all = Vec::new();
    for (invoice, gate) in (0_u8..).zip(&state.gates) {
        if state.left.moves > 0 {
            all.extend(gate.moves().into_iter().map(|to| Act::Move { invoice, to }));
        }
        let tapped = state.left.taps > 0;
        if state.calls.len() < 2 && (tapped || looks(state, invoice)) {
            all.push(Act::Look { invoice });
        }
    }
    for n in 0..u8::try_from(state.hooks.len()).expect("few") {
        all.push(Act::Hook { n, again: false });
        if state.left.doubles > 0 {
            all.push(Act::Hook { n, again: true });
        }
    }
    for (call, one) in (0_u8..).zip(&state.calls) {
        if one.read.is_none() {
            all.push(Act::Read { call });
        } else {
            let free = (0_u8..)
                .zip(&state.doing)
                .filter(|(_, doing)| doing.is_none());
            all.extend(free.map(|(replica, _)| Act::Answer { call, replica }));
        }
        if state.left.lost > 0 {
            all.push(Act::Lose { call });
        }
    }
    let ready = (0_u8..)
        .zip(&state.doing)
        .filter(|(_, doing)| doing.is_some());
    all.extend(ready.map(|(replica, _)| Act::Commit { replica }));
    if state.left.spends > 0 && purse(&state.books).available.is_positive() {
        all.push(Act::Spend);
    }
    if state.left.cancels > 0 && state.books.order.state_name() == "awaiting_payment" {
        all.push(Act::Cancel);
    }
    if state.now < world.last_tick {
        all.push(Act::Tick);
    }
    all
}

/// Whether the stored state asks for a look-up now.
pub fn looks(state: &State, invoice: u8) -> bool {
    let row = &state.books.invoices[usize::from(invoice)];
    matches!(row.due(at(state.now)), Some(InvoiceEffect::LookUp(_)))
}

/// The invoice's decision on given rows.
pub fn decision(
    world: &Deposits,
    state: &State,
    on: &Pending,
    event: &InvoiceEvent,
) -> Result<Settled, InvoiceRefused> {
    let side = match &on.order.state {
        OrderState::AwaitingPayment { .. } => OrderSideState::Awaiting {
            price: on.order.price(),
        },
        OrderState::Cancelled { .. } => OrderSideState::Cancelled,
        OrderState::Refunded { .. } => OrderSideState::Closed,
        _ => OrderSideState::AlreadyBought,
    };
    let context = Context {
        purse: purse(&state.books),
        customer: &on.customer,
        order: Some(OrderSide {
            order: on.order.id,
            state: side,
            may_hold: true,
        }),
        uuid_taken: false,
        rules: &world.rules,
    };
    on.invoice.decide(event, context, at(on.at))
}

fn seen(state: &State, call: Call, now: u8) -> Pending {
    Pending {
        at: now,
        invoice: state.books.invoices[usize::from(call.invoice)].clone(),
        customer: state.books.customer.clone(),
        order: state.books.order.clone(),
        call,
    }
}

/// A decision on the rows as they are.
pub fn settled(
    world: &Deposits,
    state: &State,
    invoice: u8,
    event: &InvoiceEvent,
    now: u8,
) -> Result<Settled, InvoiceRefused> {
    let ticket = starkeeper_actors::domain::invoice::Ticket::FIRST;
    let on = seen(
        state,
        Call {
            invoice,
            ticket,
            read: None,
        },
        now,
    );
    decision(world, state, &on, event)
}

pub fn apply(world: &Deposits, state: &State, act: &Act) -> State {
    let mut next = state.clone();
    match act {
        Act::Tick => next.now += 1,
        Act::Move { invoice, to } => {
            next.left.moves -= 1;
            next.gates[usize::from(*invoice)] = *to;
            let hook = (*invoice, to.status);
            if to.has_hook() && !next.hooks.contains(&hook) {
                next.hooks.push(hook);
                next.hooks.sort_unstable();
            }
        }
        Act::Hook { n, again } => {
            let (invoice, status) = next.hooks[usize::from(*n)];
            if *again {
                next.left.doubles -= 1;
            } else {
                next.hooks.remove(usize::from(*n));
            }
            if world.has(Plant::EventAsGate) {
                note(&mut next.books, (invoice, status));
            }
            at_once(world, &mut next, invoice, &InvoiceEvent::Claimed);
        }
        Act::Look { invoice } => look(world, &mut next, *invoice),
        Act::Read { call } => {
            let invoice = next.calls[usize::from(*call)].invoice;
            next.calls[usize::from(*call)].read = Some(state.gates[usize::from(invoice)]);
        }
        Act::Answer { call, replica } => {
            let call = next.calls.remove(usize::from(*call));
            let now = next.now;
            next.doing[usize::from(*replica)] = Some(seen(&next, call, now));
        }
        Act::Lose { call } => {
            next.left.lost = next.left.lost.saturating_sub(1);
            next.calls.remove(usize::from(*call));
        }
        Act::Commit { replica } => {
            if let Some(on) = next.doing[usize::from(*replica)].take() {
                commit_answer(world, &mut next, &on);
            }
        }
        Act::Spend => spend(&mut next),
        Act::Cancel => cancel(world, &mut next),
    }
    tickets::renumber(&mut next);
    next
}

fn note(books: &mut Books, what: (u8, super::gateway::Status)) {
    if !books.seen.contains(&what) {
        books.seen.push(what);
        books.seen.sort_unstable();
    }
}

/// A step that is decided and committed in one go.
fn at_once(world: &Deposits, next: &mut State, invoice: u8, event: &InvoiceEvent) {
    let ticket = starkeeper_actors::domain::invoice::Ticket::FIRST;
    let on = seen(
        next,
        Call {
            invoice,
            ticket,
            read: None,
        },
        next.now,
    );
    commit(world, next, &on, event);
}

fn look(world: &Deposits, next: &mut State, invoice: u8) {
    if !looks(next, invoice) {
        next.left.taps = next.left.taps.saturating_sub(1);
    }
    let now = next.now;
    if let Ok(Settled::Changed(decision)) =
        settled(world, next, invoice, &InvoiceEvent::LookUpStarted, now)
    {
        let after = decision.next;
        next.books.invoices[usize::from(invoice)] = Row::new(after.invoice);
        if let Some(ticket) = after.ticket {
            next.calls.push(Call {
                invoice,
                ticket,
                read: None,
            });
        }
    }
}

fn commit_answer(world: &Deposits, next: &mut State, on: &Pending) {
    let (invoice, ticket) = (on.call.invoice, on.call.ticket);
    let Some(gate) = on.call.read else { return };
    let what = (invoice, gate.status);
    if world.has(Plant::EventAsGate) {
        if next.books.seen.contains(&what) {
            let failure = LookUpFailure::NoAnswer;
            commit(
                world,
                next,
                on,
                &InvoiceEvent::LookUpFailed { ticket, failure },
            );
            return;
        }
        note(&mut next.books, what);
    }
    let report = Box::new(gate.report(invoice));
    commit(world, next, on, &InvoiceEvent::Reported { ticket, report });
}

/// Rows under their versions, entries under their keys: all of it or nothing. A refused commit is
/// forgotten; what is due is read from the books again.
fn commit(world: &Deposits, state: &mut State, on: &Pending, event: &InvoiceEvent) {
    let n = usize::from(on.call.invoice);
    let books = &state.books;
    let moved =
        books.invoices[n] != on.invoice || books.customer != on.customer || books.order != on.order;
    if moved {
        return;
    }
    let Ok(Settled::Changed(decision)) = decision(world, state, on, event) else {
        return;
    };
    let mut next = Books::clone(books);
    let mut entries = decision.entries;
    let after = decision.next;
    if after.hold.is_some() {
        let held = funded(&next.order, on.at);
        entries.extend(held.1);
        next.order = Row::new(held.0);
    }
    for entry in entries {
        if !enter(world, &mut next, entry) {
            return;
        }
    }
    next.invoices[n] = Row::new(after.invoice);
    if let Some(customer) = after.customer {
        next.customer = Row::new(customer);
    }
    state.books = Shared::new(next);
}

fn funded(order: &Order, now: u8) -> (Order, Vec<Entry>) {
    let rules = starkeeper_actors::domain::order::OrderRules::default();
    let desk = Desk {
        rules: &rules,
        wallet: None,
        epoch: Epoch::new(0),
        now: at(now),
    };
    let funding = Funding {
        wallet: shop::wallet(0),
        reserve: NanoTon::ZERO,
    };
    let held = order
        .decide(OrderEvent::Fund(funding), desk)
        .expect("it awaits its payment");
    (held.next, held.entries)
}

/// Enters once under its key and above the floors; false if the books refuse.
fn enter(world: &Deposits, books: &mut Books, mut entry: Entry) -> bool {
    let credit = matches!(entry.key, EntryKey::Credit { .. });
    if let EntryKey::Credit { n, .. } = &mut entry.key
        && world.has(Plant::CreditOncePerInvoice)
    {
        *n = 1;
    }
    let mut ledger = shop::Ledger::clone(&books.ledger);
    if ledger.keys.contains(&entry.key) {
        // Planted: what was credited before is taken for done.
        return credit && world.has(Plant::CreditOncePerInvoice);
    }
    shop::post(&mut ledger, &entry);
    let sinks = ledger
        .balances
        .iter()
        .any(|(account, sum)| account.has_floor() && *sum < 0);
    if sinks {
        return false;
    }
    books.ledger = Row::new(ledger);
    if credit {
        books.credits.push(Row::new(entry));
    }
    true
}

fn spend(next: &mut State) {
    next.left.spends -= 1;
    let customer = next.books.customer.id;
    let all: MicroUsd = purse(&next.books).available;
    let key = EntryKey::Settle {
        order: shop::order_id(7),
    };
    let entry = Entry::new(key).post(Account::Customer(customer), Account::Revenue, all);
    let mut ledger = shop::Ledger::clone(&next.books.ledger);
    shop::post(&mut ledger, &entry.expect("positive"));
    next.books.ledger = Row::new(ledger);
}

fn cancel(world: &Deposits, next: &mut State) {
    next.left.cancels -= 1;
    let now = at(next.now);
    let desk = Desk {
        rules: &world.order_rules,
        wallet: None,
        epoch: Epoch::new(0),
        now,
    };
    if let Ok(cancelled) = next.books.order.decide(OrderEvent::Cancel, desk) {
        next.books.order = Row::new(cancelled.next);
    }
    for invoice in 0..world.invoices {
        at_once(world, next, invoice, &InvoiceEvent::CustomerCancelled);
    }
}

pub fn say(state: &State, act: &Act) -> String {
    let text = match act {
        Act::Tick => "a minute passes".to_owned(),
        Act::Move { invoice, to } => format!(
            "the gateway: invoice {invoice} is {:?}, {}0 % of the coins are there",
            to.status, to.tenths
        ),
        Act::Hook { n, again } => {
            let (invoice, status) = state.hooks[usize::from(*n)];
            let how = if *again { " (and will come again)" } else { "" };
            format!("a webhook says that invoice {invoice} is {status:?}{how}: a look-up is due")
        }
        Act::Look { invoice } => format!("a look-up of invoice {invoice} takes its ticket"),
        Act::Read { call } => {
            let call = &state.calls[usize::from(*call)];
            let status = state.gates[usize::from(call.invoice)].status;
            format!(
                "the gateway reads invoice {} for {}: {status:?}",
                call.invoice, call.ticket
            )
        }
        Act::Answer { call, replica } => {
            let call = &state.calls[usize::from(*call)];
            let status = call.read.map(|gate| gate.status);
            format!(
                "the answer to {} arrives at daemon {}: {status:?}",
                call.ticket,
                replica + 1
            )
        }
        Act::Lose { call } => {
            format!(
                "the answer to {} is lost",
                state.calls[usize::from(*call)].ticket
            )
        }
        Act::Commit { replica } => format!("daemon {} commits what it made of it", replica + 1),
        Act::Spend => "the customer spends the balance".to_owned(),
        Act::Cancel => "the customer cancels the order".to_owned(),
    };
    format!("[minute {}] {text}", state.now)
}
