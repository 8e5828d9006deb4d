//! When the gateway is asked, and what is due.

use super::draft::{CHANGED, Draft, Step, dropped};
use super::{
    DropReason, GatewayStatus, Invoice, InvoiceEffect, InvoiceRules, LookUpBy, Page, Refund,
    RefundCall, RefundStage, Standing, Ticket,
};
use crate::domain::ids::GatewayUuid;
use crate::domain::{Span, Timestamp};

/// A look-up this long before the expiry may still see a payment that came in time (rule 18).
const LAST_LOOK: Span = Span::seconds(10);

/// After the last change, look-ups are this part of the age apart: rare where nothing happens.
const AGE_PARTS: i32 = 8;

impl Invoice {
    /// The instant of the next effect: the indexed column by which the invoice is found. None
    /// when nothing is due any more; a webhook or the sweep may change that.
    #[must_use]
    pub fn next_due(&self) -> Option<Timestamp> {
        match &self.standing {
            Standing::Wanted { not_before, .. } => {
                let wanted = self.closing.is_none() && *not_before < self.expires_at;
                wanted.then_some(*not_before)
            }
            Standing::Asked => self.look_ups.at,
            Standing::Open(_) => match (self.refund_call_at(), self.look_ups.at) {
                (Some(refund), Some(look_up)) => Some(refund.min(look_up)),
                (refund, look_up) => refund.or(look_up),
            },
            Standing::Refused { .. } | Standing::NotOurs => None,
        }
    }

    /// Whether the payer is still expected to pay, as far as the row tells: our own closing does
    /// not stop them, and the gateway ends it with `cancel`.
    #[must_use]
    pub fn may_be_paid(&self) -> bool {
        let exists = match &self.standing {
            Standing::Wanted { .. } | Standing::Asked | Standing::Open(_) => true,
            Standing::Refused { .. } | Standing::NotOurs => false,
        };
        exists && self.status.as_ref().is_none_or(GatewayStatus::is_waiting)
    }

    /// The gateway's name of it, once it has one.
    #[must_use]
    pub const fn gateway_uuid(&self) -> Option<&GatewayUuid> {
        match &self.standing {
            Standing::Open(page) => Some(&page.uuid),
            Standing::Wanted { .. }
            | Standing::Asked
            | Standing::Refused { .. }
            | Standing::NotOurs => None,
        }
    }

    /// The effect that is due now.
    #[must_use]
    pub fn due(&self, now: Timestamp) -> Option<InvoiceEffect> {
        self.next_due().filter(|at| *at <= now)?;
        match &self.standing {
            Standing::Wanted { .. } if now < self.expires_at => {
                Some(InvoiceEffect::Create(self.create_request()))
            }
            Standing::Wanted { .. } => None,
            Standing::Asked => Some(InvoiceEffect::LookUp(LookUpBy::OrderId(
                self.gateway_order_id.clone(),
            ))),
            Standing::Open(page) => Some(
                self.refund_call(page, now)
                    .unwrap_or_else(|| InvoiceEffect::LookUp(LookUpBy::Uuid(page.uuid.clone()))),
            ),
            Standing::Refused { .. } | Standing::NotOurs => None,
        }
    }

    /// Whether the invoice needs nobody any more, as far as we know.
    #[must_use]
    pub fn is_finished(&self) -> bool {
        let refunding = match &self.refund {
            Refund::Running(_) => true,
            Refund::None | Refund::Ended(_) => false,
        };
        self.next_due().is_none() && self.lock.is_none() && !refunding
    }

    fn refund_call_at(&self) -> Option<Timestamp> {
        match &self.refund {
            Refund::Running(run) => match run.stage {
                RefundStage::Wanted { not_before } => Some(not_before),
                RefundStage::Sent { .. }
                | RefundStage::Accepted { .. }
                | RefundStage::Overtaken => None,
            },
            Refund::None | Refund::Ended(_) => None,
        }
    }

    fn refund_call(&self, page: &Page, now: Timestamp) -> Option<InvoiceEffect> {
        self.refund_call_at().filter(|at| *at <= now)?;
        match &self.refund {
            Refund::Running(run) => Some(InvoiceEffect::Refund(RefundCall {
                uuid: page.uuid.clone(),
                request: run.request.clone(),
            })),
            Refund::None | Refund::Ended(_) => None,
        }
    }

    /// Since when nothing has happened that would call for frequent look-ups.
    fn quiet_since(&self) -> Timestamp {
        let status = match &self.status {
            None | Some(GatewayStatus::Check) => self.expires_at,
            Some(status) if status.is_at_rest() => self.status_since,
            Some(_) => self.expires_at.max(self.status_since),
        };
        match &self.refund {
            Refund::Running(run) => match run.stage {
                RefundStage::Sent { since } | RefundStage::Accepted { since } => status.max(since),
                RefundStage::Wanted { .. } | RefundStage::Overtaken => status,
            },
            Refund::None | Refund::Ended(_) => status,
        }
    }

