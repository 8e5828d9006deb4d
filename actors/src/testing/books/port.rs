//! The port, method by method.

use async_trait::async_trait;

use super::faults::Fault;
use super::state::State;
use super::{MemoryBooks, RETIRED};
use crate::domain::audit::Audited;
use crate::domain::breaks::{Break, Purchased};
use crate::domain::customer::{Customer, Language, Purse};
use crate::domain::ids::{
    CustomerId, GatewayOrderId, IncarnationId, InvoiceId, OrderId, OrderNumber, Pseudonym,
    ReplicaId, TelegramId, TransferId, Version, WalletAddress,
};
use crate::domain::invoice::Invoice;
use crate::domain::ledger::{Account, Statement, TrialBalance};
use crate::domain::login::Login;
use crate::domain::money::NanoTon;
use crate::domain::notice::{Audience, Notice};
use crate::domain::order::{HistoryRow, Order};
use crate::domain::pricing::ShopPrices;
use crate::domain::report::Turnover;
use crate::domain::shop::Shop;
use crate::domain::transfer::{Transfer, TransferState};
use crate::domain::wallet::{Known, Wallet};
use crate::domain::{Span, Timestamp};
use crate::ports::books::{
    Answer, Books, Claim, Commit, CommitFailed, EraseRefused, Erasure, InvoiceFile, KEYS_KEPT,
    Keyed, Lease, LeaseKey, LeaseRow, LiveMessage, OrderFile, Page, Seen, Tally,
};
use crate::ports::{Failure, Unreadable};

/// Orders that a search finds.
const FOUND: usize = 20;

/// The longest list of breaks.
const LONGEST_BREAKS: u32 = 500;

impl MemoryBooks {
    fn read<T>(&self, look: impl FnOnce(&State) -> T) -> Result<T, Unreadable> {
        let mut inner = self.lock();
        inner.counts.reads += 1;
        inner.faults.of_read()?;
        Ok(look(&inner.state))
    }

    fn fault(&self, commit: &Commit) -> Option<Fault> {
        let mut inner = self.lock();
        let fault = inner.faults.of_commit(commit)?;
        inner.counts.faults += 1;
        Some(fault)
    }
}

#[async_trait]
impl Books for MemoryBooks {
    async fn incarnation(&self) -> Result<IncarnationId, Unreadable> {
        self.read(|state| state.life.unwrap_or(RETIRED))
    }

    async fn commit(&self, commit: Commit) -> Result<(), CommitFailed> {
        let Some(fault) = self.fault(&commit) else {
            return self.write(commit);
        };
        match fault {
            Fault::NotDone => Err(Failure::not_done("the commit was lost on its way")),
            Fault::Refused(why) => Err(Failure::Refused(why)),
            Fault::Unknown { done } => {
                // What the books say to it is what the caller does not hear.
                let _unheard = done.then(|| self.write(commit));
                Err(Failure::unknown("the books' answer was lost"))
            }
            Fault::Hangs { done } => {
                let _unheard = done.then(|| self.write(commit));
                std::future::pending().await
            }
        }
    }

    async fn lease(
        &self,
        key: LeaseKey,
        replica: ReplicaId,
        ttl: Span,
    ) -> Result<Option<Lease>, Unreadable> {
        let now = self.now();
        let mut inner = self.lock();
        inner.counts.leases += 1;
        inner.faults.of_read()?;
        Ok(inner.state.leases.take(key, replica, ttl, now))
    }

    async fn release(&self, lease: Lease, replica: ReplicaId) -> Result<(), Unreadable> {
        let mut inner = self.lock();
        inner.faults.of_read()?;
        inner.state.leases.release(lease, replica);
        Ok(())
    }

