//! A few connections that read, each on whichever blocking thread has a turn.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

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

    /// Reads everything at one moment.
    pub(in crate::storage) async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, Trouble> + Send + 'static,
    ) -> Result<T, Trouble> {
        let turn = Arc::clone(&self.turns).acquire_owned().await;
        let Ok(turn) = turn else {
            return Err(not_read("the books are closed"));
        };
        let idle = Arc::clone(&self.idle);
        let read = self.io.spawn_blocking(move || {
            let _turn = turn;
            let connection = idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
            let Some(connection) = connection else {
                return Err(not_read("no connection to read with"));
            };
            let found = at_one_moment(&connection, work);
            idle.lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(connection);
            found
        });
        match read.await {
            Ok(found) => found,
            Err(_) => Err(not_read("the read was stopped")),
        }
    }
}

fn at_one_moment<T>(
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
