//! An invoice from its opening to the balance, over the wire, by webhook and by polling alone.

use serde_json::Value;

use super::house::{Daemon, Emulators, paid_daemon};
use crate::support::eventually;
use crate::support::services::free_port;

/// Everything that must be true of person 7 after one payment of 10 USD.
async fn assert_credited_once(daemon: &Daemon) {
    daemon.balance(7, "10.00").await;
    let (_, told) = daemon.get("/admin/v1/notices?user=7").await;
    let told = told["notices"].as_array().expect("a list").clone();
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(told[0]["about"], "credited");
    let (_, books) = daemon.get("/admin/v1/books").await;
    assert_eq!(books["balanced"], true, "{books}");
    assert_eq!(books["usd"]["customers"], "10.00", "{books}");
    eventually("the metrics show the credit", async || {
        let page = daemon.text("/metrics").await;
        let all = [
            "starkeeper_payment_events_total{event=\"credit\"} 1",
            "starkeeper_ledger_balanced 1",
            "starkeeper_notices_waiting 1",
        ];
        match all.iter().find(|line| !page.contains(**line)) {
            None => Ok(()),
            Some(missing) => Err(format!("{missing} is missing in\n{page}")),
        }
    })
    .await;
}

async fn opened(daemon: &Daemon) -> Value {
    let (status, invoice) = daemon.invoice(7, "10", Some("k-1")).await;
    assert_eq!(status.as_u16(), 201, "{invoice}");
    let (status, again) = daemon.invoice(7, "10", Some("k-1")).await;
    assert_eq!((status.as_u16(), &again), (201, &invoice));
    invoice
}

#[tokio::test]
async fn a_webhook_credits_an_invoice_and_a_restart_forgets_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let emulators = Emulators::start();
    let port = free_port();
    let command = || {
        let mut command = paid_daemon(folder.path(), port, &emulators);
        // No poll helps here.
        command
            .env("INVOICE_POLL_EVERY", "1h")
            .env("WEBHOOK_PUBLIC_URL", format!("http://127.0.0.1:{port}"));
        command
    };
    let mut daemon = Daemon::start(command(), port).await;
    let invoice = opened(&daemon).await;
    emulators.pay(invoice["uuid"].as_str().unwrap()).await;
    assert_credited_once(&daemon).await;
    let page = daemon.text("/metrics").await;
    let stored = "starkeeper_webhooks_total{sender=\"heleket\",outcome=\"stored\"}";
    assert!(page.contains(stored), "{page}");
    assert_eq!(daemon.running.terminate().code(), Some(0));
    let log = daemon.running.printed();
    for told in ["starts in development", "SIGTERM: ending in order", "ended"] {
        assert!(log.contains(told), "{told:?} is missing in\n{log}");
    }
    let daemon = Daemon::start(command(), port).await;
    daemon.balance(7, "10.00").await;
    let (status, again) = daemon.invoice(7, "10", Some("k-1")).await;
    assert_eq!(status.as_u16(), 201, "{again}");
    assert_eq!(again["uuid"], invoice["uuid"], "a key outlives a restart");
}

#[tokio::test]
async fn polling_alone_credits_an_invoice() {
    let folder = tempfile::tempdir().unwrap();
    let emulators = Emulators::start();
    let port = free_port();
    let mut command = paid_daemon(folder.path(), port, &emulators);
    command
        .env("INVOICE_POLL_EVERY", "1s")
        .env("INVOICE_POLL_FAST", "1s")
        .env("PAYMENT_LOOK_EVERY", "100ms");
    let daemon = Daemon::start(command, port).await;
    let invoice = opened(&daemon).await;
    emulators.pay(invoice["uuid"].as_str().unwrap()).await;
    assert_credited_once(&daemon).await;
    let log = daemon.running.printed();
    assert!(log.contains("payments are found by polling alone"), "{log}");
    for secret in [super::house::KEY, super::house::TOKEN] {
        assert!(!log.contains(secret), "a secret is in the log");
    }
}
