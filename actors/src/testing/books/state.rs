//! All tables of the books at one moment.

use std::collections::BTreeMap;

use super::customers::Customers;
use super::invoices::Invoices;
use super::leases::Leases;
use super::ledger::Ledger;
use super::live::LiveMessages;
use super::names::Names;
use super::notices::Notices;
use super::orders::Orders;
use super::transfers::Transfers;
use crate::domain::Timestamp;
use crate::domain::audit::Audited;
use crate::domain::breaks::{Break, Purchased};
use crate::domain::customer::Purse;
use crate::domain::ids::{
    AuditId, CustomerId, IncarnationId, InvoiceId, LoginId, OrderId, WalletAddress,
};
use crate::domain::invoice::Purpose;
use crate::domain::ledger::Account;
use crate::domain::login::Login;
use crate::domain::money::{MicroUsd, NanoTon};
use crate::domain::pricing::ShopPrices;
use crate::domain::shop::Shop;
use crate::domain::wallet::{Known, Wallet};
use crate::ports::books::{Answer, InvoiceFile, OrderFile, Seen};

/// The longest page of any list.
const LONGEST_PAGE: u32 = 100;

#[derive(Clone)]
pub(super) struct State {
    /// None once the books are retired.
    pub(super) life: Option<IncarnationId>,
    pub(super) customers: Customers,
    pub(super) orders: Orders,
    pub(super) transfers: Transfers,
    pub(super) wallets: BTreeMap<WalletAddress, Seen<Wallet>>,
    pub(super) invoices: Invoices,
    pub(super) logins: BTreeMap<LoginId, Seen<Login>>,
    pub(super) notices: Notices,
    pub(super) live: LiveMessages,
    pub(super) prices: Option<Seen<ShopPrices>>,
    pub(super) shop: Option<Seen<Shop>>,
    pub(super) breaks: BTreeMap<String, Seen<Break>>,
    pub(super) ledger: Ledger,
    pub(super) leases: Leases,
    pub(super) names: Names,
    pub(super) answers: BTreeMap<String, (String, Timestamp, Option<Answer>)>,
    /// By their ids.
    pub(super) audit: BTreeMap<AuditId, Audited>,
}

impl State {
    pub(super) fn new(life: IncarnationId) -> Self {
        Self {
            life: Some(life),
            customers: Customers::default(),
            orders: Orders::default(),
            transfers: Transfers::default(),
            wallets: BTreeMap::new(),
            invoices: Invoices::default(),
            logins: BTreeMap::new(),
            notices: Notices::default(),
            live: LiveMessages::default(),
            prices: None,
            shop: None,
            breaks: BTreeMap::new(),
            ledger: Ledger::default(),
            leases: Leases::default(),
            names: Names::default(),
            answers: BTreeMap::new(),
            audit: BTreeMap::new(),
        }
    }

    pub(super) fn purse(&self, customer: CustomerId) -> Purse {
        let balance = |account| MicroUsd::from_micros(self.ledger.balance(account));
        Purse {
            available: balance(Account::Customer(customer)),
            held: balance(Account::CustomerHeld(customer)),
            debt: balance(Account::CustomerDebt(customer)),
        }
    }

    pub(super) fn order_file(&self, id: OrderId) -> Option<OrderFile> {
        let order = self.orders.get(id)?.clone();
        let customer = self.customers.get(order.row.customer)?.clone();
        // An order that gave its purchase back keeps what its transfers say.
        let transfers = self.transfers.of_order(id);
        let bound = order.row.purchase().map(|purchase| purchase.wallet);
        let bound = bound.or_else(|| transfers.first().map(|seen| seen.row.wallet));
        let wallet = bound.and_then(|wallet| self.wallets.get(&wallet).cloned());
        Some(OrderFile {
            order,
            transfers,
            wallet,
            customer,
            invoices: self.invoices.of_order(id),
            live: self.live.get(id).cloned(),
        })
    }

    pub(super) fn invoice_file(&self, id: InvoiceId) -> Option<InvoiceFile> {
        let invoice = self.invoices.get(id)?.clone();
        let owner = invoice.row.customer;
        let order = match invoice.row.purpose {
            Purpose::TopUp => None,
            Purpose::Order(order) => self.orders.get(order).cloned(),
        };
        let waits = order.as_ref().is_some_and(|seen| seen.row.awaits_payment());
        let wallets = self.wallets.values().filter(|_| waits);
        let free = |wallet: &Wallet| self.ledger.balance(Account::Float(wallet.address));
        let wallets = wallets.map(|Seen { row, .. }| (row.clone(), NanoTon::from_nanos(free(row))));
        Some(InvoiceFile {
            customer: self.customers.get(owner)?.clone(),
            purse: self.purse(owner),
            wallets: wallets.collect(),
            invoice,
            order,
        })
    }

    /// The newest transfers of a wallet that are wanted, with their orders.
    pub(super) fn purchases(
        &self,
        wallet: WalletAddress,
        limit: u32,
        wanted: impl Fn(&Purchased) -> bool,
    ) -> Vec<Purchased> {
        let limit = usize::try_from(limit.min(LONGEST_PAGE)).unwrap_or(usize::MAX);
        let newest = self.transfers.newest_of(wallet);
        let purchases = newest.filter_map(|seen| {
            let order = self.orders.get(seen.row.order)?.row.clone();
            let transfer = seen.row.clone();
            Some(Purchased { transfer, order })
        });
        purchases.filter(wanted).take(limit).collect()
    }

    pub(super) fn known(&self, wallet: WalletAddress) -> Known {
        Known {
            messages: self.transfers.messages_of(wallet),
            references: self.names.references(),
            destinations: Vec::new(),
            assigned: self.names.assigned(wallet),
        }
    }
}
