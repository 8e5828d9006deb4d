//! Tickets count look-ups for ever; only their order matters. Those that anybody still remembers
//! are numbered anew from one, so that looking once more without news leads back to a known state.

use starkeeper_actors::domain::invoice::{Invoice, Ticket};

use super::state::State;
use crate::model::row::Row;

/// Numbers the tickets of every invoice anew.
pub fn renumber(state: &mut State) {
    for n in 0..u8::try_from(state.books.invoices.len()).expect("few") {
        let known = known(state, n);
        let moved = known
            .iter()
            .zip(1_u64..)
            .any(|(ticket, rank)| ticket.get() != rank);
        if moved {
            replace(state, n, &known);
        }
    }
}

/// Every ticket of an invoice that is remembered, in order.
fn known(state: &State, n: u8) -> Vec<Ticket> {
    let mut known = of_row(&state.books.invoices[usize::from(n)]);
    known.extend(
        state
            .calls
            .iter()
            .filter(|call| call.invoice == n)
            .map(|call| call.ticket),
    );
    for pending in state
        .doing
        .iter()
        .flatten()
        .filter(|one| one.call.invoice == n)
    {
        known.push(pending.call.ticket);
        known.extend(of_row(&pending.invoice));
    }
    known.sort_unstable();
    known.dedup();
    known
}

fn of_row(invoice: &Invoice) -> Vec<Ticket> {
    let look_ups = &invoice.look_ups;
    let rest = [look_ups.applied, look_ups.claimed].into_iter().flatten();
    rest.chain([look_ups.next_ticket]).collect()
}

fn replace(state: &mut State, n: u8, known: &[Ticket]) {
    let ranked = |ticket: Ticket| {
        let rank = known
            .iter()
            .position(|one| *one == ticket)
            .expect("remembered");
        (0..rank).fold(Ticket::FIRST, |ticket, _| ticket.next())
    };
    let row = |invoice: &Invoice| {
        let mut invoice = invoice.clone();
        let look_ups = &mut invoice.look_ups;
        look_ups.next_ticket = ranked(look_ups.next_ticket);
        look_ups.applied = look_ups.applied.map(ranked);
        look_ups.claimed = look_ups.claimed.map(ranked);
        Row::new(invoice)
    };
    let place = usize::from(n);
    let next = row(&state.books.invoices[place]);
    state.books.invoices[place] = next;
    for call in state.calls.iter_mut().filter(|call| call.invoice == n) {
        call.ticket = ranked(call.ticket);
    }
    for pending in state
        .doing
        .iter_mut()
        .flatten()
        .filter(|one| one.call.invoice == n)
    {
        pending.call.ticket = ranked(pending.call.ticket);
        pending.invoice = row(&pending.invoice);
    }
}
