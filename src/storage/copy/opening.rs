//! How a side of a copy is opened, and what is refused before that.

use std::path::{Path, PathBuf};

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sqlite::SqliteConnection;
use diesel_async::AsyncPgConnection;
use diesel_async::async_connection_wrapper::AsyncConnectionWrapper;

use super::CopyFailed;
use super::side::{Engine, Side};
use crate::storage::migrate;
use crate::storage::postgres_connect::{PostgresConnector, Unfit};
use crate::storage::sqlite::file::{Held, NotOpened};
use crate::storage::url::{DatabaseUrl, Host};

/// A connection that is opened but not yet on the thread that may block.
pub(in crate::storage) struct Opening {
    database: String,
    place: Place,
}

enum Place {
    Sqlite(PathBuf),
    Postgres(Box<AsyncPgConnection>),
}

/// Whether two URLs name the same books, as far as their text says.
pub(super) fn is_same(one: &DatabaseUrl, other: &DatabaseUrl) -> bool {
    match (one, other) {
        (DatabaseUrl::Sqlite(one), DatabaseUrl::Sqlite(other)) => {
            let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
            real(one.path()) == real(other.path())
        }
        (DatabaseUrl::Postgres(one), DatabaseUrl::Postgres(other)) => {
            let host = |host: &Host| match host {
                Host::Tcp(name) => name.to_ascii_lowercase(),
                Host::Socket(folder) => folder.display().to_string(),
            };
            (host(one.host()), one.port(), one.name())
                == (host(other.host()), other.port(), other.name())
        }
        (DatabaseUrl::Sqlite(_), DatabaseUrl::Postgres(_))
        | (DatabaseUrl::Postgres(_), DatabaseUrl::Sqlite(_)) => false,
    }
}

/// Refuses books whose schema is not this version's.
pub(in crate::storage) async fn expect_schema(url: &DatabaseUrl) -> Result<(), CopyFailed> {
    if let DatabaseUrl::Sqlite(file) = url
        && !file.path().is_file()
    {
        return Err(CopyFailed::File {
            database: url.to_string(),
            why: "there is no such file".to_owned(),
        });
    }
    let pending = migrate::pending(url).await?;
    if pending.is_empty() {
        return Ok(());
    }
    Err(CopyFailed::OtherSchema {
        database: url.to_string(),
        what: format!("it lacks {}", pending.join(", ")),
    })
}

/// Runs what may block on a thread of its own.
pub(in crate::storage) async fn blocking<
    T: Send + 'static,
    E: From<CopyFailed> + Send + 'static,
>(
    work: impl FnOnce() -> Result<T, E> + Send + 'static,
) -> Result<T, E> {
    tokio::task::spawn_blocking(work)
        .await
        .unwrap_or_else(|why| {
            Err(E::from(CopyFailed::Database {
                database: "the books".to_owned(),
                doing: "the copy".to_owned(),
                why: why.to_string(),
            }))
        })
}

impl Opening {
    /// Opens what needs a runtime to be opened.
    pub(in crate::storage) async fn of(url: &DatabaseUrl) -> Result<Self, CopyFailed> {
        let place = match url {
            DatabaseUrl::Sqlite(file) => Place::Sqlite(file.path().to_owned()),
            DatabaseUrl::Postgres(server) => {
                let connector = PostgresConnector::new(server).map_err(Unfit::from)?;
                connector.examine().await?;
                Place::Postgres(Box::new(connector.open().await.map_err(Unfit::from)?))
            }
        };
        Ok(Self {
            database: url.to_string(),
            place,
        })
    }

    /// Opens the rest. Embedded books are taken from daemons if they are to be written.
    pub(in crate::storage) fn open(self, to_write: bool) -> Result<Side, CopyFailed> {
        self.open_as(to_write, to_write)
    }

    /// Opens what nobody else knows of, to be written.
    pub(in crate::storage) fn open_alone(self) -> Result<Side, CopyFailed> {
        self.open_as(true, false)
    }

    fn open_as(self, to_write: bool, held: bool) -> Result<Side, CopyFailed> {
        let Self { database, place } = self;
        let (engine, held) = match place {
            Place::Postgres(connection) => (
                Engine::Postgres(Box::new(AsyncConnectionWrapper::from(*connection))),
                None,
            ),
            Place::Sqlite(path) => {
                let held = held.then(|| hold(&database, &path)).transpose()?;
                (Engine::Sqlite(open_file(&database, &path, to_write)?), held)
            }
        };
        Ok(Side {
            database,
            engine,
            _held: held,
        })
    }
}

/// Keeps daemons away from embedded books.
fn hold(database: &str, path: &Path) -> Result<Held, CopyFailed> {
    let database = database.to_owned();
    Held::on(path).map_err(|why| match why {
        NotOpened::InUse { .. } => CopyFailed::InUse { database },
        why @ (NotOpened::File { .. } | NotOpened::Engine { .. }) => CopyFailed::File {
            database,
            why: why.to_string(),
        },
    })
}

fn open_file(database: &str, path: &Path, to_write: bool) -> Result<SqliteConnection, CopyFailed> {
    let bad = |why: String| CopyFailed::File {
        database: database.to_owned(),
        why,
    };
    if !path.is_file() {
        return Err(bad("there is no such file".to_owned()));
    }
    let text = path
        .to_str()
        .ok_or_else(|| bad("expected a path in UTF-8".to_owned()))?;
    let mut connection = SqliteConnection::establish(text).map_err(|why| bad(why.to_string()))?;
    let settings = format!(
        "PRAGMA busy_timeout = 20000; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; \
         PRAGMA cache_size = -65536; PRAGMA query_only = {}",
        if to_write { "OFF" } else { "ON" }
    );
    connection
        .batch_execute(&settings)
        .map_err(|why| bad(why.to_string()))?;
    Ok(connection)
}
