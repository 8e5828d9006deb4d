//! The port, method by method.

use async_trait::async_trait;
use starkeeper_actors::domain::audit::Audited;
use starkeeper_actors::domain::breaks::{Break, Purchased};
use starkeeper_actors::domain::customer::{Customer, Language, PSEUDONYM_KEPT, Purse};
use starkeeper_actors::domain::ids::{
    CustomerId, GatewayOrderId, Hash256, IncarnationId, InvoiceId, OrderId, OrderNumber, Pseudonym,
    ReplicaId, TelegramId, TransferId, WalletAddress,
};
use starkeeper_actors::domain::invoice::Invoice;
use starkeeper_actors::domain::ledger::{Account, Statement, TrialBalance};
use starkeeper_actors::domain::login::Login;
use starkeeper_actors::domain::money::NanoTon;
use starkeeper_actors::domain::notice::{Audience, Notice};
use starkeeper_actors::domain::order::{HistoryRow, Order};
use starkeeper_actors::domain::pricing::ShopPrices;
use starkeeper_actors::domain::report::Turnover;
use starkeeper_actors::domain::shop::Shop;
use starkeeper_actors::domain::transfer::Transfer;
use starkeeper_actors::domain::wallet::{Known, Wallet};
use starkeeper_actors::domain::{Span, Timestamp};
use starkeeper_actors::ports::books::{
    Answer, Books, Claim, Commit, CommitFailed, EraseRefused, Erasure, InvoiceFile, KEYS_KEPT,
    Keyed, Lease, LeaseKey, LeaseRow, LiveMessage, OrderFile, Page, Seen, Tally,
};
use starkeeper_actors::ports::{Failure, Unreadable};

use super::columns::At;
use super::open::{Engine, Storage};
use super::plan::encode;
use super::postgres::call::error_of;
use super::{calls, decode, names, steps};

#[macro_use]
mod asked;
mod longer;

#[async_trait]
impl Books for Storage {
    async fn incarnation(&self) -> Result<IncarnationId, Unreadable> {
        let life = read!(self, [], q, |link| q::read::incarnation(link).await?)?;
        Ok(IncarnationId::new(life.unwrap_or_default()))
    }

    async fn commit(&self, commit: Commit) -> Result<(), CommitFailed> {
        let Some(listener) = &self.listener else {
            return self.watched(commit).await;
        };
        let orders = steps::of(&commit);
        self.watched(commit).await?;
        orders.iter().for_each(|order| listener(order));
        Ok(())
    }

    async fn lease(
        &self,
        key: LeaseKey,
        replica: ReplicaId,
        ttl: Span,
    ) -> Result<Option<Lease>, Unreadable> {
        write!(self, [], q, |link| q::keep::lease(link, key, replica, ttl)
            .await?)
        .map_err(calls::failed)
    }

    async fn release(&self, lease: Lease, replica: ReplicaId) -> Result<(), Unreadable> {
        write!(self, [], q, |link| q::keep::release(link, lease, replica)
            .await?)
        .map_err(calls::failed)
    }

    async fn customer_of(
        &self,
        telegram: TelegramId,
        language: Language,
        fresh: CustomerId,
        now: Timestamp,
    ) -> Result<Seen<Customer>, Unreadable> {
        let there = pick!(self, [], q, |link| q::read::customer_at(link, telegram)
            .await?)?;
        if let Some(raw) = there {
            return decode::seen(raw);
        }
        let opened = Customer::open(fresh, telegram, language, now);
        let row = encode::customer(&opened, 1);
        let row = row.map_err(|why| Unreadable::new(why.to_string()))?;
        let raw = write!(self, [row], q, |link| {
            q::keep::customer_of(link, telegram, &row).await?
        });
        decode::seen(raw.map_err(calls::failed)?)
    }

    async fn customer_at(
        &self,
        telegram: TelegramId,
    ) -> Result<Option<Seen<Customer>>, Unreadable> {
        decode::found(pick!(self, [], q, |link| {
            q::read::customer_at(link, telegram).await?
        })?)
    }

