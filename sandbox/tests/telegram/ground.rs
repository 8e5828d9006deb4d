//! A sandbox of one's own, a bot's client, and everything a test asks of the people.

use std::time::Duration;

use serde_json::{Value, json};
use starkeeper_sandbox::{FloodLimits, Sandbox, Settings};

/// When the held clock starts: 2027-01-15 08:00:00 UTC.
pub const START_S: i64 = 1_800_000_000;

/// The bot of the tests.
pub const TOKEN: &str = "4200:AAEsecret_of-nobody0123456789abcdef";

/// The person of most tests.
pub const ANYA: i64 = 7;

/// No limits: what most tests are not about.
pub const NO_LIMITS: FloodLimits = FloodLimits {
    everywhere: None,
    chat: None,
    chat_burst: 1,
};

pub struct Ground {
    pub sandbox: Sandbox,
    pub client: reqwest::Client,
}

/// An answer: status, and what it says.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u16,
    pub json: Value,
}

impl Answer {
    /// The `result` of a success.
    #[track_caller]
    pub fn result(&self) -> Value {
        assert_eq!(
            (self.status, &self.json["ok"]),
            (200, &json!(true)),
            "{}",
            self.json
        );
        self.json["result"].clone()
    }

    /// The sentence of a refusal of this code.
    #[track_caller]
    pub fn refused(&self, code: u16) -> &str {
        assert_eq!(
            (self.status, &self.json["ok"], &self.json["error_code"]),
            (code, &json!(false), &json!(code)),
            "{}",
            self.json
        );
        text(&self.json["description"])
    }
}

impl Ground {
    /// Without limits.
    pub fn new() -> Self {
        Self::with(NO_LIMITS)
    }

    pub fn with(flood: FloodLimits) -> Self {
        let sandbox = Sandbox::start(Settings {
            port: None,
            seed: Some(7),
            held_at: Some(START_S),
            flood,
            ..Settings::default()
        })
        .expect("a sandbox starts on free ports");
        let client = reqwest::Client::builder()
            .no_proxy()
            .timeout(Duration::from_secs(20))
            .build()
            .expect("a client");
        Self { sandbox, client }
    }

    /// One with Anya, who has said `/start` to the bot, which has heard it.
    pub async fn begun() -> Self {
        Self::begun_with(NO_LIMITS).await
    }

    pub async fn begun_with(flood: FloodLimits) -> Self {
        let ground = Self::with(flood);
        let anya = json!({"username": "anya", "first_name": "Anya", "language": "ru"});
        ground.drive("users/7", anya).await;
        ground.say(ANYA, "/start").await;
        ground.updates().await;
        ground
    }

    pub fn url(&self, token: &str, method: &str) -> String {
        format!("{}/bot{token}/{method}", self.sandbox.telegram_url())
    }

    /// A call of the bot with parameters in JSON.
    pub async fn call(&self, method: &str, params: Value) -> Answer {
        self.try_call(method, params).await.expect("an answer")
    }

    /// The same, when the line may be cut.
    pub async fn try_call(&self, method: &str, params: Value) -> reqwest::Result<Answer> {
        let request = self.client.post(self.url(TOKEN, method)).json(&params);
        read(request.send().await?).await
    }

    pub async fn get(&self, url: &str) -> Answer {
        let answer = self.client.get(url).send().await.expect("an answer");
        read(answer).await.expect("JSON")
    }

    /// A call in parts, as clients send files: a part with a file's name is one.
    pub async fn call_in_parts(&self, method: &str, parts: &[(&str, &[u8], bool)]) -> Answer {
        let mut body = Vec::new();
        for (name, value, is_file) in parts {
            let file = if *is_file { "; filename=\"a.png\"" } else { "" };
            body.extend(
                format!("--EDGE\r\ncontent-disposition: form-data; name=\"{name}\"{file}\r\n\r\n")
                    .bytes(),
            );
            body.extend(*value);
            body.extend(b"\r\n");
        }
        body.extend(b"--EDGE--\r\n");
        let request = self.client.post(self.url(TOKEN, method));
        let request = request.header("content-type", "multipart/form-data; boundary=EDGE");
        let answer = request.body(body).send().await.expect("an answer");
        read(answer).await.expect("JSON")
    }

