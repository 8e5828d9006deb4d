//! Erasing a person (rule 23).

use super::checks;
use super::state::State;
use crate::domain::customer::{Customer, StillOpen};
use crate::ports::books::{CommitRefused, EraseRefused, Erasure, Seen};

/// Erases, or says what stands against it.
pub(super) fn erase(state: &mut State, erasure: Erasure) -> Result<(), EraseRefused> {
    checks::life(state, erasure.incarnation).map_err(EraseRefused::Books)?;
    let id = erasure.customer;
    let stale = || {
        let row = format!("customer {id}");
        EraseRefused::Books(CommitRefused::Stale { row })
    };
    let seen = state.customers.get(id).ok_or_else(stale)?;
    if seen.version != erasure.seen || seen.row.is_erased() {
        return Err(stale());
    }
    if let Some(what) = still_open(state, &seen.row) {
        return Err(EraseRefused::StillOpen(what));
    }
    let erased = Seen {
        row: seen.row.erased_as(erasure.pseudonym, erasure.at),
        version: seen.version.next(),
    };
    for order in state.orders.ids_of(id) {
        state.live.replace(order, None);
    }
    state.customers.replace(id, Some(erased));
    Ok(())
}

fn still_open(state: &State, customer: &Customer) -> Option<StillOpen> {
    let id = customer.id;
    if state.orders.has_unfinished(id) {
        return Some(StillOpen::Order);
    }
    if !state.invoices.payable_by(id).is_empty() {
        return Some(StillOpen::Invoice);
    }
    customer.keeps_open(state.purse(id))
}
