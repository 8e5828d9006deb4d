//! One line of the register: cheap counters that an actor and its senders write.

use std::{
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU8, AtomicU64, AtomicUsize, Ordering},
    },
    time::Duration,
};

use serde::Serialize;
use tokio::time::Instant;

use super::Limits;

/// What an actor is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Loading for the first time.
    Starting,
    /// Answering.
    Running,
    /// Failed; waiting out its pause or loading again. Its mailbox is kept.
    Restarting,
    /// Finishing what it has; asks are answered `Gone`.
    Draining,
    /// Ended as asked.
    Stopped,
    /// Given up after too many failures; asks are answered `Gone`.
    Dead,
    /// A line shared by many actors.
    Crowd,
}

impl Phase {
    pub(super) fn should_get_on(self) -> bool {
        match self {
            Self::Starting | Self::Running | Self::Restarting | Self::Draining => true,
            Self::Stopped | Self::Dead | Self::Crowd => false,
        }
    }

    fn code(self) -> u8 {
        match self {
            Self::Starting => 0,
            Self::Running => 1,
            Self::Restarting => 2,
            Self::Draining => 3,
            Self::Stopped => 4,
            Self::Dead => 5,
            Self::Crowd => 6,
        }
    }

    fn of_code(code: u8) -> Self {
        match code {
            0 => Self::Starting,
            1 => Self::Running,
            2 => Self::Restarting,
            3 => Self::Draining,
            4 => Self::Stopped,
            6 => Self::Crowd,
            // Only `code` writes the cell; of all states the loudest is the safest to show.
            _ => Self::Dead,
        }
    }
}

/// One actor at one moment. Counters count since the daemon started.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ActorSnapshot {
    /// The actor's name.
    pub name: &'static str,
    /// What it is doing.
    pub phase: Phase,
    /// How many actors share this line: one, or the size of a crowd.
    pub members: usize,
    /// Failures that led to a restart.
    pub restarts: u64,
    /// Panics caught, in steps, timers, loading, calls and continuations, and loading that took too
    /// long.
    pub panics: u64,
    /// Members given up after too many failures.
    pub given_up: u64,
    /// The text of the last of them.
    pub last_panic: Option<String>,
    /// Asks taken into the mailbox.
    pub asks: u64,
    /// Asks answered `Busy` because the mailbox was full.
    pub refused: u64,
    /// Wakes that were queued; wakes merged into a queued one are not counted.
    pub wakes: u64,
    /// Steps that ended well: asks, wakes and timers.
    pub handled: u64,
    /// Steps that ran past their deadline.
    pub timed_out: u64,
    /// Asks that are waiting.
    pub waiting: usize,
    /// Steps that are running concurrently.
    pub in_flight: usize,
    /// Outside calls that are running.
    pub effects: usize,
    /// Outside calls that ended in time, whatever they brought.
    pub effects_ended: u64,
    /// Outside calls that panicked or ran past their deadline.
    pub effects_failed: u64,
    /// Answers of outside calls for which the actor no longer waited.
    pub stale_answers: u64,
    /// Milliseconds since the actor last got on.
    pub progress_age_ms: u64,
    /// Milliseconds since the actor last came up with its memory loaded; none before that.
    pub up_ms: Option<u64>,
}

impl ActorSnapshot {
    /// Whether nothing waits and nothing runs: a drained actor has finished.
    #[must_use]
    pub const fn is_at_rest(&self) -> bool {
        self.waiting == 0 && self.in_flight == 0 && self.effects == 0
    }
}

/// Whether a line stands for one actor or for many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::supervision) enum Kind {
    Single,
    Crowd,
}

/// One line of the register.
#[derive(Debug)]
pub(in crate::supervision) struct Entry {
    pub(in crate::supervision) name: &'static str,
    pub(in crate::supervision) limits: Limits,
    #[cfg(feature = "testing")]
    pub(in crate::supervision) rehearsal: std::sync::Arc<crate::supervision::Rehearsal>,
    kind: Kind,
    born: Instant,
    phase: AtomicU8,
    last_panic: Mutex<Option<String>>,
    /// Milliseconds after `born`.
    progress: AtomicU64,
    /// Milliseconds after `born`, plus one; zero is never.
    up: AtomicU64,
    pub(in crate::supervision) members: AtomicUsize,
    pub(in crate::supervision) restarts: AtomicU64,
    pub(in crate::supervision) given_up: AtomicU64,
    pub(in crate::supervision) asks: AtomicU64,
    pub(in crate::supervision) refused: AtomicU64,
    pub(in crate::supervision) wakes: AtomicU64,
    pub(in crate::supervision) timed_out: AtomicU64,
    pub(in crate::supervision) waiting: AtomicUsize,
    pub(in crate::supervision) in_flight: AtomicUsize,
    pub(in crate::supervision) effects: AtomicUsize,
    pub(in crate::supervision) effects_ended: AtomicU64,
    pub(in crate::supervision) effects_failed: AtomicU64,
    pub(in crate::supervision) stale_answers: AtomicU64,
    panics: AtomicU64,
    handled: AtomicU64,
}

