//! Customers, by account and by chat.

use std::collections::HashMap;

use super::rows::{free, next_version, rule};
use crate::domain::customer::Customer;
use crate::domain::ids::{CustomerId, TelegramId};
use crate::ports::books::{CommitRefused, Seen, Write};

#[derive(Clone, Default)]
pub(super) struct Customers {
    rows: HashMap<CustomerId, Seen<Customer>>,
    by_telegram: HashMap<TelegramId, CustomerId>,
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

    pub(super) fn check(&self, write: &Write<Customer>) -> Result<Seen<Customer>, CommitRefused> {
        let row = &write.row;
        let there = self.get(row.id);
        let version = next_version(there, write.seen, || format!("customer {}", row.id))?;
        rule(
            there.is_none_or(|there| there.row.telegram == row.telegram),
            || format!("the telegram id of {} never changes", row.id),
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
        match row {
            Some(row) => {
                self.by_telegram.insert(row.row.telegram, id);
                self.rows.insert(id, row)
            }
            None => {
                let old = self.rows.remove(&id);
                if let Some(old) = &old {
                    self.by_telegram.remove(&old.row.telegram);
                }
                old
            }
        }
    }
}
