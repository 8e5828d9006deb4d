//! Borrowing in one call, and bringing back as often as it takes.

use std::time::Duration;

use super::{BrowserPool, BrowserPoolSettings, Lend, LendRefused, Purpose, Return, Verdict};
use crate::{
    domain::ids::LoginId,
    ports::{
        books::Fence,
        market::{Slot, SlotKind},
    },
    supervision::{AskFailed, Asker, Door},
};

/// A return is tried so often: repeating it is safe, and a slot that does not come back is a
/// browser lost.
const RETURNS: u32 = 3;
/// Between two of them; a full mailbox of the pool empties within milliseconds.
const RETURN_PAUSE: Duration = Duration::from_millis(250);
/// How long one return waits. The pool answers it without waiting for anything.
const RETURN_DEADLINE: Duration = Duration::from_secs(5);

/// The way to borrow from the pool.
#[derive(Clone, Debug)]
pub struct Lender {
    lend: Asker<Lend>,
    give_back: Asker<Return>,
    wait: Duration,
}

/// Why there is no browser.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum NotLent {
    /// The pool said no.
    #[error(transparent)]
    Refused(#[from] LendRefused),
    /// The pool said nothing. What it may have lent comes back to it by its deadline.
    #[error("the browser pool: {0}")]
    Unanswered(#[from] AskFailed),
}

impl Lender {
    /// The way to this pool, which runs under these settings.
    #[must_use]
    pub fn new(pool: &Door<BrowserPool>, settings: &BrowserPoolSettings) -> Self {
        Self {
            lend: pool.asker(),
            give_back: pool.asker(),
            wait: settings.ask_deadline(),
        }
    }

    /// Borrows a browser, waiting as long as the pool lets anybody wait. A till's is good for
    /// reading only: without a fence no jar is stored.
    ///
    /// # Errors
    /// [`NotLent`]; nothing happened.
    pub async fn borrow(
        &self,
        kind: SlotKind,
        purpose: Purpose,
        for_at_most: Duration,
    ) -> Result<Slot, NotLent> {
        self.ask(Lend {
            kind,
            purpose,
            for_at_most,
            fence: None,
        })
        .await
    }

    /// Borrows the browser of a till for whoever holds the lease of its login, likewise.
    ///
    /// # Errors
    /// [`NotLent`]; nothing happened.
    pub async fn borrow_till(
        &self,
        login: LoginId,
        fence: Fence,
        purpose: Purpose,
        for_at_most: Duration,
    ) -> Result<Slot, NotLent> {
        self.ask(Lend {
            kind: SlotKind::Till(login),
            purpose,
            for_at_most,
            fence: Some(fence),
        })
        .await
    }

    /// Brings it back. One that cannot be brought back is reclaimed by the pool.
    pub async fn give_back(&self, slot: Slot, verdict: Verdict) {
        let back = Return { slot, verdict };
        for attempt in 1..=RETURNS {
            match self.give_back.ask(back, RETURN_DEADLINE).await {
                // A pool that has ended or restarted has closed the browser itself.
                Ok(()) | Err(AskFailed::Gone | AskFailed::Failed(_)) => return,
                Err(why @ (AskFailed::Busy | AskFailed::TimedOut { .. })) => {
                    if attempt == RETURNS {
                        tracing::warn!(?slot, "a browser was not given back: {why}");
                    }
                }
            }
            tokio::time::sleep(RETURN_PAUSE).await;
        }
    }

    async fn ask(&self, lend: Lend) -> Result<Slot, NotLent> {
        Ok(self.lend.ask(lend, self.wait).await??)
    }
}
