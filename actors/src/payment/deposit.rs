//! A webhook says that something changed: the gateway is asked at once, and what it says becomes
//! one commit.

use super::desk::{Changed, Desk, Done, Step};
use super::{Deposit, DepositReported, DepositUnsure};
use crate::domain::ids::{CustomerId, GatewayUuid, InvoiceId, NoticeId};
use crate::domain::invoice::{
    Invoice, InvoiceEvent, LookUpBy, LookUpFailure, Orphan, OrphanMoney, Report, Standing,
};
use crate::domain::notice::Owed;
use crate::ports::Failure;
use crate::ports::books::CommitRefused;
use crate::ports::invoicing::GatewayRefused;

/// What a look-up brought.
#[derive(Debug)]
pub(super) enum Answer {
    /// An invoice.
    Shown(Box<Report>),
    /// The gateway does not know it.
    NotFound,
    /// Nothing that can be used.
    Silence(String),
}

impl Desk {
    /// Handles [`DepositReported`].
    pub(super) async fn deposit(&self, told: DepositReported) -> Result<Deposit, DepositUnsure> {
        let named = self.office.ports.books.invoice_named(&told.order_id).await;
        let named = named.map_err(|unreadable| unsure(unreadable.cause))?;
        match named {
            Some(seen) if is_about(&seen.row, &told.uuid) => self.look_now(seen.row).await,
            Some(_) | None => self.stranger(&told.uuid).await,
        }
    }

    /// Looks an invoice up without a commit before the call.
    async fn look_now(&self, read: Invoice) -> Result<Deposit, DepositUnsure> {
        let id = read.id;
        let mut turn = self.lanes.enter(id).await;
        if turn.is_covered() {
            return Ok(Deposit::Duplicate);
        }
        // What was read before a wait is old by now, and a look-up with its ticket would be lost.
        let mut read = (!turn.has_waited()).then_some(read);
        for _ in 0..self.settings.look_ups {
            let invoice = match read.take() {
                Some(invoice) => invoice,
                None => self.read(id).await?,
            };
            let Some(by) = look_up_by(&invoice) else {
                return Ok(Deposit::Unknown);
            };
            turn.begin();
            let ticket = invoice.look_ups.next_ticket;
            let event = match self.ask(&by).await {
                Answer::Shown(report) => InvoiceEvent::Reported { ticket, report },
                Answer::NotFound => InvoiceEvent::LookUpFailed {
                    ticket,
                    failure: LookUpFailure::NotFound,
                },
                Answer::Silence(cause) => return Err(self.claim(id, cause).await),
            };
            let step = Step {
                events: vec![InvoiceEvent::LookUpStarted, event],
                unless_looked_since: Some(invoice.look_ups),
                ..Step::default()
            };
            match self.settle(id, &step).await {
                Ok(Done::Changed(changed)) => {
                    turn.committed();
                    return Ok(worth(&changed));
                }
                Ok(Done::Nothing) => return Ok(Deposit::Duplicate),
                Ok(Done::Overtaken) => {}
                Err(trouble) => return Err(self.claim(id, trouble.to_string()).await),
            }
        }
        Err(self.claim(id, "overtaken again and again".into()).await)
    }

    async fn read(&self, id: InvoiceId) -> Result<Invoice, DepositUnsure> {
        let seen = self.office.ports.books.invoice(id).await;
        let seen = seen.map_err(|unreadable| unsure(unreadable.cause))?;
        let seen = seen.ok_or_else(|| unsure("the invoice is gone".into()))?;
        Ok(seen.row)
    }

    /// Stores that a look-up is due, so that polling does what the webhook could not.
    async fn claim(&self, id: InvoiceId, cause: String) -> DepositUnsure {
        self.counts.failed.one();
        tracing::warn!(invoice.id = %id, "deposit of {id} is not stored yet: {cause}");
        // If this fails as well, the webhook comes again all the same.
        let _best_effort = self.settle(id, &Step::of(InvoiceEvent::Claimed)).await;
        unsure(cause)
    }

