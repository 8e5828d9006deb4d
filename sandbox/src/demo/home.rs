//! The demo's folder: who uses it, and the secrets that it keeps for the daemon.
//!
//! Files are readable by their owner alone. Two demos never share a folder.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

/// Held for as long as a demo runs here.
const LOCK: &str = "lock";

/// Where the demo without a person has a folder of its own, which it may be using now.
pub(super) const ONCE: &str = "once";

/// A folder that is ours.
#[derive(Debug)]
pub(super) struct Home {
    folder: PathBuf,
    lock: File,
}

/// Why there is none.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NoHome {
    #[error("{folder} is used by another demo that runs now: stop it, or name another --state")]
    Busy { folder: String },
    #[error("{path}: {why}: the demo keeps its data there, so it must be able to write it")]
    Unwritable { path: String, why: io::Error },
}

/// By word: a child that is being started elsewhere shares the lock for a moment, so closing the
/// file would free it that moment later.
impl Drop for Home {
    fn drop(&mut self) {
        if let Err(why) = self.lock.unlock() {
            tracing::debug!("the lock ends with the file and not before: {why}");
        }
    }
}

impl Home {
    /// Takes the folder, as it is.
    pub(super) fn open(folder: &Path) -> Result<Self, NoHome> {
        let unwritable = |path: &Path| {
            let path = path.display().to_string();
            move |why| NoHome::Unwritable { path, why }
        };
        let mut maker = fs::DirBuilder::new();
        maker.recursive(true).mode(0o700);
        maker.create(folder).map_err(unwritable(folder))?;
        let folder = folder.canonicalize().map_err(unwritable(folder))?;
        let lock = folder.join(LOCK);
        let file = private().open(&lock).map_err(unwritable(&lock))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let folder = folder.display().to_string();
                return Err(NoHome::Busy { folder });
            }
            Err(TryLockError::Error(why)) => return Err(unwritable(&lock)(why)),
        }
        Ok(Self { folder, lock: file })
    }

    /// Empties it, once nobody writes there any more. What outlives books stays, unless `all` of it
    /// is to go.
    pub(super) fn empty(&self, all: bool) -> Result<(), NoHome> {
        let stays = |name: &str| !all && (name == ASIDE || outlives_books(name));
        let emptied = self.each_but(stays, |path, is_folder| match is_folder {
            true => fs::remove_dir_all(path),
            false => fs::remove_file(path),
        });
        emptied.map_err(|why| NoHome::unwritable(&self.folder, why))
    }

    /// Moves everything that does not outlive books into a folder of its own, in place of what was
    /// there before.
    pub(super) fn set_aside(&self) -> Result<(), NoHome> {
        let aside = self.folder.join(ASIDE);
        let moved = || {
            match fs::remove_dir_all(&aside) {
                Err(why) if why.kind() != io::ErrorKind::NotFound => return Err(why),
                Ok(()) | Err(_) => {}
            }
            fs::DirBuilder::new().mode(0o700).create(&aside)?;
            let stays = |name: &str| name == ASIDE || outlives_books(name);
            self.each_but(stays, |path, _| match path.file_name() {
                Some(name) => fs::rename(path, aside.join(name)),
                None => Ok(()),
            })
        };
        moved().map_err(|why| NoHome::unwritable(&aside, why))
    }

    /// Where it is: absolute.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// What stands in a file, if there is one and it is not empty.
    pub(super) fn read(&self, name: &str) -> Result<Option<String>, NoHome> {
        let path = self.folder.join(name);
        match fs::read_to_string(&path) {
            Ok(text) => {
                let text = text.trim();
                Ok((!text.is_empty()).then(|| text.to_owned()))
            }
            Err(why) if why.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(why) => Err(NoHome::unwritable(&path, why)),
        }
    }

    /// A secret that stays: read, or drawn when it is not there.
    pub(super) fn secret(&self, name: &str) -> Result<String, NoHome> {
        if let Some(text) = self.read(name)? {
            return Ok(text);
        }
        let path = self.folder.join(name);
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes)
            .map_err(|why| NoHome::unwritable(&path, io::Error::other(why.to_string())))?;
        let text = match name {
            // As the daemon wants a key to be.
            VAULT_KEY => STANDARD.encode(bytes),
            _ => URL_SAFE_NO_PAD.encode(bytes),
        };
        self.write(name, &text)?;
        Ok(text)
    }

    /// Writes a file for the owner alone, and answers where it is.
    pub(super) fn write(&self, name: &str, text: &str) -> Result<PathBuf, NoHome> {
        let path = self.folder.join(name);
        let written = private().open(&path).and_then(|mut file| {
            file.set_len(0)?;
            file.write_all(text.as_bytes())
        });
        written.map_err(|why| NoHome::unwritable(&path, why))?;
        Ok(path)
    }

    /// Does something to everything but the lock, the other demo's folder and what stays.
    fn each_but(
        &self,
        stays: impl Fn(&str) -> bool,
        mut act: impl FnMut(&Path, bool) -> io::Result<()>,
    ) -> io::Result<()> {
        for entry in fs::read_dir(&self.folder)? {
            let entry = entry?;
            let name = entry.file_name();
            if name == LOCK || name == ONCE || name.to_str().is_some_and(&stays) {
                continue;
            }
            act(&entry.path(), entry.file_type()?.is_dir())?;
        }
        Ok(())
    }
}

