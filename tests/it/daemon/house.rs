//! A daemon and a sandbox, each a process of its own, and the calls of a driver.

use std::path::Path;
use std::process::Command;

use reqwest::{Client, Method, StatusCode};
use serde_json::{Value, json};

use crate::support::services::free_port;
use crate::support::{Running, eventually, sandbox, starkeeper};

pub const TOKEN: &str = "a-token-of-the-integration-tests";
pub const MERCHANT: &str = "8b03432e-385b-4670-8d06-064591096795";
pub const KEY: &str = "a-key-of-the-integration-tests";

/// The sandbox, with blocks that take no time worth waiting for.
pub struct Emulators {
    base: u16,
    web: Client,
    /// Ended when this is dropped.
    _running: Running,
}

impl Emulators {
    pub fn start() -> Self {
        let base = five_ports();
        let mut command = sandbox();
        let (port, retry) = (base.to_string(), "100");
        command
            .args([
                "--port",
                &port,
                "--block-time-ms",
                "20",
                "--webhook-retry-ms",
                retry,
            ])
            .env("MERCHANT_UUID", MERCHANT)
            .env("API_KEY", KEY)
            .env("PAYOUT_API_KEY", "a-payout-key-of-the-integration-tests");
        let mut running = Running::start("the sandbox", command);
        running.wait_for_port(base);
        running.wait_for_port(base + 2);
        Self {
            base,
            web: web(),
            _running: running,
        }
    }

    pub fn heleket(&self) -> String {
        format!("http://127.0.0.1:{}", self.base + 2)
    }

    /// Pays an invoice exactly.
    pub async fn pay(&self, uuid: &str) {
        let path = format!("/control/invoices/{uuid}/pay");
        let answer = self.control(Method::POST, &path, json!({ "amount": "exact" }));
        assert!(answer.await.0.is_success());
    }

    pub async fn control(&self, method: Method, path: &str, body: Value) -> (StatusCode, Value) {
        let url = format!("http://127.0.0.1:{}{path}", self.base);
        let answer = self.web.request(method, url).json(&body).send();
        let answer = answer.await.expect("the sandbox answers");
        (answer.status(), answer.json().await.unwrap_or(Value::Null))
    }
}

/// A daemon, with its books in a folder of the test's.
pub struct Daemon {
    pub running: Running,
    pub port: u16,
    web: Client,
}

/// A daemon's command with what every test of it needs.
pub fn daemon(folder: &Path, port: u16) -> Command {
    let mut command = starkeeper();
    command
        .arg("serve")
        .current_dir(folder)
        .env("ENVIRONMENT", "development")
        .env("HTTP_PORT", port.to_string())
        .env("ADMIN_TOKEN", TOKEN)
        .env("LOG_LEVEL", "debug")
        .env("HEALTH_EVERY", "50ms")
        .env("METRICS_EVERY", "50ms");
    command
}

/// The same with payments at the sandbox.
pub fn paid_daemon(folder: &Path, port: u16, emulators: &Emulators) -> Command {
    let mut command = daemon(folder, port);
    command
        .env("HELEKET_API_URL", emulators.heleket())
        .env("MERCHANT_UUID", MERCHANT)
        .env("API_KEY", KEY)
        .env("HELEKET_WEBHOOK_IPS", "127.0.0.1");
    command
}

impl Daemon {
    /// Starts it and waits until it is ready.
    pub async fn start(command: Command, port: u16) -> Self {
        let mut daemon = Self {
            running: Running::start("the daemon", command),
            port,
            web: web(),
        };
        daemon.running.wait_for_port(port);
        daemon.ready().await;
        daemon
    }

    pub async fn ready(&self) {
        eventually("the daemon is ready", async || {
            let (status, body) = self.get("/health/ready").await;
            match status.as_u16() {
                200 => Ok(()),
                other => Err(format!("{other} {body}")),
            }
        })
        .await;
    }

    pub async fn get(&self, path: &str) -> (StatusCode, Value) {
        self.send(Method::GET, path, None, None).await
    }

    pub async fn text(&self, path: &str) -> String {
        let url = format!("http://127.0.0.1:{}{path}", self.port);
        let answer = self.web.get(url).send().await.expect("the daemon answers");
        answer.text().await.expect("a text")
    }

    /// Opens an invoice for a person.
    pub async fn invoice(
        &self,
        person: i64,
        amount: &str,
        key: Option<&str>,
    ) -> (StatusCode, Value) {
        let path = format!("/admin/v1/users/{person}/invoices");
        self.send(Method::POST, &path, Some(json!({ "amount": amount })), key)
            .await
    }

    async fn send(
        &self,
        method: Method,
        path: &str,
        body: Option<Value>,
        key: Option<&str>,
    ) -> (StatusCode, Value) {
        let url = format!("http://127.0.0.1:{}{path}", self.port);
        let mut request = self.web.request(method, url).bearer_auth(TOKEN);
        if let Some(body) = body {
            request = request.json(&body);
        }
        if let Some(key) = key {
            request = request.header("Idempotency-Key", key);
        }
        let answer = request.send().await.expect("the daemon answers");
        (answer.status(), answer.json().await.unwrap_or(Value::Null))
    }

    /// Waits until a person's balance is this.
    pub async fn balance(&self, person: i64, expected: &str) {
        let path = format!("/admin/v1/users/{person}");
        eventually("the balance is credited", async || {
            let (_, user) = self.get(&path).await;
            match user["balance"].as_str() {
                Some(balance) if balance == expected => Ok(()),
                _ => Err(user),
            }
        })
        .await;
    }
}

fn web() -> Client {
    // The proxy of whoever runs the tests knows no loopback.
    Client::builder().no_proxy().build().expect("a client")
}

/// A port with the four after it free as well.
fn five_ports() -> u16 {
    for _ in 0..100 {
        let base = free_port();
        let mut rest = (1..5_u16).filter_map(|n| base.checked_add(n));
        let free = |port| std::net::TcpListener::bind(("127.0.0.1", port)).is_ok();
        if base < 65_500 && rest.all(free) {
            return base;
        }
    }
    panic!("no five free ports in a row");
}
