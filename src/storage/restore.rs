//! Restoring: a backup becomes the books of a new life.
//!
//! Owns the refusal of files that are no whole backup, and of places that hold something. What the
//! lost life signed after the backup was made is in no row of it and may still execute, so every
//! wallet first waits until it cannot, and then explains its history anew (rule 2). Never changes
//! the backup.

use std::fs;
use std::path::{Path, PathBuf};

use super::backup::{self, MARK};
use super::copy::check::Checked;
use super::copy::opening::{self, Opening};
use super::copy::{self, CopyFailed, NewLife, Teller};
use super::migrate::{self, MigrateFailed};
use super::url::{DatabaseUrl, SqliteUrl};

/// How the file of every embedded database begins.
const HEADER: &[u8] = b"SQLite format 3\0";

/// Why nothing was restored. The place is as it was, but for an empty schema.
#[derive(Debug, thiserror::Error)]
pub enum RestoreFailed {
    /// The file is none that `starkeeper backup` made.
    #[error("{} is no backup of starkeeper: {why}", file.display())]
    NoBackup {
        /// Which.
        file: PathBuf,
        /// What it is instead.
        why: String,
    },
    /// The file system refused.
    #[error("{}: {why}", file.display())]
    File {
        /// Which file.
        file: PathBuf,
        /// Its words.
        why: String,
    },
    /// The books could not be read, written or believed.
    #[error(transparent)]
    Copy(#[from] CopyFailed),
}

impl From<MigrateFailed> for RestoreFailed {
    fn from(why: MigrateFailed) -> Self {
        Self::Copy(why.into())
    }
}

/// Fills the books at the URL, which must be empty, from a backup, and lets them live.
///
/// A backup of an older version is brought up to this one's schema in a copy beside it.
///
/// # Errors
/// Why nothing was restored.
pub async fn restore(
    file: &Path,
    url: &DatabaseUrl,
    life: NewLife,
    tell: Teller,
) -> Result<Checked, RestoreFailed> {
    expect_database(file)?;
    let source = DatabaseUrl::Sqlite(SqliteUrl::at(file.to_owned()));
    expect_mark(file, &source).await?;
    backup::checked(file).await?;
    let lacking = migrate::pending(&source).await?;
    let (_copy, source) = if lacking.is_empty() {
        (None, source)
    } else {
        let copy = Copy::of(file)?;
        let source = DatabaseUrl::Sqlite(SqliteUrl::at(copy.path.clone()));
        migrate::up(&source).await?;
        (Some(copy), source)
    };
    migrate::up(url).await?;
    let (from, to) = (Opening::of(&source).await?, Opening::of(url).await?);
    let books = opening::blocking(move || {
        let (mut from, mut to) = (from.open(false)?, to.open(true)?);
        copy::revive(&mut from, &mut to, life, &tell)
    });
    Ok(books.await?)
}

fn expect_database(file: &Path) -> Result<(), RestoreFailed> {
    use std::io::Read as _;
    let mut begins = Vec::new();
    let read = fs::File::open(file).and_then(|open| {
        let length = u64::try_from(HEADER.len()).unwrap_or(u64::MAX);
        open.take(length).read_to_end(&mut begins)
    });
    read.map_err(|why| RestoreFailed::File {
        file: file.to_owned(),
        why: why.to_string(),
    })?;
    if begins == HEADER {
        return Ok(());
    }
    Err(RestoreFailed::NoBackup {
        file: file.to_owned(),
        why: "it does not begin as one".to_owned(),
    })
}

async fn expect_mark(file: &Path, source: &DatabaseUrl) -> Result<(), RestoreFailed> {
    let opening = Opening::of(source).await?;
    let mark = opening::blocking(move || {
        let mut side = opening.open(false)?;
        side.lines(
            "reading the file",
            "SELECT CAST(application_id AS TEXT) AS line FROM pragma_application_id",
        )
    });
    let mark = mark.await?;
    if mark == [MARK.to_string()] {
        return Ok(());
    }
    Err(RestoreFailed::NoBackup {
        file: file.to_owned(),
        why: "it is a database of something else, or living books, which `starkeeper copy-books` moves"
            .to_owned(),
    })
}

/// A backup's copy, for as long as it is needed.
struct Copy {
    path: PathBuf,
}

impl Copy {
    fn of(file: &Path) -> Result<Self, RestoreFailed> {
        let name = file
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let path = file.with_file_name(format!(".{name}.{}.migrated", std::process::id()));
        let copy = Self { path };
        fs::copy(file, &copy.path).map_err(|why| RestoreFailed::File {
            file: copy.path.clone(),
            why: why.to_string(),
        })?;
        Ok(copy)
    }
}

impl Drop for Copy {
    fn drop(&mut self) {
        // What is left of it is a copy, and named as one.
        let _gone = fs::remove_file(&self.path);
    }
}
