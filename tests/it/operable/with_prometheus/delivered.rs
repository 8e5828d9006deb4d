//! Alerts on their way: a real Prometheus, a real Alertmanager with the routes of the tree, and receivers
//! that write down what arrives. The daemon ends, and it is told by Telegram, Slack and mail.

mod mail;

use std::process::Command;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};

use super::{Prometheus, SCRAPED};
use crate::operable::text;
use crate::support::phone::Phone;
use crate::support::shop::Shop;
use crate::support::wait::eventually_within;
use crate::support::{Running, ports};

/// The operator.
const OLGA: i64 = 4_000;

const TOKEN: &str = "4242:AAE-token-of-the-integration-tests";
const PASSWORD: &str = "a-password-of-the-mail";

/// What arrived somewhere.
#[derive(Clone, Default)]
struct Inbox(Arc<Mutex<Vec<String>>>);

impl Inbox {
    fn put(&self, text: String) {
        self.0.lock().expect("nobody panicked").push(text);
    }

    /// Waits for something that holds all of these.
    async fn holds(&self, what: &str, parts: &[&str]) {
        eventually_within(what, SCRAPED, async || {
            let all = self.0.lock().expect("nobody panicked").clone();
            let fits = |text: &&String| parts.iter().all(|part| text.contains(part));
            all.iter().find(fits).map(drop).ok_or(all)
        })
        .await;
    }
}

/// Takes requests as an incoming webhook of Slack does.
async fn slack(listener: TcpListener, arrived: Inbox) {
    while let Ok((stream, _)) = listener.accept().await {
        let arrived = arrived.clone();
        tokio::spawn(async move {
            let mut stream = BufReader::new(stream);
            while let Some(body) = request(&mut stream).await {
                arrived.put(body);
                let answer = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";
                stream
                    .write_all(answer.as_bytes())
                    .await
                    .expect("it is sent");
            }
        });
    }
}

