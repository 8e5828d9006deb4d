//! The command with everything it may ask, and what it printed.

use std::collections::BTreeMap;

use serde_json::json;
use tempfile::TempDir;

use crate::support::emulators::Emulators;
use crate::support::shop::at_gateway;
use crate::support::{ports, starkeeper};

/// Words that nobody may ever fund.
pub const WORDS: &str = "canvas follow stereo mad uncle radar woman window gather remember sugar fix pride \
effort wreck become mother average disagree mercy attitude arctic will spray";

pub const TOKEN: &str = "4242:AAE-token-of-the-integration-tests";

/// A shop's settings, and the emulators behind them.
pub struct Ground {
    pub emulators: Emulators,
    pub folder: TempDir,
    pub settings: BTreeMap<&'static str, String>,
}

/// What the command said.
#[derive(Debug)]
pub struct Said {
    pub code: Option<i32>,
    pub lines: Vec<String>,
    pub complaints: String,
}

impl Said {
    /// The one line about a subject that has these words in it.
    #[track_caller]
    pub fn line(&self, subject: &str, words: &str) -> &str {
        let about = |line: &&String| {
            line.split_whitespace().nth(1) == Some(subject) && line.contains(words)
        };
        let mut found = self.lines.iter().filter(about);
        let line = found.next();
        assert!(found.next().is_none(), "{words:?} twice: {self:#?}");
        line.unwrap_or_else(|| panic!("nothing about {subject} has {words:?}: {self:#?}"))
    }

    /// The same, found as it should be.
    #[track_caller]
    pub fn well(&self, subject: &str, words: &str) {
        let line = self.line(subject, words);
        assert!(line.starts_with("ok "), "{line}");
    }

    /// The same, wrong.
    #[track_caller]
    pub fn wrong(&self, subject: &str, words: &str) {
        let line = self.line(subject, words);
        assert!(line.starts_with("WRONG "), "{line}");
        assert_eq!(self.code, Some(1), "{self:#?}");
    }
}

impl Ground {
    /// Everything is as it should be.
    pub async fn new() -> Self {
        let base = ports::block();
        let emulators = Emulators::start(base, 1);
        let folder = tempfile::tempdir().expect("a folder");
        let login = emulators.order("login", json!({})).await;
        let cookies = login["cookies"].as_str().expect("cookies").to_owned();
        let mut settings: BTreeMap<&'static str, String> =
            at_gateway(&emulators).into_iter().collect();
        settings.extend([
            (
                "STATE_DIR",
                folder.path().join("state").display().to_string(),
            ),
            ("LOG_DIR", folder.path().join("logs").display().to_string()),
            ("TELEGRAM_TOKEN", TOKEN.to_owned()),
            ("TELEGRAM_API_URL", emulators.telegram()),
            ("ADMIN_IDS", "7".to_owned()),
            ("ENVIRONMENT", "development".to_owned()),
            ("FRAGMENT_SEED_PHRASE", WORDS.to_owned()),
            ("TON_WALLET_VERSION", "v5r1".to_owned()),
            ("FRAGMENT_COOKIES", cookies),
            ("FRAGMENT_URL", emulators.fragment()),
            (
                "TON_API_URL",
                format!("http://127.0.0.1:{0},http://127.0.0.1:{0}/second", base + 4),
            ),
        ]);
        Self {
            emulators,
            folder,
            settings,
        }
    }

    pub fn set(&mut self, name: &'static str, value: impl Into<String>) {
        self.settings.insert(name, value.into());
    }

    /// Runs the command, off this thread: the emulators answer meanwhile.
    pub async fn check(&self, subjects: &[&str]) -> Said {
        let mut command = starkeeper();
        command.arg("check").args(subjects).envs(&self.settings);
        let ended = tokio::task::spawn_blocking(move || command.output());
        let output = ended.await.expect("no panic").expect("it starts");
        let printed = String::from_utf8(output.stdout).expect("UTF-8");
        let said = Said {
            code: output.status.code(),
            lines: printed.lines().map(str::to_owned).collect(),
            complaints: String::from_utf8(output.stderr).expect("UTF-8"),
        };
        self.shows_no_secret(&said);
        said
    }

    fn shows_no_secret(&self, said: &Said) {
        let whole = format!("{said:?}");
        let secret = [
            "TELEGRAM_TOKEN",
            "API_KEY",
            "PAYOUT_API_KEY",
            "FRAGMENT_SEED_PHRASE",
            "FRAGMENT_COOKIES",
        ];
        for name in secret {
            let Some(value) = self.settings.get(name) else {
                continue;
            };
            assert!(!whole.contains(value), "{name} is shown: {whole}");
        }
        assert!(!whole.contains("canvas follow"), "words are shown: {whole}");
    }
}