    async fn customer(&self, id: CustomerId) -> Result<Option<Seen<Customer>>, Unreadable> {
        decode::found(pick!(self, [], q, |link| q::read::customer(link, id).await?)?)
    }

    async fn customers_waiting(
        &self,
        after: Option<CustomerId>,
        limit: u32,
    ) -> Result<Vec<Seen<Customer>>, Unreadable> {
        decode::list(read!(self, [], q, |link| {
            q::read::customers_waiting(link, after, limit).await?
        })?)
    }

    async fn erase(&self, erasure: Erasure) -> Result<(), Failure<EraseRefused>> {
        self.erase_person(erasure).await
    }

    async fn erased(
        &self,
        pseudonym: Pseudonym,
        now: Timestamp,
    ) -> Result<Vec<Seen<Customer>>, Unreadable> {
        let (name, after) = (pseudonym.hash().to_string(), At(now - PSEUDONYM_KEPT));
        decode::list(read!(self, [name], q, |link| {
            q::read::erased(link, name, after).await?
        })?)
    }

    async fn drop_pseudonyms(&self, now: Timestamp, limit: u32) -> Result<u32, Unreadable> {
        write!(self, [], q, |link| q::erase::drop_pseudonyms(
            link, now, limit
        )
        .await?)
        .map_err(calls::failed)
    }

    async fn purse(&self, customer: CustomerId) -> Result<Purse, Unreadable> {
        gather!(self, purses, customer, pick, q, |link| {
            decode::purse(&q::read::balances(link, customer.get().to_string()).await?)
        })
    }

    async fn statement(&self, account: Account, last: u32) -> Result<Statement, Unreadable> {
        let lines = if account.has_floor() {
            gather!(self, statements, (account, last), glance, q, |link| {
                q::ledger::statement(link, account, last).await?
            })
        } else {
            glance!(self, [], q, |link| {
                q::ledger::statement(link, account, last).await?
            })
        }?;
        decode::statement(account, lines)
    }

    async fn trial_balance(&self) -> Result<TrialBalance, Unreadable> {
        self.balances().await
    }

    async fn order(&self, id: OrderId) -> Result<Option<Seen<Order>>, Unreadable> {
        decode::found(pick!(self, [], q, |link| q::read::order(link, id).await?)?)
    }

    async fn order_numbered(
        &self,
        number: &OrderNumber,
    ) -> Result<Option<Seen<Order>>, Unreadable> {
        let number = number.clone();
        decode::found(read!(self, [number], q, |link| {
            q::read::order_numbered(link, &number).await?
        })?)
    }

    async fn order_file(&self, id: OrderId) -> Result<Option<OrderFile>, Unreadable> {
        let file = read!(self, [], q, |link| q::file::order_file(link, id).await?)?;
        Ok(file)
    }

    async fn orders_due(&self, now: Timestamp, limit: u32) -> Result<Vec<OrderId>, Unreadable> {
        let now = At(now);
        let due = read!(self, [], q, |link| q::read::orders_due(link, now, limit)
            .await?)?;
        Ok(due.into_iter().map(OrderId::new).collect())
    }

    async fn orders_of_wallet(
        &self,
        wallet: WalletAddress,
    ) -> Result<Vec<Seen<Order>>, Unreadable> {
        decode::list(read!(self, [], q, |link| {
            q::read::orders_of_wallet(link, wallet).await?
        })?)
    }

    async fn orders_of(
        &self,
        customer: CustomerId,
        page: Page,
    ) -> Result<Vec<Seen<Order>>, Unreadable> {
        decode::list(read!(self, [], q, |link| {
            q::read::orders_of(link, customer, page).await?
        })?)
    }

    async fn latest_orders(&self, page: Page) -> Result<Vec<Seen<Order>>, Unreadable> {
        decode::list(read!(self, [], q, |link| q::read::latest_orders(
            link, page
        )
        .await?)?)
    }

