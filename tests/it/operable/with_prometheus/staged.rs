//! Failures staged at a running shop: each is seen where OPERATIONS.md says that it is, on what a real
//! Prometheus has scraped, and leads to a runbook.

mod with_redis;

use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;

use serde_json::{Value, json};

use super::{Prometheus, answering};
use crate::goods::shop::selling;
use crate::operable::alerts::{RULES, alerts};
use crate::operable::{page, text};
use crate::support::emulators::Emulators;
use crate::support::services::run;
use crate::support::shop::{Setting, Shop, at_gateway};
use crate::support::wait::eventually_within;
use crate::support::{eventually, ports, starkeeper};

/// The alert's expression, as Prometheus has it.
fn expression(alert: &str) -> String {
    let mut all = alerts(RULES[0]).into_iter();
    let found = all.find(|(name, _)| name == alert);
    found.unwrap_or_else(|| panic!("no alert {alert}")).1
}

/// There is something to judge, and it is well: so what fires later fires because of the failure.
async fn is_quiet(prometheus: &Prometheus, alert: &str) {
    let expr = expression(alert);
    let what = format!("{alert} has something to judge");
    prometheus.finds_some(&what, &answering(&expr)).await;
    eventually_within(
        &format!("{alert} is quiet"),
        super::SCRAPED,
        async || match prometheus.finds(&expr).await? {
            0 => Ok(()),
            some => Err(some.to_string()),
        },
    )
    .await;
}

/// The alert's expression is true, the page of metrics says the same, and somebody who knows nothing is
/// led from there to a runbook.
async fn is_seen(prometheus: &Prometheus, shop: &Shop, alert: &str, sign: &str) {
    let what = format!("{alert} is true");
    prometheus.finds_some(&what, &expression(alert)).await;
    page_says(shop, sign).await;
    let manual = text("OPERATIONS.md");
    assert!(manual.contains(&format!("\n### {alert}\n")), "{alert}");
    let link = format!("[{alert}](#{})", alert.to_lowercase());
    let (_, reasons) = manual
        .split_once("## Why do orders wait?")
        .expect("the reasons");
    let table = reasons.split("\n## ").next().expect("its text");
    assert!(table.contains(&link), "{alert} in the table of reasons");
    let staged = reasons.split_once("### Staged").expect("what was seen").1;
    assert!(staged.contains(alert), "{alert} among what was staged");
}

/// The page of metrics has such a line, sooner or later.
async fn page_says(shop: &Shop, sign: &str) {
    let what = format!("the page says {sign}");
    eventually_within(&what, super::SCRAPED, async || {
        let page = page::of(shop.door().port).await;
        let shown = page.lines().any(|line| line.starts_with(sign));
        if shown { Ok(()) } else { Err(page) }
    })
    .await;
}

/// `/health` answers 200.
async fn is_well(shop: &Shop) {
    let (status, shown) = shop
        .door()
        .ask(reqwest::Method::GET, "/health", None, None)
        .await
        .expect("an answer");
    assert_eq!(status, 200, "{shown}");
}

/// Somebody has ten dollars on the balance.
async fn has_money(shop: &Shop) {
    let door = shop.door();
    let invoice = door.open(7, "10").await;
    let uuid = invoice["uuid"].as_str().expect("a uuid");
    shop.emulators.pay(uuid, "exact").await;
    eventually("it is on the balance", async || {
        match door.balance(7).await? {
            0 => Err("nothing yet".to_owned()),
            _ => Ok(()),
        }
    })
    .await;
}

/// Somebody buys from the balance, and is answered so, once prices are known.
async fn buys(shop: &Shop, (status, code): (u16, &str)) {
    let door = shop.door();
    let body = json!({"product": "stars", "quantity": 50, "recipient": "masha", "pay": "balance"});
    let (path, mut tries) = ("/admin/v1/users/7/orders", 0);
    let what = format!("buying is answered {status} {code}");
    eventually_within(&what, super::SCRAPED, async || {
        tries += 1;
        let key = tries.to_string();
        let asked = door.ask(reqwest::Method::POST, path, Some(&body), Some(&key));
        let (answered, said) = asked.await?;
        let is_so = answered == status && (code.is_empty() || said["error"]["code"] == code);
        is_so.then_some(()).ok_or(format!("{answered} {said}"))
    })
    .await;
}

/// A shop with a till, browsers and these settings.
async fn whole(more: Vec<Setting>) -> Shop {
    let base = ports::block();
    let emulators = Emulators::start_with(base, 1, "100");
    let mut settings = at_gateway(&emulators);
    settings.extend(selling(&emulators, base).await);
    settings.push(("METRICS_EVERY", "500ms".to_owned()));
    settings.push(("TELEGRAM_API_URL", emulators.telegram()));
    settings.extend(more);
    Shop::beside(emulators, base, settings).await
}

