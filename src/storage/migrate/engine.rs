//! The two engines: how each locks, asks for its tables and runs a migration.

use std::path::Path;
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::migration::{Migration, MigrationSource};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use diesel::sqlite::{Sqlite, SqliteConnection};
use diesel::{QueryableByName, sql_query};
use diesel_async::AsyncPgConnection;
use diesel_async::async_connection_wrapper::AsyncConnectionWrapper;
use diesel_migrations::MigrationHarness;

use super::{Carried, FOREIGN, Holdings, MigrateFailed, POSTGRES, SQLITE, Step, steps};

/// How long another process may take with its migrations.
const OTHERS: Duration = Duration::from_secs(60);

/// Waiting longer for a table would make all the daemon's statements on it wait as well.
const TABLE_LOCK: &str = "SET LOCAL lock_timeout = '10s'";

/// The number of the lock of migrations: `starkeep` in ASCII, so that nobody else draws it.
const LOCK_ID: &str = "8319095429150991728";

/// The table in which diesel notes what was run.
const NOTED: &str = "__diesel_schema_migrations";

/// A database with its schema.
pub(super) trait Migrated {
    fn up(&mut self) -> Result<Vec<String>, MigrateFailed>;
    fn down(&mut self, count: usize) -> Result<Vec<String>, MigrateFailed>;
    fn pending(&mut self) -> Result<Vec<String>, MigrateFailed>;
    fn history(&mut self) -> Result<Vec<Step>, MigrateFailed>;
    fn holdings(&mut self) -> Result<Holdings, MigrateFailed>;
}

pub(super) struct PostgresSchema {
    database: String,
    connection: AsyncConnectionWrapper<AsyncPgConnection>,
}

pub(super) struct SqliteSchema {
    database: String,
    connection: SqliteConnection,
}

impl PostgresSchema {
    /// Must be called where a runtime is entered and may be waited for.
    pub(super) fn new(database: String, connection: AsyncPgConnection) -> Self {
        Self {
            database,
            connection: connection.into(),
        }
    }
}

impl SqliteSchema {
    pub(super) fn open(
        database: String,
        path: &Path,
        may_create: bool,
    ) -> Result<Self, MigrateFailed> {
        let bad = |why: String| MigrateFailed::File {
            path: path.to_owned(),
            why,
        };
        if !may_create && !path.exists() {
            return Err(bad("there is no such file".to_owned()));
        }
        let folder = path
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty());
        if let Some(folder) = folder.filter(|folder| !folder.is_dir()) {
            return Err(bad(format!(
                "expected the folder {} to be there; the daemon makes it, and the books in it, when it starts",
                folder.display()
            )));
        }
        let text = path
            .to_str()
            .ok_or_else(|| bad("expected a path in UTF-8".to_owned()))?;
        let mut connection =
            SqliteConnection::establish(text).map_err(|why| bad(why.to_string()))?;
        let busy = OTHERS.as_millis();
        connection
            .batch_execute(&format!(
                "PRAGMA busy_timeout = {busy}; PRAGMA foreign_keys = ON"
            ))
            .map_err(|why| bad(why.to_string()))?;
        Ok(Self {
            database,
            connection,
        })
    }
}

#[derive(QueryableByName)]
struct Named {
    #[diesel(sql_type = Text)]
    name: String,
}

#[derive(QueryableByName)]
struct Counted {
    #[diesel(sql_type = BigInt)]
    customers: i64,
    #[diesel(sql_type = BigInt)]
    entries: i64,
}

/// What a failed transaction means: the typed refusal that ended it, or the database's own.
enum Ended {
    Refused(MigrateFailed),
    Database(diesel::result::Error),
    Migration { what: String, why: String },
}

impl From<diesel::result::Error> for Ended {
    fn from(why: diesel::result::Error) -> Self {
        Self::Database(why)
    }
}

