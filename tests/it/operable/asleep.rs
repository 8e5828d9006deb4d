//! What lets an operator sleep, over the wire: absences, the heartbeat, the disk, days as a table.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use crate::support::eventually;
use crate::support::shop::{Door, Shop};

/// What the operators are owed about the shop itself, of one kind, newest first.
async fn told(door: &Door, kind: &str) -> Result<Vec<Value>, String> {
    let page = door.glance("/admin/v1/notices?limit=100").await?;
    let all = page["notices"].as_array().expect("a list").iter();
    let of_kind = all.map(|notice| notice["message"]["operators"]["shop"][kind].clone());
    Ok(of_kind.filter(|news| !news.is_null()).collect())
}

fn quickly(more: &[(&'static str, &str)]) -> Vec<(&'static str, String)> {
    let all = [("SHOP_LOOK_EVERY", "100ms")].iter().chain(more);
    all.map(|(name, value)| (*name, (*value).to_owned()))
        .collect()
}

#[tokio::test]
async fn after_an_absence_the_operators_read_from_when_to_when_and_once() {
    let mut shop = Shop::open(quickly(&[("AWAY_AFTER", "2s")])).await;
    let door = shop.door();
    eventually("the shop has looked at itself", async || {
        let metrics = shop.daemon.log();
        door.glance("/health").await.map(drop)?;
        metrics
            .contains("starkeeper serves")
            .then_some(())
            .ok_or(metrics)
    })
    .await;
    // A restart of a moment is none.
    shop.daemon.terminate().await;
    shop.daemon.resume().await;
    assert_eq!(told(&door, "away").await, Ok(vec![]));
    shop.daemon.kill();
    let gone = Instant::now();
    eventually("it was away for longer than that", async || {
        let away = gone.elapsed();
        (away > Duration::from_secs(3)).then_some(()).ok_or(away)
    })
    .await;
    shop.daemon.resume().await;
    let away = eventually("it is told", async || {
        let told = told(&door, "away").await?;
        match told.as_slice() {
            [one] => Ok(one.clone()),
            other => Err(format!("{other:?}")),
        }
    })
    .await;
    let at = |name: &str| -> chrono::DateTime<chrono::Utc> {
        away[name]
            .as_str()
            .expect("an instant")
            .parse()
            .expect("an instant")
    };
    assert!((at("to") - at("from")).num_seconds() >= 2, "{away}");
    assert_eq!(away["going_on"], 0);
    // Nor is the next restart told, of the same absence or another.
    shop.daemon.terminate().await;
    shop.daemon.resume().await;
    eventually("it still stands once", async || {
        match told(&door, "away").await?.len() {
            1 => Ok(()),
            other => Err(format!("{other} times")),
        }
    })
    .await;
}

#[tokio::test]
async fn a_full_disk_rests_sales_and_is_told() {
    let shop = Shop::open(quickly(&[("DISK_MIN", "1000T")])).await;
    let door = shop.door();
    let low = eventually("it is told", async || {
        let told = told(&door, "disk_low").await?;
        told.first().cloned().ok_or("nothing yet".to_owned())
    })
    .await;
    // Both lie on one disk, whose room changes while it is read.
    assert!(low["folder"] == "state" || low["folder"] == "logs", "{low}");
    let page = metrics(&door).await;
    assert!(
        page.contains("starkeeper_shut{why=\"disk_low\"} 1"),
        "{page}"
    );
    // Money that was sent is credited all the same.
    let invoice = door.open(7, "10").await;
    let uuid = invoice["uuid"].as_str().expect("a uuid");
    shop.emulators.pay(uuid, "exact").await;
    eventually("the money is credited", async || {
        match door.balance(7).await? {
            10_000_000 => Ok(()),
            other => Err(other.to_string()),
        }
    })
    .await;
}

async fn metrics(door: &Door) -> String {
    let url = format!("http://127.0.0.1:{}/metrics", door.port);
    let page = crate::support::emulators::web().get(url).send().await;
    page.expect("metrics").text().await.expect("a text")
}

/// Answers every request with these bytes, and counts them.
async fn answering(bytes: &'static str) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("a port").port();
    let count = Arc::new(AtomicUsize::new(0));
    let counts = Arc::clone(&count);
    tokio::spawn(async move {
        while let Ok((mut caller, _)) = listener.accept().await {
            let mut head = [0; 1_024];
            let read = caller.read(&mut head).await.unwrap_or(0);
            if head[..read].starts_with(b"GET /beat?token=secret-of-the-beat ") {
                counts.fetch_add(1, Ordering::Relaxed);
            }
            let _gone = caller.write_all(bytes.as_bytes()).await;
        }
    });
    (
        format!("http://127.0.0.1:{port}/beat?token=secret-of-the-beat"),
        count,
    )
}

const FINE: &str = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nOK";
const ELSEWHERE: &str = "HTTP/1.1 302 Found\r\nlocation: /beat?token=secret-of-the-beat\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";

#[tokio::test]
async fn the_heartbeat_is_called_while_all_is_well_and_a_failure_harms_nothing() {
    let (url, calls) = answering(FINE).await;
    let beats = [
        ("HEARTBEAT_URL", url.as_str()),
        ("HEARTBEAT_EVERY", "100ms"),
    ];
    let shop = Shop::open(quickly(&beats)).await;
    eventually("it beats", async || {
        let calls = calls.load(Ordering::Relaxed);
        (calls >= 3).then_some(()).ok_or(calls)
    })
    .await;
    let page = metrics(&shop.door()).await;
    assert!(
        page.contains("starkeeper_heartbeats_total{outcome=\"failed\"} 0"),
        "{page}"
    );

    let (url, calls) = answering(ELSEWHERE).await;
    let beats = [
        ("HEARTBEAT_URL", url.as_str()),
        ("HEARTBEAT_EVERY", "100ms"),
    ];
    let shop = Shop::open(quickly(&beats)).await;
    eventually("it is refused and counted", async || {
        let page = metrics(&shop.door()).await;
        let failed = page
            .lines()
            .find_map(|line| line.strip_prefix("starkeeper_heartbeats_total{outcome=\"failed\"} "));
        let failed: usize = failed.and_then(|count| count.parse().ok()).unwrap_or(0);
        // Each failure was one call: nobody followed it elsewhere.
        let called = calls.load(Ordering::Relaxed);
        (failed >= 3 && called <= failed + 1)
            .then_some(())
            .ok_or((failed, called))
    })
    .await;
    let log = shop.daemon.log();
    let said = log
        .matches("HEARTBEAT_URL was not reached: it answered 302")
        .count();
    assert_eq!(said, 1, "{log}");
    assert!(!log.contains("secret-of-the-beat"), "{log}");
    shop.door().look("/health").await;
}

#[tokio::test]
async fn days_are_printed_as_a_table_beside_the_running_daemon() {
    let shop = Shop::open(quickly(&[])).await;
    let table = shop.daemon.run(&["report", "--days", "3"]);
    let shown = String::from_utf8_lossy(&table.stdout).into_owned();
    assert!(table.status.success(), "{table:?}");
    let lines: Vec<&str> = shown.lines().collect();
    assert_eq!(lines.len(), 4, "{shown}");
    assert!(lines[0].starts_with("day,orders,sales_usd,"), "{shown}");
    for line in &lines[1..] {
        assert_eq!(line.split(',').count(), 13, "{shown}");
        assert!(line.contains(",0,0.00,0,0,,,,,0,0.00,0,"), "{shown}");
    }
}
