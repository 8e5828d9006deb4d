//! Orders as their customer sees and changes them.

use super::desk::Desk;
use super::memory::Memory;
use super::turn::Trouble;
use crate::domain::dialog::{Answer, Note, OrderFace};
use crate::domain::ids::{Epoch, OrderId};
use crate::domain::invoice::{Invoice, Purpose};
use crate::domain::order::{self, Order, OrderEvent, OrderRefused};
use crate::ports::Failure;
use crate::ports::books::{RowWrite, Seen, Write};

/// No lease was ever granted under it. A session holds none: what needs one is only wished for, and
/// fulfilment sees to it.
const NO_LEASE: Epoch = Epoch::new(-1);

impl Desk {
    /// An order, if it is this customer's.
    pub(super) async fn order_of(
        &self,
        id: OrderId,
        memory: &Memory,
    ) -> Result<Option<Seen<Order>>, Trouble> {
        let seen = self.office.ports.books.order(id).await?;
        Ok(seen.filter(|seen| seen.row.customer == memory.customer))
    }

    /// An order as it is shown: with its invoice and its transfers.
    pub(super) async fn face(
        &self,
        id: OrderId,
        memory: &Memory,
    ) -> Result<Option<OrderFace>, Trouble> {
        let file = self.office.ports.books.order_file(id).await?;
        let own = file.filter(|file| file.order.row.customer == memory.customer);
        Ok(own.map(|file| file.face(self.now())))
    }

    /// The newest invoice that is still to be paid for an order.
    pub(super) async fn invoice_of(
        &self,
        order: OrderId,
        memory: &Memory,
    ) -> Result<Option<Invoice>, Trouble> {
        let invoices = self.office.ports.books.invoices_of(memory.customer).await?;
        let now = self.now();
        let of_order = |invoice: &Invoice| {
            invoice.purpose == Purpose::Order(order) && invoice.is_open_for_an_order(now)
        };
        let mut invoices = invoices.into_iter().map(|seen| seen.row);
        Ok(invoices.find(of_order))
    }

    pub(super) async fn show_order(
        &self,
        id: OrderId,
        memory: &Memory,
        note: Option<Note>,
    ) -> Result<Answer, Trouble> {
        Ok(match self.face(id, memory).await? {
            Some(face) => Answer::Order {
                face: Box::new(face),
                note,
            },
            None => Answer::NoSuchOrder,
        })
    }

    /// Cancels what is not paid: through payment where an invoice is open, else in the books.
    pub(super) async fn cancel_order(
        &self,
        id: OrderId,
        memory: &Memory,
    ) -> Result<Answer, Trouble> {
        let invoice = self.invoice_of(id, memory).await?;
        let note = match invoice {
            Some(invoice) => self.close_invoice(invoice.id).await,
            None => {
                self.decide(id, memory, &OrderEvent::Cancel, Note::Cancelled)
                    .await?
            }
        };
        self.show_order(id, memory, Some(note)).await
    }

    /// Wishes the money back (rule 21). Fulfilment returns it under its lease.
    pub(super) async fn take_back(&self, id: OrderId, memory: &Memory) -> Result<Answer, Trouble> {
        let note = self
            .decide(id, memory, &OrderEvent::TakeBack, Note::TakenBack)
            .await?;
        if note == Note::TakenBack {
            self.colleagues.fulfilment.wake();
        }
        self.show_order(id, memory, Some(note)).await
    }

    /// Lets an order decide and commits that, anew where somebody else wrote meanwhile.
    async fn decide(
        &self,
        id: OrderId,
        memory: &Memory,
        event: &OrderEvent,
        done: Note,
    ) -> Result<Note, Trouble> {
        for _ in 0..self.settings.rounds {
            let Some(file) = self.office.ports.books.order_file(id).await? else {
                return Ok(Note::NoSuchOrder);
            };
            let seen = file.order;
            if seen.row.customer != memory.customer {
                return Ok(Note::NoSuchOrder);
            }
            let desk = order::Desk {
                rules: &self.settings.orders,
                wallet: file.wallet.as_ref().map(|wallet| &wallet.row),
                epoch: NO_LEASE,
                now: self.now(),
            };
            let decision = match seen.row.decide(event.clone(), desk) {
                Ok(decision) => decision,
                Err(why) => return Ok(refusal(&why)),
            };
            let mut commit = self.office.commit();
            let row = self.office.absorb(&mut commit, decision);
            commit.rows.push(RowWrite::Order(Write::over(&seen, row)));
            match self.office.write(commit).await {
                Ok(()) => return Ok(done),
                // Somebody else wrote, or perhaps we did: read again.
                Err(Failure::Refused(_) | Failure::Unknown { .. }) => {}
                Err(Failure::NotDone { cause }) => return Err(Trouble::NotDone(cause)),
            }
        }
        Ok(Note::TryAgain)
    }
}

/// Why a wish was not granted.
fn refusal(why: &OrderRefused) -> Note {
    match why {
        OrderRefused::TooEarly { from, .. } => Note::TooEarly { from: *from },
        OrderRefused::AlreadySigned { .. } => Note::AlreadySigned,
        OrderRefused::NotInState {
            event: "take back", ..
        } => Note::AlreadySigned,
        OrderRefused::NotInState { .. } => Note::NotCancelled,
        OrderRefused::NotExplained { .. }
        | OrderRefused::WrongWallet { .. }
        | OrderRefused::WrongTransfer { .. }
        | OrderRefused::NeedsMore { .. }
        | OrderRefused::Money(_)
        | OrderRefused::Ledger(_) => Note::TryAgain,
    }
}
