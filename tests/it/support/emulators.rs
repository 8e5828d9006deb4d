//! The emulators as a process, and what a driver does to their world.

use std::collections::BTreeMap;

use base64::Engine as _;
use md5::{Digest as _, Md5};
use reqwest::{Client, Method};
use serde_json::{Value, json};

use super::{Running, sandbox};

pub const MERCHANT: &str = "8b03432e-385b-4670-8d06-064591096795";
pub const PAYMENT_KEY: &str = "payment-key-of-the-integration-tests";
pub const PAYOUT_KEY: &str = "payout-key-of-the-integration-tests";

/// Running emulators, whose blocks take a millisecond.
pub struct Emulators {
    base: u16,
    web: Client,
    _process: Running,
}

impl Emulators {
    /// Starts them on five ports from `base` on.
    pub fn start(base: u16, seed: u64) -> Self {
        Self::start_with(base, seed, "1")
    }

    /// The same with blocks of so many milliseconds.
    pub fn start_with(base: u16, seed: u64, block_ms: &str) -> Self {
        Self::start_worded(base, seed, block_ms, &[])
    }

    /// The same with a Telegram that takes as much as a bot sends.
    pub fn start_unlimited(base: u16, seed: u64, block_ms: &str) -> Self {
        let words = ["--telegram-rps", "0", "--telegram-chat-rps", "0"];
        Self::start_worded(base, seed, block_ms, &words)
    }

    fn start_worded(base: u16, seed: u64, block_ms: &str, words: &[&str]) -> Self {
        let mut command = sandbox();
        command
            .env("MERCHANT_UUID", MERCHANT)
            .env("API_KEY", PAYMENT_KEY)
            .env("PAYOUT_API_KEY", PAYOUT_KEY)
            .args(["--port", &base.to_string(), "--seed", &seed.to_string()])
            .args(["--block-time-ms", block_ms, "--webhook-retry-ms", "100"])
            .args(words);
        let mut process = Running::start("the sandbox", command);
        process.wait_for_text("is up");
        Self {
            base,
            web: web(),
            _process: process,
        }
    }

    /// The first of its ports.
    pub const fn base(&self) -> u16 {
        self.base
    }

    /// Where its Bot API is.
    pub fn telegram(&self) -> String {
        format!("http://127.0.0.1:{}", self.base + 1)
    }

    /// Where its Heleket is.
    pub fn heleket(&self) -> String {
        format!("http://127.0.0.1:{}", self.base + 2)
    }

    /// Where its fragment.com is.
    pub fn fragment(&self) -> String {
        format!("http://127.0.0.1:{}", self.base + 3)
    }

    /// A call of the control API; answers the status and what was shown.
    pub async fn control(&self, method: Method, path: &str, body: &Value) -> (u16, Value) {
        let url = format!("http://127.0.0.1:{}/control/{path}", self.base);
        let answer = self.web.request(method, url).json(body).send().await;
        let answer = answer.expect("the sandbox answers");
        let status = answer.status().as_u16();
        (status, answer.json().await.expect("it shows JSON"))
    }

    /// Orders something that must be possible.
    pub async fn order(&self, path: &str, body: Value) -> Value {
        let (status, shown) = self.control(Method::POST, path, &body).await;
        assert_eq!(status, 200, "{path} {body}: {shown}");
        shown
    }

    /// Does something to one invoice.
    pub async fn act(&self, uuid: &str, act: &str, body: Value) -> Value {
        self.order(&format!("invoices/{uuid}/{act}"), body).await
    }

    /// The payer sends coins: `exact`, or so many.
    pub async fn pay(&self, uuid: &str, amount: &str) {
        self.act(uuid, "pay", json!({ "amount": amount })).await;
    }

    /// The gateway says this status from now on.
    pub async fn set_status(&self, uuid: &str, status: &str) {
        self.act(uuid, "status", json!({ "status": status })).await;
    }

    /// Looks at something.
    pub async fn look(&self, path: &str) -> Value {
        let (status, shown) = self.control(Method::GET, path, &json!({})).await;
        assert_eq!(status, 200, "{path}: {shown}");
        shown
    }

