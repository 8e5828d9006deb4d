//! Where the books are: reads `DATABASE_URL` and says exactly what is wrong with one.
//!
//! Owns the forms of the URL, the meaning of its options, and what is refused: an option that
//! would promise something the storage does not keep is named, never ignored. Never prints a
//! password, neither in a `Debug`, nor in a `Display`, nor in an error, and never opens anything.
//!
//! | form | means |
//! |---|---|
//! | `sqlite:PATH` | the embedded books in that file, relative to the working directory; taken to the letter |
//! | `postgres://USER:PASSWORD@HOST:PORT/NAME?OPTIONS` | a PostgreSQL server; also `postgresql://`, `postgresql+asyncpg://`; the port is 5432 unless said |
//!
//! | `sslmode=` (or `ssl=`) | on the wire | the server proves who it is |
//! |---|---|---|
//! | `disable` | plain | no |
//! | `prefer`, or nothing | encrypted if the server offers it | no |
//! | `no-verify` | encrypted | no |
//! | `require`, `true` | encrypted | another machine: as `verify-full`; this machine: only against an `sslrootcert` |
//! | `verify-ca` | encrypted | its certificate comes from a trusted authority |
//! | `verify-full` | encrypted | and names the host |
//!
//! Other clients take any certificate under `require`. Here it is checked as soon as the server is
//! another machine, because whoever answers in its place would keep the books. An own authority is
//! named by `sslrootcert=FILE`; without it the well-known ones are trusted (`sslrootcert=system`
//! says the same).

mod parse;
#[cfg(test)]
mod tests;

use std::fmt;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use secrecy::SecretString;

/// Where the books are.
#[derive(Clone, Debug)]
pub enum DatabaseUrl {
    /// The embedded engine, on a file.
    Sqlite(SqliteUrl),
    /// A PostgreSQL server.
    Postgres(Box<PostgresUrl>),
}

/// The file of embedded books.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SqliteUrl {
    path: PathBuf,
}

/// How to reach a PostgreSQL server. Made only by [`DatabaseUrl::parse`].
#[derive(Clone)]
pub struct PostgresUrl {
    host: Host,
    port: u16,
    user: String,
    password: Option<SecretString>,
    name: String,
    encryption: Encryption,
    channel_binding: ChannelBinding,
    application_name: Option<String>,
    connect_timeout: Option<Duration>,
    keepalives_idle: Option<Duration>,
}

/// Where a server listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Host {
    /// By name or address.
    Tcp(String),
    /// By the folder of its socket on this machine.
    Socket(PathBuf),
}

/// What is demanded of the wire. `sslmode` with `sslrootcert`, already joined with whether the
/// server is another machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Encryption {
    /// Plain.
    Off,
    /// Encrypted if the server offers it; whoever answers is believed.
    IfOffered,
    /// Encrypted; whoever answers is believed.
    Unverified,
    /// Encrypted, and the certificate comes from one of these authorities.
    VerifiedAuthority(Authorities),
    /// The same, and the certificate names the host.
    VerifiedHost(Authorities),
}

/// Whose certificates are believed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Authorities {
    /// Those that browsers believe, compiled in.
    WellKnown,
    /// Those in a PEM file.
    File(PathBuf),
}

/// Whether the log-in is tied to the encrypted connection (SCRAM-SHA-256-PLUS).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChannelBinding {
    /// Not.
    Disable,
    /// If both sides can.
    Prefer,
    /// Or there is no log-in.
    Require,
}

/// What is wrong with a URL. Its text names the part and what was expected, and shows neither a
/// password nor anything that might be one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what}; expected {expected}")]
pub struct BadDatabaseUrl {
    what: String,
    expected: String,
}

impl DatabaseUrl {
    /// Reads a `DATABASE_URL`.
    ///
    /// # Errors
    /// The first part that is wrong, with what was expected there.
    pub fn parse(text: &str) -> Result<Self, BadDatabaseUrl> {
        parse::url(text)
    }
}

