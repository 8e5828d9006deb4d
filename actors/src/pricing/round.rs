//! One round: ask if it is ours to ask, store, and read what is stored.

use std::{sync::Arc, time::Duration};

use tokio::sync::watch;

use super::{
    PricingSettings, Role,
    gather::{Due, Gathered, gather},
    judge,
};
use crate::{
    browser_pool::Lender,
    domain::{Span, login::Login, pricing::ShopPrices},
    office::Office,
    ports::books::{Fence, LeaseKey, RowWrite, Seen, Write},
};

/// Everything a round needs. It runs outside the actor and remembers nothing.
#[derive(Clone)]
pub(super) struct Rounds {
    pub(super) office: Office,
    pub(super) lender: Lender,
    pub(super) logins: watch::Receiver<Arc<Vec<Login>>>,
    pub(super) settings: Arc<PricingSettings>,
}

/// How a round went.
#[derive(Clone, Default, Debug)]
pub(super) struct Round {
    /// None if the books could not say.
    pub(super) role: Option<Role>,
    /// What is stored, under the rules of this daemon; none if nothing is, or it was not read.
    pub(super) stored: Option<Seen<ShopPrices>>,
    /// Who was asked; nobody, if another replica does that.
    pub(super) asked: Option<Due>,
    /// Who was asked and said nothing.
    pub(super) silent: Vec<String>,
    /// What was gathered and is not surely stored. Given to the next round: an observation carries
    /// its own instant, and recording it twice changes nothing.
    pub(super) kept: Gathered,
    /// What went wrong with the books.
    pub(super) failed: Option<String>,
}

impl Rounds {
    /// Runs a round, with what the one before could not store.
    pub(super) async fn run(&self, due: Due, kept: Gathered) -> Round {
        let mut round = Round::default();
        round.failed = self.ask_and_store(due, kept, &mut round).await.err();
        // Read back rather than assume, whatever became of the commit.
        match self.read().await {
            Ok(stored) => round.stored = stored,
            Err(why) => round.failed = Some(why),
        }
        round
    }

    async fn ask_and_store(
        &self,
        due: Due,
        kept: Gathered,
        round: &mut Round,
    ) -> Result<(), String> {
        if self.lease().await?.is_none() {
            // Whoever holds the lease asks the same sources.
            round.role = Some(Role::Reader);
            return Ok(());
        }
        round.role = Some(Role::Holder);
        round.asked = Some(due);
        let gathered = gather(&self.office, &self.lender, &self.settings, due).await;
        round.silent = gathered.silent.clone();
        round.kept = gathered.over(kept);
        // Asking took its time: prolong, and learn under which epoch to write.
        let Some(fence) = self.lease().await? else {
            round.role = Some(Role::Reader);
            round.kept = Gathered::default();
            return Err("another replica took over".to_owned());
        };
        self.store(round.kept.clone(), fence).await?;
        round.kept = Gathered::default();
        Ok(())
    }

    /// Stores what was gathered if it changes anything.
    async fn store(&self, gathered: Gathered, fence: Fence) -> Result<(), String> {
        let stored = within(self.settings.books, self.office.ports.books.prices()).await?;
        let stored = stored.map_err(|why| why.to_string())?;
        let (settings, mut commit) = (&self.settings, self.office.commit());
        let before = stored.as_ref().map(|seen| &seen.row);
        let mut next = match before {
            Some(row) => judge::rebased(row.clone(), &settings.rules),
            None => ShopPrices::new(settings.rules.clone()),
        };
        gathered.record(&mut next, settings.fragment_rate, commit.at);
        let logins = Arc::clone(&self.logins.borrow());
        let next = judge::with_login_stop(next, &logins, commit.at);
        let decision = judge::told(next, commit.at);
        if before == Some(&decision.next) {
            return Ok(());
        }
        commit.fences.push(fence);
        let next = self.office.absorb(&mut commit, decision);
        let seen = stored.map(|seen| seen.version);
        commit
            .rows
            .push(RowWrite::Prices(Write { seen, row: next }));
        let written = within(settings.books, self.office.write(commit)).await?;
        written.map_err(|why| why.to_string())
    }

    async fn read(&self) -> Result<Option<Seen<ShopPrices>>, String> {
        let stored = within(self.settings.books, self.office.ports.books.prices()).await?;
        let stored = stored.map_err(|why| why.to_string())?;
        Ok(stored.map(|seen| Seen {
            row: judge::rebased(seen.row, &self.settings.rules),
            version: seen.version,
        }))
    }

    async fn lease(&self) -> Result<Option<Fence>, String> {
        let ttl = Span::from_std(self.settings.lease).unwrap_or(Span::MAX);
        let (books, replica) = (&self.office.ports.books, self.office.replica);
        let lease = books.lease(LeaseKey::Pricing, replica, ttl);
        let lease = within(self.settings.books, lease).await?;
        let lease = lease.map_err(|why| why.to_string())?;
        Ok(lease.map(|lease| lease.fence()))
    }
}

async fn within<T>(deadline: Duration, what: impl Future<Output = T>) -> Result<T, String> {
    tokio::time::timeout(deadline, what)
        .await
        .map_err(|_elapsed| format!("the books took longer than {deadline:?}"))
}