    fn pause(&self, rules: &InvoiceRules, now: Timestamp) -> Span {
        let fast = self.look_ups.fast_until.is_some_and(|until| now < until);
        if fast {
            return rules.poll_fast;
        }
        let age = now - self.quiet_since();
        let slow = age.checked_div(AGE_PARTS).unwrap_or(rules.poll_every);
        slow.min(rules.poll_slowest).max(rules.poll_every)
    }

    /// Whether an invoice that has been quiet for long enough may be left alone.
    fn needs_watch(&self) -> bool {
        let at_rest = self.status.as_ref().is_some_and(GatewayStatus::is_at_rest);
        let paid = self.status.as_ref().is_some_and(GatewayStatus::is_success);
        let unvalued = paid && self.money.credits == 0 && !self.refunded;
        let refunding = match &self.refund {
            Refund::Running(_) => true,
            Refund::None | Refund::Ended(_) => false,
        };
        !at_rest || unvalued || refunding || self.lock.is_some()
    }
}

/// A webhook or the sweep says that something changed: stores that a look-up is due, nothing
/// else. A look-up that is on its way now may have been answered before the change, so only a
/// later one will do.
pub(super) fn claimed(draft: &mut Draft<'_>) -> Step {
    match &draft.invoice.standing {
        Standing::Wanted { .. } | Standing::Asked | Standing::Open(_) => {}
        Standing::Refused { .. } | Standing::NotOurs => return dropped(DropReason::Settled),
    }
    let look_ups = &mut draft.invoice.look_ups;
    let owed = Some(look_ups.next_ticket);
    if look_ups.claimed == owed && look_ups.at.is_some_and(|at| at <= draft.now) {
        return dropped(DropReason::AlreadySo);
    }
    look_ups.claimed = owed;
    look_soon(draft);
    CHANGED
}

/// Takes a ticket. Until the answer, or until it is taken for lost, no other look-up is due.
pub(super) fn look_up_started(draft: &mut Draft<'_>) -> Step {
    match &draft.invoice.standing {
        Standing::Wanted { .. } | Standing::Asked | Standing::Open(_) => {}
        Standing::Refused { .. } | Standing::NotOurs => return Err(draft.invoice.never_created()),
    }
    let look_ups = &mut draft.invoice.look_ups;
    draft.ticket = Some(look_ups.next_ticket);
    look_ups.next_ticket = look_ups.next_ticket.next();
    look_ups.started_at = Some(draft.now);
    look_ups.at = Some(draft.now + draft.context.rules.patience);
    CHANGED
}

pub(super) fn customer_says_sent(draft: &mut Draft<'_>) -> Step {
    match &draft.invoice.standing {
        Standing::Open(_) => {}
        Standing::Wanted { .. }
        | Standing::Asked
        | Standing::Refused { .. }
        | Standing::NotOurs => return dropped(DropReason::Settled),
    }
    let rules = draft.context.rules;
    let look_ups = &mut draft.invoice.look_ups;
    let soonest = look_ups
        .started_at
        .map_or(draft.now, |at| draft.now.max(at + rules.tap_every));
    look_ups.fast_until = Some(draft.now + rules.fast_for);
    look_ups.at = Some(look_ups.at.map_or(soonest, |at| at.min(soonest)));
    CHANGED
}

/// A look-up was answered: a claim that it covers is done.
pub(super) const fn answered(draft: &mut Draft<'_>, ticket: Ticket) {
    let look_ups = &mut draft.invoice.look_ups;
    match look_ups.claimed {
        Some(claimed) if claimed.get() <= ticket.get() => look_ups.claimed = None,
        Some(_) | None => {}
    }
}

/// A look-up now, whatever was planned.
pub(super) fn look_soon(draft: &mut Draft<'_>) {
    let at = draft.invoice.look_ups.at;
    let now = draft.now;
    draft.invoice.look_ups.at = Some(at.map_or(now, |at| at.min(now)));
}

/// A look-up failed: the next one after the usual pause, even if a claim waits for it.
pub(super) fn look_again(draft: &mut Draft<'_>) {
    let pause = draft.invoice.pause(draft.context.rules, draft.now);
    draft.invoice.look_ups.at = Some(draft.now + pause);
}

/// Plans the look-up after one that was answered.
pub(super) fn next_look_up(draft: &mut Draft<'_>) {
    let (now, rules) = (draft.now, draft.context.rules);
    let invoice = &mut draft.invoice;
    if invoice.look_ups.claimed.is_some() {
        invoice.look_ups.at = Some(now);
        return;
    }
    let quiet = now - invoice.quiet_since() >= rules.watch_for;
    if quiet && !invoice.needs_watch() {
        invoice.look_ups.at = None;
        return;
    }
    let next = now + invoice.pause(rules, now);
    let last = invoice.expires_at - LAST_LOOK;
    let skips_last = invoice.payment_seen_at.is_none() && now < last && last < next;
    invoice.look_ups.at = Some(if skips_last { last } else { next });
}
