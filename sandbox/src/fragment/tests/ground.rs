//! A sandbox of one's own, a browser with its cookies, and a shop's way through a purchase.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value, json};

use super::wallet::Wallet;
use crate::world::World;
use crate::{Sandbox, Settings};

/// When the held clock starts: 2027-01-15 08:00:00 UTC.
pub(super) const START_S: i64 = 1_800_000_000;

/// Where the real site wants to be paid.
pub(super) const DESTINATION: &str = "UQBAjaOyi2wGWlk-EDkSabqqnF-MrrwMadnwqrurKpkla4QB";

pub(super) struct Ground {
    sandbox: Sandbox,
    client: reqwest::Client,
}

/// An answer, with what it did to the cookies.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) text: String,
    pub(super) cookies: Vec<String>,
}

impl Answer {
    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|why| panic!("{why}: {}", self.text))
    }
}

impl Ground {
    pub(super) fn new() -> Self {
        let sandbox = Sandbox::start(Settings {
            port: None,
            seed: Some(7),
            held_at: Some(START_S),
            ..Settings::default()
        });
        let client = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(Duration::from_secs(20))
            .build();
        Self {
            sandbox: sandbox.expect("a sandbox starts on free ports"),
            client: client.expect("a client"),
        }
    }

    pub(super) fn world(&self) -> &World {
        self.sandbox.world()
    }

    pub(super) fn url(&self) -> String {
        self.sandbox.fragment_url()
    }

    /// A browser without cookies.
    pub(super) fn browser(&self) -> Browser<'_> {
        Browser {
            ground: self,
            cookies: BTreeMap::new(),
            hash: String::new(),
        }
    }

    /// A browser with the cookies of a new login.
    pub(super) async fn login(&self, wish: Value) -> Browser<'_> {
        let shown = self.drive("login", wish).await;
        let mut browser = self.browser();
        for pair in text(&shown["cookies"]).split("; ") {
            let (name, value) = pair.split_once('=').expect("a cookie");
            browser.cookies.insert(name.to_owned(), value.to_owned());
        }
        browser.open("/stars/buy").await;
        browser
    }

    /// A shop that is logged in, its wallet proven.
    pub(super) async fn shop(&self, wallet: &Wallet) -> Browser<'_> {
        self.login(json!({"wallet": wallet.address})).await
    }

    pub(super) async fn control(&self, path: &str, body: Value) -> Answer {
        let url = format!("{}/control/{path}", self.sandbox.control_url());
        read(self.client.post(url).body(body.to_string())).await
    }

    /// A control call that has to be done.
    pub(super) async fn drive(&self, path: &str, body: Value) -> Value {
        let answer = self.control(path, body).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text);
        answer.json()
    }

    pub(super) async fn look(&self, path: &str) -> Value {
        let url = format!("{}/control/{path}", self.sandbox.control_url());
        let answer = read(self.client.get(url)).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text);
        answer.json()
    }

    pub(super) async fn fault(&self, method: &str, kind: &str, more: Value) {
        let mut wish = json!({"system": "fragment", "method": method, "kind": kind});
        for (name, value) in more.as_object().expect("an object") {
            wish[name] = value.clone();
        }
        self.drive("faults", wish).await;
    }

    /// What goes wrong once when it is met.
    pub(super) async fn trick(&self, name: &str) {
        self.fault(name, "refuse", json!({})).await;
    }

    pub(super) async fn advance(&self, seconds: i64) {
        self.drive("clock", json!({"advance_s": seconds})).await;
    }

    pub(super) async fn stars(&self, username: &str) -> Value {
        self.look(&format!("stars/{username}")).await["stars"].clone()
    }
}

/// A browser as the site sees it: its cookies, and the hash that its last page told.
#[derive(Clone)]
pub(super) struct Browser<'a> {
    ground: &'a Ground,
    pub(super) cookies: BTreeMap<String, String>,
    pub(super) hash: String,
}

