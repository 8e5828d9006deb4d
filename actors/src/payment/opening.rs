//! A new invoice: the intent is committed, the gateway is called, its answer is committed.

use tracing::Instrument as _;

use super::decide;
use super::desk::{Changed, Desk, Done, Step, Trouble};
use super::{OpenInvoice, OpenRefused, Opened};
use crate::domain::ids::{CustomerId, InvoiceId, OrderId};
use crate::domain::invoice::{Invoice, InvoiceEvent, InvoiceRefused, Purpose, Report, Standing};
use crate::domain::order::{Order, OrderState};
use crate::domain::trace::TraceId;
use crate::office::around;
use crate::ports::Failure;
use crate::ports::books::{Commit, CommitRefused, Guard, RowWrite, Write};
use crate::ports::invoicing::GatewayRefused;

impl Desk {
    /// Handles [`OpenInvoice`].
    pub(super) async fn open(&self, message: OpenInvoice) -> Result<Opened, OpenRefused> {
        let around = around(TraceId::of_purpose(message.wish.purpose, message.wish.id));
        self.open_one(message).instrument(around).await
    }

    async fn open_one(&self, message: OpenInvoice) -> Result<Opened, OpenRefused> {
        let now = self.office.ports.clock.now();
        let invoice = Invoice::want(message.wish.clone(), &self.settings.invoices, now);
        let invoice = invoice.map_err(|why| OpenRefused::Refused(why.to_string()))?;
        let _turn = self.lanes.enter(invoice.id).await;
        self.intend(&message, &invoice).await?;
        let interactive = Creating {
            gives_up: true,
            ends_order: message.order.is_some(),
        };
        match self.create(&invoice, interactive).await {
            Ok(Done::Changed(changed)) => {
                tracing::info!(invoice.id = %invoice.id, "{} was asked for", invoice.id);
                opened(changed.after)
            }
            // Another replica, or the commit of unknown outcome, was first.
            Ok(Done::Nothing | Done::Overtaken) => self.as_stored(invoice.id).await,
            Err(trouble) => {
                self.counts.failed.one();
                tracing::warn!(invoice.id = %invoice.id, "{}: {trouble}", invoice.id);
                Err(OpenRefused::Unknown)
            }
        }
    }

    async fn as_stored(&self, id: InvoiceId) -> Result<Opened, OpenRefused> {
        match self.office.ports.books.invoice(id).await {
            Ok(Some(stored)) => opened(stored.row),
            Ok(None) | Err(_) => Err(OpenRefused::Unknown),
        }
    }

    /// Commits the intent with its order, once.
    async fn intend(&self, message: &OpenInvoice, invoice: &Invoice) -> Result<(), OpenRefused> {
        let mut unknown = false;
        for _ in 0..self.settings.rounds {
            if unknown && self.is_stored(invoice).await? {
                return Ok(());
            }
            let commit = self.intent(message, invoice).await?;
            match self.write(commit).await {
                Ok(()) => return Ok(()),
                Err(Failure::Unknown { .. }) => unknown = true,
                Err(Failure::NotDone { .. }) if unknown => {}
                Err(Failure::NotDone { .. }) => return Err(OpenRefused::Busy),
                // Ours from the round before, or an older invoice that moved.
                Err(Failure::Refused(CommitRefused::Stale { .. })) => {}
                Err(Failure::Refused(why)) => {
                    if unknown && self.is_stored(invoice).await? {
                        return Ok(());
                    }
                    return Err(refusal(why));
                }
            }
        }
        match unknown {
            true => Err(OpenRefused::Unknown),
            false => Err(OpenRefused::Busy),
        }
    }

    async fn is_stored(&self, invoice: &Invoice) -> Result<bool, OpenRefused> {
        let stored = self.office.ports.books.invoice(invoice.id).await;
        let stored = stored.map_err(|_| OpenRefused::Unknown)?;
        Ok(stored.is_some_and(|stored| stored.row.gateway_order_id == invoice.gateway_order_id))
    }

