//! The register of the actors of one daemon: what each is doing, and when it last got on.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use serde::Serialize;
use tokio::{sync::watch, time::Instant};

use super::{life::Seat, restart_budget::RestartPolicy};

pub(super) mod entry;

pub use entry::{ActorSnapshot, Phase};
use entry::{Entry, Kind};

/// The bounds of one actor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Asks that may wait in the mailbox or for a free step; one more is answered `Busy`.
    pub mailbox: usize,
    /// Steps that may run at once in [`Asked::answer_concurrently`](super::Asked).
    pub in_flight: usize,
    /// How long loading may take after a start before it counts as a failure.
    pub load: Duration,
    /// How often the actor may fail.
    pub restarts: RestartPolicy,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            mailbox: 256,
            in_flight: 16,
            load: Duration::from_secs(30),
            restarts: RestartPolicy::default(),
        }
    }
}

/// An actor failed too often. The daemon must stop: half alive is the worst state.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("actor {actor} failed too often and was given up: {last_failure}")]
pub struct Fatal {
    /// The actor's name.
    pub actor: &'static str,
    /// The text of its last panic.
    pub last_failure: String,
}

/// The register of all actors of one daemon. Cloning gives another handle to the same register.
#[derive(Clone, Debug)]
pub struct Roster {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    born: Instant,
    entries: Mutex<Vec<Arc<Entry>>>,
    fatal: watch::Sender<Option<Fatal>>,
    #[cfg(feature = "testing")]
    rehearsal: Arc<super::Rehearsal>,
}

impl Roster {
    /// An empty register; ages are counted from `now`.
    #[must_use]
    pub fn new(now: Instant) -> Self {
        let (fatal, _) = watch::channel(None);
        Self {
            inner: Arc::new(Inner {
                born: now,
                entries: Mutex::new(Vec::new()),
                fatal,
                #[cfg(feature = "testing")]
                rehearsal: Arc::default(),
            }),
        }
    }

    /// Registers a single actor. When its restart budget is exhausted, [`Roster::fatal`] resolves.
    #[must_use]
    pub fn enlist(&self, name: &'static str, limits: Limits) -> Seat {
        let entry = self.register(name, Kind::Single, limits);
        Seat::new(entry, Some(self.inner.fatal.clone()))
    }

    /// Registers a kind of actor of which there are many, such as sessions. They share one line in
    /// the snapshot, and the failures of one of them never end the daemon.
    #[must_use]
    pub fn enlist_crowd(&self, name: &'static str, limits: Limits) -> Crowd {
        Crowd {
            entry: self.register(name, Kind::Crowd, limits),
        }
    }

    /// Where panics are planted in the steps of all actors of this register.
    #[cfg(feature = "testing")]
    #[must_use]
    pub fn rehearsal(&self) -> &super::Rehearsal {
        &self.inner.rehearsal
    }

    /// What every actor is doing `now`.
    #[must_use]
    pub fn snapshot(&self, now: Instant) -> RosterSnapshot {
        let entries = self.entries();
        RosterSnapshot {
            fatal: self.given_up().map(|fatal| fatal.to_string()),
            actors: entries.iter().map(|entry| entry.snapshot(now)).collect(),
        }
    }

    /// The actor that was given up, if any.
    #[must_use]
    pub fn given_up(&self) -> Option<Fatal> {
        self.inner.fatal.borrow().clone()
    }

    /// Waits until an actor is given up. The first one stays; later ones do not replace it.
    pub async fn fatal(&self) -> Fatal {
        let mut changes = self.inner.fatal.subscribe();
        loop {
            let known = changes.borrow_and_update().clone();
            if let Some(fatal) = known {
                return fatal;
            }
            if changes.changed().await.is_err() {
                // The sender lives as long as `self`, so this is never reached.
                std::future::pending::<()>().await;
            }
        }
    }

    fn register(&self, name: &'static str, kind: Kind, limits: Limits) -> Arc<Entry> {
        let entry = Entry::new(name, kind, limits, self.inner.born);
        #[cfg(feature = "testing")]
        let entry = entry.rehearsed_by(Arc::clone(&self.inner.rehearsal));
        let entry = Arc::new(entry);
        self.entries().push(Arc::clone(&entry));
        entry
    }

    fn entries(&self) -> std::sync::MutexGuard<'_, Vec<Arc<Entry>>> {
        self.inner
            .entries
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// Many actors of one kind that share one line of the register.
#[derive(Clone, Debug)]
pub struct Crowd {
    entry: Arc<Entry>,
}

impl Crowd {
    /// A seat for one more actor of this kind, with a mailbox of its own.
    ///
    /// A member that exhausts its own budget answers `Gone` from then on; who keeps the addresses
    /// drops it and starts another.
    #[must_use]
    pub fn member(&self) -> Seat {
        Seat::new(Arc::clone(&self.entry), None)
    }
}

/// All actors at one moment, for `/health` and `/admin/actors`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RosterSnapshot {
    /// Why the daemon must stop, if it must.
    pub fatal: Option<String>,
    /// One line an actor, in the order in which they were registered.
    pub actors: Vec<ActorSnapshot>,
}

impl RosterSnapshot {
    /// The line of the actor of this name.
    #[must_use]
    pub fn actor(&self, name: &str) -> Option<&ActorSnapshot> {
        self.actors.iter().find(|actor| actor.name == name)
    }

    /// The single actors that should be at work and have not got on for longer than `limit`.
    ///
    /// Every single actor looks at the books by a timer, and each look is progress; one that does
    /// not even do that is stuck.
    #[must_use]
    pub fn stalled(&self, limit: Duration) -> Vec<&'static str> {
        let limit = entry::millis(limit);
        self.actors
            .iter()
            .filter(|actor| actor.phase.should_get_on() && actor.progress_age_ms > limit)
            .map(|actor| actor.name)
            .collect()
    }
}
