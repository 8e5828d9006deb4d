//! The page of metrics: its samples as a reader sees them, and what scripts cut out of it.

use std::collections::{BTreeMap, BTreeSet};
use std::process::{Command, Stdio};

use reqwest::Method;
use serde_json::json;
use starkeeper::metrics::table;

use crate::support::emulators::web;
use crate::support::eventually;
use crate::support::shop::Shop;

/// The page of a daemon at a port.
pub async fn of(port: u16) -> String {
    let url = format!("http://127.0.0.1:{port}/metrics");
    let answer = web().get(url).send().await.expect("the daemon answers");
    answer.text().await.expect("a text")
}

/// The name of each metric on a page, with the word of its `TYPE` line, if it has one.
pub fn names(page: &str) -> BTreeMap<String, Option<String>> {
    let mut types = BTreeMap::new();
    let mut names = BTreeMap::new();
    for line in page.lines().filter(|line| !line.is_empty()) {
        if let Some(rest) = line.strip_prefix("# TYPE ") {
            let (name, word) = rest.split_once(' ').expect("a name and a word");
            let twice = types.insert(name.to_owned(), word.to_owned());
            assert_eq!(twice, None, "{name} is explained twice");
        } else if !line.starts_with('#') {
            let end = line.find(['{', ' ']).expect("a sample has a value");
            let sample = &line[..end];
            let of_histogram = ["_bucket", "_sum", "_count"].iter().find_map(|end| {
                let name = sample.strip_suffix(end)?;
                types.contains_key(name).then_some(name)
            });
            let name = of_histogram.unwrap_or(sample);
            names.insert(name.to_owned(), types.get(name).cloned());
        }
    }
    names
}

/// Every metric of a page has its line in the table, of the same kind.
pub fn assert_in_the_table(page: &str) -> BTreeSet<String> {
    let names = names(page);
    for (name, word) in &names {
        let row = table::find(name).unwrap_or_else(|| panic!("{name} is not in the table"));
        let expected = match row.kind {
            table::Kind::Untyped => None,
            table::Kind::Counter | table::Kind::Gauge | table::Kind::Histogram => {
                Some(row.kind.word())
            }
        };
        assert_eq!(word.as_deref(), expected, "{name}");
        if !row.labels.is_empty() {
            let labels: BTreeSet<&str> = row.labels.split(", ").collect();
            let begins = [format!("{name}{{"), format!("{name}_bucket{{")];
            let of_it = |line: &&str| begins.iter().any(|begin| line.starts_with(begin));
            let mut samples = page.lines().filter(of_it);
            let sample = samples.next().unwrap_or_default();
            for label in labels {
                assert!(
                    sample.contains(&format!("{label}=\"")),
                    "{label} in {sample}"
                );
            }
        }
    }
    names.into_keys().collect()
}

/// What a pipe of the shell prints for a text.
fn piped(text: &str, pipe: &str) -> String {
    use std::io::Write as _;
    let mut shell = Command::new("sh")
        .args(["-c", pipe])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("a shell");
    let mut stdin = shell.stdin.take().expect("its input");
    stdin.write_all(text.as_bytes()).expect("it reads");
    drop(stdin);
    let answer = shell.wait_with_output().expect("it ends");
    String::from_utf8(answer.stdout).expect("a text")
}

/// The two lines of the guide's script for a release that goes wrong, and what it does with them.
fn judged(page: &str) -> (f64, f64) {
    let number = |word: &str| {
        let printed = piped(page, &format!("grep {word} | cut -d' ' -f2"));
        let lines: Vec<&str> = printed.lines().collect();
        assert_eq!(lines.len(), 1, "{word}: {printed:?}");
        lines[0].parse::<f64>().expect("a number")
    };
    (number("error_rate"), number("response_time"))
}

#[tokio::test]
async fn the_script_of_the_guide_rolls_back_a_release_that_fails() {
    // Without keys of the gateway: an invoice cannot be opened, and that is our fault.
    let off = |name| (name, String::new());
    let settings = ["MERCHANT_UUID", "API_KEY", "PAYOUT_API_KEY"].map(off);
    let shop = Shop::open(settings.into()).await;
    let door = shop.door();
    assert_eq!(judged(&of(door.port).await).0, 0.0, "looks are no requests");
    for _ in 0..3 {
        door.look("/admin/v1/books").await;
    }
    let (failed, took) = judged(&of(door.port).await);
    assert_eq!(failed, 0.0);
    assert!(took > 0.0 && took < 2.0, "{took}");
    let body = json!({"amount": "10"});
    for n in 0..3 {
        let (path, key) = ("/admin/v1/users/7/invoices", format!("key-{n}"));
        let asked = door.ask(Method::POST, path, Some(&body), Some(&key));
        assert_eq!(asked.await.expect("an answer").0, 503);
    }
    let (failed, _) = judged(&of(door.port).await);
    assert_eq!(failed, 0.5, "three of six");
    assert!(failed > 0.05, "so the script rolls back");
}

#[tokio::test]
async fn every_metric_of_a_daemon_that_only_takes_payments_is_in_the_table() {
    let shop = Shop::open(Vec::new()).await;
    let invoice = shop.door().open(7, "10").await;
    shop.emulators
        .pay(invoice["uuid"].as_str().expect("a uuid"), "exact")
        .await;
    let page = eventually("the credit is shown", async || {
        let page = of(shop.door().port).await;
        let credited = "starkeeper_payment_events_total{event=\"credit\"} 1";
        let waits = "starkeeper_notices_waiting 1";
        match page.contains(credited) && page.contains(waits) {
            true => Ok(page),
            false => Err(page),
        }
    })
    .await;
    let shown = assert_in_the_table(&page);
    for name in [
        "starkeeper_due",
        "starkeeper_ledger_balance",
        "process_open_fds",
    ] {
        assert!(shown.contains(name), "{name}");
    }
    assert!(
        !shown.contains("starkeeper_till_orders"),
        "there is no till"
    );
}

#[tokio::test]
async fn a_hundred_scrapers_at_once_cost_the_books_one_look_a_second() {
    let shop = Shop::open(Vec::new()).await;
    let port = shop.door().port;
    let before = std::time::Instant::now();
    let pages = futures_util::future::join_all((0..100).map(|_| of(port))).await;
    let took = before.elapsed();
    let ages: BTreeSet<&str> = pages
        .iter()
        .flat_map(|page| page.lines())
        .filter(|line| line.starts_with("starkeeper_books_reachable"))
        .collect();
    assert_eq!(ages, BTreeSet::from(["starkeeper_books_reachable 1"]));
    eprintln!("a hundred scrapes at once took {took:?}");
}