    async fn intent(
        &self,
        message: &OpenInvoice,
        invoice: &Invoice,
    ) -> Result<Commit, OpenRefused> {
        let mut commit = self.office.commit();
        commit.update = message.update;
        commit
            .rows
            .push(RowWrite::Invoice(Write::new(invoice.clone())));
        let customer = invoice.customer;
        let order = match (invoice.purpose, message.order.as_deref()) {
            (Purpose::TopUp, None) => return Ok(commit),
            (Purpose::Order(order), None) => {
                self.must_wait(order, customer).await?;
                order
            }
            (Purpose::Order(order), Some(new)) if is_payable(&new.order, order, customer) => {
                let write = Write::new(new.order.clone());
                commit.rows.push(RowWrite::Order(write));
                let live = new.live.clone().map(Write::new);
                commit.rows.extend(live.map(RowWrite::Live));
                order
            }
            (Purpose::TopUp | Purpose::Order(_), Some(_)) => {
                return Err(OpenRefused::Refused(
                    "the order is not this invoice's".into(),
                ));
            }
        };
        self.replace_older(&mut commit, customer, order).await?;
        commit.guards.push(Guard::NotFrozen(customer));
        commit.guards.push(Guard::NoDebt(customer));
        commit.guards.push(Guard::NoOtherOpenOrder {
            customer,
            except: order,
        });
        Ok(commit)
    }

    async fn must_wait(&self, order: OrderId, customer: CustomerId) -> Result<(), OpenRefused> {
        let stored = self.office.ports.books.order(order).await;
        match stored.map_err(|_| OpenRefused::Busy)? {
            Some(stored) if is_payable(&stored.row, order, customer) => Ok(()),
            Some(_) | None => Err(OpenRefused::Refused(format!(
                "{order} does not wait for a payment"
            ))),
        }
    }

    /// Closes our side of older invoices of the same order; one of another order refuses.
    async fn replace_older(
        &self,
        commit: &mut Commit,
        customer: CustomerId,
        order: OrderId,
    ) -> Result<(), OpenRefused> {
        let now = self.office.ports.clock.now();
        let older = self.office.ports.books.invoices_of(customer).await;
        for seen in older.map_err(|_| OpenRefused::Busy)? {
            if !seen.row.is_open_for_an_order(now) {
                continue;
            }
            if seen.row.purpose != Purpose::Order(order) {
                return Err(OpenRefused::AlreadyOpen);
            }
            self.replace(commit, seen.row.id).await?;
        }
        Ok(())
    }

    async fn replace(&self, commit: &mut Commit, id: InvoiceId) -> Result<(), OpenRefused> {
        let file = self.office.ports.books.invoice_file(id).await;
        let file = file.map_err(|_| OpenRefused::Busy)?;
        let file = file.ok_or(OpenRefused::Busy)?;
        let terms = self.terms_of(&Step::default());
        let refused = |why: InvoiceRefused| OpenRefused::Refused(why.to_string());
        let decided = decide::decide(&file, &[InvoiceEvent::Replaced], terms).map_err(refused)?;
        if let Ok(joined) = decided {
            let row = self.office.absorb(commit, joined.decision).invoice;
            let write = Write::over(&file.invoice, row);
            commit.rows.push(RowWrite::Invoice(write));
        }
        Ok(())
    }
}

/// How a creating call is made.
#[derive(Clone, Copy, Debug)]
pub(super) struct Creating {
    /// Whether a customer waits: then "not done" cancels, and asking again is a new intent.
    pub(super) gives_up: bool,
    /// Whether the order ends with an invoice that cannot be paid.
    pub(super) ends_order: bool,
}