    async fn customer_of(
        &self,
        telegram: TelegramId,
        language: Language,
        fresh: CustomerId,
        now: Timestamp,
    ) -> Result<Seen<Customer>, Unreadable> {
        let mut inner = self.lock();
        inner.counts.reads += 1;
        inner.faults.of_read()?;
        if let Some(there) = inner.state.customers.of(telegram) {
            return Ok(there.clone());
        }
        if inner.state.customers.get(fresh).is_some() {
            return Err(Unreadable::new(format!("{fresh} is not a fresh id")));
        }
        let opened = Seen {
            row: Customer::open(fresh, telegram, language, now),
            version: Version::FIRST,
        };
        inner.state.customers.replace(fresh, Some(opened.clone()));
        Ok(opened)
    }

    async fn customer_at(
        &self,
        telegram: TelegramId,
    ) -> Result<Option<Seen<Customer>>, Unreadable> {
        self.read(|state| state.customers.of(telegram).cloned())
    }

    async fn customer(&self, id: CustomerId) -> Result<Option<Seen<Customer>>, Unreadable> {
        self.read(|state| state.customers.get(id).cloned())
    }

    async fn customers_waiting(
        &self,
        after: Option<CustomerId>,
        limit: u32,
    ) -> Result<Vec<Seen<Customer>>, Unreadable> {
        self.read(|state| state.customers.waiting(after, page(limit)))
    }

    async fn erase(&self, erasure: Erasure) -> Result<(), Failure<EraseRefused>> {
        let mut inner = self.lock();
        let erased = super::erase::erase(&mut inner.state, erasure);
        erased.map_err(Failure::Refused)
    }

    async fn erased(
        &self,
        pseudonym: Pseudonym,
        now: Timestamp,
    ) -> Result<Vec<Seen<Customer>>, Unreadable> {
        self.read(|state| state.customers.erased(pseudonym, now))
    }

    async fn drop_pseudonyms(&self, now: Timestamp, limit: u32) -> Result<u32, Unreadable> {
        let mut inner = self.lock();
        inner.faults.of_read()?;
        let dropped = inner.state.customers.drop_pseudonyms(now, page(limit));
        Ok(u32::try_from(dropped).unwrap_or(u32::MAX))
    }

    async fn purse(&self, customer: CustomerId) -> Result<Purse, Unreadable> {
        self.read(|state| state.purse(customer))
    }

    async fn statement(&self, account: Account, last: u32) -> Result<Statement, Unreadable> {
        self.read(|state| state.ledger.statement(account, last))
    }

    async fn trial_balance(&self) -> Result<TrialBalance, Unreadable> {
        self.read(|state| state.ledger.trial_balance())
    }

    async fn order(&self, id: OrderId) -> Result<Option<Seen<Order>>, Unreadable> {
        self.read(|state| state.orders.get(id).cloned())
    }

    async fn order_numbered(
        &self,
        number: &OrderNumber,
    ) -> Result<Option<Seen<Order>>, Unreadable> {
        self.read(|state| state.orders.numbered(number).cloned())
    }

    async fn order_file(&self, id: OrderId) -> Result<Option<OrderFile>, Unreadable> {
        self.read(|state| state.order_file(id))
    }

    async fn orders_due(&self, now: Timestamp, limit: u32) -> Result<Vec<OrderId>, Unreadable> {
        self.read(|state| state.orders.due(now, limit))
    }

    async fn orders_of_wallet(
        &self,
        wallet: WalletAddress,
    ) -> Result<Vec<Seen<Order>>, Unreadable> {
        self.read(|state| state.orders.bound_to(wallet))
    }

    async fn orders_of(
        &self,
        customer: CustomerId,
        page: Page,
    ) -> Result<Vec<Seen<Order>>, Unreadable> {
        self.read(|state| state.orders.of_customer(customer, page))
    }

    async fn latest_orders(&self, page: Page) -> Result<Vec<Seen<Order>>, Unreadable> {
        self.read(|state| state.orders.latest(page))
    }

