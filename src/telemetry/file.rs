//! A file of the log that rolls by size and survives its disk.
//!
//! A line that cannot be written is lost and counted; the file is opened anew after a pause, and
//! the folder with it, so that a disk with room again has a log again.

use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use logroller::{LogRoller, LogRollerBuilder, Rotation, RotationSize};

use super::health::FileHealth;

/// A file rolls before it would be larger, in megabytes.
const ROLL_AT_MB: u64 = 10;

/// Older files that are kept.
const KEPT: u64 = 5;

/// Before a file that could not be written is tried again.
const AGAIN: Duration = Duration::from_secs(10);

/// The writer of one file, on the thread of its queue.
pub(super) struct File {
    folder: PathBuf,
    name: &'static str,
    roll_at: RotationSize,
    again: Duration,
    health: FileHealth,
    open: Option<LogRoller>,
    /// Not to be tried before.
    rests_until: Option<Instant>,
}

impl File {
    /// Opens a file, now or later.
    pub(super) fn open(folder: PathBuf, name: &'static str, health: FileHealth) -> Self {
        Self::opening(folder, name, health, RotationSize::MB(ROLL_AT_MB), AGAIN)
    }

    fn opening(
        folder: PathBuf,
        name: &'static str,
        health: FileHealth,
        roll_at: RotationSize,
        again: Duration,
    ) -> Self {
        let mut file = Self {
            folder,
            name,
            roll_at,
            again,
            health,
            open: None,
            rests_until: None,
        };
        // What is wrong with the folder is known at the start, and not with the first line.
        let _noted = file.opened().map(drop);
        file
    }

    /// The open file, unless it failed a moment ago.
    fn opened(&mut self) -> Option<&mut LogRoller> {
        let rests = self.rests_until.is_some_and(|until| Instant::now() < until);
        if self.open.is_none() && !rests {
            match roller(&self.folder, self.name, self.roll_at.clone()) {
                Ok(roller) => self.open = Some(roller),
                Err(why) => self.failed(why),
            }
        }
        self.open.as_mut()
    }

    fn failed(&mut self, why: String) {
        self.open = None;
        self.rests_until = Some(Instant::now() + self.again);
        self.health.fails(why);
    }

    /// What became of an attempt: whether the line is written.
    fn attempted(&mut self, attempt: Option<io::Result<()>>) {
        match attempt {
            Some(Ok(())) => {
                if self.rests_until.take().is_some() {
                    self.health.works();
                }
            }
            Some(Err(why)) => {
                self.failed(why.to_string());
                self.health.lose_a_line();
            }
            None => self.health.lose_a_line(),
        }
    }
}

fn roller(folder: &Path, name: &str, roll_at: RotationSize) -> Result<LogRoller, String> {
    std::fs::create_dir_all(folder).map_err(|why| why.to_string())?;
    LogRollerBuilder::new(folder, Path::new(name))
        .rotation(Rotation::SizeBased(roll_at))
        .max_keep_files(KEPT)
        .build()
        .map_err(|why| why.to_string())
}

impl io::Write for File {
    /// Writes a line, or counts it as lost. Never fails: the queue behind it goes on.
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let attempt = self.opened().map(|roller| roller.write_all(line));
        self.attempted(attempt);
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if let Some(Err(why)) = self.open.as_mut().map(io::Write::flush) {
            self.failed(why.to_string());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    fn file(folder: &Path, roll_at: RotationSize) -> (File, FileHealth) {
        let health = FileHealth::of(folder.join("app.log"));
        let again = Duration::ZERO;
        let file = File::opening(folder.to_owned(), "app.log", health.clone(), roll_at, again);
        (file, health)
    }

    /// Names and sizes of what lies in a folder.
    fn lying(folder: &Path) -> Vec<(String, u64)> {
        let mut all: Vec<_> = std::fs::read_dir(folder)
            .unwrap()
            .filter_map(|entry| {
                let entry = entry.ok()?;
                // It may be renamed meanwhile.
                let size = entry.metadata().ok()?.len();
                Some((entry.file_name().into_string().ok()?, size))
            })
            .collect();
        all.sort();
        all
    }

    #[test]
    fn ten_megabytes_and_five_older_files_are_kept() {
        let folder = tempfile::tempdir().unwrap();
        let (mut file, health) = file(folder.path(), RotationSize::MB(ROLL_AT_MB));
        let line = [&[b'x'; 1_023][..], b"\n"].concat();
        for _ in 0..75 * 1_024 {
            file.write_all(&line).unwrap();
        }
        drop(file);
        assert_eq!(health.lost(), 0);
        let names = [
            "app.log",
            "app.log.1",
            "app.log.2",
            "app.log.3",
            "app.log.4",
            "app.log.5",
        ];
        // Older files are moved on by a thread of their own.
        let waits = Instant::now() + Duration::from_secs(30);
        while !lying(folder.path()).iter().map(|(name, _)| name).eq(names) {
            assert!(Instant::now() < waits, "{:?}", lying(folder.path()));
            std::thread::yield_now();
        }
        let sizes: Vec<u64> = lying(folder.path())
            .into_iter()
            .map(|(_, size)| size)
            .collect();
        let most = ROLL_AT_MB * 1_024 * 1_024;
        assert!(sizes.iter().all(|size| *size <= most), "{sizes:?}");
        let older = sizes.iter().skip(1);
        assert!(older.clone().all(|size| *size > most / 10 * 9), "{sizes:?}");
    }

    #[test]
    fn a_full_disk_costs_lines_and_nothing_else() {
        if !Path::new("/dev/full").exists() {
            return;
        }
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("app.log");
        std::os::unix::fs::symlink("/dev/full", &path).unwrap();
        let (mut file, health) = file(folder.path(), RotationSize::MB(1));
        file.write_all(b"one\n").unwrap();
        file.write_all(b"two\n").unwrap();
        file.flush().unwrap();
        assert_eq!(health.lost(), 2);
        let why = health.failing().unwrap();
        assert!(why.contains("No space left"), "{why}");
        std::fs::remove_file(&path).unwrap();
        file.write_all(b"three\n").unwrap();
        assert_eq!(health.failing(), None);
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "three\n");
    }

    #[test]
    fn a_folder_that_is_none_is_made_again_when_it_can_be() {
        let above = tempfile::tempdir().unwrap();
        let folder = above.path().join("logs");
        std::fs::write(&folder, "in the way").unwrap();
        let (mut file, health) = file(&folder, RotationSize::MB(1));
        assert!(health.failing().is_some(), "known before the first line");
        file.write_all(b"one\n").unwrap();
        assert_eq!(health.lost(), 1);
        std::fs::remove_file(&folder).unwrap();
        file.write_all(b"two\n").unwrap();
        assert_eq!((health.lost(), health.failing()), (1, None));
        let mode = std::fs::metadata(folder.join("app.log"))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o002, 0, "nobody else writes it");
        assert_eq!(
            std::fs::read_to_string(folder.join("app.log")).unwrap(),
            "two\n"
        );
    }
}
