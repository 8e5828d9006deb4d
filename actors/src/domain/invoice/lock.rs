//! Locks: what is unspent is set aside and the customer is frozen (rule 17).

use super::draft::{CHANGED, Draft, Step};
use super::{InvoiceRefused, LiveLock, LockReason, Oddity, Standing};
use crate::domain::ledger::{Account, Authority, Entry, EntryKey};
use crate::domain::money::MicroUsd;
use crate::domain::notice::News;

/// Begins a lock, or gives the one that is on its graver reason.
pub(super) fn begin(draft: &mut Draft<'_>, why: LockReason) -> Result<(), InvoiceRefused> {
    if let Some(live) = draft.invoice.lock {
        match (live.why, why) {
            (LockReason::GatewayRefund, LockReason::Aml) => {
                draft.invoice.lock = Some(LiveLock { why, ..live });
                tell_locked(draft, live.n);
            }
            (LockReason::Aml, LockReason::Aml | LockReason::GatewayRefund)
            | (LockReason::GatewayRefund, LockReason::GatewayRefund) => {}
        }
        return Ok(());
    }
    let n = draft.invoice.locks.saturating_add(1);
    let unspent = draft
        .invoice
        .money
        .left()
        .minus_down_to_zero(draft.invoice.held_for_refund());
    let set_aside = unspent.min(draft.purse.available).max(MicroUsd::ZERO);
    let customer = draft.invoice.customer;
    let entry = Entry::new(EntryKey::Lock {
        invoice: draft.invoice.id,
        n,
    })
    .post(
        Account::Customer(customer),
        Account::CustomerHeld(customer),
        set_aside,
    )?;
    draft.post(entry)?;
    draft.invoice.locks = n;
    draft.invoice.lock = Some(LiveLock { n, set_aside, why });
    draft.customer = draft.customer.clone().locked_by(draft.invoice.id);
    match why {
        LockReason::Aml => tell_locked(draft, n),
        LockReason::GatewayRefund => {}
    }
    draft.redraw();
    Ok(())
}

/// Ends the lock, if one is on, and frees what was set aside; says whether one was on.
pub(super) fn release(
    draft: &mut Draft<'_>,
    by: Option<&Authority>,
) -> Result<bool, InvoiceRefused> {
    let Some(live) = end(draft) else {
        return Ok(false);
    };
    let customer = draft.invoice.customer;
    let entry = Entry::new(EntryKey::Unlock {
        invoice: draft.invoice.id,
        n: live.n,
    })
    .post(
        Account::CustomerHeld(customer),
        Account::Customer(customer),
        live.set_aside,
    )?;
    let (mut entry, debt_paid) = draft.pay_debt(entry, live.set_aside)?;
    entry.by = by.cloned();
    draft.post(entry)?;
    let told = match live.why {
        LockReason::Aml => true,
        LockReason::GatewayRefund => debt_paid.is_positive(),
    };
    if told {
        draft.tell(News::Unlocked {
            invoice: draft.invoice.id,
            n: live.n,
            debt_paid,
        });
    }
    Ok(true)
}

/// Ends the lock without posting: the caller decides where the money goes.
pub(super) fn end(draft: &mut Draft<'_>) -> Option<LiveLock> {
    let live = draft.invoice.lock.take()?;
    draft.customer = draft.customer.clone().unlocked_by(draft.invoice.id);
    draft.redraw();
    Some(live)
}

pub(super) fn lifted(draft: &mut Draft<'_>, by: &Authority) -> Step {
    if release(draft, Some(by))? {
        CHANGED
    } else {
        Err(InvoiceRefused::NotLocked {
            invoice: draft.invoice.id,
        })
    }
}

fn tell_locked(draft: &mut Draft<'_>, n: u32) {
    let page = match &draft.invoice.standing {
        Standing::Open(page) => page.url.clone(),
        Standing::Wanted { .. }
        | Standing::Asked
        | Standing::Refused { .. }
        | Standing::NotOurs => None,
    };
    draft.tell(News::Locked {
        invoice: draft.invoice.id,
        n,
        page,
    });
    draft.odd(Oddity::Locked { n });
}
