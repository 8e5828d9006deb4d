//! What a step makes of an invoice and its order: pure, over a file that was read.

use super::settings::PaymentSettings;
use crate::domain::decision::Decision;
use crate::domain::ids::Epoch;
use crate::domain::invoice::{
    After, Closing, Context, DropReason, GatewayStatus, Invoice, InvoiceEvent, InvoiceRefused,
    OrderSide, OrderSideState, Settled, Standing,
};
use crate::domain::order::{
    Desk as OrderDesk, Funding, Order, OrderEvent, OrderState, choose_wallet, float_needed,
};
use crate::domain::{Span, Timestamp};
use crate::ports::books::InvoiceFile;

/// What a decision is made with, besides the file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Terms<'a> {
    pub(super) settings: &'a PaymentSettings,
    /// False when the books refused the order: then the money stays on the balance.
    pub(super) may_hold: bool,
    /// The books know the uuid as another invoice's.
    pub(super) uuid_taken: bool,
    /// The order is cancelled when the invoice can no longer be paid for it.
    pub(super) ends_order: bool,
    /// Whose turn it is among the wallets.
    pub(super) turn: u64,
    pub(super) now: Timestamp,
}

/// A decision about an invoice, with its order's where that changes too.
#[derive(Debug)]
pub(super) struct Joined {
    pub(super) decision: Decision<After>,
    pub(super) order: Option<Order>,
    pub(super) holds: bool,
}

/// Decides events one after the other, as one. None with a reason when nothing changes.
pub(super) fn decide(
    file: &InvoiceFile,
    events: &[InvoiceEvent],
    terms: Terms<'_>,
) -> Result<Result<Joined, DropReason>, InvoiceRefused> {
    let funding = terms.may_hold.then(|| funding(file, terms)).flatten();
    let decision = match chain(file, events, terms, funding)? {
        Ok(decision) => decision,
        Err(dropped) => return Ok(Err(dropped)),
    };
    let (Some(order), Some(funding)) = (&file.order, funding) else {
        return Ok(Ok(join_rest(file, decision, terms)));
    };
    if decision.next.hold.is_none() {
        return Ok(Ok(join_rest(file, decision, terms)));
    }
    match order.row.decide(OrderEvent::Fund(funding), desk(terms)) {
        Ok(held) => {
            let (decision, order) = decision.with(held);
            Ok(Ok(Joined {
                decision,
                order: Some(order),
                holds: true,
            }))
        }
        Err(refused) => {
            let order = order.row.id;
            tracing::warn!(order.id = %order, "{order} was not held: {refused}");
            let decision = chain(file, events, terms, None)?;
            Ok(decision.map(|decision| join_rest(file, decision, terms)))
        }
    }
}

/// The order's own change when it is not held.
fn join_rest(file: &InvoiceFile, decision: Decision<After>, terms: Terms<'_>) -> Joined {
    let alone = |decision| Joined {
        decision,
        order: None,
        holds: false,
    };
    let Some(order) = &file.order else {
        return alone(decision);
    };
    let OrderState::AwaitingPayment { until } = order.row.state else {
        return alone(decision);
    };
    let invoice = &decision.next.invoice;
    let event = if terms.ends_order && !is_payable(invoice) {
        OrderEvent::Cancel
    } else {
        match offer_end(invoice, &order.row, until, terms) {
            Some(until) => OrderEvent::WaitUntil(until),
            None => return alone(decision),
        }
    };
    match order.row.decide(event, desk(terms)) {
        Ok(changed) => {
            let (decision, order) = decision.with(changed);
            Joined {
                decision,
                order: Some(order),
                holds: false,
            }
        }
        // It waits for payment, so neither can be refused.
        Err(_) => alone(decision),
    }
}

