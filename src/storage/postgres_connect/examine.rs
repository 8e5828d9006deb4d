//! Whether a server can keep books: asked once, at the start.

use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, SimpleQueryMessage, Statement};

use super::{CannotConnect, PostgresConnector, with_sources};

/// The oldest version whose behaviour the storage was tested against, as the server counts.
const OLDEST: u32 = 150_000;

/// A pooler hands out the connection that was used last, so one round finds it; others may come
/// between.
const ROUNDS: usize = 5;

/// For one statement of the examination.
const PATIENCE: Duration = Duration::from_secs(3);

/// A server that can keep books.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Server {
    /// Its version as it counts: 150018 is 15.18.
    pub version: u32,
    /// Its `synchronous_commit`.
    pub synchronous_commit: String,
    /// False if the server may lose committed transactions when its machine loses power.
    pub fsync: bool,
    /// What stands between.
    pub pooler: Pooler,
    /// Its clock, to a millisecond.
    pub time: DateTime<Utc>,
}

/// What stands between us and the server.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Pooler {
    /// Nothing was met that shares connections.
    None,
    /// A pooler that shares connections and keeps each client's prepared statements apart.
    Tracking,
}

/// Why a server cannot keep books, and what helps.
#[derive(Debug, thiserror::Error)]
pub enum Unfit {
    /// There is no connection.
    #[error(transparent)]
    CannotConnect(#[from] CannotConnect),
    /// Too old.
    #[error("{server} is PostgreSQL {version}; expected 15 or newer")]
    TooOld {
        /// Which server.
        server: String,
        /// What it says it is.
        version: String,
    },
    /// It answers before a commit is durable.
    #[error(
        "{server} has synchronous_commit=off ({source_of_it}): a commit it has answered may be lost; expected on. \
         Set it back where it was changed: ALTER ROLE or ALTER DATABASE … RESET synchronous_commit, or \
         synchronous_commit = on in postgresql.conf"
    )]
    LosesCommits {
        /// Which server.
        server: String,
        /// Where the setting comes from, as the server says.
        source_of_it: String,
    },
    /// It cannot be written to.
    #[error("{server} is a standby and takes no writes; expected the primary's address")]
    Standby {
        /// Which server.
        server: String,
    },
    /// Texts would not come back as they were.
    #[error(
        "{server} keeps this database in {encoding}; expected one created with ENCODING 'UTF8'"
    )]
    Encoding {
        /// Which server.
        server: String,
        /// What it has.
        encoding: String,
    },
    /// A pooler mixes up prepared statements.
    #[error(
        "between this program and {server} stands a pooler in transaction mode that loses prepared statements{named}; \
         expected PgBouncer 1.21 or newer with max_prepared_statements above 0, or pool_mode = session, \
         or the server's own address"
    )]
    LosesStatements {
        /// Which server.
        server: String,
        /// The pooler's own name and version in brackets, if it says them.
        named: String,
    },
    /// A pooler takes no transactions.
    #[error(
        "between this program and {server} stands a pooler in statement mode, which takes no transactions; \
         expected pool_mode = transaction with PgBouncer 1.21 or newer, or pool_mode = session"
    )]
    NoTransactions {
        /// Which server.
        server: String,
    },
    /// A question was not answered.
    #[error("{server} did not answer {question}: {why}")]
    Silent {
        /// Which server.
        server: String,
        /// Which question.
        question: &'static str,
        /// What happened instead.
        why: String,
    },
}

impl PostgresConnector {
    /// Finds out whether the server can keep books, with two connections of its own.
    ///
    /// A pooler that shares connections is found by its effect: a second client meets the
    /// statement that the first one prepared, or the first one misses it.
    ///
    /// # Errors
    /// The first reason why not.
    pub async fn examine(&self) -> Result<Server, Unfit> {
        let first = self.client().await?;
        let mut server = self.settings(&first).await?;
        let second = self.client().await?;
        server.pooler = self.pooler(&first, &second).await?;
        Ok(server)
    }

    async fn settings(&self, client: &Client) -> Result<Server, Unfit> {
        let question = "SELECT current_setting('server_version_num'), current_setting('server_version'), \
             current_setting('server_encoding'), pg_is_in_recovery()::text, \
             current_setting('synchronous_commit'), current_setting('fsync'), \
             (SELECT coalesce(sourcefile || ':' || sourceline, source) FROM pg_settings \
              WHERE name = 'synchronous_commit'), \
             floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint::text";
        let row = self.row(client, "for its settings", question).await?;
        let [
            number,
            version,
            encoding,
            standby,
            synchronous,
            fsync,
            source,
            time,
        ] = row.as_slice()
        else {
            return Err(self.silent("for its settings", "it sent other columns"));
        };
        let server = self.server();
        let known = number.parse().ok().filter(|number| *number >= OLDEST);
        let Some(number) = known else {
            let version = version.clone();
            return Err(Unfit::TooOld { server, version });
        };
        if encoding != "UTF8" {
            let encoding = encoding.clone();
            return Err(Unfit::Encoding { server, encoding });
        }
        if standby == "true" {
            return Err(Unfit::Standby { server });
        }
        if synchronous == "off" {
            let source_of_it = source.clone();
            return Err(Unfit::LosesCommits {
                server,
                source_of_it,
            });
        }
        let time = time.parse().ok().and_then(DateTime::from_timestamp_millis);
        let Some(time) = time else {
            return Err(self.silent("for its clock", "it sent no time"));
        };
        Ok(Server {
            version: number,
            synchronous_commit: synchronous.clone(),
            fsync: fsync != "off",
            pooler: Pooler::None,
            time,
        })
    }

