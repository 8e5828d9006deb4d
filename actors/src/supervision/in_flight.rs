//! What is being worked on: at most one piece of work a key, at most so many in all.

use std::{collections::BTreeMap, fmt};

/// The keys in work. Plain memory of an actor: it is dropped by [`Clerk::forget`](super::Clerk)
/// together with the work itself.
#[derive(Clone)]
pub struct InFlight<K> {
    limit: usize,
    /// The value says whether the key came up again while its work was running.
    keys: BTreeMap<K, bool>,
}

/// What to do with a key that is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Begin {
    /// Start the work; [`InFlight::end`] must follow.
    Start,
    /// It is running already. It is noted that the key is due once more.
    Running,
    /// No room. Nothing is noted: the key is found again at the next look.
    Full,
}

/// What to do after the work on a key has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum End {
    /// Nothing.
    Quiet,
    /// The key came up again meanwhile: look once more.
    LookAgain,
}

impl<K: Ord> InFlight<K> {
    /// Nothing in work, room for `limit` keys.
    #[must_use]
    pub fn new(limit: usize) -> Self {
        Self {
            limit,
            keys: BTreeMap::new(),
        }
    }

    /// A key is due.
    pub fn begin(&mut self, key: K) -> Begin {
        if let Some(again) = self.keys.get_mut(&key) {
            *again = true;
            return Begin::Running;
        }
        if self.is_full() {
            return Begin::Full;
        }
        self.keys.insert(key, false);
        Begin::Start
    }

    /// The work on a key has ended, well or not.
    pub fn end(&mut self, key: &K) -> End {
        match self.keys.remove(key) {
            Some(true) => End::LookAgain,
            Some(false) | None => End::Quiet,
        }
    }

    /// True while the key is in work.
    #[must_use]
    pub fn contains(&self, key: &K) -> bool {
        self.keys.contains_key(key)
    }

    /// How many keys are in work.
    #[must_use]
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// True when nothing is in work.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// How many more keys may be taken up.
    #[must_use]
    pub fn room(&self) -> usize {
        self.limit.saturating_sub(self.keys.len())
    }

    /// True when no further key may be taken up.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.room() == 0
    }

    /// Drops everything: the work has been dropped too.
    pub fn clear(&mut self) {
        self.keys.clear();
    }
}

impl<K> fmt::Debug for InFlight<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InFlight")
            .field("limit", &self.limit)
            .field("running", &self.keys.len())
            .finish()
    }
}

#[cfg(test)]
mod tests;
