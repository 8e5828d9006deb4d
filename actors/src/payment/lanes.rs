//! One step of an invoice at a time, within this daemon. The stored version decides among
//! replicas; here the same work is only not done twice.
//!
//! A lane belongs to the running calls, not to the actor's memory: a call that outlives a restart
//! of the actor keeps its place.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::OwnedMutexGuard;

use crate::domain::ids::InvoiceId;

/// The lanes in use.
#[derive(Debug, Default)]
pub(super) struct Lanes {
    used: Arc<Mutex<BTreeMap<InvoiceId, Lane>>>,
}

#[derive(Clone, Debug, Default)]
struct Lane {
    /// Look-ups that have begun.
    begun: Arc<AtomicU64>,
    /// Whose turn it is; the number is the newest look-up whose answer was committed.
    answered: Arc<tokio::sync::Mutex<u64>>,
}

/// A turn in the lane of an invoice, given back when dropped.
#[derive(Debug)]
pub(super) struct Turn {
    invoice: InvoiceId,
    lane: Lane,
    /// Look-ups that had begun when this turn was asked for.
    before: u64,
    has_waited: bool,
    answered: Option<OwnedMutexGuard<u64>>,
    used: Arc<Mutex<BTreeMap<InvoiceId, Lane>>>,
}

impl Lanes {
    /// Waits for a turn, first come first served.
    pub(super) async fn enter(&self, invoice: InvoiceId) -> Turn {
        let lane = lock(&self.used).entry(invoice).or_default().clone();
        let mut turn = Turn {
            invoice,
            before: lane.begun.load(Ordering::Acquire),
            has_waited: false,
            answered: None,
            used: Arc::clone(&self.used),
            lane,
        };
        let mine = match Arc::clone(&turn.lane.answered).try_lock_owned() {
            Ok(mine) => mine,
            Err(_) => {
                turn.has_waited = true;
                Arc::clone(&turn.lane.answered).lock_owned().await
            }
        };
        turn.answered = Some(mine);
        turn
    }

    /// Lanes in use.
    pub(super) fn len(&self) -> usize {
        lock(&self.used).len()
    }
}

impl Turn {
    /// Whether a look-up that began after this turn was asked for has been committed: it saw all
    /// that the asker knows of.
    pub(super) fn is_covered(&self) -> bool {
        let answered = self.answered.as_ref().map_or(0, |newest| **newest);
        answered > self.before
    }

    /// Whether somebody had the lane when this turn was asked for.
    pub(super) const fn has_waited(&self) -> bool {
        self.has_waited
    }

    /// A look-up begins.
    pub(super) fn begin(&self) {
        self.lane.begun.fetch_add(1, Ordering::AcqRel);
    }

    /// Its answer is committed.
    pub(super) fn committed(&mut self) {
        let begun = self.lane.begun.load(Ordering::Acquire);
        if let Some(answered) = &mut self.answered {
            **answered = begun;
        }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let mut used = lock(&self.used);
        self.answered = None;
        // Ours and the map's: nobody waits. Others are cloned under the same lock.
        if Arc::strong_count(&self.lane.begun) == 2 {
            used.remove(&self.invoice);
        }
    }
}

fn lock(used: &Mutex<BTreeMap<InvoiceId, Lane>>) -> MutexGuard<'_, BTreeMap<InvoiceId, Lane>> {
    used.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: InvoiceId = InvoiceId::new(1);

    #[actix::test]
    async fn a_waiter_is_covered_only_by_a_look_up_that_began_after_it_came() {
        let lanes = Arc::new(Lanes::default());
        let mut first = lanes.enter(ONE).await;
        assert!(!first.has_waited());
        let waiter = |lanes: Arc<Lanes>| {
            actix_rt::spawn(async move {
                let turn = lanes.enter(ONE).await;
                assert!(turn.has_waited());
                turn.is_covered()
            })
        };
        let early = waiter(Arc::clone(&lanes));
        tokio::task::yield_now().await;
        first.begin();
        let late = waiter(Arc::clone(&lanes));
        tokio::task::yield_now().await;
        first.committed();
        drop(first);
        assert!(early.await.unwrap());
        assert!(!late.await.unwrap());
        assert_eq!(lanes.len(), 0);
    }

    #[actix::test]
    async fn a_look_up_that_was_not_committed_covers_nobody() {
        let lanes = Lanes::default();
        let first = lanes.enter(ONE).await;
        first.begin();
        drop(first);
        assert!(!lanes.enter(ONE).await.is_covered());
        assert_eq!(lanes.len(), 0);
    }
}