    async fn pooler(&self, first: &Client, second: &Client) -> Result<Pooler, Unfit> {
        let mut kept: Vec<Statement> = Vec::new();
        for round in 0..ROUNDS {
            // The text is this round's own, so that the second client can find it.
            let mark = format!(
                "starkeeper {} {:p} {round}",
                std::process::id(),
                std::ptr::from_ref(first)
            );
            let text = format!("SELECT 1 /* {mark} */");
            let statement = self.patiently("to prepare", first.prepare(&text)).await?;
            kept.push(statement);
            self.begin(second).await?;
            let met = self.met(second, &mark).await;
            let works = self.still_works(first, &kept).await;
            self.patiently("to roll back", second.batch_execute("ROLLBACK"))
                .await?;
            match (met?, works?) {
                (_, Works::Lost) | (Met::AsItWas, Works::Stuck) => {
                    return Err(self.loses_statements().await);
                }
                (Met::Renamed | Met::AsItWas, Works::Yes) | (Met::Renamed, Works::Stuck) => {
                    return Ok(Pooler::Tracking);
                }
                (Met::Not, Works::Yes) => {}
                (Met::Not, Works::Stuck) => {
                    return Err(self.silent("for a statement it has prepared", "it took too long"));
                }
            }
        }
        Ok(Pooler::None)
    }

    async fn begin(&self, client: &Client) -> Result<(), Unfit> {
        let begun = tokio::time::timeout(PATIENCE, client.batch_execute("BEGIN")).await;
        match begun {
            Ok(Ok(())) => Ok(()),
            Ok(Err(why)) if with_sources(&why).contains("statement pooling") => {
                let server = self.server();
                Err(Unfit::NoTransactions { server })
            }
            Ok(Err(why)) => Err(self.silent("to begin", &with_sources(&why))),
            Err(_) => Err(self.silent("to begin", "it took too long")),
        }
    }

    /// Whether this client, in a transaction, meets the statement that another one prepared.
    async fn met(&self, client: &Client, mark: &str) -> Result<Met, Unfit> {
        let question = format!(
            "SELECT coalesce((SELECT name FROM pg_prepared_statements \
             WHERE statement LIKE '%' || '{mark}' || '%' LIMIT 1), '')"
        );
        let row = self
            .row(client, "for prepared statements", &question)
            .await?;
        let name = row.first().map_or("", String::as_str);
        // The names that this client's library draws.
        let ours = name
            .strip_prefix('s')
            .is_some_and(|number| number.parse::<u64>().is_ok());
        Ok(match (name.is_empty(), ours) {
            (true, _) => Met::Not,
            (false, true) => Met::AsItWas,
            (false, false) => Met::Renamed,
        })
    }

    /// Whether what a client has prepared can still be run, while another client holds the
    /// connection it was prepared on.
    async fn still_works(&self, client: &Client, kept: &[Statement]) -> Result<Works, Unfit> {
        for statement in kept {
            match tokio::time::timeout(PATIENCE, client.query_one(statement, &[])).await {
                Ok(Ok(_)) => {}
                // A pool of one connection, which the other client holds.
                Err(_) => return Ok(Works::Stuck),
                Ok(Err(why)) if why.code() == Some(&SqlState::INVALID_SQL_STATEMENT_NAME) => {
                    return Ok(Works::Lost);
                }
                Ok(Err(why)) => {
                    let question = "for a statement it has prepared";
                    return Err(self.silent(question, &with_sources(&why)));
                }
            }
        }
        Ok(Works::Yes)
    }

    /// PgBouncer says its version on its own console, to those whom its settings let in.
    async fn loses_statements(&self) -> Unfit {
        let console = Self::new(&self.server.with_name("pgbouncer"));
        let mut named = String::new();
        if let Ok(console) = console
            && let Ok(client) = console.client().await
            && let Ok(row) = self.row(&client, "for its version", "SHOW VERSION").await
            && let Some(version) = row.first()
        {
            named = format!(" ({version})");
        }
        Unfit::LosesStatements {
            server: self.server(),
            named,
        }
    }

    /// The one row of a question, as text, without preparing anything.
    async fn row(
        &self,
        client: &Client,
        question: &'static str,
        sql: &str,
    ) -> Result<Vec<String>, Unfit> {
        let answer = self.patiently(question, client.simple_query(sql)).await?;
        for message in answer {
            if let SimpleQueryMessage::Row(row) = message {
                let fields = (0..row.len()).map(|field| row.get(field).unwrap_or("").to_owned());
                return Ok(fields.collect());
            }
        }
        Err(self.silent(question, "it sent no row"))
    }

    async fn patiently<T>(
        &self,
        question: &'static str,
        asked: impl Future<Output = Result<T, tokio_postgres::Error>>,
    ) -> Result<T, Unfit> {
        match tokio::time::timeout(PATIENCE, asked).await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(why)) => Err(self.silent(question, &with_sources(&why))),
            Err(_) => Err(self.silent(question, "it took too long")),
        }
    }

    fn silent(&self, question: &'static str, why: &str) -> Unfit {
        Unfit::Silent {
            server: self.server(),
            question,
            why: why.to_owned(),
        }
    }
}

/// What a second client finds of the first one's statement.
enum Met {
    Not,
    AsItWas,
    Renamed,
}

/// What becomes of a statement while another client is busy.
enum Works {
    Yes,
    Lost,
    Stuck,
}
