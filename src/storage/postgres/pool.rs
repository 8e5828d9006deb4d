//! The connections of one daemon.

use std::time::Duration;

use deadpool::managed::{self, Metrics, RecycleError, RecycleResult};
use diesel_async::AsyncPgConnection;

use crate::storage::postgres_connect::{CannotConnect, PostgresConnector};

/// How long a caller waits for a connection that is free.
const PATIENCE: Duration = Duration::from_secs(2);

/// Opens connections and throws away those that are broken.
pub(in crate::storage) struct Manager(PostgresConnector);

/// The connections.
pub(in crate::storage) type Pool = managed::Pool<Manager>;

/// One that is borrowed.
pub(in crate::storage) type Borrowed = managed::Object<Manager>;

impl managed::Manager for Manager {
    type Type = AsyncPgConnection;
    type Error = CannotConnect;

    async fn create(&self) -> Result<AsyncPgConnection, CannotConnect> {
        self.0.open().await
    }

    /// A connection that has gone shows it at its next use; asking first would cost every call.
    async fn recycle(
        &self,
        _: &mut AsyncPgConnection,
        _: &Metrics,
    ) -> RecycleResult<CannotConnect> {
        Ok::<(), RecycleError<CannotConnect>>(())
    }
}

/// A pool of at most so many connections; opens none.
pub(in crate::storage) fn of(
    connector: PostgresConnector,
    most: usize,
) -> Result<Pool, managed::BuildError> {
    managed::Pool::builder(Manager(connector))
        .max_size(most.max(1))
        .wait_timeout(Some(PATIENCE))
        .runtime(deadpool::Runtime::Tokio1)
        .build()
}

/// Gives a connection up for good, and with it all that idle: what broke it broke them.
pub(in crate::storage) fn give_up(pool: &Pool, broken: Borrowed) {
    drop(managed::Object::take(broken));
    pool.retain(|_, _| false);
}
