//! The sections of the settings: their types, and how each is read and checked.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use super::reader::Reader;

mod admin;
mod fragment;
mod fulfilment;
mod gateway;
mod http;
mod payment;
mod people;
mod pricing;
mod redis;
mod shop;
mod telegram;
mod ton;

pub use admin::{Admin, AdminScope, AdminToken, FIRST_TOKEN};
pub use fragment::{Browser, BrowserFlavour, Fragment};
pub use fulfilment::Fulfilment;
pub use gateway::Heleket;
pub use http::{Http, PublicUrl};
pub use payment::Payment;
pub use people::{Dialogs, People};
pub use pricing::Pricing;
pub use redis::Redis;
pub use shop::{Shop, TestPurchase};
pub use telegram::{Telegram, UpdatesBy};
pub use ton::{TillSeed, Ton, WalletVersionName};

pub(super) use admin::admin;
pub(super) use fragment::{browser, fragment};
pub(super) use fulfilment::fulfilment;
pub(super) use gateway::heleket;
pub(super) use http::http;
pub(super) use payment::payment;
pub(super) use people::{dialogs, people};
pub(super) use pricing::pricing;
pub(super) use redis::redis;
pub(super) use shop::shop;
pub(super) use telegram::telegram;
pub(super) use ton::ton;

use secrecy::SecretString;

/// The least of a span where a second would be too long to test.
pub(super) const MOMENT: Duration = Duration::from_millis(50);
/// The least of a span that somebody waits for.
pub(super) const SECOND: Duration = Duration::from_secs(1);
/// The least pause between calls of outside systems in production.
pub(super) const HALF_MINUTE: Duration = Duration::from_secs(30);

/// Where the daemon runs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Environment {
    /// A developer's machine: short spans, plain http and DEBUG are allowed.
    Development,
    /// As strict as production.
    Staging,
    /// Everything that could lose money or secrets is refused.
    Production,
}

impl Environment {
    pub(super) const CHOICES: &[(&str, Self)] = &[
        ("development", Self::Development),
        ("staging", Self::Staging),
        ("production", Self::Production),
    ];

    /// Whether what is convenient and unsafe is refused.
    #[must_use]
    pub const fn is_strict(self) -> bool {
        match self {
            Self::Development => false,
            Self::Staging | Self::Production => true,
        }
    }
}

impl fmt::Display for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self {
            Self::Development => "development",
            Self::Staging => "staging",
            Self::Production => "production",
        };
        f.write_str(name)
    }
}

/// The books' database.
#[derive(Debug)]
pub struct Database {
    /// Its URL; none means the embedded books in the state folder.
    pub url: Option<SecretString>,
    /// What the start does when the schema is older than the daemon.
    pub migrate: MigrateAtStart,
    /// Connections of the pool.
    pub connections: u32,
    /// How long one statement may take; below every ask's deadline.
    pub statement_timeout: Duration,
    /// How long a statement may wait for a lock; below the statement's own limit.
    pub lock_timeout: Duration,
}

/// What the start does when the schema of the books is older than the daemon.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum MigrateAtStart {
    /// PostgreSQL: end and name the command to run. Embedded books: migrate.
    Refuse,
    /// Migrate.
    Auto,
}

/// Reads the section `database`.
pub(super) fn database(reader: &mut Reader<'_>) -> Option<Database> {
    let choices = [
        ("refuse", MigrateAtStart::Refuse),
        ("auto", MigrateAtStart::Auto),
    ];
    let url = reader.secret("database.url");
    let migrate = reader.chosen("database.migrate", &choices);
    let connections = reader.number("database.connections", 3..=200);
    let statement_timeout = reader.span("database.statement_timeout", MOMENT, SECOND);
    let lock_timeout = reader.span("database.lock_timeout", MOMENT, MOMENT);
    if let (Some(statement), Some(lock)) = (statement_timeout, lock_timeout) {
        if statement > Duration::from_secs(10) {
            let bound = "at most 10s: whoever asks must hear of it in time";
            reader.wrong::<()>("database.statement_timeout", bound);
        }
        if lock > statement {
            let bound = "at most DATABASE_STATEMENT_TIMEOUT, which would end the wait first";
            reader.wrong::<()>("database.lock_timeout", bound);
        }
    }
    Some(Database {
        url: url?,
        migrate: migrate?,
        connections: connections?,
        statement_timeout: statement_timeout?,
        lock_timeout: lock_timeout?,
    })
}

