//! A daemon as a process, driven through its port alone, and the shop of daemons and emulators.

use std::path::PathBuf;
use std::time::Duration;

use reqwest::{Client, Method};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive as _;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::emulators::{Emulators, MERCHANT, PAYMENT_KEY, PAYOUT_KEY, web};
use super::wait::eventually_within;
use super::{Running, eventually, ports, starkeeper};

/// For an invoice to be opened: a daemon that is killed again and again looks again and again.
const OPENING: Duration = Duration::from_secs(120);

pub const TOKEN: &str = "admin-token-of-the-integration-tests";

/// A setting of the daemon: its variable and its value.
pub type Setting = (&'static str, String);

/// How a test reaches a daemon. Cheap to clone; survives the daemon's restarts.
#[derive(Clone)]
pub struct Door {
    pub port: u16,
    web: Client,
}

impl Door {
    /// A request, and its answer if there is one.
    pub async fn ask(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
        key: Option<&str>,
    ) -> Result<(u16, Value), String> {
        let url = format!("http://127.0.0.1:{}{path}", self.port);
        let mut request = self.web.request(method, url).bearer_auth(TOKEN);
        if let Some(body) = body {
            request = request.json(body);
        }
        if let Some(key) = key {
            request = request.header("Idempotency-Key", key);
        }
        let answer = request.send().await.map_err(|why| why.to_string())?;
        let status = answer.status().as_u16();
        let body = answer.bytes().await.map_err(|why| why.to_string())?;
        Ok((status, serde_json::from_slice(&body).unwrap_or(Value::Null)))
    }

    /// What a path shows, as soon as it shows anything.
    pub async fn look(&self, path: &str) -> Value {
        eventually(path, async || self.glance(path).await).await
    }

    /// What a path shows now.
    pub async fn glance(&self, path: &str) -> Result<Value, String> {
        match self.ask(Method::GET, path, None, None).await? {
            (200, shown) => Ok(shown),
            (status, shown) => Err(format!("{status} {shown}")),
        }
    }

    /// Opens an invoice for a person, however often it has to be asked for.
    pub async fn open(&self, person: i64, amount: &str) -> Value {
        let path = format!("/admin/v1/users/{person}/invoices");
        let body = json!({ "amount": amount });
        let mut tries = 0;
        eventually_within("an invoice is opened", OPENING, async || {
            let key = format!("{person}-{amount}-{tries}");
            match self.ask(Method::POST, &path, Some(&body), Some(&key)).await {
                Ok((200 | 201, invoice)) => return Ok(invoice),
                // This name stands for the failed try from now on.
                Ok((_, why)) if why["error"]["code"] == "gateway_down" => tries += 1,
                Ok((503 | 504 | 409, why)) => return Err(why.to_string()),
                Err(why) => return Err(why),
                Ok((status, why)) => panic!("an invoice was refused: {status} {why}"),
            }
            Err("not yet".to_owned())
        })
        .await
    }

    /// What a person has to spend, in millionths of a dollar.
    pub async fn balance(&self, person: i64) -> Result<i64, String> {
        let shown = self.glance(&format!("/admin/v1/users/{person}")).await?;
        Ok(micros(&shown["balance"]))
    }

    /// What a person was told, oldest first.
    pub async fn told(&self, person: i64) -> Vec<Value> {
        let path = format!("/admin/v1/notices?limit=100&user={person}");
        listed(&self.look(&path).await, "notices")
    }

    /// What the operators were told about an invoice, oldest first, in their words.
    pub async fn operators_about(&self, invoice: &str) -> Vec<String> {
        let number = invoice.trim_start_matches("inv_");
        let mut words = Vec::new();
        let mut offset = 0;
        loop {
            let path = format!("/admin/v1/notices?limit=100&offset={offset}");
            let page = self.look(&path).await;
            let page = page["notices"].as_array().expect("a list");
            for notice in page {
                let odd = &notice["message"]["operators"]["invoice_odd"];
                let about = odd["invoice"].to_string();
                if about.trim_matches('"').trim_start_matches("inv_") == number {
                    words.push(odd["what"].as_str().expect("words").to_owned());
                }
            }
            if page.len() < 100 {
                words.reverse();
                return words;
            }
            offset += 100;
        }
    }

    /// The answer to a webhook's body: its HTTP status, if one came.
    pub async fn tell(&self, body: impl Into<Vec<u8>>) -> Result<u16, String> {
        let url = format!("http://127.0.0.1:{}/webhook/heleket", self.port);
        let request = self.web.post(url).body(body.into());
        let answer = request.header("content-type", "application/json");
        let answer = answer.send().await.map_err(|why| why.to_string())?;
        Ok(answer.status().as_u16())
    }
}

/// A list in an answer, the other way round.
fn listed(shown: &Value, name: &str) -> Vec<Value> {
    let mut list = shown[name].as_array().expect("a list").clone();
    list.reverse();
    list
}

/// Dollars in decimal text as millionths.
pub fn micros(text: &Value) -> i64 {
    let text = text.as_str().expect("an amount is a text");
    let amount: Decimal = text.parse().expect("an amount is a decimal");
    (amount * Decimal::from(1_000_000))
        .to_i64()
        .expect("an amount fits")
}

/// What the books show of one kind of account in dollars, in millionths; nothing without a line.
pub fn sum_of(books: &Value, kind: &str) -> i64 {
    let line = &books["usd"][kind];
    if line.is_null() { 0 } else { micros(line) }
}

/// A daemon, started and started again with the same settings.
pub struct Daemon {
    pub door: Door,
    settings: Vec<Setting>,
    // Before the folder: what it has printed lies there.
    process: Option<Running>,
    folder: TempDir,
}

impl Daemon {
    /// Starts one with these settings beside those of every test, and waits until it is ready.
    pub async fn start(port: u16, settings: Vec<Setting>) -> Self {
        let mut daemon = Self {
            door: Door { port, web: web() },
            settings,
            folder: tempfile::tempdir().expect("a folder"),
            process: None,
        };
        daemon.resume().await;
        daemon
    }

    /// Starts it again and waits until it is ready.
    pub async fn resume(&mut self) {
        self.start_process();
        self.ready().await;
    }

    fn start_process(&mut self) {
        assert!(self.process.is_none(), "the daemon runs already");
        let mut command = starkeeper();
        command
            .arg("serve")
            .current_dir(self.folder.path())
            .env("ENVIRONMENT", "development")
            .env("HTTP_PORT", self.door.port.to_string())
            .env("ADMIN_TOKEN", TOKEN)
            .env("LOG_LEVEL", "info")
            .env("HEALTH_EVERY", "100ms")
            .envs(self.settings.iter().cloned());
        self.process = Some(Running::start_printing_to(
            "the daemon",
            command,
            &self.journal(),
        ));
    }

    /// The same, and asks whether it is ready as often as it can: for whoever measures that.
    pub async fn resume_at_once(&mut self) {
        self.start_process();
        while self.door.glance("/health/ready").await.is_err() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }

    /// Waits until it says that it is ready. Panics if it ends before.
    pub async fn ready(&mut self) {
        let door = self.door.clone();
        let process = self.process.as_mut().expect("the daemon runs");
        eventually("the daemon is ready", async || {
            if let Some(status) = process.ended() {
                panic!("the daemon ended ({status}):\n{}", process.printed());
            }
            door.glance("/health/ready").await
        })
        .await;
    }

    /// Where it runs: its working directory.
    pub fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }

    /// Sends it a signal by name.
    pub fn signal(&self, signal: &str) {
        let process = self.process.as_ref().expect("the daemon runs");
        process.signal(signal);
    }

    /// The number of its process.
    pub fn process(&self) -> u32 {
        self.process.as_ref().expect("the daemon runs").id()
    }

    /// The next start has this setting.
    pub fn set(&mut self, name: &'static str, value: &str) {
        self.take_back(name);
        self.settings.push((name, value.to_owned()));
    }

    /// Runs another command of the program with the daemon's settings, in its folder.
    pub fn run(&self, words: &[&str]) -> std::process::Output {
        let mut command = starkeeper();
        command
            .args(words)
            .current_dir(self.folder.path())
            .env("ENVIRONMENT", "development")
            .env("HTTP_PORT", self.door.port.to_string())
            .env("ADMIN_TOKEN", TOKEN)
            .envs(self.settings.iter().cloned());
        command.output().expect("the program starts")
    }

    /// The next start is without this setting.
    pub fn take_back(&mut self, name: &str) {
        self.settings.retain(|(other, _)| *other != name);
    }

    /// Ends it as a loss of power would.
    pub fn kill(&mut self) {
        self.process.take().expect("the daemon runs").kill();
    }

    /// Asks it to end, and sees that it does so in order.
    pub async fn terminate(&mut self) {
        let mut process = self.process.take().expect("the daemon runs");
        process.signal("TERM");
        let status = eventually("the daemon ends", async || {
            process.ended().ok_or("it runs on")
        })
        .await;
        assert_eq!(status.code(), Some(0), "{}", process.printed());
    }

    /// Whether it has ended by itself; it can be resumed then.
    pub fn has_ended(&mut self) -> bool {
        let ended = self
            .process
            .as_mut()
            .is_some_and(|process| process.ended().is_some());
        if ended {
            self.process = None;
        }
        ended
    }

    /// What all its starts have logged.
    pub fn log(&self) -> String {
        let bytes = std::fs::read(self.journal()).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    fn journal(&self) -> PathBuf {
        self.folder.path().join("journal")
    }
}

/// Emulators and one daemon.
pub struct Shop {
    pub emulators: Emulators,
    pub daemon: Daemon,
    /// The first of five ports for more daemons.
    pub spare_port: u16,
}

impl Shop {
    /// A shop whose gateway calls it, on books of its own in an embedded database.
    pub async fn open(more: Vec<Setting>) -> Self {
        Self::open_with_seed(1, more).await
    }

    /// The same with a daemon that looks at nothing by itself: it only knows what it is told.
    pub async fn open_untold(more: Vec<Setting>) -> Self {
        let base = ports::block();
        let emulators = Emulators::start(base, 1);
        // Not even the sweep after the start tells.
        let always = serde_json::json!({"probability": "1"});
        emulators.fault("list", "refuse", always).await;
        let hour = |name| (name, "1h".to_owned());
        let mut settings: Vec<Setting> = Vec::from(
            [
                "INVOICE_POLL_EVERY",
                "INVOICE_POLL_SLOWEST",
                "PAYMENT_SWEEP_RETRY",
            ]
            .map(hour),
        );
        settings.extend(more);
        let shop = Self::beside(emulators, base, settings).await;
        eventually("the sweep after the start is over", async || {
            let log = shop.daemon.log();
            match log.contains("cannot be swept") {
                true => Ok(()),
                false => Err(log),
            }
        })
        .await;
        shop.emulators.calm().await;
        shop
    }

    /// The same as [`Shop::open`] with dice that fall as the seed says.
    pub async fn open_with_seed(seed: u64, more: Vec<Setting>) -> Self {
        let base = ports::block();
        let emulators = Emulators::start(base, seed);
        Self::beside(emulators, base, more).await
    }

    /// A daemon beside emulators that run already.
    pub async fn beside(emulators: Emulators, base: u16, more: Vec<Setting>) -> Self {
        let port = base + 5;
        let mut settings = at_gateway(&emulators);
        let public = format!("http://127.0.0.1:{port}");
        settings.push(("WEBHOOK_PUBLIC_URL", public));
        settings.extend(more);
        // The last word counts, and an empty one takes the setting back.
        let taken_back = |name: &str, settings: &[Setting]| {
            let last = settings.iter().rfind(|(other, _)| *other == name);
            last.is_some_and(|(_, value)| value.is_empty())
        };
        let all = settings.clone();
        settings.retain(|(name, _)| !taken_back(name, &all));
        let daemon = Daemon::start(port, settings).await;
        Self {
            emulators,
            daemon,
            spare_port: port + 1,
        }
    }

    /// How a test reaches the daemon.
    pub fn door(&self) -> Door {
        self.daemon.door.clone()
    }
}

/// Settings of a daemon whose gateway is the sandbox, and that looks often.
pub fn at_gateway(emulators: &Emulators) -> Vec<Setting> {
    let text = |(name, value): (&'static str, &str)| (name, value.to_owned());
    let mut settings: Vec<Setting> = [
        ("MERCHANT_UUID", MERCHANT),
        ("API_KEY", PAYMENT_KEY),
        ("PAYOUT_API_KEY", PAYOUT_KEY),
        ("HELEKET_WEBHOOK_IPS", "127.0.0.1"),
        ("PAYMENT_LOOK_EVERY", "100ms"),
        ("PAYMENT_CALL_TIMEOUT", "3s"),
        ("PAYMENT_STEP_TIMEOUT", "12s"),
        ("INVOICE_PATIENCE", "4s"),
        ("INVOICE_POLL_FAST", "1s"),
        ("INVOICE_POLL_EVERY", "1s"),
        // Whoever plays customers taps faster than they do.
        ("RATE_LIMIT_USER_MESSAGES", "10000"),
        ("RATE_LIMIT_GLOBAL_MESSAGES", "100000"),
        ("RATE_LIMIT_BURST", "1000"),
        ("RATE_LIMIT_API", "1000"),
        ("RATE_LIMIT_PAYMENT", "1000"),
    ]
    .map(text)
    .into();
    settings.push(("HELEKET_API_URL", emulators.heleket()));
    settings
}

/// Settings of a daemon whose books are in this database.
pub fn books_at(url: &str) -> Vec<Setting> {
    vec![("DATABASE_URL", url.to_owned())]
}
