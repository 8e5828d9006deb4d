//! Connections to PostgreSQL: opens them as the URL demands, and finds out once whether the server
//! behind them can keep books.
//!
//! Owns encryption, deadlines and the signs of life of a connection, and the refusals of a server
//! that would lose commits or mix up statements ([`PostgresConnector::examine`]). Never keeps a
//! pool, never leaves session state behind, and never falls back to less encryption than the URL
//! says.

mod examine;
mod tls;

use std::path::PathBuf;
use std::time::Duration;

use diesel::ConnectionError;
use diesel_async::AsyncPgConnection;
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use secrecy::ExposeSecret;
use tokio_postgres::config::{ChannelBinding as Binding, SslMode};
use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, Config, NoTls};
use tokio_postgres_rustls::MakeRustlsConnect;

pub use examine::{Pooler, Server, Unfit};

use super::url::{ChannelBinding, Encryption, Host, PostgresUrl};

/// Below the shortest deadline of an ask, with room for the work itself.
pub const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// A connection that says nothing for so long is asked for a sign of life, so that a firewall does
/// not forget it and a dead server is noticed.
const KEEPALIVE_IDLE: Duration = Duration::from_secs(30);

/// Between two such questions.
const KEEPALIVE_INTERVAL: Duration = Duration::from_secs(10);

/// So many without an answer, and the connection is given up.
const KEEPALIVE_RETRIES: u32 = 3;

/// Bytes that the server does not acknowledge for so long end the connection.
const UNACKNOWLEDGED: Duration = Duration::from_secs(30);

/// What the server shows operators as the client's name.
const APPLICATION_NAME: &str = "starkeeper";

/// Opens connections to one server. Made once; cheap to clone.
#[derive(Clone)]
pub struct PostgresConnector {
    config: Config,
    tls: Option<MakeRustlsConnect>,
    server: PostgresUrl,
    timeout: Duration,
}

/// Why there is no connection. Names the server without the password.
#[derive(Debug, thiserror::Error)]
pub enum CannotConnect {
    /// The file of authorities does not serve.
    #[error("sslrootcert {}: {why}; expected a PEM file with certificates", path.display())]
    Authorities {
        /// Which file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// Nobody answered in time.
    #[error("no connection to {server} within {} s", after.as_secs())]
    TimedOut {
        /// Which server.
        server: String,
        /// After how long it was given up.
        after: Duration,
    },
    /// Nobody serves there, or not now: by and by somebody may.
    #[error(
        "no connection to {server}: {why}; is PostgreSQL running there, and is DATABASE_URL its address?"
    )]
    Away {
        /// Which server.
        server: String,
        /// What happened instead.
        why: String,
    },
    /// The server or the certificate refused, and will again.
    #[error("no connection to {server}: {why}")]
    Refused {
        /// Which server.
        server: String,
        /// Why, and what helps where that is known.
        why: String,
    },
}

impl PostgresConnector {
    /// Reads what the URL demands, the file of authorities included. Opens nothing.
    ///
    /// # Errors
    /// [`CannotConnect::Authorities`].
    pub fn new(url: &PostgresUrl) -> Result<Self, CannotConnect> {
        let timeout = url.connect_timeout().unwrap_or(CONNECT_TIMEOUT);
        let mut config = Config::new();
        match url.host() {
            Host::Tcp(host) => config.host(host),
            Host::Socket(folder) => config.host_path(folder),
        };
        config
            .port(url.port())
            .user(url.user())
            .dbname(url.name())
            .application_name(url.application_name().unwrap_or(APPLICATION_NAME))
            .connect_timeout(timeout)
            .keepalives(true)
            .keepalives_idle(url.keepalives_idle().unwrap_or(KEEPALIVE_IDLE))
            .keepalives_interval(KEEPALIVE_INTERVAL)
            .keepalives_retries(KEEPALIVE_RETRIES)
            .tcp_user_timeout(UNACKNOWLEDGED)
            .ssl_mode(match url.encryption() {
                Encryption::Off => SslMode::Disable,
                Encryption::IfOffered => SslMode::Prefer,
                Encryption::Unverified
                | Encryption::VerifiedAuthority(_)
                | Encryption::VerifiedHost(_) => SslMode::Require,
            })
            .channel_binding(match url.channel_binding() {
                ChannelBinding::Disable => Binding::Disable,
                ChannelBinding::Prefer => Binding::Prefer,
                ChannelBinding::Require => Binding::Require,
            });
        if let Some(password) = url.password() {
            config.password(password.expose_secret());
        }
        Ok(Self {
            config,
            tls: tls::connect(url.encryption())?.map(MakeRustlsConnect::new),
            server: url.clone(),
            timeout,
        })
    }

    /// Opens a connection. It lives on the runtime that polls this.
    ///
    /// # Errors
    /// Why there is none.
    pub async fn open(&self) -> Result<AsyncPgConnection, CannotConnect> {
        let opening = async {
            let connection = match &self.tls {
                None => {
                    let (client, driver) = self.config.connect(NoTls).await?;
                    AsyncPgConnection::try_from_client_and_connection(client, driver).await
                }
                Some(tls) => {
                    let (client, driver) = self.config.connect(tls.clone()).await?;
                    AsyncPgConnection::try_from_client_and_connection(client, driver).await
                }
            };
            connection.map_err(|why| Why::Setup(why.to_string()))
        };
        self.within(opening.boxed()).await
    }

