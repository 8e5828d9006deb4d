//! Single statements that find rows by their keys, several on one connection at a time.
//!
//! Each is a transaction by itself and takes the server less time than its way there and back. So those
//! of the same moment travel together: one connection is borrowed for as long as anybody uses it, and
//! what is sent on it while the server is at work is read by the server at once. Never carries anything
//! that begins a transaction or may wait for a lock on a row.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use tokio::time::Instant;

use super::call::{PATIENCE, Work, again};
use super::pool::{Borrowed, Pool, give_up};
use super::transaction::Ended;
use crate::storage::errors::{Class, Trouble, classify};

/// So many share a connection before another is borrowed: each waits for those before it.
const TOGETHER: usize = 16;

/// Where such statements are sent. Cheap to clone; all clones share the connection.
#[derive(Clone)]
pub(in crate::storage) struct Picks {
    pool: Pool,
    newest: Arc<tokio::sync::Mutex<Weak<Shared>>>,
}

/// Nobody joins a connection on which nothing was answered for so long: it may be dead.
const SLOW: Duration = Duration::from_millis(250);

/// A connection in use; the last who leaves gives it back.
struct Shared {
    connection: Borrowed,
    broken: AtomicBool,
    /// When it was borrowed, or has answered last.
    heard: Mutex<Instant>,
}

impl Shared {
    fn heard(&self) -> MutexGuard<'_, Instant> {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn takes_one_more(self: &Arc<Self>) -> bool {
        Arc::strong_count(self) <= TOGETHER
            && !self.broken.load(Ordering::Relaxed)
            && self.heard().elapsed() < SLOW
    }
}

impl Picks {
    /// On connections of this pool; borrows none yet.
    pub(in crate::storage) fn new(pool: Pool) -> Self {
        Self {
            pool,
            newest: Arc::default(),
        }
    }

    /// Runs a single statement, again if its connection had gone. It is given up when the server does
    /// not answer.
    pub(in crate::storage) async fn pick<T: Send>(&self, work: &dyn Work<T>) -> Result<T, Ended> {
        again(|| self.once(work)).await
    }

    async fn once<T: Send>(&self, work: &dyn Work<T>) -> Result<T, Ended> {
        let shared = self.join().await?;
        let picked = match tokio::time::timeout(PATIENCE, work.run(&shared.connection)).await {
            Ok(picked) => picked.map_err(alone),
            Err(_) => Err(Ended::Lost("the server does not answer".into())),
        };
        match &picked {
            Ok(_) | Err(Ended::RolledBack(_)) => *shared.heard() = Instant::now(),
            Err(Ended::Lost(_) | Ended::Unknown(_)) => shared.broken.store(true, Ordering::Relaxed),
        }
        if let Some(last) = Arc::into_inner(shared)
            && last.broken.into_inner()
        {
            give_up(&self.pool, last.connection);
        }
        picked
    }

    /// The connection that others use, or one more.
    async fn join(&self) -> Result<Arc<Shared>, Ended> {
        let mut newest = self.newest.lock().await;
        if let Some(shared) = newest.upgrade().filter(Shared::takes_one_more) {
            return Ok(shared);
        }
        let connection = self.pool.get().await;
        let shared = Arc::new(Shared {
            connection: connection.map_err(|why| Ended::Lost(why.to_string()))?,
            broken: AtomicBool::new(false),
            heard: Mutex::new(Instant::now()),
        });
        *newest = Arc::downgrade(&shared);
        Ok(shared)
    }
}

/// How a statement without a transaction of its own ended: there is nothing to take back.
fn alone(trouble: Trouble) -> Ended {
    if let Trouble::Sql(error) = &trouble
        && let Class::Lost(why) = classify(error)
    {
        return Ended::Lost(why);
    }
    Ended::RolledBack(trouble)
}
