//! The ledger: double entry, append-only, integers.
//!
//! A posting moves one positive amount between two accounts of one asset; it cannot be
//! unbalanced. Postings that belong together form an [`Entry`] with an idempotency key that the
//! books accept once. Only customers' and wallets' accounts store a balance and have a floor; the
//! shop's own accounts are sums. An entry that records a fact of the outside world is never
//! refused by a floor.

use serde::{Deserialize, Serialize};

use super::ids::{
    AdminId, CustomerId, GatewayUuid, InvoiceId, Nonce, OrderId, TransferId, WalletAddress,
};
use super::money::{MicroUsd, NanoTon};

mod account;
mod statement;

pub use account::{Account, Asset, Side};
pub use statement::{Line, Statement, TrialBalance};

#[cfg(test)]
mod tests;

/// An amount with its asset.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Amount {
    /// Dollars.
    Usd(MicroUsd),
    /// TON.
    Ton(NanoTon),
}

impl Amount {
    /// The asset that is counted.
    #[must_use]
    pub const fn asset(self) -> Asset {
        match self {
            Self::Usd(_) => Asset::Usd,
            Self::Ton(_) => Asset::Ton,
        }
    }

    /// The amount in the asset's smallest unit.
    #[must_use]
    pub const fn units(self) -> i64 {
        match self {
            Self::Usd(amount) => amount.micros(),
            Self::Ton(amount) => amount.nanos(),
        }
    }
}

impl From<MicroUsd> for Amount {
    fn from(amount: MicroUsd) -> Self {
        Self::Usd(amount)
    }
}

impl From<NanoTon> for Amount {
    fn from(amount: NanoTon) -> Self {
        Self::Ton(amount)
    }
}

/// Why a posting or an entry cannot exist.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LedgerError {
    /// A posting of nothing or less.
    #[error("a posting must move more than zero, not {units}")]
    NotPositive {
        /// The amount in the asset's smallest unit.
        units: i64,
    },
    /// Two accounts, or an account and an amount, of different assets.
    #[error("a posting of {amount:?} cannot move from {credit:?} to {debit:?}: assets differ")]
    AssetsDiffer {
        /// The account debited.
        debit: Account,
        /// The account credited.
        credit: Account,
        /// The asset of the amount.
        amount: Asset,
    },
    /// Both sides are one account.
    #[error("a posting cannot move from {account:?} to itself")]
    SameAccount {
        /// The account.
        account: Account,
    },
}

/// One amount that moves between two accounts: one row of the books.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(try_from = "RawPosting", into = "RawPosting")]
pub struct Posting {
    debit: Account,
    credit: Account,
    amount: Amount,
}

#[derive(Serialize, Deserialize)]
struct RawPosting {
    debit: Account,
    credit: Account,
    amount: Amount,
}

impl Posting {
    /// Debits one account and credits another.
    ///
    /// # Errors
    /// Not positive, or assets that differ, or one account on both sides.
    pub fn new(
        debit: Account,
        credit: Account,
        amount: impl Into<Amount>,
    ) -> Result<Self, LedgerError> {
        let amount = amount.into();
        if amount.units() <= 0 {
            return Err(LedgerError::NotPositive {
                units: amount.units(),
            });
        }
        if debit == credit {
            return Err(LedgerError::SameAccount { account: debit });
        }
        if debit.asset() != amount.asset() || credit.asset() != amount.asset() {
            return Err(LedgerError::AssetsDiffer {
                debit,
                credit,
                amount: amount.asset(),
            });
        }
        Ok(Self {
            debit,
            credit,
            amount,
        })
    }

    /// The account debited.
    #[must_use]
    pub const fn debit(&self) -> Account {
        self.debit
    }

    /// The account credited.
    #[must_use]
    pub const fn credit(&self) -> Account {
        self.credit
    }

    /// What moves; above zero.
    #[must_use]
    pub const fn amount(&self) -> Amount {
        self.amount
    }

    /// The same amount the other way.
    #[must_use]
    pub const fn reversed(&self) -> Self {
        Self {
            debit: self.credit,
            credit: self.debit,
            amount: self.amount,
        }
    }

    /// What the posting adds to an account's balance, counted on the side on which it grows.
    #[must_use]
    pub fn effect_on(&self, account: Account) -> i64 {
        let units = self.amount.units();
        let grows = match account.side() {
            Side::Debit => self.debit == account,
            Side::Credit => self.credit == account,
        };
        let touches = self.debit == account || self.credit == account;
        match (touches, grows) {
            (false, _) => 0,
            (true, true) => units,
            (true, false) => -units,
        }
    }
}

impl TryFrom<RawPosting> for Posting {
    type Error = LedgerError;
    fn try_from(raw: RawPosting) -> Result<Self, LedgerError> {
        Self::new(raw.debit, raw.credit, raw.amount)
    }
}

impl From<Posting> for RawPosting {
    fn from(posting: Posting) -> Self {
        Self {
            debit: posting.debit,
            credit: posting.credit,
            amount: posting.amount,
        }
    }
}

