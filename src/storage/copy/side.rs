//! One side of a copy: a connection that may block, whatever the engine.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};

use diesel::connection::{DefaultLoadingMode, SimpleConnection};
use diesel::prelude::*;
use diesel::sql_types::Text;
use diesel::sqlite::SqliteConnection;
use diesel::{QueryableByName, sql_query};
use diesel_async::AsyncPgConnection;
use diesel_async::async_connection_wrapper::AsyncConnectionWrapper;
use serde_json::Value;
use starkeeper_actors::domain::Timestamp;

use super::CopyFailed;
use crate::storage::migrate;
use crate::storage::postgres_connect::{PostgresConnector, Unfit};
use crate::storage::url::{DatabaseUrl, Host};

/// How an instant is written on both sides: UTC with six digits, as SQLite's rows have it.
const INSTANT: &str = "%Y-%m-%d %H:%M:%S%.6f+00:00";

/// How long to wait for commits in flight, and for a daemon that reads.
const PATIENCE: &str = "20s";

/// So many rows are asked for at once.
const PAGE: u32 = 2_000;

/// A connection that is opened but not yet on the thread that may block.
pub(in crate::storage) struct Opening {
    database: String,
    place: Place,
}

enum Place {
    Sqlite(PathBuf),
    Postgres(Box<AsyncPgConnection>),
}

/// One side of a copy.
pub(in crate::storage) struct Side {
    database: String,
    engine: Engine,
    /// Keeps a daemon away from embedded books.
    _held: Option<File>,
}

enum Engine {
    Sqlite(SqliteConnection),
    Postgres(Box<AsyncConnectionWrapper<AsyncPgConnection>>),
}

/// A column, and how it is written in a row of JSON.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Column {
    pub(super) name: String,
    pub(super) kind: Kind,
    /// Whether PostgreSQL numbers it.
    pub(super) numbered: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    /// As SQLite has it, which needs no translation.
    Plain,
    Number,
    Flag,
    Instant,
    Text,
    Document,
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
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

/// The lock beside embedded books that a daemon holds as long as it lives.
fn hold(database: &str, path: &Path) -> Result<File, CopyFailed> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(".lock");
    let file = |why: std::io::Error| CopyFailed::File {
        database: database.to_owned(),
        why: why.to_string(),
    };
    let lock = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(beside)
        .map_err(file)?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(TryLockError::WouldBlock) => Err(CopyFailed::InUse {
            database: database.to_owned(),
        }),
        Err(TryLockError::Error(why)) => Err(file(why)),
    }
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

impl Side {
    pub(in crate::storage) fn database(&self) -> &str {
        &self.database
    }

    /// Begins to read everything as it is at one moment, whatever is committed meanwhile.
    pub(in crate::storage) fn begin_reading(&mut self) -> Result<(), CopyFailed> {
        match &self.engine {
            // The moment is that of the first look.
            Engine::Sqlite(_) => self.run("beginning to read", "BEGIN")?,
            Engine::Postgres(_) => {
                self.run(
                    "beginning to read",
                    "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
                )?;
                self.take_time()?;
            }
        }
        self.life().map(|_| ())
    }

    /// Begins to write, and lets nobody else commit until the end.
    pub(in crate::storage) fn begin_excluding(&mut self) -> Result<(), CopyFailed> {
        match &self.engine {
            Engine::Sqlite(_) => self.run("beginning to write", "BEGIN IMMEDIATE"),
            Engine::Postgres(_) => {
                self.run("beginning to write", "BEGIN ISOLATION LEVEL READ COMMITTED")?;
                self.take_time()?;
                // Whoever commits reads this table first; so does whoever adopts the books.
                let lock = format!(
                    "SET LOCAL lock_timeout = '{PATIENCE}'; LOCK TABLE books IN ACCESS EXCLUSIVE MODE"
                );
                self.run("waiting for commits in flight", &lock)
            }
        }
    }

    /// A copy takes longer than any statement of the daemon.
    fn take_time(&mut self) -> Result<(), CopyFailed> {
        let settings =
            "SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0";
        self.run("beginning", settings)
    }

    pub(in crate::storage) fn commit(&mut self) -> Result<(), CopyFailed> {
        self.run("the commit", "COMMIT")
    }

    /// The life of the books; 0 if they have none.
    pub(in crate::storage) fn life(&mut self) -> Result<i64, CopyFailed> {
        self.number("asking for the life", "SELECT incarnation FROM books")
    }

    /// Lets the books live on under another name; 0 retires them.
    pub(in crate::storage) fn live_on(
        &mut self,
        life: i64,
        now: Timestamp,
    ) -> Result<(), CopyFailed> {
        let since = now.format(INSTANT);
        let sql = format!("UPDATE books SET incarnation = {life}, since = '{since}' WHERE id = 1");
        self.run("changing the life", &sql)
    }

