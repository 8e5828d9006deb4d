//! What the payment actor has done since the daemon started. Survives its restarts.

use std::sync::atomic::{AtomicU64, Ordering};

use serde::Serialize;

/// Counters, for the snapshot and the metrics.
#[derive(Debug, Default)]
pub(super) struct Counts {
    pub(super) opened: Count,
    pub(super) look_ups: Count,
    pub(super) commits: Count,
    pub(super) credits: Count,
    pub(super) held: Count,
    pub(super) decided_anew: Count,
    pub(super) orphans: Count,
    pub(super) failed: Count,
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
pub struct PaymentCounts {
    /// Invoices that exist at the gateway.
    pub opened: u64,
    /// Look-ups at the gateway.
    pub look_ups: u64,
    /// Commits that the books took.
    pub commits: u64,
    /// Commits among them with a credit.
    pub credits: u64,
    /// Orders that were paid by an invoice and held.
    pub held: u64,
    /// Decisions that were made anew because the books had moved or had not answered.
    pub decided_anew: u64,
    /// Payments of no invoice of the books.
    pub orphans: u64,
    /// Steps that came to nothing and are due again.
    pub failed: u64,
}

impl Counts {
    pub(super) fn now(&self) -> PaymentCounts {
        PaymentCounts {
            opened: self.opened.get(),
            look_ups: self.look_ups.get(),
            commits: self.commits.get(),
            credits: self.credits.get(),
            held: self.held.get(),
            decided_anew: self.decided_anew.get(),
            orphans: self.orphans.get(),
            failed: self.failed.get(),
        }
    }
}
