//! The record of a new shop: what Fragment and the chain really answered until the operators' own
//! purchase was delivered. Whoever must find out later why an answer was not understood has them.
//!
//! Owns one file, a line of JSON for each answer: who gave it, to what, after how many milliseconds,
//! its status and its body. Secrets are replaced before anything is written: cookies, the hash of
//! the API, the challenge of a wallet's proof, keys. An answer that is the same as the one before it
//! to the same question is not written again, and the file ends at [`LARGEST`]. Nobody waits for it,
//! and a shop that is open writes nothing.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use serde::Serialize;
use tokio::io::AsyncWriteExt as _;
use tokio::runtime::Handle;
use tokio::sync::mpsc;
use tokio::time::Instant;

/// The file's name.
pub const FILE: &str = "first-purchase.jsonl";
/// The file grows no further, in bytes.
pub const LARGEST: u64 = 16 * 1024 * 1024;
/// Answers that wait to be written; one that finds no room is left out.
const WAITING: usize = 64;
/// Questions whose last answer is remembered.
const REMEMBERED: usize = 256;
/// What is shorter stands in every answer by chance, and gives nothing away.
const SHORTEST_SECRET: usize = 8;
/// What stands in a secret's place.
const REMOVED: &str = "[removed]";

/// Where answers are noted. Cheap to clone; the default notes nothing.
#[derive(Clone, Debug, Default)]
pub struct Record(Option<Arc<Inner>>);

#[derive(Debug)]
struct Inner {
    on: AtomicBool,
    begun: Instant,
    last: Mutex<HashMap<String, u64>>,
    to: mpsc::Sender<String>,
}

/// One answer.
#[derive(Serialize)]
struct Line<'a> {
    from: &'a str,
    to: &'a str,
    after_ms: u128,
    status: u16,
    body: &'a str,
}

impl Record {
    /// One that appends to the file, once [`Record::keep`] says so. It is made with the first line,
    /// for its owner's eyes alone.
    #[must_use]
    pub fn at(file: PathBuf, io: &Handle) -> Self {
        let (to, lines) = mpsc::channel(WAITING);
        drop(io.spawn(write(file, lines)));
        Self(Some(Arc::new(Inner {
            on: AtomicBool::new(false),
            begun: Instant::now(),
            last: Mutex::default(),
            to,
        })))
    }

    /// Whether answers are noted from now on.
    pub fn keep(&self, on: bool) {
        if let Some(inner) = &self.0 {
            inner.on.store(on, Ordering::Relaxed);
        }
    }

    /// Whether an answer would be noted.
    #[must_use]
    pub fn is_kept(&self) -> bool {
        let kept = self.0.as_ref();
        kept.is_some_and(|inner| inner.on.load(Ordering::Relaxed))
    }

    /// Notes the answer that `from` gave to `to`, without these secrets.
    pub fn note<'a>(
        &self,
        from: &str,
        to: &str,
        status: u16,
        body: &[u8],
        secrets: impl IntoIterator<Item = &'a str>,
    ) {
        let Some(inner) = self.0.as_ref().filter(|_| self.is_kept()) else {
            return;
        };
        let body = without(secrets, &String::from_utf8_lossy(body));
        if !inner.is_news(from, to, status, &body) {
            return;
        }
        let line = Line {
            from,
            to,
            after_ms: inner.begun.elapsed().as_millis(),
            status,
            body: &body,
        };
        if let Ok(line) = serde_json::to_string(&line)
            && inner.to.try_send(line).is_err()
        {
            tracing::debug!("an answer of {from} was not recorded");
        }
    }
}

impl Inner {
    fn is_news(&self, from: &str, to: &str, status: u16, body: &str) -> bool {
        let mut hasher = DefaultHasher::new();
        (status, body).hash(&mut hasher);
        let answer = hasher.finish();
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if last.len() >= REMEMBERED {
            last.clear();
        }
        last.insert(format!("{from} {to}"), answer) != Some(answer)
    }
}

