//! Logs: turns what `tracing` collects into lines for people and JSON for machines, on the
//! terminal and in files that roll by size.
//!
//! Owns the subscriber and its levels. Never sees a secret or a message of a customer: those types
//! print themselves masked, and this module is the last place that could undo it.

use std::io::Write;
use std::path::{Path, PathBuf};

use logroller::{LogRollerBuilder, Rotation, RotationSize};
use tracing::Level;
use tracing::level_filters::LevelFilter;
use tracing_appender::non_blocking::{ErrorCounter, NonBlocking, NonBlockingBuilder, WorkerGuard};
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::{Layer, SubscriberExt as _};
use tracing_subscriber::registry::Registry;
use tracing_subscriber::util::SubscriberInitExt as _;

mod line;

use line::{Line, Utc};

/// A file rolls when it has grown so large, in megabytes.
const ROLL_AT_MB: u64 = 10;

/// Older files that are kept.
const KEPT: u64 = 5;

/// Lines that wait for a slow terminal or disk; more are dropped and counted, because a shop must
/// not stand still for its log.
const WAITING_LINES: usize = 50_000;

/// What is written, and where.
#[derive(Clone, Debug)]
pub struct TelemetrySettings {
    /// The least level of our own lines.
    pub level: Level,
    /// One JSON object a line instead of a line for people.
    pub json: bool,
    /// The folder and the name of the file; none for the terminal alone.
    pub file: Option<(PathBuf, &'static str)>,
}

/// Why there are no logs.
#[derive(Debug, thiserror::Error)]
pub enum TelemetryFailed {
    /// The file cannot be opened.
    #[error("cannot write logs to {folder}: {why}")]
    Folder {
        /// The folder.
        folder: String,
        /// Why.
        why: String,
    },
    /// Somebody else in this process has set up logs.
    #[error("logs were set up before")]
    Twice,
}

/// Keeps the logs going; writes the last lines when it is dropped.
#[must_use = "the last lines are written when this is dropped"]
pub struct Telemetry {
    dropped: Vec<ErrorCounter>,
    _writers: Vec<WorkerGuard>,
}

impl Telemetry {
    /// Sets up the logs of this process.
    ///
    /// # Errors
    /// The folder cannot be written to, or the logs were set up before.
    pub fn start(settings: &TelemetrySettings) -> Result<Self, TelemetryFailed> {
        let mut telemetry = Self {
            dropped: Vec::new(),
            _writers: Vec::new(),
        };
        let mut layers = vec![telemetry.layer(settings, std::io::stdout())];
        if let Some((folder, name)) = &settings.file {
            let refused = |why: String| TelemetryFailed::Folder {
                folder: folder.display().to_string(),
                why,
            };
            std::fs::create_dir_all(folder).map_err(|why| refused(why.to_string()))?;
            let file = LogRollerBuilder::new(folder.as_path(), Path::new(name))
                .rotation(Rotation::SizeBased(RotationSize::MB(ROLL_AT_MB)))
                .max_keep_files(KEPT)
                .build()
                .map_err(|why| refused(why.to_string()))?;
            layers.push(telemetry.layer(settings, file));
        }
        let subscriber = tracing_subscriber::registry().with(layers);
        subscriber.try_init().map_err(|_| TelemetryFailed::Twice)?;
        Ok(telemetry)
    }

    /// Lines that were dropped because the terminal or the disk was too slow.
    #[must_use]
    pub fn dropped_lines(&self) -> u64 {
        let each = self.dropped.iter().map(ErrorCounter::dropped_lines);
        u64::try_from(each.fold(0, usize::saturating_add)).unwrap_or(u64::MAX)
    }

    /// The counters of dropped lines, for a metric that outlives this.
    #[must_use]
    pub fn counters(&self) -> Vec<ErrorCounter> {
        self.dropped.clone()
    }

    fn layer(
        &mut self,
        settings: &TelemetrySettings,
        writer: impl Write + Send + 'static,
    ) -> Box<dyn Layer<Registry> + Send + Sync> {
        let writer = self.behind_a_queue(writer);
        let filter = levels(settings.level);
        if settings.json {
            let json = tracing_subscriber::fmt::layer()
                .json()
                .flatten_event(true)
                .with_timer(Utc)
                .with_writer(writer);
            json.with_filter(filter).boxed()
        } else {
            let text = tracing_subscriber::fmt::layer()
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

/// Our own lines from this level on; of libraries, what went wrong.
fn levels(ours: Level) -> Targets {
    let theirs = ours.min(Level::WARN);
    Targets::new()
        .with_default(LevelFilter::from_level(theirs))
        .with_target("starkeeper", ours)
        .with_target("starkeeper_actors", ours)
}
