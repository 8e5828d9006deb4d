//! A sandbox of one's own, and what a test asks of its chain.

use std::time::Duration;

use serde_json::{Value, json};
use starkeeper_sandbox::{Sandbox, Settings};

use crate::wallet::{Send, Wallet, boc};

/// When the held clock starts: 2027-01-15 08:00:00 UTC.
pub const START_S: u32 = 1_800_000_000;

/// A block every five seconds.
pub const BLOCK_S: u32 = 5;

/// Good for long enough.
pub const LATER: u32 = START_S + 300;

/// An answer: status and JSON.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    pub status: u16,
    pub json: Value,
}

pub struct Ground {
    pub sandbox: Sandbox,
    pub client: reqwest::Client,
}

pub fn settings() -> Settings {
    Settings {
        port: None,
        block_time: Duration::from_secs(u64::from(BLOCK_S)),
        seed: Some(7),
        held_at: Some(i64::from(START_S)),
        ..Settings::default()
    }
}

impl Ground {
    pub fn new() -> Self {
        Self::with(settings())
    }

    pub fn with(settings: Settings) -> Self {
        Self {
            sandbox: Sandbox::start(settings).expect("a sandbox starts on free ports"),
            client: reqwest::Client::builder()
                .no_proxy()
                .timeout(Duration::from_secs(20))
                .build()
                .expect("a client"),
        }
    }

    /// A GET of either API, when the line may be cut.
    pub async fn try_get(&self, path: &str) -> reqwest::Result<Answer> {
        let url = format!("{}/api/{path}", self.sandbox.ton_url());
        read(self.client.get(url).send().await?).await
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.try_get(path).await.expect("an answer")
    }

    pub async fn try_post(&self, path: &str, body: &Value) -> reqwest::Result<Answer> {
        let url = format!("{}/api/{path}", self.sandbox.ton_url());
        let request = self.client.post(url).body(body.to_string());
        read(request.send().await?).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.try_post(path, &body).await.expect("an answer")
    }

    /// The result of a call of version 2 that has to succeed.
    pub async fn v2(&self, path: &str) -> Value {
        let answer = self.get(&format!("v2/{path}")).await;
        assert_eq!(
            (answer.status, &answer.json["ok"]),
            (200, &json!(true)),
            "{path}: {}",
            answer.json
        );
        answer.json["result"].clone()
    }

    /// A call of version 3 that has to succeed.
    pub async fn v3(&self, path: &str) -> Value {
        let answer = self.get(&format!("v3/{path}")).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.json);
        answer.json
    }

    /// Hands a message in.
    pub async fn send(&self, cell: &tycho_types::prelude::Cell) -> Answer {
        self.post("v2/sendBoc", json!({"boc": boc(cell)})).await
    }

    /// Hands a message in that has to be taken.
    pub async fn accepted(&self, cell: &tycho_types::prelude::Cell) {
        let answer = self.send(cell).await;
        assert_eq!(answer.json["ok"], json!(true), "{}", answer.json);
    }

    /// Deploys the wallet with a payment to itself, and lets the block be made.
    pub async fn deploy(&self, wallet: &Wallet) {
        let send = Send::new(&wallet.raw(), 1, "hello");
        self.accepted(&wallet.sign(0, LATER, true, &[send])).await;
        self.blocks(2).await;
    }

    /// The state of an account in version 2.
    pub async fn account(&self, address: &str) -> Value {
        self.v2(&format!("getAddressInformation?address={address}"))
            .await
    }

    pub async fn seqno(&self, wallet: &Wallet) -> u64 {
        let path = format!("getWalletInformation?address={}", wallet.raw());
        self.v2(&path).await["seqno"].as_u64().expect("a wallet")
    }

    /// The transactions that the message of this hash caused, in version 3.
    pub async fn by_message(&self, hash: &str) -> Value {
        let query = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("msg_hash", hash)
            .append_pair("direction", "in")
            .finish();
        let found = self.v3(&format!("transactionsByMessage?{query}")).await;
        found["transactions"].clone()
    }

    /// Lets so many blocks be made.
    pub async fn blocks(&self, count: u32) {
        self.advance(u64::from(count * BLOCK_S)).await;
    }

    pub async fn advance(&self, seconds: u64) {
        self.drive("clock", json!({"advance_s": seconds})).await;
    }

    pub async fn control(&self, path: &str, body: Value) -> Answer {
        let url = format!("{}/control/{path}", self.sandbox.control_url());
        let request = self.client.post(url).body(body.to_string());
        read(request.send().await.expect("an answer"))
            .await
            .expect("JSON")
    }

    pub async fn drive(&self, path: &str, body: Value) -> Value {
        let answer = self.control(path, body).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.json);
        answer.json
    }

    pub async fn control_get(&self, path: &str) -> Value {
        let url = format!("{}/control/{path}", self.sandbox.control_url());
        let answer = read(self.client.get(url).send().await.expect("an answer")).await;
        answer.expect("JSON").json
    }

    /// Waits until the first fault has struck once: the call that it was for has been taken in.
    pub async fn struck(&self) {
        let wait = async {
            while self.control_get("faults").await[0]["struck"] != json!(1) {
                tokio::task::yield_now().await;
            }
        };
        let waited = tokio::time::timeout(Duration::from_secs(20), wait).await;
        waited.expect("a fault strikes");
    }

    pub async fn fault(&self, fault: Value) {
        let mut whole = json!({"system": "ton"});
        for (name, value) in fault.as_object().expect("an object") {
            whole[name] = value.clone();
        }
        self.drive("faults", whole).await;
    }
}

async fn read(answer: reqwest::Response) -> reqwest::Result<Answer> {
    Ok(Answer {
        status: answer.status().as_u16(),
        json: answer.json().await?,
    })
}

/// How a refused message was refused: the status and the exit code in its text.
pub fn exit_code(answer: &Answer) -> (u16, Option<i32>) {
    let text = answer.json["error"].as_str().unwrap_or_default();
    let code = text.split("exitcode=").nth(1);
    let code = code.and_then(|rest| rest.split(',').next()?.parse().ok());
    (answer.status, code)
}
