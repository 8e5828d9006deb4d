//! One call in a transaction of its own, besides commits: a read at one moment, or a small piece of
//! writing.

use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBuilder};
use diesel::result::Error;
use diesel_async::{AsyncPgConnection, SimpleAsyncConnection};
use futures_util::future::BoxFuture;

use super::group::is_for_again;
use super::pool::{Borrowed, Pool, give_up};
use super::transaction::{Ended, Limits, end};
use crate::storage::errors::Trouble;

/// How long everything of one call may take, beyond what the server allows a statement.
pub(super) const PATIENCE: Duration = Duration::from_secs(8);

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

/// What a call is for, with how its transaction begins.
#[derive(Clone, Copy)]
enum Purpose<'a> {
    Reading(&'a str),
    Writing(&'a str),
}

/// Does something again if others were faster or the connection had gone.
pub(super) async fn again<T, F>(once: impl Fn() -> F) -> Result<T, Ended>
where
    F: Future<Output = Result<T, Ended>>,
{
    let mut pauses = ExponentialBuilder::default()
        .with_min_delay(Duration::from_millis(2))
        .with_max_delay(Duration::from_millis(200))
        .with_max_times(TRIES)
        .with_jitter()
        .build();
    loop {
        let ended = match once().await {
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
    let (Purpose::Reading(begin) | Purpose::Writing(begin)) = purpose;
    let worked = async {
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
        let begin = self.begin();
        again(|| once(pool, Purpose::Writing(&begin), work)).await
    }

    /// One that reads, all at one moment.
    pub(in crate::storage) async fn read<T: Send>(
        self,
        pool: &Pool,
        work: &dyn Work<T>,
    ) -> Result<T, Ended> {
        let begin = self.begin_reading();
        again(|| once(pool, Purpose::Reading(&begin), work)).await
    }
}