impl Desk {
    /// Makes the creating call of a stored intent and commits its answer. Repeating it under the
    /// same order id is the same call.
    pub(super) async fn create(&self, invoice: &Invoice, how: Creating) -> Result<Done, Trouble> {
        let request = invoice.create_request();
        let call = self.office.ports.invoicing.open(&request);
        let answer = match tokio::time::timeout(self.settings.call, call).await {
            Ok(answer) => answer,
            Err(_elapsed) => Err(Failure::unknown("no answer in time")),
        };
        let step = Step {
            events: of_creation(answer, invoice, how.gives_up),
            ends_order: how.ends_order,
            ..Step::default()
        };
        let done = self.settle(invoice.id, &step).await?;
        if let Done::Changed(changed) = &done {
            self.note_creation(changed);
        }
        Ok(done)
    }

    fn note_creation(&self, changed: &Changed) {
        match &changed.after.standing {
            Standing::Open(_) => self.counts.opened.one(),
            Standing::Wanted { .. }
            | Standing::Asked
            | Standing::Refused { .. }
            | Standing::NotOurs => self.counts.failed.one(),
        }
    }
}

fn of_creation(
    answer: Result<Report, Failure<GatewayRefused>>,
    invoice: &Invoice,
    gives_up: bool,
) -> Vec<InvoiceEvent> {
    let id = invoice.id;
    let not_done = |why: String| {
        tracing::warn!(invoice.id = %id, "{id} was not created: {why}");
        let mut events = vec![InvoiceEvent::CreationNotDone { why }];
        events.extend(gives_up.then_some(InvoiceEvent::CustomerCancelled));
        events
    };
    match answer {
        Ok(report) => vec![InvoiceEvent::Created(Box::new(report))],
        Err(Failure::Refused(GatewayRefused::Request { text })) => {
            tracing::warn!(invoice.id = %id, "{id} was refused: {text}");
            vec![InvoiceEvent::CreationRefused { why: text }]
        }
        // The shop's own trouble, which the next call may not meet.
        Err(Failure::Refused(refused @ (GatewayRefused::Key | GatewayRefused::NoSuchInvoice))) => {
            not_done(refused.to_string())
        }
        Err(Failure::NotDone { cause }) => not_done(cause),
        Err(Failure::Unknown { cause }) => {
            tracing::warn!(invoice.id = %id, "{id}: outcome of creation unknown: {cause}");
            vec![InvoiceEvent::CreationUnknown]
        }
    }
}

fn opened(invoice: Invoice) -> Result<Opened, OpenRefused> {
    match &invoice.standing {
        Standing::Open(_) => Ok(Opened { invoice }),
        Standing::Refused { why } => Err(OpenRefused::Refused(why.clone())),
        Standing::Wanted { .. } => Err(OpenRefused::GatewayDown),
        Standing::Asked => Err(OpenRefused::Unknown),
        Standing::NotOurs => Err(OpenRefused::Refused(
            "the gateway returned another invoice".into(),
        )),
    }
}

fn is_payable(order: &Order, id: OrderId, customer: CustomerId) -> bool {
    let waits = match &order.state {
        OrderState::AwaitingPayment { .. } => true,
        OrderState::Held { .. }
        | OrderState::Linked { .. }
        | OrderState::Paying { .. }
        | OrderState::Paid { .. }
        | OrderState::Delivered { .. }
        | OrderState::Refunded { .. }
        | OrderState::Cancelled { .. }
        | OrderState::Parked { .. } => false,
    };
    waits && order.id == id && order.customer == customer
}

fn refusal(why: CommitRefused) -> OpenRefused {
    match why {
        CommitRefused::Handled(_) => OpenRefused::Handled,
        CommitRefused::Guard(Guard::NotFrozen(_)) => OpenRefused::Frozen,
        CommitRefused::Guard(Guard::NoDebt(_)) => OpenRefused::Debt,
        // The quote is another order's, or another order waits.
        CommitRefused::Taken { .. } | CommitRefused::Guard(Guard::NoOtherOpenOrder { .. }) => {
            OpenRefused::AlreadyOpen
        }
        CommitRefused::Rule { rule } => OpenRefused::Refused(rule),
        CommitRefused::OtherLife { .. }
        | CommitRefused::Fenced { .. }
        | CommitRefused::Stale { .. }
        | CommitRefused::Floor { .. } => OpenRefused::Busy,
    }
}
