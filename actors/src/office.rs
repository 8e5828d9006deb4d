//! What every actor is given when it starts: the ports, who it is among replicas, the life of the
//! books it believes in, and where outside calls run.

use std::fmt;
use std::sync::Arc;

use tokio::sync::watch;

use crate::domain::decision::Decision;
use crate::domain::ids::{IncarnationId, NoticeId, ReplicaId};
use crate::domain::trace::{TRACES, TraceId};
use crate::ports::Ports;
use crate::ports::books::{Commit, CommitFailed, CommitRefused};
use crate::supervision::Io;

/// What every line about one order has in common, wherever it is written.
#[must_use]
pub fn around(trace: TraceId) -> tracing::Span {
    tracing::error_span!(target: TRACES, "order", %trace)
}

/// The common ground of all actors of one daemon. Cheap to clone.
#[derive(Clone)]
pub struct Office {
    /// The way to the world.
    pub ports: Ports,
    /// This daemon among replicas.
    pub replica: ReplicaId,
    /// The life of the books, read once at start. Other books later mean the end of this daemon.
    pub life: IncarnationId,
    /// Where outside calls run.
    pub io: Io,
    end: Arc<watch::Sender<Option<String>>>,
}

impl fmt::Debug for Office {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Office")
            .field("replica", &self.replica)
            .field("life", &self.life)
            .finish_non_exhaustive()
    }
}

impl Office {
    /// Opens the office.
    #[must_use]
    pub fn open(ports: Ports, replica: ReplicaId, life: IncarnationId, io: Io) -> Self {
        let (end, _) = watch::channel(None);
        Self {
            ports,
            replica,
            life,
            io,
            end: Arc::new(end),
        }
    }

    /// An empty commit in the name of these books, now.
    #[must_use]
    pub fn commit(&self) -> Commit {
        Commit::new(self.life, self.ports.clock.now())
    }

    /// Puts a decision's entries, notices and stale orders into a commit; answers the next state,
    /// which the caller writes under the version it has seen.
    pub fn absorb<T>(&self, commit: &mut Commit, decision: Decision<T>) -> T {
        let Decision {
            next,
            entries,
            notices,
            stale,
        } = decision;
        commit.entries.extend(entries);
        for owed in notices {
            commit
                .notices
                .push((NoticeId::new(self.ports.clock.fresh_id()), owed));
        }
        for order in stale {
            if !commit.stale.contains(&order) {
                commit.stale.push(order);
            }
        }
        next
    }

    /// Hands a commit to the books. Books that live on under another incarnation end the daemon.
    ///
    /// # Errors
    /// As the books say. After anything but success, what was remembered is worthless.
    pub async fn write(&self, commit: Commit) -> Result<(), CommitFailed> {
        let outcome = self.ports.books.commit(commit).await;
        if let Err(CommitFailed::Refused(CommitRefused::OtherLife { books, believed })) = &outcome {
            let why = format!("the books live on as {books}, this daemon believed in {believed}");
            self.end.send_replace(Some(why));
        }
        outcome
    }

    /// Resolves when this daemon must end because its books are gone; with the reason.
    pub async fn must_end(&self) -> String {
        let mut end = self.end.subscribe();
        loop {
            if let Some(why) = end.borrow_and_update().clone() {
                return why;
            }
            if end.changed().await.is_err() {
                std::future::pending::<()>().await;
            }
        }
    }
}
