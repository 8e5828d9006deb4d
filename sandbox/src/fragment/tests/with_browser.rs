//! The pages in a real Chromium: their script logs a wallet out that its browser did not connect,
//! and a person can use them.

use std::io::{BufRead as _, BufReader};
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};

use super::ground::{Browser, Ground, text};
use super::wallet::Wallet;

/// The longest a test waits for something to come true.
const PATIENCE: Duration = Duration::from_secs(30);

/// A chromedriver and everything it starts.
struct Driver {
    process: Child,
    url: String,
}

impl Driver {
    fn start() -> Self {
        let mut process = Command::new("chromedriver")
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .expect("chromedriver starts: ./x test installs it");
        let out = process.stdout.take().expect("its output");
        let port = BufReader::new(out).lines().find_map(|line| {
            let line = line.expect("text");
            let (_, port) = line.split_once("successfully on port ")?;
            Some(port.trim_end_matches('.').to_owned())
        });
        let port = port.expect("chromedriver says its port");
        let url = format!("http://127.0.0.1:{port}");
        Self { process, url }
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // The browser is in the driver's group: a killed driver would leave it behind.
        let group = format!("-{}", self.process.id());
        let _ended_already = Command::new("kill").args(["-KILL", "--", &group]).status();
        let _reaped = self.process.wait();
    }
}

/// A program on the PATH.
fn found(program: &str) -> PathBuf {
    let path = std::env::var_os("PATH").expect("a PATH");
    let places = std::env::split_paths(&path).map(|folder| folder.join(program));
    let mut places = places.filter(|place| place.is_file());
    let place = places.next();
    place.unwrap_or_else(|| panic!("{program} is not installed: ./x test installs it"))
}

/// A Chromium at the emulated site.
struct Chromium {
    driver: Driver,
    client: reqwest::Client,
    session: String,
    site: String,
}

impl Chromium {
    async fn start(ground: &Ground) -> Self {
        let driver = Driver::start();
        let client = reqwest::Client::builder()
            .no_proxy()
            .timeout(PATIENCE)
            .build()
            .expect("a client");
        let mut chromium = Self {
            driver,
            client,
            session: String::new(),
            site: ground.url(),
        };
        let options = json!({
            "binary": found("chromium"),
            "args": ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
        });
        let wish = json!({"capabilities": {"alwaysMatch": {"goog:chromeOptions": options}}});
        let opened = chromium.post("", wish).await;
        chromium.session = format!("/{}", text(&opened["sessionId"]));
        chromium
    }

    async fn post(&self, path: &str, body: Value) -> Value {
        let value = self.try_post(path, body).await;
        assert!(value["error"].is_null(), "{path}: {value}");
        value
    }

    /// The same, when the page may be on its way to another one.
    async fn try_post(&self, path: &str, body: Value) -> Value {
        let url = format!("{}/session{}{path}", self.driver.url, self.session);
        let answer = self.client.post(url).json(&body).send().await;
        let answer: Value = answer.expect("an answer").json().await.expect("JSON");
        answer["value"].clone()
    }

    async fn open(&self, path: &str) {
        let url = format!("{}{path}", self.site);
        self.post("/url", json!({"url": url})).await;
    }

    async fn run(&self, script: &str) -> Value {
        self.post("/execute/sync", json!({"script": script, "args": []}))
            .await
    }

    /// Waits until a script says true.
    async fn wait(&self, what: &str) {
        let script = json!({"script": format!("return !!({what})"), "args": []});
        let wait = async {
            while self.try_post("/execute/sync", script.clone()).await != json!(true) {
                tokio::task::yield_now().await;
            }
        };
        let waited = tokio::time::timeout(PATIENCE, wait).await;
        waited.unwrap_or_else(|_| panic!("it never came to it: {what}"));
    }

    /// Takes over somebody's cookies, on a document that has no script.
    async fn put(&self, browser: &Browser<'_>) {
        self.open("/tonconnect-manifest.json").await;
        for (name, value) in &browser.cookies {
            let cookie = json!({"name": name, "value": value, "path": "/"});
            self.post("/cookie", json!({"cookie": cookie})).await;
        }
    }
}

/// What a page tells whoever asks for it from a document without script.
const ASKED: &str = "return fetch('/stars/buy').then(page => page.text()).then(html => \
                     html.match(/Wallet\\.init\\(({.*?})\\)/)[1])";

