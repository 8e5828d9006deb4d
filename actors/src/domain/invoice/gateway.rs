//! Creating an invoice at the gateway, and look-ups that bring nothing.

use super::draft::{CHANGED, Draft, Step, dropped};
use super::schedule;
use super::{DropReason, InvoiceRefused, LookUpFailure, Oddity, Page, Report, Standing, Ticket};
use crate::domain::Span;
use crate::domain::money::CoinAmount;

pub(super) fn created(draft: &mut Draft<'_>, report: &Report) -> Step {
    match &draft.invoice.standing {
        Standing::Wanted { .. } | Standing::Asked => {
            open(draft, report);
            CHANGED
        }
        Standing::Open(page) if page.uuid == report.uuid => dropped(DropReason::AlreadySo),
        Standing::Open(_) => {
            draft.odd(Oddity::OtherUuid(report.uuid.to_string()));
            CHANGED
        }
        Standing::Refused { .. } | Standing::NotOurs => dropped(DropReason::Settled),
    }
}

/// Takes what came back for our order id, if it is a new invoice of ours (rule 14), and says
/// whether it is.
pub(super) fn open(draft: &mut Draft<'_>, report: &Report) -> bool {
    if let Some(why) = not_new(draft, report) {
        draft.invoice.standing = Standing::NotOurs;
        draft.invoice.look_ups.at = None;
        draft.odd(Oddity::NotNew(why));
        draft.redraw();
        return false;
    }
    let skew = draft.context.rules.clock_skew;
    let invoice = &mut draft.invoice;
    let latest = draft.now + Span::seconds(i64::from(invoice.lifetime_seconds)) + skew;
    if let Some(expires_at) = report.expires_at {
        invoice.expires_at = expires_at.min(latest);
    }
    invoice.standing = Standing::Open(Box::new(Page {
        uuid: report.uuid.clone(),
        url: report.url.clone(),
        payer: report.payer.clone(),
        payment_amount: None,
        txid: None,
    }));
    invoice.status = Some(report.status.clone());
    invoice.status_since = draft.now;
    schedule::next_look_up(draft);
    draft.redraw();
    true
}

fn not_new(draft: &Draft<'_>, report: &Report) -> Option<String> {
    let invoice = &draft.invoice;
    if let Some(oddity) = invoice.stranger(report) {
        return Some(oddity.to_string());
    }
    if draft.context.uuid_taken {
        return Some(format!("uuid {} is another invoice's", report.uuid));
    }
    let coins = report
        .payment_amount
        .is_some_and(|coins| coins > CoinAmount::ZERO);
    if coins || report.status.shows_payment() {
        return Some(format!("it is paid already, {:?}", report.status));
    }
    let skew = draft.context.rules.clock_skew;
    let window = (invoice.created_at - skew)..=(draft.now + skew);
    match report.created_at {
        Some(at) if !window.contains(&at) => Some(format!("it was created at {at}")),
        Some(_) | None => None,
    }
}

pub(super) fn creation_refused(draft: &mut Draft<'_>, why: &str) -> Step {
    if !is_undecided(draft) {
        return dropped(DropReason::Settled);
    }
    draft.invoice.standing = Standing::Refused {
        why: why.chars().take(200).collect(),
    };
    draft.invoice.look_ups.at = None;
    draft.redraw();
    CHANGED
}

pub(super) fn creation_not_done(draft: &mut Draft<'_>) -> Step {
    let attempts = match &draft.invoice.standing {
        Standing::Wanted { attempts, .. } => attempts.saturating_add(1),
        Standing::Asked | Standing::Open(_) | Standing::Refused { .. } | Standing::NotOurs => {
            return dropped(DropReason::Settled);
        }
    };
    want_again(draft, attempts);
    CHANGED
}

pub(super) fn creation_unknown(draft: &mut Draft<'_>) -> Step {
    match &draft.invoice.standing {
        Standing::Wanted { .. } => {
            draft.invoice.standing = Standing::Asked;
            draft.invoice.look_ups.at = Some(draft.now);
            CHANGED
        }
        Standing::Asked => dropped(DropReason::AlreadySo),
        Standing::Open(_) | Standing::Refused { .. } | Standing::NotOurs => {
            dropped(DropReason::Settled)
        }
    }
}

pub(super) fn look_up_failed(
    draft: &mut Draft<'_>,
    ticket: Ticket,
    failure: LookUpFailure,
) -> Step {
    if let Some(reason) = stale(draft, ticket)? {
        return dropped(reason);
    }
    schedule::look_again(draft);
    match failure {
        LookUpFailure::NoAnswer => {}
        LookUpFailure::NotFound => match &draft.invoice.standing {
            // The creating call may still be on its way; repeating it under the same order id
            // makes one invoice of the two.
            Standing::Asked => want_again(draft, 1),
            Standing::Open(_) => draft.odd(Oddity::Vanished),
            Standing::Wanted { .. } | Standing::Refused { .. } | Standing::NotOurs => {}
        },
    }
    CHANGED
}

/// Rule 15: an answer that is not newer than the newest applied one is dropped.
pub(super) fn stale(
    draft: &Draft<'_>,
    ticket: Ticket,
) -> Result<Option<DropReason>, InvoiceRefused> {
    let look_ups = &draft.invoice.look_ups;
    if ticket >= look_ups.next_ticket {
        return Err(InvoiceRefused::TicketNeverTaken {
            invoice: draft.invoice.id,
            ticket,
        });
    }
    Ok(look_ups
        .applied
        .filter(|applied| ticket <= *applied)
        .map(|applied| DropReason::Stale { applied }))
}

fn is_undecided(draft: &Draft<'_>) -> bool {
    match &draft.invoice.standing {
        Standing::Wanted { .. } | Standing::Asked => true,
        Standing::Open(_) | Standing::Refused { .. } | Standing::NotOurs => false,
    }
}

fn want_again(draft: &mut Draft<'_>, attempts: u32) {
    // 5, 10, 20, 40 and then 60 seconds.
    let pause = 5_i64 << attempts.saturating_sub(1).min(4);
    draft.invoice.standing = Standing::Wanted {
        not_before: draft.now + Span::seconds(pause.min(60)),
        attempts,
    };
}
