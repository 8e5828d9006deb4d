//! The books: the truth. One commit is one step, whole or not at all.
//!
//! Every write names the version it has seen; every commit names the books' incarnation and the
//! leases it relies on with their epochs. The books refuse what contradicts them, and a refusal
//! means: forget what you remember, read again. They also refuse by themselves, whoever asks: a
//! second live transfer of an order or of a wallet; a `(wallet, seqno)` used twice unless dead; a
//! request id, reference, quote, history row, entry key or nonce used twice; two invoices with one
//! gateway uuid; a balance below its floor; two live Premium orders for one recipient.

use async_trait::async_trait;

use super::{Failure, Unreadable};
use crate::domain::audit::Audited;
use crate::domain::breaks::{Break, Purchased};
use crate::domain::customer::{Customer, Language, Purse};
use crate::domain::dialog::OrderFace;
use crate::domain::ids::{
    CustomerId, Epoch, GatewayOrderId, IncarnationId, InvoiceId, OrderId, OrderNumber, Pseudonym,
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
use crate::domain::transfer::Transfer;
use crate::domain::wallet::{Known, Wallet};
use crate::domain::{Span, Timestamp};

mod answers;
mod commit;
mod erasure;

pub use answers::{Answer, Keyed};
pub use commit::{
    Claim, Commit, CommitFailed, CommitRefused, Fence, Guard, Lease, LeaseKey, OutsideEvent,
    RowWrite, Seen, Write,
};
pub use erasure::{EraseRefused, Erasure};

/// Everything about one order that its next step needs, read at one moment.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OrderFile {
    /// The order.
    pub order: Seen<Order>,
    /// All its transfers, oldest first.
    pub transfers: Vec<Seen<Transfer>>,
    /// The wallet it is bound to.
    pub wallet: Option<Seen<Wallet>>,
    /// Its customer.
    pub customer: Seen<Customer>,
    /// All invoices that were opened for it, newest first.
    pub invoices: Vec<Seen<Invoice>>,
    /// The message that shows it, if there is one.
    pub live: Option<Seen<LiveMessage>>,
}

impl OrderFile {
    /// What is shown of the order at an instant: with the invoice that bought it, else with the
    /// newest that may still be paid.
    #[must_use]
    pub fn face(self, now: Timestamp) -> OrderFace {
        let invoices = || self.invoices.iter().map(|seen| &seen.row);
        let bought = invoices().find(|invoice| invoice.bought);
        let open = || invoices().find(|invoice| invoice.is_open_for_an_order(now));
        let invoice = bought.or_else(open).cloned();
        OrderFace {
            order: self.order.row,
            invoice,
            transfers: self.transfers.into_iter().map(|seen| seen.row).collect(),
        }
    }
}

/// Everything about one invoice that its next step needs, read at one moment.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct InvoiceFile {
    /// The invoice.
    pub invoice: Seen<Invoice>,
    /// Its customer.
    pub customer: Seen<Customer>,
    /// The customer's balances.
    pub purse: Purse,
    /// The order it is for.
    pub order: Option<Seen<Order>>,
    /// All wallets with what they have free, while the order waits for its money; else none.
    pub wallets: Vec<(Wallet, NanoTon)>,
}

/// The one message in a chat that shows an order's state and is edited.
///
/// Each time the order is marked as stale, `wanted` grows by one; whoever draws the order after
/// having read the row writes what it read as `shows`. So nothing that happened after the reading
/// is ever taken for shown.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LiveMessage {
    /// Which order.
    pub order: OrderId,
    /// In which chat.
    pub chat: TelegramId,
    /// Which message; none before it was sent.
    pub message: Option<i64>,
    /// The mark it shows.
    pub shows: Version,
    /// The mark it should show. Only [`Commit::stale`] moves it: a write of the row does not.
    pub wanted: Version,
    /// Not to be tried before.
    pub not_before: Timestamp,
}

/// A page of a list, newest first.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Page {
    /// Skips so many.
    pub offset: u32,
    /// At most so many; the books cap it at 100.
    pub limit: u32,
}