    /// A valid webhook about an invoice that the books do not have.
    async fn stranger(&self, uuid: &GatewayUuid) -> Result<Deposit, DepositUnsure> {
        match self.ask(&LookUpBy::Uuid(uuid.clone())).await {
            Answer::Shown(report) => self.orphan(&report, None).await?,
            // A test of the webhook, which names an invoice that never was.
            Answer::NotFound => tracing::info!("webhook about an invoice that does not exist"),
            Answer::Silence(cause) => return Err(unsure(cause)),
        }
        Ok(Deposit::Unknown)
    }

    /// Puts money that belongs to no invoice into suspense and tells the operators, once
    /// (rule 14).
    pub(super) async fn orphan(
        &self,
        report: &Report,
        reference: Option<CustomerId>,
    ) -> Result<(), DepositUnsure> {
        if !report.status.shows_payment() {
            return Ok(());
        }
        let money = OrphanMoney::of(report).map_err(|why| unsure(why.to_string()))?;
        // Of each the books take the entries once and the notice once, whoever comes again.
        let tries = match money {
            OrphanMoney::Nothing => vec![vec![]],
            OrphanMoney::Arrived(arrived) => vec![vec![arrived], vec![]],
            OrphanMoney::WentBack { arrived, back } => {
                vec![vec![arrived, back.clone()], vec![back], vec![]]
            }
        };
        let news = Orphan::of(report, reference).news(&report.uuid);
        self.counts.orphans.one();
        for entries in tries {
            let mut commit = self.office.commit();
            let notice = NoticeId::new(self.office.ports.clock.fresh_id());
            let owed = Owed::operators(news.clone());
            commit.notices.push((notice, owed));
            commit.entries = entries;
            match self.write(commit).await {
                Ok(()) => return Ok(()),
                // The money is entered already; what is left of the news may not be.
                Err(Failure::Refused(CommitRefused::Taken { .. })) => {}
                Err(failed) => return Err(unsure(failed.to_string())),
            }
        }
        Err(unsure("an orphan's name is taken".into()))
    }

    /// Asks the gateway about an invoice.
    pub(super) async fn ask(&self, by: &LookUpBy) -> Answer {
        self.counts.look_ups.one();
        let call = self.office.ports.invoicing.report(by);
        match tokio::time::timeout(self.settings.call, call).await {
            Ok(Ok(report)) => Answer::Shown(Box::new(report)),
            Ok(Err(Failure::Refused(GatewayRefused::NoSuchInvoice))) => Answer::NotFound,
            Ok(Err(failure)) => Answer::Silence(failure.to_string()),
            Err(_elapsed) => Answer::Silence("no answer in time".into()),
        }
    }
}

/// How an invoice is found at the gateway, if it can be there.
pub(super) fn look_up_by(invoice: &Invoice) -> Option<LookUpBy> {
    match &invoice.standing {
        Standing::Open(page) => Some(LookUpBy::Uuid(page.uuid.clone())),
        Standing::Wanted { .. } | Standing::Asked => {
            Some(LookUpBy::OrderId(invoice.gateway_order_id.clone()))
        }
        Standing::Refused { .. } | Standing::NotOurs => None,
    }
}

/// Whether a webhook can be about this invoice: an old invoice of the gateway may carry the same
/// order id.
fn is_about(invoice: &Invoice, uuid: &GatewayUuid) -> bool {
    match &invoice.standing {
        Standing::Open(page) => page.uuid == *uuid,
        Standing::Wanted { .. } | Standing::Asked => true,
        Standing::Refused { .. } | Standing::NotOurs => false,
    }
}

/// Whether a commit said more than that the gateway was asked.
fn worth(changed: &Changed) -> Deposit {
    let unmarked = |invoice: &Invoice| Invoice {
        look_ups: changed.before.look_ups,
        ..invoice.clone()
    };
    if unmarked(&changed.after) == changed.before {
        Deposit::Duplicate
    } else {
        Deposit::Stored
    }
}

const fn unsure(cause: String) -> DepositUnsure {
    DepositUnsure { cause }
}
