//! Which chats changed, in order: one look for a page or a driver with many people.

use std::collections::{BTreeSet, VecDeque};

use serde::{Deserialize, Serialize};
use tokio::sync::watch;

use crate::world::kept::forms;

/// Changes that are kept; who looks less often than that sees that it has missed some.
const KEPT: usize = 100_000;

/// The changes.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Feed {
    changes: VecDeque<(u64, i64)>,
    #[serde(with = "forms::watched")]
    version: watch::Sender<u64>,
}

impl Feed {
    /// Notes a change of a chat, and numbers it.
    pub(crate) fn note(&mut self, chat: i64) -> u64 {
        let version = self.next();
        self.changes.push_back((version, chat));
        if self.changes.len() > KEPT {
            self.changes.pop_front();
        }
        self.version.send_replace(version);
        version
    }

    /// Forgets which chats changed. Numbers go on.
    pub(crate) fn clear(&mut self) -> u64 {
        self.changes.clear();
        let version = self.next();
        self.version.send_replace(version);
        version
    }

    /// Who wants to know of the next change.
    pub(crate) fn subscribe(&self) -> watch::Receiver<u64> {
        self.version.subscribe()
    }

    /// The chats with a change after `after`, and whether that is all of them.
    pub(crate) fn after(&self, after: u64) -> (BTreeSet<i64>, bool) {
        let newer = self.changes.iter().rev();
        let newer = newer.take_while(|(version, _)| *version > after);
        let is_whole = match self.changes.front() {
            Some((oldest, _)) => *oldest <= after.saturating_add(1),
            None => self.next() == after.saturating_add(1),
        };
        (newer.map(|(_, chat)| *chat).collect(), is_whole)
    }

    fn next(&self) -> u64 {
        *self.version.borrow() + 1
    }
}