#[actix_web::test]
async fn a_page_logs_out_a_wallet_that_its_browser_did_not_connect() {
    let ground = Ground::new();
    let wallet = Wallet::new(1);
    let shop = ground.shop(&wallet).await;
    let chromium = Chromium::start(&ground).await;
    chromium.put(&shop).await;
    let told: Value = serde_json::from_str(text(&chromium.run(ASKED).await)).expect("JSON");
    assert_eq!(told["address"], json!(wallet.address), "no script has run");

    // The connection that TonConnect of this browser would have kept.
    let item = json!({"name": "ton_addr", "address": wallet.address});
    let kept = json!({"type": "injected", "connectEvent": {"payload": {"items": [item]}}});
    let keep = format!("localStorage.setItem('ton-connect-storage_bridge-connection', '{kept}')");
    chromium.run(&keep).await;
    chromium.open("/stars/buy").await;
    chromium.wait("window.Wallet && Wallet.isChecked").await;
    let told: Value = serde_json::from_str(text(&chromium.run(ASKED).await)).expect("JSON");
    assert_eq!(
        told["address"],
        json!(wallet.address),
        "it is this browser's own"
    );

    // Another address, and none: both are logged out.
    for other in [
        keep.replace(&wallet.address, "0:12"),
        "localStorage.clear()".to_owned(),
    ] {
        let shop = ground.shop(&wallet).await;
        chromium.put(&shop).await;
        chromium.run(&other).await;
        chromium.open("/stars/buy").await;
        chromium
            .wait("window.Wallet && Wallet.options && Wallet.options.address === false")
            .await;
        let mut same = shop.clone();
        let page = same.open("/stars/buy").await;
        assert!(
            page.contains("Wallet.init({\"address\":false"),
            "on the server too"
        );
        assert!(page.contains("\"logged_in\":true"), "of the wallet only");
    }
}

#[actix_web::test]
async fn a_person_finds_somebody_chooses_and_comes_as_far_as_paying() {
    let ground = Ground::new();
    ground
        .drive("prices", json!({"star_usd": "0.015", "ton_usd": "1.5"}))
        .await;
    let mut shop = ground.login(json!({})).await;
    let chromium = Chromium::start(&ground).await;
    chromium.put(&shop).await;
    chromium.open("/stars/buy").await;
    let typed = "const query = document.querySelector('[name=query]'); query.value = 'masha_k'; \
                 query.dispatchEvent(new Event('change', {bubbles: true}))";
    chromium.run(typed).await;
    let is_found = "document.querySelector('.js-stars-search-field.found .js-found')?.textContent \
                    === 'Masha K'";
    chromium.wait(is_found).await;
    chromium
        .run("document.querySelector('.js-more-options').click()")
        .await;
    chromium
        .run("document.querySelector('[name=stars][value=\"500\"]').click()")
        .await;
    chromium
        .wait("document.querySelector('.js-cur-price')?.textContent.includes('$7.50')")
        .await;
    chromium
        .run("document.querySelector('.js-stars-buy-btn').click()")
        .await;
    let alert = "document.querySelector('.alert-popup-container:not([hidden]) .popup-text')";
    chromium.wait(alert).await;
    assert_eq!(
        chromium.run(&format!("return {alert}.textContent")).await,
        "Connect a TON wallet first."
    );
    // Proven by its shop meanwhile: the very page that is open gets as far as the payment.
    let wallet = Wallet::new(1);
    let page = shop.open("/stars/buy").await;
    let challenge = page.split("\"ton_proof\":\"").nth(1).expect("a challenge");
    let challenge = challenge.split('"').next().expect("its end");
    let (account, proof) = (wallet.account(), wallet.proof(challenge, "fragment.com"));
    let fields = [("account", &*account), ("device", "{}"), ("proof", &*proof)];
    assert_eq!(
        shop.call("checkTonProofAuth", &fields).await,
        json!({"verified": true})
    );
    let cookie =
        json!({"name": "stel_ton_token", "value": shop.cookies["stel_ton_token"], "path": "/"});
    chromium.post("/cookie", json!({"cookie": cookie})).await;
    chromium
        .run("document.querySelector('.js-stars-buy-btn').click()")
        .await;
    let popup = "document.querySelector('.js-buy-stars-popup:not([hidden])')";
    chromium.wait(popup).await;
    let shown = chromium.run(&format!("return {popup}.innerText")).await;
    assert!(
        text(&shown).contains("Buy 500 Telegram Stars for 5 TON"),
        "{shown}"
    );
}