/// How much is going on, counted at one moment.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Tally {
    /// Invoices that may still be paid, as [`Books::invoices_of`] finds them, of all customers.
    pub open_invoices: u64,
    /// Orders that are not finished, by state and in the order of its name.
    pub orders: Vec<OrdersIn>,
    /// Notices that wait for their delivery, before or after a first attempt.
    pub waiting_notices: u64,
    /// When the oldest of them became owed.
    pub oldest_notice: Option<Timestamp>,
    /// What fulfilment should do now, as [`Books::orders_due`] finds it.
    pub due_orders: Due,
    /// What payment should do now, as [`Books::invoices_due`] finds it.
    pub due_invoices: Due,
    /// What the notifier should tell now, as [`Books::notices_due`] finds it.
    pub due_notices: Due,
    /// What it should draw now, as [`Books::live_due`] finds it.
    pub due_messages: Due,
    /// Leases by kind and in the order of its name.
    pub leases: Vec<LeasesOf>,
}

impl Tally {
    /// Orders that are not finished, whatever their state.
    #[must_use]
    pub fn unfinished_orders(&self) -> u64 {
        let counts = self.orders.iter().map(|orders| orders.count);
        counts.fold(0, u64::saturating_add)
    }
}

/// Unfinished orders in one state.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OrdersIn {
    /// The state's name, as [`Order::state_name`] gives it.
    pub state: String,
    /// How many.
    pub count: u64,
    /// When the oldest of them was placed.
    pub oldest: Timestamp,
}

/// Work that should be done now.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Due {
    /// How much of it there is.
    pub count: u64,
    /// Since when the oldest of it is due.
    pub oldest: Option<Timestamp>,
}

/// Leases of one kind, such as `wallet`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LeasesOf {
    /// The kind: a word of [`LeaseKey::kind`].
    pub kind: String,
    /// So many are held now, by the books' clock.
    pub held: u64,
    /// So many were held once and are free.
    pub free: u64,
}

/// So long an idempotency key is remembered. The databases refuse to forget it within a day.
pub const KEYS_KEPT: Span = Span::hours(48);

/// A lease as it stands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LeaseRow {
    /// Its name in the books: the kind, and of what.
    pub key: String,
    /// The epoch under which it was granted last.
    pub epoch: Epoch,
    /// Who holds it; none if it was given back.
    pub holder: Option<ReplicaId>,
    /// Until when, by the books' clock.
    pub until: Timestamp,
}

/// The books.
#[async_trait]
pub trait Books: Send + Sync {
    /// The life of these books.
    async fn incarnation(&self) -> Result<IncarnationId, Unreadable>;

    /// Writes one step, whole or not at all. Serialisation failures are retried inside, bounded.
    async fn commit(&self, commit: Commit) -> Result<(), CommitFailed>;

    /// Takes a free lease, or prolongs one this replica holds, for `ttl` by the books' clock.
    /// None if another replica holds it. A new holder gets a higher epoch.
    async fn lease(
        &self,
        key: LeaseKey,
        replica: ReplicaId,
        ttl: Span,
    ) -> Result<Option<Lease>, Unreadable>;

    /// Gives a lease back early, so that another replica need not wait. Only liveness.
    async fn release(&self, lease: Lease, replica: ReplicaId) -> Result<(), Unreadable>;

    /// The account of a Telegram user; opened under a fresh id if there is none.
    async fn customer_of(
        &self,
        telegram: TelegramId,
        language: Language,
        fresh: CustomerId,
        now: Timestamp,
    ) -> Result<Seen<Customer>, Unreadable>;

    /// The account of a Telegram user, if there is one. Opens none.
    async fn customer_at(&self, telegram: TelegramId)
    -> Result<Option<Seen<Customer>>, Unreadable>;

    /// A customer.
    async fn customer(&self, id: CustomerId) -> Result<Option<Seen<Customer>>, Unreadable>;

    /// Customers who wait to be told that the shop sells again ([`Customer::wants_opening`]), by
    /// ascending id above `after`; at most `limit`, which the books cap at 100.
    async fn customers_waiting(
        &self,
        after: Option<CustomerId>,
        limit: u32,
    ) -> Result<Vec<Seen<Customer>>, Unreadable>;

