//! Faults stop and the gateway rests: webhooks arrive, look-ups are answered at once, time
//! passes. In the end every invoice has credited what its payment is worth, and nobody stays
//! frozen for a payment that is settled.

use starkeeper_actors::domain::invariants as must;
use starkeeper_actors::domain::money::MicroUsd;

use super::Deposits;
use super::acts::{Act, apply, looks, say};
use super::check;
use super::gateway::Status;
use super::state::{Left, State};
use crate::model::row::Digest;
use crate::model::search::{Seen, Unfair};

/// Minutes after which everything that is looked at was looked at.
const LONG: u8 = 40;

pub fn settle(world: &Deposits, state: &State, good: &mut Seen) -> Result<(), Unfair> {
    let from = State {
        left: Left::default(),
        ..state.clone()
    };
    let mut state = from.clone();
    let (mut passed, mut acts) = (Vec::new(), Vec::new());
    let end = loop {
        let key = Digest::of(&state);
        if good.contains(&key) {
            break Ok(());
        }
        passed.push(key);
        if let Err(what) = check::check(&state) {
            break Err(what);
        }
        let Some(act) = next(&state) else {
            break as_due(&state);
        };
        state = apply(world, &state, &act);
        acts.push(act);
    };
    match end {
        Ok(()) => {
            good.extend(passed);
            Ok(())
        }
        Err(what) => {
            let mut state = from;
            let mut steps = Vec::new();
            for act in acts {
                steps.push(say(&state, &act));
                state = apply(world, &state, &act);
            }
            Err(Unfair { what, steps })
        }
    }
}

fn next(state: &State) -> Option<Act> {
    let doing = state.doing.iter().position(Option::is_some);
    if let Some(replica) = doing {
        return Some(Act::Commit {
            replica: u8::try_from(replica).expect("few"),
        });
    }
    if let Some(call) = state.calls.first() {
        let read = call.read.is_some();
        return Some(if read {
            Act::Answer {
                call: 0,
                replica: 0,
            }
        } else {
            Act::Read { call: 0 }
        });
    }
    if !state.hooks.is_empty() {
        return Some(Act::Hook { n: 0, again: false });
    }
    let invoices = 0..u8::try_from(state.books.invoices.len()).expect("few");
    if let Some(invoice) = invoices.clone().find(|invoice| looks(state, *invoice)) {
        return Some(Act::Look { invoice });
    }
    let watched = state
        .books
        .invoices
        .iter()
        .any(|invoice| invoice.next_due().is_some());
    (watched && state.now < LONG).then_some(Act::Tick)
}

/// The gateway's last word, and what is in the books.
fn as_due(state: &State) -> Result<(), String> {
    for (gate, invoice) in state.gates.iter().zip(&state.books.invoices) {
        if let Some(worth) = gate.worth() {
            let due = MicroUsd::from_micros(worth);
            must::credited_is_due(invoice, due).map_err(|broken| broken.to_string())?;
            if invoice.lock.is_some() || state.books.customer.locks.contains(&invoice.id) {
                return Err(format!(
                    "{} is settled, and its customer stays frozen",
                    invoice.id
                ));
            }
        }
        let open = matches!(gate.status, Status::Check | Status::Cancel);
        if open && invoice.money.credits > 0 {
            return Err(format!("{} was credited, and nobody paid", invoice.id));
        }
    }
    Ok(())
}
