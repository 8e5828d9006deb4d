//! The newest report of an invoice, status by status.

use super::draft::{CHANGED, Draft, Step, dropped};
use super::{
    GatewayStatus, InvoiceRefused, LockReason, Oddity, Payer, Report, Standing, Ticket, credit,
    gateway, lock, refund, reversal, schedule,
};
use crate::domain::notice::News;

/// Applies a report, unless a newer one was applied before (rule 15).
pub(super) fn reported(draft: &mut Draft<'_>, ticket: Ticket, report: &Report) -> Step {
    match &draft.invoice.standing {
        Standing::Wanted { .. } | Standing::Asked | Standing::Open(_) => {}
        Standing::Refused { .. } | Standing::NotOurs => return Err(draft.invoice.never_created()),
    }
    if let Some(reason) = gateway::stale(draft, ticket)? {
        return dropped(reason);
    }
    schedule::answered(draft, ticket);
    match &draft.invoice.standing {
        Standing::Open(_) => {}
        // The lost answer of the creating call.
        Standing::Wanted { .. } | Standing::Asked => {
            if !gateway::open(draft, report) {
                return CHANGED;
            }
        }
        Standing::Refused { .. } | Standing::NotOurs => return CHANGED,
    }
    if let Some(oddity) = draft.invoice.stranger(report) {
        draft.odd(oddity);
        schedule::next_look_up(draft);
        return CHANGED;
    }
    draft.invoice.look_ups.applied = Some(ticket);
    let before = note(draft, report);
    judge(draft, ticket, report, before.as_ref())?;
    schedule::next_look_up(draft);
    CHANGED
}

/// Takes over what is merely shown, and says what the status was before.
fn note(draft: &mut Draft<'_>, report: &Report) -> Option<GatewayStatus> {
    let invoice = &mut draft.invoice;
    let nobody_paid = match &report.status {
        GatewayStatus::Cancel => true,
        GatewayStatus::Check
        | GatewayStatus::Process
        | GatewayStatus::ConfirmCheck
        | GatewayStatus::WrongAmountWaiting
        | GatewayStatus::Paid
        | GatewayStatus::PaidOver
        | GatewayStatus::WrongAmount
        | GatewayStatus::Fail
        | GatewayStatus::SystemFail
        | GatewayStatus::RefundProcess
        | GatewayStatus::RefundPaid
        | GatewayStatus::RefundFail
        | GatewayStatus::Locked
        | GatewayStatus::Unknown(_) => false,
    };
    if report.status.shows_payment() {
        invoice.payment_seen_at.get_or_insert(draft.now);
    } else if nobody_paid && invoice.money.credits == 0 {
        // A payment that was seen and vanished must not keep the quote for another one.
        invoice.payment_seen_at = None;
    }
    if let Standing::Open(page) = &mut invoice.standing {
        let payer = &report.payer;
        let known = page.payer.clone();
        page.payer = Payer {
            currency: payer.currency.clone().or(known.currency),
            network: payer.network.clone().or(known.network),
            address: payer.address.clone().or(known.address),
            amount: payer.amount.or(known.amount),
        };
        page.url = report.url.clone().or(page.url.take());
        page.payment_amount = report.payment_amount.or(page.payment_amount);
        page.txid = report.txid.clone().or(page.txid.take());
    }
    let before = invoice.status.replace(report.status.clone());
    if before.as_ref() != Some(&report.status) {
        invoice.status_since = draft.now;
        draft.redraw();
    }
    before
}

fn judge(
    draft: &mut Draft<'_>,
    ticket: Ticket,
    report: &Report,
    before: Option<&GatewayStatus>,
) -> Result<(), InvoiceRefused> {
    let status = &report.status;
    let entered = before != Some(status);
    match status {
        GatewayStatus::Check
        | GatewayStatus::Process
        | GatewayStatus::ConfirmCheck
        | GatewayStatus::WrongAmountWaiting => {
            went_back(draft, status);
            Ok(())
        }
        GatewayStatus::Paid | GatewayStatus::PaidOver | GatewayStatus::WrongAmount => {
            credit::success(draft, report)
        }
        GatewayStatus::Cancel => {
            if entered {
                lapse(draft);
            }
            went_back(draft, status);
            unlock_if_empty(draft)
        }
        GatewayStatus::Fail | GatewayStatus::SystemFail => {
            draft.odd(Oddity::Failed(status.clone()));
            unlock_if_empty(draft)
        }
        GatewayStatus::RefundProcess if entered => refund::seen_running(draft, ticket),
        GatewayStatus::RefundProcess => Ok(()),
        GatewayStatus::RefundPaid => reversal::refund_paid(draft, ticket, entered),
        GatewayStatus::RefundFail => refund::seen_failed(draft, ticket),
        GatewayStatus::Locked if entered => lock::begin(draft, LockReason::Aml),
        GatewayStatus::Locked => Ok(()),
        GatewayStatus::Unknown(text) => {
            draft.odd(Oddity::UnknownStatus(text.clone()));
            Ok(())
        }
    }
}

/// The way to pay a top-up is taken out of the message that shows it.
fn lapse(draft: &mut Draft<'_>) {
    let invoice = &draft.invoice;
    if invoice.has_lapsed() && invoice.closing.is_none() && invoice.shown_in.is_some() {
        let (invoice, at) = (invoice.id, draft.now);
        draft.tell(News::Lapsed { invoice, at });
    }
}

/// The gateway says that nobody paid, after a credit: nothing is taken by itself.
fn went_back(draft: &mut Draft<'_>, status: &GatewayStatus) {
    let money = &draft.invoice.money;
    if money.left().is_positive() || money.withheld_left().is_positive() {
        draft.odd(Oddity::WentBack(status.clone()));
    }
}

/// A lock on a payment that came to nothing would freeze the customer for good.
fn unlock_if_empty(draft: &mut Draft<'_>) -> Result<(), InvoiceRefused> {
    if draft.invoice.money.left().is_positive() {
        return Ok(());
    }
    lock::release(draft, None).map(|_| ())
}
