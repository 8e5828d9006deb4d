//! One node or a cluster behind one type, so that a command is written once.
//!
//! A connection carries many calls at once, each behind the one before it, and those of the same moment
//! travel together. So nobody keeps it for a call: the pool opens it, sees whether it still works, and
//! lends copies of its end: always of the one that was used last, so that there is company on it.

use std::sync::Arc;
use std::time::Duration;

use deadpool::managed::{self, Metrics, QueueMode, RecycleResult};
use deadpool_redis::redis::aio::{ConnectionLike, MultiplexedConnection};
use deadpool_redis::redis::cluster::ClusterClient;
use deadpool_redis::redis::cluster_async::ClusterConnection;
use deadpool_redis::redis::{AsyncConnectionConfig, Cmd, Pipeline, RedisError, RedisFuture, Value};
use tokio::runtime::Handle;

use super::settings::{BadSetting, RedisSettings, bad};

/// How often a call is sent anew to where a cluster says it belongs, within the call's own time: once
/// for a slot that has moved, and some more while it moves.
const REDIRECTS: u32 = 3;

/// Between two of them, in milliseconds.
const BETWEEN_REDIRECTS: (u64, u64) = (20, 100);

/// A connection that was used this recently is used again without a question: the question would
/// double what a call costs. One that has idled longer may have been closed meanwhile.
const FRESH: Duration = Duration::from_secs(1);

/// The pool of connections.
pub(super) enum Servers {
    Single(managed::Pool<NodeManager>),
    Cluster(managed::Pool<ClusterManager>),
}

/// An end of a connection, among others.
pub(super) enum Connection {
    Single(MultiplexedConnection),
    Cluster(ClusterConnection),
}

/// Opens connections to one node, which live on the I/O runtime.
pub(super) struct NodeManager {
    node: Arc<deadpool_redis::Manager>,
    io: Handle,
}

/// Opens connections to a whole cluster, likewise. The client's own manager has no limits of time.
pub(super) struct ClusterManager {
    cluster: ClusterClient,
    io: Handle,
}

/// Why there is no connection.
pub(super) enum NoConnection {
    /// The server or the way to it says so.
    Redis(RedisError),
    /// All are busy, or none was opened in time.
    Pool(String),
}

impl Servers {
    /// Connects to nothing yet.
    pub(super) fn new(settings: &RedisSettings, io: Handle) -> Result<Self, BadSetting> {
        let nodes = settings.nodes()?;
        if settings.cluster {
            let (least, most) = BETWEEN_REDIRECTS;
            let client = ClusterClient::builder(nodes)
                .retries(REDIRECTS)
                .min_retry_wait(least)
                .max_retry_wait(most)
                .connection_timeout(settings.connect)
                .response_timeout(settings.call)
                .build()
                .map_err(|why| bad(&why))?;
            let manager = ClusterManager {
                cluster: client,
                io,
            };
            let pool = managed::Pool::builder(manager)
                .max_size(settings.connections)
                .queue_mode(QueueMode::Lifo);
            let pool = pool.build().map_err(|why| BadSetting(why.to_string()))?;
            return Ok(Self::Cluster(pool));
        }
        let node = nodes.into_iter().next();
        let node = node.ok_or_else(|| BadSetting("no node is named".into()))?;
        let limits = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(settings.connect))
            .set_response_timeout(Some(settings.call));
        let manager =
            deadpool_redis::Manager::new_with_config(node, limits).map_err(|why| bad(&why))?;
        let manager = NodeManager {
            node: Arc::new(manager),
            io,
        };
        let pool = managed::Pool::builder(manager)
            .max_size(settings.connections)
            .queue_mode(QueueMode::Lifo);
        let pool = pool.build().map_err(|why| BadSetting(why.to_string()))?;
        Ok(Self::Single(pool))
    }

    /// A connection that worked a moment ago, or a new one.
    pub(super) async fn connection(&self) -> Result<Connection, NoConnection> {
        match self {
            Self::Single(pool) => {
                let kept = pool.get().await.map_err(why_not)?;
                Ok(Connection::Single(MultiplexedConnection::clone(&kept)))
            }
            Self::Cluster(pool) => {
                let kept = pool.get().await.map_err(why_not)?;
                Ok(Connection::Cluster(ClusterConnection::clone(&kept)))
            }
        }
    }

    /// Gives the connections up when one brought no answer: what broke it broke them. Calls that are
    /// under way on them go on.
    pub(super) fn give_up(&self) {
        match self {
            Self::Single(pool) => drop(pool.retain(|_, _| false)),
            // A connection to a cluster heals itself, node by node.
            Self::Cluster(_) => {}
        }
    }
}

fn why_not(why: managed::PoolError<RedisError>) -> NoConnection {
    match why {
        managed::PoolError::Backend(why) => NoConnection::Redis(why),
        managed::PoolError::Timeout(_)
        | managed::PoolError::Closed
        | managed::PoolError::NoRuntimeSpecified
        | managed::PoolError::PostCreateHook(_) => NoConnection::Pool(why.to_string()),
    }
}

/// Opens a connection where it will live, not where somebody happens to need it: a caller's runtime
/// may end before it.
async fn opened_on<C: Send + 'static>(
    io: &Handle,
    opening: impl Future<Output = Result<C, RedisError>> + Send + 'static,
) -> Result<C, RedisError> {
    let opened = io.spawn(opening).await;
    opened.unwrap_or_else(|why| Err(std::io::Error::other(why).into()))
}

impl managed::Manager for NodeManager {
    type Type = MultiplexedConnection;
    type Error = RedisError;

    async fn create(&self) -> Result<MultiplexedConnection, RedisError> {
        let node = Arc::clone(&self.node);
        opened_on(&self.io, async move { node.create().await }).await
    }

    async fn recycle(
        &self,
        connection: &mut MultiplexedConnection,
        metrics: &Metrics,
    ) -> RecycleResult<RedisError> {
        if metrics.last_used() < FRESH {
            return Ok(());
        }
        self.node.recycle(connection, metrics).await
    }
}

impl managed::Manager for ClusterManager {
    type Type = ClusterConnection;
    type Error = RedisError;

    async fn create(&self) -> Result<ClusterConnection, RedisError> {
        let cluster = self.cluster.clone();
        opened_on(
            &self.io,
            async move { cluster.get_async_connection().await },
        )
        .await
    }

    /// It heals itself: a question before each call would double what a call costs.
    async fn recycle(&self, _: &mut ClusterConnection, _: &Metrics) -> RecycleResult<RedisError> {
        Ok(())
    }
}

impl ConnectionLike for Connection {
    fn req_packed_command<'a>(&'a mut self, command: &'a Cmd) -> RedisFuture<'a, Value> {
        match self {
            Self::Single(one) => one.req_packed_command(command),
            Self::Cluster(all) => all.req_packed_command(command),
        }
    }

    fn req_packed_commands<'a>(
        &'a mut self,
        commands: &'a Pipeline,
        offset: usize,
        count: usize,
    ) -> RedisFuture<'a, Vec<Value>> {
        match self {
            Self::Single(one) => one.req_packed_commands(commands, offset, count),
            Self::Cluster(all) => all.req_packed_commands(commands, offset, count),
        }
    }

    fn get_db(&self) -> i64 {
        match self {
            Self::Single(one) => one.get_db(),
            Self::Cluster(all) => all.get_db(),
        }
    }
}