    /// Which server it is, without the password.
    #[must_use]
    pub fn server(&self) -> String {
        self.server.to_string()
    }

    /// Opens a connection below the query builder.
    async fn client(&self) -> Result<Client, CannotConnect> {
        let opening = async {
            let client = match &self.tls {
                None => {
                    let (client, driver) = self.config.connect(NoTls).await?;
                    // Ends with the client; what goes wrong in it is what the client reports.
                    tokio::spawn(driver);
                    client
                }
                Some(tls) => {
                    let (client, driver) = self.config.connect(tls.clone()).await?;
                    tokio::spawn(driver);
                    client
                }
            };
            Ok(client)
        };
        self.within(opening.boxed()).await
    }

    async fn within<T>(&self, opening: BoxFuture<'_, Result<T, Why>>) -> Result<T, CannotConnect> {
        match tokio::time::timeout(self.timeout, opening).await {
            Ok(Ok(opened)) => Ok(opened),
            Ok(Err(why)) => Err(self.refused(&why)),
            Err(_) => Err(CannotConnect::TimedOut {
                server: self.server(),
                after: self.timeout,
            }),
        }
    }

    fn refused(&self, why: &Why) -> CannotConnect {
        let (server, text) = (self.server(), why.text());
        let Why::Refused(why) = why else {
            return CannotConnect::Refused { server, why: text };
        };
        match self.remedy(why, &text) {
            Some(remedy) => {
                let why = format!("{text}: {remedy}");
                CannotConnect::Refused { server, why }
            }
            None if may_pass(why) => CannotConnect::Away { server, why: text },
            None => CannotConnect::Refused { server, why: text },
        }
    }

    /// What helps, for the refusals that people meet.
    fn remedy(&self, why: &tokio_postgres::Error, text: &str) -> Option<String> {
        let code = why.code();
        if code == Some(&SqlState::INVALID_CATALOG_NAME) {
            let (name, user) = (self.server.name(), self.server.user());
            return Some(format!("create it with createdb --owner={user} {name}"));
        }
        if code == Some(&SqlState::INVALID_PASSWORD) {
            return Some("expected the password of that role in the URL".to_owned());
        }
        if text.contains("invalid peer certificate") {
            return Some(match self.server.encryption() {
                Encryption::VerifiedHost(_) if text.contains("not valid for name") => {
                    "expected the host that the certificate names, or sslmode=verify-ca with an \
                     sslrootcert of one's own"
                }
                Encryption::Off
                | Encryption::IfOffered
                | Encryption::Unverified
                | Encryption::VerifiedAuthority(_)
                | Encryption::VerifiedHost(_) => {
                    "expected a certificate of a trusted authority; name your own with \
                     sslrootcert=FILE, or give up the check with sslmode=no-verify"
                }
            }
            .to_owned());
        }
        if text.contains("server does not support TLS") {
            return Some("expected ssl=on at the server, or sslmode=disable here".to_owned());
        }
        None
    }
}

impl std::fmt::Debug for PostgresConnector {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "PostgresConnector({})", self.server)
    }
}

/// What a pool of connections makes of it.
impl From<CannotConnect> for ConnectionError {
    fn from(why: CannotConnect) -> Self {
        Self::BadConnection(why.to_string())
    }
}

/// A refusal before it is explained.
enum Why {
    Refused(tokio_postgres::Error),
    Setup(String),
}

impl From<tokio_postgres::Error> for Why {
    fn from(why: tokio_postgres::Error) -> Self {
        Self::Refused(why)
    }
}

impl Why {
    /// The error and what it came from: the outermost text alone says too little.
    fn text(&self) -> String {
        match self {
            Self::Setup(why) => why.clone(),
            Self::Refused(why) => with_sources(why),
        }
    }
}

/// Whether the same question may be answered later: nobody listens yet, or the server starts, ends or
/// has no place left.
fn may_pass(why: &tokio_postgres::Error) -> bool {
    if let Some(code) = why.code() {
        let passing = [
            SqlState::CANNOT_CONNECT_NOW,
            SqlState::ADMIN_SHUTDOWN,
            SqlState::CRASH_SHUTDOWN,
            SqlState::TOO_MANY_CONNECTIONS,
        ];
        return passing.contains(code);
    }
    let mut below: Option<&(dyn std::error::Error + 'static)> = Some(why);
    while let Some(why) = below {
        if why.is::<std::io::Error>() {
            return true;
        }
        below = why.source();
    }
    why.is_closed()
}

/// An error's text with those below it. The server's own words take the place of all.
fn with_sources(why: &tokio_postgres::Error) -> String {
    if let Some(said) = why.as_db_error() {
        return said.message().to_owned();
    }
    let mut text = why.to_string();
    let mut below = std::error::Error::source(why);
    while let Some(why) = below {
        let more = why.to_string();
        if !text.contains(&more) {
            text = format!("{text}: {more}");
        }
        below = why.source();
    }
    text
}