    async fn orders_with(&self, name: String) -> Result<Vec<Seen<Order>>, Unreadable> {
        let hash = Hash256::parse(&name).ok().map(|hash| hash.to_string());
        decode::list(read!(self, [name, hash], q, |link| {
            q::read::orders_with(link, name, hash).await?
        })?)
    }

    async fn transfer(&self, id: TransferId) -> Result<Option<Seen<Transfer>>, Unreadable> {
        decode::found(read!(self, [], q, |link| q::read::transfer(link, id).await?)?)
    }

    async fn purchases(
        &self,
        wallet: WalletAddress,
        limit: u32,
    ) -> Result<Vec<Purchased>, Unreadable> {
        decode::purchases(read!(self, [], q, |link| q::read::purchases(
            link, wallet, limit
        )
        .await?)?)
    }

    async fn watched(
        &self,
        wallet: WalletAddress,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<Purchased>, Unreadable> {
        let now = At(now);
        decode::purchases(read!(self, [], q, |link| q::read::watched(
            link, wallet, now, limit
        )
        .await?)?)
    }

    async fn breaks_open(&self, limit: u32) -> Result<Vec<Seen<Break>>, Unreadable> {
        decode::list(read!(self, [], q, |link| q::read::breaks_open(
            link, limit
        )
        .await?)?)
    }

    async fn breaks_named(&self, keys: Vec<String>) -> Result<Vec<Seen<Break>>, Unreadable> {
        decode::list(read!(self, [keys], q, |link| q::read::breaks_named(
            link, keys
        )
        .await?)?)
    }

    async fn wallets(&self) -> Result<Vec<Seen<Wallet>>, Unreadable> {
        decode::list(read!(self, [], q, |link| q::read::all_wallets(link).await?)?)
    }

    async fn float(&self, wallet: WalletAddress) -> Result<NanoTon, Unreadable> {
        let owner = wallet.to_string();
        let balances = read!(self, [owner], q, |link| q::read::balances(link, owner)
            .await?)?;
        Ok(decode::float(&balances))
    }

    async fn known(&self, wallet: WalletAddress) -> Result<Known, Unreadable> {
        let (messages, references, assigned) = read!(self, [], q, |link| (
            q::read::messages_of(link, wallet).await?,
            q::read::references(link).await?,
            q::read::assigned(link, wallet).await?,
        ))?;
        Ok(Known {
            messages: decode::messages(messages)?,
            references: decode::references(references)?,
            destinations: Vec::new(),
            assigned: decode::assigned(assigned)?,
        })
    }

    async fn unclaimed(&self, rows: Vec<HistoryRow>) -> Result<Vec<HistoryRow>, Unreadable> {
        let name = |row: &HistoryRow| names::claim(&Claim::History(row.clone())).1;
        let asked: Vec<String> = rows.iter().map(name).collect();
        let taken = read!(self, [asked], q, |link| q::read::claimed(link, asked)
            .await?)?;
        let free = |row: &HistoryRow| !taken.contains(&name(row));
        Ok(rows.into_iter().filter(free).collect())
    }

    async fn invoice(&self, id: InvoiceId) -> Result<Option<Seen<Invoice>>, Unreadable> {
        decode::found(read!(self, [], q, |link| q::read::invoice(link, id).await?)?)
    }

    async fn invoice_named(
        &self,
        name: &GatewayOrderId,
    ) -> Result<Option<Seen<Invoice>>, Unreadable> {
        let name = name.clone();
        decode::found(read!(self, [name], q, |link| {
            q::read::invoice_named(link, &name).await?
        })?)
    }

    async fn invoice_file(&self, id: InvoiceId) -> Result<Option<InvoiceFile>, Unreadable> {
        read!(self, [], q, |link| q::file::invoice_file(link, id).await?)
    }

    async fn invoices_due(&self, now: Timestamp, limit: u32) -> Result<Vec<InvoiceId>, Unreadable> {
        let now = At(now);
        let due = read!(self, [], q, |link| q::read::invoices_due(link, now, limit)
            .await?)?;
        Ok(due.into_iter().map(InvoiceId::new).collect())
    }

    async fn invoices_of(&self, customer: CustomerId) -> Result<Vec<Seen<Invoice>>, Unreadable> {
        decode::list(read!(self, [], q, |link| {
            q::read::invoices_of(link, customer).await?
        })?)
    }

    async fn latest_invoices(
        &self,
        customer: Option<CustomerId>,
        page: Page,
    ) -> Result<Vec<Seen<Invoice>>, Unreadable> {
        decode::list(read!(self, [], q, |link| {
            q::read::latest_invoices(link, customer, page).await?
        })?)
    }

    async fn leases(&self, limit: u32) -> Result<Vec<LeaseRow>, Unreadable> {
        let rows = read!(self, [], q, |link| q::read::leases(link, limit).await?)?;
        Ok(rows.into_iter().map(decode::lease).collect())
    }

    async fn logins(&self) -> Result<Vec<Seen<Login>>, Unreadable> {
        decode::list(read!(self, [], q, |link| q::read::all_logins(link).await?)?)
    }

    async fn prices(&self) -> Result<Option<Seen<ShopPrices>>, Unreadable> {
        decode::prices(read!(self, [], q, |link| q::read::published(link).await?)?)
    }

    async fn shop(&self) -> Result<Option<Seen<Shop>>, Unreadable> {
        decode::found(read!(self, [], q, |link| q::read::the_shop(link).await?)?)
    }

    async fn turnover(&self, from: Timestamp, to: Timestamp) -> Result<Turnover, Unreadable> {
        let (from, to) = (At(from), At(to));
        read!(self, [], q, |link| q::turnover::turnover(link, from, to)
            .await?)
    }

    async fn notices_due(
        &self,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<Seen<Notice>>, Unreadable> {
        let now = At(now);
        decode::list(read!(self, [], q, |link| {
            q::told::notices_due(link, now, limit).await?
        })?)
    }

    async fn notices_kept(&self, customer: CustomerId) -> Result<Vec<Seen<Notice>>, Unreadable> {
        decode::list(read!(self, [], q, |link| {
            q::told::notices_kept(link, customer).await?
        })?)
    }

    async fn notices_of(
        &self,
        audience: Audience,
        page: Page,
    ) -> Result<Vec<Seen<Notice>>, Unreadable> {
        let audience = encode::audience(audience);
        decode::list(read!(self, [], q, |link| {
            q::told::notices_of(link, audience, page).await?
        })?)
    }

    async fn audit(&self, subject: Option<String>, page: Page) -> Result<Vec<Audited>, Unreadable> {
        decode::audit(read!(self, [subject], q, |link| {
            q::read::audit(link, subject, page).await?
        })?)
    }

    async fn answer_begun(
        &self,
        key: String,
        digest: String,
        at: Timestamp,
    ) -> Result<Keyed, Unreadable> {
        let (at, before) = (At(at), At(at - KEYS_KEPT));
        write!(self, [key, digest], q, |link| {
            q::answers::begin(link, &key, &digest, at, before).await?
        })
        .map_err(calls::failed)
    }

    async fn answer_given(&self, key: String, answer: Answer) -> Result<(), Unreadable> {
        write!(self, [key, answer], q, |link| {
            q::answers::give(link, &key, &answer).await?;
        })
        .map_err(calls::failed)
    }

    async fn tally(&self, now: Timestamp) -> Result<Tally, Unreadable> {
        let now = At(now);
        read!(self, [], q, |link| q::tally::tally(link, now).await?)
    }

    async fn live_due(
        &self,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<Seen<LiveMessage>>, Unreadable> {
        let now = At(now);
        let due = read!(self, [], q, |link| q::told::live_due(link, now, limit)
            .await?)?;
        Ok(due.into_iter().map(decode::live).collect())
    }
}
