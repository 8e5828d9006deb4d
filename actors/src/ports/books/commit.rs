//! What one step writes: rows over the versions that were seen, entries, news, claims; what it relies
//! on; and why the books refuse it.

use super::LiveMessage;
use crate::domain::Timestamp;
use crate::domain::audit::Audited;
use crate::domain::breaks::Break;
use crate::domain::customer::Customer;
use crate::domain::dialog::Against;
use crate::domain::ids::{
    BotId, CustomerId, Epoch, IncarnationId, LoginId, Nonce, NoticeId, OrderId, PaymentRef,
    RequestId, UpdateKey, Version, WalletAddress,
};
use crate::domain::invoice::Invoice;
use crate::domain::ledger::{Account, Entry};
use crate::domain::login::Login;
use crate::domain::notice::{Notice, Owed};
use crate::domain::order::{HistoryRow, Order};
use crate::domain::pricing::ShopPrices;
use crate::domain::shop::Shop;
use crate::domain::transfer::Transfer;
use crate::domain::wallet::Wallet;
use crate::ports::Failure;

/// A row with the version under which it was read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Seen<T> {
    /// The row.
    pub row: T,
    /// What a write must name.
    pub version: Version,
}

/// One row to write.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Write<T> {
    /// The version that was read; none for a row that must not exist yet.
    pub seen: Option<Version>,
    /// The row as it shall be.
    pub row: T,
}

impl<T> Write<T> {
    /// A new row.
    pub const fn new(row: T) -> Self {
        Self { seen: None, row }
    }

    /// A row instead of the one that was read.
    pub const fn over<U>(seen: &Seen<U>, row: T) -> Self {
        Self {
            seen: Some(seen.version),
            row,
        }
    }
}

/// A write to one of the tables.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum RowWrite {
    /// A customer.
    Customer(Write<Customer>),
    /// An order.
    Order(Write<Order>),
    /// A transfer.
    Transfer(Write<Transfer>),
    /// A wallet.
    Wallet(Write<Wallet>),
    /// An invoice.
    Invoice(Write<Invoice>),
    /// A login.
    Login(Write<Login>),
    /// A notice after an attempt.
    Notice(Write<Notice>),
    /// An order's live message after it was sent or edited.
    Live(Write<LiveMessage>),
    /// The published prices.
    Prices(Write<ShopPrices>),
    /// The shop itself.
    Shop(Write<Shop>),
    /// A break between books, chain and Fragment's history.
    Break(Write<Break>),
}

/// What only one replica may do at a time.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum LeaseKey {
    /// Sign with a wallet and conclude its transfers.
    Wallet(WalletAddress),
    /// Use a Fragment login.
    Login(LoginId),
    /// Poll a bot's updates.
    Poller(BotId),
    /// Ask for and store prices.
    Pricing,
    /// Deliver notices.
    Notifier,
}

impl LeaseKey {
    /// What it is a lease of, in a word: the first part of its name in the books.
    #[must_use]
    pub const fn kind(self) -> &'static str {
        match self {
            Self::Wallet(_) => "wallet",
            Self::Login(_) => "login",
            Self::Poller(_) => "poller",
            Self::Pricing => "pricing",
            Self::Notifier => "notifier",
        }
    }
}

/// A right that was granted for a while.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Lease {
    /// To do what.
    pub key: LeaseKey,
    /// Grows with every new holder. Safety rests on this, not on the time.
    pub epoch: Epoch,
    /// Until when, by the books' own clock; good for liveness only.
    pub until: Timestamp,
}

/// A commit's claim to still hold a lease.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Fence {
    /// Which.
    pub key: LeaseKey,
    /// The epoch it was granted under.
    pub epoch: Epoch,
}

impl Lease {
    /// The claim a commit makes on the strength of this lease.
    #[must_use]
    pub const fn fence(&self) -> Fence {
        Fence {
            key: self.key,
            epoch: self.epoch,
        }
    }
}

/// A condition that must hold in the transaction itself, after its own rows and entries: a commit
/// may end a lock, or pay a debt, and buy.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Guard {
    /// No AML lock is on the customer (rule 17): for commits that hold or sign.
    NotFrozen(CustomerId),
    /// The customer owes nothing: for commits that buy.
    NoDebt(CustomerId),
    /// The customer has no other order waiting for payment by invoice (rule 12).
    NoOtherOpenOrder {
        /// Who.
        customer: CustomerId,
        /// The one that may.
        except: OrderId,
    },
}

