//! What a decision needs from the books, from payment and from the notifier within its step.

use super::desk::Desk;
use super::memory::Memory;
use super::turn::Trouble;
use crate::domain::catalog::Product;
use crate::domain::customer::{Customer, Language};
use crate::domain::dialog::{Answer, Inbound, Need, Note, Target};
use crate::domain::ids::InvoiceId;
use crate::domain::ledger::Account;
use crate::notifier::CameBack;
use crate::payment::{CancelInvoice, CustomerSaysSent, Unready};
use crate::ports::Failure;
use crate::ports::books::{CommitRefused, Page, RowWrite, Seen, Write};
use crate::supervision::AskFailed;

impl Desk {
    /// Sees to a need that is not outside.
    pub(super) async fn run(
        &self,
        need: &Need,
        memory: &mut Memory,
        inbound: &Inbound,
    ) -> Result<Answer, Trouble> {
        match need {
            Need::BuyFromBalance { quote } => self.buy(quote, memory, inbound).await,
            Need::Cancel(Target::Order(order)) => self.cancel_order(*order, memory).await,
            Need::Cancel(Target::Invoice(invoice)) => self.cancel_top_up(*invoice, memory).await,
            Need::TakeBack(order) => self.take_back(*order, memory).await,
            Need::SaysSent(target) => self.says_sent(*target, memory).await,
            Need::ShowOrder(order) => self.show_order(*order, memory, None).await,
            Need::FindOrder(number) => {
                let found = self.office.ports.books.order_numbered(number).await?;
                match found {
                    Some(seen) => self.show_order(seen.row.id, memory, None).await,
                    None => Ok(Answer::NoSuchOrder),
                }
            }
            Need::ShowInvoice(invoice) => self.show_invoice(*invoice, memory, None).await,
            Need::Statement => {
                let account = Account::Customer(memory.customer);
                let last = self.settings.dialog.statement_lines;
                let statement = self.office.ports.books.statement(account, last).await?;
                Ok(Answer::Statement(statement))
            }
            Need::Orders { page } => self.list(*page, memory).await,
            Need::WhereAreMyStars => self.list(0, memory).await,
            Need::AsBefore { order, quantity } => {
                let Some(seen) = self.order_of(*order, memory).await? else {
                    return Ok(Answer::NoSuchOrder);
                };
                let before = seen.row.quote;
                Ok(Answer::AsBefore {
                    product: quantity.map_or(before.product, Product::Stars),
                    username: before.recipient.username,
                    fewer: quantity.is_some(),
                })
            }
            Need::Speak(language) => self.speak(*language, memory, inbound).await,
            Need::TellMe => self.tell_me(memory, inbound).await,
            Need::CameBack => self.came_back(memory, inbound).await,
            Need::MayErase => self.may_erase(memory).await,
            Need::Erase => self.erase(memory, inbound).await,
            Need::Deck(need) => Ok(self.on_deck(need, inbound).await),
            Need::Cancel(Target::Quote(_))
            | Need::FindRecipient { .. }
            | Need::BuyByInvoice { .. }
            | Need::ChangeCoin { .. }
            | Need::TopUp { .. } => Ok(Answer::Noted(None)),
        }
    }

    pub(super) async fn show_invoice(
        &self,
        invoice: InvoiceId,
        memory: &Memory,
        note: Option<Note>,
    ) -> Result<Answer, Trouble> {
        let seen = self.office.ports.books.invoice(invoice).await?;
        let own = seen.filter(|seen| seen.row.customer == memory.customer);
        Ok(match own {
            Some(seen) => Answer::Invoice {
                invoice: Box::new(seen.row),
                note,
            },
            None => Answer::NoSuchOrder,
        })
    }

    async fn list(&self, page: u16, memory: &Memory) -> Result<Answer, Trouble> {
        let each = u32::from(self.settings.dialog.orders_a_page);
        let page = Page {
            offset: u32::from(page).saturating_mul(each),
            limit: each.saturating_add(1),
        };
        let books = &self.office.ports.books;
        let mut orders = books.orders_of(memory.customer, page).await?;
        let each = usize::from(self.settings.dialog.orders_a_page);
        let more = orders.len() > each;
        orders.truncate(each);
        let orders = orders.into_iter().map(|seen| seen.row).collect();
        Ok(Answer::Orders { orders, more })
    }

    async fn cancel_top_up(&self, id: InvoiceId, memory: &Memory) -> Result<Answer, Trouble> {
        let Answer::Invoice { invoice, .. } = self.show_invoice(id, memory, None).await? else {
            return Ok(Answer::NoSuchOrder);
        };
        let note = self.close_invoice(invoice.id).await;
        self.show_invoice(id, memory, Some(note)).await
    }

