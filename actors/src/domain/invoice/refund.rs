//! Our own refund of a payment: hold first, once per invoice, unknown keeps the hold (rule 17).

use super::draft::{CHANGED, Draft, Step, dropped};
use super::{
    DropReason, GatewayStatus, InvoiceRefused, LockReason, Oddity, Refund, RefundAnswer, RefundEnd,
    RefundRequest, RefundRun, RefundStage, RefundSum, Standing, Ticket, lock, schedule,
};
use crate::domain::ledger::{Account, Authority, Entry, EntryKey};
use crate::domain::money::MicroUsd;
use crate::domain::notice::News;

pub(super) fn requested(draft: &mut Draft<'_>, request: &RefundRequest, by: &Authority) -> Step {
    let invoice = draft.invoice.id;
    may_begin(draft)?;
    let left = draft.invoice.money.left();
    let held = match request.sum {
        RefundSum::All => left,
        RefundSum::Part { hold, .. } if hold.is_positive() => hold,
        RefundSum::Part { .. } => {
            return Err(InvoiceRefused::NotRefundable {
                invoice,
                why: "the part is nothing",
            });
        }
    };
    let there = draft.purse.available.min(left);
    if held > there {
        return Err(InvoiceRefused::NotEnough {
            invoice,
            wanted: held,
            there,
        });
    }
    let customer = draft.invoice.customer;
    let mut entry = Entry::new(EntryKey::RefundHold { invoice }).post(
        Account::Customer(customer),
        Account::CustomerHeld(customer),
        held,
    )?;
    entry.by = Some(by.clone());
    draft.post(entry)?;
    draft.invoice.refund = Refund::Running(Box::new(RefundRun {
        request: request.clone(),
        by: by.clone(),
        held,
        stage: RefundStage::Wanted {
            not_before: draft.now,
        },
        from_ticket: draft.invoice.look_ups.next_ticket,
    }));
    if held.is_positive() {
        draft.tell(News::PayingBack {
            invoice,
            amount: held,
        });
    }
    draft.redraw();
    CHANGED
}

fn may_begin(draft: &Draft<'_>) -> Result<(), InvoiceRefused> {
    let invoice = draft.invoice.id;
    let no = |why| Err(InvoiceRefused::NotRefundable { invoice, why });
    match &draft.invoice.standing {
        Standing::Open(_) => {}
        Standing::Wanted { .. }
        | Standing::Asked
        | Standing::Refused { .. }
        | Standing::NotOurs => return Err(draft.invoice.never_created()),
    }
    match &draft.invoice.refund {
        Refund::None if !draft.invoice.refunded => {}
        Refund::None | Refund::Running(_) | Refund::Ended(_) => {
            return Err(InvoiceRefused::RefundedBefore { invoice });
        }
    }
    let success = draft.invoice.status.as_ref();
    if !success.is_some_and(GatewayStatus::is_success) {
        return no("the payment is not settled");
    }
    if draft.invoice.lock.is_some() {
        return no("the payment is locked");
    }
    Ok(())
}

pub(super) fn started(draft: &mut Draft<'_>) -> Step {
    let next_ticket = draft.invoice.look_ups.next_ticket;
    let now = draft.now;
    let Some(run) = running(draft) else {
        return dropped(DropReason::Settled);
    };
    match run.stage {
        RefundStage::Wanted { not_before } if not_before <= now => {
            run.stage = RefundStage::Sent { since: now };
            run.from_ticket = next_ticket;
            draft.invoice.look_ups.at = Some(now + draft.context.rules.patience);
            CHANGED
        }
        RefundStage::Wanted { .. }
        | RefundStage::Sent { .. }
        | RefundStage::Accepted { .. }
        | RefundStage::Overtaken => dropped(DropReason::Settled),
    }
}

pub(super) fn answered(draft: &mut Draft<'_>, answer: &RefundAnswer) -> Step {
    let now = draft.now;
    let again_at = now + draft.context.rules.poll_every;
    let Some(run) = running(draft) else {
        return dropped(DropReason::Settled);
    };
    let since = match run.stage {
        RefundStage::Sent { since } => since,
        RefundStage::Wanted { .. } | RefundStage::Accepted { .. } | RefundStage::Overtaken => {
            return dropped(DropReason::Settled);
        }
    };
    match answer {
        RefundAnswer::Accepted => run.stage = RefundStage::Accepted { since },
        RefundAnswer::Refused { why } => {
            draft.odd(Oddity::RefundFailed(why.chars().take(200).collect()));
            release(draft, why, None)?;
        }
        RefundAnswer::NotDone { .. } => {
            run.stage = RefundStage::Wanted {
                not_before: again_at,
            };
        }
        RefundAnswer::Unknown => draft.odd(Oddity::RefundInDoubt),
    }
    schedule::look_soon(draft);
    CHANGED
}

