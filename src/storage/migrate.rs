//! The schema of the books, up and down: the migrations that this binary carries, and what a
//! database has of them.
//!
//! Owns the order of migrations, the lock that lets one process at a time run them, and the refusal
//! of a database that holds another program's tables. All that is pending runs in one transaction,
//! so that a database is at one version or at the other. Never guesses: a database that a newer
//! binary has migrated is left alone.

mod engine;

use std::fmt;
use std::path::PathBuf;

use diesel::migration::{Migration, MigrationSource};
use diesel::pg::Pg;
use diesel::sqlite::Sqlite;
use diesel_migrations::{EmbeddedMigrations, embed_migrations};

use super::postgres_connect::{CannotConnect, PostgresConnector};
use super::sqlite::file::Held;
use super::url::{DatabaseUrl, SqliteUrl};
use engine::{Migrated, PostgresSchema, SqliteSchema};

/// The migrations of PostgreSQL.
pub const POSTGRES: EmbeddedMigrations = embed_migrations!("migrations/postgres");
/// Those of the embedded engine, under the same names.
pub const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");

/// Tables by which other programs of this kind are known. Theirs are not ours to change.
const FOREIGN: [&str; 3] = ["users", "balances", "transactions"];

/// One migration, and whether a database has it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Step {
    /// Its name, date first: `2026-11-26-000001_create_books`. An unknown one has its version only.
    pub name: String,
    /// Whether this binary carries it.
    pub known: bool,
    /// Whether it was run there.
    pub applied: bool,
}

/// Why the schema stays as it is.
#[derive(Debug, thiserror::Error)]
pub enum MigrateFailed {
    /// The server cannot be reached.
    #[error(transparent)]
    CannotConnect(#[from] CannotConnect),
    /// The file cannot be opened.
    #[error("{}: {why}", path.display())]
    File {
        /// Which file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// Another program lives there.
    #[error(
        "{database} holds tables of another program ({}), and nothing was changed; \
         the books need a database of their own: create one, for example with `createdb starkeeper`, \
         and name it in DATABASE_URL",
        tables.join(", ")
    )]
    Foreign {
        /// Which database.
        database: String,
        /// Which tables.
        tables: Vec<String>,
    },
    /// A newer binary was here.
    #[error(
        "{database} was migrated by a newer version of starkeeper ({}), and nothing was changed; \
         expected that version or a later one",
        versions.join(", ")
    )]
    Newer {
        /// Which database.
        database: String,
        /// What it has that this binary does not know.
        versions: Vec<String>,
    },
    /// There is nothing to take back.
    #[error("{database} has {there} migrations, and {asked} were to be taken back")]
    TooFew {
        /// Which database.
        database: String,
        /// How many it has.
        there: usize,
        /// How many were asked for.
        asked: usize,
    },
    /// The database refused, and everything is as it was before.
    #[error("{database}: {what} failed and nothing was changed: {why}")]
    Refused {
        /// Which database.
        database: String,
        /// What was being done.
        what: String,
        /// Its words.
        why: String,
    },
}

/// What books hold, for whoever is about to lose it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Holdings {
    /// Customers.
    pub customers: i64,
    /// Entries of the ledger.
    pub entries: i64,
}

impl Holdings {
    /// Whether nothing would be lost.
    #[must_use]
    pub const fn is_nothing(&self) -> bool {
        self.customers == 0 && self.entries == 0
    }
}

impl fmt::Display for Holdings {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { customers, entries } = self;
        write!(
            out,
            "{customers} customers and {entries} entries of the ledger"
        )
    }
}

/// Runs what is pending and answers its names. Several processes may do so at once: one runs, the
/// others wait and find nothing left.
///
/// # Errors
/// Why nothing was changed.
pub async fn up(url: &DatabaseUrl) -> Result<Vec<String>, MigrateFailed> {
    on(url, true, Migrated::up).await
}

/// Takes the newest `steps` migrations back and answers their names, newest first. What they held
/// is gone.
///
/// # Errors
/// Why nothing was changed.
pub async fn down(url: &DatabaseUrl, steps: usize) -> Result<Vec<String>, MigrateFailed> {
    // Not from under a daemon. `up` is called by the daemon itself, which has the file then.
    let _held = match url {
        DatabaseUrl::Sqlite(file) if file.path().exists() => Some(taken(file)?),
        DatabaseUrl::Sqlite(_) | DatabaseUrl::Postgres(_) => None,
    };
    on(url, false, move |schema: &mut (dyn Migrated + 'static)| {
        schema.down(steps)
    })
    .await
}

