//! The ids of accounts: assigned by the database once, remembered for good.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use starkeeper_actors::domain::ledger::Account;

/// How many ids are remembered before all are forgotten: some 20 MB.
const MOST_KNOWN: usize = 200_000;

/// The ids of the accounts of one transaction.
#[derive(Default)]
pub(super) struct Ids(HashMap<Account, i64>);

impl Ids {
    pub(super) fn of(&self, account: Account) -> Option<i64> {
        self.0.get(&account).copied()
    }

    pub(super) fn insert(&mut self, account: Account, id: i64) {
        self.0.insert(account, id);
    }
}

/// Ids that were committed. An account never changes and is never deleted.
#[derive(Default)]
pub(super) struct KnownIds(Mutex<HashMap<Account, i64>>);

impl KnownIds {
    /// The ids that are known, and the accounts whose ids are not.
    pub(super) fn among(&self, accounts: impl IntoIterator<Item = Account>) -> (Ids, Vec<Account>) {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (mut ids, mut missing) = (Ids::default(), Vec::new());
        for account in accounts {
            match known.get(&account) {
                Some(id) => ids.insert(account, *id),
                None => missing.push(account),
            }
        }
        (ids, missing)
    }

    /// Remembers what a committed transaction has found or made.
    pub(super) fn learn(&self, ids: &Ids) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() > MOST_KNOWN {
            known.clear();
        }
        known.extend(ids.0.iter().map(|(account, id)| (*account, *id)));
    }
}
