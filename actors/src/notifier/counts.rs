//! What the notifier has done since the daemon started. Survives its restarts.

use std::sync::atomic::{AtomicU64, Ordering};

use serde::Serialize;

/// Counters, for the snapshot and the metrics.
#[derive(Debug, Default)]
pub(super) struct Counts {
    pub(super) told: Count,
    pub(super) later: Count,
    pub(super) unknown: Count,
    pub(super) kept: Count,
    pub(super) revived: Count,
    pub(super) undeliverable: Count,
    pub(super) operator_notices: Count,
    pub(super) drawn: Count,
    pub(super) unstored: Count,
}

/// One counter.
#[derive(Debug, Default)]
pub(super) struct Count(AtomicU64);

impl Count {
    pub(super) fn one(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// The counters at one moment.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub struct NotifierCounts {
    /// Notices that Telegram accepted.
    pub told: u64,
    /// Attempts that are to be made again: too fast, or not reached.
    pub later: u64,
    /// Attempts whose outcome is unknown; made again.
    pub unknown: u64,
    /// Notices kept for people who blocked the bot.
    pub kept: u64,
    /// Notices revived because the person came back.
    pub revived: u64,
    /// Notices that Telegram will never accept.
    pub undeliverable: u64,
    /// Notices to the operators: the metric to alert on.
    pub operator_notices: u64,
    /// Live messages sent or edited.
    pub drawn: u64,
    /// Outcomes that could not be stored: they will be told or drawn again.
    pub unstored: u64,
}

impl Counts {
    pub(super) fn now(&self) -> NotifierCounts {
        NotifierCounts {
            told: self.told.get(),
            later: self.later.get(),
            unknown: self.unknown.get(),
            kept: self.kept.get(),
            revived: self.revived.get(),
            undeliverable: self.undeliverable.get(),
            operator_notices: self.operator_notices.get(),
            drawn: self.drawn.get(),
            unstored: self.unstored.get(),
        }
    }
}
