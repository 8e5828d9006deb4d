//! What the pool shows of itself.

use serde::Serialize;

/// The pool at one moment.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct PoolSnapshot {
    /// One line a till, and one for the anonymous slots.
    pub groups: Vec<GroupSnapshot>,
    /// Counts since the daemon started.
    pub totals: Totals,
    /// It is ending.
    pub shut: bool,
}

/// The slots of one kind at one moment.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct GroupSnapshot {
    /// The till's login, or `anonymous`.
    pub kind: String,
    /// Browsers at most.
    pub capacity: usize,
    /// Being opened.
    pub opening: usize,
    /// Being probed.
    pub probing: usize,
    /// Free.
    pub free: usize,
    /// Lent.
    pub busy: usize,
    /// Being closed.
    pub closing: usize,
    /// Borrowers who wait.
    pub waiting: usize,
    /// Failures since a browser last worked.
    pub failures_in_row: u32,
    /// Milliseconds until the next may be opened; none if it may be now.
    pub pause_ms: Option<u64>,
}

/// Counts since the daemon started. They survive the pool's restarts.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Serialize)]
pub struct Totals {
    /// Browsers that came up.
    pub opened: u64,
    /// Openings that failed.
    pub open_failed: u64,
    /// Browsers that are surely gone.
    pub closed: u64,
    /// Closings without an outcome, tried again.
    pub close_failed: u64,
    /// Closed because of their age or their loans.
    pub recycled: u64,
    /// Closed because they were idle.
    pub idle: u64,
    /// Closed because they did not answer or a borrower said so.
    pub broken: u64,
    /// Of the broken ones: the borrower did not bring them back.
    pub overdue: u64,
    /// Closed because of a session that is logged out, spoilt or older than the vault's.
    pub reopened: u64,
    /// Loans.
    pub lent: u64,
    /// Borrowers who were sent away.
    pub refused: u64,
    /// Loans after which the way to Fragment was said to be blocked.
    pub path_blocked: u64,
    /// Returns of slots that were not lent any more.
    pub returned_late: u64,
}

impl PoolSnapshot {
    /// The line of this kind.
    #[must_use]
    pub fn group(&self, kind: &str) -> Option<&GroupSnapshot> {
        self.groups.iter().find(|group| group.kind == kind)
    }
}
