//! A demo as a process, with a folder and ports of its own.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;

use super::browser::Browser;
use crate::support::wait::eventually_within;
use crate::support::{Running, emulators, ports, sandbox};

/// For whatever takes a browser, a block or a restart.
pub const PATIENCE: Duration = Duration::from_secs(120);

/// A demo.
pub struct Demo {
    pub base: u16,
    pub process: Running,
    web: reqwest::Client,
    // After the keeper, which is killed if its test fails.
    _swept: Swept,
    folder: TempDir,
}

/// Whatever a killed keeper would leave behind ends with this.
pub struct Swept(pub PathBuf);

impl Drop for Swept {
    fn drop(&mut self) {
        for process in marked(&self.0) {
            let words = ["-KILL", &process.to_string()];
            let _gone = std::process::Command::new("kill").args(words).status();
        }
    }
}

impl Demo {
    /// Starts one that stays, and waits until it says where to open it.
    pub async fn start() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let base = ports::block();
        let process = Running::start("the demo", command(folder.path(), base, &[]));
        let mut demo = Self {
            base,
            process,
            web: emulators::web(),
            _swept: Swept(folder.path().canonicalize().expect("it is there")),
            folder,
        };
        eventually_within("the demo is up", PATIENCE, async || {
            let printed = demo.process.printed();
            match (printed.contains("Ctrl-C stops"), demo.process.ended()) {
                (true, _) => Ok(()),
                (false, Some(status)) => panic!("the demo ended ({status}):\n{printed}"),
                (false, None) => Err(printed),
            }
        })
        .await;
        demo
    }

    /// Its page.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.base)
    }

    /// Where its data is.
    pub fn folder(&self) -> PathBuf {
        self.folder.path().canonicalize().expect("it is there")
    }

    /// What a path of the page's port shows.
    pub async fn look(&self, path: &str) -> Value {
        let answer = self.web.get(format!("{}{path}", self.url())).send().await;
        let answer = answer.expect("the demo answers");
        answer.json().await.expect("it shows JSON")
    }

    /// Starts another one in its folder and on its ports.
    pub fn again(&self) -> Running {
        let mut next = Running::start("the next demo", command(&self.folder(), self.base, &[]));
        next.wait_for_text("Ctrl-C stops");
        next
    }

    /// Ends it as Ctrl-C does, and starts it again in its folder, with these words.
    pub fn stop_and_start(&mut self, words: &[&str]) {
        self.process.signal("INT");
        assert_eq!(
            self.process.wait().code(),
            Some(0),
            "{}",
            self.process.printed()
        );
        self.start_again(words);
    }

    /// Starts it again in its folder, with these words.
    pub fn start_again(&mut self, words: &[&str]) {
        self.process = Running::start("the demo", command(&self.folder(), self.base, words));
        self.process.wait_for_text("Ctrl-C stops");
        // The connections of the one before ended with it.
        self.web = emulators::web();
    }

    /// Posts to a path of the page's port; answers what it shows.
    pub async fn post(&self, path: &str, body: &Value) -> Value {
        let request = self.web.post(format!("{}{path}", self.url())).json(body);
        let answer = request.send().await.expect("the demo answers");
        assert!(answer.status().is_success(), "{path}: {}", answer.status());
        answer.json().await.expect("it shows JSON")
    }

    /// What the daemon's own API shows.
    pub async fn ask_daemon(&self, path: &str) -> Value {
        let token = std::fs::read_to_string(self.folder().join("admin-token")).expect("a token");
        let url = format!("http://127.0.0.1:{}/admin/v1/{path}", self.base + 5);
        let answer = self.web.get(url).bearer_auth(token.trim()).send().await;
        let answer = answer.expect("the daemon answers");
        answer.json().await.expect("it shows JSON")
    }

    /// The gateway's name of its invoice of this number, counted from 1, once there is one.
    pub async fn invoice(&self, number: usize) -> String {
        eventually_within("the invoice is opened", PATIENCE, async || {
            let invoices = self.look("/control/invoices").await;
            let uuid = invoices[number - 1]["uuid"].as_str();
            uuid.map(str::to_owned).ok_or(invoices.to_string())
        })
        .await
    }

    /// Pays so much, in dollars, on the newest invoice, and lets its time end.
    pub async fn pay_the_newest(&self, amount: &str) {
        let invoices = self.look("/control/invoices").await;
        let newest = invoices.as_array().and_then(|all| all.last()).cloned();
        let newest = newest.expect("an invoice");
        let uuid = newest["uuid"].as_str().expect("a uuid");
        for (act, body) in [
            ("pay", serde_json::json!({ "amount": amount })),
            ("confirm", serde_json::json!({})),
            ("expire", serde_json::json!({})),
        ] {
            let url = format!("{}/control/invoices/{uuid}/{act}", self.url());
            let answer = self.web.post(url).json(&body).send().await;
            let status = answer.expect("the demo answers").status();
            assert!(status.is_success(), "{act}: {status}");
        }
    }

    /// Presses a switch; answers the status and what was said.
    pub async fn press(&self, name: &str) -> (u16, Value) {
        let url = format!("{}/demo/break/{name}", self.url());
        let answer = self.web.post(url).send().await.expect("the demo answers");
        let status = answer.status().as_u16();
        (status, answer.json().await.expect("it shows JSON"))
    }

    /// Waits until the state of the page is as wished.
    pub async fn until<T>(&self, what: &str, wish: impl Fn(&Value) -> Option<T>) -> T {
        eventually_within(what, PATIENCE, async || {
            let shown = self.look("/demo/now").await;
            wish(&shown).ok_or_else(|| shown.to_string())
        })
        .await
    }

    /// What processes of this demo run, by their mark.
    pub fn processes(&self) -> Vec<u32> {
        marked(&self.folder())
    }
}

/// The command of a demo in this folder.
pub fn command(folder: &Path, base: u16, words: &[&str]) -> std::process::Command {
    let mut command = sandbox();
    command
        .args(["demo", "--port", &base.to_string(), "--state"])
        .arg(folder)
        .args(["--block-time-ms", "1000"])
        .args(words);
    if let Some(home) = std::env::var_os("HOME") {
        command.env("HOME", home);
    }
    command
}

/// Processes that a demo in this folder has started, and that run.
pub fn marked(folder: &Path) -> Vec<u32> {
    let wanted = format!("STARKEEPER_DEMO={}", folder.display());
    let home = format!("HOME={}/", folder.display());
    let entries = std::fs::read_dir("/proc").expect("there is /proc");
    let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let pids = names.filter_map(|name| name.parse::<u32>().ok());
    pids.filter(|pid| {
        let environment = std::fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
        environment
            .split(|byte| *byte == 0)
            .any(|setting| setting == wanted.as_bytes() || setting.starts_with(home.as_bytes()))
    })
    .collect()
}

/// Takes a picture where somebody wants them: `STARKEEPER_TEST_PICTURES` names the folder.
pub async fn picture(browser: &Browser, name: &str) {
    let Some(folder) = std::env::var_os("STARKEEPER_TEST_PICTURES") else {
        return;
    };
    std::fs::create_dir_all(&folder).expect("the folder of pictures");
    let file = PathBuf::from(folder).join(format!("{name}.png"));
    browser.picture(&file).await;
}
