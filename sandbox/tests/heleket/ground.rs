//! A sandbox of one's own, with everything a test asks of it.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest as _, Md5};
use serde_json::{Value, json};
use starkeeper_sandbox::{Merchant, Sandbox, Settings};

/// When the held clock starts: 2027-01-15 08:00:00 UTC.
pub const START_S: i64 = 1_800_000_000;

/// The clock of a block: one second, so that confirmations are easy to count.
pub const BLOCK_S: u64 = 1;

/// More than enough blocks for any coin.
pub const CONFIRMED_S: u64 = 10;

pub struct Ground {
    pub sandbox: Sandbox,
    pub client: reqwest::Client,
    pub merchant: Merchant,
}

/// An answer: status, text and, where it is JSON, the value.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u16,
    pub text: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|why| panic!("{why}: {}", self.text))
    }

    /// The `result` of a success.
    pub fn result(&self) -> Value {
        let json = self.json();
        assert_eq!(
            (self.status, &json["state"]),
            (200, &json!(0)),
            "{}",
            self.text
        );
        json["result"].clone()
    }
}

pub fn settings() -> Settings {
    Settings {
        port: None,
        block_time: Duration::from_secs(BLOCK_S),
        seed: Some(7),
        held_at: Some(START_S),
        ..Settings::default()
    }
}

impl Ground {
    pub fn new() -> Self {
        Self::with(settings())
    }

    pub fn with(settings: Settings) -> Self {
        let merchant = settings.merchant.clone();
        let sandbox = Sandbox::start(settings).expect("a sandbox starts on free ports");
        let client = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(Duration::from_secs(20))
            .build()
            .expect("a client");
        Self {
            sandbox,
            client,
            merchant,
        }
    }

    /// Signs and posts exactly these bytes.
    pub async fn post_raw(&self, path: &str, body: &str, key: &str) -> Answer {
        let sign = sign(body.as_bytes(), key);
        self.post_signed(path, body, &sign, &self.merchant.uuid)
            .await
            .expect("an answer")
    }

    /// Posts with any signature.
    pub async fn post_signed(
        &self,
        path: &str,
        body: &str,
        sign: &str,
        merchant: &str,
    ) -> reqwest::Result<Answer> {
        let url = format!("{}/v1/{path}", self.sandbox.heleket_url());
        let request = self
            .client
            .post(url)
            .header("merchant", merchant)
            .header("sign", sign);
        let request = request
            .header("content-type", "application/json")
            .body(body.to_owned());
        read(request.send().await?).await
    }

    /// A call of the API with the payment key.
    pub async fn call(&self, path: &str, body: Value) -> Answer {
        self.post_raw(path, &body.to_string(), &self.merchant.payment_key)
            .await
    }

    /// The same, when the line may be cut.
    pub async fn try_call(&self, path: &str, body: Value) -> reqwest::Result<Answer> {
        let body = body.to_string();
        let sign = sign(body.as_bytes(), &self.merchant.payment_key);
        self.post_signed(path, &body, &sign, &self.merchant.uuid)
            .await
    }

    /// A refund, which the payout key signs.
    pub async fn refund(&self, body: Value) -> Answer {
        self.post_raw(
            "payment/refund",
            &body.to_string(),
            &self.merchant.payout_key,
        )
        .await
    }

    pub async fn get(&self, url: &str) -> Answer {
        read(self.client.get(url).send().await.expect("an answer"))
            .await
            .expect("a text")
    }

    pub async fn control_get(&self, path: &str) -> Value {
        let answer = self
            .get(&format!("{}/control/{path}", self.sandbox.control_url()))
            .await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text);
        answer.json()
    }

    pub async fn control(&self, path: &str, body: Value) -> Answer {
        let url = format!("{}/control/{path}", self.sandbox.control_url());
        let request = self.client.post(url).body(body.to_string());
        read(request.send().await.expect("an answer"))
            .await
            .expect("a text")
    }

    /// A control call that has to be done.
    pub async fn drive(&self, path: &str, body: Value) -> Value {
        let answer = self.control(path, body).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text);
        answer.json()
    }

    /// Moves the clock, and is back when everything due has happened.
    pub async fn advance(&self, seconds: u64) {
        self.drive("clock", json!({"advance_s": seconds})).await;
    }

    /// An invoice of 10 USD in USDT on Tron; `more` is added to the request.
    pub async fn invoice(&self, order_id: &str, more: Value) -> Value {
        let mut body = json!({
            "amount": "10",
            "currency": "USD",
            "to_currency": "USDT",
            "network": "tron",
            "order_id": order_id,
        });
        for (name, value) in more.as_object().expect("an object") {
            body[name] = value.clone();
        }
        self.call("payment", body).await.result()
    }

    pub async fn info(&self, order_id: &str) -> Value {
        self.call("payment/info", json!({"order_id": order_id}))
            .await
            .result()
    }

    pub async fn status(&self, order_id: &str) -> String {
        self.info(order_id).await["status"]
            .as_str()
            .expect("a status")
            .to_owned()
    }

    /// Pays `amount`, seen but not confirmed.
    pub async fn pay(&self, invoice: &Value, amount: &str) -> Value {
        let path = format!("invoices/{}/pay", text(&invoice["uuid"]));
        self.drive(&path, json!({"amount": amount})).await
    }

    /// Pays `amount` and lets it be confirmed.
    pub async fn pay_and_confirm(&self, invoice: &Value, amount: &str) {
        self.pay(invoice, amount).await;
        self.advance(CONFIRMED_S).await;
    }

    pub async fn act(&self, invoice: &Value, act: &str, body: Value) -> Answer {
        self.control(&format!("invoices/{}/{act}", text(&invoice["uuid"])), body)
            .await
    }

    /// Waits until the first fault has struck once: the call that it was for has been taken in.
    pub async fn struck(&self) {
        let struck = async || self.control_get("faults").await[0]["struck"] == json!(1);
        eventually("a fault strikes", struck).await;
    }

    pub async fn fault(&self, fault: Value) -> Value {
        let mut whole = json!({"system": "heleket"});
        for (name, value) in fault.as_object().expect("an object") {
            whole[name] = value.clone();
        }
        self.drive("faults", whole).await
    }
}

/// The longest a test waits for something to come true, in real time.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// Asks again until it is so.
pub async fn eventually(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let wait = async {
        while !holds().await {
            tokio::task::yield_now().await;
        }
    };
    let waited = tokio::time::timeout(PATIENCE, wait).await;
    waited.unwrap_or_else(|_| panic!("it never came to it: {what}"));
}

async fn read(answer: reqwest::Response) -> reqwest::Result<Answer> {
    Ok(Answer {
        status: answer.status().as_u16(),
        text: answer.text().await?,
    })
}

pub fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}"))
}

/// The signature by the words of the documents, apart from the code under test.
pub fn sign(bytes: &[u8], key: &str) -> String {
    let mut hash = Md5::new();
    hash.update(STANDARD.encode(bytes).as_bytes());
    hash.update(key.as_bytes());
    hash.finalize()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}