impl FromStr for DatabaseUrl {
    type Err = BadDatabaseUrl;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

/// The URL without its password and without the options that change no meaning.
impl fmt::Display for DatabaseUrl {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(file) => file.fmt(out),
            Self::Postgres(server) => server.fmt(out),
        }
    }
}

impl SqliteUrl {
    /// Embedded books in this file.
    #[must_use]
    pub const fn at(path: PathBuf) -> Self {
        Self { path }
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl fmt::Display for SqliteUrl {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "sqlite:{}", self.path.display())
    }
}

impl PostgresUrl {
    /// Where it listens.
    #[must_use]
    pub const fn host(&self) -> &Host {
        &self.host
    }

    /// On which port.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// As whom to log in.
    #[must_use]
    pub fn user(&self) -> &str {
        &self.user
    }

    /// With which password.
    #[must_use]
    pub const fn password(&self) -> Option<&SecretString> {
        self.password.as_ref()
    }

    /// The database's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What is demanded of the wire.
    #[must_use]
    pub const fn encryption(&self) -> &Encryption {
        &self.encryption
    }

    /// Whether the log-in is tied to the connection.
    #[must_use]
    pub const fn channel_binding(&self) -> ChannelBinding {
        self.channel_binding
    }

    /// What the server shows operators as the client's name, if the URL says one.
    #[must_use]
    pub fn application_name(&self) -> Option<&str> {
        self.application_name.as_deref()
    }

    /// How long opening a connection may take, if the URL says so.
    #[must_use]
    pub const fn connect_timeout(&self) -> Option<Duration> {
        self.connect_timeout
    }

    /// After which silence the network is asked whether the other side lives, if the URL says so.
    #[must_use]
    pub const fn keepalives_idle(&self) -> Option<Duration> {
        self.keepalives_idle
    }

    /// Whether the server is this very machine.
    #[must_use]
    pub fn is_on_this_machine(&self) -> bool {
        self.host.is_this_machine()
    }

    /// The same server with another database.
    #[must_use]
    pub fn with_name(&self, name: &str) -> Self {
        Self {
            name: name.to_owned(),
            ..self.clone()
        }
    }
}

impl fmt::Display for PostgresUrl {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let password = if self.password.is_some() { ":***" } else { "" };
        let (user, name, port) = (&self.user, &self.name, self.port);
        match &self.host {
            Host::Tcp(host) if host.contains(':') => {
                write!(out, "postgres://{user}{password}@[{host}]:{port}/{name}")?;
            }
            Host::Tcp(host) => write!(out, "postgres://{user}{password}@{host}:{port}/{name}")?,
            Host::Socket(folder) => {
                let folder = folder.display();
                write!(out, "postgres://{user}{password}@/{name}?host={folder}")?;
                return Ok(());
            }
        }
        write!(out, "?sslmode={}", self.encryption.as_word())
    }
}

impl fmt::Debug for PostgresUrl {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "PostgresUrl({self})")
    }
}

impl Host {
    fn is_this_machine(&self) -> bool {
        match self {
            Self::Socket(_) => true,
            Self::Tcp(host) => {
                host.eq_ignore_ascii_case("localhost")
                    || host
                        .parse::<IpAddr>()
                        .is_ok_and(|address| address.is_loopback())
            }
        }
    }
}

impl Encryption {
    /// The `sslmode` that says the same.
    #[must_use]
    pub const fn as_word(&self) -> &'static str {
        match self {
            Self::Off => "disable",
            Self::IfOffered => "prefer",
            Self::Unverified => "no-verify",
            Self::VerifiedAuthority(_) => "verify-ca",
            Self::VerifiedHost(_) => "verify-full",
        }
    }
}

impl BadDatabaseUrl {
    fn new(what: impl Into<String>, expected: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            expected: expected.into(),
        }
    }
}
