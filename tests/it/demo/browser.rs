//! A real Chromium that looks at the page as a person would: by roles and words, over WebDriver.

use std::io::{BufRead as _, BufReader};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use base64::Engine as _;
use reqwest::Method;
use serde_json::{Value, json};

use super::ground::PATIENCE;
use crate::support::wait::eventually_within;

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
        Self {
            process,
            url: format!("http://127.0.0.1:{port}"),
        }
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

/// A browser with one page open.
pub struct Browser {
    driver: Driver,
    client: reqwest::Client,
    session: String,
}

impl Browser {
    /// Starts one and opens the page.
    pub async fn open(url: &str, (width, height): (u32, u32)) -> Self {
        let driver = Driver::start();
        let client = reqwest::Client::builder()
            .no_proxy()
            .timeout(PATIENCE)
            .build()
            .expect("a client");
        let mut browser = Self {
            driver,
            client,
            session: String::new(),
        };
        let window = format!("--window-size={width},{height}");
        let arguments = [
            "--headless=new",
            "--no-sandbox",
            "--disable-dev-shm-usage",
            "--hide-scrollbars",
            &window,
        ];
        let wish = json!({"capabilities": {"alwaysMatch": {
            "goog:chromeOptions": {"args": arguments}
        }}});
        let session = browser.call(Method::POST, "/session", &wish).await;
        let session = session["sessionId"].as_str().expect("a session");
        browser.session = format!("/session/{session}");
        browser.size(width, height).await;
        browser.go(url).await;
        browser
    }

    /// Opens an address.
    pub async fn go(&self, url: &str) {
        self.ask(Method::POST, "/url", &json!({ "url": url })).await;
    }

    /// The page as wide and as high as this.
    pub async fn size(&self, width: u32, height: u32) {
        let metrics = json!({"width": width, "height": height, "deviceScaleFactor": 1,
            "mobile": false});
        self.chrome("Emulation.setDeviceMetricsOverride", &metrics)
            .await;
    }

    /// What a person's system prefers: `light` or `dark`.
    pub async fn prefer(&self, scheme: &str) {
        let wish = json!({"features": [{"name": "prefers-color-scheme", "value": scheme}]});
        self.chrome("Emulation.setEmulatedMedia", &wish).await;
    }

    /// What a script answers.
    pub async fn run(&self, script: &str, arguments: Value) -> Value {
        let body = json!({"script": script, "args": arguments});
        self.ask(Method::POST, "/execute/sync", &body).await
    }

    /// What a script that calls back answers.
    pub async fn run_later(&self, script: &str, arguments: Value) -> Value {
        let body = json!({"script": script, "args": arguments});
        self.ask(Method::POST, "/execute/async", &body).await
    }

    /// Waits until a script finds something that is true.
    pub async fn until(&self, what: &str, script: &str) -> Value {
        eventually_within(what, PATIENCE, async || {
            let found = self.run(script, json!([])).await;
            match &found {
                Value::Null | Value::Bool(false) => Err(self.text().await),
                Value::Bool(true)
                | Value::Number(_)
                | Value::String(_)
                | Value::Array(_)
                | Value::Object(_) => Ok(found),
            }
        })
        .await
    }

    /// Waits until the page shows these words.
    pub async fn sees(&self, words: &str) {
        eventually_within(&format!("the page shows {words:?}"), PATIENCE, async || {
            let text = self.text().await;
            text.contains(words).then_some(()).ok_or(text)
        })
        .await;
    }

    /// Everything that the page shows.
    pub async fn text(&self) -> String {
        let text = self.run("return document.body.innerText", json!([])).await;
        text.as_str().unwrap_or_default().to_owned()
    }

    /// How many messages were written.
    pub async fn written(&self) -> u64 {
        let script = "return document.querySelectorAll('.bubble.mine').length";
        let count = self.run(script, json!([])).await;
        count.as_u64().expect("a count")
    }

    /// Whether a button whose words begin so comes below the message that is written after so many
    /// others, or the shop has answered that it is starting.
    pub async fn is_offered(&self, words: &str, written_before: u64) -> bool {
        let script = "const all = [...document.querySelectorAll('.bubble')];
            const written = all.filter((one) => one.classList.contains('mine'));
            if (written.length <= arguments[1]) return null;
            const mine = all.indexOf(written.at(-1));
            const answers = all.slice(mine + 1);
            const buttons = answers.flatMap((one) => [...one.querySelectorAll('button')]);
            if (buttons.some((one) => one.textContent.startsWith(arguments[0]))) return 'offered';
            return answers.some((one) => one.innerText.includes('starting')) ? 'starting' : null;";
        let answered = eventually_within("the shop answers", PATIENCE, async || {
            let answer = self.run(script, json!([words, written_before])).await;
            match answer.as_str() {
                Some(answer) => Ok(answer.to_owned()),
                None => Err(self.text().await),
            }
        });
        answered.await == "offered"
    }

    /// Clicks the newest button or link whose words begin so, as soon as it is there. One that was
    /// taken away under the finger is looked for again, as a person would.
    pub async fn click(&self, words: &str) {
        // Found and clicked in one script: the page draws a changed message anew.
        let script = "const done = arguments[arguments.length - 1];
            const found = [...document.querySelectorAll('button, a')].filter(
                (one) => one.offsetParent !== null && one.textContent.trim().startsWith(arguments[0]));
            if (found.length === 0) return done(false);
            const ask = window.fetch;
            let taps = false;
            window.fetch = (...all) => {
                const answer = ask(...all);
                if (String(all[0]).endsWith('/tap')) {
                    taps = true;
                    answer.then((one) => done(one.status !== 404), () => done(true));
                }
                return answer;
            };
            found.at(-1).click();
            window.fetch = ask;
            if (!taps) done(true);";
        let what = format!("there is a button {words:?}");
        eventually_within(&what, PATIENCE, async || {
            if self.run_later(script, json!([words])).await == true {
                return Ok(());
            }
            Err(self.text().await)
        })
        .await;
    }

    /// Writes a message in the chat.
    pub async fn say(&self, text: &str) {
        let script = "const field = document.getElementById('say');
            field.focus(); field.value = arguments[0];
            document.getElementById('form').requestSubmit();";
        self.run(script, json!([text])).await;
    }

    /// A picture of what is seen.
    pub async fn picture(&self, file: &Path) {
        let picture = self.ask(Method::GET, "/screenshot", &Value::Null).await;
        let picture = picture.as_str().expect("a picture");
        let bytes = base64::engine::general_purpose::STANDARD.decode(picture);
        std::fs::write(file, bytes.expect("base64")).expect("the picture is written");
    }

    async fn chrome(&self, command: &str, parameters: &Value) {
        let body = json!({"cmd": command, "params": parameters});
        self.ask(Method::POST, "/goog/cdp/execute", &body).await;
    }

    async fn ask(&self, method: Method, path: &str, body: &Value) -> Value {
        let path = format!("{}{path}", self.session);
        self.call(method, &path, body).await
    }

    async fn call(&self, method: Method, path: &str, body: &Value) -> Value {
        let url = format!("{}{path}", self.driver.url);
        let mut request = self.client.request(method.clone(), url);
        if method != Method::GET {
            request = request.json(body);
        }
        let answer = request.send().await.expect("chromedriver answers");
        let is_well = answer.status().is_success();
        let shown: Value = answer.json().await.expect("JSON");
        assert!(is_well, "{path}: {shown}");
        shown["value"].clone()
    }
}
