//! The life of an invoice: payments seen and confirmed, expiry, locks, refunds.
//!
//! `check → confirm_check → paid | paid_over | wrong_amount_waiting → … → wrong_amount`, expiry to
//! `cancel`; a payment that comes later still counts (a guess: the real fate is not documented).

use rust_decimal::Decimal;

use super::{Facts, Hold, Invoice, Payment, Refund, Status, Terms};
use crate::world::clock::Moment;

/// Why something cannot happen to an invoice now. Says what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(crate) struct NotNow(pub(crate) String);

impl Invoice {
    /// A transaction to the address is seen. Answers its number.
    pub(crate) fn pay(&mut self, payment: Payment, now: Moment) -> Result<usize, NotNow> {
        match &self.hold {
            Hold::Nothing => {}
            Hold::Set(_) => self.hold = Hold::Nothing,
            Hold::Locked => return Err(self.not_now("unlock it first")),
            Hold::Refund(_) => return Err(self.not_now("what was refunded takes no payment")),
        }
        self.payments.push(payment);
        self.restate(now);
        Ok(self.payments.len() - 1)
    }

    /// The transaction of this number has its confirmations. Says whether the status changed.
    pub(crate) fn confirm(&mut self, number: usize, now: Moment) -> bool {
        match self.payments.get_mut(number) {
            Some(payment) if !payment.confirmed => payment.confirmed = true,
            Some(_) | None => return false,
        }
        if let Hold::Set(_) = self.hold {
            self.hold = Hold::Nothing;
        }
        self.restate(now)
    }

    /// Time has passed: an invoice past its end is closed. Says whether the status changed.
    pub(crate) fn look_at_clock(&mut self, now: Moment) -> bool {
        now >= self.expires_at && self.restate(now)
    }

    /// It ends now.
    pub(crate) fn expire(&mut self, now: Moment) -> Result<(), NotNow> {
        match self.status() {
            Status::Check | Status::WrongAmountWaiting | Status::Process => {
                self.hold = Hold::Nothing;
                self.expires_at = self.expires_at.min(now);
                self.restate(now);
                Ok(())
            }
            Status::ConfirmCheck => {
                // The payment in sight keeps it open; what is missing afterwards is missing for good.
                self.expires_at = self.expires_at.min(now);
                Ok(())
            }
            Status::Paid
            | Status::PaidOver
            | Status::WrongAmount
            | Status::Cancel
            | Status::Fail
            | Status::SystemFail
            | Status::RefundProcess
            | Status::RefundPaid
            | Status::RefundFail
            | Status::Locked
            | Status::Other(_) => Err(self.not_now("only an open invoice expires")),
        }
    }

    /// The payment is held for an AML check.
    pub(crate) fn lock(&mut self, now: Moment) -> Result<(), NotNow> {
        if self.payments.is_empty() {
            return Err(self.not_now("only a payment is locked: pay it first"));
        }
        match self.hold {
            Hold::Nothing | Hold::Set(_) => {
                self.hold = Hold::Locked;
                self.restate(now);
                Ok(())
            }
            Hold::Locked => Err(self.not_now("it is locked already")),
            Hold::Refund(_) => Err(self.not_now("a refund is under way or over")),
        }
    }

    /// The AML check is passed: the payments say again what the status is.
    pub(crate) fn unlock(&mut self, now: Moment) -> Result<(), NotNow> {
        if self.hold != Hold::Locked {
            return Err(self.not_now("only a locked one is unlocked"));
        }
        self.hold = Hold::Nothing;
        self.restate(now);
        Ok(())
    }

    /// The payment is to go back.
    pub(crate) fn start_refund(&mut self, refund: Refund, now: Moment) -> Result<usize, NotNow> {
        let again = self.hold == Hold::Refund(Status::RefundFail);
        if !self.status().is_completed() && !again {
            return Err(self.not_now("only a completed payment is refunded"));
        }
        self.refunds.push(refund);
        self.hold = Hold::Refund(Status::RefundProcess);
        self.restate(now);
        Ok(self.refunds.len() - 1)
    }