fn chain(
    file: &InvoiceFile,
    events: &[InvoiceEvent],
    terms: Terms<'_>,
    funding: Option<Funding>,
) -> Result<Result<Decision<After>, DropReason>, InvoiceRefused> {
    let mut invoice = file.invoice.row.clone();
    let mut customer = file.customer.row.clone();
    let mut joined: Option<Decision<After>> = None;
    let mut dropped = DropReason::AlreadySo;
    for event in events {
        let context = Context {
            // Of the chains that are made only the last event moves money.
            purse: file.purse,
            customer: &customer,
            order: file.order.as_ref().map(|order| OrderSide {
                order: order.row.id,
                state: side_of(&order.row),
                may_hold: funding.is_some(),
            }),
            uuid_taken: terms.uuid_taken,
            rules: &terms.settings.invoices,
        };
        match invoice.decide(event, context, terms.now)? {
            Settled::Dropped(reason) => dropped = reason,
            Settled::Changed(decision) => {
                invoice = decision.next.invoice.clone();
                if let Some(changed) = &decision.next.customer {
                    customer = changed.clone();
                }
                joined = Some(match joined {
                    None => *decision,
                    Some(earlier) => after_one_another(earlier, *decision),
                });
            }
        }
    }
    Ok(joined.ok_or(dropped))
}

fn after_one_another(earlier: Decision<After>, later: Decision<After>) -> Decision<After> {
    let (both, last) = earlier.with(later);
    both.map(|first| After {
        invoice: last.invoice,
        customer: last.customer.or(first.customer),
        hold: last.hold.or(first.hold),
        ticket: last.ticket.or(first.ticket),
    })
}

/// The wallet that can pay for the order, if its offer still holds. A payment that was seen in
/// time keeps the offer however late it confirms (rule 18).
fn funding(file: &InvoiceFile, terms: Terms<'_>) -> Option<Funding> {
    let order = &file.order.as_ref()?.row;
    let paid_at = file.invoice.row.payment_seen_at.unwrap_or(terms.now);
    if !order.quote.is_open(paid_at) {
        return None;
    }
    let need = float_needed(&order.quote, terms.settings.chain_fee).ok()?;
    choose_wallet(&file.wallets, need, terms.turn)
}

/// Until when the order's offer should stand, if that is not what is stored: beyond the quote's
/// end while a payment that was seen in time is on its way, and no longer.
fn offer_end(
    invoice: &Invoice,
    order: &Order,
    until: Timestamp,
    terms: Terms<'_>,
) -> Option<Timestamp> {
    let quote_end = order.quote.expires_at;
    let in_time = invoice.payment_seen_at.is_some_and(|at| at < quote_end);
    let moving = in_time && invoice.closing.is_none() && is_moving(invoice.status.as_ref());
    let watch = terms.settings.invoices.watch_for;
    let end = if moving {
        quote_end.max(terms.now + watch)
    } else {
        quote_end
    };
    // While it moves the end moves with it; not every look-up need be a change.
    let near = moving && until + watch.checked_div(2).unwrap_or(Span::zero()) >= end;
    (until != end && !near).then_some(end)
}

/// Whether a payment is between its first sight and its end.
fn is_moving(status: Option<&GatewayStatus>) -> bool {
    status.is_some_and(|status| status.shows_payment() && !status.is_at_rest())
}

const fn is_payable(invoice: &Invoice) -> bool {
    let exists = match &invoice.standing {
        Standing::Wanted { .. } | Standing::Asked | Standing::Open(_) => true,
        Standing::Refused { .. } | Standing::NotOurs => false,
    };
    let wanted = match invoice.closing {
        None | Some(Closing::Replaced) => true,
        Some(Closing::Cancelled) => false,
    };
    exists && wanted
}

const fn side_of(order: &Order) -> OrderSideState {
    match &order.state {
        OrderState::AwaitingPayment { .. } => OrderSideState::Awaiting {
            price: order.price(),
        },
        OrderState::Held { .. }
        | OrderState::Linked { .. }
        | OrderState::Paying { .. }
        | OrderState::Paid { .. }
        | OrderState::Parked { .. }
        | OrderState::Delivered { .. } => OrderSideState::AlreadyBought,
        OrderState::Refunded { .. }
        | OrderState::Cancelled {
            by_customer: false, ..
        } => OrderSideState::Closed,
        OrderState::Cancelled {
            by_customer: true, ..
        } => OrderSideState::Cancelled,
    }
}

/// Holding needs no lease: the wallet is bound here and looked into by its holder.
const fn desk(terms: Terms<'_>) -> OrderDesk<'_> {
    OrderDesk {
        rules: &terms.settings.orders,
        wallet: None,
        epoch: Epoch::new(0),
        now: terms.now,
    }
}
