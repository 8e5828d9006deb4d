//! One side of a copy: a connection that may block, whatever the engine.

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
use super::column::{Column, Kind, ordered};
use crate::storage::sqlite::file::Held;

/// How an instant is written on both sides: UTC with six digits, as SQLite's rows have it.
const INSTANT: &str = "%Y-%m-%d %H:%M:%S%.6f+00:00";

/// How long to wait for commits in flight, and for a daemon that reads.
const PATIENCE: &str = "20s";

/// So many rows are asked for at once.
const PAGE: u32 = 2_000;

/// One side of a copy.
pub(in crate::storage) struct Side {
    pub(super) database: String,
    pub(super) engine: Engine,
    /// Keeps a daemon away from embedded books.
    pub(super) _held: Option<Held>,
}

pub(super) enum Engine {
    Sqlite(SqliteConnection),
    Postgres(Box<AsyncConnectionWrapper<AsyncPgConnection>>),
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
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