    /// Sends a text to Anya; `more` is added to the parameters.
    pub async fn send(&self, words: &str, more: Value) -> Answer {
        let params = json!({"chat_id": ANYA, "text": words});
        self.call("sendMessage", with(params, &more)).await
    }

    /// Sends a text to Anya and answers its number.
    pub async fn sent(&self, words: &str, more: Value) -> i64 {
        let message = self.send(words, more).await.result();
        message["message_id"].as_i64().expect("a number")
    }

    /// Fetches every update that waits and confirms it.
    pub async fn updates(&self) -> Vec<Value> {
        let mut all = Vec::new();
        let mut offset = 0;
        loop {
            let page = self.call("getUpdates", json!({"offset": offset})).await;
            let page = page.result();
            let page = page.as_array().expect("a list");
            let Some(last) = page.last() else {
                return all;
            };
            offset = last["update_id"].as_i64().expect("a number") + 1;
            all.extend(page.iter().cloned());
        }
    }

    pub async fn control(&self, path: &str, body: Value) -> Answer {
        let url = format!("{}/control/{path}", self.sandbox.control_url());
        let request = self.client.post(url).body(body.to_string());
        read(request.send().await.expect("an answer"))
            .await
            .expect("JSON")
    }

    /// A control call that has to be done.
    pub async fn drive(&self, path: &str, body: Value) -> Value {
        let answer = self.control(path, body).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.json);
        answer.json
    }

    pub async fn look(&self, path: &str) -> Value {
        let answer = self
            .get(&format!("{}/control/{path}", self.sandbox.control_url()))
            .await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.json);
        answer.json
    }

    pub async fn say(&self, person: i64, words: &str) -> Value {
        let path = format!("users/{person}/say");
        self.drive(&path, json!({"text": words})).await
    }

    /// What Anya sees.
    pub async fn chat(&self) -> Vec<Value> {
        let chat = self.look("users/7/chat").await;
        chat.as_array().expect("a list").clone()
    }

    /// The newest message Anya sees.
    pub async fn newest(&self) -> Value {
        self.chat().await.last().expect("a message").clone()
    }

    /// Anya taps, without waiting for what is said to it.
    pub async fn tap(&self, button: &str) -> Value {
        let body = json!({"button": button, "wait_ms": 0});
        self.drive("users/7/tap", body).await
    }

    /// Moves the clock, and is back when everything due has happened.
    pub async fn advance(&self, seconds: u64) {
        self.drive("clock", json!({"advance_s": seconds})).await;
    }

    pub async fn fault(&self, method: &str, kind: &str, more: Value) {
        let wish = json!({"system": "telegram", "method": method, "kind": kind});
        self.drive("faults", with(wish, &more)).await;
    }

    /// Waits until the first fault has struck once.
    pub async fn struck(&self) {
        let struck = async || self.look("faults").await[0]["struck"] == json!(1);
        eventually("a fault strikes", struck).await;
    }
}

/// A button that tells the bot something.
pub fn button(text: &str, data: &str) -> Value {
    json!({"text": text, "callback_data": data})
}

/// `reply_markup` with one row of buttons.
pub fn buttons(row: &[Value]) -> Value {
    json!({"reply_markup": {"inline_keyboard": [row]}})
}

pub fn with(mut whole: Value, more: &Value) -> Value {
    for (name, value) in more.as_object().expect("an object") {
        whole[name] = value.clone();
    }
    whole
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
        json: answer.json().await?,
    })
}

#[track_caller]
pub fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}"))
}
