//! The file of a world: one line that says what it is, and the world as JSON.
//!
//! Written whole beside its place, brought to the disk, and then moved there, so that there is the
//! whole file or none. A run that begins takes the file away: whoever finds none, and the mark of a
//! run that began, knows that this run did not come to its end.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use ring::digest::{SHA256, digest};

use super::{Kept, Unusable, VERSION};

/// How the first line begins.
const NAME: &str = "starkeeper-sandbox world";

/// The largest file that is read, in bytes: a world at the limits of its emulators is smaller.
const LARGEST: u64 = 4 << 30;

/// Why a world is not written down.
#[derive(Debug, thiserror::Error)]
pub enum NotWritten {
    /// Somebody does not answer.
    #[error("{0} deliveries are still under way")]
    UnderWay(usize),
    /// Something in it cannot be said.
    #[error("it cannot be put into words: {0}")]
    Unspeakable(String),
    /// The system does not take it.
    #[error("{path}: {why}")]
    Unwritable {
        /// The file.
        path: String,
        /// What the system says.
        why: io::Error,
    },
}

/// Where a world is kept between two runs.
#[derive(Debug, Clone)]
pub struct Place {
    path: PathBuf,
}

impl Place {
    /// The file at `path`; beside it, under longer names, what a run needs on the way.
    pub fn at(path: &Path) -> Self {
        Self {
            path: path.to_owned(),
        }
    }

    /// Reads the world that is kept here; none where no run has been.
    ///
    /// # Errors
    /// It cannot be begun from, and why.
    pub fn read(&self) -> Result<Option<Kept>, Unusable> {
        match File::open(&self.path) {
            Ok(file) => Kept::of(&body(file)?).map(Some),
            Err(why) if why.kind() == ErrorKind::NotFound => {
                if self.mark().try_exists()? {
                    return Err(Unusable::NotEnded);
                }
                Ok(None)
            }
            Err(why) => Err(why.into()),
        }
    }

    /// A run begins: what is kept here is no longer how the world is.
    ///
    /// # Errors
    /// The system does not let it be moved away.
    pub fn take(&self) -> io::Result<()> {
        match fs::rename(&self.path, self.mark()) {
            Ok(()) => {}
            Err(why) if why.kind() == ErrorKind::NotFound => drop(private(&self.mark())?),
            Err(why) => return Err(why),
        }
        self.folder_to_disk()
    }

    /// Moves away what cannot be begun from, and answers where it is.
    ///
    /// # Errors
    /// The system does not let it be moved.
    pub fn set_aside(&self) -> io::Result<PathBuf> {
        let aside = self.with(".aside");
        for path in [self.mark(), self.path.clone()] {
            match fs::rename(path, &aside) {
                Ok(()) => {}
                Err(why) if why.kind() == ErrorKind::NotFound => {}
                Err(why) => return Err(why),
            }
        }
        Ok(aside)
    }

    /// Puts a world here, whole or not at all; the run has come to its end.
    pub(crate) fn write(&self, text: &[u8]) -> Result<(), NotWritten> {
        let unwritable = |why| NotWritten::Unwritable {
            path: self.path.display().to_string(),
            why,
        };
        self.put(text).map_err(unwritable)
    }

    fn put(&self, text: &[u8]) -> io::Result<()> {
        let beside = self.with(".tmp");
        let mut file = private(&beside)?;
        file.set_len(0)?;
        file.write_all(format!("{NAME} {VERSION} {}\n", sum(text)).as_bytes())?;
        file.write_all(text)?;
        file.sync_all()?;
        fs::rename(&beside, &self.path)?;
        self.folder_to_disk()?;
        match fs::remove_file(self.mark()) {
            Err(why) if why.kind() != ErrorKind::NotFound => Err(why),
            Ok(()) | Err(_) => Ok(()),
        }
    }

    /// The mark of a run that has begun.
    fn mark(&self) -> PathBuf {
        self.with(".begun")
    }

    fn with(&self, more: &str) -> PathBuf {
        let mut name = self.path.clone().into_os_string();
        name.push(more);
        name.into()
    }

    fn folder_to_disk(&self) -> io::Result<()> {
        let folder = self.path.parent().filter(|one| *one != Path::new(""));
        File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
    }
}

/// What stands below the first line, if that says that it is whole and of this version.
fn body(file: File) -> Result<Vec<u8>, Unusable> {
    let damaged = |why: &str| Unusable::Damaged(why.to_owned());
    let mut text = Vec::new();
    file.take(LARGEST).read_to_end(&mut text)?;
    let end = text.iter().position(|byte| *byte == b'\n');
    let end = end.ok_or_else(|| damaged("it has no first line"))?;
    let body = text.split_off(end.saturating_add(1));
    let first = String::from_utf8_lossy(&text);
    let mut words = first
        .strip_prefix(NAME)
        .unwrap_or_default()
        .split_whitespace();
    let version = words.next().and_then(|word| word.parse::<u64>().ok());
    let version = version.ok_or_else(|| damaged("it is no world"))?;
    if version != u64::from(VERSION) {
        return Err(Unusable::Version { found: version });
    }
    if words.next() != Some(&*sum(&body)) {
        return Err(damaged("its sum is not that of its text"));
    }
    Ok(body)
}

fn sum(text: &[u8]) -> String {
    let digest = digest(&SHA256, text);
    let bytes = digest.as_ref().iter();
    bytes.map(|byte| format!("{byte:02x}")).collect()
}

fn private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.create(true).write(true).truncate(false).mode(0o600);
    options.open(path)
}
