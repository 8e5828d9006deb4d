//! The whole books at one moment, for tests and for the predicates that must hold of them.

use super::state::State;
use crate::domain::Timestamp;
use crate::domain::customer::{Customer, Purse};
use crate::domain::ids::{CustomerId, Epoch, InvoiceId, OrderId, TransferId, WalletAddress};
use crate::domain::invoice::Invoice;
use crate::domain::ledger::{Account, Asset, Entry, TrialBalance};
use crate::domain::notice::Notice;
use crate::domain::order::Order;
use crate::domain::transfer::Transfer;
use crate::domain::wallet::Wallet;
use crate::ports::books::{LeaseKey, LiveMessage, Seen};

/// What must hold after every commit; an error says what does not.
pub type Predicate = fn(&BooksView<'_>) -> Result<(), String>;

/// Everything in the books.
pub struct BooksView<'a>(&'a State);

impl<'a> BooksView<'a> {
    pub(super) const fn of(state: &'a State) -> Self {
        Self(state)
    }

    /// All customers, in no order.
    pub fn customers(&self) -> impl Iterator<Item = &'a Seen<Customer>> {
        self.0.customers.all()
    }

    /// All orders, in no order.
    pub fn orders(&self) -> impl Iterator<Item = &'a Seen<Order>> {
        self.0.orders.all()
    }

    /// An order's state, if it exists.
    #[must_use]
    pub fn order(&self, id: OrderId) -> Option<&'a Order> {
        self.0.orders.get(id).map(|seen| &seen.row)
    }

    /// All transfers, in no order.
    pub fn transfers(&self) -> impl Iterator<Item = &'a Seen<Transfer>> {
        self.0.transfers.all()
    }

    /// A transfer, if it exists.
    #[must_use]
    pub fn transfer(&self, id: TransferId) -> Option<&'a Transfer> {
        self.0.transfers.get(id).map(|seen| &seen.row)
    }

    /// All wallets, by address.
    pub fn wallets(&self) -> impl Iterator<Item = &'a Seen<Wallet>> {
        self.0.wallets.values()
    }

    /// A wallet, if the books know it.
    #[must_use]
    pub fn wallet(&self, address: WalletAddress) -> Option<&'a Wallet> {
        self.0.wallets.get(&address).map(|seen| &seen.row)
    }

    /// All invoices, in no order.
    pub fn invoices(&self) -> impl Iterator<Item = &'a Seen<Invoice>> {
        self.0.invoices.all()
    }

    /// An invoice, if it exists.
    #[must_use]
    pub fn invoice(&self, id: InvoiceId) -> Option<&'a Invoice> {
        self.0.invoices.get(id).map(|seen| &seen.row)
    }

    /// All notices, in no order.
    pub fn notices(&self) -> impl Iterator<Item = &'a Seen<Notice>> {
        self.0.notices.all()
    }

    /// The live message of an order.
    #[must_use]
    pub fn live(&self, order: OrderId) -> Option<&'a LiveMessage> {
        self.0.live.get(order).map(|seen| &seen.row)
    }

    /// All entries of the ledger, in the order of their commits.
    #[must_use]
    pub fn entries(&self) -> &'a [(Timestamp, Entry)] {
        self.0.ledger.entries()
    }

    /// An account's balance.
    #[must_use]
    pub fn balance(&self, account: Account) -> i64 {
        self.0.ledger.balance(account)
    }

    /// A customer's balances.
    #[must_use]
    pub fn purse(&self, customer: CustomerId) -> Purse {
        self.0.purse(customer)
    }

    /// The epoch of a lease; zero if nobody ever held it.
    #[must_use]
    pub fn epoch(&self, key: LeaseKey) -> Epoch {
        self.0.leases.epoch(key)
    }

    /// The balances are the sums of the entries, and both assets balance.
    ///
    /// # Errors
    /// Which balance is wrong.
    pub fn balances(&self) -> Result<(), String> {
        let stored = self.0.ledger.trial_balance();
        let mut summed = TrialBalance::default();
        for (_, entry) in self.entries() {
            summed.add(entry);
        }
        for account in stored.accounts.keys().chain(summed.accounts.keys()) {
            let (stored, summed) = (stored.of(*account), summed.of(*account));
            if stored != summed {
                return Err(format!(
                    "{account:?} is stored as {stored}, its entries make {summed}"
                ));
            }
        }
        if summed.balances() {
            return Ok(());
        }
        let (usd, ton) = (summed.imbalance(Asset::Usd), summed.imbalance(Asset::Ton));
        Err(format!(
            "debits minus credits: {usd} micro-USD, {ton} nano-TON"
        ))
    }
}
