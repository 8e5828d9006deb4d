//! A decision on its way: the invoice, the purse and the customer's row as they will be.

use super::{
    After, Context, DropReason, Invoice, InvoiceRefused, Oddity, Purpose, Settled, Ticket,
};
use crate::domain::Timestamp;
use crate::domain::customer::{Customer, Purse};
use crate::domain::decision::Decision;
use crate::domain::ids::OrderId;
use crate::domain::ledger::{Account, Entry};
use crate::domain::money::MicroUsd;
use crate::domain::notice::{News, OperatorNews, Owed};

/// How many oddities an invoice keeps; the last place says that there were more.
const ODDITIES: usize = 32;

/// Every entry that is posted here moves the purse too, so that the next rule of the same decision
/// sees the balances as they will be.
pub(super) struct Draft<'a> {
    pub(super) invoice: Invoice,
    pub(super) purse: Purse,
    pub(super) customer: Customer,
    pub(super) context: Context<'a>,
    pub(super) now: Timestamp,
    pub(super) hold: Option<OrderId>,
    pub(super) ticket: Option<Ticket>,
    entries: Vec<Entry>,
    notices: Vec<Owed>,
    redraw: bool,
}

impl<'a> Draft<'a> {
    pub(super) fn of(invoice: &Invoice, context: Context<'a>, now: Timestamp) -> Self {
        Self {
            invoice: invoice.clone(),
            purse: context.purse,
            customer: context.customer.clone(),
            context,
            now,
            hold: None,
            ticket: None,
            entries: Vec::new(),
            notices: Vec::new(),
            redraw: false,
        }
    }

    /// Posts an entry, unless nothing moves.
    pub(super) fn post(&mut self, entry: Entry) -> Result<(), InvoiceRefused> {
        if entry.is_empty() {
            return Ok(());
        }
        let customer = self.invoice.customer;
        let change = |account: Account| {
            let effects = entry.postings.iter().map(|p| p.effect_on(account));
            MicroUsd::from_micros(effects.fold(0, i64::saturating_add))
        };
        self.purse = Purse {
            available: self
                .purse
                .available
                .checked_add(change(Account::Customer(customer)))?,
            held: self
                .purse
                .held
                .checked_add(change(Account::CustomerHeld(customer)))?,
            debt: self
                .purse
                .debt
                .checked_add(change(Account::CustomerDebt(customer)))?,
        };
        self.entries.push(entry);
        Ok(())
    }

    /// Adds to an entry that gives the customer `given` the part that pays an old debt, and says
    /// how much that is.
    pub(super) fn pay_debt(
        &self,
        entry: Entry,
        given: MicroUsd,
    ) -> Result<(Entry, MicroUsd), InvoiceRefused> {
        let customer = self.invoice.customer;
        let paid = given.min(self.purse.debt).max(MicroUsd::ZERO);
        let entry = entry.post(
            Account::Customer(customer),
            Account::CustomerDebt(customer),
            paid,
        )?;
        Ok((entry, paid))
    }

    pub(super) fn tell(&mut self, news: News) {
        self.notices
            .push(Owed::customer(self.invoice.customer, news));
    }

    /// Tells the operators, once for each oddity of an invoice.
    pub(super) fn odd(&mut self, oddity: Oddity) {
        let known = &mut self.invoice.oddities;
        if known.contains(&oddity) || known.len() >= ODDITIES {
            return;
        }
        let oddity = if known.len() + 1 == ODDITIES {
            Oddity::More
        } else {
            oddity
        };
        let what = oddity.to_string();
        known.push(oddity.clone());
        let n = u32::try_from(known.len()).unwrap_or(u32::MAX);
        self.notices.push(Owed::operators(OperatorNews::InvoiceOdd {
            invoice: self.invoice.id,
            n,
            what,
            oddity: Some(oddity),
        }));
    }

    /// The order's live message no longer shows the truth.
    pub(super) const fn redraw(&mut self) {
        self.redraw = true;
    }

    pub(super) fn settled(self) -> Settled {
        let order = match self.invoice.purpose {
            Purpose::Order(order) if self.redraw => Some(order),
            Purpose::Order(_) | Purpose::TopUp => None,
        };
        let customer = (self.customer != *self.context.customer).then_some(self.customer);
        Settled::Changed(Box::new(Decision {
            next: After {
                invoice: self.invoice,
                customer,
                hold: self.hold,
                ticket: self.ticket,
            },
            entries: self.entries,
            notices: self.notices,
            stale: order.into_iter().collect(),
        }))
    }
}

/// A handler's short way to say that nothing changes.
pub(super) type Step = Result<Option<DropReason>, InvoiceRefused>;

/// The event is part of the decision.
pub(super) const CHANGED: Step = Ok(None);

/// The event changes nothing.
pub(super) const fn dropped(reason: DropReason) -> Step {
    Ok(Some(reason))
}
