//! The proxy as it is delivered, before a real daemon: headers, limits, who sees what.

mod live;
mod notices;
mod with_postgres;

use std::path::{Path, PathBuf};
use std::process::Command;

use reqwest::header::{HeaderMap, USER_AGENT};
use reqwest::{Client, Response};

use super::text;
use crate::support::emulators::web;
use crate::support::shop::Shop;
use crate::support::{Running, ports};

/// nginx, running with the files of the tree; ports and folders are the test's.
pub(super) struct Nginx {
    web: Client,
    http: u16,
    /// How it is called, to test and to reload what it reads.
    called: String,
    running: Running,
    folder: tempfile::TempDir,
}

impl Nginx {
    /// Before daemons that listen there. What is not filled in by the container is filled in here.
    pub(super) fn before(daemon: u16, redirects: bool) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let at = |name: &str| folder.path().join(name).display().to_string();
        for name in ["conf.d", "ssl", "log", "tmp", "traffic"] {
            std::fs::create_dir(folder.path().join(name)).expect("a folder");
        }
        certificates(&folder.path().join("ssl"));
        let base = ports::block();
        let tmp = at("tmp");
        let temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
            .map(|what| format!("{what}_temp_path {tmp}/{what};"))
            .join("\n");
        let main = text("deploy/nginx/nginx.conf")
            .replace("/etc/nginx/conf.d", &at("conf.d"))
            .replace("/etc/nginx/traffic", &at("traffic"))
            .replace("/var/log/shop", &at("log"))
            .replace("/var/run/nginx.pid", &at("pid"))
            .replace("http {", &format!("http {{\n{temporary}"));
        let daemon = format!("http://127.0.0.1:{daemon}");
        let shop = text("deploy/nginx/shop.conf.template")
            .replace(
                "${ENABLE_HTTPS_REDIRECT}",
                if redirects { "true" } else { "false" },
            )
            .replace("${ADMIN_NETWORK}", "192.168.1.0/24")
            .replace("/etc/nginx/ssl", &at("ssl"))
            .replace("/etc/nginx/traffic", &at("traffic"))
            .replace("listen 80;", &format!("listen 127.0.0.1:{base};"))
            .replace(
                "listen 443 ssl",
                &format!("listen 127.0.0.1:{} ssl", base + 1),
            )
            .replace("listen 8090;", &format!("listen 127.0.0.1:{};", base + 2))
            .replace(
                "listen 8081 ssl",
                &format!("listen 127.0.0.1:{} ssl", base + 3),
            )
            // The tests are the trusted proxy.
            .replace(
                "set_real_ip_from 172.16.0.0/12;",
                "set_real_ip_from 127.0.0.0/8;",
            )
            .replace("http://app:8000", &daemon)
            .replace("http://webhook:8001", &daemon);
        std::fs::write(folder.path().join("nginx.conf"), main).expect("it is written");
        std::fs::write(folder.path().join("conf.d/shop.conf"), shop).expect("it is written");
        let nginx = program();
        let words = ["-c", &at("nginx.conf"), "-p", &at("")].map(str::to_owned);
        let tried = Command::new(nginx)
            .arg("-t")
            .args(&words)
            .output()
            .expect("nginx is there");
        assert!(
            tried.status.success(),
            "{}",
            String::from_utf8_lossy(&tried.stderr)
        );
        let called = format!("{nginx} {}", words.join(" "));
        let mut command = Command::new(nginx);
        command.args(&words).args(["-g", "daemon off;"]);
        let mut running = Running::start("nginx", command);
        running.wait_for_port(base);
        Self {
            web: web(),
            http: base,
            called,
            running,
            folder,
        }
    }

    /// Where the exporter asks.
    pub(super) fn status(&self) -> u16 {
        self.http + 2
    }

    /// How to find the processes that serve requests for it.
    fn workers(&self) -> String {
        let master = self.running.id();
        format!("cat /proc/{master}/task/{master}/children")
    }

    /// Where deploy/release writes who gets which share.
    fn traffic(&self) -> PathBuf {
        self.folder.path().join("traffic")
    }

    /// Asks for a path as somebody from an address.
    async fn asked(&self, path: &str, from: &str) -> Response {
        let url = format!("http://127.0.0.1:{}{path}", self.http);
        let asked = self.web.get(url).header("CF-Connecting-IP", from);
        asked.send().await.expect("nginx answers")
    }

    /// Sends so many at once; answers how many were turned away because they were too many.
    async fn refused(&self, path: &str, from: &str, times: usize) -> usize {
        let sent = (0..times).map(|_| async {
            let url = format!("http://127.0.0.1:{}{path}", self.http);
            let asked = self
                .web
                .post(url)
                .header("CF-Connecting-IP", from)
                .body("{}");
            asked.send().await.expect("nginx answers").status() == 429
        });
        let mut refused = 0;
        // One after the other: ten connections at once are a limit of their own.
        for one in sent {
            refused += usize::from(one.await);
        }
        refused
    }
}

