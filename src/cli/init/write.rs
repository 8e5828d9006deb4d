//! The answers as a file, whole or not at all.

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

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

/// Writes the settings beside their place, reads them as the daemon will, and only then puts them
/// there.
pub(super) fn all(file: &Path, answers: &Answers) -> Result<(), Failed> {
    let draft = file.with_extension("new");
    let unwritten = |why: std::io::Error| {
        Failed::here(format!("{}: {why}; nothing was written", file.display()))
    };
    let mut text =
        String::from("# Written by `starkeeper init`. Every setting: config/default.toml.\n");
    for (var, value) in answers {
        text.push_str(&line(var, value)?);
    }
    let written = OpenOptions::new()
        .create_new(true)
        .write(true)
        .mode(0o600)
        .open(&draft)
        .and_then(|mut open| {
            open.write_all(text.as_bytes())
                .and_then(|()| open.sync_all())
        });
    let taken = written.map_err(unwritten).and_then(|()| {
        read_back(&draft)?;
        fs::hard_link(&draft, file).map_err(unwritten)
    });
    let removed = fs::remove_file(&draft);
    taken.and_then(|()| removed.map_err(unwritten))
}

/// Whether the daemon reads what was written.
fn read_back(draft: &Path) -> Result<(), Failed> {
    let surroundings = Surroundings {
        environment: [("ENV_FILE".to_owned(), draft.display().to_string())].into(),
        directory: Path::new(".").to_owned(),
    };
    Settings::read(&surroundings)
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
