//! Reading a URL, part by part.

use std::borrow::Cow;
use std::path::PathBuf;
use std::time::Duration;

use percent_encoding::percent_decode_str;
use secrecy::SecretString;
use url::Url;

use super::{
    Authorities, BadDatabaseUrl, ChannelBinding, DatabaseUrl, Encryption, Host, PostgresUrl,
    SqliteUrl,
};

/// PostgreSQL's own.
const PORT: u16 = 5432;
/// PostgreSQL cuts longer names of users and databases off without a word.
const LONGEST_NAME: usize = 63;
/// Far above what a password manager makes; keeps a mistaken file out.
const LONGEST_URL: usize = 4096;
/// Nobody waits longer for a connection, nor tests a silent one more rarely; in seconds.
const LONGEST_SPAN_S: u64 = 3600;

const FORMS: &str = "sqlite:PATH or postgres://USER:PASSWORD@HOST:PORT/NAME";
const MODES: &str = "disable, prefer, no-verify, require, verify-ca or verify-full";

/// Options that other clients know and that would promise here what is not kept.
const REFUSED: &[(&str, &str)] = &[
    (
        "options",
        "no session state: it would be lost behind a pooler; set it with ALTER ROLE",
    ),
    (
        "sslcert",
        "a log-in by password: client certificates are not supported",
    ),
    (
        "sslkey",
        "a log-in by password: client certificates are not supported",
    ),
    ("sslcrl", "certificates without a list of revoked ones"),
    (
        "sslnegotiation",
        "the usual beginning of an encrypted connection",
    ),
    ("gssencmode", "encryption by sslmode"),
    ("krbsrvname", "a log-in by password"),
    (
        "passfile",
        "the password in the URL (the whole URL may come from DATABASE_URL_FILE)",
    ),
    ("service", "the server in the URL itself"),
    ("hostaddr", "the server in the URL itself"),
    (
        "target_session_attrs",
        "the primary's address: the books need one that writes",
    ),
    ("load_balance_hosts", "one server: the primary"),
    ("replication", "an ordinary connection"),
    ("client_encoding", "UTF8, which is always used"),
    (
        "pgbouncer",
        "nothing: whether a pooler stands between is found out at the start",
    ),
    (
        "prepared_statements",
        "nothing: whether a pooler keeps them is found out at the start",
    ),
    (
        "statement_cache_size",
        "nothing: prepared statements are kept by each connection",
    ),
    (
        "prepared_statement_cache_size",
        "nothing: prepared statements are kept by each connection",
    ),
    ("statement_timeout", "the daemon's own setting"),
    ("command_timeout", "the daemon's own setting"),
    ("lock_timeout", "the daemon's own setting"),
    ("pool_size", "the daemon's own setting"),
    ("max_connections", "the daemon's own setting"),
    ("connection_limit", "the daemon's own setting"),
    ("schema", "the schema that the role's search_path names"),
    (
        "search_path",
        "the schema that the role's search_path names",
    ),
];

/// Reads any form.
pub(super) fn url(text: &str) -> Result<DatabaseUrl, BadDatabaseUrl> {
    if text.len() > LONGEST_URL {
        return Err(bad(
            format!("the database URL has {} bytes", text.len()),
            "4096 at most",
        ));
    }
    if text.chars().any(char::is_control) {
        let expected = "one line without control characters";
        return Err(bad("the database URL holds a control character", expected));
    }
    let Some((scheme, rest)) = text.trim().split_once(':') else {
        return Err(bad("the database URL has no scheme", FORMS));
    };
    match scheme.to_ascii_lowercase().as_str() {
        "sqlite" => sqlite(rest).map(DatabaseUrl::Sqlite),
        "postgres" | "postgresql" | "postgresql+asyncpg" => {
            postgres(rest).map(|server| DatabaseUrl::Postgres(Box::new(server)))
        }
        // A scheme holds no secret, but what stands before the first colon may be no scheme.
        other if is_scheme(other) => Err(bad(format!("the scheme `{other}` is not known"), FORMS)),
        _ => Err(bad("the database URL does not begin with a scheme", FORMS)),
    }
}

