//! The pool's settings.

use std::time::Duration;

use crate::domain::ids::LoginId;

/// How many browsers, how long they live, and how long things may take.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BrowserPoolSettings {
    /// The logins of this shop: one till's browser each.
    pub logins: Vec<LoginId>,
    /// Anonymous browsers at most. A browser takes 150 to 400 MiB.
    pub anonymous: usize,
    /// Anonymous browsers kept free beyond demand, so that a look-up need not wait for a start.
    pub warm: usize,
    /// Loans after which a browser is recycled: pages leak.
    pub max_loans: u32,
    /// Age at which a browser is recycled, for the same reason.
    pub max_age: Duration,
    /// An anonymous browser idle for longer is closed if it is not needed as the warm spare.
    pub idle: Duration,
    /// An anonymous browser idle for longer is probed before it is lent. A till's is always
    /// probed, because another replica or an import may have stored a newer jar.
    pub probe_after: Duration,
    /// How long a borrower may wait. Below the patience of a person in front of a chat.
    pub wait: Duration,
    /// Borrowers that may wait for one kind of slot; one more hears `NoneFree` at once.
    pub queue: usize,
    /// The longest loan, whatever a borrower asks for: a purchase takes well below a minute.
    pub longest_loan: Duration,
    /// Deadline of opening. A cold Chrome on a small machine takes seconds.
    pub open_deadline: Duration,
    /// Deadline of a probe. A living browser answers within milliseconds.
    pub probe_deadline: Duration,
    /// Deadline of closing, with the kill at its end. Must stay below the time an actor has to
    /// load, because closing what was left over is part of loading.
    pub close_deadline: Duration,
    /// The pause after the second failure in a row; doubles with each further one.
    pub first_pause: Duration,
    /// The longest pause between failures.
    pub longest_pause: Duration,
    /// Failures in a row from which borrowers hear `PoolDown` while no browser lives.
    pub down_after: u32,
    /// How often deadlines are looked at: the error of all of them.
    pub tick: Duration,
}

impl BrowserPoolSettings {
    /// The defaults for these logins.
    #[must_use]
    pub fn new(logins: Vec<LoginId>) -> Self {
        Self {
            logins,
            anonymous: 2,
            warm: 1,
            max_loans: 200,
            max_age: Duration::from_secs(6 * 3_600),
            idle: Duration::from_secs(600),
            probe_after: Duration::from_secs(30),
            wait: Duration::from_secs(15),
            queue: 32,
            longest_loan: Duration::from_secs(300),
            open_deadline: Duration::from_secs(30),
            probe_deadline: Duration::from_secs(5),
            close_deadline: Duration::from_secs(15),
            first_pause: Duration::from_secs(1),
            longest_pause: Duration::from_secs(60),
            down_after: 3,
            tick: Duration::from_secs(1),
        }
    }

    /// How long to wait for the answer to a [`Lend`](super::Lend): longer than the pool lets
    /// anybody wait.
    #[must_use]
    pub fn ask_deadline(&self) -> Duration {
        self.step_deadline() + self.tick
    }

    /// The deadline of the step that waits: only a safety net above [`Self::wait`].
    pub(super) fn step_deadline(&self) -> Duration {
        self.wait + self.tick * 4
    }

    /// The pause after so many failures in a row.
    pub(super) fn pause(&self, failures: u32) -> Duration {
        let Some(doublings) = failures.checked_sub(2) else {
            return Duration::ZERO;
        };
        let factor = 2_u32.saturating_pow(doublings.min(20));
        self.first_pause
            .saturating_mul(factor)
            .min(self.longest_pause)
    }
}