/// The text without the secrets, as they are and as JSON, HTML and addresses write them.
fn without<'a>(secrets: impl IntoIterator<Item = &'a str>, text: &str) -> String {
    let mut text = text.to_owned();
    for secret in secrets {
        if secret.len() < SHORTEST_SECRET {
            continue;
        }
        let encoded: String = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect();
        let slashed = secret.replace('/', "\\/");
        for form in [secret, &encoded, &slashed] {
            text = text.replace(form, REMOVED);
        }
    }
    text
}

async fn write(file: PathBuf, mut lines: mpsc::Receiver<String>) {
    while let Some(mut line) = lines.recv().await {
        line.push('\n');
        if let Err(why) = append(&file, &line).await {
            let file = file.display();
            tracing::warn!("{file} is not written any more: {}", why.kind());
            return;
        }
    }
}

async fn append(file: &Path, line: &str) -> std::io::Result<()> {
    let mut options = tokio::fs::OpenOptions::new();
    options.create(true).append(true).mode(0o600);
    let mut open = options.open(file).await?;
    let long = open.metadata().await?.len();
    let longer = u64::try_from(line.len()).unwrap_or(u64::MAX);
    if long.saturating_add(longer) <= LARGEST {
        open.write_all(line.as_bytes()).await?;
        open.flush().await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    async fn written(note: impl FnOnce(&Record)) -> (Vec<serde_json::Value>, u32) {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join(FILE);
        let (to, lines) = mpsc::channel(WAITING);
        let record = Record(Some(Arc::new(Inner {
            on: AtomicBool::new(false),
            begun: Instant::now(),
            last: Mutex::default(),
            to,
        })));
        note(&record);
        drop(record);
        write(file.clone(), lines).await;
        let Ok(text) = std::fs::read_to_string(&file) else {
            return (Vec::new(), 0);
        };
        let mode = std::fs::metadata(&file).unwrap().permissions().mode();
        let lines = text.lines().map(|line| serde_json::from_str(line).unwrap());
        (lines.collect(), mode & 0o777)
    }

    #[tokio::test]
    async fn answers_are_written_without_secrets_and_once() {
        let secrets = ["stel/secret value", "0"];
        let (lines, mode) = written(|record| {
            record.note("fragment", "page /", 200, b"before", []);
            record.keep(true);
            for _ in 0..3 {
                let body = br#"{"a":"stel\/secret value","b":"stel%2Fsecret+value","c":10}"#;
                record.note("fragment", "searchStarsRecipient", 200, body, secrets);
            }
            record.note("fragment", "searchStarsRecipient", 503, b"away", secrets);
            record.keep(false);
            record.note("fragment", "page /", 200, b"behind", []);
        })
        .await;
        assert_eq!(mode, 0o600);
        assert_eq!(lines.len(), 2, "{lines:?}");
        assert_eq!(
            lines[0]["body"],
            r#"{"a":"[removed]","b":"[removed]","c":10}"#
        );
        assert_eq!(lines[0]["to"], "searchStarsRecipient");
        assert_eq!(
            (&lines[1]["status"], &lines[1]["body"]),
            (&503.into(), &"away".into())
        );
    }

    #[tokio::test]
    async fn the_file_stops_growing() {
        let (lines, _) = written(|record| {
            record.keep(true);
            for nth in 0..3 {
                let body = format!("{nth}{}", "x".repeat(7 * 1024 * 1024));
                record.note("ton 1", "getTransactions", 200, body.as_bytes(), []);
            }
        })
        .await;
        assert_eq!(lines.len(), 2);
    }

    #[tokio::test]
    async fn nothing_is_noted_where_nobody_asked() {
        let record = Record::default();
        record.keep(true);
        assert!(!record.is_kept());
        record.note("ton 1", "runGetMethod", 200, b"{}", []);
    }
}
