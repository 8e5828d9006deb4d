//! The section `redis`: one node, a cluster, or none.

use std::time::Duration;

use percent_encoding::percent_decode_str;
use secrecy::{ExposeSecret as _, SecretString};
use url::{Host, Url};

use super::{MOMENT, SECOND};
use crate::config::reader::Reader;

/// The port of a node that names none.
const PORT: u16 = 6379;

/// Where Redis is, and how patiently it is asked.
#[derive(Clone, Debug)]
pub struct Redis {
    /// Hosts and ports: one, or some of a cluster. An address of version 6 stands without brackets.
    pub nodes: Vec<(String, u16)>,
    /// Whether they are a cluster.
    pub cluster: bool,
    /// Whether they are reached by TLS.
    pub tls: bool,
    /// Who logs in; none for the default user.
    pub user: Option<String>,
    /// The password of every node.
    pub password: Option<SecretString>,
    /// The database.
    pub database: i64,
    /// Connections at most.
    pub connections: usize,
    /// For opening a connection.
    pub connect_timeout: Duration,
    /// For one call.
    pub call_timeout: Duration,
    /// For so long nobody asks after half of the last calls failed.
    pub pause: Duration,
}

/// What a URL says.
#[derive(Default)]
struct Named {
    node: Option<(String, u16)>,
    tls: bool,
    user: Option<String>,
    password: Option<SecretString>,
    database: i64,
}

const URL: &str = "an address such as redis://localhost:6379, redis://user:password@host:6379/0 or \
                   rediss://host:6379 (a password's special letters as %40)";
const NODES: &str = "nodes such as redis-1:6379,redis-2:6379";

/// Reads the section. None inside: nothing of it is used.
pub(in crate::config) fn redis(reader: &mut Reader<'_>) -> Option<Option<Redis>> {
    let url = reader.secret("redis.url");
    let named = url.and_then(
        |url| match url.as_ref().map(|url| read(url.expose_secret())) {
            None => Some(None),
            Some(Some(named)) => Some(Some(named)),
            Some(None) => reader.wrong("redis.url", URL),
        },
    );
    let cluster = reader.switch("redis.cluster");
    let nodes = reader.list("redis.nodes", NODES, node);
    let password = reader.secret("redis.password");
    let connections = reader.number("redis.connections", 1..=256);
    let connect_timeout = reader.span("redis.connect_timeout", MOMENT, MOMENT);
    let call_timeout = reader.span("redis.call_timeout", MOMENT, MOMENT);
    if call_timeout.is_some_and(|call| call > SECOND) {
        let bound = "at most 1s: whoever waits for an answer makes four calls and has 5s";
        reader.wrong::<()>("redis.call_timeout", bound);
    }
    let pause = reader.span("redis.pause", MOMENT, SECOND / 2);
    let (named, cluster, nodes) = (named?, cluster?, nodes?);
    let named = named.unwrap_or_default();
    if !cluster && !nodes.is_empty() {
        let what =
            "set, but REDIS_CLUSTER_ENABLED is false: set it to true, or leave the nodes out";
        return reader.refuse("redis.nodes", what);
    }
    let nodes = if nodes.is_empty() {
        named.node.into_iter().collect()
    } else {
        nodes
    };
    if nodes.is_empty() {
        if cluster {
            return reader.wrong("redis.nodes", &format!("{NODES}, or REDIS_URL"));
        }
        return Some(None);
    }
    if cluster && named.database != 0 {
        let what = "names a database, and a cluster has only one: leave it out";
        return reader.refuse("redis.url", what);
    }
    let password = match (password?, named.password) {
        (Some(_), Some(_)) => {
            let what = "set together with a password in REDIS_URL: keep one of them";
            return reader.refuse("redis.password", what);
        }
        (own, in_url) => own.or(in_url),
    };
    Some(Some(Redis {
        nodes,
        cluster,
        tls: named.tls,
        user: named.user,
        password,
        database: named.database,
        connections: usize::try_from(connections?).ok()?,
        connect_timeout: connect_timeout?,
        call_timeout: call_timeout?,
        pause: pause?,
    }))
}

fn read(text: &str) -> Option<Named> {
    let url = Url::parse(text).ok()?;
    let tls = match url.scheme() {
        "redis" => false,
        "rediss" => true,
        _ => return None,
    };
    let database = match url.path().trim_matches('/') {
        "" => 0,
        number => number
            .parse()
            .ok()
            .filter(|number| (0..=1_024).contains(number))?,
    };
    if url.query().is_some() || url.fragment().is_some() {
        return None;
    }
    let decoded = |text: &str| Some(percent_decode_str(text).decode_utf8().ok()?.into_owned());
    let user = Some(url.username()).filter(|user| !user.is_empty());
    let password = url.password().filter(|password| !password.is_empty());
    Some(Named {
        node: Some((host(&url)?, url.port().unwrap_or(PORT))),
        tls,
        user: match user {
            Some(user) => Some(decoded(user)?),
            None => None,
        },
        password: match password {
            Some(password) => Some(SecretString::from(decoded(password)?)),
            None => None,
        },
        database,
    })
}

/// `host` or `host:port`.
fn node(text: &str) -> Option<(String, u16)> {
    let url = Url::parse(&format!("redis://{text}")).ok()?;
    let is_plain = url.username().is_empty()
        && url.password().is_none()
        && url.path().is_empty()
        && url.query().is_none()
        && url.fragment().is_none();
    let host = host(&url).filter(|_| is_plain)?;
    Some((host, url.port().unwrap_or(PORT)))
}

fn host(url: &Url) -> Option<String> {
    match url.host()? {
        Host::Domain(name) => Some(name.to_owned()).filter(|name| !name.is_empty()),
        Host::Ipv4(address) => Some(address.to_string()),
        Host::Ipv6(address) => Some(address.to_string()),
    }
}
