//! What a stored invoice asks for by itself: the creating call, a look-up, a refund.

use tracing::Instrument as _;

use super::deposit::Answer;
use super::desk::{Desk, Done, Step, Trouble};
use super::lanes::Turn;
use super::opening::Creating;
use crate::domain::ids::InvoiceId;
use crate::domain::invoice::{
    Invoice, InvoiceEffect, InvoiceEvent, LookUpBy, LookUpFailure, RefundAnswer, RefundCall,
};
use crate::domain::trace::TraceId;
use crate::office::around;
use crate::ports::Failure;

impl Desk {
    /// Does the one thing that is due for an invoice. What did not work is due again later, by
    /// what is stored.
    pub(super) async fn pursue(&self, id: InvoiceId) -> Result<(), Trouble> {
        let mut turn = self.lanes.enter(id).await;
        let seen = self.office.ports.books.invoice(id).await;
        let seen = seen.map_err(|unreadable| Trouble::NotDone(unreadable.cause))?;
        let invoice = seen.ok_or(Trouble::NotFound)?.row;
        let around = around(TraceId::of_invoice(&invoice));
        self.pursue_one(&invoice, &mut turn)
            .instrument(around)
            .await
    }

    async fn pursue_one(&self, invoice: &Invoice, turn: &mut Turn) -> Result<(), Trouble> {
        let id = invoice.id;
        match invoice.due(self.office.ports.clock.now()) {
            // Somebody was faster.
            None => Ok(()),
            Some(InvoiceEffect::Create(_)) => {
                let how = Creating {
                    gives_up: false,
                    ends_order: false,
                };
                self.create(invoice, how).await.map(|_| ())
            }
            Some(InvoiceEffect::LookUp(by)) => {
                let start = Step::of(InvoiceEvent::LookUpStarted);
                let Done::Changed(started) = self.settle(id, &start).await? else {
                    return Ok(());
                };
                let Some(ticket) = started.ticket else {
                    return Ok(());
                };
                turn.begin();
                let (event, failed) = of_look_up(self.ask(&by).await, ticket);
                let done = self.settle(id, &Step::of(event)).await?;
                match (done, failed) {
                    (Done::Changed(_), None) => turn.committed(),
                    (_, Some(cause)) => {
                        self.counts.failed.one();
                        let by = describe(&by);
                        tracing::warn!(invoice.id = %id, "look-up of {id} by {by}: {cause}");
                    }
                    (Done::Nothing | Done::Overtaken, None) => {}
                }
                Ok(())
            }
            Some(InvoiceEffect::Refund(call)) => self.refund(id, &call).await,
        }
    }

    /// Orders a refund once. It is called only by whoever committed that the call begins.
    async fn refund(&self, id: InvoiceId, call: &RefundCall) -> Result<(), Trouble> {
        let start = Step::of(InvoiceEvent::RefundStarted);
        let Done::Changed(_) = self.settle(id, &start).await? else {
            return Ok(());
        };
        let calling = self.office.ports.invoicing.refund(call);
        let answer = match tokio::time::timeout(self.settings.call, calling).await {
            Ok(Ok(())) => RefundAnswer::Accepted,
            Ok(Err(Failure::Refused(why))) => RefundAnswer::Refused {
                why: why.to_string(),
            },
            Ok(Err(Failure::NotDone { cause })) => RefundAnswer::NotDone { why: cause },
            Ok(Err(Failure::Unknown { .. })) | Err(_) => RefundAnswer::Unknown,
        };
        let step = Step::of(InvoiceEvent::RefundAnswered(answer));
        self.settle(id, &step).await.map(|_| ())
    }
}

fn of_look_up(
    answer: Answer,
    ticket: crate::domain::invoice::Ticket,
) -> (InvoiceEvent, Option<String>) {
    let failed = |failure, cause| (InvoiceEvent::LookUpFailed { ticket, failure }, Some(cause));
    match answer {
        Answer::Shown(report) => (InvoiceEvent::Reported { ticket, report }, None),
        Answer::NotFound => failed(LookUpFailure::NotFound, "not known there".into()),
        Answer::Silence(cause) => failed(LookUpFailure::NoAnswer, cause),
    }
}

const fn describe(by: &LookUpBy) -> &'static str {
    match by {
        LookUpBy::OrderId(_) => "order id",
        LookUpBy::Uuid(_) => "uuid",
    }
}
