//! What must hold of deposits in every reachable state.

use starkeeper_actors::domain::invariants as must;
use starkeeper_actors::domain::invoice::{Invoice, Refund};
use starkeeper_actors::domain::ledger::{Account, TrialBalance};
use starkeeper_actors::domain::money::MicroUsd;

use super::state::{Books, State, purse};

pub fn check(state: &State) -> Result<(), String> {
    let books = &state.books;
    let wrong = |broken: must::Broken| broken.to_string();
    let trial = TrialBalance {
        accounts: books.ledger.balances.clone(),
    };
    must::books_balance(&trial).map_err(wrong)?;
    for invoice in &books.invoices {
        must::credits_add_up(invoice, books.credits.iter().map(|row| &**row)).map_err(wrong)?;
    }
    let bought = books
        .invoices
        .iter()
        .filter(|invoice| invoice.bought)
        .count();
    if bought > 1 {
        return Err("two invoices bought one order".into());
    }
    if (bought == 1) != books.order.purchase().is_some() {
        return Err("an invoice says that it bought the order, and the order does not".into());
    }
    conserved(books, &trial)
}

/// Every cent is somewhere: with the customer, held, spent, or owed back.
fn conserved(books: &Books, trial: &TrialBalance) -> Result<(), String> {
    let purse = purse(books);
    let held = must::price_held(&books.order);
    let set_aside = books
        .invoices
        .iter()
        .map(|invoice| set_aside(invoice).micros());
    let wanted = held.micros() + set_aside.sum::<i64>();
    if purse.held.micros() != wanted {
        return Err(format!(
            "{} is held, {wanted} micro-USD should be",
            purse.held
        ));
    }
    let left = books
        .invoices
        .iter()
        .map(|invoice| invoice.money.left().micros());
    let mine = purse.available.micros() + purse.held.micros() - purse.debt.micros()
        + trial.of(Account::Revenue);
    let given = left.sum::<i64>();
    if mine != given {
        return Err(format!(
            "{given} micro-USD were credited, the customer's accounts say {mine}"
        ));
    }
    let withheld = books
        .invoices
        .iter()
        .map(|invoice| invoice.money.withheld_left().micros());
    let clearing = trial.of(Account::GatewayClearing);
    if clearing != given + withheld.sum::<i64>() {
        return Err(format!(
            "the gateway's account says {clearing} micro-USD, credits {given}"
        ));
    }
    Ok(())
}

/// What an invoice has set aside of its customer's money.
fn set_aside(invoice: &Invoice) -> MicroUsd {
    let lock = invoice.lock.map_or(MicroUsd::ZERO, |lock| lock.set_aside);
    match &invoice.refund {
        Refund::Running(run) => lock.checked_add(run.held).expect("small"),
        Refund::None | Refund::Ended(_) => lock,
    }
}