impl Drop for Nginx {
    /// Its workers end only if it is asked to: they would outlive a master that is killed.
    fn drop(&mut self) {
        if self.running.ended().is_none() {
            self.running.terminate();
        }
    }
}

/// Outside of the PATH of most people.
fn program() -> &'static str {
    let mut places = ["/usr/sbin/nginx", "/usr/local/sbin/nginx"].into_iter();
    places
        .find(|path| Path::new(path).exists())
        .unwrap_or("nginx")
}

/// A certificate for nobody, as the guide's recipe makes it.
fn certificates(folder: &Path) {
    let (key, cert) = (folder.join("key.pem"), folder.join("cert.pem"));
    let made = Command::new("openssl")
        .args([
            "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1",
        ])
        .args(["-subj", "/CN=localhost", "-keyout"])
        .arg(key)
        .arg("-out")
        .arg(cert)
        .output()
        .expect("openssl is there");
    assert!(
        made.status.success(),
        "{}",
        String::from_utf8_lossy(&made.stderr)
    );
}

fn assert_headers(path: &str, headers: &HeaderMap) {
    for (name, value) in [
        (
            "strict-transport-security",
            "max-age=63072000; includeSubDomains; preload",
        ),
        ("x-frame-options", "SAMEORIGIN"),
        ("x-content-type-options", "nosniff"),
        ("x-xss-protection", "1; mode=block"),
    ] {
        let shown = headers.get(name).and_then(|value| value.to_str().ok());
        assert_eq!(shown, Some(value), "{name} at {path}");
    }
}

#[tokio::test]
async fn the_proxy_lets_in_whom_it_should_and_says_the_same_to_everybody() {
    let shop = Shop::open(Vec::new()).await;
    let nginx = Nginx::before(shop.door().port, false);
    let stranger = "203.0.113.7";
    for (path, status) in [
        ("/health", 200),
        ("/health/ready", 200),
        ("/nothing", 404),
        ("/metrics", 404),
        ("/webhook/heleket", 405),
        ("/admin/v1/books", 403),
        ("/health/detailed", 403),
    ] {
        let answer = nginx.asked(path, stranger).await;
        assert_eq!(answer.status(), status, "{path}");
        assert_headers(path, answer.headers());
    }
    let inside = nginx.asked("/admin/v1/books", "192.168.1.20").await;
    assert_eq!(
        inside.status(),
        401,
        "the daemon asks for its token as well"
    );
    assert_headers("/admin/v1/books", inside.headers());
    let url = format!("http://127.0.0.1:{}/health", nginx.http);
    let bad = nginx
        .web
        .get(url)
        .header(USER_AGENT, "bad_bot/1.0")
        .send()
        .await;
    assert_eq!(bad.expect("an answer").status(), 403);
}

#[tokio::test]
async fn strangers_at_the_webhooks_are_slowed_down_and_senders_never() {
    // The daemon itself lets no stranger in; here it is the proxy that is looked at.
    let shop = Shop::open(vec![("HELEKET_WEBHOOK_IPS", "0.0.0.0/0".to_owned())]).await;
    let nginx = Nginx::before(shop.door().port, false);
    let path = "/webhook/heleket";
    assert_eq!(
        nginx.refused(path, "31.133.220.8", 40).await,
        0,
        "Heleket's bursts"
    );
    assert_eq!(
        nginx
            .refused("/webhook/telegram", "149.154.167.220", 40)
            .await,
        0
    );
    let refused = nginx.refused(path, "203.0.113.8", 40).await;
    assert!(refused >= 25, "{refused} of 40, after a burst of 10");
    assert_eq!(
        nginx.refused(path, "203.0.113.9", 5).await,
        0,
        "each address by itself"
    );
}

