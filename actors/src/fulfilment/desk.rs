//! What every step of a run has at hand: the office, the settings, the right to a till; and the
//! one way to commit.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::tills::{Lanes, Tenure};
use super::{FulfilmentDoors, FulfilmentSettings};
use crate::domain::Timestamp;
use crate::domain::ids::{Epoch, OrderId};
use crate::domain::order::{Desk, OrderEvent, OrderRefused};
use crate::domain::wallet::Wallet;
use crate::office::Office;
use crate::ports::books::{Commit, CommitFailed, OrderFile, RowWrite, Write};
use crate::ports::{Failure, Unreadable};

/// The common ground of all runs. Cheap to clone.
#[derive(Clone)]
pub(super) struct Bench {
    pub(super) office: Office,
    pub(super) settings: Arc<FulfilmentSettings>,
    pub(super) doors: FulfilmentDoors,
    pub(super) lanes: Lanes,
    /// Something is owed to people and the notifier was not woken for it yet.
    pub(super) owes: Arc<AtomicBool>,
}

/// Why a step did not lead to a commit.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Stuck {
    /// The books say something else than was remembered: read again and go on.
    Reread,
    /// Nothing to do here now; the next look comes by itself.
    Rest(String),
}

impl From<Unreadable> for Stuck {
    fn from(unreadable: Unreadable) -> Self {
        Self::Rest(unreadable.to_string())
    }
}

impl From<OrderRefused> for Stuck {
    fn from(refused: OrderRefused) -> Self {
        // The file was read a moment ago: a refusal means that it is not the time for this.
        Self::Rest(refused.to_string())
    }
}

impl Bench {
    pub(super) fn now(&self) -> Timestamp {
        self.office.ports.clock.now()
    }

    /// The rules' desk for a file under a tenure.
    pub(super) fn desk<'a>(&'a self, wallet: Option<&'a Wallet>, tenure: &Tenure) -> Desk<'a> {
        Desk {
            rules: &self.settings.order,
            wallet,
            epoch: tenure.epoch,
            now: self.now(),
        }
    }

    /// A commit that relies on a tenure.
    pub(super) fn commit(&self, tenure: &Tenure) -> Commit {
        let mut commit = self.office.commit();
        commit.fences = tenure.fences();
        commit
    }

    /// Writes a commit. After anything but success, what was remembered is worthless.
    pub(super) async fn write(&self, commit: Commit) -> Result<(), Stuck> {
        let tells = !commit.notices.is_empty() || !commit.stale.is_empty();
        match self.office.write(commit).await {
            Ok(()) => {
                self.owes.fetch_or(tells, Ordering::Relaxed);
                Ok(())
            }
            Err(failed) => Err(after(&failed)),
        }
    }

    /// Wakes the notifier if anything was committed since that people are owed: once for a stretch
    /// of steps, because a live message shows only the latest state.
    pub(super) fn tell(&self) {
        if self.owes.swap(false, Ordering::Relaxed) {
            self.doors.notifier.wake();
        }
    }
}

/// A refusal or an unknown outcome means reading again; what was certainly not done can wait.
fn after(failed: &CommitFailed) -> Stuck {
    match failed {
        Failure::Refused(_) | Failure::Unknown { .. } => Stuck::Reread,
        Failure::NotDone { cause } => Stuck::Rest(cause.clone()),
    }
}

/// The wallet's row of a file.
pub(super) fn wallet_of(file: &OrderFile) -> Option<&Wallet> {
    file.wallet.as_ref().map(|seen| &seen.row)
}

impl Bench {
    /// Closes an offer that nobody paid for in time.
    pub(super) async fn lapse(&self, id: OrderId) -> Result<(), Stuck> {
        let seen = self
            .office
            .ports
            .books
            .order(id)
            .await?
            .ok_or(Stuck::Reread)?;
        let (rules, now) = (&self.settings.order, self.now());
        let desk = Desk {
            rules,
            wallet: None,
            epoch: Epoch::new(0),
            now,
        };
        let decision = seen.row.decide(OrderEvent::Tick, desk)?;
        let mut commit = self.office.commit();
        let next = self.office.absorb(&mut commit, decision);
        commit.rows.push(RowWrite::Order(Write::over(&seen, next)));
        self.write(commit).await?;
        self.tell();
        Ok(())
    }
}