impl Browser<'_> {
    /// Opens a page and keeps what it sets.
    pub(super) async fn open(&mut self, path: &str) -> String {
        let answer = self.get(path, false).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text);
        if let Some((_, rest)) = answer.text.split_once("\\/api?hash=") {
            self.hash = rest.split_once('"').expect("its end").0.to_owned();
        }
        answer.text
    }

    pub(super) async fn get(&mut self, path: &str, is_navigation: bool) -> Answer {
        let url = format!("{}{path}", self.ground.url());
        let mut request = self.ground.client.get(url).header("cookie", self.line());
        if is_navigation {
            request = request
                .header("x-requested-with", "XMLHttpRequest")
                .header("x-aj-referer", self.ground.url());
        }
        let answer = read(request).await;
        self.keep(&answer);
        answer
    }

    /// Calls the API and keeps what it sets.
    pub(super) async fn api(&mut self, method: &str, fields: &[(&str, &str)]) -> Answer {
        let answer = self.try_api(method, fields).await.expect("an answer");
        self.keep(&answer);
        answer
    }

    /// The same, when the line may be cut.
    pub(super) async fn try_api(
        &self,
        method: &str,
        fields: &[(&str, &str)],
    ) -> reqwest::Result<Answer> {
        let mut body = url::form_urlencoded::Serializer::new(String::new());
        body.append_pair("method", method);
        body.extend_pairs(fields);
        let url = format!("{}/api?hash={}", self.ground.url(), self.hash);
        let request = self.ground.client.post(url);
        let request = request
            .header("cookie", self.line())
            .header("x-requested-with", "XMLHttpRequest")
            .header("content-type", "application/x-www-form-urlencoded")
            .body(body.finish());
        try_read(request).await
    }

    /// A call that answers with HTTP 200.
    pub(super) async fn call(&mut self, method: &str, fields: &[(&str, &str)]) -> Value {
        let answer = self.api(method, fields).await;
        assert_eq!(answer.status, 200, "{method}: {}", answer.text);
        answer.json()
    }

    /// The page-state call, in mode `new`.
    pub(super) async fn state(&mut self) -> Value {
        let fields = [("mode", "new"), ("lv", "false"), ("dh", "123456789")];
        self.call("updateStarsBuyState", &fields).await
    }

    /// The token of somebody.
    pub(super) async fn find(&mut self, username: &str) -> String {
        let fields = [("query", username), ("quantity", "")];
        let found = self.call("searchStarsRecipient", &fields).await;
        text(&found["found"]["recipient"]).to_owned()
    }

    /// A request for Stars, with everything that goes before it.
    pub(super) async fn request(&mut self, username: &str, quantity: &str) -> Value {
        assert_eq!(self.call("repeatStars", &[]).await, json!({"ok": true}));
        self.state().await;
        let recipient = self.find(username).await;
        let fields = [
            ("recipient", &*recipient),
            ("quantity", quantity),
            ("payment_method", "ton"),
        ];
        self.call("initBuyStarsRequest", &fields).await
    }

    /// The link of a request for Stars.
    pub(super) async fn link(&mut self, id: &str, wallet: &Wallet) -> Value {
        let account = wallet.account();
        let fields = [
            ("id", id),
            ("show_sender", "0"),
            ("transaction", "1"),
            ("account", &*account),
            ("device", "{}"),
        ];
        self.call("getBuyStarsLink", &fields).await
    }

    /// Reports a message as the payment of a request.
    pub(super) async fn confirm(&mut self, id: &str, boc: &str) -> Value {
        let fields = [
            ("id", id),
            ("account", "{}"),
            ("device", "{}"),
            ("boc", boc),
        ];
        self.call("confirmReq", &fields).await
    }

    /// What the page shows while it is polled.
    pub(super) async fn mode(&mut self) -> (String, bool, Option<String>) {
        let fields = [("mode", "processing"), ("lv", "false"), ("dh", "1")];
        let state = self.call("updateStarsBuyState", &fields).await;
        (
            text(&state["mode"]).to_owned(),
            state["need_update"].as_bool().expect("need_update"),
            state["req_id"].as_str().map(str::to_owned),
        )
    }

    /// Buys Stars from the first call to the last, and answers the id of the request.
    pub(super) async fn buy(&mut self, username: &str, quantity: &str, wallet: &Wallet) -> String {
        let request = self.request(username, quantity).await;
        let id = text(&request["req_id"]).to_owned();
        let link = self.link(&id, wallet).await;
        let boc = wallet.pay(self.ground.world(), &link);
        assert_eq!(self.confirm(&id, &boc).await, json!({"ok": true}));
        id
    }

    fn line(&self) -> String {
        let pairs: Vec<String> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        pairs.join("; ")
    }

    fn keep(&mut self, answer: &Answer) {
        for cookie in &answer.cookies {
            let (pair, attributes) = cookie.split_once(';').expect("attributes");
            let (name, value) = pair.split_once('=').expect("a pair");
            if attributes.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
    }
}

async fn read(request: reqwest::RequestBuilder) -> Answer {
    try_read(request).await.expect("an answer")
}

async fn try_read(request: reqwest::RequestBuilder) -> reqwest::Result<Answer> {
    let answer = request.send().await?;
    let cookies = answer.headers().get_all("set-cookie");
    let cookies = cookies
        .iter()
        .map(|cookie| cookie.to_str().expect("a text").to_owned())
        .collect();
    Ok(Answer {
        status: answer.status().as_u16(),
        cookies,
        text: answer.text().await?,
    })
}

pub(super) fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}"))
}