fn refused(database: &str, ended: Ended) -> MigrateFailed {
    let (what, why) = match ended {
        Ended::Refused(refused) => return refused,
        Ended::Database(why) => ("the migration".to_owned(), why.to_string()),
        Ended::Migration { what, why } => (what, why),
    };
    let why = match helps(&why) {
        Some(helps) => format!("{why}: {helps}"),
        None => why,
    };
    MigrateFailed::Refused {
        database: database.to_owned(),
        what,
        why,
    }
}

/// What to do about what SQLite says of a file.
fn helps(why: &str) -> Option<&'static str> {
    let known = [
        (
            "file is not a database",
            "expected the books, or no file there; STATE_DIR and DATABASE_URL name the place",
        ),
        ("disk is full", "make room on that disk"),
        (
            "readonly database",
            "expected a file that this user may write",
        ),
    ];
    let found = known.iter().find(|(said, _)| why.contains(said));
    found.map(|(_, helps)| *helps)
}

/// Refuses what is not ours to change, and answers the versions that were run.
fn judged(
    database: &str,
    tables: &[String],
    applied: Vec<String>,
    carried: &[Carried],
) -> Result<Vec<String>, Ended> {
    let unknown = |version: &&String| carried.iter().all(|known| known.version != **version);
    let versions: Vec<String> = applied.iter().filter(unknown).cloned().collect();
    let database = database.to_owned();
    if !versions.is_empty() {
        return Err(Ended::Refused(MigrateFailed::Newer { database, versions }));
    }
    let is_foreign = |table: &&String| FOREIGN.contains(&table.as_str());
    let tables: Vec<String> = tables.iter().filter(is_foreign).cloned().collect();
    if applied.is_empty() && !tables.is_empty() {
        return Err(Ended::Refused(MigrateFailed::Foreign { database, tables }));
    }
    Ok(applied)
}

/// The names of those that were not run, oldest first.
fn lacking(carried: &[Carried], applied: &[String]) -> Vec<String> {
    let steps = steps(carried, applied).into_iter();
    let lacking = steps.filter(|step| !step.applied);
    lacking.map(|step| step.name).collect()
}

/// The newest versions that were run, newest first.
fn newest(database: &str, mut applied: Vec<String>, count: usize) -> Result<Vec<String>, Ended> {
    let there = applied.len();
    if count > there {
        return Err(Ended::Refused(MigrateFailed::TooFew {
            database: database.to_owned(),
            there,
            asked: count,
        }));
    }
    applied.sort();
    Ok(applied.into_iter().rev().take(count).collect())
}

/// The same three functions for each engine, whose harness is generic only over itself.
macro_rules! runs {
    ($module:ident, $backend:ty, $connection:ty, $source:expr) => {
        mod $module {
            use super::*;

            pub(super) fn carried() -> Result<Vec<Carried>, Ended> {
                let migrations = MigrationSource::<$backend>::migrations(&$source);
                super::super::named(migrations).map_err(|why| Ended::Migration {
                    what: "reading the migrations that this binary carries".to_owned(),
                    why,
                })
            }

            pub(super) fn applied(
                connection: &mut $connection,
                tables: &[String],
            ) -> Result<Vec<String>, Ended> {
                if !tables.iter().any(|table| table == NOTED) {
                    return Ok(Vec::new());
                }
                let versions = MigrationHarness::<$backend>::applied_migrations(connection);
                let versions = versions.map_err(|why| Ended::Migration {
                    what: "reading what was migrated".to_owned(),
                    why: why.to_string(),
                })?;
                Ok(versions.iter().map(ToString::to_string).collect())
            }

            pub(super) fn run(
                connection: &mut $connection,
                lacking: impl Fn(&str) -> bool,
            ) -> Result<Vec<String>, Ended> {
                let mut done = Vec::new();
                for migration in sorted()? {
                    if lacking(&migration.name().version().to_string()) {
                        // Makes the table of notes, where it is not there yet.
                        MigrationHarness::<$backend>::applied_migrations(connection)
                            .and_then(|_| connection.run_migration(&*migration))
                            .map_err(|why| ended(&*migration, &*why))?;
                        done.push(migration.name().to_string());
                    }
                }
                Ok(done)
            }

            pub(super) fn revert(
                connection: &mut $connection,
                versions: &[String],
            ) -> Result<Vec<String>, Ended> {
                let migrations = sorted()?;
                let mut done = Vec::new();
                for version in versions {
                    let carried = |migration: &&Box<dyn Migration<$backend>>| {
                        migration.name().version().to_string() == *version
                    };
                    if let Some(migration) = migrations.iter().find(carried) {
                        connection
                            .revert_migration(&**migration)
                            .map_err(|why| ended(&**migration, &*why))?;
                        done.push(migration.name().to_string());
                    }
                }
                Ok(done)
            }

            fn sorted() -> Result<Vec<Box<dyn Migration<$backend>>>, Ended> {
                let migrations = MigrationSource::<$backend>::migrations(&$source);
                let mut migrations = migrations.map_err(|why| Ended::Migration {
                    what: "reading the migrations that this binary carries".to_owned(),
                    why: why.to_string(),
                })?;
                migrations.sort_by_key(|migration| migration.name().version().to_string());
                Ok(migrations)
            }

            fn ended(
                migration: &dyn Migration<$backend>,
                why: &(dyn std::error::Error + Send + Sync),
            ) -> Ended {
                Ended::Migration {
                    what: migration.name().to_string(),
                    why: why.to_string(),
                }
            }
        }
    };
}