    /// Runs statements that answer nothing.
    pub(in crate::storage) fn run(&mut self, doing: &str, sql: &str) -> Result<(), CopyFailed> {
        let done = match &mut self.engine {
            Engine::Sqlite(connection) => connection.batch_execute(sql),
            Engine::Postgres(connection) => connection.batch_execute(sql),
        };
        done.map_err(|why| self.refused(doing, &why))
    }

    /// Runs a statement with one text.
    pub(super) fn run_with(
        &mut self,
        doing: &str,
        sql: &str,
        text: &str,
    ) -> Result<usize, CopyFailed> {
        let query = sql_query(sql).bind::<Text, _>(text);
        let done = match &mut self.engine {
            Engine::Sqlite(connection) => query.execute(connection),
            Engine::Postgres(connection) => query.execute(&mut **connection),
        };
        done.map_err(|why| self.refused(doing, &why))
    }

    /// The texts of a query that names its one column `line`.
    pub(in crate::storage) fn lines(
        &mut self,
        doing: &str,
        sql: &str,
    ) -> Result<Vec<String>, CopyFailed> {
        let lines = match &mut self.engine {
            Engine::Sqlite(connection) => sql_query(sql).load::<Line>(connection),
            Engine::Postgres(connection) => sql_query(sql).load::<Line>(&mut **connection),
        };
        match lines {
            Ok(lines) => Ok(lines.into_iter().map(|line| line.line).collect()),
            Err(why) => Err(self.refused(doing, &why)),
        }
    }

    /// The one number that a query answers.
    pub(super) fn number(&mut self, doing: &str, sql: &str) -> Result<i64, CopyFailed> {
        let lines = self.lines(doing, &format!("SELECT CAST(({sql}) AS TEXT) AS line"))?;
        let number = lines.first().and_then(|line| line.parse().ok());
        number.ok_or_else(|| CopyFailed::Database {
            database: self.database.clone(),
            doing: doing.to_owned(),
            why: "expected a number".to_owned(),
        })
    }

    /// The names of all tables but those of the migrations.
    pub(super) fn tables(&mut self) -> Result<Vec<String>, CopyFailed> {
        let sql = match &self.engine {
            Engine::Sqlite(_) => {
                "SELECT name AS line FROM sqlite_master WHERE type = 'table' \
                 AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND name <> '__diesel_schema_migrations'"
            }
            Engine::Postgres(_) => {
                "SELECT relname::text AS line FROM pg_class WHERE relkind IN ('r', 'p') \
                 AND relnamespace = current_schema()::regnamespace \
                 AND relname <> '__diesel_schema_migrations'"
            }
        };
        self.lines("reading the catalog", sql)
    }

    /// The columns of a table, in their order.
    pub(super) fn columns(&mut self, table: &str) -> Result<Vec<Column>, CopyFailed> {
        let sql = match &self.engine {
            Engine::Sqlite(_) => {
                format!(
                    "SELECT name || ',,' AS line FROM pragma_table_info('{table}') ORDER BY cid"
                )
            }
            Engine::Postgres(_) => format!(
                "SELECT attname || ',' || format_type(atttypid, NULL) || ',' || attidentity::text AS line \
                 FROM pg_attribute WHERE attrelid = '{table}'::regclass AND attnum > 0 \
                 AND NOT attisdropped ORDER BY attnum"
            ),
        };
        let lines = self.lines("reading the catalog", &sql)?;
        let columns = lines.iter().map(|line| self.column(table, line));
        columns.collect()
    }

    fn column(&self, table: &str, line: &str) -> Result<Column, CopyFailed> {
        let mut parts = line.split(',');
        let name = parts.next().unwrap_or_default().to_owned();
        let kind = match parts.next().unwrap_or_default() {
            "" if name == "document" => Kind::Document,
            "" => Kind::Plain,
            "bigint" => Kind::Number,
            "boolean" => Kind::Flag,
            "timestamp with time zone" => Kind::Instant,
            "text" => Kind::Text,
            "jsonb" => Kind::Document,
            other => {
                return Err(CopyFailed::OtherSchema {
                    database: self.database.clone(),
                    what: format!("{table}.{name} is of the type {other}"),
                });
            }
        };
        let numbered = parts.next().is_some_and(|identity| !identity.is_empty());
        Ok(Column {
            name,
            kind,
            numbered,
        })
    }

