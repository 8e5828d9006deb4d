//! Both engines behind one face: run plain SQL, hear the complaint, read everything.

use std::hash::{Hash as _, Hasher as _};

use diesel::connection::SimpleConnection as _;
use diesel::prelude::{Connection as _, QueryableByName, RunQueryDsl as _};
use diesel::result::{DatabaseErrorKind, Error};
use diesel::sqlite::SqliteConnection;
use tempfile::TempDir;
use tokio::runtime::Runtime;
use tokio_postgres::{Client, NoTls, SimpleQueryMessage};

use crate::support::Database;
use crate::support::database::{psql, template};
use crate::support::services::run;

/// Which engine.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    Postgres,
    Sqlite,
}

impl Kind {
    /// All `up.sql` of this engine, in their order.
    pub fn migrations(self) -> String {
        let engine = match self {
            Self::Postgres => "postgres",
            Self::Sqlite => "sqlite",
        };
        let folder = format!("{}/migrations/{engine}", env!("CARGO_MANIFEST_DIR"));
        let mut steps: Vec<_> = std::fs::read_dir(&folder)
            .expect("the migrations are there")
            .map(|step| step.expect("a folder").path().join("up.sql"))
            .collect();
        steps.sort();
        steps
            .iter()
            .map(|step| std::fs::read_to_string(step).expect("a migration has its up.sql"))
            .collect()
    }
}

impl Kind {
    /// The query for the tables of the books.
    const fn tables(self) -> &'static str {
        match self {
            Self::Postgres => {
                "SELECT tablename AS line FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
            }
            Self::Sqlite => {
                "SELECT name AS line FROM sqlite_schema WHERE type = 'table' ORDER BY 1"
            }
        }
    }

    /// The query for every row of every table, as text.
    pub fn query_of_everything(self, mut ask: impl FnMut(&str) -> Vec<String>) -> String {
        let tables = ask(self.tables());
        assert!(tables.len() > 15, "the tables are found: {tables:?}");
        let mut parts = Vec::new();
        for table in tables {
            parts.push(match self {
                Self::Postgres => {
                    format!("SELECT '{table} ' || t::text AS line FROM {table} t")
                }
                Self::Sqlite => {
                    let columns = ask(&format!(
                        "SELECT 'quote(' || name || ')' AS line FROM pragma_table_info('{table}')"
                    ));
                    let columns = columns.join(" || ',' || ");
                    format!("SELECT '{table} ' || {columns} AS line FROM {table}")
                }
            });
        }
        format!("{} ORDER BY 1", parts.join(" UNION ALL "))
    }
}

/// What an engine said instead of doing it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Said {
    /// The sentence.
    pub sentence: String,
    /// The unique index that was violated. SQLite names the columns instead.
    pub unique: Option<String>,
}

/// A database with the books' schema, alone.
pub struct Engine {
    database: Alone,
    /// The query for every row of every table.
    everything: String,
}

enum Alone {
    Sqlite {
        connection: SqliteConnection,
        _folder: TempDir,
    },
    Postgres {
        client: Client,
        runtime: Runtime,
        _database: Database,
    },
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = diesel::sql_types::Text)]
    line: String,
}

