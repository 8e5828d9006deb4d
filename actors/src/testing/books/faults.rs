//! What may go wrong between a caller and the books, on demand.

use std::collections::VecDeque;

use crate::ports::Unreadable;
use crate::ports::books::{Commit, CommitRefused};

/// One commit that does not go as the caller hopes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Fault {
    /// Nothing happens, and the caller is told so.
    NotDone,
    /// The caller does not learn what happened.
    Unknown {
        /// Whether the commit was written.
        done: bool,
    },
    /// The answer never comes: the caller's own deadline must end the wait.
    Hangs {
        /// Whether the commit was written.
        done: bool,
    },
    /// Refused, without looking.
    Refused(CommitRefused),
}

/// How often the books were asked.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Counts {
    /// Commits that were written.
    pub commits: u64,
    /// Commits that the books refused.
    pub refused: u64,
    /// Commits that met a [`Fault`].
    pub faults: u64,
    /// Reads of any kind, leases not counted.
    pub reads: u64,
    /// Leases asked for or prolonged.
    pub leases: u64,
}

/// Chooses a fault for a commit by its contents.
pub(super) type Chooser = Box<dyn FnMut(&Commit) -> Option<Fault> + Send>;

#[derive(Default)]
pub(super) struct Faults {
    pub(super) next: VecDeque<Fault>,
    pub(super) chooser: Option<Chooser>,
    pub(super) unreadable: u32,
}

impl Faults {
    pub(super) fn of_commit(&mut self, commit: &Commit) -> Option<Fault> {
        if let Some(fault) = self.next.pop_front() {
            return Some(fault);
        }
        self.chooser.as_mut().and_then(|choose| choose(commit))
    }

    pub(super) fn of_read(&mut self) -> Result<(), Unreadable> {
        match self.unreadable.checked_sub(1) {
            Some(left) => {
                self.unreadable = left;
                Err(Unreadable::new("the books are out of reach for this test"))
            }
            None => Ok(()),
        }
    }
}
