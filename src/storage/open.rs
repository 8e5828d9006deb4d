//! Opening the books, and the two engines behind one face.

use std::sync::Arc;
use std::time::Duration;

use starkeeper_actors::domain::ids::IncarnationId;
use starkeeper_actors::domain::order::OrderRules;
use starkeeper_actors::ports::Unreadable;
use tokio::runtime::Handle;

use super::accounts::KnownIds;
use super::migrate::{self, MigrateFailed};
use super::postgres::gathered::{self, Purses, Statements};
use super::postgres::{group::Committers, picks::Picks, pool, transaction::Limits};
use super::postgres_connect::{CannotConnect, PostgresConnector, Unfit};
use super::sqlite::{self, file, readers::Readers, writer::Writer};
use super::steps::Listener;
use super::url::{DatabaseUrl, PostgresUrl, SqliteUrl};

/// What the storage must know to open the books.
#[derive(Clone, Debug)]
pub struct StorageSettings {
    /// Where they are.
    pub url: DatabaseUrl,
    /// How many connections may be open at once, 3 to 200; on SQLite those that read.
    pub connections: usize,
    /// How many of them commit, 1 to 16, on PostgreSQL. More of them wait less, fewer of them
    /// write more together.
    pub committers: usize,
    /// The size in bytes that an embedded file may grow to; none: as far as the disk goes. What does
    /// not fit is not done.
    pub file_limit: Option<u64>,
    /// How long PostgreSQL may work on one statement. Below the shortest deadline of an ask.
    pub statement_timeout: Duration,
    /// How long PostgreSQL may wait for one lock. Below the former.
    pub lock_timeout: Duration,
    /// The settings of the order machine: they decide when an order is due.
    pub rules: OrderRules,
    /// Who is told of each commit before and after it, and may hold it up.
    #[cfg(feature = "crash-points")]
    pub watch: Option<Arc<dyn CommitWatch>>,
}

/// Told of a commit.
#[cfg(feature = "crash-points")]
pub trait CommitWatch: std::fmt::Debug + Send + Sync {
    /// Tells of one; it goes on when the answer is there.
    fn tell(
        &self,
        when: When,
        commit: &starkeeper_actors::ports::books::Commit,
    ) -> futures_util::future::BoxFuture<'static, ()>;
}

/// On which side of a commit.
#[cfg(feature = "crash-points")]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum When {
    /// Nothing is written yet.
    Before,
    /// It is written, and nobody has heard of it.
    After,
}

impl StorageSettings {
    /// The usual settings for books at a place.
    #[must_use]
    pub fn at(url: DatabaseUrl) -> Self {
        Self {
            url,
            connections: 16,
            committers: 4,
            file_limit: None,
            statement_timeout: Duration::from_secs(3),
            lock_timeout: Duration::from_secs(2),
            rules: OrderRules::default(),
            #[cfg(feature = "crash-points")]
            watch: None,
        }
    }
}

