//! Customers of a shop behind the proxy.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use reqwest::Client;
use serde_json::json;
use tokio::task::JoinHandle;

use super::{DEPLOYED, Host};
use crate::support::shop::TOKEN;
use crate::support::wait::eventually_within;

/// At once: enough to be there at every moment, and no load by themselves.
const CUSTOMERS: u32 = 2;

/// Customers who ask all the time, each from an address of its own, through the proxy.
pub struct Crowd {
    stop: Arc<AtomicBool>,
    answered: Arc<AtomicU32>,
    asking: Vec<JoinHandle<Vec<String>>>,
}

impl Crowd {
    /// They look at the books, and open invoices if they should.
    pub fn asking(host: &Host, invoices: bool) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let answered = Arc::new(AtomicU32::new(0));
        let asking = (0..CUSTOMERS)
            .map(|who| {
                let (stop, answered) = (stop.clone(), answered.clone());
                let (web, port) = (client(), host.nginx.http);
                tokio::spawn(async move {
                    let mut failed = Vec::new();
                    let mut turn = who * 1_000_000;
                    while !stop.load(Ordering::Relaxed) {
                        let told = if invoices && turn % 2 == 0 {
                            opens(&web, port, turn).await
                        } else {
                            looks(&web, port, turn).await
                        };
                        failed.extend(told.err());
                        answered.fetch_add(1, Ordering::Relaxed);
                        turn += 1;
                    }
                    failed
                })
            })
            .collect();
        Self {
            stop,
            answered,
            asking,
        }
    }

    /// They have asked so often.
    pub async fn has_asked(&self, times: u32) {
        let begun = self.answered.load(Ordering::Relaxed);
        eventually_within("customers ask", DEPLOYED, async || {
            let now = self.answered.load(Ordering::Relaxed);
            if now >= begun + times {
                Ok(())
            } else {
                Err(now)
            }
        })
        .await;
    }

    /// They go home; answers how often they asked, and what went wrong.
    pub async fn ends(self) -> (u32, Vec<String>) {
        self.stop.store(true, Ordering::Relaxed);
        let mut failed = Vec::new();
        for asking in self.asking {
            failed.extend(asking.await.expect("it ends"));
        }
        (self.answered.load(Ordering::Relaxed), failed)
    }
}

/// Each request has a connection of its own: one that rests may be closed by either side at any moment,
/// also by a proxy that reads new shares, and whoever keeps it asks again.
fn client() -> Client {
    let client = Client::builder().no_proxy().pool_max_idle_per_host(0);
    client.timeout(DEPLOYED).build().expect("a client")
}

/// An address that is allowed in, and that the proxy has not counted too often.
fn address(turn: u32) -> String {
    format!("192.168.1.{}", 1 + turn % 250)
}

async fn looks(web: &Client, port: u16, turn: u32) -> Result<(), String> {
    let url = format!("http://127.0.0.1:{port}/admin/v1/books");
    let asked = web
        .get(url)
        .bearer_auth(TOKEN)
        .header("CF-Connecting-IP", address(turn));
    match asked.send().await {
        // The proxy's own limit, where a machine is quick enough to meet it.
        Ok(answer) if [200, 429].contains(&answer.status().as_u16()) => Ok(()),
        Ok(answer) => Err(format!("{}", answer.status())),
        Err(why) => Err(why.to_string()),
    }
}

async fn opens(web: &Client, port: u16, turn: u32) -> Result<(), String> {
    let url = format!(
        "http://127.0.0.1:{port}/admin/v1/users/{}/invoices",
        turn + 1
    );
    let asked = web
        .post(url)
        .bearer_auth(TOKEN)
        .json(&json!({"amount": "10"}));
    let asked = asked
        .header("CF-Connecting-IP", address(turn))
        .header("Idempotency-Key", format!("key-{turn}"));
    match asked.send().await {
        Ok(answer) if [201, 429].contains(&answer.status().as_u16()) => Ok(()),
        Ok(answer) => Err(format!("{}", answer.status())),
        Err(why) => Err(why.to_string()),
    }
}
