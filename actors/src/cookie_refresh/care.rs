//! The care of one login: what is due by its row, done in its till's browser, each step committed
//! before the next.

use std::{sync::Arc, time::Duration};

use super::{
    CookieRefreshSettings,
    calls::{self, Found},
};
use crate::{
    browser_pool::{Lender, Purpose, Verdict},
    domain::{
        Span,
        decision::Decision,
        ids::LoginId,
        login::{Login, LoginEffect},
    },
    office::Office,
    ports::{
        books::{Fence, LeaseKey, RowWrite, Seen, Write},
        market::Slot,
    },
};

/// A look, a proof and a look after it; what is due then waits for the next look at the books.
const STEPS: usize = 3;

/// Everything care needs. It runs outside the actor and remembers nothing.
#[derive(Clone)]
pub(super) struct Carer {
    pub(super) office: Office,
    pub(super) lender: Lender,
    pub(super) settings: Arc<CookieRefreshSettings>,
}

/// How far care came.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub(super) struct Cared {
    /// Looks at Fragment's page.
    pub(super) looks: u64,
    /// Attempts to prove a wallet.
    pub(super) proofs: u64,
    /// Why it ended early; it goes on at a later look.
    pub(super) stopped: Option<Stopped>,
}

/// Why care ended before everything due was done. Nothing is lost: the row still says what is due.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub(super) enum Stopped {
    /// Another replica holds the login.
    #[error("another replica holds the login")]
    Elsewhere,
    /// The till is in use, or no browser can be had.
    #[error("no browser: {0}")]
    NoBrowser(String),
    /// The books could not be read.
    #[error("{0}")]
    Unread(String),
    /// A commit was refused, not done, or its outcome is unknown.
    #[error("a commit: {0}")]
    Uncommitted(String),
}

/// The till's browser while it is borrowed.
struct Held {
    slot: Slot,
    verdict: Verdict,
}

impl Carer {
    /// Does what is due for a login, as far as it goes now.
    pub(super) async fn care(&self, login: LoginId) -> Cared {
        let mut cared = Cared::default();
        let mut held = None;
        for _ in 0..STEPS {
            match self.step(login, &mut held, &mut cared).await {
                Ok(true) => {}
                Ok(false) => break,
                Err(stopped) => {
                    cared.stopped = Some(stopped);
                    break;
                }
            }
        }
        if let Some(Held { slot, verdict }) = held {
            self.lender.give_back(slot, verdict).await;
        }
        cared
    }

    /// One step; false if nothing more is to be done now.
    async fn step(
        &self,
        login: LoginId,
        held: &mut Option<Held>,
        cared: &mut Cared,
    ) -> Result<bool, Stopped> {
        let Some(seen) = self.row(login).await? else {
            self.create(login).await?;
            return Ok(true);
        };
        let now = self.office.ports.clock.now();
        let Some(effect) = seen.row.due(&self.settings.rules, now) else {
            return Ok(false);
        };
        // Before each call: the lease must outlast it.
        let fence = self.lease(login).await?.ok_or(Stopped::Elsewhere)?;
        let held = match held {
            Some(held) => held,
            None => held.insert(self.borrow(login, fence).await?),
        };
        let found = self.act(held.slot, effect, cared).await;
        held.verdict = found.verdict;
        let now = self.office.ports.clock.now();
        let decision = seen.row.decide(found.event, &self.settings.rules, now);
        self.commit(&seen, fence, decision).await?;
        Ok(found.verdict == Verdict::Good)
    }

    async fn act(&self, slot: Slot, effect: LoginEffect, cared: &mut Cared) -> Found {
        let market = &self.office.ports.market;
        match effect {
            LoginEffect::Look => {}
            LoginEffect::RenewProof => {
                cared.proofs += 1;
                let ended = calls::call(self.settings.call, market.prove_wallet(slot)).await;
                if let Some(found) = calls::of_proof(ended) {
                    return found;
                }
            }
        }
        cared.looks += 1;
        calls::of_look(calls::call(self.settings.call, market.look(slot)).await)
    }

    async fn borrow(&self, login: LoginId, fence: Fence) -> Result<Held, Stopped> {
        let (lender, loan) = (&self.lender, self.settings.loan());
        let slot = lender.borrow_till(login, fence, Purpose::Care, loan).await;
        let slot = slot.map_err(|why| Stopped::NoBrowser(why.to_string()))?;
        let verdict = Verdict::Good;
        Ok(Held { slot, verdict })
    }

    /// The right to act for a login; none if another replica has it. Never given back early:
    /// fulfilment may rely on the same lease.
    pub(super) async fn lease(&self, login: LoginId) -> Result<Option<Fence>, Stopped> {
        let (books, replica) = (&self.office.ports.books, self.office.replica);
        let ttl = Span::from_std(self.settings.lease).unwrap_or(Span::MAX);
        let lease = books.lease(LeaseKey::Login(login), replica, ttl);
        let lease = within(self.settings.books, lease).await?;
        let lease = lease.map_err(|why| Stopped::Unread(why.to_string()))?;
        Ok(lease.map(|lease| lease.fence()))
    }

    /// A login's row as stored.
    pub(super) async fn row(&self, login: LoginId) -> Result<Option<Seen<Login>>, Stopped> {
        let rows = within(self.settings.books, self.office.ports.books.logins()).await?;
        let rows = rows.map_err(|why| Stopped::Unread(why.to_string()))?;
        Ok(rows.into_iter().find(|seen| seen.row.id == login))
    }

    /// Writes a decision over what was seen.
    pub(super) async fn commit(
        &self,
        seen: &Seen<Login>,
        fence: Fence,
        decision: Decision<Login>,
    ) -> Result<(), Stopped> {
        let mut commit = self.office.commit();
        commit.fences.push(fence);
        let next = self.office.absorb(&mut commit, decision);
        commit.rows.push(RowWrite::Login(Write::over(seen, next)));
        let written = within(self.settings.books, self.office.write(commit)).await?;
        written.map_err(|why| Stopped::Uncommitted(why.to_string()))
    }

    /// Writes the row of a login that the configuration names and the books do not know.
    async fn create(&self, login: LoginId) -> Result<(), Stopped> {
        let configured = self.settings.logins.iter().find(|(id, _)| *id == login);
        let Some((id, wallet)) = configured else {
            return Ok(());
        };
        let fence = self.lease(login).await?.ok_or(Stopped::Elsewhere)?;
        let mut commit = self.office.commit();
        commit.fences.push(fence);
        let row = Write::new(Login::new(*id, *wallet));
        commit.rows.push(RowWrite::Login(row));
        let written = within(self.settings.books, self.office.write(commit)).await?;
        written.map_err(|why| Stopped::Uncommitted(why.to_string()))
    }
}

async fn within<T>(deadline: Duration, what: impl Future<Output = T>) -> Result<T, Stopped> {
    tokio::time::timeout(deadline, what)
        .await
        .map_err(|_elapsed| Stopped::Unread(format!("the books took longer than {deadline:?}")))
}
