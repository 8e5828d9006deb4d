//! Dialogs by person, with compare-and-set, until they expire or their shelf is full.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use starkeeper_actors::domain::dialog::Dialog;
use starkeeper_actors::domain::ids::TelegramId;
use starkeeper_actors::domain::{Span, Timestamp};
use starkeeper_actors::ports::dialogs::{DialogMoved, SeenDialog};
use starkeeper_actors::ports::{Clock, Dialogs, Failure, Unreadable};

/// How much is kept, and for how long.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Shelf {
    /// People whose dialog is kept; one more, and the longest silent one is forgotten.
    pub people: usize,
    /// After this much silence a dialog is forgotten.
    pub expiry: Span,
}

impl Default for Shelf {
    /// 100,000 people (some 50 MB), 48 hours: as long as handled updates are remembered.
    fn default() -> Self {
        Self {
            people: 100_000,
            expiry: Span::hours(48),
        }
    }
}

/// The dialogs of this process.
pub struct InProcessDialogs {
    clock: Arc<dyn Clock>,
    shelf: Shelf,
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    dialogs: HashMap<TelegramId, Entry>,
    /// The longest silent first.
    silence: BTreeSet<(Timestamp, TelegramId)>,
}

struct Entry {
    dialog: Dialog,
    version: u64,
    saved_at: Timestamp,
}

impl InProcessDialogs {
    /// Nobody has a dialog yet.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>, shelf: Shelf) -> Self {
        Self {
            clock,
            shelf,
            kept: Mutex::default(),
        }
    }

    /// How many people have one.
    #[must_use]
    pub fn people(&self) -> usize {
        self.lock().dialogs.len()
    }

    /// The dialogs without those that have expired.
    fn lock(&self) -> MutexGuard<'_, Kept> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.drop_silent_since(self.clock.now() - self.shelf.expiry);
        kept
    }
}

impl Kept {
    fn drop_silent_since(&mut self, instant: Timestamp) {
        while let Some((at, person)) = self.silence.first().copied() {
            if at > instant {
                return;
            }
            self.forget(person);
        }
    }

    fn forget(&mut self, person: TelegramId) {
        if let Some(old) = self.dialogs.remove(&person) {
            self.silence.remove(&(old.saved_at, person));
        }
    }

    fn keep(&mut self, person: TelegramId, entry: Entry, most: usize) {
        self.forget(person);
        while self.dialogs.len() >= most.max(1) {
            let Some((_, silent)) = self.silence.first().copied() else {
                break;
            };
            self.forget(silent);
        }
        self.silence.insert((entry.saved_at, person));
        self.dialogs.insert(person, entry);
    }
}

#[async_trait]
impl Dialogs for InProcessDialogs {
    async fn load(&self, user: TelegramId) -> Result<SeenDialog, Unreadable> {
        let kept = self.lock();
        let seen = kept.dialogs.get(&user).map(|entry| SeenDialog {
            dialog: entry.dialog.clone(),
            version: entry.version,
        });
        Ok(seen.unwrap_or(SeenDialog {
            dialog: Dialog::default(),
            version: 0,
        }))
    }

    async fn save(
        &self,
        user: TelegramId,
        seen: u64,
        dialog: &Dialog,
    ) -> Result<u64, Failure<DialogMoved>> {
        let mut kept = self.lock();
        let version = kept.dialogs.get(&user).map_or(0, |entry| entry.version);
        if version != seen {
            return Err(Failure::Refused(DialogMoved));
        }
        let now = self.clock.now();
        // By the clock, so that whoever comes after one who was forgotten is another version, and
        // so that the newer of two places can be told.
        let by_clock = u64::try_from(now.timestamp_micros()).unwrap_or(0);
        let next = version.saturating_add(1).max(by_clock);
        let entry = Entry {
            dialog: dialog.clone(),
            version: next,
            saved_at: now,
        };
        kept.keep(user, entry, self.shelf.people);
        Ok(next)
    }

    async fn erase(&self, user: TelegramId) -> Result<(), Unreadable> {
        self.lock().forget(user);
        Ok(())
    }
}
