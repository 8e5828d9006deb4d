//! Customers, by account and by chat.

use std::collections::{BTreeSet, HashMap};
use std::ops::Bound;

use super::rows::{free, next_version, rule};
use crate::domain::Timestamp;
use crate::domain::customer::{Customer, Erased};
use crate::domain::ids::{CustomerId, Pseudonym, TelegramId};
use crate::ports::books::{CommitRefused, Seen, Write};

#[derive(Clone, Default)]
pub(super) struct Customers {
    rows: HashMap<CustomerId, Seen<Customer>>,
    by_telegram: HashMap<TelegramId, CustomerId>,
    waiting: BTreeSet<CustomerId>,
    /// Erased, and still under a pseudonym.
    erased: BTreeSet<CustomerId>,
}

impl Customers {
    pub(super) fn get(&self, id: CustomerId) -> Option<&Seen<Customer>> {
        self.rows.get(&id)
    }

    pub(super) fn of(&self, telegram: TelegramId) -> Option<&Seen<Customer>> {
        self.by_telegram
            .get(&telegram)
            .and_then(|id| self.rows.get(id))
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &Seen<Customer>> {
        self.rows.values()
    }

    /// Those who wait for the opening, by id above `after`.
    pub(super) fn waiting(&self, after: Option<CustomerId>, limit: usize) -> Vec<Seen<Customer>> {
        let above = after.map_or(Bound::Unbounded, Bound::Excluded);
        let waiting = self.waiting.range((above, Bound::Unbounded)).take(limit);
        waiting.filter_map(|id| self.get(*id).cloned()).collect()
    }

    /// Whoever was erased under a pseudonym that counts, newest first.
    pub(super) fn erased(&self, pseudonym: Pseudonym, now: Timestamp) -> Vec<Seen<Customer>> {
        let erased = self.erased.iter().rev().filter_map(|id| self.get(*id));
        erased
            .filter(|seen| seen.row.pseudonym(now) == Some(pseudonym))
            .cloned()
            .collect()
    }

    /// Takes away pseudonyms that no longer count.
    pub(super) fn drop_pseudonyms(&mut self, now: Timestamp, limit: usize) -> usize {
        let erased = self.erased.iter().filter_map(|id| self.get(*id));
        let over: Vec<Seen<Customer>> = erased
            .filter(|seen| seen.row.pseudonym(now).is_none())
            .take(limit)
            .cloned()
            .collect();
        for seen in &over {
            let erased = seen.row.erased.as_ref().map(|erased| Erased {
                at: erased.at,
                pseudonym: None,
            });
            let row = Customer {
                erased,
                ..seen.row.clone()
            };
            let version = seen.version.next();
            self.replace(row.id, Some(Seen { row, version }));
        }
        over.len()
    }

    pub(super) fn check(&self, write: &Write<Customer>) -> Result<Seen<Customer>, CommitRefused> {
        let row = &write.row;
        let there = self.get(row.id);
        let version = next_version(there, write.seen, || format!("customer {}", row.id))?;
        rule(
            there.is_none_or(|there| there.row.telegram == row.telegram),
            || format!("the telegram id of {} never changes", row.id),
        )?;
        rule(
            row.erased == there.and_then(|there| there.row.erased.clone()),
            || format!("{} is erased by erasing alone", row.id),
        )?;
        free(self.by_telegram.get(&row.telegram), &row.id, || {
            "the account of this telegram id".into()
        })?;
        let row = row.clone();
        Ok(Seen { row, version })
    }

    /// Puts a row in place of another, or takes it away; answers what was there.
    pub(super) fn replace(
        &mut self,
        id: CustomerId,
        row: Option<Seen<Customer>>,
    ) -> Option<Seen<Customer>> {
        let old = self.rows.remove(&id);
        if let Some(old) = &old {
            self.by_telegram.remove(&old.row.telegram);
            self.waiting.remove(&id);
            self.erased.remove(&id);
        }
        if let Some(row) = row {
            self.by_telegram.insert(row.row.telegram, id);
            if row.row.wants_opening {
                self.waiting.insert(id);
            }
            if row.row.erased.as_ref().is_some_and(has_pseudonym) {
                self.erased.insert(id);
            }
            self.rows.insert(id, row);
        }
        old
    }
}

const fn has_pseudonym(erased: &Erased) -> bool {
    erased.pseudonym.is_some()
}