fn is_scheme(word: &str) -> bool {
    word.len() <= 24
        && word.starts_with(|letter: char| letter.is_ascii_alphabetic())
        && word
            .chars()
            .all(|letter| letter.is_ascii_alphanumeric() || "+-.".contains(letter))
}

fn sqlite(path: &str) -> Result<SqliteUrl, BadDatabaseUrl> {
    let expected =
        "sqlite:PATH, such as sqlite:starkeeper.db or sqlite:/var/lib/starkeeper/books.db";
    if path.is_empty() {
        return Err(bad("the SQLite URL names no file", expected));
    }
    if path.starts_with(":memory:") || path.contains("mode=memory") {
        let why = "books in memory would be gone with the process, and every connection would have its own";
        return Err(bad(
            format!("`sqlite::memory:` is refused: {why}"),
            expected,
        ));
    }
    if path.starts_with("//") && !path.starts_with("///") {
        let what = "the SQLite URL has two slashes, after which a host would stand";
        return Err(bad(what, expected));
    }
    if path.starts_with("file:") {
        return Err(bad("the SQLite URL names another URL", expected));
    }
    if let Some((_, options)) = path.split_once('?') {
        let what = format!("the SQLite URL has options (`{options}`), and there are none");
        return Err(bad(what, expected));
    }
    if path.ends_with('/') || path.ends_with("/.") || path.ends_with("/..") {
        return Err(bad("the SQLite URL names a folder", expected));
    }
    // `sqlite:///var/books.db` is an absolute path with two slashes too many.
    let path = if path.starts_with("///") {
        format!("/{}", path.trim_start_matches('/'))
    } else {
        path.to_owned()
    };
    Ok(SqliteUrl::at(PathBuf::from(path)))
}

fn postgres(rest: &str) -> Result<PostgresUrl, BadDatabaseUrl> {
    if !rest.starts_with("//") {
        return Err(bad("after the scheme there is no `//`", FORMS));
    }
    let (rest, names_a_host) = with_a_host(rest);
    let url = Url::parse(&format!("postgres:{rest}")).map_err(|why| {
        let escaped = "in the password / ? # % and @ written as %2F %3F %23 %25 and %40";
        bad(
            format!("the database URL cannot be read: {why}"),
            format!("{FORMS}, {escaped}"),
        )
    })?;
    if url.fragment().is_some() {
        let expected = "a # in the password written as %23";
        return Err(bad("the database URL has a part after #", expected));
    }
    if url.path().contains('@') || url.query().is_some_and(|query| query.contains('@')) {
        // Half of a password may stand there: nothing of it is repeated.
        let expected = "in the password / ? # % and @ written as %2F %3F %23 %25 and %40";
        return Err(bad("after the host there is an @", expected));
    }
    let options = Options::read(&url)?;
    let host = host(url.host_str().filter(|_| names_a_host), &options)?;
    let server = PostgresUrl {
        port: url.port().unwrap_or(PORT),
        user: name("user", url.username())?,
        password: password(&url)?,
        name: name("database", url.path().trim_start_matches('/'))?,
        encryption: options.encryption(&host)?,
        channel_binding: options.channel_binding,
        application_name: options.application_name,
        connect_timeout: options.connect_timeout,
        keepalives_idle: options.keepalives_idle,
        host,
    };
    if server.port == 0 {
        return Err(bad("the port is 0", "1 to 65535"));
    }
    if server.channel_binding == ChannelBinding::Require && server.encryption == Encryption::Off {
        let expected = "sslmode=require or more: the log-in is tied to the encrypted connection";
        return Err(bad("channel_binding=require without encryption", expected));
    }
    Ok(server)
}

/// A socket is named by `USER@/NAME?host=FOLDER`, which is no URL for lack of a host.
fn with_a_host(rest: &str) -> (Cow<'_, str>, bool) {
    let authority = rest.trim_start_matches('/').split(['/', '?', '#']).next();
    match authority.filter(|authority| authority.ends_with('@')) {
        None => (Cow::Borrowed(rest), true),
        Some(user) => (
            rest.replacen(user, &format!("{user}socket"), 1).into(),
            false,
        ),
    }
}

