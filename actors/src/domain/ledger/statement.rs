//! What an account shows when it is read: its lines, and the proof that the books balance.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Account, Asset, Entry, EntryKey};
use crate::domain::Timestamp;

/// One posting as seen from one account.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Line {
    /// When the entry was committed.
    pub at: Timestamp,
    /// Which entry.
    pub key: EntryKey,
    /// What it added, in the asset's smallest unit; negative when it took.
    pub change: i64,
    /// The balance after it.
    pub balance: i64,
}

/// An account's lines, oldest first, and its balance after the last.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Statement {
    /// Whose.
    pub account: Account,
    /// The balance before the first line.
    pub opening: i64,
    /// One line an entry.
    pub lines: Vec<Line>,
}

impl Statement {
    /// Collects the lines of an account from entries in the order of their commits.
    pub fn of<'a>(
        account: Account,
        opening: i64,
        entries: impl IntoIterator<Item = (Timestamp, &'a Entry)>,
    ) -> Self {
        let mut balance = opening;
        let mut lines = Vec::new();
        for (at, entry) in entries {
            let effects = entry
                .postings
                .iter()
                .map(|posting| posting.effect_on(account));
            let change = effects.fold(0_i64, i64::saturating_add);
            if change != 0 {
                balance = balance.saturating_add(change);
                lines.push(Line {
                    at,
                    key: entry.key.clone(),
                    change,
                    balance,
                });
            }
        }
        Self {
            account,
            opening,
            lines,
        }
    }

    /// The balance after the last line.
    #[must_use]
    pub fn balance(&self) -> i64 {
        self.lines.last().map_or(self.opening, |line| line.balance)
    }
}

/// Every account's balance, counted on the side on which it grows.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct TrialBalance {
    /// Balances in the asset's smallest unit.
    pub accounts: BTreeMap<Account, i64>,
}

impl TrialBalance {
    /// Adds an entry.
    pub fn add(&mut self, entry: &Entry) {
        for posting in &entry.postings {
            for account in [posting.debit(), posting.credit()] {
                let balance = self.accounts.entry(account).or_default();
                *balance = balance.saturating_add(posting.effect_on(account));
            }
        }
    }

    /// The balance of an account; zero if nothing was ever posted.
    #[must_use]
    pub fn of(&self, account: Account) -> i64 {
        self.accounts.get(&account).copied().unwrap_or(0)
    }

    /// Debits minus credits of an asset: zero, or the books are broken.
    #[must_use]
    pub fn imbalance(&self, asset: Asset) -> i128 {
        let of_asset = self
            .accounts
            .iter()
            .filter(|(account, _)| account.asset() == asset);
        of_asset.fold(0_i128, |sum, (account, balance)| match account.side() {
            super::Side::Debit => sum + i128::from(*balance),
            super::Side::Credit => sum - i128::from(*balance),
        })
    }

    /// Whether both assets balance.
    #[must_use]
    pub fn balances(&self) -> bool {
        self.imbalance(Asset::Usd) == 0 && self.imbalance(Asset::Ton) == 0
    }
}
