//! Credits: what is due now minus what was credited (rules 16 and 18).

use super::draft::Draft;
use super::{
    Closing, GatewayStatus, InvoiceRefused, Oddity, OrderSide, OrderSideState, Purpose, Refund,
    Report, arrived, lock, split, value_of,
};
use crate::domain::ledger::{Account, Asset, Entry, EntryKey};
use crate::domain::money::MicroUsd;
use crate::domain::notice::{CreditReason, News};

/// A report of `paid`, `paid_over` or `wrong_amount`.
pub(super) fn success(draft: &mut Draft<'_>, report: &Report) -> Result<(), InvoiceRefused> {
    if !report.is_final {
        draft.odd(Oddity::NotFinal(report.status.clone()));
        return Ok(());
    }
    let freed = lock::release(draft, None)?;
    match &draft.invoice.refund {
        // What is due is credited after it, should the refund fail: otherwise a credit between
        // the hold and the refund would be given twice.
        Refund::Running(_) => return Ok(()),
        Refund::None | Refund::Ended(_) => {}
    }
    if draft.invoice.refunded {
        draft.odd(Oddity::PaidAfterRefund(report.status.clone()));
        return Ok(());
    }
    let Some(value) = value_of(draft.invoice.face, report, draft.invoice.is_late()) else {
        draft.odd(Oddity::Unvalued(report.status.clone()));
        return Ok(());
    };
    let recorded = draft.invoice.money.recorded()?;
    if value < recorded {
        draft.odd(Oddity::LessDue {
            due: value,
            recorded,
        });
        return Ok(());
    }
    let side = order_side(draft)?;
    if value > recorded {
        return credit(draft, report, value, side);
    }
    if freed && can_hold(draft, side) {
        hold(draft);
    }
    Ok(())
}

fn credit(
    draft: &mut Draft<'_>,
    report: &Report,
    value: MicroUsd,
    side: Option<OrderSide>,
) -> Result<(), InvoiceRefused> {
    let money = draft.invoice.money;
    let parts = split(draft.invoice.face, value, draft.context.rules)?;
    // What was taken back from suspense cannot come out of it once more.
    let withheld = parts.withheld.max(money.withheld_reversed);
    let credited = value.checked_sub(withheld)?;
    let n = money.credits.saturating_add(1);
    let given = credited.checked_sub(money.credited)?;
    let to_suspense = withheld.minus_down_to_zero(money.withheld);
    let from_suspense = money.withheld.minus_down_to_zero(withheld);

    let customer = Account::Customer(draft.invoice.customer);
    let suspense = Account::Suspense(Asset::Usd);
    let entry = Entry::new(EntryKey::Credit {
        invoice: draft.invoice.id,
        n,
    })
    .post(
        Account::GatewayClearing,
        customer,
        given.checked_sub(from_suspense)?,
    )?
    .post(Account::GatewayClearing, suspense, to_suspense)?
    .post(suspense, customer, from_suspense)?;
    let (entry, debt_paid) = draft.pay_debt(entry, given)?;
    draft.post(entry)?;

    draft.invoice.money.credited = credited;
    draft.invoice.money.withheld = withheld;
    draft.invoice.money.credits = n;
    let reason = reason(draft, report, value, side);
    let bought = can_hold(draft, side);
    if bought {
        hold(draft);
    }
    let received = match reason {
        CreditReason::WithinAccuracy => arrived(draft.invoice.face, report).unwrap_or(value),
        CreditReason::Exact
        | CreditReason::Less
        | CreditReason::More
        | CreditReason::Late
        | CreditReason::SecondPayment
        | CreditReason::AfterCancel
        | CreditReason::OrderClosed => value,
    };
    if to_suspense.is_positive() {
        draft.odd(Oddity::Withheld(to_suspense));
    }
    draft.tell(News::Credited {
        invoice: draft.invoice.id,
        n,
        asked: draft.invoice.face,
        received,
        credited: given.checked_sub(debt_paid)?,
        withheld: to_suspense,
        debt_paid,
        reason,
        order: side.map(|side| side.order),
        bought,
    });
    draft.redraw();
    Ok(())
}

/// The order's side of the context, which must be the invoice's order.
fn order_side(draft: &Draft<'_>) -> Result<Option<OrderSide>, InvoiceRefused> {
    match draft.invoice.purpose {
        Purpose::TopUp => Ok(None),
        Purpose::Order(order) => draft
            .context
            .order
            .filter(|side| side.order == order)
            .map(Some)
            .ok_or(InvoiceRefused::OrderMissing {
                invoice: draft.invoice.id,
                order,
            }),
    }
}

/// Whether the order can be held from the balance as it is after this decision so far.
fn can_hold(draft: &Draft<'_>, side: Option<OrderSide>) -> bool {
    let Some(side) = side else {
        return false;
    };
    let wanted = match draft.invoice.closing {
        None | Some(Closing::Replaced) => true,
        Some(Closing::Cancelled) => false,
    };
    let affordable = match side.state {
        OrderSideState::Awaiting { price } => draft.purse.available >= price,
        OrderSideState::AlreadyBought | OrderSideState::Cancelled | OrderSideState::Closed => false,
    };
    let owes = draft.purse.debt.is_positive();
    wanted && affordable && side.may_hold && !owes && !draft.customer.is_frozen()
}

fn hold(draft: &mut Draft<'_>) {
    match draft.invoice.purpose {
        Purpose::Order(order) => {
            draft.hold = Some(order);
            draft.invoice.bought = true;
            draft.redraw();
        }
        Purpose::TopUp => {}
    }
}

fn reason(
    draft: &Draft<'_>,
    report: &Report,
    value: MicroUsd,
    side: Option<OrderSide>,
) -> CreditReason {
    match draft.invoice.closing {
        Some(Closing::Cancelled) => return CreditReason::AfterCancel,
        None | Some(Closing::Replaced) => {}
    }
    match side.map(|side| side.state) {
        Some(OrderSideState::Cancelled) => CreditReason::AfterCancel,
        Some(OrderSideState::Closed) => CreditReason::OrderClosed,
        Some(OrderSideState::AlreadyBought) if !draft.invoice.bought => CreditReason::SecondPayment,
        Some(OrderSideState::AlreadyBought | OrderSideState::Awaiting { .. }) | None => {
            by_amount(draft, report, value)
        }
    }
}

fn by_amount(draft: &Draft<'_>, report: &Report, value: MicroUsd) -> CreditReason {
    let face = draft.invoice.face;
    if draft.invoice.is_late() {
        CreditReason::Late
    } else if value > face {
        CreditReason::More
    } else if value < face {
        CreditReason::Less
    } else if report.status == GatewayStatus::Paid && report.is_short() == Some(true) {
        CreditReason::WithinAccuracy
    } else {
        CreditReason::Exact
    }
}