fn host(named: Option<&str>, options: &Options) -> Result<Host, BadDatabaseUrl> {
    let named = match named {
        Some(host) => decoded("host", host.trim_start_matches('[').trim_end_matches(']'))?,
        None => String::new(),
    };
    let host = match (named.as_str(), options.host.as_deref()) {
        ("", None) => return Err(bad("the database URL names no host", FORMS)),
        ("", Some(host)) | (host, None) => host,
        (_, Some(_)) => {
            return Err(bad(
                "the host is named twice, also by the option `host`",
                "one host",
            ));
        }
    };
    if host.contains(',') {
        return Err(bad(
            "the database URL names several hosts",
            "one: the primary",
        ));
    }
    if host.starts_with('/') {
        return Ok(Host::Socket(PathBuf::from(host)));
    }
    if host.contains(|letter: char| letter.is_whitespace() || letter == '/') {
        return Err(bad(
            "the host holds a space or a slash",
            "a name or an address",
        ));
    }
    Ok(Host::Tcp(host.to_owned()))
}

fn password(url: &Url) -> Result<Option<SecretString>, BadDatabaseUrl> {
    match url.password() {
        None | Some("") => Ok(None),
        Some(password) => Ok(Some(SecretString::from(decoded("password", password)?))),
    }
}

fn name(of: &str, text: &str) -> Result<String, BadDatabaseUrl> {
    let name = decoded(of, text)?;
    if name.is_empty() {
        return Err(bad(format!("the database URL names no {of}"), FORMS));
    }
    if name.len() > LONGEST_NAME {
        let what = format!("the {of}'s name has {} bytes", name.len());
        return Err(bad(what, "63 at most, as PostgreSQL has it"));
    }
    if name.contains('\0') || (of == "database" && name.contains('/')) {
        return Err(bad(
            format!("the {of}'s name holds a character that cannot be"),
            FORMS,
        ));
    }
    Ok(name)
}

fn decoded(part: &str, text: &str) -> Result<String, BadDatabaseUrl> {
    match percent_decode_str(text).decode_utf8() {
        Ok(text) if text.contains('\0') => Err(bad(format!("the {part} holds a %00"), "text")),
        Ok(text) => Ok(Cow::into_owned(text)),
        Err(_) => Err(bad(
            format!("the {part} is not UTF-8 after decoding its %.."),
            "UTF-8, and a % itself written as %25",
        )),
    }
}

/// The part after the question mark.
struct Options {
    mode: Option<String>,
    authorities: Option<Authorities>,
    host: Option<String>,
    channel_binding: ChannelBinding,
    application_name: Option<String>,
    connect_timeout: Option<Duration>,
    keepalives_idle: Option<Duration>,
}

impl Options {
    fn read(url: &Url) -> Result<Self, BadDatabaseUrl> {
        let mut options = Self {
            mode: None,
            authorities: None,
            host: None,
            channel_binding: ChannelBinding::Prefer,
            application_name: None,
            connect_timeout: None,
            keepalives_idle: None,
        };
        let mut seen: Vec<String> = Vec::new();
        for pair in url
            .query()
            .unwrap_or_default()
            .split('&')
            .filter(|pair| !pair.is_empty())
        {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            let (key, value) = (decoded("option", key)?, decoded("option", value)?);
            // `ssl` is what one library calls `sslmode`.
            let key = if key == "ssl" {
                "sslmode".to_owned()
            } else {
                key
            };
            if seen.contains(&key) {
                return Err(bad(format!("the option `{key}` is there twice"), "it once"));
            }
            options.set(&key, value)?;
            seen.push(key);
        }
        Ok(options)
    }

    fn set(&mut self, key: &str, value: String) -> Result<(), BadDatabaseUrl> {
        match key {
            "sslmode" => self.mode = Some(value),
            "sslrootcert" if value.is_empty() => {
                return Err(bad("sslrootcert is empty", "a PEM file, or system"));
            }
            "sslrootcert" if value == "system" => self.authorities = Some(Authorities::WellKnown),
            "sslrootcert" => self.authorities = Some(Authorities::File(PathBuf::from(value))),
            "host" => self.host = Some(value),
            "application_name" => self.application_name = Some(value),
            "connect_timeout" => self.connect_timeout = Some(seconds(key, &value)?),
            "keepalives_idle" => self.keepalives_idle = Some(seconds(key, &value)?),
            "channel_binding" => {
                self.channel_binding = match value.as_str() {
                    "disable" => ChannelBinding::Disable,
                    "prefer" => ChannelBinding::Prefer,
                    "require" => ChannelBinding::Require,
                    _ => {
                        let what = format!("channel_binding is `{value}`");
                        return Err(bad(what, "disable, prefer or require"));
                    }
                }
            }
            _ => return Err(refused(key)),
        }
        Ok(())
    }

