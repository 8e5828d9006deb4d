//! What may be set about Redis.

use std::fmt;
use std::time::Duration;

use deadpool_redis::redis::{self, ConnectionInfo, IntoConnectionInfo as _, RedisConnectionInfo};
use secrecy::{ExposeSecret as _, SecretString};

/// The settings of the connections.
#[derive(Clone, Debug)]
pub struct RedisSettings {
    /// The nodes: one, or some of a cluster, from which the others are learnt.
    pub places: Vec<Place>,
    /// Whether they are a cluster.
    pub cluster: bool,
    /// Whether they are reached by TLS.
    pub tls: bool,
    /// Who logs in; none for the default user.
    pub user: Option<String>,
    /// The password of every node.
    pub password: Option<SecretString>,
    /// The database; 0 in a cluster.
    pub database: i64,
    /// Connections at most; each carries many calls at once. Default 8.
    pub connections: usize,
    /// For opening a connection. Default 500 ms.
    pub connect: Duration,
    /// For one call, with whatever it needs. Default 500 ms: an update makes four at most, and whoever
    /// waits for them has 5 s.
    pub call: Duration,
    /// When half of the last so many calls failed, none is made for a while. Default 8.
    pub breaker_calls: usize,
    /// For how long. Default 1 s.
    pub breaker_pause: Duration,
}

/// A node.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Place {
    /// A name or an address; one of version 6 without brackets.
    pub host: String,
    /// Its port.
    pub port: u16,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { host, port } = self;
        match host.contains(':') {
            true => write!(f, "[{host}]:{port}"),
            false => write!(f, "{host}:{port}"),
        }
    }
}

/// A setting that cannot be.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{0}")]
pub struct BadSetting(pub(super) String);

impl RedisSettings {
    /// The defaults for these nodes.
    #[must_use]
    pub fn new(places: Vec<Place>, cluster: bool) -> Self {
        Self {
            places,
            cluster,
            tls: false,
            user: None,
            password: None,
            database: 0,
            connections: 8,
            connect: Duration::from_millis(500),
            call: Duration::from_millis(500),
            breaker_calls: 8,
            breaker_pause: Duration::from_secs(1),
        }
    }

    /// How each node is reached.
    pub(super) fn nodes(&self) -> Result<Vec<ConnectionInfo>, BadSetting> {
        let mut login = RedisConnectionInfo::default().set_db(self.database);
        if let Some(user) = &self.user {
            login = login.set_username(user);
        }
        if let Some(password) = &self.password {
            login = login.set_password(password.expose_secret());
        }
        let scheme = if self.tls { "rediss" } else { "redis" };
        let node = |place: &Place| {
            let address = format!("{scheme}://{place}");
            let node = address
                .as_str()
                .into_connection_info()
                .map_err(|why| bad(&why))?;
            Ok(node.set_redis_settings(login.clone()))
        };
        self.places.iter().map(node).collect()
    }
}

/// The client's own word; it names addresses and no password.
pub(super) fn bad(why: &redis::RedisError) -> BadSetting {
    BadSetting(why.to_string())
}
