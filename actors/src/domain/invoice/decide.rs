//! One event on one invoice.

use super::draft::{CHANGED, Draft, Step, dropped};
use super::{
    Closing, Context, CreateRequest, DropReason, Invoice, InvoiceEvent, InvoiceRefused,
    InvoiceRules, LookUps, Money, Oddity, Purpose, Refund, Report, Settled, Standing, Ticket, Wish,
    apply, gateway, lock, refund, schedule,
};
use crate::domain::money::MicroUsd;
use crate::domain::{Span, Timestamp};

impl Invoice {
    /// A new invoice: the intent that is committed before the gateway is called.
    ///
    /// # Errors
    /// A face amount that is not positive, or a lifetime the gateway does not take.
    pub fn want(wish: Wish, rules: &InvoiceRules, now: Timestamp) -> Result<Self, InvoiceRefused> {
        if !wish.face.is_positive() {
            return Err(InvoiceRefused::BadFace { face: wish.face });
        }
        let seconds = rules.lifetime.num_seconds();
        let lifetime_seconds = u32::try_from(seconds)
            .ok()
            .filter(|seconds| (300..=43_200).contains(seconds))
            .ok_or(InvoiceRefused::BadLifetime { seconds })?;
        Ok(Self {
            id: wish.id,
            gateway_order_id: wish.gateway_order_id,
            customer: wish.customer,
            purpose: wish.purpose,
            face: wish.face,
            coin: wish.coin,
            lifetime_seconds,
            accuracy_percent: rules.accuracy_percent,
            created_at: now,
            expires_at: now + Span::seconds(i64::from(lifetime_seconds)),
            standing: Standing::Wanted {
                not_before: now,
                attempts: 0,
            },
            closing: None,
            shown_in: None,
            status: None,
            status_since: now,
            payment_seen_at: None,
            money: Money::default(),
            bought: false,
            refunded: false,
            locks: 0,
            lock: None,
            refund: Refund::None,
            look_ups: LookUps {
                next_ticket: Ticket::FIRST,
                applied: None,
                claimed: None,
                started_at: None,
                at: None,
                fast_until: None,
            },
            oddities: Vec::new(),
        })
    }

    /// The creating call as it is stored.
    #[must_use]
    pub fn create_request(&self) -> CreateRequest {
        CreateRequest {
            order_id: self.gateway_order_id.clone(),
            face: self.face,
            coin: self.coin.clone(),
            lifetime_seconds: self.lifetime_seconds,
            accuracy_percent: self.accuracy_percent,
            reference: self.customer,
            order: match self.purpose {
                Purpose::TopUp => None,
                Purpose::Order(order) => Some(order),
            },
        }
    }

    /// What one event makes of the invoice: the next state, the entries, the notices and whether
    /// the order can be held, to be committed together; or nothing at all.
    ///
    /// # Errors
    /// [`InvoiceRefused`]: the event cannot be, or the context is not the invoice's. Nothing may
    /// be committed then.
    pub fn decide(
        &self,
        event: &InvoiceEvent,
        context: Context<'_>,
        now: Timestamp,
    ) -> Result<Settled, InvoiceRefused> {
        if context.customer.id != self.customer {
            return Err(InvoiceRefused::WrongCustomer {
                invoice: self.id,
                owner: self.customer,
                given: context.customer.id,
            });
        }
        let mut draft = Draft::of(self, context, now);
        let step = match event {
            InvoiceEvent::Created(report) => gateway::created(&mut draft, report),
            InvoiceEvent::CreationRefused { why } => gateway::creation_refused(&mut draft, why),
            InvoiceEvent::CreationNotDone { .. } => gateway::creation_not_done(&mut draft),
            InvoiceEvent::CreationUnknown => gateway::creation_unknown(&mut draft),
            InvoiceEvent::Claimed | InvoiceEvent::SweepFound => schedule::claimed(&mut draft),
            InvoiceEvent::LookUpStarted => schedule::look_up_started(&mut draft),
            InvoiceEvent::Reported { ticket, report } => {
                apply::reported(&mut draft, *ticket, report)
            }
            InvoiceEvent::LookUpFailed { ticket, failure } => {
                gateway::look_up_failed(&mut draft, *ticket, *failure)
            }
            InvoiceEvent::CustomerSaysSent => schedule::customer_says_sent(&mut draft),
            InvoiceEvent::CustomerCancelled => close(&mut draft, Closing::Cancelled),
            InvoiceEvent::Replaced => close(&mut draft, Closing::Replaced),
            InvoiceEvent::RefundRequested { request, by } => {
                refund::requested(&mut draft, request, by)
            }
            InvoiceEvent::RefundStarted => refund::started(&mut draft),
            InvoiceEvent::RefundAnswered(answer) => refund::answered(&mut draft, answer),
            InvoiceEvent::RefundGivenUp { by } => refund::given_up(&mut draft, by),
            InvoiceEvent::LockLifted { by } => lock::lifted(&mut draft, by),
        };
        Ok(match step? {
            Some(reason) => Settled::Dropped(reason),
            None => draft.settled(),
        })
    }
}

impl Invoice {
    pub(super) fn never_created(&self) -> InvoiceRefused {
        InvoiceRefused::NeverCreated { invoice: self.id }
    }

    /// Whether a payment counts as late: none was seen before the expiry.
    pub(super) fn is_late(&self) -> bool {
        self.payment_seen_at
            .is_none_or(|seen| seen >= self.expires_at)
    }

    /// What our own running refund holds.
    pub(super) const fn held_for_refund(&self) -> MicroUsd {
        match &self.refund {
            Refund::Running(run) => run.held,
            Refund::None | Refund::Ended(_) => MicroUsd::ZERO,
        }
    }

    /// Whether the report is about another invoice.
    pub(super) fn stranger(&self, report: &Report) -> Option<Oddity> {
        if report.order_id != self.gateway_order_id {
            return Some(Oddity::OtherOrderId(report.order_id.to_string()));
        }
        if report.currency != "USD" {
            let currency = report.currency.chars().take(20).collect();
            return Some(Oddity::OtherCurrency(currency));
        }
        if report.face != self.face {
            return Some(Oddity::OtherFace(report.face));
        }
        match &self.standing {
            Standing::Open(page) if page.uuid != report.uuid => {
                Some(Oddity::OtherUuid(report.uuid.to_string()))
            }
            Standing::Open(_)
            | Standing::Wanted { .. }
            | Standing::Asked
            | Standing::Refused { .. }
            | Standing::NotOurs => None,
        }
    }
}

/// Closes our side. A replaced invoice may still be cancelled, not the other way round.
fn close(draft: &mut Draft<'_>, how: Closing) -> Step {
    match (draft.invoice.closing, how) {
        (None, Closing::Cancelled | Closing::Replaced)
        | (Some(Closing::Replaced), Closing::Cancelled) => {
            draft.invoice.closing = Some(how);
            draft.redraw();
            CHANGED
        }
        (Some(Closing::Cancelled), Closing::Cancelled | Closing::Replaced)
        | (Some(Closing::Replaced), Closing::Replaced) => dropped(DropReason::AlreadySo),
    }
}