/// One request: its path and its body.
async fn request(stream: &mut BufReader<TcpStream>) -> Option<String> {
    let (mut head, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await.ok()? == 0 {
            return None;
        }
        if line.trim().is_empty() {
            break;
        }
        let lower = line.to_ascii_lowercase();
        if let Some(value) = lower.strip_prefix("content-length:") {
            length = value.trim().parse().expect("a length");
        }
        head.push_str(&line);
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.ok()?;
    let path = head.lines().next().unwrap_or_default();
    Some(format!("{path}\n{}", String::from_utf8_lossy(&body)))
}

/// The routes of the tree; addresses and secrets are the test's, and nobody waits half a minute. Mail goes
/// as it would: encrypted by STARTTLS, to who shows a certificate of the server's name, and logged in.
fn routes(folder: &std::path::Path, telegram: &str, slack: u16, mail: u16) -> String {
    for (name, secret) in [
        (
            "slack_webhook",
            format!("http://127.0.0.1:{slack}/services/T0/B0/shop"),
        ),
        ("smtp_password", PASSWORD.to_owned()),
    ] {
        std::fs::write(folder.join(name), secret).expect("it is written");
    }
    let mut routes = text("monitoring/alertmanager.yml");
    let secrets = format!("{}/", folder.display());
    for (ours, theirs) in [
        // Files of tokens came with Alertmanager 0.26; Debian's is older.
        (
            "bot_token_file: /run/secrets/telegram_token",
            format!("bot_token: \"{TOKEN}\"\n        api_url: {telegram}"),
        ),
        ("chat_id: -1001234567890", format!("chat_id: {OLGA}")),
        ("/run/secrets/", secrets.clone()),
        (
            "smarthost: smtp.shop.example:587",
            format!(
                "smarthost: 127.0.0.1:{mail}\n        \
                 tls_config: {{ca_file: {secrets}cert.pem, server_name: smtp.shop.example}}"
            ),
        ),
        ("group_wait: 30s", "group_wait: 1s".to_owned()),
        ("group_interval: 5m", "group_interval: 1s".to_owned()),
    ] {
        assert!(routes.contains(ours), "{ours}");
        routes = routes.replace(ours, &theirs);
    }
    routes
}

/// An Alertmanager with these routes.
fn alertmanager(folder: &std::path::Path, routes: &str, port: u16) -> Running {
    let config = folder.join("alertmanager.yml");
    std::fs::write(&config, routes).expect("it is written");
    let mut command = Command::new("prometheus-alertmanager");
    command
        .arg(format!("--config.file={}", config.display()))
        .arg(format!("--storage.path={}", folder.join("data").display()))
        .arg(format!("--web.listen-address=127.0.0.1:{port}"))
        .arg("--cluster.listen-address=");
    let mut running = Running::start("alertmanager", command);
    running.wait_for_port(port);
    running
}

/// A Prometheus with the rules of the tree, which wait for nothing here.
fn judging(folder: &std::path::Path, daemon: u16, alertmanager: u16) -> Prometheus {
    let rules = text("monitoring/alerts.yml");
    let waits = |line: &&str| !line.trim_start().starts_with("for: ");
    let rules = rules.lines().filter(waits).collect::<Vec<_>>().join("\n");
    let file = folder.join("alerts.yml");
    std::fs::write(&file, rules).expect("it is written");
    Prometheus::with(&format!(
        "global: {{scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s}}\n\
         rule_files: ['{}']\n\
         alerting:\n  alertmanagers:\n  - static_configs: [{{targets: ['127.0.0.1:{alertmanager}']}}]\n\
         scrape_configs:\n- job_name: bot\n  static_configs: [{{targets: ['127.0.0.1:{daemon}']}}]\n",
        file.display(),
    ))
}

#[tokio::test]
async fn an_alert_arrives_in_telegram_slack_and_mail_and_so_does_its_end() {
    let mut shop = Shop::open(Vec::new()).await;
    let (base, folder) = (ports::block(), tempfile::tempdir().expect("a folder"));
    let at = async |port: u16| {
        TcpListener::bind(("127.0.0.1", port))
            .await
            .expect("it is free")
    };
    let (in_slack, in_mail) = (Inbox::default(), Inbox::default());
    tokio::spawn(slack(at(base).await, in_slack.clone()));
    let post = mail::Office::with_a_certificate(folder.path(), in_mail.clone());
    tokio::spawn(post.clone().opens(at(base + 1).await));

    let routes = routes(folder.path(), &shop.emulators.telegram(), base, base + 1);
    let alertmanager = alertmanager(folder.path(), &routes, base + 2);
    let prometheus = judging(folder.path(), shop.door().port, base + 2);
    prometheus
        .finds_some("the daemon is seen", "up{job=\"bot\"} == 1")
        .await;
    let olga = Phone::of(&shop.emulators, OLGA, Some("olga_o"), "en").await;
    // Whoever wants to be written to writes first.
    olga.say("/start").await;

    shop.daemon.kill();
    let down = "DaemonDown";
    in_slack
        .holds(
            "Slack is told",
            &["/services/T0/B0/shop", down, "daemondown"],
        )
        .await;
    in_mail
        .holds(
            "a mail is sent",
            &["monitoring@shop.example", down, "FIRING"],
        )
        .await;
    let heard = async |word: &str| {
        eventually_within("Telegram is told", SCRAPED, async || {
            let heard = olga.heard().await;
            let told = |message: &serde_json::Value| {
                let text = message["text"].as_str().unwrap_or_default();
                text.starts_with(word)
                    && text.contains(down)
                    && text.contains("OPERATIONS.md#daemondown")
            };
            heard.iter().any(told).then_some(()).ok_or(heard)
        })
        .await;
    };
    heard("FIRING").await;

    shop.daemon.resume().await;
    heard("RESOLVED").await;
    in_slack
        .holds("Slack is told the end", &["good", down])
        .await;
    in_mail
        .holds("the end is mailed", &["RESOLVED", down])
        .await;
    assert_eq!(post.heard_in_the_clear(), ["EHLO", "STARTTLS"]);
    assert!(
        !alertmanager.printed().contains(TOKEN),
        "no token in its log"
    );
}