    /// The refund of this number is over, as it was decided, or as `succeeds` says.
    /// Says whether the status changed.
    pub(crate) fn end_refund(
        &mut self,
        number: usize,
        succeeds: Option<bool>,
        now: Moment,
    ) -> bool {
        let Some(refund) = self.refunds.get_mut(number).filter(|refund| !refund.ended) else {
            return false;
        };
        refund.ended = true;
        refund.succeeds = succeeds.unwrap_or(refund.succeeds);
        self.hold = Hold::Refund(if refund.succeeds {
            Status::RefundPaid
        } else {
            Status::RefundFail
        });
        self.restate(now)
    }

    /// A driver says what the status is, until the next event.
    pub(crate) fn set(&mut self, status: Status, now: Moment) -> bool {
        self.hold = Hold::Set(status);
        self.restate(now)
    }

    /// An expired invoice is opened once more, under a new address.
    pub(crate) fn refresh(&mut self, address: Option<(String, String)>, now: Moment) -> bool {
        self.expires_at = now + self.order.lifetime;
        if let (Some(terms), Some((address, qr))) = (&mut self.terms, address) {
            terms.address = address;
            terms.qr = qr;
        }
        self.restate(now)
    }

    /// The payer, or the merchant, has settled the coin.
    pub(crate) fn choose(&mut self, terms: Terms) {
        self.terms = Some(terms);
    }

    fn not_now(&self, remedy: &str) -> NotNow {
        NotNow(format!(
            "the invoice {} is {}: {remedy}",
            self.uuid,
            self.status().name()
        ))
    }

    /// Writes down what there is to say now, if it is something new.
    fn restate(&mut self, now: Moment) -> bool {
        let last = self.payments.last();
        let facts = Facts {
            status: self.status_by(now),
            paid: self.received(),
            paid_usd: self.payments.iter().map(|payment| payment.usd).sum(),
            from: last.map(|payment| payment.from.clone()),
            txid: last.map(|payment| payment.txid.clone()),
            since: now,
        };
        let changed = facts.status != *self.status();
        let before = self.facts();
        if changed || facts.paid != before.paid || facts.txid != before.txid {
            self.history.push(facts);
        }
        changed
    }

    fn status_by(&self, now: Moment) -> Status {
        match &self.hold {
            Hold::Nothing => self.status_of_payments(now),
            Hold::Locked => Status::Locked,
            Hold::Refund(status) | Hold::Set(status) => status.clone(),
        }
    }

    fn status_of_payments(&self, now: Moment) -> Status {
        let settled = self.settled(now);
        let waits = self.payments.iter().any(|payment| !payment.confirmed);
        // What comes on top of a whole payment is told when it counts.
        let whole = settled == Status::Paid || settled == Status::PaidOver;
        if waits && !whole {
            Status::ConfirmCheck
        } else {
            settled
        }
    }

    /// What the confirmed payments make of it.
    fn settled(&self, now: Moment) -> Status {
        let confirmed = self.payments.iter().filter(|payment| payment.confirmed);
        let paid: Decimal = confirmed.map(|payment| payment.amount).sum();
        let over = now >= self.expires_at;
        let Some(terms) = self.terms.as_ref().filter(|_| !paid.is_zero()) else {
            return if over { Status::Cancel } else { Status::Check };
        };
        let wanted = terms.payer_amount;
        let may_lack = wanted * self.order.accuracy / Decimal::ONE_HUNDRED;
        if paid > wanted {
            Status::PaidOver
        } else if paid + may_lack >= wanted {
            Status::Paid
        } else if over || !self.order.multiple {
            Status::WrongAmount
        } else {
            Status::WrongAmountWaiting
        }
    }
}