    /// Asks payment to close our side of an invoice.
    pub(super) async fn close_invoice(&self, invoice: InvoiceId) -> Note {
        let deadline = self.settings.colleague;
        let asked = self
            .colleagues
            .cancel_invoice
            .ask(CancelInvoice { invoice }, deadline);
        note_of(asked.await, Note::Cancelled)
    }

    async fn says_sent(&self, target: Target, memory: &Memory) -> Result<Answer, Trouble> {
        let invoice = match target {
            Target::Quote(_) => return Ok(Answer::Noted(None)),
            Target::Invoice(invoice) => {
                let seen = self.office.ports.books.invoice(invoice).await?;
                let own = seen.filter(|seen| seen.row.customer == memory.customer);
                own.map(|_| invoice)
            }
            Target::Order(order) => {
                let face = self.face(order, memory).await?;
                face.and_then(|face| face.invoice).map(|invoice| invoice.id)
            }
        };
        let note = match invoice {
            Some(invoice) => {
                let deadline = self.settings.colleague;
                let sent = CustomerSaysSent { invoice };
                let asked = self.colleagues.says_sent.ask(sent, deadline);
                Some(note_of(asked.await, Note::KeepLooking))
            }
            None => None,
        };
        match target {
            Target::Order(order) => self.show_order(order, memory, note).await,
            Target::Invoice(invoice) => self.show_invoice(invoice, memory, note).await,
            Target::Quote(_) => Ok(Answer::Noted(note)),
        }
    }

    async fn speak(
        &self,
        language: Language,
        memory: &mut Memory,
        inbound: &Inbound,
    ) -> Result<Answer, Trouble> {
        let changed = self
            .change_customer(memory, inbound, |customer| Customer {
                language,
                ..customer
            })
            .await?;
        if changed {
            memory.language = language;
            return Ok(Answer::Noted(None));
        }
        Ok(Answer::Noted(Some(Note::TryAgain)))
    }

    async fn tell_me(&self, memory: &Memory, inbound: &Inbound) -> Result<Answer, Trouble> {
        let changed = self
            .change_customer(memory, inbound, |customer| Customer {
                wants_opening: true,
                ..customer
            })
            .await?;
        Ok(Answer::Noted((!changed).then_some(Note::TryAgain)))
    }

    /// Writes a customer's row anew; false if others keep writing it.
    async fn change_customer(
        &self,
        memory: &Memory,
        inbound: &Inbound,
        change: impl Fn(Customer) -> Customer,
    ) -> Result<bool, Trouble> {
        for _ in 0..self.settings.rounds {
            let Some(seen) = self.customer(memory).await? else {
                return Ok(false);
            };
            let row = change(seen.row.clone());
            if row == seen.row {
                return Ok(true);
            }
            let mut commit = self.office.commit();
            commit.update = Some(inbound.key);
            commit
                .rows
                .push(RowWrite::Customer(Write::over(&seen, row)));
            match self.office.write(commit).await {
                Ok(()) | Err(Failure::Refused(CommitRefused::Handled(_))) => return Ok(true),
                Err(Failure::Refused(_moved)) => {}
                Err(Failure::NotDone { cause } | Failure::Unknown { cause }) => {
                    return Err(Trouble::NotDone(cause));
                }
            }
        }
        Ok(false)
    }

    async fn customer(&self, memory: &Memory) -> Result<Option<Seen<Customer>>, Trouble> {
        Ok(self.office.ports.books.customer(memory.customer).await?)
    }

    /// `/start`: the account's language counts, and what was kept is owed again.
    async fn came_back(&self, memory: &mut Memory, inbound: &Inbound) -> Result<Answer, Trouble> {
        let Some(seen) = self.customer(memory).await? else {
            return Ok(Answer::Noted(None));
        };
        memory.language = seen.row.language;
        if seen.row.unreachable
            && let Some(notifier) = &self.colleagues.came_back
        {
            let customer = memory.customer;
            let told = notifier.ask(CameBack { customer }, self.settings.colleague);
            if let Err(why) = told.await {
                let update = inbound.key.update;
                tracing::warn!(
                    update,
                    "the notifier did not hear that {customer} is back: {why}"
                );
            }
        }
        Ok(Answer::Noted(None))
    }
}

/// What payment's answer means to the customer.
fn note_of(answer: Result<Result<(), Unready>, AskFailed>, done: Note) -> Note {
    match answer {
        Ok(Ok(())) => done,
        Ok(Err(Unready::NotFound)) => Note::NoSuchOrder,
        Ok(Err(Unready::TryAgain)) | Err(_) => Note::TryAgain,
    }
}