/// Why the books were not opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenFailed {
    /// Another daemon has the file. Only one may: this is for an operator to settle.
    #[error("{file} is in use by another daemon; expected one daemon a file, or PostgreSQL")]
    InUse {
        /// Which file.
        file: String,
    },
    /// The file cannot be opened.
    #[error("the books cannot be opened: {why}")]
    File {
        /// Which file, and why.
        why: String,
    },
    /// The server cannot keep books.
    #[error(transparent)]
    Unfit(#[from] Unfit),
    /// The server cannot be reached.
    #[error(transparent)]
    CannotConnect(#[from] CannotConnect),
    /// The schema cannot be looked at or brought up, or is a newer version's.
    #[error(transparent)]
    Migrate(#[from] MigrateFailed),
    /// The schema is older than this version of the daemon.
    #[error("{place} lacks {}; run `starkeeper migrate up`", missing.join(", "))]
    Schema {
        /// Where.
        place: String,
        /// Which migrations were not run.
        missing: Vec<String>,
    },
    /// A setting cannot be.
    #[error("{what}")]
    Setting {
        /// Which, and what was expected.
        what: String,
    },
}

/// The books. Cheap to clone; all clones are one.
#[derive(Clone)]
pub struct Storage {
    pub(super) engine: Engine,
    pub(super) rules: OrderRules,
    /// Where connections live and calls run, whoever asks from wherever.
    pub(super) io: Handle,
    /// Who is told of the orders that were written.
    pub(super) listener: Option<Listener>,
    #[cfg(feature = "crash-points")]
    pub(super) watch: Option<Arc<dyn CommitWatch>>,
}

#[derive(Clone)]
pub(super) enum Engine {
    Postgres(Arc<Postgres>),
    Sqlite(Arc<Sqlite>),
}

pub(super) struct Postgres {
    pub(super) pool: pool::Pool,
    pub(super) picks: Picks,
    pub(super) purses: Purses,
    pub(super) statements: Statements,
    pub(super) committers: Committers,
    pub(super) limits: Limits,
}

pub(super) struct Sqlite {
    pub(super) readers: Readers,
    pub(super) writer: Writer,
    pub(super) known: Arc<KnownIds>,
}

impl Storage {
    /// Opens the books on the runtime that polls this: the daemon's multi-threaded I/O runtime.
    /// Embedded books get what is missing of their schema; PostgreSQL's are migrated by command.
    ///
    /// # Errors
    /// Why they were not opened.
    pub async fn open(settings: StorageSettings) -> Result<Self, OpenFailed> {
        let io = Handle::current();
        let rules = settings.rules;
        #[cfg(feature = "crash-points")]
        let watch = settings.watch.clone();
        let engine = match &settings.url {
            DatabaseUrl::Sqlite(url) => {
                Engine::Sqlite(Arc::new(open_sqlite(url, &settings, &io).await?))
            }
            DatabaseUrl::Postgres(url) => {
                Engine::Postgres(Arc::new(open_postgres(url, &settings, &io).await?))
            }
        };
        Ok(Self {
            engine,
            rules,
            io,
            listener: None,
            #[cfg(feature = "crash-points")]
            watch,
        })
    }

    /// How many connections to PostgreSQL are in which state, and how many callers wait for one;
    /// embedded books have none.
    #[must_use]
    pub fn connections(&self) -> Vec<(&'static str, usize)> {
        match &self.engine {
            Engine::Postgres(postgres) => {
                let status = postgres.pool.status();
                vec![
                    ("open", status.size),
                    ("free", status.available),
                    ("waiting", status.waiting),
                ]
            }
            Engine::Sqlite(_) => Vec::new(),
        }
    }

    /// The same books, which tell of each order that was written through them.
    #[must_use]
    pub fn telling(self, listener: Listener) -> Self {
        Self {
            listener: Some(listener),
            ..self
        }
    }

    /// Lets the books live on under another incarnation: every commit of the old one is refused.
    ///
    /// # Errors
    /// The books cannot be written.
    pub async fn adopt(&self, life: IncarnationId) -> Result<(), Unreadable> {
        self.live_on(life).await
    }

    /// Retires the books, because they live on somewhere else: no commit is taken any more.
    ///
    /// # Errors
    /// The books cannot be written.
    pub async fn retire(&self) -> Result<(), Unreadable> {
        self.live_on(IncarnationId::new(0)).await
    }
}

async fn open_sqlite(
    url: &SqliteUrl,
    settings: &StorageSettings,
    io: &Handle,
) -> Result<Sqlite, OpenFailed> {
    let held = file::Held::on(url.path()).map_err(not_opened)?;
    migrate::up(&settings.url).await?;
    let path = url.path().to_owned();
    let (many, limit, io) = (settings.connections, settings.file_limit, io.clone());
    let opened = tokio::task::spawn_blocking(move || {
        let connection = sqlite::Connection::new(file::writer(&path, limit)?);
        file::free_leases(&path, &connection)?;
        let readers = Readers::open(&path, many, io.clone())?;
        Ok((readers, Writer::start(connection, held, &io)))
    });
    let opened = opened.await.map_err(|why| OpenFailed::File {
        why: why.to_string(),
    })?;
    let (readers, writer) = opened.map_err(not_opened)?;
    Ok(Sqlite {
        readers,
        writer,
        known: Arc::default(),
    })
}

fn not_opened(why: file::NotOpened) -> OpenFailed {
    match why {
        file::NotOpened::InUse { file } => OpenFailed::InUse {
            file: file.display().to_string(),
        },
        why @ (file::NotOpened::File { .. } | file::NotOpened::Engine { .. }) => OpenFailed::File {
            why: why.to_string(),
        },
    }
}

async fn open_postgres(
    url: &PostgresUrl,
    settings: &StorageSettings,
    io: &Handle,
) -> Result<Postgres, OpenFailed> {
    let connector = PostgresConnector::new(url)?;
    connector.examine().await?;
    let missing = migrate::pending(&settings.url).await?;
    if !missing.is_empty() {
        let place = url.to_string();
        return Err(OpenFailed::Schema { place, missing });
    }
    let limits = Limits {
        statement: milliseconds("statement_timeout", settings.statement_timeout)?,
        lock: milliseconds("lock_timeout", settings.lock_timeout)?,
    };
    let pool = pool::of(connector, settings.connections).map_err(|why| OpenFailed::Setting {
        what: why.to_string(),
    })?;
    let committers = Committers::start(
        pool.clone(),
        settings.committers,
        Arc::<KnownIds>::default(),
        limits,
        io,
    );
    let picks = Picks::new(pool.clone());
    Ok(Postgres {
        purses: gathered::purses(picks.clone()),
        statements: gathered::statements(picks.clone()),
        picks,
        pool,
        committers,
        limits,
    })
}

fn milliseconds(what: &str, span: Duration) -> Result<u32, OpenFailed> {
    let whole = u32::try_from(span.as_millis()).ok();
    whole
        .filter(|span| *span > 0)
        .ok_or_else(|| OpenFailed::Setting {
            what: format!("{what} is {span:?}; expected 1 ms to 49 days"),
        })
}
