//! A few connections that read, each on whichever blocking thread has a turn; a few rows by their
//! keys are read where the caller stands.

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::runtime::Handle;
use tokio::sync::Semaphore;

use super::Connection;
use super::file::{self, NotOpened};
use crate::storage::errors::Trouble;

/// The connections that read.
#[derive(Clone)]
pub(in crate::storage) struct Readers {
    idle: Arc<Mutex<Vec<Connection>>>,
    turns: Arc<Semaphore>,
    io: Handle,
}

impl Readers {
    pub(in crate::storage) fn open(
        file: &Path,
        many: usize,
        io: Handle,
    ) -> Result<Self, NotOpened> {
        let idle: Result<Vec<_>, _> = (0..many.max(1)).map(|_| file::reader(file)).collect();
        Ok(Self {
            idle: Arc::new(Mutex::new(idle?)),
            turns: Arc::new(Semaphore::new(many.max(1))),
            io,
        })
    }

    /// Reads a few rows by their keys, at one moment, on the caller's own thread: a trip to another
    /// one takes several times as long as such a read. Whoever finds every connection in use waits
    /// elsewhere.
    pub(in crate::storage) async fn glance<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, Trouble> + Send + 'static,
    ) -> Result<T, Trouble> {
        match self.turns.try_acquire() {
            Ok(_turn) => self.at_one_moment(work),
            Err(_) => self.read(work).await,
        }
    }

    /// The same for a single statement, which is a moment by itself: a transaction around it would
    /// take as long as the statement.
    pub(in crate::storage) async fn pick<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, Trouble> + Send + 'static,
    ) -> Result<T, Trouble> {
        match self.turns.try_acquire() {
            Ok(_turn) => self.with_connection(work),
            Err(_) => self.read(work).await,
        }
    }

    /// Reads everything at one moment, on a thread that may take its time.
    pub(in crate::storage) async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, Trouble> + Send + 'static,
    ) -> Result<T, Trouble> {
        let turn = Arc::clone(&self.turns).acquire_owned().await;
        let Ok(turn) = turn else {
            return Err(not_read("the books are closed"));
        };
        let readers = self.clone();
        let read = self.io.spawn_blocking(move || {
            let _turn = turn;
            readers.at_one_moment(work)
        });
        match read.await {
            Ok(found) => found,
            Err(_) => Err(not_read("the read was stopped")),
        }
    }

    fn at_one_moment<T>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, Trouble>,
    ) -> Result<T, Trouble> {
        self.with_connection(|connection| in_transaction(connection, work))
    }

    /// Whoever has a turn finds a connection.
    fn with_connection<T>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, Trouble>,
    ) -> Result<T, Trouble> {
        let Some(connection) = self.idle().pop() else {
            return Err(not_read("no connection to read with"));
        };
        let found = work(&connection);
        self.idle().push(connection);
        found
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Connection>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn in_transaction<T>(
    connection: &Connection,
    work: impl FnOnce(&Connection) -> Result<T, Trouble>,
) -> Result<T, Trouble> {
    connection.run("BEGIN")?;
    let found = work(connection);
    // A transaction that only reads may end either way.
    connection.run("ROLLBACK")?;
    found
}

fn not_read(why: &str) -> Trouble {
    let kind = diesel::result::DatabaseErrorKind::Unknown;
    Trouble::Sql(diesel::result::Error::DatabaseError(
        kind,
        Box::new(why.to_owned()),
    ))
}
