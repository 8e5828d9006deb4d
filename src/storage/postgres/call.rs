//! One call besides commits: a read at one moment, or a small piece of writing.

use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBuilder};
use diesel::result::Error;
use diesel_async::{AsyncPgConnection, SimpleAsyncConnection};
use futures_util::future::BoxFuture;

use super::group::is_for_again;
use super::pool::{Borrowed, Pool, give_up};
use super::transaction::{Ended, Limits, end};
use crate::storage::errors::{Class, Trouble, classify};

/// How long everything of one call may take, beyond what the server allows a statement.
const PATIENCE: Duration = Duration::from_secs(8);

/// How often the same is tried again after others were faster or the connection had gone.
const TRIES: usize = 4;

/// What a call does with a connection. It may be done again from the beginning.
pub(in crate::storage) trait Work<T>: Send + Sync {
    fn run<'a>(&'a self, link: &'a AsyncPgConnection) -> BoxFuture<'a, Result<T, Trouble>>;
}

impl<T, F> Work<T> for F
where
    F: for<'a> Fn(&'a AsyncPgConnection) -> BoxFuture<'a, Result<T, Trouble>> + Send + Sync,
{
    fn run<'a>(&'a self, link: &'a AsyncPgConnection) -> BoxFuture<'a, Result<T, Trouble>> {
        self(link)
    }
}

/// What a call is for.
#[derive(Clone, Copy)]
enum Purpose<'a> {
    /// In a transaction that begins like this.
    Reading(&'a str),
    /// Likewise.
    Writing(&'a str),
    /// One statement, a moment by itself.
    Picking,
}

/// Runs the work, again if others were faster.
async fn call<T: Send>(pool: &Pool, purpose: Purpose<'_>, work: &dyn Work<T>) -> Result<T, Ended> {
    let mut pauses = ExponentialBuilder::default()
        .with_min_delay(Duration::from_millis(2))
        .with_max_delay(Duration::from_millis(200))
        .with_max_times(TRIES)
        .with_jitter()
        .build();
    loop {
        let ended = match once(pool, purpose, work).await {
            Ok(done) => return Ok(done),
            Err(ended) => ended,
        };
        let again = match &ended {
            Ended::RolledBack(trouble) => is_for_again(trouble),
            Ended::Lost(_) => true,
            Ended::Unknown(_) => false,
        };
        match pauses.next() {
            Some(pause) if again => tokio::time::sleep(pause).await,
            Some(_) | None => return Err(ended),
        }
    }
}

async fn once<T: Send>(pool: &Pool, purpose: Purpose<'_>, work: &dyn Work<T>) -> Result<T, Ended> {
    let connection = match pool.get().await {
        Ok(connection) => connection,
        Err(why) => return Err(Ended::Lost(why.to_string())),
    };
    let link: &AsyncPgConnection = &connection;
    let worked = async {
        let (Purpose::Reading(begin) | Purpose::Writing(begin)) = purpose else {
            return work.run(link).await;
        };
        let begun = async { (&mut &*link).batch_execute(begin).await };
        let (begun, done) = futures_util::join!(begun, work.run(link));
        begun?;
        done
    };
    let ended = match (tokio::time::timeout(PATIENCE, worked).await, purpose) {
        (Err(_), _) => Err(Ended::Lost("the server does not answer".into())),
        // What was read is read, however its transaction ends.
        (Ok(Ok(found)), Purpose::Reading(_)) => {
            tokio::spawn(end_alone(pool.clone(), connection));
            return Ok(found);
        }
        (Ok(picked), Purpose::Picking) => picked.map_err(alone),
        (Ok(done), Purpose::Reading(_) | Purpose::Writing(_)) => {
            match tokio::time::timeout(PATIENCE, end(link, done)).await {
                Err(_) => Err(Ended::Unknown("the server does not answer".into())),
                Ok(ended) => ended,
            }
        }
    };
    match &ended {
        Ok(_) | Err(Ended::RolledBack(_)) => drop(connection),
        Err(Ended::Lost(_) | Ended::Unknown(_)) => give_up(pool, connection),
    }
    ended
}

/// How a statement without a transaction of its own ended: there is nothing to take back.
fn alone(trouble: Trouble) -> Ended {
    match trouble {
        Trouble::Sql(error) => match classify(&error) {
            Class::Lost(why) => Ended::Lost(why),
            Class::Stale(_)
            | Class::Taken(_)
            | Class::Rule(_)
            | Class::Life
            | Class::Fenced
            | Class::Floor
            | Class::Handled
            | Class::Again(_)
            | Class::NotDone(_) => Ended::RolledBack(Trouble::Sql(error)),
        },
        refused @ Trouble::Refused(_) => Ended::RolledBack(refused),
    }
}

/// Ends a transaction that only read, and gives its connection back.
async fn end_alone(pool: Pool, connection: Borrowed) {
    match tokio::time::timeout(PATIENCE, end(&connection, Ok(()))).await {
        Ok(Ok(()) | Err(Ended::RolledBack(_))) => drop(connection),
        Ok(Err(Ended::Lost(_) | Ended::Unknown(_))) | Err(_) => give_up(&pool, connection),
    }
}

/// An error of a call that did not get through.
pub(in crate::storage) fn error_of(ended: Ended) -> Trouble {
    match ended {
        Ended::RolledBack(trouble) => trouble,
        Ended::Lost(why) | Ended::Unknown(why) => {
            let kind = diesel::result::DatabaseErrorKind::ClosedConnection;
            Trouble::Sql(Error::DatabaseError(kind, Box::new(why)))
        }
    }
}

/// How a call begins.
impl Limits {
    /// A transaction that writes.
    pub(in crate::storage) async fn write<T: Send>(
        self,
        pool: &Pool,
        work: &dyn Work<T>,
    ) -> Result<T, Ended> {
        call(pool, Purpose::Writing(&self.begin()), work).await
    }

    /// One that reads, all at one moment.
    pub(in crate::storage) async fn read<T: Send>(
        self,
        pool: &Pool,
        work: &dyn Work<T>,
    ) -> Result<T, Ended> {
        call(pool, Purpose::Reading(&self.begin_reading()), work).await
    }

    /// A single statement that finds rows by their keys: no lock keeps it waiting but one that keeps
    /// a whole table, and then it is given up at the caller's own deadline. A transaction around it
    /// would take three times as long as the statement.
    pub(in crate::storage) async fn pick<T: Send>(
        self,
        pool: &Pool,
        work: &dyn Work<T>,
    ) -> Result<T, Ended> {
        call(pool, Purpose::Picking, work).await
    }
}