impl Entry {
    pub(in crate::supervision) fn new(
        name: &'static str,
        kind: Kind,
        limits: Limits,
        born: Instant,
    ) -> Self {
        let phase = match kind {
            Kind::Single => Phase::Starting,
            Kind::Crowd => Phase::Crowd,
        };
        Self {
            name,
            limits,
            #[cfg(feature = "testing")]
            rehearsal: std::sync::Arc::default(),
            kind,
            born,
            phase: AtomicU8::new(phase.code()),
            last_panic: Mutex::new(None),
            progress: AtomicU64::new(millis(Instant::now().saturating_duration_since(born))),
            up: AtomicU64::default(),
            members: AtomicUsize::default(),
            restarts: AtomicU64::default(),
            given_up: AtomicU64::default(),
            asks: AtomicU64::default(),
            refused: AtomicU64::default(),
            wakes: AtomicU64::default(),
            timed_out: AtomicU64::default(),
            waiting: AtomicUsize::default(),
            in_flight: AtomicUsize::default(),
            effects: AtomicUsize::default(),
            effects_ended: AtomicU64::default(),
            effects_failed: AtomicU64::default(),
            stale_answers: AtomicU64::default(),
            panics: AtomicU64::default(),
            handled: AtomicU64::default(),
        }
    }

    #[cfg(feature = "testing")]
    pub(super) fn rehearsed_by(
        mut self,
        rehearsal: std::sync::Arc<crate::supervision::Rehearsal>,
    ) -> Self {
        self.rehearsal = rehearsal;
        self
    }

    /// A line shared by many keeps saying so.
    pub(in crate::supervision) fn set_phase(&self, phase: Phase) {
        match self.kind {
            Kind::Single => self.phase.store(phase.code(), Ordering::Release),
            Kind::Crowd => {}
        }
    }

    /// A step ended well.
    pub(in crate::supervision) fn progressed(&self, now: Instant) {
        self.handled.fetch_add(1, Ordering::Relaxed);
        self.progress.store(self.age(now), Ordering::Relaxed);
    }

    /// The memory is loaded.
    pub(in crate::supervision) fn came_up(&self, now: Instant) {
        let age = self.age(now);
        self.progress.store(age, Ordering::Relaxed);
        self.up.store(age.saturating_add(1), Ordering::Relaxed);
    }

    /// Counts a panic and keeps its text.
    pub(in crate::supervision) fn panicked(&self, text: &str) {
        self.panics.fetch_add(1, Ordering::Relaxed);
        let mut last = self
            .last_panic
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        *last = Some(text.to_owned());
    }

    pub(super) fn snapshot(&self, now: Instant) -> ActorSnapshot {
        let age = self.age(now);
        let up = self.up.load(Ordering::Relaxed);
        let last_panic = self
            .last_panic
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        ActorSnapshot {
            name: self.name,
            phase: Phase::of_code(self.phase.load(Ordering::Acquire)),
            members: self.members.load(Ordering::Relaxed),
            restarts: self.restarts.load(Ordering::Relaxed),
            panics: self.panics.load(Ordering::Relaxed),
            given_up: self.given_up.load(Ordering::Relaxed),
            last_panic,
            asks: self.asks.load(Ordering::Relaxed),
            refused: self.refused.load(Ordering::Relaxed),
            wakes: self.wakes.load(Ordering::Relaxed),
            handled: self.handled.load(Ordering::Relaxed),
            timed_out: self.timed_out.load(Ordering::Relaxed),
            waiting: self.waiting.load(Ordering::Relaxed),
            in_flight: self.in_flight.load(Ordering::Relaxed),
            effects: self.effects.load(Ordering::Relaxed),
            effects_ended: self.effects_ended.load(Ordering::Relaxed),
            effects_failed: self.effects_failed.load(Ordering::Relaxed),
            stale_answers: self.stale_answers.load(Ordering::Relaxed),
            progress_age_ms: age.saturating_sub(self.progress.load(Ordering::Relaxed)),
            up_ms: up.checked_sub(1).map(|since| age.saturating_sub(since)),
        }
    }

    fn age(&self, now: Instant) -> u64 {
        millis(now.saturating_duration_since(self.born))
    }
}

/// A gauge that counts while this value lives.
#[derive(Debug)]
pub(in crate::supervision) struct Counted {
    entry: std::sync::Arc<Entry>,
    gauge: fn(&Entry) -> &AtomicUsize,
}

impl Counted {
    pub(in crate::supervision) fn new(
        entry: &std::sync::Arc<Entry>,
        gauge: fn(&Entry) -> &AtomicUsize,
    ) -> Self {
        gauge(entry).fetch_add(1, Ordering::Relaxed);
        Self {
            entry: std::sync::Arc::clone(entry),
            gauge,
        }
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        (self.gauge)(&self.entry).fetch_sub(1, Ordering::Relaxed);
    }
}

pub(super) fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
