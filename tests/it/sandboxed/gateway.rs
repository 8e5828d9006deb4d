//! The emulator as a process, and the control a test has over it.

use std::net::TcpListener;

use serde_json::{Value, json};
use starkeeper::heleket::{ApiKey, HeleketClient, HeleketSettings};
use starkeeper_actors::domain::ids::GatewayUuid;
use url::Url;

use crate::support::services::free_port;
use crate::support::{Running, sandbox};

const MERCHANT: &str = "8b03432e-385b-4670-8d06-064591096795";
pub const PAYMENT_KEY: &str = "payment-key-of-a-test";
pub const PAYOUT_KEY: &str = "payout-key-of-a-test";

/// A running emulator, whose blocks take a millisecond.
pub struct Emulator {
    base: u16,
    http: reqwest::Client,
    _process: Running,
}

impl Emulator {
    pub fn start() -> Self {
        let base = base_port();
        let mut command = sandbox();
        command.env("MERCHANT_UUID", MERCHANT);
        command.env("API_KEY", PAYMENT_KEY);
        command.env("PAYOUT_API_KEY", PAYOUT_KEY);
        command.args(["--port", &base.to_string()]);
        command.args(["--block-time-ms", "1", "--webhook-retry-ms", "50"]);
        let mut process = Running::start("starkeeper-sandbox", command);
        process.wait_for_text("is up");
        Self {
            base,
            http: reqwest::Client::builder().no_proxy().build().unwrap(),
            _process: process,
        }
    }

    /// The settings of a client of it.
    pub fn settings(&self) -> HeleketSettings {
        let url = format!("http://127.0.0.1:{}/", self.base + 2);
        let key = ApiKey::new(PAYMENT_KEY).unwrap();
        let mut settings = HeleketSettings::new(Url::parse(&url).unwrap(), MERCHANT, key);
        settings.payout_key = Some(ApiKey::new(PAYOUT_KEY).unwrap());
        settings
    }

    pub fn client(&self) -> HeleketClient {
        HeleketClient::new(self.settings()).unwrap()
    }

    /// A call of the control API.
    pub async fn control(&self, path: &str, body: Value) -> Value {
        let url = format!("http://127.0.0.1:{}/control/{path}", self.base);
        let answer = self.http.post(&url).json(&body).send().await.unwrap();
        let status = answer.status();
        let shown: Value = answer.json().await.unwrap();
        assert!(status.is_success(), "{path}: {status} {shown}");
        shown
    }

    /// What happens to one invoice.
    pub async fn act(&self, uuid: &GatewayUuid, act: &str, body: Value) -> Value {
        self.control(&format!("invoices/{uuid}/{act}"), body).await
    }

    /// The payer sends coins, and they are confirmed.
    pub async fn pay(&self, uuid: &GatewayUuid, amount: &str) {
        let coin = json!({"amount": amount, "currency": "USDT", "network": "ton"});
        self.act(uuid, "pay", coin).await;
        self.act(uuid, "confirm", json!({})).await;
    }
}

/// A port that is free together with the four above it.
fn base_port() -> u16 {
    let is_free = |port| TcpListener::bind(("127.0.0.1", port)).is_ok();
    loop {
        let base = free_port();
        let above = base.checked_add(4);
        if above.is_some_and(|last| (base + 1..=last).all(is_free)) {
            return base;
        }
    }
}
