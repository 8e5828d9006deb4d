//! Dialogs in memory.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;

use crate::domain::dialog::Dialog;
use crate::domain::ids::TelegramId;
use crate::ports::dialogs::{DialogMoved, SeenDialog};
use crate::ports::{Dialogs, Failure, Unreadable};

/// One save that does not go as the caller hopes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DialogFault {
    /// Nothing is saved, and the caller is told so.
    NotDone,
    /// The caller does not learn what happened.
    Unknown {
        /// Whether it was saved.
        done: bool,
    },
}

/// Dialogs that are kept for as long as the test runs, with compare-and-set.
#[derive(Default)]
pub struct MemoryDialogs(Mutex<Inner>);

#[derive(Default)]
struct Inner {
    saved: HashMap<TelegramId, (Dialog, u64)>,
    fault: Option<DialogFault>,
    unreadable: u32,
    loads: u64,
    saves: u64,
}

impl MemoryDialogs {
    /// Nobody has a dialog.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The next save meets this fault.
    pub fn fail_next(&self, fault: DialogFault) {
        self.lock().fault = Some(fault);
    }

    /// The next loads fail.
    pub fn unreadable_for(&self, loads: u32) {
        self.lock().unreadable = loads;
    }

    /// How often dialogs were loaded.
    #[must_use]
    pub fn loads(&self) -> u64 {
        self.lock().loads
    }

    /// How often dialogs were saved.
    #[must_use]
    pub fn saves(&self) -> u64 {
        self.lock().saves
    }

    /// Loses everything, as a cache that was restarted does.
    pub fn lose_all(&self) {
        self.lock().saved.clear();
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn save(&mut self, user: TelegramId, seen: u64, dialog: &Dialog) -> Result<u64, DialogMoved> {
        let there = self.saved.get_mut(&user);
        let version = there.as_ref().map_or(0, |(_, version)| *version);
        if version != seen {
            return Err(DialogMoved);
        }
        let next = version.saturating_add(1);
        match there {
            // In place: the lists of a dialog rarely need more room than they had.
            Some((saved, version)) => {
                *version = next;
                saved.place.clone_from(&dialog.place);
                saved.saved.clone_from(&dialog.saved);
                saved.handled.clone_from(&dialog.handled);
            }
            None => drop(self.saved.insert(user, (dialog.clone(), next))),
        }
        self.saves += 1;
        Ok(next)
    }
}

#[async_trait]
impl Dialogs for MemoryDialogs {
    async fn load(&self, user: TelegramId) -> Result<SeenDialog, Unreadable> {
        let mut inner = self.lock();
        inner.loads += 1;
        if let Some(left) = inner.unreadable.checked_sub(1) {
            inner.unreadable = left;
            return Err(Unreadable::new("dialogs are out of reach for this test"));
        }
        let saved = inner.saved.get(&user).cloned();
        let (dialog, version) = saved.unwrap_or_default();
        Ok(SeenDialog { dialog, version })
    }

    async fn save(
        &self,
        user: TelegramId,
        seen: u64,
        dialog: &Dialog,
    ) -> Result<u64, Failure<DialogMoved>> {
        let mut inner = self.lock();
        match inner.fault.take() {
            None => inner.save(user, seen, dialog).map_err(Failure::Refused),
            Some(DialogFault::NotDone) => Err(Failure::not_done("the dialog was not saved")),
            Some(DialogFault::Unknown { done }) => {
                let _unheard = done.then(|| inner.save(user, seen, dialog));
                Err(Failure::unknown("the answer was lost"))
            }
        }
    }

    async fn erase(&self, user: TelegramId) -> Result<(), Unreadable> {
        self.lock().saved.remove(&user);
        Ok(())
    }
}