    async fn orders_with(&self, name: String) -> Result<Vec<Seen<Order>>, Unreadable> {
        self.read(|state| {
            let mut owners = state.names.owners_of(&name);
            owners.extend(state.transfers.with_hash(&name));
            owners.sort_unstable();
            owners.dedup();
            let newest = owners.into_iter().rev().take(FOUND);
            newest
                .filter_map(|id| state.orders.get(id).cloned())
                .collect()
        })
    }

    async fn transfer(&self, id: TransferId) -> Result<Option<Seen<Transfer>>, Unreadable> {
        self.read(|state| state.transfers.get(id).cloned())
    }

    async fn purchases(
        &self,
        wallet: WalletAddress,
        limit: u32,
    ) -> Result<Vec<Purchased>, Unreadable> {
        self.read(|state| state.purchases(wallet, limit, |_| true))
    }

    async fn watched(
        &self,
        wallet: WalletAddress,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<Purchased>, Unreadable> {
        self.read(|state| {
            state.purchases(wallet, limit, |one| {
                let paid = matches!(one.transfer.state, TransferState::Paid { .. });
                paid && one.order.watched_until().is_some_and(|until| until > now)
            })
        })
    }

    async fn breaks_open(&self, limit: u32) -> Result<Vec<Seen<Break>>, Unreadable> {
        let limit = usize::try_from(limit.min(LONGEST_BREAKS)).unwrap_or(usize::MAX);
        self.read(|state| {
            let open = state.breaks.values().filter(|seen| seen.row.is_open());
            open.take(limit).cloned().collect()
        })
    }

    async fn breaks_named(&self, keys: Vec<String>) -> Result<Vec<Seen<Break>>, Unreadable> {
        self.read(|state| {
            let named = state.breaks.iter().filter(|(key, _)| keys.contains(key));
            named.map(|(_, seen)| seen.clone()).collect()
        })
    }

    async fn wallets(&self) -> Result<Vec<Seen<Wallet>>, Unreadable> {
        self.read(|state| state.wallets.values().cloned().collect())
    }

    async fn float(&self, wallet: WalletAddress) -> Result<NanoTon, Unreadable> {
        self.read(|state| NanoTon::from_nanos(state.ledger.balance(Account::Float(wallet))))
    }

    async fn known(&self, wallet: WalletAddress) -> Result<Known, Unreadable> {
        self.read(|state| state.known(wallet))
    }

    async fn unclaimed(&self, rows: Vec<HistoryRow>) -> Result<Vec<HistoryRow>, Unreadable> {
        self.read(|state| {
            let free = |row: &HistoryRow| state.names.owner(&Claim::History(row.clone())).is_none();
            rows.into_iter().filter(free).collect()
        })
    }

    async fn invoice(&self, id: InvoiceId) -> Result<Option<Seen<Invoice>>, Unreadable> {
        self.read(|state| state.invoices.get(id).cloned())
    }

    async fn invoice_named(
        &self,
        name: &GatewayOrderId,
    ) -> Result<Option<Seen<Invoice>>, Unreadable> {
        self.read(|state| state.invoices.named(name).cloned())
    }

    async fn invoice_file(&self, id: InvoiceId) -> Result<Option<InvoiceFile>, Unreadable> {
        self.read(|state| state.invoice_file(id))
    }

    async fn invoices_due(&self, now: Timestamp, limit: u32) -> Result<Vec<InvoiceId>, Unreadable> {
        self.read(|state| state.invoices.due(now, limit))
    }

    async fn invoices_of(&self, customer: CustomerId) -> Result<Vec<Seen<Invoice>>, Unreadable> {
        self.read(|state| state.invoices.payable_by(customer))
    }

    async fn latest_invoices(
        &self,
        customer: Option<CustomerId>,
        page: Page,
    ) -> Result<Vec<Seen<Invoice>>, Unreadable> {
        let (skipped, most) = (page.offset, self::page(page.limit));
        self.read(|state| {
            let mut all: Vec<&Seen<Invoice>> = state.invoices.all().collect();
            all.retain(|seen| customer.is_none_or(|it| it == seen.row.customer));
            all.sort_unstable_by_key(|seen| std::cmp::Reverse(seen.row.id));
            let skipped = usize::try_from(skipped).unwrap_or(usize::MAX);
            let page = all.into_iter().skip(skipped).take(most);
            page.cloned().collect()
        })
    }

    async fn leases(&self, limit: u32) -> Result<Vec<LeaseRow>, Unreadable> {
        self.read(|state| state.leases.rows(page(limit)))
    }

    async fn logins(&self) -> Result<Vec<Seen<Login>>, Unreadable> {
        self.read(|state| state.logins.values().cloned().collect())
    }

    async fn prices(&self) -> Result<Option<Seen<ShopPrices>>, Unreadable> {
        self.read(|state| state.prices.clone())
    }

    async fn shop(&self) -> Result<Option<Seen<Shop>>, Unreadable> {
        self.read(|state| state.shop.clone())
    }

    async fn turnover(&self, from: Timestamp, to: Timestamp) -> Result<Turnover, Unreadable> {
        self.read(|state| state.ledger.turnover(from, to))
    }

    async fn notices_due(
        &self,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<Seen<Notice>>, Unreadable> {
        self.read(|state| state.notices.due(now, limit))
    }

    async fn notices_kept(&self, customer: CustomerId) -> Result<Vec<Seen<Notice>>, Unreadable> {
        self.read(|state| state.notices.kept(customer))
    }

    async fn notices_of(
        &self,
        audience: Audience,
        page: Page,
    ) -> Result<Vec<Seen<Notice>>, Unreadable> {
        self.read(|state| state.notices.of(audience, page))
    }

    async fn audit(&self, subject: Option<String>, page: Page) -> Result<Vec<Audited>, Unreadable> {
        let (skipped, most) = (page.offset, self::page(page.limit));
        self.read(|state| {
            let newest = state.audit.values().rev();
            let about = |line: &&Audited| subject.as_ref().is_none_or(|it| *it == line.subject);
            let skipped = usize::try_from(skipped).unwrap_or(usize::MAX);
            newest
                .filter(about)
                .skip(skipped)
                .take(most)
                .cloned()
                .collect()
        })
    }

    async fn answer_begun(
        &self,
        key: String,
        digest: String,
        at: Timestamp,
    ) -> Result<Keyed, Unreadable> {
        let mut inner = self.lock();
        inner.faults.of_read()?;
        let answers = &mut inner.state.answers;
        answers.retain(|_, (_, since, _)| *since >= at - KEYS_KEPT);
        Ok(match answers.get(&key) {
            None => {
                answers.insert(key, (digest, at, None));
                Keyed::Fresh
            }
            Some((asked, _, answer)) if *asked == digest => Keyed::Same(answer.clone()),
            Some(_) => Keyed::Other,
        })
    }

    async fn answer_given(&self, key: String, answer: Answer) -> Result<(), Unreadable> {
        let mut inner = self.lock();
        inner.faults.of_read()?;
        if let Some((_, _, given @ None)) = inner.state.answers.get_mut(&key) {
            *given = Some(answer);
        }
        Ok(())
    }

    async fn tally(&self, now: Timestamp) -> Result<Tally, Unreadable> {
        let clock = self.now();
        self.read(|state| Tally {
            open_invoices: state.invoices.payable(),
            orders: state.orders.unfinished(),
            waiting_notices: state.notices.waiting(),
            oldest_notice: state.notices.oldest(),
            due_orders: state.orders.due_at(now),
            due_invoices: state.invoices.due_at(now),
            due_notices: state.notices.due_at(now),
            due_messages: state.live.due_at(now),
            leases: state.leases.counted(clock),
        })
    }

    async fn live_due(
        &self,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<Seen<LiveMessage>>, Unreadable> {
        self.read(|state| state.live.due(now, limit))
    }
}

/// A page's length, as the books cap it.
fn page(limit: u32) -> usize {
    usize::try_from(limit.min(super::rows::LONGEST_PAGE)).unwrap_or(usize::MAX)
}
