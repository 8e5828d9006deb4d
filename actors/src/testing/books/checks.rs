//! What the books keep by themselves, whoever asks.

use super::RETIRED;
use super::rows::rule;
use super::state::State;
use crate::domain::ids::{CustomerId, IncarnationId, InvoiceId, OrderId, TransferId};
use crate::ports::books::{CommitRefused, Guard};

pub(super) fn life(state: &State, believed: IncarnationId) -> Result<(), CommitRefused> {
    if state.life == Some(believed) {
        return Ok(());
    }
    Err(CommitRefused::OtherLife {
        books: state.life.unwrap_or(RETIRED),
        believed,
    })
}

/// Guards are judged after the commit's own writes: what the commit itself brings about counts.
pub(super) fn guard(state: &State, guard: Guard) -> Result<(), CommitRefused> {
    let holds = match guard {
        Guard::NotFrozen(customer) => state
            .customers
            .get(customer)
            .is_some_and(|seen| !seen.row.is_frozen()),
        Guard::NoDebt(customer) => state.purse(customer).debt.micros() <= 0,
        Guard::NoOtherOpenOrder { customer, except } => {
            !state.orders.waits_for_payment(customer, except)
        }
    };
    if holds {
        Ok(())
    } else {
        Err(CommitRefused::Guard(guard))
    }
}

pub(super) fn order(state: &State, id: OrderId) -> Result<(), CommitRefused> {
    let Some(seen) = state.orders.get(id) else {
        return Ok(());
    };
    let order = &seen.row;
    rule(state.customers.get(order.customer).is_some(), || {
        format!("{id} belongs to {}, who must exist", order.customer)
    })?;
    rule(!state.orders.is_second_premium(order), || {
        format!("{id} is a second live Premium order for its recipient")
    })?;
    let wallet = order.purchase().map(|purchase| purchase.wallet);
    let known = wallet.is_none_or(|wallet| state.wallets.contains_key(&wallet));
    rule(known, || {
        format!("{id} is bound to a wallet that the books do not know")
    })
}

pub(super) fn transfer(state: &State, id: TransferId) -> Result<(), CommitRefused> {
    state.transfers.check_alone(id)?;
    let Some(seen) = state.transfers.get(id) else {
        return Ok(());
    };
    let (order, wallet) = (seen.row.order, seen.row.wallet);
    let known = state.orders.get(order).is_some() && state.wallets.contains_key(&wallet);
    rule(known, || {
        format!("{id} serves {order} from {wallet}, which must exist")
    })
}

pub(super) fn invoice(state: &State, id: InvoiceId) -> Result<(), CommitRefused> {
    let customer = state.invoices.get(id).map(|seen| seen.row.customer);
    let known = customer.is_none_or(|customer| state.customers.get(customer).is_some());
    rule(known, || {
        format!("{id} belongs to a customer who must exist")
    })
}

/// Nothing new begins with somebody who was erased.
pub(super) fn not_erased(state: &State, customer: Option<CustomerId>) -> Result<(), CommitRefused> {
    let seen = customer.and_then(|id| state.customers.get(id));
    rule(seen.is_none_or(|seen| !seen.row.is_erased()), || {
        "an erased account makes no order and no invoice".into()
    })
}