runs!(
    on_postgres,
    Pg,
    AsyncConnectionWrapper<AsyncPgConnection>,
    POSTGRES
);
runs!(on_sqlite, Sqlite, SqliteConnection, SQLITE);

/// Tables of the schema in which ours would be made.
fn postgres_tables(
    connection: &mut AsyncConnectionWrapper<AsyncPgConnection>,
) -> QueryResult<Vec<String>> {
    let sql = "SELECT c.relname::text AS name FROM pg_class c \
         WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm') \
         ORDER BY 1";
    let tables = sql_query(sql).load::<Named>(connection)?;
    Ok(tables.into_iter().map(|table| table.name).collect())
}

fn sqlite_tables(connection: &mut SqliteConnection) -> QueryResult<Vec<String>> {
    let sql = "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') ORDER BY 1";
    let tables = sql_query(sql).load::<Named>(connection)?;
    Ok(tables.into_iter().map(|table| table.name).collect())
}

const HOLDINGS: &str = "SELECT (SELECT count(*) FROM customers) AS customers, \
     (SELECT count(*) FROM entries) AS entries";

fn holds_books(tables: &[String]) -> bool {
    ["customers", "entries"]
        .iter()
        .all(|name| tables.iter().any(|table| table == name))
}

impl Migrated for PostgresSchema {
    fn up(&mut self) -> Result<Vec<String>, MigrateFailed> {
        let database = self.database.clone();
        let done = self.connection.transaction(|connection| {
            lock(connection)?;
            let (tables, carried) = (postgres_tables(connection)?, on_postgres::carried()?);
            let applied = on_postgres::applied(connection, &tables)?;
            let applied = judged(&database, &tables, applied, &carried)?;
            on_postgres::run(connection, |version| {
                !applied.iter().any(|has| has == version)
            })
        });
        done.map_err(|why| refused(&self.database, why))
    }

    fn down(&mut self, count: usize) -> Result<Vec<String>, MigrateFailed> {
        let database = self.database.clone();
        let done = self.connection.transaction(|connection| {
            lock(connection)?;
            let (tables, carried) = (postgres_tables(connection)?, on_postgres::carried()?);
            let applied = on_postgres::applied(connection, &tables)?;
            let applied = judged(&database, &tables, applied, &carried)?;
            on_postgres::revert(connection, &newest(&database, applied, count)?)
        });
        done.map_err(|why| refused(&self.database, why))
    }

    fn pending(&mut self) -> Result<Vec<String>, MigrateFailed> {
        let read = |connection: &mut _| {
            let (tables, carried) = (postgres_tables(connection)?, on_postgres::carried()?);
            let applied = on_postgres::applied(connection, &tables)?;
            let applied = judged(&self.database, &tables, applied, &carried)?;
            Ok(lacking(&carried, &applied))
        };
        read(&mut self.connection).map_err(|why| refused(&self.database, why))
    }