impl Engine {
    /// Fresh books in a file, as the daemon opens them.
    pub fn sqlite() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("books.db");
        let mut connection = open_sqlite(&path.display().to_string());
        connection
            .batch_execute(&Kind::Sqlite.migrations())
            .expect("the migrations run");
        Self::with(Alone::Sqlite {
            connection,
            _folder: folder,
        })
    }

    /// Fresh books on the server of the tests.
    pub fn postgres() -> Self {
        let database = fresh_postgres();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime");
        let client = runtime.block_on(connect(&database.url()));
        Self::with(Alone::Postgres {
            client,
            runtime,
            _database: database,
        })
    }

    fn with(database: Alone) -> Self {
        let everything = String::new();
        let mut engine = Self {
            database,
            everything,
        };
        engine.everything = engine.kind().query_of_everything(|sql| engine.lines(sql));
        engine
    }

    /// Which one.
    pub fn kind(&self) -> Kind {
        match self.database {
            Alone::Sqlite { .. } => Kind::Sqlite,
            Alone::Postgres { .. } => Kind::Postgres,
        }
    }

    /// Runs statements.
    pub fn run(&mut self, sql: &str) -> Result<(), Said> {
        match &mut self.database {
            Alone::Sqlite { connection, .. } => {
                connection.batch_execute(sql).map_err(|why| of_sqlite(&why))
            }
            Alone::Postgres {
                client, runtime, ..
            } => runtime
                .block_on(client.batch_execute(sql))
                .map_err(|why| of_postgres(&why)),
        }
    }

    /// Runs statements that must be taken.
    pub fn must(&mut self, sql: &str) {
        if let Err(said) = self.run(sql) {
            panic!(
                "{:?} refused a lawful statement: {said:?}\n{sql}",
                self.kind()
            );
        }
    }

    /// The rows of a query of one text column named `line`.
    pub fn lines(&mut self, sql: &str) -> Vec<String> {
        match &mut self.database {
            Alone::Sqlite { connection, .. } => lines_of(connection, sql),
            Alone::Postgres {
                client, runtime, ..
            } => runtime
                .block_on(client.simple_query(sql))
                .unwrap_or_else(|why| panic!("{why}: {sql}"))
                .iter()
                .filter_map(|message| {
                    let SimpleQueryMessage::Row(row) = message else {
                        return None;
                    };
                    Some(row.get(0).expect("a text that is there").to_owned())
                })
                .collect(),
        }
    }

    /// The tables of the books.
    pub fn tables(&mut self) -> Vec<String> {
        self.lines(self.kind().tables())
    }

    /// Every row of every table, as text.
    pub fn everything(&mut self) -> Vec<String> {
        let query = self.everything.clone();
        self.lines(&query)
    }
}

/// The rows of a query of one text column named `line`.
pub fn lines_of(connection: &mut SqliteConnection, sql: &str) -> Vec<String> {
    diesel::sql_query(sql)
        .load::<Line>(connection)
        .unwrap_or_else(|why| panic!("{why}: {sql}"))
        .into_iter()
        .map(|line| line.line)
        .collect()
}

/// Opens a file of books as the daemon does; nobody is waited for.
pub fn open_sqlite(path: &str) -> SqliteConnection {
    let mut connection = SqliteConnection::establish(path).expect("a file of SQLite");
    connection
        .batch_execute(
            "PRAGMA busy_timeout = 0; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
             PRAGMA foreign_keys = ON",
        )
        .expect("the settings are taken");
    connection
}

/// An empty database of the test's own with the books' schema.
pub fn fresh_postgres() -> Database {
    let schema = Kind::Postgres.migrations();
    let mut hasher = std::hash::DefaultHasher::new();
    schema.hash(&mut hasher);
    let key = format!("rules_{:x}", hasher.finish());
    let template = template(&key, |url| {
        run(&mut psql(url, &schema));
    });
    Database::copy_of(&template)
}

/// Connects within a runtime.
pub async fn connect(url: &str) -> Client {
    let (client, connection) = tokio_postgres::connect(url, NoTls)
        .await
        .expect("the server takes connections");
    // Ends with its client; what was wrong with it, the client is told.
    tokio::spawn(async move {
        let _told = connection.await;
    });
    client
}

/// What PostgreSQL said.
pub fn of_postgres(why: &tokio_postgres::Error) -> Said {
    let Some(said) = why.as_db_error() else {
        panic!("the connection broke: {why}");
    };
    let is_unique = said.code().code() == "23505";
    let unique = is_unique.then(|| said.constraint().expect("it names the index").to_owned());
    Said {
        sentence: said.message().to_owned(),
        unique,
    }
}

fn of_sqlite(why: &Error) -> Said {
    let Error::DatabaseError(kind, said) = why else {
        panic!("not the engine's word: {why}");
    };
    let is_unique = matches!(kind, DatabaseErrorKind::UniqueViolation);
    let unique = is_unique.then(|| said.message().to_owned());
    Said {
        sentence: said.message().to_owned(),
        unique,
    }
}
