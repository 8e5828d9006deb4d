//! Backups: the whole books in one file of their own, made while the daemon runs.
//!
//! A backup is an embedded database without a life, whatever engine it was made from: a daemon
//! refuses it, and only `restore` lets it live again. It is made under another name, read anew,
//! checked, put onto the disk, and only then gets its name; so a file with that name is whole.
//! Never overwrites what it was not told to, and never deletes a file that is not a backup of its
//! own making.

mod nightly;

use std::fmt;
use std::fs::{self, File};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sqlite::SqliteConnection;

pub use nightly::{KEPT, Nightly, newest, nightly};

use super::copy::check::{self, Checked};
use super::copy::opening::{self, Opening};
use super::copy::{self, CopyFailed, Teller};
use super::migrate::{self, MigrateFailed};
use super::url::{DatabaseUrl, SqliteUrl};

/// Marks the file of a backup in its header: `SKbk` in ASCII.
pub(super) const MARK: i64 = 0x534B_626B;

/// Why there is no backup. What was there before is untouched.
#[derive(Debug, thiserror::Error)]
pub enum BackupFailed {
    /// There is a file of that name.
    #[error("{} exists; expected a new name, or --force to replace it", file.display())]
    Exists {
        /// Which.
        file: PathBuf,
    },
    /// The file system refused.
    #[error("{}: {doing} failed: {why}", file.display())]
    File {
        /// Which file or folder.
        file: PathBuf,
        /// What was being done.
        doing: &'static str,
        /// Its words.
        why: String,
    },
    /// The books could not be read, written or believed.
    #[error(transparent)]
    Copy(#[from] CopyFailed),
}

impl From<MigrateFailed> for BackupFailed {
    fn from(why: MigrateFailed) -> Self {
        Self::Copy(why.into())
    }
}

/// Makes a backup of the books in a file, which only its owner may read. Takes no daemon away.
///
/// # Errors
/// Why there is none.
pub async fn backup(
    url: &DatabaseUrl,
    file: &Path,
    replace: bool,
    tell: Teller,
) -> Result<Checked, BackupFailed> {
    if !replace && file.exists() {
        return Err(BackupFailed::Exists {
            file: file.to_owned(),
        });
    }
    opening::expect_schema(url).await?;
    let draft = Draft::create(file)?;
    let books = match url {
        DatabaseUrl::Sqlite(source) => {
            let (source, path) = (source.path().to_owned(), draft.path.clone());
            opening::blocking(move || vacuum(&source, &path)).await?;
            checked(&draft.path).await?
        }
        DatabaseUrl::Postgres(_) => {
            let target = DatabaseUrl::Sqlite(SqliteUrl::at(draft.path.clone()));
            migrate::up(&target).await?;
            let (from, to) = (Opening::of(url).await?, Opening::of(&target).await?);
            opening::blocking(move || {
                let mut from = from.open(false)?;
                let mut to = to.open_alone()?;
                copy::preserve(&mut from, &mut to, &tell)?;
                to.run(
                    "marking the backup",
                    &format!("PRAGMA application_id = {MARK}"),
                )
            })
            .await?;
            checked(&draft.path).await?
        }
    };
    draft.keep(file)?;
    Ok(books)
}

/// Lets SQLite write its books into another file as they are at one moment, and takes that one's
/// life.
fn vacuum(source: &Path, path: &Path) -> Result<(), CopyFailed> {
    let text = |path: &Path| path.to_string_lossy().replace('\'', "''");
    let failed = |doing: &str, why: String| CopyFailed::Database {
        database: source.display().to_string(),
        doing: doing.to_owned(),
        why,
    };
    let connect = |path: &Path| {
        SqliteConnection::establish(&path.to_string_lossy())
            .map_err(|why| failed("opening", why.to_string()))
    };
    let mut books = connect(source)?;
    books
        .batch_execute("PRAGMA busy_timeout = 20000")
        .and_then(|()| books.batch_execute(&format!("VACUUM INTO '{}'", text(path))))
        .map_err(|why| failed("copying the file", why.to_string()))?;
    let retire =
        format!("UPDATE books SET incarnation = 0 WHERE id = 1; PRAGMA application_id = {MARK}");
    connect(path)?
        .batch_execute(&retire)
        .map_err(|why| failed("retiring the backup", why.to_string()))
}

/// Opens the file of a backup as a stranger would, and checks it.
pub(super) async fn checked(file: &Path) -> Result<Checked, CopyFailed> {
    let opening = Opening::of(&DatabaseUrl::Sqlite(SqliteUrl::at(file.to_owned()))).await?;
    opening::blocking(move || {
        let mut side = opening.open(false)?;
        let said = side.lines(
            "reading the file",
            "SELECT integrity_check AS line FROM pragma_integrity_check",
        )?;
        if said != ["ok"] {
            let what = said.first().cloned().unwrap_or_default();
            let database = side.database().to_owned();
            return Err(CopyFailed::Broken {
                database,
                what: format!("the file is damaged: {what}"),
            });
        }
        side.begin_reading()?;
        let books = check::books(&mut side)?;
        side.commit()?;
        Ok(books)
    })
    .await
}

/// A backup that has no name yet; gone unless it is kept.
struct Draft {
    path: PathBuf,
}

impl Draft {
    /// An empty file beside the one it shall be, readable by its owner alone.
    fn create(file: &Path) -> Result<Self, BackupFailed> {
        let name = file
            .file_name()
            .map(|name| name.to_string_lossy().into_owned());
        let Some(name) = name else {
            return Err(failed(
                file,
                "naming the backup",
                &"expected a file, not a folder",
            ));
        };
        let path = file.with_file_name(format!(".{name}.{}.partial", std::process::id()));
        let draft = Self { path };
        draft.remove();
        File::options()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&draft.path)
            .map_err(|why| failed(&draft.path, "creating it", &why))?;
        Ok(draft)
    }

    /// Puts it onto the disk and gives it its name, in one step.
    fn keep(self, file: &Path) -> Result<(), BackupFailed> {
        let synced = File::open(&self.path).and_then(|draft| draft.sync_all());
        synced.map_err(|why| failed(&self.path, "putting it onto the disk", &why))?;
        fs::rename(&self.path, file).map_err(|why| failed(file, "naming it", &why))?;
        let folder = match file.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            Some(_) | None => Path::new("."),
        };
        let synced = File::open(folder).and_then(|folder| folder.sync_all());
        synced.map_err(|why| failed(folder, "putting its name onto the disk", &why))
    }

    fn remove(&self) {
        for end in ["", "-journal", "-wal", "-shm"] {
            let mut path = self.path.clone().into_os_string();
            path.push(end);
            // It is there or it is not; what cannot be removed is met when it is created.
            let _gone = fs::remove_file(path);
        }
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        self.remove();
    }
}

fn failed(file: &Path, doing: &'static str, why: &dyn fmt::Display) -> BackupFailed {
    BackupFailed::File {
        file: file.to_owned(),
        doing,
        why: why.to_string(),
    }
}
