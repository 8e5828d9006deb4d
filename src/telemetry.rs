//! Logs: turns what `tracing` collects into lines for people and JSON for machines, on the
//! terminal and in files that roll by size.
//!
//! Owns the subscriber, its levels and what is said of a panic. Never sees a secret or a message of
//! a customer: those types print themselves masked, and this module is the last place that could
//! undo it. Never ends the shop: a folder that cannot be written costs lines, which are counted and
//! told ([`LogHealth`]).

use std::io::Write;
use std::path::PathBuf;

use tracing::Level;
use tracing::level_filters::LevelFilter;
use tracing_appender::non_blocking::{ErrorCounter, NonBlocking, NonBlockingBuilder, WorkerGuard};
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::{Layer, SubscriberExt as _};
use tracing_subscriber::registry::Registry;
use tracing_subscriber::util::SubscriberInitExt as _;

mod file;
mod health;
mod line;
mod panics;

pub use health::LogHealth;

use file::File;
use line::{Line, Utc};

/// Lines that wait for a slow terminal or disk; more are dropped and counted, because a shop must
/// not stand still for its log.
const WAITING_LINES: usize = 50_000;

/// Lines about the webhooks: who called, and what payment made of it.
const OF_WEBHOOKS: &[&str] = &[
    "starkeeper::http::heleket_webhook",
    "starkeeper::http::telegram_webhook",
    "starkeeper::heleket",
    "starkeeper_actors::payment",
];

/// Lines about Fragment: its browsers, its logins, its purchases.
const OF_FRAGMENT: &[&str] = &[
    "starkeeper::fragment",
    "starkeeper_actors::browser_pool",
    "starkeeper_actors::cookie_refresh",
    "starkeeper_actors::fulfilment",
];

/// What is written, and where.
#[derive(Clone, Debug)]
pub struct TelemetrySettings {
    /// The least level of our own lines.
    pub level: Level,
    /// One JSON object a line instead of a line for people.
    pub json: bool,
    /// The folder of the files; none for the terminal alone.
    pub folder: Option<PathBuf>,
    /// The files in it. No two processes may write the same.
    pub files: &'static [LogFile],
}

/// One file of the log.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LogFile {
    /// Its name.
    pub name: &'static str,
    /// What it holds: lines whose name begins like one of these; all lines where none is given.
    pub of: &'static [&'static str],
}

/// The files of a process that does everything.
pub const FILES_OF_ALL: &[LogFile] = &[
    LogFile {
        name: "app.log",
        of: &[],
    },
    LogFile {
        name: "webhook.log",
        of: OF_WEBHOOKS,
    },
    LogFile {
        name: "fragment.log",
        of: OF_FRAGMENT,
    },
];

/// The files of the bot's side beside a process for the webhooks.
pub const FILES_OF_BOT: &[LogFile] = &[
    LogFile {
        name: "app.log",
        of: &[],
    },
    LogFile {
        name: "fragment.log",
        of: OF_FRAGMENT,
    },
];

/// The file of the process for the webhooks.
pub const FILES_OF_WEBHOOK: &[LogFile] = &[LogFile {
    name: "webhook.log",
    of: &[],
}];

/// Somebody else in this process has set up logs.
#[derive(Debug, thiserror::Error)]
#[error("logs were set up before")]
pub struct SetUpTwice;

/// Keeps the logs going; writes the last lines when it is dropped.
#[must_use = "the last lines are written when this is dropped"]
pub struct Telemetry {
    dropped: Vec<ErrorCounter>,
    files: Vec<health::FileHealth>,
    _writers: Vec<WorkerGuard>,
}

impl Telemetry {
    /// Sets up the logs of this process. A file that cannot be written is tried again and again.
    ///
    /// # Errors
    /// The logs were set up before.
    pub fn start(settings: &TelemetrySettings) -> Result<Self, SetUpTwice> {
        let mut telemetry = Self {
            dropped: Vec::new(),
            files: Vec::new(),
            _writers: Vec::new(),
        };
        let everything = levels(settings.level, &[]);
        let mut layers = vec![telemetry.layer(settings.json, everything, std::io::stdout())];
        for LogFile { name, of } in settings.folder.iter().flat_map(|_| settings.files) {
            let folder = settings.folder.clone().unwrap_or_default();
            let health = health::FileHealth::of(folder.join(name));
            telemetry.files.push(health.clone());
            let file = File::open(folder, name, health);
            layers.push(telemetry.layer(settings.json, levels(settings.level, of), file));
        }
        let subscriber = tracing_subscriber::registry().with(layers);
        subscriber.try_init().map_err(|_| SetUpTwice)?;
        panics::into_the_log();
        Ok(telemetry)
    }

    /// How the logs are, for whoever watches them.
    #[must_use]
    pub fn health(&self) -> LogHealth {
        LogHealth::of(self.dropped.clone(), self.files.clone())
    }

    fn layer(
        &mut self,
        json: bool,
        filter: Targets,
        writer: impl Write + Send + 'static,
    ) -> Box<dyn Layer<Registry> + Send + Sync> {
        let writer = self.behind_a_queue(writer);
        if json {
            let json = tracing_subscriber::fmt::layer()
                .json()
                .flatten_event(true)
                .with_span_list(false)
                .with_timer(Utc)
                .with_writer(writer);
            json.with_filter(filter).boxed()
        } else {
            let text = tracing_subscriber::fmt::layer()
                .with_ansi(false)
                .event_format(Line)
                .with_writer(writer);
            text.with_filter(filter).boxed()
        }
    }

    fn behind_a_queue(&mut self, writer: impl Write + Send + 'static) -> NonBlocking {
        let (writer, guard) = NonBlockingBuilder::default()
            .lossy(true)
            .buffered_lines_limit(WAITING_LINES)
            .thread_name("log")
            .finish(writer);
        self.dropped.push(writer.error_counter());
        self._writers.push(guard);
        writer
    }
}

/// Our own lines from this level on, and of libraries what went wrong; or, of a part, its own lines
/// alone. What an order's lines have in common belongs to each.
fn levels(ours: Level, of: &[&str]) -> Targets {
    let traces = Targets::new().with_target(starkeeper_actors::domain::trace::TRACES, Level::ERROR);
    if of.is_empty() {
        let theirs = ours.min(Level::WARN);
        return traces
            .with_default(LevelFilter::from_level(theirs))
            .with_target("starkeeper", ours)
            .with_target("starkeeper_actors", ours);
    }
    let parts = of.iter().map(|name| (*name, ours));
    traces.with_targets(parts)
}
