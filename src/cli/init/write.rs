//! The answers as a file, whole or not at all.

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _, fchown};
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

use super::super::Failed;
use super::Answers;
use crate::config::{Settings, Surroundings};

/// What admins show the daemon.
pub(in crate::cli) fn drawn_token() -> Result<String, Failed> {
    Ok(URL_SAFE_NO_PAD.encode(drawn()?))
}

/// What the stored cookies are sealed with.
pub(super) fn drawn_key() -> Result<String, Failed> {
    Ok(STANDARD.encode(drawn()?))
}

fn drawn() -> Result<[u8; 32], Failed> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|why| {
        Failed::here(format!(
            "no random number for a secret: {why}; nothing was written"
        ))
    })?;
    Ok(bytes)
}

/// The file that settings go to, and what it sets already.
pub(super) struct Place {
    pub(super) file: PathBuf,
    /// Its text, if it is there.
    before: Option<String>,
    /// Read as the daemon will, without anything else.
    settings: Settings,
}

impl Place {
    /// The file that `ENV_FILE` names, or `.env`.
    pub(super) fn of(surroundings: &Surroundings) -> Result<Self, Failed> {
        let named = surroundings.environment.get("ENV_FILE");
        let named = named.filter(|path| !path.trim().is_empty());
        let file = surroundings
            .directory
            .join(named.map_or(".env", String::as_str));
        let file = std::path::absolute(file).map_err(Failed::here)?;
        let before = match fs::read_to_string(&file) {
            Ok(text) => Some(text),
            Err(why) if why.kind() == ErrorKind::NotFound => None,
            Err(why) => return Err(unwritten(&file, &why)),
        };
        let settings = Settings::read(&alone(before.is_some().then_some(&file)))
            .map_err(|why| Failed::for_an_operator(format!("{why}; nothing was written")))?;
        Ok(Self {
            file,
            before,
            settings,
        })
    }

    /// Whether the file sets a variable, itself or by `NAME_FILE`.
    pub(super) fn sets(&self, var: &str) -> bool {
        let origin = self.settings.origin_of(var);
        self.before.is_some() && origin.ends_with(&self.file.display().to_string())
    }

    /// Nothing but the file.
    pub(super) fn surroundings(&self) -> Surroundings {
        alone(self.before.is_some().then_some(&self.file))
    }

    /// Who may read what was written, for the person who asks.
    pub(super) const fn readers(&self) -> &'static str {
        match self.before {
            Some(_) => "",
            None => ", for you alone",
        }
    }

    /// Writes the answers beside the file, reads them as the daemon will, and only then puts them
    /// there.
    pub(super) fn write(&self, answers: &Answers) -> Result<(), Failed> {
        let file = &self.file;
        let draft = file.with_extension("new");
        let mut text = self.before.clone().unwrap_or_else(|| HEAD.to_owned());
        for (var, value) in answers {
            text = with(&text, var, &line(var, value)?);
        }
        let written = OpenOptions::new()
            .create_new(true)
            .write(true)
            .mode(0o600)
            .open(&draft)
            .and_then(|mut open| {
                self.like_before(&open)?;
                open.write_all(text.as_bytes())
                    .and_then(|()| open.sync_all())
            });
        let placed = written
            .map_err(|why| unwritten(file, &why))
            .and_then(|()| read_back(&draft))
            .and_then(|()| {
                // A file that came meanwhile is not written over.
                let placed = match self.before {
                    Some(_) => fs::rename(&draft, file),
                    None => fs::hard_link(&draft, file),
                };
                placed.map_err(|why| unwritten(file, &why))
            });
        match fs::remove_file(&draft) {
            Err(why) if why.kind() != ErrorKind::NotFound => placed.and(Err(unwritten(file, &why))),
            Ok(()) | Err(_) => placed,
        }
    }

    /// Whoever could read the file before still can: the shop's own user, where root writes.
    fn like_before(&self, draft: &File) -> std::io::Result<()> {
        if self.before.is_none() {
            return Ok(());
        }
        let known = fs::metadata(&self.file)?;
        let ours = draft.metadata()?;
        if (known.uid(), known.gid()) != (ours.uid(), ours.gid()) {
            fchown(draft, Some(known.uid()), Some(known.gid()))?;
        }
        draft.set_permissions(known.permissions())
    }
}

const HEAD: &str = "# Written by `starkeeper init`. Every setting: config/default.toml.\n";

/// The text with this line in the place of the one that was left open, or at its end.
fn with(text: &str, var: &str, line: &str) -> String {
    let open = |shown: &str| {
        let shown = shown.trim_start_matches(['#', ' ']);
        let rest = shown.strip_prefix(var);
        rest.is_some_and(|rest| rest.starts_with('='))
    };
    let mut done = false;
    let mut whole = String::with_capacity(text.len() + line.len());
    for shown in text.split_inclusive('\n') {
        if !done && open(shown) {
            whole.push_str(line);
            done = true;
        } else {
            whole.push_str(shown);
        }
    }
    if !done {
        if !whole.ends_with('\n') {
            whole.push('\n');
        }
        whole.push_str(line);
    }
    whole
}

fn unwritten(file: &Path, why: &std::io::Error) -> Failed {
    Failed::here(format!("{}: {why}; nothing was written", file.display()))
}

/// A folder without files, and this file.
fn alone(file: Option<&PathBuf>) -> Surroundings {
    let named = file.map(|file| ("ENV_FILE".to_owned(), file.display().to_string()));
    Surroundings {
        environment: named.into_iter().collect(),
        directory: PathBuf::from("/nonexistent"),
    }
}

/// Whether the daemon reads what was written.
fn read_back(draft: &Path) -> Result<(), Failed> {
    Settings::read(&alone(Some(&draft.to_owned())))
        .map(|_| ())
        .map_err(|why| Failed::here(format!("{why}; nothing was written")))
}

/// One setting. In single quotes nothing is special but the quote itself.
fn line(var: &str, value: &str) -> Result<String, Failed> {
    if value.contains('\'') || value.contains('\n') {
        return Err(Failed::here(format!(
            "{var}: a value with a quote in it cannot stand in .env: put it into a file and name that \
             in {var}_FILE; nothing was written"
        )));
    }
    Ok(format!("{var}='{value}'\n"))
}