    /// Erases a person (rule 23), whole or not at all: the account's row becomes
    /// [`Customer::erased_as`] under the next version, and the live messages of its orders are
    /// forgotten, because they name the chat. Orders, invoices and the ledger stay: they name the
    /// account. The chat is free, and opens a new account if the person comes again.
    ///
    /// Refused while an order is not finished, an invoice may still be paid, or the row or the
    /// purse keeps it open ([`Customer::keeps_open`]), all judged in the same transaction. No other
    /// write changes whether somebody is erased, and an erased account makes no new order and no
    /// new invoice: both are rules of the books.
    ///
    /// After an unknown outcome look with [`Books::customer`]; repeating it is refused as stale.
    async fn erase(&self, erasure: Erasure) -> Result<(), Failure<EraseRefused>>;

    /// The accounts of a person who was erased under this pseudonym, newest first, while it
    /// counts at `now`: a late payment waits there.
    async fn erased(
        &self,
        pseudonym: Pseudonym,
        now: Timestamp,
    ) -> Result<Vec<Seen<Customer>>, Unreadable>;

    /// Drops pseudonyms that no longer count at `now`, at most so many; answers how many. Each is
    /// a write of its customer's row.
    async fn drop_pseudonyms(&self, now: Timestamp, limit: u32) -> Result<u32, Unreadable>;

    /// A customer's balances.
    async fn purse(&self, customer: CustomerId) -> Result<Purse, Unreadable>;

    /// The newest lines of an account, oldest first.
    async fn statement(&self, account: Account, last: u32) -> Result<Statement, Unreadable>;

    /// All balances. "The books balance" is a query.
    async fn trial_balance(&self) -> Result<TrialBalance, Unreadable>;

    /// An order.
    async fn order(&self, id: OrderId) -> Result<Option<Seen<Order>>, Unreadable>;

    /// An order by the number people say.
    async fn order_numbered(&self, number: &OrderNumber)
    -> Result<Option<Seen<Order>>, Unreadable>;

    /// Everything about an order, at one moment.
    async fn order_file(&self, id: OrderId) -> Result<Option<OrderFile>, Unreadable>;

    /// Orders that are not finished and not parked by a person's need alone, whose next step is
    /// due at `now`, oldest due first, taking turns between customers (rule 12). Those that may only
    /// wait for a till come behind all others: however many they are, the order that keeps a till busy
    /// is among the first.
    async fn orders_due(&self, now: Timestamp, limit: u32) -> Result<Vec<OrderId>, Unreadable>;

    /// Orders of a wallet that are bound to it and not finished.
    async fn orders_of_wallet(&self, wallet: WalletAddress)
    -> Result<Vec<Seen<Order>>, Unreadable>;

    /// A customer's orders, newest first.
    async fn orders_of(
        &self,
        customer: CustomerId,
        page: Page,
    ) -> Result<Vec<Seen<Order>>, Unreadable>;

    /// All customers' orders, newest first.
    async fn latest_orders(&self, page: Page) -> Result<Vec<Seen<Order>>, Unreadable>;

    /// Orders that own this reference or request id of Fragment, or a message or transaction with
    /// this hash in hex; at most 20, newest first. Looks through all transfers for a hash: for
    /// people who search, never for a rule.
    async fn orders_with(&self, name: String) -> Result<Vec<Seen<Order>>, Unreadable>;

    /// A transfer.
    async fn transfer(&self, id: TransferId) -> Result<Option<Seen<Transfer>>, Unreadable>;

    /// The newest transfers of a wallet with their orders, newest first; at most `limit`, which
    /// the books cap at 100.
    async fn purchases(
        &self,
        wallet: WalletAddress,
        limit: u32,
    ) -> Result<Vec<Purchased>, Unreadable>;

