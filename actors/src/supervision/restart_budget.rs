//! How often an actor may fail before the whole daemon gives up.

use std::{collections::VecDeque, time::Duration};

use tokio::time::Instant;

/// How many restarts are allowed in which time, and how long each one waits.
///
/// Pauses that add up to more than the window would let an actor that fails at every start go on
/// for ever; [`RestartPolicy::can_be_exhausted`] tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RestartPolicy {
    /// Restarts allowed within `window`; the next failure exhausts the budget.
    pub restarts: u32,
    /// How long a failure is remembered.
    pub window: Duration,
    /// The pause before the first restart within the window.
    pub first_pause: Duration,
    /// By how much each further pause grows.
    pub factor: u32,
    /// The longest pause.
    pub longest_pause: Duration,
}

impl Default for RestartPolicy {
    /// Five restarts in a minute, after 0.1, 0.4, 1.6, 6.4 and 10 seconds.
    fn default() -> Self {
        Self {
            restarts: 5,
            window: Duration::from_secs(60),
            first_pause: Duration::from_millis(100),
            factor: 4,
            longest_pause: Duration::from_secs(10),
        }
    }
}

impl RestartPolicy {
    /// The pause before the `nth` restart within the window, counted from one.
    #[must_use]
    pub fn pause(&self, nth: u32) -> Duration {
        let mut pause = self.first_pause.min(self.longest_pause);
        for _ in 1..nth {
            if pause.is_zero() || pause == self.longest_pause || self.factor <= 1 {
                break;
            }
            pause = pause.saturating_mul(self.factor).min(self.longest_pause);
        }
        pause
    }

    /// True when an actor that fails at once after every restart comes to the end of its budget.
    #[must_use]
    pub fn can_be_exhausted(&self) -> bool {
        let longest = self.longest_pause.saturating_mul(self.restarts);
        if longest < self.window {
            return true;
        }
        let mut total = Duration::ZERO;
        for nth in 1..=self.restarts {
            total = total.saturating_add(self.pause(nth));
            if total >= self.window {
                return false;
            }
        }
        true
    }
}

/// What follows from one more failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Restart when this pause is over.
    RestartAfter(Duration),
    /// Too many failures in too short a time: do not restart.
    Exhausted,
}

/// The failures of one actor within the window. Pure: time is an argument.
#[derive(Clone, Debug)]
pub struct RestartBudget {
    policy: RestartPolicy,
    failures: VecDeque<Instant>,
}

impl RestartBudget {
    /// A budget of which nothing is used.
    #[must_use]
    pub fn new(policy: RestartPolicy) -> Self {
        Self {
            policy,
            failures: VecDeque::new(),
        }
    }

    /// Counts a failure that happened `now`. A failure exactly as old as the window is forgotten.
    pub fn record(&mut self, now: Instant) -> Verdict {
        let window = self.policy.window;
        self.failures
            .retain(|at| now.saturating_duration_since(*at) < window);
        let used = u32::try_from(self.failures.len()).unwrap_or(u32::MAX);
        if used >= self.policy.restarts {
            return Verdict::Exhausted;
        }
        self.failures.push_back(now);
        Verdict::RestartAfter(self.policy.pause(used.saturating_add(1)))
    }
}

#[cfg(test)]
mod tests;