#[tokio::test]
async fn https_is_asked_for_where_it_is_wished() {
    let shop = Shop::open(Vec::new()).await;
    let nginx = Nginx::before(shop.door().port, true);
    let plain = Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .expect("a client");
    let url = |path: &str| format!("http://127.0.0.1:{}{path}", nginx.http);
    let answer = plain.get(url("/health")).send().await.expect("an answer");
    assert_eq!(answer.status(), 301);
    let to = answer.headers()["location"].to_str().expect("a text");
    assert_eq!(to, "https://127.0.0.1/health");
    let renewal = plain.get(url("/.well-known/acme-challenge/x")).send().await;
    assert_eq!(
        renewal.expect("an answer").status(),
        404,
        "certificates are renewed over http"
    );
}

/// The number of the certificate that is served.
fn served(port: u16) -> String {
    let script = "openssl s_client -connect \"127.0.0.1:$0\" </dev/null 2>/dev/null \
                  | openssl x509 -noout -serial";
    let mut shell = Command::new("sh");
    let shown = shell.args(["-c", script, &port.to_string()]).output();
    String::from_utf8_lossy(&shown.expect("a shell").stdout).into_owned()
}

#[test]
fn a_renewed_certificate_is_served_and_a_wrong_one_changes_nothing() {
    let nginx = Nginx::before(ports::block(), false);
    let https = nginx.http + 1;
    let before = served(https);
    assert!(before.starts_with("serial="), "{before}");
    // As certbot leaves it.
    let given = tempfile::tempdir().expect("a folder");
    let at = |name: &str| given.path().join(name);
    certificates(given.path());
    std::fs::rename(at("key.pem"), at("privkey.pem")).expect("it is there");
    std::fs::copy(at("cert.pem"), at("chain.pem")).expect("it is there");
    std::fs::rename(at("cert.pem"), at("fullchain.pem")).expect("it is there");
    let place = || {
        let mut command = Command::new(super::tree("deploy/host/certificates"));
        command
            .arg("place")
            .env("RENEWED_LINEAGE", given.path())
            .env("SSL_FOLDER", nginx.folder.path().join("ssl"))
            .env("SSL_OWNER", "0:0")
            .env("PROXY", &nginx.called);
        command.output().expect("a shell")
    };
    // Made for a day, and refused as one that ends within a day.
    let told = |answer: &std::process::Output| String::from_utf8_lossy(&answer.stderr).into_owned();
    let soon = place();
    assert!(told(&soon).contains("ends within a day"), "{}", told(&soon));
    let script = "openssl req -x509 -newkey rsa:2048 -nodes -days 90 -subj /CN=shop.example \
                  -keyout privkey.pem -out fullchain.pem && cp fullchain.pem chain.pem";
    let renew = || {
        let mut shell = Command::new("sh");
        crate::support::services::run(shell.args(["-c", script]).current_dir(given.path()));
    };
    renew();
    let old_key = std::fs::read(at("privkey.pem")).expect("it is there");
    renew();
    let new_key = std::fs::read(at("privkey.pem")).expect("it is there");
    std::fs::write(at("privkey.pem"), old_key).expect("it is written");
    let wrong = place();
    assert_eq!(wrong.status.code(), Some(1));
    assert!(
        told(&wrong).contains("not that of its certificate: nothing was changed"),
        "{}",
        told(&wrong)
    );
    assert_eq!(served(https), before);
    std::fs::write(at("privkey.pem"), new_key).expect("it is written");
    let right = place();
    assert!(right.status.success(), "{}", told(&right));
    crate::support::eventually_blocking("the new one is served", || match served(https) {
        shown if shown != before && shown.starts_with("serial=") => Ok(()),
        shown => Err(shown),
    });
}

#[tokio::test]
async fn each_log_of_the_proxy_grows_after_its_event() {
    // Nobody listens behind it.
    let nginx = Nginx::before(ports::block(), false);
    let log = |name: &str| {
        let file = nginx.folder.path().join("log").join(name);
        std::fs::read_to_string(file).unwrap_or_default()
    };
    assert_eq!(log("nginx_access.log"), "");
    let before = log("nginx_error.log");
    assert_eq!(nginx.asked("/health", "203.0.113.7").await.status(), 502);
    crate::support::eventually("both have written", async || {
        let (access, error) = (log("nginx_access.log"), log("nginx_error.log"));
        let line = access.contains("203.0.113.7 - [") && access.contains("\"GET /health\" 502");
        let said = error.len() > before.len() && error.contains("Connection refused");
        (line && said).then_some(()).ok_or((access, error))
    })
    .await;
}
