//! What goes on while Redis is away, on what this process keeps.

use std::sync::Arc;

use async_trait::async_trait;
use starkeeper_actors::domain::dialog::Dialog;
use starkeeper_actors::domain::ids::TelegramId;
use starkeeper_actors::ports::dialogs::{DialogMoved, SeenDialog};
use starkeeper_actors::ports::limits::{Allowance, Metered, Person};
use starkeeper_actors::ports::{Dialogs, Failure, Limits, Unreadable};

/// Marks a version that is kept here: others are microseconds since 1970, which leave the bit alone.
const HERE: u64 = 1 << 63;

/// Dialogs that all replicas share, or this process's own for as long as those are out of reach.
///
/// Whoever was in the middle of something goes on from there; whoever comes to another replica, or
/// comes back after a pause, starts from the main menu. When the common ones are back, the newer of
/// both counts. Both must give versions that grow with the clock, which is how the newer is told: two
/// clocks that are apart cost a tap.
pub struct DialogsOrHere {
    common: Arc<dyn Dialogs>,
    here: Arc<dyn Dialogs>,
}

impl DialogsOrHere {
    /// The common ones, and those of this process.
    #[must_use]
    pub fn new(common: Arc<dyn Dialogs>, here: Arc<dyn Dialogs>) -> Self {
        Self { common, here }
    }

    /// Keeps a dialog here that could not be saved where it belongs, unless a newer one is kept.
    async fn keep(
        &self,
        user: TelegramId,
        seen: u64,
        dialog: &Dialog,
    ) -> Result<u64, Failure<DialogMoved>> {
        let kept = self.here.load(user).await;
        let kept = kept.map_err(|why| Failure::not_done(why.cause))?;
        if kept.version > seen {
            return Err(Failure::Refused(DialogMoved));
        }
        self.keep_over(user, kept.version, dialog).await
    }

    async fn keep_over(
        &self,
        user: TelegramId,
        kept: u64,
        dialog: &Dialog,
    ) -> Result<u64, Failure<DialogMoved>> {
        let version = self.here.save(user, kept, dialog).await?;
        Ok(version | HERE)
    }

    /// Saves a dialog of this process where it belongs, unless a newer one is there.
    async fn bring_back(
        &self,
        user: TelegramId,
        kept: u64,
        dialog: &Dialog,
    ) -> Result<u64, Failure<DialogMoved>> {
        let Ok(common) = self.common.load(user).await else {
            return self.keep_over(user, kept, dialog).await;
        };
        let saved = if common.version > kept {
            Err(Failure::Refused(DialogMoved))
        } else {
            self.common.save(user, common.version, dialog).await
        };
        match saved {
            Err(Failure::NotDone { .. } | Failure::Unknown { .. }) => {
                self.keep_over(user, kept, dialog).await
            }
            Ok(_) | Err(Failure::Refused(DialogMoved)) => {
                let erased = self.here.erase(user).await;
                erased.map_err(|why| Failure::not_done(why.cause))?;
                saved
            }
        }
    }
}

#[async_trait]
impl Dialogs for DialogsOrHere {
    async fn load(&self, user: TelegramId) -> Result<SeenDialog, Unreadable> {
        let common = self.common.load(user).await;
        let kept = self.here.load(user).await?;
        match common {
            Ok(common) if common.version >= kept.version => Ok(common),
            Ok(_) | Err(_) => Ok(SeenDialog {
                version: kept.version | HERE,
                ..kept
            }),
        }
    }

    async fn save(
        &self,
        user: TelegramId,
        seen: u64,
        dialog: &Dialog,
    ) -> Result<u64, Failure<DialogMoved>> {
        if seen & HERE != 0 {
            return self.bring_back(user, seen & !HERE, dialog).await;
        }
        match self.common.save(user, seen, dialog).await {
            Err(Failure::NotDone { .. } | Failure::Unknown { .. }) => {
                self.keep(user, seen, dialog).await
            }
            done @ (Ok(_) | Err(Failure::Refused(DialogMoved))) => done,
        }
    }

    /// Of both, or it has failed: what was kept in common would come back.
    async fn erase(&self, user: TelegramId) -> Result<(), Unreadable> {
        self.here.erase(user).await?;
        self.common.erase(user).await
    }
}

/// Limits that all replicas share; while those cannot be counted, this process's own, which should be
/// stricter. A payment is not counted by one replica alone: it waits.
pub struct LimitsOrHere {
    common: Arc<dyn Limits>,
    here: Arc<dyn Limits>,
}

impl LimitsOrHere {
    /// The common ones, and those of this process.
    #[must_use]
    pub fn new(common: Arc<dyn Limits>, here: Arc<dyn Limits>) -> Self {
        Self { common, here }
    }
}

#[async_trait]
impl Limits for LimitsOrHere {
    async fn take(&self, person: Person, what: Metered) -> Allowance {
        match (self.common.take(person, what).await, what) {
            (Allowance::CannotCount, Metered::Message | Metered::Operation) => {
                self.here.take(person, what).await
            }
            (Allowance::CannotCount, Metered::Payment) => Allowance::CannotCount,
            (counted @ (Allowance::Granted | Allowance::Wait { .. }), _) => counted,
        }
    }
}