/// Logs.
#[derive(Clone, Debug)]
pub struct Logs {
    /// The least level that is written.
    pub level: LogLevel,
    /// How the lines on the terminal look.
    pub format: LogFormat,
    /// The folder of the files; none for no files.
    pub dir: Option<PathBuf>,
}

/// A level of logs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LogLevel {
    /// Only what needs a person.
    Error,
    /// And what went wrong and was handled.
    Warn,
    /// And what happened.
    Info,
    /// And how.
    Debug,
    /// Everything.
    Trace,
}

/// How a line looks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LogFormat {
    /// `time - name - level - message`, for people.
    Text,
    /// One JSON object a line, for machines.
    Json,
}

/// Reads the section `logs`.
pub(super) fn logs(reader: &mut Reader<'_>) -> Option<Logs> {
    // The words of other systems' loggers are understood as well.
    let levels = [
        ("error", LogLevel::Error),
        ("warn", LogLevel::Warn),
        ("info", LogLevel::Info),
        ("debug", LogLevel::Debug),
        ("trace", LogLevel::Trace),
        ("warning", LogLevel::Warn),
        ("critical", LogLevel::Error),
    ];
    let formats = [("text", LogFormat::Text), ("json", LogFormat::Json)];
    let debug = reader.switch("debug");
    let level = match reader.text("logs.level")? {
        Some(_) => reader.chosen("logs.level", &levels),
        None => debug.map(|debug| match debug {
            true => LogLevel::Debug,
            false => LogLevel::Info,
        }),
    };
    let format = reader.chosen("logs.format", &formats);
    let files = reader.switch("logs.files");
    let dir = reader.path("logs.dir");
    if debug == Some(true) && reader.environment().is_strict() {
        let what = format!(
            "must be false in {}: it is for development",
            reader.environment()
        );
        reader.refuse::<()>("debug", what);
    }
    Some(Logs {
        level: level?,
        format: format?,
        dir: files?.then_some(dir?),
    })
}

/// Nightly backups.
#[derive(Clone, Debug)]
pub struct Backup {
    /// Their folder; seven are kept.
    pub dir: PathBuf,
    /// When, UTC.
    pub time: TimeOfDay,
}

/// A time of day.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TimeOfDay {
    /// 0 to 23.
    pub hour: u32,
    /// 0 to 59.
    pub minute: u32,
}

/// Reads the section `backup`.
pub(super) fn backup(reader: &mut Reader<'_>) -> Option<Option<Backup>> {
    let dir = reader.text("backup.dir");
    let expected = "a time of day such as 02:00 (UTC)";
    let time = reader.parsed("backup.time", |text| time_of_day(text).ok_or(expected));
    let time = time?;
    Some(dir?.map(|dir| Backup {
        dir: PathBuf::from(dir),
        time,
    }))
}

/// Reads a time of day: `02:00`.
fn time_of_day(text: &str) -> Option<TimeOfDay> {
    let (hour, minute) = text.split_once(':')?;
    let (hour, minute) = (hour.parse().ok()?, minute.parse().ok()?);
    (hour < 24 && minute < 60).then_some(TimeOfDay { hour, minute })
}

/// Health and metrics.
#[derive(Clone, Debug)]
pub struct Health {
    /// Between two looks at the books for `/health`.
    pub every: Duration,
    /// An actor that has not got on for so long is reported as stuck.
    pub stalled_after: Duration,
    /// Between two counts of what the books hold, for `/metrics`.
    pub metrics_every: Duration,
    /// Work of the books that is due for longer makes `/health` red.
    pub due_after: Duration,
}

/// Reads the section `health`.
pub(super) fn health(reader: &mut Reader<'_>) -> Option<Health> {
    let every = reader.span("health.every", MOMENT, SECOND);
    let stalled_after = reader.span("health.stalled_after", SECOND, 5 * SECOND);
    let metrics_every = reader.span("health.metrics_every", MOMENT, 5 * SECOND);
    let due_after = reader.span("health.due_after", SECOND, 60 * SECOND);
    Some(Health {
        due_after: due_after?,
        every: every?,
        stalled_after: stalled_after?,
        metrics_every: metrics_every?,
    })
}