    fn history(&mut self) -> Result<Vec<Step>, MigrateFailed> {
        let read = |connection: &mut _| {
            let tables = postgres_tables(connection)?;
            let applied = on_postgres::applied(connection, &tables)?;
            Ok(steps(&on_postgres::carried()?, &applied))
        };
        read(&mut self.connection).map_err(|why| refused(&self.database, why))
    }

    fn holdings(&mut self) -> Result<Holdings, MigrateFailed> {
        let read = |connection: &mut _| {
            if !holds_books(&postgres_tables(connection)?) {
                return Ok(Holdings::default());
            }
            Ok(held(&sql_query(HOLDINGS).get_result(connection)?))
        };
        read(&mut self.connection).map_err(|why| refused(&self.database, why))
    }
}

/// Lets one process at a time migrate. Ends with the transaction, so that it also holds behind a
/// pooler that shares connections.
fn lock(connection: &mut AsyncConnectionWrapper<AsyncPgConnection>) -> QueryResult<()> {
    let patience = OTHERS.as_millis();
    connection.batch_execute(&format!("SET LOCAL lock_timeout = '{patience}ms'"))?;
    connection.batch_execute(&format!("SELECT pg_advisory_xact_lock({LOCK_ID})"))?;
    connection.batch_execute(TABLE_LOCK)
}

impl Migrated for SqliteSchema {
    fn up(&mut self) -> Result<Vec<String>, MigrateFailed> {
        let database = self.database.clone();
        let done = self.connection.immediate_transaction(|connection| {
            let (tables, carried) = (sqlite_tables(connection)?, on_sqlite::carried()?);
            let applied = on_sqlite::applied(connection, &tables)?;
            let applied = judged(&database, &tables, applied, &carried)?;
            on_sqlite::run(connection, |version| {
                !applied.iter().any(|has| has == version)
            })
        });
        done.map_err(|why| refused(&self.database, why))
    }

    fn down(&mut self, count: usize) -> Result<Vec<String>, MigrateFailed> {
        let database = self.database.clone();
        let done = self.connection.immediate_transaction(|connection| {
            let (tables, carried) = (sqlite_tables(connection)?, on_sqlite::carried()?);
            let applied = on_sqlite::applied(connection, &tables)?;
            let applied = judged(&database, &tables, applied, &carried)?;
            on_sqlite::revert(connection, &newest(&database, applied, count)?)
        });
        done.map_err(|why| refused(&self.database, why))
    }

    fn pending(&mut self) -> Result<Vec<String>, MigrateFailed> {
        let read = |connection: &mut _| {
            let (tables, carried) = (sqlite_tables(connection)?, on_sqlite::carried()?);
            let applied = on_sqlite::applied(connection, &tables)?;
            let applied = judged(&self.database, &tables, applied, &carried)?;
            Ok(lacking(&carried, &applied))
        };
        read(&mut self.connection).map_err(|why| refused(&self.database, why))
    }

    fn history(&mut self) -> Result<Vec<Step>, MigrateFailed> {
        let read = |connection: &mut _| {
            let tables = sqlite_tables(connection)?;
            let applied = on_sqlite::applied(connection, &tables)?;
            Ok(steps(&on_sqlite::carried()?, &applied))
        };
        read(&mut self.connection).map_err(|why| refused(&self.database, why))
    }

    fn holdings(&mut self) -> Result<Holdings, MigrateFailed> {
        let read = |connection: &mut _| {
            if !holds_books(&sqlite_tables(connection)?) {
                return Ok(Holdings::default());
            }
            Ok(held(&sql_query(HOLDINGS).get_result(connection)?))
        };
        read(&mut self.connection).map_err(|why| refused(&self.database, why))
    }
}

const fn held(counted: &Counted) -> Holdings {
    Holdings {
        customers: counted.customers,
        entries: counted.entries,
    }
}
