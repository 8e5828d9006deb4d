//! How a call reaches its engine: on the I/O runtime, so that a caller who stops waiting leaves
//! nothing half done.

use diesel_async::AsyncPgConnection;
use futures_util::future::BoxFuture;
use starkeeper_actors::ports::Unreadable;
use tokio::runtime::Handle;
use tokio::task::JoinHandle;

use super::errors::{Trouble, unreadable};
use super::open::Postgres;
use super::postgres::call::error_of;
use super::postgres::transaction::Ended;

/// Reads at one moment.
pub(super) async fn read_postgres<T, W>(
    io: &Handle,
    postgres: &Postgres,
    work: W,
) -> Result<T, Trouble>
where
    T: Send + 'static,
    W: for<'a> Fn(&'a AsyncPgConnection) -> BoxFuture<'a, Result<T, Trouble>>
        + Send
        + Sync
        + 'static,
{
    let (pool, limits) = (postgres.pool.clone(), postgres.limits);
    let read = io.spawn(async move { limits.read(&pool, &work).await });
    found(read).await
}

/// Reads by a single statement.
pub(super) async fn pick_postgres<T, W>(
    io: &Handle,
    postgres: &Postgres,
    work: W,
) -> Result<T, Trouble>
where
    T: Send + 'static,
    W: for<'a> Fn(&'a AsyncPgConnection) -> BoxFuture<'a, Result<T, Trouble>>
        + Send
        + Sync
        + 'static,
{
    let picks = postgres.picks.clone();
    let read = io.spawn(async move { picks.pick(&work).await });
    found(read).await
}

async fn found<T>(read: JoinHandle<Result<T, Ended>>) -> Result<T, Trouble> {
    match read.await {
        Ok(read) => read.map_err(error_of),
        Err(_) => Err(stopped()),
    }
}

/// Writes in a transaction of its own.
pub(super) async fn write_postgres<T, W>(
    io: &Handle,
    postgres: &Postgres,
    work: W,
) -> Result<T, Ended>
where
    T: Send + 'static,
    W: for<'a> Fn(&'a AsyncPgConnection) -> BoxFuture<'a, Result<T, Trouble>>
        + Send
        + Sync
        + 'static,
{
    let (pool, limits) = (postgres.pool.clone(), postgres.limits);
    let written = io.spawn(async move { limits.write(&pool, &work).await });
    match written.await {
        Ok(written) => written,
        Err(_) => Err(Ended::Unknown("the I/O runtime stopped".into())),
    }
}

fn stopped() -> Trouble {
    let kind = diesel::result::DatabaseErrorKind::ClosedConnection;
    let why = "the I/O runtime stopped".to_owned();
    Trouble::Sql(diesel::result::Error::DatabaseError(kind, Box::new(why)))
}

/// A call that the port lets fail in one way only.
pub(super) fn failed(trouble: Trouble) -> Unreadable {
    match trouble {
        Trouble::Sql(error) => unreadable(&error),
        Trouble::Refused(why) => Unreadable::new(why.to_string()),
    }
}