    fn encryption(&self, host: &Host) -> Result<Encryption, BadDatabaseUrl> {
        let mode = self.mode.as_deref();
        let found = match (mode, self.authorities.clone()) {
            (Some("disable" | "false"), None) => Encryption::Off,
            (Some("prefer") | None, None) => Encryption::IfOffered,
            (Some("no-verify"), None) => Encryption::Unverified,
            (Some("require" | "true"), authorities) => Self::required(host, authorities),
            (Some("verify-ca"), Some(file @ Authorities::File(_))) => {
                Encryption::VerifiedAuthority(file)
            }
            (Some("verify-ca"), None | Some(Authorities::WellKnown)) => {
                let what = "sslmode=verify-ca without an sslrootcert of one's own: anybody's certificate of a well-known authority would do";
                return Err(bad(what, "sslmode=verify-full, or sslrootcert=FILE"));
            }
            (Some("verify-full"), authorities) => {
                Encryption::VerifiedHost(authorities.unwrap_or(Authorities::WellKnown))
            }
            (None | Some("disable" | "false" | "prefer" | "no-verify"), Some(_)) => {
                let mode = mode.unwrap_or("nothing");
                let what = format!("sslrootcert with sslmode={mode}, which checks no certificate");
                return Err(bad(what, "sslmode=verify-full or sslmode=verify-ca"));
            }
            (Some("allow"), _) => {
                let what = "sslmode=allow, which begins in the clear";
                return Err(bad(what, MODES));
            }
            (Some(_), _) => return Err(bad("sslmode is none that is known", MODES)),
        };
        match (host, found) {
            // Nothing is encrypted on a socket of this machine, and nobody listens there.
            (Host::Socket(_), Encryption::Off | Encryption::IfOffered) => Ok(Encryption::Off),
            (Host::Socket(_), found) => {
                let what = format!("sslmode={} on a socket", found.as_word());
                Err(bad(what, "no sslmode: a socket is not encrypted"))
            }
            (Host::Tcp(_), found) => Ok(found),
        }
    }

    fn required(host: &Host, authorities: Option<Authorities>) -> Encryption {
        match (host.is_this_machine(), authorities) {
            (true, None) => Encryption::Unverified,
            (true, Some(file @ Authorities::File(_))) => Encryption::VerifiedAuthority(file),
            (_, authorities) => {
                Encryption::VerifiedHost(authorities.unwrap_or(Authorities::WellKnown))
            }
        }
    }
}

fn refused(key: &str) -> BadDatabaseUrl {
    if let Some((_, expected)) = REFUSED.iter().find(|(name, _)| *name == key) {
        return bad(format!("the option `{key}` is not taken"), *expected);
    }
    let known = "sslmode, sslrootcert, channel_binding, host, application_name, connect_timeout, keepalives_idle";
    let what = if is_scheme(&key.replace('_', "-")) {
        format!("the option `{key}` is not known")
    } else {
        "an option of the database URL is not known".to_owned()
    };
    bad(
        what,
        format!("one of {known}; a ? in the password written as %3F"),
    )
}

fn seconds(key: &str, value: &str) -> Result<Duration, BadDatabaseUrl> {
    match value.parse::<u64>() {
        Ok(seconds) if (1..=LONGEST_SPAN_S).contains(&seconds) => Ok(Duration::from_secs(seconds)),
        Ok(_) | Err(_) => Err(bad(format!("{key} is `{value}`"), "1 to 3600 seconds")),
    }
}

fn bad(what: impl Into<String>, expected: impl Into<String>) -> BadDatabaseUrl {
    BadDatabaseUrl::new(what, expected)
}
