//! How the logs are: lines that were lost, and why a file cannot be written.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tracing_appender::non_blocking::ErrorCounter;

/// How all logs of this process are. Cheap to clone.
#[derive(Clone, Default)]
pub struct LogHealth {
    dropped: Vec<ErrorCounter>,
    files: Vec<FileHealth>,
}

impl LogHealth {
    pub(super) const fn of(dropped: Vec<ErrorCounter>, files: Vec<FileHealth>) -> Self {
        Self { dropped, files }
    }

    /// Lines that are in none of the logs they belong to: the terminal or the disk was too slow, or a
    /// file could not be written.
    #[must_use]
    pub fn lost_lines(&self) -> u64 {
        let dropped = self.dropped.iter().map(ErrorCounter::dropped_lines);
        let dropped = u64::try_from(dropped.fold(0, usize::saturating_add)).unwrap_or(u64::MAX);
        let lost = self.files.iter().map(FileHealth::lost);
        lost.fold(dropped, u64::saturating_add)
    }

    /// The first file that cannot be written now, and why.
    #[must_use]
    pub fn failing(&self) -> Option<(String, String)> {
        self.files.iter().find_map(|file| {
            let why = file.failing()?;
            Some((file.path(), why))
        })
    }
}

/// How one file is, as its writer tells it.
#[derive(Clone)]
pub(super) struct FileHealth(Arc<Inner>);

struct Inner {
    path: PathBuf,
    lost: AtomicU64,
    failing: Mutex<Option<String>>,
}

impl FileHealth {
    pub(super) fn of(path: PathBuf) -> Self {
        Self(Arc::new(Inner {
            path,
            lost: AtomicU64::new(0),
            failing: Mutex::default(),
        }))
    }

    pub(super) fn works(&self) {
        *self
            .0
            .failing
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = None;
    }

    pub(super) fn fails(&self, why: String) {
        *self
            .0
            .failing
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = Some(why);
    }

    pub(super) fn lose_a_line(&self) {
        self.0.lost.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn lost(&self) -> u64 {
        self.0.lost.load(Ordering::Relaxed)
    }

    pub(super) fn failing(&self) -> Option<String> {
        let failing = self.0.failing.lock();
        failing.unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn path(&self) -> String {
        self.0.path.display().to_string()
    }
}
