//! What a machine says: the next state and everything that is committed with it.

use super::ids::OrderId;
use super::ledger::Entry;
use super::notice::Owed;

/// The outcome of one event on one machine. Committed whole or not at all.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "a decision that is not committed never happened"]
pub struct Decision<S> {
    /// The state to store instead of the one that was seen.
    pub next: S,
    /// Entries of the ledger.
    pub entries: Vec<Entry>,
    /// News that people are owed.
    pub notices: Vec<Owed>,
    /// Orders whose live message no longer shows the truth.
    pub stale: Vec<OrderId>,
}

impl<S> Decision<S> {
    /// A change of state that moves no money and tells nobody.
    pub const fn quiet(next: S) -> Self {
        Self {
            next,
            entries: Vec::new(),
            notices: Vec::new(),
            stale: Vec::new(),
        }
    }

    /// Adds an entry of the ledger.
    pub fn entry(mut self, entry: Entry) -> Self {
        self.entries.push(entry);
        self
    }

    /// Adds a piece of news.
    pub fn tell(mut self, owed: Owed) -> Self {
        self.notices.push(owed);
        self
    }

    /// Marks an order's live message as stale.
    pub fn redraw(mut self, order: OrderId) -> Self {
        if !self.stale.contains(&order) {
            self.stale.push(order);
        }
        self
    }

    /// Takes over everything but the state of another decision, so that both are one commit.
    pub fn with<T>(mut self, other: Decision<T>) -> (Self, T) {
        self.entries.extend(other.entries);
        self.notices.extend(other.notices);
        for order in other.stale {
            self = self.redraw(order);
        }
        (self, other.next)
    }

    /// The same decision about another state.
    pub fn map<T>(self, change: impl FnOnce(S) -> T) -> Decision<T> {
        Decision {
            next: change(self.next),
            entries: self.entries,
            notices: self.notices,
            stale: self.stale,
        }
    }
}