    /// Hands over every row of a table as a list of JSON values, in the order of `by`.
    pub(super) fn each_row(
        &mut self,
        table: &str,
        columns: &[Column],
        by: &[&str],
        hand: &mut dyn FnMut(Vec<Value>) -> Result<(), CopyFailed>,
    ) -> Result<(), CopyFailed> {
        let doing = format!("reading {table}");
        let database = self.database.clone();
        let failed = |why: String| CopyFailed::Database {
            database: database.clone(),
            doing: doing.clone(),
            why,
        };
        let mut take = |line: Result<Line, diesel::result::Error>| {
            let line = line.map_err(|why| failed(why.to_string()))?.line;
            // The text stays out of the error: it may hold a person.
            hand(
                serde_json::from_str(&line)
                    .map_err(|why| failed(format!("{:?}", why.classify())))?,
            )
        };
        match &mut self.engine {
            Engine::Sqlite(connection) => {
                let names: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
                let (names, by) = (names.join(", "), by.join(", "));
                let sql = format!("SELECT json_array({names}) AS line FROM {table} ORDER BY {by}");
                let rows = sql_query(sql).load_iter::<Line, DefaultLoadingMode>(connection);
                for line in rows.map_err(|why| failed(why.to_string()))? {
                    take(line)?;
                }
            }
            Engine::Postgres(connection) => {
                let values: Vec<String> = columns.iter().map(Column::as_json).collect();
                let by: Vec<String> = by.iter().map(|name| ordered(columns, name)).collect();
                let sql = format!(
                    "DECLARE rows NO SCROLL CURSOR FOR SELECT json_build_array({})::text AS line \
                     FROM {table} ORDER BY {}",
                    values.join(", "),
                    by.join(", ")
                );
                connection
                    .batch_execute(&sql)
                    .map_err(|why| failed(why.to_string()))?;
                loop {
                    let page = sql_query(format!("FETCH {PAGE} FROM rows"));
                    let page = page.load::<Line>(&mut **connection);
                    let page = page.map_err(|why| failed(why.to_string()))?;
                    if page.is_empty() {
                        break;
                    }
                    for line in page {
                        take(Ok(line))?;
                    }
                }
                connection
                    .batch_execute("CLOSE rows")
                    .map_err(|why| failed(why.to_string()))?;
            }
        }
        Ok(())
    }

    /// The statement that inserts rows given as one JSON text of lists.
    pub(super) fn insertion(&self, table: &str, columns: &[Column]) -> String {
        let names: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
        let names = names.join(", ");
        match &self.engine {
            Engine::Sqlite(_) => {
                let values =
                    (0..columns.len()).map(|place| format!("json_extract(value, '$[{place}]')"));
                let values: Vec<String> = values.collect();
                format!(
                    "INSERT INTO {table} ({names}) SELECT {} FROM json_each(?)",
                    values.join(", ")
                )
            }
            Engine::Postgres(_) => {
                let values = columns.iter().enumerate();
                let values: Vec<String> = values
                    .map(|(place, column)| column.out_of_json(place))
                    .collect();
                format!(
                    "INSERT INTO {table} ({names}) SELECT {} \
                     FROM json_array_elements($1::json) WITH ORDINALITY AS row(row, place) ORDER BY place",
                    values.join(", ")
                )
            }
        }
    }

    /// Lets PostgreSQL number on behind the rows that brought their numbers.
    pub(super) fn number_on(&mut self, table: &str, columns: &[Column]) -> Result<(), CopyFailed> {
        for column in columns.iter().filter(|column| column.numbered) {
            let name = &column.name;
            let sql = format!(
                "SELECT setval(pg_get_serial_sequence('{table}', '{name}'), \
                 (SELECT coalesce(max({name}), 0) + 1 FROM {table}), false)"
            );
            self.run("setting the numbers", &sql)?;
        }
        Ok(())
    }

    pub(in crate::storage) fn refused(
        &self,
        doing: &str,
        why: &dyn std::fmt::Display,
    ) -> CopyFailed {
        CopyFailed::Database {
            database: self.database.clone(),
            doing: doing.to_owned(),
            why: why.to_string(),
        }
    }
}

/// Texts in the order of their bytes, as SQLite has them.
fn ordered(columns: &[Column], name: &str) -> String {
    let is_text = |column: &&Column| column.name == name && column.kind == Kind::Text;
    match columns.iter().find(is_text) {
        Some(_) => format!("{name} COLLATE \"C\""),
        None => name.to_owned(),
    }
}

impl Column {
    /// The value in PostgreSQL as it is written in a row of JSON.
    fn as_json(&self) -> String {
        let name = &self.name;
        match self.kind {
            Kind::Plain | Kind::Number | Kind::Text => name.clone(),
            Kind::Flag => format!("{name}::int"),
            Kind::Instant => format!(
                "to_char({name} AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US') || '+00:00'"
            ),
            Kind::Document => format!("{name}::text"),
        }
    }

    /// The value of a row of JSON as PostgreSQL has it.
    fn out_of_json(&self, place: usize) -> String {
        let text = format!("row ->> {place}");
        match self.kind {
            Kind::Plain | Kind::Text => text,
            Kind::Number => format!("({text})::bigint"),
            Kind::Flag => format!("({text})::int::boolean"),
            Kind::Instant => format!("({text})::timestamptz"),
            Kind::Document => format!("({text})::jsonb"),
        }
    }
}