/// The idempotency key of an entry. The books accept each key once, for good.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EntryKey {
    /// The n-th credit of an invoice (rule 16: cumulative).
    Credit {
        /// Whose payment.
        invoice: InvoiceId,
        /// 1, 2, 3 …
        n: u32,
    },
    /// The n-th time a payment of an invoice was taken back.
    Reversal {
        /// Whose payment.
        invoice: InvoiceId,
        /// 1, 2, 3 …
        n: u32,
    },
    /// The n-th lock of an invoice: unspent credit set aside.
    Lock {
        /// Whose payment.
        invoice: InvoiceId,
        /// 1, 2, 3 …
        n: u32,
    },
    /// The end of the n-th lock.
    Unlock {
        /// Whose payment.
        invoice: InvoiceId,
        /// 1, 2, 3 …
        n: u32,
    },
    /// Money set aside for our own refund of an invoice; once per invoice.
    RefundHold {
        /// Whose payment.
        invoice: InvoiceId,
    },
    /// The end of that: refunded, or set free.
    RefundEnd {
        /// Whose payment.
        invoice: InvoiceId,
    },
    /// Price held from the balance and float reserved, when an order becomes `Held`.
    Hold {
        /// Which order.
        order: OrderId,
    },
    /// Held price and reserved float given back.
    Release {
        /// Which order.
        order: OrderId,
    },
    /// TON that left for the goods, and the rest of the reservation given back.
    Spent {
        /// Which transfer.
        transfer: TransferId,
    },
    /// What the chain charged for a transfer, paid or not.
    NetworkFee {
        /// Which transfer.
        transfer: TransferId,
    },
    /// Held price earned: the goods are delivered.
    Settle {
        /// Which order.
        order: OrderId,
    },
    /// TON that came back from Fragment for a transfer.
    Bounce {
        /// Which transfer.
        transfer: TransferId,
    },
    /// A transaction of a wallet that no order of ours explains.
    Explained {
        /// Which wallet.
        wallet: WalletAddress,
        /// The transaction's logical time.
        lt: u64,
    },
    /// A wallet's balance when it was adopted.
    Adopted {
        /// Which wallet.
        wallet: WalletAddress,
    },
    /// A payment at the gateway that belongs to no invoice of the books: it waits in suspense
    /// (rule 14).
    Orphan {
        /// The gateway's name of it.
        uuid: GatewayUuid,
    },
    /// The gateway sent such a payment back.
    OrphanBack {
        /// The gateway's name of it.
        uuid: GatewayUuid,
    },
    /// What a customer had at another shop when the balances moved here, once.
    CarriedOver {
        /// Whose.
        customer: CustomerId,
    },
    /// An operator's adjustment.
    Adjustment {
        /// Pressing twice acts once.
        nonce: Nonce,
    },
}

impl EntryKey {
    /// Whether the entry records what has already happened outside, so that no floor may refuse
    /// it.
    #[must_use]
    pub const fn is_fact(&self) -> bool {
        match self {
            Self::Spent { .. }
            | Self::NetworkFee { .. }
            | Self::Bounce { .. }
            | Self::Explained { .. }
            | Self::Adopted { .. }
            | Self::Orphan { .. }
            | Self::OrphanBack { .. } => true,
            Self::Credit { .. }
            | Self::Reversal { .. }
            | Self::Lock { .. }
            | Self::Unlock { .. }
            | Self::RefundHold { .. }
            | Self::RefundEnd { .. }
            | Self::Hold { .. }
            | Self::Release { .. }
            | Self::Settle { .. }
            | Self::CarriedOver { .. }
            | Self::Adjustment { .. } => false,
        }
    }
}

/// Postings that are made together, under one key.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Entry {
    /// Accepted once.
    pub key: EntryKey,
    /// At least one.
    pub postings: Vec<Posting>,
    /// Who ordered it and why, where a person did.
    pub by: Option<Authority>,
}

/// The person behind an entry.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Authority {
    /// Who.
    pub admin: AdminId,
    /// Why, in the person's words; at most 500 characters.
    pub reason: String,
}

impl Entry {
    /// An empty entry; add postings with [`Entry::post`].
    #[must_use]
    pub const fn new(key: EntryKey) -> Self {
        Self {
            key,
            postings: Vec::new(),
            by: None,
        }
    }

    /// Adds a posting. An amount of exactly zero adds nothing, so that rules need no special case.
    ///
    /// # Errors
    /// A negative amount, or assets that differ.
    pub fn post(
        mut self,
        debit: Account,
        credit: Account,
        amount: impl Into<Amount>,
    ) -> Result<Self, LedgerError> {
        let amount = amount.into();
        if amount.units() != 0 {
            self.postings.push(Posting::new(debit, credit, amount)?);
        }
        Ok(self)
    }

    /// Whether nothing moves.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.postings.is_empty()
    }

    /// What a customer had at another shop, as the opening of the balance here. The key takes it once.
    ///
    /// # Errors
    /// Not more than zero.
    pub fn carried_over(customer: CustomerId, amount: MicroUsd) -> Result<Self, LedgerError> {
        let opening = Account::Opening(Asset::Usd);
        let posting = Posting::new(opening, Account::Customer(customer), amount)?;
        Ok(Self {
            key: EntryKey::CarriedOver { customer },
            postings: vec![posting],
            by: None,
        })
    }

    /// An operator's adjustment of a customer's balance against the owner's account: positive
    /// gives, negative takes. The floor still holds.
    ///
    /// # Errors
    /// Zero.
    pub fn adjustment(
        customer: CustomerId,
        amount: MicroUsd,
        by: Authority,
        nonce: Nonce,
    ) -> Result<Self, LedgerError> {
        let customer = Account::Customer(customer);
        let owner = Account::Owner(Asset::Usd);
        let posting = if amount.is_positive() {
            Posting::new(owner, customer, amount)?
        } else {
            Posting::new(
                customer,
                owner,
                MicroUsd::from_micros(amount.micros().saturating_neg()),
            )?
        };
        Ok(Self {
            key: EntryKey::Adjustment { nonce },
            postings: vec![posting],
            by: Some(by),
        })
    }
}