/// All migrations, oldest first. Changes nothing, and makes no file.
///
/// # Errors
/// The database cannot be read.
pub async fn history(url: &DatabaseUrl) -> Result<Vec<Step>, MigrateFailed> {
    if is_no_file_yet(url) {
        return Ok(steps(&carried(url)?, &[]));
    }
    on(url, false, Migrated::history).await
}

/// The names of the migrations that the database lacks, oldest first. Changes nothing, and makes no
/// file.
///
/// # Errors
/// The database cannot be read, a newer binary was here, or another program's tables are.
pub async fn pending(url: &DatabaseUrl) -> Result<Vec<String>, MigrateFailed> {
    if is_no_file_yet(url) {
        let carried = carried(url)?;
        return Ok(carried.into_iter().map(|one| one.name).collect());
    }
    on(url, false, Migrated::pending).await
}

/// What the books there hold; nothing if there are none.
///
/// # Errors
/// The database cannot be read.
pub async fn holdings(url: &DatabaseUrl) -> Result<Holdings, MigrateFailed> {
    if is_no_file_yet(url) {
        return Ok(Holdings::default());
    }
    on(url, false, Migrated::holdings).await
}

fn taken(file: &SqliteUrl) -> Result<Held, MigrateFailed> {
    Held::on(file.path()).map_err(|why| MigrateFailed::File {
        path: file.path().to_owned(),
        why: why.to_string(),
    })
}

fn is_no_file_yet(url: &DatabaseUrl) -> bool {
    match url {
        DatabaseUrl::Sqlite(file) => !file.path().exists(),
        DatabaseUrl::Postgres(_) => false,
    }
}

/// Does `work` with the schema on a thread that may block, as the harness of migrations does.
async fn on<T: Send + 'static>(
    url: &DatabaseUrl,
    may_create: bool,
    work: impl FnOnce(&mut (dyn Migrated + 'static)) -> Result<T, MigrateFailed> + Send + 'static,
) -> Result<T, MigrateFailed> {
    let database = url.to_string();
    let blocked = match url {
        DatabaseUrl::Sqlite(file) => {
            let path = file.path().to_owned();
            let open = move || SqliteSchema::open(database, &path, may_create);
            tokio::task::spawn_blocking(move || work(&mut open()?)).await
        }
        DatabaseUrl::Postgres(server) => {
            let connection = PostgresConnector::new(server)?.open().await?;
            let open = move || PostgresSchema::new(database, connection);
            tokio::task::spawn_blocking(move || work(&mut open())).await
        }
    };
    blocked.unwrap_or_else(|why| {
        Err(MigrateFailed::Refused {
            database: url.to_string(),
            what: "the migration".to_owned(),
            why: why.to_string(),
        })
    })
}

/// A migration that the binary carries: its name and its version.
#[derive(Clone, Debug)]
struct Carried {
    name: String,
    version: String,
}

fn carried(url: &DatabaseUrl) -> Result<Vec<Carried>, MigrateFailed> {
    let carried = match url {
        DatabaseUrl::Sqlite(_) => named(MigrationSource::<Sqlite>::migrations(&SQLITE)),
        DatabaseUrl::Postgres(_) => named(MigrationSource::<Pg>::migrations(&POSTGRES)),
    };
    carried.map_err(|why| MigrateFailed::Refused {
        database: url.to_string(),
        what: "reading the migrations that this binary carries".to_owned(),
        why,
    })
}

fn named<DB: diesel::backend::Backend>(
    migrations: diesel::migration::Result<Vec<Box<dyn Migration<DB>>>>,
) -> Result<Vec<Carried>, String> {
    let migrations = migrations.map_err(|why| why.to_string())?;
    let mut carried: Vec<Carried> = migrations
        .iter()
        .map(|migration| Carried {
            name: migration.name().to_string(),
            version: migration.name().version().to_string(),
        })
        .collect();
    carried.sort_by(|one, other| one.version.cmp(&other.version));
    Ok(carried)
}

/// What is carried and what was applied, as one list.
fn steps(carried: &[Carried], applied: &[String]) -> Vec<Step> {
    let unknown = applied
        .iter()
        .filter(|version| carried.iter().all(|known| known.version != **version))
        .map(|version| (version.clone(), version.clone(), false));
    let mut steps: Vec<(String, String, bool)> = carried
        .iter()
        .map(|known| (known.version.clone(), known.name.clone(), true))
        .chain(unknown)
        .collect();
    steps.sort();
    steps
        .into_iter()
        .map(|(version, name, known)| Step {
            name,
            known,
            applied: applied.contains(&version),
        })
        .collect()
}