/// A person knows that the call did nothing. Only when look-ups after the call still show the
/// payment, and long after it.
pub(super) fn given_up(draft: &mut Draft<'_>, by: &Authority) -> Step {
    let invoice = draft.invoice.id;
    let no = |why| Err(InvoiceRefused::NotInDoubt { invoice, why });
    let applied = draft.invoice.look_ups.applied;
    let (now, doubt) = (draft.now, draft.context.rules.refund_doubt);
    let settled = draft.invoice.status.as_ref();
    let shows_payment = settled.is_some_and(GatewayStatus::is_success);
    let Some(run) = running(draft) else {
        return no("none is running");
    };
    match run.stage {
        RefundStage::Sent { since } if now - since < doubt => return no("it is too early"),
        RefundStage::Sent { .. } => {}
        RefundStage::Wanted { .. } | RefundStage::Accepted { .. } | RefundStage::Overtaken => {
            return no("its outcome is not in doubt");
        }
    }
    if !shows_payment || applied < Some(run.from_ticket) {
        return no("no look-up after the call shows the payment");
    }
    release(draft, "given up by an operator", Some(by))?;
    schedule::look_soon(draft);
    CHANGED
}

/// The status `refund_process` after another one.
pub(super) fn seen_running(draft: &mut Draft<'_>, ticket: Ticket) -> Result<(), InvoiceRefused> {
    let now = draft.now;
    match &mut draft.invoice.refund {
        Refund::Running(run) => match run.stage {
            // A look-up from before the call saw somebody else's refund; ours may be on its way.
            RefundStage::Sent { .. } if ticket < run.from_ticket => {
                draft.odd(Oddity::ForeignRefund);
                Ok(())
            }
            RefundStage::Sent { .. } => {
                run.stage = RefundStage::Accepted { since: now };
                Ok(())
            }
            RefundStage::Accepted { .. } | RefundStage::Overtaken => Ok(()),
            RefundStage::Wanted { .. } => {
                run.stage = RefundStage::Overtaken;
                draft.odd(Oddity::ForeignRefund);
                Ok(())
            }
        },
        Refund::Ended(RefundEnd::Paid) => {
            draft.odd(Oddity::RefundedAgain);
            Ok(())
        }
        Refund::None | Refund::Ended(RefundEnd::Released { .. } | RefundEnd::Overtaken) => {
            draft.odd(Oddity::ForeignRefund);
            lock::begin(draft, LockReason::GatewayRefund)
        }
    }
}

/// The status `refund_fail`: the money is still at the gateway.
pub(super) fn seen_failed(draft: &mut Draft<'_>, ticket: Ticket) -> Result<(), InvoiceRefused> {
    const WHY: &str = "the gateway reports refund_fail";
    let over = match &draft.invoice.refund {
        Refund::Running(run) => match run.stage {
            // A look-up that was started before the call cannot know how the call ended.
            RefundStage::Sent { .. } | RefundStage::Accepted { .. } => ticket >= run.from_ticket,
            RefundStage::Overtaken => true,
            RefundStage::Wanted { .. } => false,
        },
        Refund::None | Refund::Ended(_) => false,
    };
    draft.odd(Oddity::RefundFailed(WHY.into()));
    if over {
        release(draft, WHY, None)?;
    }
    match draft.invoice.lock.map(|lock| lock.why) {
        Some(LockReason::GatewayRefund) => lock::release(draft, None).map(|_| ()),
        Some(LockReason::Aml) | None => Ok(()),
    }
}

/// Gives the held money back to the balance. There is no second refund of the invoice.
fn release(draft: &mut Draft<'_>, why: &str, by: Option<&Authority>) -> Result<(), InvoiceRefused> {
    let held = draft.invoice.held_for_refund();
    let customer = draft.invoice.customer;
    let invoice = draft.invoice.id;
    let entry = Entry::new(EntryKey::RefundEnd { invoice }).post(
        Account::CustomerHeld(customer),
        Account::Customer(customer),
        held,
    )?;
    let (mut entry, debt_paid) = draft.pay_debt(entry, held)?;
    entry.by = by.cloned();
    draft.post(entry)?;
    draft.invoice.refund = Refund::Ended(RefundEnd::Released {
        why: why.chars().take(200).collect(),
    });
    if held > MicroUsd::ZERO {
        draft.tell(News::PayingBackFailed {
            invoice,
            amount: held,
            debt_paid,
        });
    }
    draft.redraw();
    Ok(())
}

fn running<'d>(draft: &'d mut Draft<'_>) -> Option<&'d mut RefundRun> {
    match &mut draft.invoice.refund {
        Refund::Running(run) => Some(run),
        Refund::None | Refund::Ended(_) => None,
    }
}
