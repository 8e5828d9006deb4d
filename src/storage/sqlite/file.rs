//! The file of embedded books: opened as money needs it, by one daemon at a time.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};

use diesel::connection::{Connection as _, SimpleConnection as _};
use diesel::sqlite::SqliteConnection;

use super::Connection;

/// Why the file is not opened.
#[derive(Debug, thiserror::Error)]
pub(in crate::storage) enum NotOpened {
    /// Another daemon has it.
    #[error("{file} is in use by another daemon")]
    InUse { file: PathBuf },
    /// The file system says no.
    #[error("{file}: {why}")]
    File { file: PathBuf, why: std::io::Error },
    /// SQLite says no.
    #[error("{file}: {why}")]
    Engine { file: PathBuf, why: String },
}

/// Held for life by whoever writes the file: the lock is beside it, so that copying or looking at
/// the file itself takes no part in it.
pub(in crate::storage) struct Held(File);

/// By word: a child that is being started elsewhere shares the lock for a moment, so closing the
/// file would free it that moment later.
impl Drop for Held {
    fn drop(&mut self) {
        if let Err(why) = self.0.unlock() {
            tracing::debug!("the lock ends with the file and not before: {why}");
        }
    }
}

impl Held {
    pub(in crate::storage) fn on(file: &Path) -> Result<Self, NotOpened> {
        let mut beside = file.as_os_str().to_owned();
        beside.push(".lock");
        let beside = PathBuf::from(beside);
        let refused = |why| NotOpened::File {
            file: beside.clone(),
            why,
        };
        let lock = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&beside)
            .map_err(refused)?;
        match lock.try_lock() {
            Ok(()) => Ok(Self(lock)),
            Err(TryLockError::WouldBlock) => Err(NotOpened::InUse { file: file.into() }),
            Err(TryLockError::Error(why)) => Err(refused(why)),
        }
    }
}

/// Every commit is on the disk before it is answered; readers do not wait for the writer.
///
/// The cache is 16 MB: after a commit that has put pages of an index in order, SQLite walks through
/// all of its cache, which at four times the size takes longer than what the larger one saves.
const DURABLE: &str = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
    PRAGMA foreign_keys = ON; PRAGMA busy_timeout = 2000; PRAGMA cache_size = -16384; \
    PRAGMA temp_store = MEMORY;";

/// Pages of the log that are moved into the file together, 32 MB: what is written often is moved
/// once. Opening after a crash reads as much, in a moment.
const MOVED_AT_ONCE: u32 = 8_192;

/// SQLite's page, unless somebody made the file otherwise.
const PAGE_BYTES: u64 = 4_096;

/// The one connection that writes.
pub(in crate::storage) fn writer(
    file: &Path,
    limit: Option<u64>,
) -> Result<SqliteConnection, NotOpened> {
    let mut connection = connect(file)?;
    let mut settings = format!("{DURABLE} PRAGMA wal_autocheckpoint = {MOVED_AT_ONCE};");
    if let Some(limit) = limit {
        let pages = (limit / PAGE_BYTES).max(1);
        settings.push_str(&format!(" PRAGMA max_page_count = {pages};"));
    }
    connection
        .batch_execute(&settings)
        .map_err(|why| engine(file, &why))?;
    Ok(connection)
}

/// Frees what the daemon before has leased. Who holds the file is alone, so that one has ended: its
/// orders go on now and not when its leases would have run out. The next holder gets the next epoch,
/// and a commit that still names the old one is refused.
pub(in crate::storage) fn free_leases(
    file: &Path,
    connection: &Connection,
) -> Result<(), NotOpened> {
    let free = "UPDATE leases SET holder = NULL WHERE holder IS NOT NULL";
    connection.run(free).map_err(|why| engine(file, &why))
}

/// A connection that cannot write. Its cache is 4 MB, because there are several of them and the
/// system holds the file's pages once for all.
pub(in crate::storage) fn reader(file: &Path) -> Result<Connection, NotOpened> {
    let mut connection = connect(file)?;
    connection
        .batch_execute(
            "PRAGMA busy_timeout = 2000; PRAGMA query_only = ON; PRAGMA cache_size = -4096;",
        )
        .map_err(|why| engine(file, &why))?;
    Ok(Connection::new(connection))
}

fn connect(file: &Path) -> Result<SqliteConnection, NotOpened> {
    let Some(path) = file.to_str() else {
        let why = "the path is not UTF-8".to_owned();
        return Err(engine(file, &why));
    };
    SqliteConnection::establish(path).map_err(|why| engine(file, &why))
}

pub(in crate::storage) fn engine(file: &Path, why: &impl ToString) -> NotOpened {
    NotOpened::Engine {
        file: file.into(),
        why: why.to_string(),
    }
}