/// What encrypts the cookies that the daemon stores.
pub(super) const VAULT_KEY: &str = "vault-key";

/// What the admin API wants to be shown.
pub(super) const ADMIN_TOKEN: &str = "admin-token";

/// What outlives books: the two above, and the log with its older files.
fn outlives_books(name: &str) -> bool {
    [VAULT_KEY, ADMIN_TOKEN, "app.log"]
        .iter()
        .any(|kept| name.starts_with(kept))
}

/// The words of the wallet.
pub(super) const SEED: &str = "seed-phrase";

/// The first login at Fragment, as its cookies.
pub(super) const COOKIES: &str = "fragment-cookies";

/// What could not be gone on from, until the next that cannot.
pub(super) const ASIDE: &str = "aside";

fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.create(true).write(true).mode(0o600);
    options
}

impl NoHome {
    /// The system does not let a file be used.
    pub(super) fn unwritable(path: &Path, why: io::Error) -> Self {
        Self::Unwritable {
            path: path.display().to_string(),
            why,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    fn somewhere(name: &str) -> PathBuf {
        let name = format!("starkeeper-demo-{name}-{}", std::process::id());
        std::env::temp_dir().join(name)
    }

    #[test]
    fn secrets_stay_are_private_and_end_with_a_fresh_start() {
        let folder = somewhere("secrets");
        let home = Home::open(&folder).unwrap();
        let token = home.secret(ADMIN_TOKEN).unwrap();
        assert_eq!(home.secret(ADMIN_TOKEN).unwrap(), token);
        let mode = fs::metadata(folder.join(ADMIN_TOKEN))
            .unwrap()
            .permissions();
        assert_eq!(mode.mode() & 0o777, 0o600);
        home.write("starkeeper.db", "books").unwrap();
        drop(home);
        let home = Home::open(&folder).unwrap();
        home.empty(false).unwrap();
        assert_eq!(home.secret(ADMIN_TOKEN).unwrap(), token);
        assert!(
            !folder.join("starkeeper.db").exists(),
            "books do not outlive themselves"
        );
        drop(home);
        let home = Home::open(&folder).unwrap();
        home.empty(true).unwrap();
        assert_ne!(home.secret(ADMIN_TOKEN).unwrap(), token);
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn two_demos_never_share_a_folder() {
        let folder = somewhere("shared");
        let home = Home::open(&folder).unwrap();
        let second = Home::open(&folder).unwrap_err();
        assert!(second.to_string().contains("another demo"), "{second}");
        drop(home);
        Home::open(&folder).unwrap();
        fs::remove_dir_all(folder).unwrap();
    }
}
