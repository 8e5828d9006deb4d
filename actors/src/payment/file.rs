//! Everything about one invoice that its next step needs.

use super::desk::Desk;
use crate::domain::customer::{Customer, Purse};
use crate::domain::ids::InvoiceId;
use crate::domain::invoice::{Invoice, Purpose};
use crate::domain::money::NanoTon;
use crate::domain::order::{Order, OrderState};
use crate::domain::wallet::Wallet;
use crate::ports::Unreadable;
use crate::ports::books::Seen;

/// An invoice with what its decisions depend on. Not read at one moment: invoice, order and
/// customer carry the versions that a commit names, and floors and guards keep the rest.
#[derive(Debug)]
pub(super) struct File {
    pub(super) invoice: Seen<Invoice>,
    pub(super) customer: Seen<Customer>,
    pub(super) purse: Purse,
    /// The order it is for.
    pub(super) order: Option<Seen<Order>>,
    /// The wallets with what they have free; empty unless the order waits for its money.
    pub(super) wallets: Vec<(Wallet, NanoTon)>,
}

impl Desk {
    /// Reads the file of an invoice.
    pub(super) async fn file(&self, id: InvoiceId) -> Result<Option<File>, Unreadable> {
        let books = &self.office.ports.books;
        let Some(invoice) = books.invoice(id).await? else {
            return Ok(None);
        };
        let owner = invoice.row.customer;
        let customer = books.customer(owner).await?;
        let customer = customer.ok_or_else(|| Unreadable::new(format!("{owner} is missing")))?;
        let purse = books.purse(owner).await?;
        let order = match invoice.row.purpose {
            Purpose::TopUp => None,
            Purpose::Order(order) => books.order(order).await?,
        };
        let wallets = match order.as_ref().map(|order| &order.row.state) {
            Some(OrderState::AwaitingPayment { .. }) => self.floats().await?,
            Some(
                OrderState::Held { .. }
                | OrderState::Linked { .. }
                | OrderState::Paying { .. }
                | OrderState::Paid { .. }
                | OrderState::Delivered { .. }
                | OrderState::Refunded { .. }
                | OrderState::Cancelled { .. }
                | OrderState::Parked { .. },
            )
            | None => Vec::new(),
        };
        Ok(Some(File {
            invoice,
            customer,
            purse,
            order,
            wallets,
        }))
    }

    async fn floats(&self) -> Result<Vec<(Wallet, NanoTon)>, Unreadable> {
        let books = &self.office.ports.books;
        let mut floats = Vec::new();
        for wallet in books.wallets().await? {
            let free = books.float(wallet.row.address).await?;
            floats.push((wallet.row, free));
        }
        Ok(floats)
    }
}