    /// A picture that a bot has uploaded, as a message in a chat names it.
    pub async fn picture(&self, place: &str) -> Vec<u8> {
        let url = format!("http://127.0.0.1:{}{place}", self.base);
        let answer = self.web.get(url).send().await.expect("the sandbox answers");
        assert_eq!(answer.status().as_u16(), 200, "{place}");
        answer.bytes().await.expect("a picture").to_vec()
    }

    /// Every invoice there is at the gateway.
    pub async fn invoices(&self) -> Vec<Value> {
        self.look("invoices")
            .await
            .as_array()
            .expect("a list")
            .clone()
    }

    /// One of them.
    pub async fn invoice(&self, uuid: &str) -> Value {
        self.look(&format!("invoices/{uuid}")).await
    }

    /// Switches a fault of Heleket on.
    pub async fn fault(&self, method: &str, kind: &str, more: Value) {
        self.fault_of("heleket", method, kind, more).await;
    }

    /// Switches a fault on.
    pub async fn fault_of(&self, system: &str, method: &str, kind: &str, more: Value) {
        let mut wish = json!({"system": system, "method": method, "kind": kind});
        let more = more.as_object().expect("an object").clone();
        wish.as_object_mut().expect("an object").extend(more);
        self.order("faults", wish).await;
    }

    /// Switches every fault off.
    pub async fn calm(&self) {
        let (status, shown) = self.control(Method::DELETE, "faults", &json!({})).await;
        assert_eq!(status, 200, "{shown}");
    }

    /// Sends copies of the invoice's webhook at once; answers how often each status came back.
    pub async fn copies(&self, uuid: &str, copies: u64) -> BTreeMap<String, u64> {
        let shown = self.act(uuid, "webhook", json!({ "copies": copies })).await;
        serde_json::from_value(shown["answers"].clone()).expect("counts by status")
    }

    /// A call of Heleket's own API, as the merchant makes it; answers the HTTP status.
    pub async fn call(&self, path: &str, body: &Value) -> u16 {
        let body = body.to_string();
        let request = self.web.post(format!("{}/v1/{path}", self.heleket()));
        let request = request
            .header("merchant", MERCHANT)
            .header("sign", sign(body.as_bytes(), PAYMENT_KEY))
            .header("content-type", "application/json");
        let answer = request.body(body).send().await.expect("it answers");
        answer.status().as_u16()
    }
}

/// What Heleket signs with: apart from the daemon's own code and from the emulator's.
pub fn sign(text: &[u8], key: &str) -> String {
    let text = base64::engine::general_purpose::STANDARD.encode(text);
    let digest = Md5::digest(format!("{text}{key}"));
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A JSON object with its signature as the last member, as PHP makes it.
pub fn signed(members: &str, key: &str) -> String {
    let sign = sign(members.as_bytes(), key);
    let open = members.strip_suffix('}').expect("an object");
    format!(r#"{open},"sign":"{sign}"}}"#)
}

/// The members of a webhook about an invoice as the daemon shows it.
pub fn members(invoice: &Value, status: &str) -> String {
    let text = |name: &str| invoice[name].as_str().expect("a text").to_owned();
    let (uuid, order, amount) = (text("uuid"), text("order_id"), text("amount"));
    format!(
        r#"{{"type":"payment","uuid":"{uuid}","order_id":"{order}","amount":"{amount}","payment_amount":"{amount}","payment_amount_usd":"{amount}","merchant_amount":"{amount}","commission":"0.00","is_final":true,"status":"{status}","from":"TSenderAddr22222222222222222222222","wallet_address_uuid":null,"network":"tron","currency":"USD","payer_currency":"USDT","additional_data":null,"txid":"ab\/cd"}}"#
    )
}

/// A client that goes through no proxy and waits no longer than a test does.
pub fn web() -> Client {
    Client::builder()
        .no_proxy()
        .timeout(super::wait::PATIENCE)
        .build()
        .expect("a client")
}