/// A name of the outside world that belongs to one order for good.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Claim {
    /// Fragment's id of a purchase.
    Request(RequestId),
    /// The reference of a payment.
    Reference(PaymentRef),
    /// A row of Fragment's history.
    History(HistoryRow),
    /// One press of an operator's button.
    Press(Nonce),
    /// A transaction that an operator assigned.
    Assigned {
        /// Of which wallet.
        wallet: WalletAddress,
        /// Which.
        lt: u64,
    },
}

/// An outside event, kept for good. A repeated key adds nothing and refuses nothing: the log is
/// never a gate (rule 15).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OutsideEvent {
    /// Unique.
    pub key: String,
    /// What was said, without secrets; at most 4,000 characters.
    pub body: String,
}

/// Everything one step writes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Commit {
    /// The life of the books the caller believes in.
    pub incarnation: IncarnationId,
    /// When, by the caller's clock.
    pub at: Timestamp,
    /// Leases relied on.
    pub fences: Vec<Fence>,
    /// Conditions.
    pub guards: Vec<Guard>,
    /// The update that caused it; handled once.
    pub update: Option<UpdateKey>,
    /// Rows.
    pub rows: Vec<RowWrite>,
    /// Entries of the ledger.
    pub entries: Vec<Entry>,
    /// News owed; a key that is owed already adds nothing.
    pub notices: Vec<(NoticeId, Owed)>,
    /// Orders whose live message is stale.
    pub stale: Vec<OrderId>,
    /// Names that become taken, with the order they belong to if there is one.
    pub claims: Vec<(Claim, Option<OrderId>)>,
    /// The log.
    pub events: Vec<OutsideEvent>,
    /// What people did: kept for good, an outcome once a deed.
    pub audit: Vec<Audited>,
}

impl Commit {
    /// An empty commit.
    #[must_use]
    pub const fn new(incarnation: IncarnationId, at: Timestamp) -> Self {
        Self {
            incarnation,
            at,
            fences: Vec::new(),
            guards: Vec::new(),
            update: None,
            rows: Vec::new(),
            entries: Vec::new(),
            notices: Vec::new(),
            stale: Vec::new(),
            claims: Vec::new(),
            events: Vec::new(),
            audit: Vec::new(),
        }
    }
}

/// Why a commit was refused. Nothing was written. Forget, read again, decide again.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum CommitRefused {
    /// The books were restored or moved: this daemon must stop.
    #[error("the books live on as {books}, the commit believes in {believed}")]
    OtherLife {
        /// The books' incarnation; none if the books are retired.
        books: IncarnationId,
        /// The commit's.
        believed: IncarnationId,
    },
    /// A lease went to somebody else.
    #[error("lease {key:?} is at {current}, the commit names {named}")]
    Fenced {
        /// Which.
        key: LeaseKey,
        /// The epoch now.
        current: Epoch,
        /// The epoch named.
        named: Epoch,
    },
    /// A row was written since it was read, or exists already.
    #[error("{row} was written by somebody else meanwhile")]
    Stale {
        /// Which row.
        row: String,
    },
    /// The update was handled before.
    #[error("update {0:?} was handled before")]
    Handled(UpdateKey),
    /// A unique name is taken.
    #[error("{what} is taken")]
    Taken {
        /// Which name.
        what: String,
    },
    /// A balance would fall below zero.
    #[error("{account:?} would fall below zero")]
    Floor {
        /// Whose.
        account: Account,
    },
    /// A guard does not hold.
    #[error("guard {0:?} does not hold")]
    Guard(Guard),
    /// A rule that the books keep by themselves.
    #[error("the books refuse: {rule}")]
    Rule {
        /// Which rule, in one line.
        rule: String,
    },
}

impl CommitRefused {
    /// The rule that an operator is told of whose deed it stands against.
    #[must_use]
    pub const fn against(&self) -> Against {
        match self {
            Self::Floor { .. } => Against::TooLittle,
            Self::Guard(Guard::NotFrozen(_)) => Against::Frozen,
            Self::Guard(Guard::NoDebt(_)) => Against::Debt,
            Self::Guard(Guard::NoOtherOpenOrder { .. }) => Against::OtherOrder,
            Self::OtherLife { .. }
            | Self::Fenced { .. }
            | Self::Stale { .. }
            | Self::Handled(_)
            | Self::Taken { .. }
            | Self::Rule { .. } => Against::Books,
        }
    }
}

/// What a commit that did not succeed means.
pub type CommitFailed = Failure<CommitRefused>;
