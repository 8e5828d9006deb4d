//! The nightly backup: one more file, and the oldest ones gone.

use std::fs;
use std::path::{Path, PathBuf};

use chrono::NaiveDateTime;
use starkeeper_actors::domain::Timestamp;

use super::{BackupFailed, Checked, backup, failed};
use crate::storage::url::DatabaseUrl;

/// So many nightly backups are kept: a week.
pub const KEPT: usize = 7;

const BEGINS: &str = "starkeeper-";
const ENDS: &str = ".backup.db";
/// `20261126T020000Z`: sorts by time.
const INSTANT: &str = "%Y%m%dT%H%M%SZ";
const DIGITS: usize = 16;

/// What a night has brought.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Nightly {
    /// The new backup.
    pub file: PathBuf,
    /// What is in it.
    pub books: Checked,
    /// Older ones that were deleted.
    pub deleted: Vec<PathBuf>,
}

/// Makes a backup named after `now` in the folder, which is made if need be, and then deletes all
/// nightly backups but the newest [`KEPT`]. Other files there are left alone. Without a new backup
/// nothing is deleted.
///
/// # Errors
/// There is no new backup; or there is, and an older one could not be deleted.
pub async fn nightly(
    url: &DatabaseUrl,
    folder: &Path,
    now: Timestamp,
) -> Result<Nightly, BackupFailed> {
    fs::create_dir_all(folder).map_err(|why| failed(folder, "making the folder", &why))?;
    let file = folder.join(format!("{BEGINS}{}{ENDS}", now.format(INSTANT)));
    let books = backup(url, &file, false, Box::new(|_| {})).await?;
    let deleted = prune(folder)?;
    Ok(Nightly {
        file,
        books,
        deleted,
    })
}

/// When the newest nightly backup in the folder was made, as its name says; none if there is none.
///
/// # Errors
/// The folder is there and cannot be read.
pub fn newest(folder: &Path) -> Result<Option<Timestamp>, BackupFailed> {
    if !folder.exists() {
        return Ok(None);
    }
    let names = nightlies(folder)?;
    let newest = names.last().and_then(|name| {
        let instant = name.strip_prefix(BEGINS)?.strip_suffix(ENDS)?;
        NaiveDateTime::parse_from_str(instant, INSTANT).ok()
    });
    Ok(newest.map(|at| at.and_utc()))
}

fn prune(folder: &Path) -> Result<Vec<PathBuf>, BackupFailed> {
    let names = nightlies(folder)?;
    let old = names.len().saturating_sub(KEPT);
    let mut deleted = Vec::new();
    for name in names.into_iter().take(old) {
        let file = folder.join(name);
        fs::remove_file(&file).map_err(|why| failed(&file, "deleting it", &why))?;
        deleted.push(file);
    }
    Ok(deleted)
}

/// The names of all nightly backups, oldest first.
fn nightlies(folder: &Path) -> Result<Vec<String>, BackupFailed> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).map_err(|why| failed(folder, "reading the folder", &why))? {
        let entry = entry.map_err(|why| failed(folder, "reading the folder", &why))?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let is_file = entry.file_type().is_ok_and(|kind| kind.is_file());
        if is_file && is_nightly(&name) {
            names.push(name);
        }
    }
    names.sort_unstable();
    Ok(names)
}

/// Whether a nightly backup has this name: exactly, so that a person's copy of one stays.
fn is_nightly(name: &str) -> bool {
    let instant = name
        .strip_prefix(BEGINS)
        .and_then(|rest| rest.strip_suffix(ENDS));
    instant.is_some_and(|instant| {
        instant.len() == DIGITS
            && instant
                .bytes()
                .enumerate()
                .all(|(place, byte)| match place {
                    8 => byte == b'T',
                    15 => byte == b'Z',
                    _ => byte.is_ascii_digit(),
                })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder_with(names: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for name in names {
            fs::write(folder.path().join(name), "x").unwrap();
        }
        folder
    }

    #[test]
    fn the_newest_is_told_by_its_name() {
        let none = folder_with(&["books.db", "starkeeper-1.backup.db"]);
        assert_eq!(newest(none.path()).unwrap(), None);
        assert_eq!(newest(&none.path().join("missing")).unwrap(), None);
        let names = [
            "starkeeper-20261125T020000Z.backup.db",
            "starkeeper-20261126T020103Z.backup.db",
            "starkeeper-99999999T999999Z.backup.db.part",
        ];
        let two = folder_with(&names);
        let at = newest(two.path()).unwrap().unwrap();
        assert_eq!(at.to_rfc3339(), "2026-11-26T02:01:03+00:00");
    }

    fn left(folder: &tempfile::TempDir) -> Vec<String> {
        let entries = fs::read_dir(folder.path()).unwrap();
        let mut left: Vec<String> = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        left.sort();
        left
    }

    #[test]
    fn the_newest_seven_are_kept() {
        let names: Vec<String> = (1..=9)
            .map(|day| format!("starkeeper-2026110{day}T020000Z.backup.db"))
            .collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let folder = folder_with(&names);
        let deleted = prune(folder.path()).unwrap();
        assert_eq!(deleted.len(), 2);
        assert_eq!(left(&folder), names[2..]);
        assert_eq!(prune(folder.path()).unwrap(), Vec::<PathBuf>::new());
    }

    #[test]
    fn files_of_other_names_are_no_ones_business() {
        let strange = [
            "starkeeper-20260101T020000Z.backup.db.old",
            "starkeeper-2026-01-01.backup.db",
            "starkeeper-20260101T020000Z.db",
            "copy of starkeeper-20260101T020000Z.backup.db",
            "starkeeper-20260101X020000Z.backup.db",
            "starkeeper.db",
            ".starkeeper-20260101T020000Z.backup.db.1.partial",
        ];
        let folder = folder_with(&strange);
        fs::create_dir(folder.path().join("starkeeper-20250101T020000Z.backup.db")).unwrap();
        for day in 1..=8 {
            let name = format!("starkeeper-2026120{day}T020000Z.backup.db");
            fs::write(folder.path().join(name), "x").unwrap();
        }
        let deleted = prune(folder.path()).unwrap();
        assert_eq!(
            deleted,
            [folder.path().join("starkeeper-20261201T020000Z.backup.db")]
        );
        let left = left(&folder);
        for name in strange {
            assert!(left.iter().any(|there| there == name), "{name} is gone");
        }
        assert!(
            folder
                .path()
                .join("starkeeper-20250101T020000Z.backup.db")
                .is_dir()
        );
    }
}