    /// The transfers of a wallet that have paid for an order whose price was given back behind the
    /// payment, while the order is watched at `now` ([`Order::watched_until`]), newest first; at
    /// most `limit`, which the books cap at 100.
    async fn watched(
        &self,
        wallet: WalletAddress,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<Purchased>, Unreadable>;

    /// Breaks that are open, by their keys; at most `limit`, which the books cap at 500.
    async fn breaks_open(&self, limit: u32) -> Result<Vec<Seen<Break>>, Unreadable>;

    /// Those of these breaks that were ever found, wherever they stand, by their keys.
    async fn breaks_named(&self, keys: Vec<String>) -> Result<Vec<Seen<Break>>, Unreadable>;

    /// All wallets.
    async fn wallets(&self) -> Result<Vec<Seen<Wallet>>, Unreadable>;

    /// What a wallet has free for new orders.
    async fn float(&self, wallet: WalletAddress) -> Result<NanoTon, Unreadable>;

    /// What may explain a wallet's transactions above a logical time. The caller adds Fragment's
    /// addresses.
    async fn known(&self, wallet: WalletAddress) -> Result<Known, Unreadable>;

    /// Those of these rows of Fragment's history that no order has claimed, in their order.
    async fn unclaimed(&self, rows: Vec<HistoryRow>) -> Result<Vec<HistoryRow>, Unreadable>;

    /// An invoice.
    async fn invoice(&self, id: InvoiceId) -> Result<Option<Seen<Invoice>>, Unreadable>;

    /// An invoice by its name at the gateway.
    async fn invoice_named(
        &self,
        name: &GatewayOrderId,
    ) -> Result<Option<Seen<Invoice>>, Unreadable>;

    /// Everything about an invoice, at one moment.
    async fn invoice_file(&self, id: InvoiceId) -> Result<Option<InvoiceFile>, Unreadable>;

    /// Invoices whose next step is due at `now`, oldest due first.
    async fn invoices_due(&self, now: Timestamp, limit: u32) -> Result<Vec<InvoiceId>, Unreadable>;

    /// A customer's invoices that may still be paid, newest first.
    async fn invoices_of(&self, customer: CustomerId) -> Result<Vec<Seen<Invoice>>, Unreadable>;

    /// A customer's invoices, or everybody's, whatever became of them, newest first.
    async fn latest_invoices(
        &self,
        customer: Option<CustomerId>,
        page: Page,
    ) -> Result<Vec<Seen<Invoice>>, Unreadable>;

    /// Leases that were ever granted, by their keys; at most so many.
    async fn leases(&self, limit: u32) -> Result<Vec<LeaseRow>, Unreadable>;

    /// All logins.
    async fn logins(&self) -> Result<Vec<Seen<Login>>, Unreadable>;

    /// The published prices, if any were stored.
    async fn prices(&self) -> Result<Option<Seen<ShopPrices>>, Unreadable>;

    /// The shop itself, once it was founded.
    async fn shop(&self) -> Result<Option<Seen<Shop>>, Unreadable>;

    /// What was sold and spent from one instant on and before another one, by the times of the
    /// entries. For reports; nothing is decided by it.
    async fn turnover(&self, from: Timestamp, to: Timestamp) -> Result<Turnover, Unreadable>;

    /// Notices whose next attempt is due, in the order they became owed; at most the first of
    /// each person, so that nobody hears things out of order.
    async fn notices_due(
        &self,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<Seen<Notice>>, Unreadable>;

    /// What is kept for a customer who blocked the bot.
    async fn notices_kept(&self, customer: CustomerId) -> Result<Vec<Seen<Notice>>, Unreadable>;

    /// Everything that one audience was or is owed, wherever it stands, newest first.
    async fn notices_of(
        &self,
        audience: Audience,
        page: Page,
    ) -> Result<Vec<Seen<Notice>>, Unreadable>;

    /// What people did, newest first; with a subject only what was done to it.
    async fn audit(&self, subject: Option<String>, page: Page) -> Result<Vec<Audited>, Unreadable>;

    /// What is known under an idempotency key, which is taken from now on by what has this digest.
    /// What was asked more than [`KEYS_KEPT`] before `at` is forgotten, a hundred keys at a time.
    async fn answer_begun(
        &self,
        key: String,
        digest: String,
        at: Timestamp,
    ) -> Result<Keyed, Unreadable>;

    /// Keeps what was answered under a key that was begun. A second answer changes nothing.
    async fn answer_given(&self, key: String, answer: Answer) -> Result<(), Unreadable>;

    /// How much is going on at `now`. For people who watch; nothing is decided by it.
    async fn tally(&self, now: Timestamp) -> Result<Tally, Unreadable>;

    /// Live messages that do not show their order's newest state.
    async fn live_due(
        &self,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<Seen<LiveMessage>>, Unreadable>;
}
