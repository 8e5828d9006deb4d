//! Two connections to one database, and a third that watches who waits for whom.

use std::sync::Arc;

use tokio::task::JoinHandle;
use tokio_postgres::Client;

use crate::rules::engine::{Said, connect, fresh_postgres, of_postgres};
use crate::rules::world::world;
use crate::support::{Database, eventually};

/// A connection that can be given a statement to wait with.
#[derive(Clone)]
pub struct Side {
    client: Arc<Client>,
    process: i32,
}

impl Side {
    async fn on(url: &str) -> Self {
        let client = Arc::new(connect(url).await);
        let row = client.query_one("SELECT pg_backend_pid()", &[]).await;
        let process = row.expect("it has a process").get(0);
        Self { client, process }
    }

    /// Runs statements to their end.
    pub async fn run(&self, sql: &str) -> Result<(), Said> {
        let answer = self.client.batch_execute(sql).await;
        answer.map_err(|why| of_postgres(&why))
    }

    /// Runs statements that must be taken.
    pub async fn must(&self, sql: &str) {
        self.run(sql)
            .await
            .unwrap_or_else(|said| panic!("{said:?}: {sql}"));
    }

    /// Sends statements; their answer comes later.
    pub fn send(&self, sql: &str) -> JoinHandle<Result<(), Said>> {
        let (side, sql) = (self.clone(), sql.to_owned());
        tokio::spawn(async move { side.run(&sql).await })
    }

    /// One text or number of the database, as text.
    pub async fn ask(&self, what: &str) -> String {
        let row = self
            .client
            .query_one(&format!("SELECT ({what})::text"), &[])
            .await;
        let row = row.unwrap_or_else(|why| panic!("{why}: {what}"));
        row.get::<_, Option<String>>(0)
            .unwrap_or_else(|| "NULL".into())
    }
}

/// The two, in the small world.
pub struct Pair {
    pub first: Side,
    pub second: Side,
    watcher: Side,
    _database: Database,
}

impl Pair {
    /// Both connected, nothing begun.
    pub async fn new() -> Self {
        let database = fresh_postgres();
        let url = database.url();
        let watcher = Side::on(&url).await;
        watcher.must(&world()).await;
        Self {
            first: Side::on(&url).await,
            second: Side::on(&url).await,
            watcher,
            _database: database,
        }
    }

    /// Sends the second's statements and comes back when it waits for the first.
    pub async fn second_waits(&self, sql: &str) -> JoinHandle<Result<(), Said>> {
        let answer = self.second.send(sql);
        let (first, second) = (self.first.process, self.second.process);
        let blocked = format!("{first} = ANY (pg_blocking_pids({second}))");
        eventually("the second waits for the first", async || {
            assert!(!answer.is_finished(), "the second has not waited: {sql}");
            match self.watcher.ask(&blocked).await.as_str() {
                "true" => Ok(()),
                other => Err(other.to_owned()),
            }
        })
        .await;
        answer
    }

    /// What everybody sees.
    pub async fn ask(&self, what: &str) -> String {
        self.watcher.ask(what).await
    }
}

/// The answer of statements that were sent.
pub async fn answer(sent: JoinHandle<Result<(), Said>>) -> Result<(), Said> {
    sent.await.expect("the statement runs to its end")
}

/// A refusal by one of our own triggers.
pub fn says(sentence: &str) -> Result<(), Said> {
    let (sentence, unique) = (sentence.to_owned(), None);
    Err(Said { sentence, unique })
}
