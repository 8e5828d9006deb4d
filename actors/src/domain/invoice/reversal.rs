//! A payment that went back to the payer: it takes what is there, the rest becomes debt
//! (rule 17).

use super::draft::Draft;
use super::{InvoiceRefused, Oddity, Refund, RefundEnd, RefundStage, RefundSum, Ticket, lock};
use crate::domain::ledger::{Account, Asset, Entry, EntryKey};
use crate::domain::money::MicroUsd;
use crate::domain::notice::News;

/// The status `refund_paid`; `entered` if it was another one before.
pub(super) fn refund_paid(
    draft: &mut Draft<'_>,
    ticket: Ticket,
    entered: bool,
) -> Result<(), InvoiceRefused> {
    let result = match &draft.invoice.refund {
        Refund::Running(run) => match run.stage {
            // A look-up from before the call cannot have seen ours.
            RefundStage::Sent { .. } if ticket < run.from_ticket => foreign(draft),
            RefundStage::Sent { .. } | RefundStage::Accepted { .. } => {
                let (held, sum) = (run.held, run.request.sum);
                ours(draft, held, sum)
            }
            RefundStage::Wanted { .. } | RefundStage::Overtaken => foreign(draft),
        },
        // How much a second one sent back is not known: a person decides.
        Refund::Ended(RefundEnd::Paid) => {
            if entered {
                draft.odd(Oddity::RefundedAgain);
            }
            lock::release(draft, None).map(|_| ())
        }
        Refund::None | Refund::Ended(RefundEnd::Released { .. } | RefundEnd::Overtaken) => {
            foreign(draft)
        }
    };
    draft.invoice.refunded = true;
    result
}

/// Our own refund: paid from its hold.
fn ours(draft: &mut Draft<'_>, held: MicroUsd, sum: RefundSum) -> Result<(), InvoiceRefused> {
    let withheld = match sum {
        RefundSum::All => draft.invoice.money.withheld_left(),
        RefundSum::Part { .. } => MicroUsd::ZERO,
    };
    let entry = Entry::new(EntryKey::RefundEnd {
        invoice: draft.invoice.id,
    })
    .post(
        Account::CustomerHeld(draft.invoice.customer),
        Account::GatewayClearing,
        held,
    )?
    .post(
        Account::Suspense(Asset::Usd),
        Account::GatewayClearing,
        withheld,
    )?;
    draft.post(entry)?;
    draft.invoice.refund = Refund::Ended(RefundEnd::Paid);
    taken(draft, held, withheld, MicroUsd::ZERO)?;
    lock::release(draft, None)?;
    Ok(())
}

/// A refund that was not ordered here. Its amount is not reported, so it is everything that is
/// left: from a hold of our own refund that was never sent, from the locked money, from the
/// balance, and the rest becomes debt.
fn foreign(draft: &mut Draft<'_>) -> Result<(), InvoiceRefused> {
    let (due, withheld) = {
        let money = &draft.invoice.money;
        (money.left(), money.withheld_left())
    };
    let lock = lock::end(draft);
    let from_hold = overtake(draft, due)?;
    if !due.is_positive() && !withheld.is_positive() {
        if !draft.invoice.refunded {
            draft.odd(Oddity::RefundUncredited);
        }
        if lock.is_some() {
            taken(draft, MicroUsd::ZERO, MicroUsd::ZERO, MicroUsd::ZERO)?;
        }
        return Ok(());
    }
    let set_aside = lock.map_or(MicroUsd::ZERO, |lock| lock.set_aside);
    let rest = due.minus_down_to_zero(from_hold);
    let from_lock = set_aside.min(rest);
    let freed = set_aside.minus_down_to_zero(from_lock);
    let rest = rest.minus_down_to_zero(from_lock);
    let available = draft.purse.available.checked_add(freed)?;
    let from_balance = rest.min(available).max(MicroUsd::ZERO);
    let debt = rest.minus_down_to_zero(from_balance);

    let customer = draft.invoice.customer;
    let clearing = Account::GatewayClearing;
    let entry = Entry::new(EntryKey::Reversal {
        invoice: draft.invoice.id,
        n: draft.invoice.money.reversals.saturating_add(1),
    })
    .post(Account::CustomerHeld(customer), clearing, from_lock)?
    .post(
        Account::CustomerHeld(customer),
        Account::Customer(customer),
        freed,
    )?
    .post(Account::Customer(customer), clearing, from_balance)?
    .post(Account::CustomerDebt(customer), clearing, debt)?
    .post(Account::Suspense(Asset::Usd), clearing, withheld)?;
    draft.post(entry)?;
    if debt.is_positive() {
        draft.odd(Oddity::LeftDebt(debt));
    }
    taken(draft, due, withheld, debt)
}

/// Ends our own refund that was never sent: its hold pays for the foreign one. Says how much of
/// what is due that covers.
fn overtake(draft: &mut Draft<'_>, due: MicroUsd) -> Result<MicroUsd, InvoiceRefused> {
    let held = match &draft.invoice.refund {
        Refund::Running(run) => run.held,
        Refund::None | Refund::Ended(_) => return Ok(MicroUsd::ZERO),
    };
    let customer = draft.invoice.customer;
    let covered = held.min(due);
    let entry = Entry::new(EntryKey::RefundEnd {
        invoice: draft.invoice.id,
    })
    .post(
        Account::CustomerHeld(customer),
        Account::GatewayClearing,
        covered,
    )?
    .post(
        Account::CustomerHeld(customer),
        Account::Customer(customer),
        held.minus_down_to_zero(covered),
    )?;
    draft.post(entry)?;
    draft.invoice.refund = Refund::Ended(RefundEnd::Overtaken);
    Ok(covered)
}

/// Counts what was taken back and tells the customer.
fn taken(
    draft: &mut Draft<'_>,
    from_customer: MicroUsd,
    from_suspense: MicroUsd,
    debt: MicroUsd,
) -> Result<(), InvoiceRefused> {
    let money = &mut draft.invoice.money;
    money.reversed = money.reversed.checked_add(from_customer)?;
    money.withheld_reversed = money.withheld_reversed.checked_add(from_suspense)?;
    money.reversals = money.reversals.saturating_add(1);
    let n = money.reversals;
    draft.tell(News::PaidBack {
        invoice: draft.invoice.id,
        n,
        amount: from_customer.checked_add(from_suspense)?,
        debt,
    });
    draft.redraw();
    Ok(())
}
