//! A real Prometheus: it takes the rules, it scrapes a whole shop, and every expression finds data.

mod delivered;
mod staged;
mod with_postgres;

use std::process::Command;
use std::time::Duration;

use reqwest::Client;
use serde_json::Value;
use tempfile::TempDir;

use super::tree;
use crate::support::emulators::web;
use crate::support::wait::eventually_within;
use crate::support::{Running, ports};

/// For two scrapes, their evaluation, and a busy machine.
const SCRAPED: Duration = Duration::from_secs(60);

/// What promtool says; it must be content.
fn promtool(words: &[&str]) -> String {
    let mut command = Command::new("promtool");
    let answer = command.args(words).current_dir(tree("monitoring")).output();
    let answer = answer.expect("promtool is there");
    let told = [answer.stdout, answer.stderr].concat();
    let told = String::from_utf8_lossy(&told).into_owned();
    assert!(answer.status.success(), "{words:?}: {told}");
    told
}

#[test]
fn promtool_takes_the_configuration_and_every_alert_fires_and_resolves() {
    promtool(&["check", "config", "prometheus.yml"]);
    let told = promtool(&["test", "rules", "alerts.test.yml"]);
    assert!(told.contains("SUCCESS"), "{told}");
}

/// A server of its own that scrapes one daemon every second.
struct Prometheus {
    port: u16,
    web: Client,
    _running: Running,
    _folder: TempDir,
}

impl Prometheus {
    fn scraping(daemon: u16) -> Self {
        let rules = tree("monitoring/alerts.yml").display().to_string();
        Self::with(&format!(
            "global: {{scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s}}\n\
             rule_files: [{rules}]\n\
             scrape_configs:\n- job_name: bot\n  static_configs: [{{targets: ['127.0.0.1:{daemon}']}}]\n"
        ))
    }

    /// One with this configuration.
    fn with(text: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let config = folder.path().join("prometheus.yml");
        std::fs::write(&config, text).expect("it is written");
        let port = ports::block();
        let mut command = Command::new("prometheus");
        command
            .arg(format!("--config.file={}", config.display()))
            .arg(format!(
                "--storage.tsdb.path={}",
                folder.path().join("data").display()
            ))
            .arg(format!("--web.listen-address=127.0.0.1:{port}"));
        let mut running = Running::start("prometheus", command);
        running.wait_for_port(port);
        Self {
            port,
            web: web(),
            _running: running,
            _folder: folder,
        }
    }

    async fn asked(&self, path: &str, query: &[(&str, &str)]) -> Result<Value, String> {
        let mut url = url::Url::parse(&format!("http://127.0.0.1:{}/api/v1/{path}", self.port))
            .expect("an address");
        url.query_pairs_mut().extend_pairs(query);
        let answer = self
            .web
            .get(url)
            .send()
            .await
            .map_err(|why| why.to_string())?;
        let shown: Value = answer.json().await.map_err(|why| why.to_string())?;
        match shown["status"].as_str() {
            Some("success") => Ok(shown["data"].clone()),
            _ => Err(shown.to_string()),
        }
    }

    /// How many series an expression finds.
    async fn finds(&self, expr: &str) -> Result<usize, String> {
        let found = self.asked("query", &[("query", expr)]).await?;
        Ok(found["result"].as_array().map_or(0, Vec::len))
    }

    /// Waits until it finds some.
    async fn finds_some(&self, what: &str, expr: &str) {
        eventually_within(what, SCRAPED, async || match self.finds(expr).await? {
            0 => Err(format!("nothing for {expr}")),
            _ => Ok(()),
        })
        .await;
    }
}

/// An alert's expression that answers 0 instead of nothing while it does not fire.
fn answering(expr: &str) -> String {
    let mut answering = expr.to_owned();
    for sign in [" == ", " > ", " < "] {
        answering = answering.replace(sign, &format!("{sign}bool "));
    }
    answering
}