#[tokio::test]
async fn a_gateway_that_is_down_is_seen_as_heleket_down() {
    let shop = whole(Vec::new()).await;
    let prometheus = Prometheus::scraping(shop.door().port);
    has_money(&shop).await;
    shop.door().open(7, "11").await;
    is_quiet(&prometheus, "HeleketDown").await;
    page_says(&shop, "starkeeper_on_sale{product=\"stars\"} 1").await;
    let always = json!({"probability": "1"});
    for method in ["create", "info", "list"] {
        shop.emulators.fault(method, "down", always.clone()).await;
    }
    // The open invoice is looked up again and again.
    let failed = "starkeeper_heleket_calls_total{";
    is_seen(&prometheus, &shop, "HeleketDown", failed).await;
    let page = page::of(shop.door().port).await;
    let calls = page.lines().filter(|line| line.starts_with(failed));
    let mut outcomes = calls.filter(|line| {
        line.contains("outcome=\"not_done\"") || line.contains("outcome=\"unknown\"")
    });
    assert!(outcomes.any(|line| !line.ends_with(" 0")), "{page}");
    is_well(&shop).await;
    // Buying from the balance goes on.
    buys(&shop, (201, "")).await;
}

#[tokio::test]
async fn a_login_that_is_dead_is_seen_as_login_lost() {
    let often = ("FRAGMENT_COOKIE_REFRESH_INTERVAL", "2s".to_owned());
    let shop = whole(vec![often]).await;
    let prometheus = Prometheus::scraping(shop.door().port);
    is_quiet(&prometheus, "LoginLost").await;
    // A shop that has TON says nothing of its float.
    is_quiet(&prometheus, "FloatEmpty").await;
    let part = json!({"part": "telegram"});
    shop.emulators.order("login/expire", part).await;
    let sign = "starkeeper_login_state{till=\"1\",state=\"lost\"} 1";
    is_seen(&prometheus, &shop, "LoginLost", sign).await;
    is_well(&shop).await;
    let door = shop.door();
    eventually("the operators are asked for cookies", async || {
        let page = door.glance("/admin/v1/notices?limit=100").await?;
        let notices = page["notices"].as_array().expect("a list");
        let asks = |notice: &Value| notice["message"]["operators"]["login_lost"].is_object();
        notices
            .iter()
            .any(asks)
            .then_some(())
            .ok_or(page.to_string())
    })
    .await;
}

#[tokio::test]
async fn an_empty_wallet_is_seen_as_float_empty() {
    let base = ports::block();
    let emulators = Emulators::start_with(base, 1, "100");
    let mut settings = at_gateway(&emulators);
    settings.extend(selling(&emulators, base).await);
    settings.push(("METRICS_EVERY", "500ms".to_owned()));
    // A hundredth of a TON is in whichever wallet these words open.
    let mut address = starkeeper();
    address.args(["wallet", "address"]).envs(settings.clone());
    let printed = run(address.env("ENVIRONMENT", "development"));
    let words = printed.split(|letter: char| letter.is_whitespace() || letter == ',');
    let addresses: Vec<&str> = words.filter(|word| word.len() == 48).collect();
    assert!(!addresses.is_empty(), "{printed}");
    for address in addresses {
        let wallet = format!("wallets/{address}");
        emulators.order(&wallet, json!({"nano": 10_000_000})).await;
    }
    let shop = Shop::beside(emulators, base, settings).await;
    let prometheus = Prometheus::scraping(shop.door().port);
    let sign = "starkeeper_float_free_ton{till=\"1\"} 0";
    is_seen(&prometheus, &shop, "FloatEmpty", sign).await;
    is_well(&shop).await;
    has_money(&shop).await;
    buys(&shop, (503, "no_float")).await;
}

#[tokio::test]
async fn browsers_that_die_again_and_again_are_seen_as_browsers_fail() {
    // A browser that works until somebody says that it does not.
    let folder = tempfile::tempdir().expect("a folder");
    let (browser, broken) = (folder.path().join("browser"), folder.path().join("broken"));
    let real = std::env::var("STARKEEPER_TEST_BROWSER").unwrap_or_else(|_| "chromium".to_owned());
    let script = format!(
        "#!/bin/sh\n[ ! -e '{}' ] || exit 1\necho $$ >>'{}'\nexec '{real}' \"$@\"\n",
        broken.display(),
        folder.path().join("started").display(),
    );
    std::fs::write(&browser, script).expect("it is written");
    let all = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(&browser, all).expect("it may be run");
    let path = ("BROWSER_PATH", browser.display().to_string());
    let shop = whole(vec![path]).await;
    let prometheus = Prometheus::scraping(shop.door().port);
    is_quiet(&prometheus, "BrowsersFail").await;
    eventually("a browser runs", async || {
        std::fs::read_to_string(folder.path().join("started"))
    })
    .await;
    std::fs::write(&broken, "").expect("it is written");
    let started = std::fs::read_to_string(folder.path().join("started")).expect("some started");
    for process in started.lines() {
        // One that has gone by itself is no trouble.
        let words = ["-c", "kill -KILL \"$0\"", process];
        let _gone = Command::new("sh").args(words).output();
    }
    let sign = "starkeeper_browser_events_total{event=\"open_failed\"}";
    is_seen(&prometheus, &shop, "BrowsersFail", sign).await;
}
