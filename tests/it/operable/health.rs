//! Health at the wire: red when work is not done, although the process lives.

use reqwest::StatusCode;
use serde_json::Value;

use crate::support::emulators::web;
use crate::support::eventually;
use crate::support::shop::{Shop, TOKEN};

/// Status and body of a path, without the token of admins.
async fn asked(port: u16, path: &str) -> (StatusCode, Value) {
    let url = format!("http://127.0.0.1:{port}{path}");
    let answer = web().get(url).send().await.expect("the daemon answers");
    let status = answer.status();
    (status, answer.json().await.expect("health is JSON"))
}

#[tokio::test]
async fn health_is_red_while_the_oldest_due_work_waits_for_too_long() {
    let settings = [
        // Payment does not look by itself: what nobody tells it of is not done.
        ("PAYMENT_LOOK_EVERY", "1h"),
        ("HEALTH_STALLED_AFTER", "2h"),
        ("HEALTH_DUE_AFTER", "1s"),
        ("METRICS_EVERY", "100ms"),
    ];
    let settings = settings.map(|(name, value)| (name, value.to_owned()));
    let shop = Shop::open(settings.into()).await;
    let port = shop.door().port;
    let (status, body) = asked(port, "/health").await;
    assert_eq!(status, 200, "{body}");
    assert_eq!(body["overdue"], serde_json::json!([]), "{body}");
    // Its next look-up is due in a second, and never made.
    let invoice = shop.door().open(7, "10").await;
    let red = eventually("the invoice waits for too long", async || {
        match asked(port, "/health").await {
            (status, body) if status == 503 => Ok(body),
            (status, body) => Err(format!("{status} {body}")),
        }
    })
    .await;
    let overdue = &red["overdue"][0];
    assert_eq!(
        (
            red["status"].as_str(),
            red["stalled"].as_array().map(Vec::len)
        ),
        (Some("unwell"), Some(0))
    );
    assert_eq!(overdue["actor"], "payment", "{red}");
    assert_eq!(overdue["of"], "invoices", "{red}");
    assert!(overdue["seconds"].as_u64() >= Some(1), "{red}");
    // A restart would help nobody, and requests are still welcome.
    assert_eq!(asked(port, "/health/live").await.0, 200);
    assert_eq!(asked(port, "/health/ready").await.0, 200);
    let page = super::page::of(port).await;
    assert!(page.contains("starkeeper_health 0"), "{page}");
    assert!(
        shop.daemon
            .log()
            .contains("too late: invoices wait for payment")
    );
    // Somebody tells payment of it: the work is done, and all is well again.
    shop.emulators
        .pay(invoice["uuid"].as_str().expect("a uuid"), "exact")
        .await;
    eventually("nothing waits any more", async || {
        match asked(port, "/health").await {
            (status, _) if status == 200 => Ok(()),
            (status, body) => Err(format!("{status} {body}")),
        }
    })
    .await;
    assert!(shop.daemon.log().contains("nothing is too late any more"));
}

#[tokio::test]
async fn what_another_daemon_should_do_makes_nobody_else_red() {
    let settings = [("HEALTH_DUE_AFTER", "1s"), ("METRICS_EVERY", "100ms")];
    let settings = settings.map(|(name, value)| (name, value.to_owned()));
    let shop = Shop::open(settings.into()).await;
    let port = shop.door().port;
    let invoice = shop.door().open(7, "10").await;
    shop.emulators
        .pay(invoice["uuid"].as_str().expect("a uuid"), "exact")
        .await;
    // There is no chat here: the news waits for a daemon that has one.
    eventually("the news is due for two seconds", async || {
        let page = super::page::of(port).await;
        let line = "starkeeper_due_oldest_seconds{actor=\"notifier\",of=\"notices\"} ";
        let due = page.lines().find_map(|shown| shown.strip_prefix(line));
        match due.and_then(|due| due.parse::<u64>().ok()) {
            Some(due) if due >= 2 => Ok(()),
            other => Err(format!("{other:?}")),
        }
    })
    .await;
    let (status, body) = asked(port, "/health").await;
    assert_eq!(status, 200, "{body}");
}

#[tokio::test]
async fn details_are_for_admins_alone() {
    let shop = Shop::open(Vec::new()).await;
    let port = shop.door().port;
    assert_eq!(asked(port, "/health/detailed").await.0, 401);
    let url = format!("http://127.0.0.1:{port}/health/detailed");
    let answer = web()
        .get(url)
        .bearer_auth(TOKEN)
        .send()
        .await
        .expect("an answer");
    let shown: Value = answer.json().await.expect("JSON");
    assert_eq!(shown["health"]["status"], "ok", "{shown}");
    let actors = shown["actors"]["actors"].as_array().expect("actors");
    assert!(
        actors.iter().any(|actor| actor["name"] == "payment"),
        "{shown}"
    );
    assert!(!shown.to_string().contains(TOKEN));
}
