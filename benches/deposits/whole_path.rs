//! The whole path of a webhook: from its first byte through the look-up at the gateway and the
//! commit to the answer 200. Daemon and emulators are processes of their own.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use reqwest::Client;
use serde_json::json;

use crate::ground::support::Database;
use crate::ground::support::emulators::{PAYMENT_KEY, members, signed};
use crate::ground::support::shop::{Setting, Shop, books_at};

/// Webhooks under way at once.
const AT_ONCE: usize = 64;

/// Of the greatest rate, in percent: where the second figure is taken.
const PART: u128 = 70;

/// On embedded books.
pub async fn on_sqlite(webhooks: usize) {
    measure("sqlite", Vec::new(), webhooks).await;
}

/// On a fresh database of the server.
pub fn on_postgres(runtime: &tokio::runtime::Runtime, webhooks: usize) {
    let database = Database::migrated();
    runtime.block_on(measure("postgres", books_at(&database.url()), webhooks));
}

/// Measures both figures: as fast as it goes, and at a part of that.
async fn measure(engine: &str, books: Vec<Setting>, webhooks: usize) {
    let mut settings = books;
    settings.push(("LOG_LEVEL", "warn".to_owned()));
    let shop = Shop::open_untold(settings).await;
    let never = json!({"probability": "1"});
    shop.emulators.fault("webhook", "refuse", never).await;
    let sender = Sender::to(shop.door().port);

    let bodies = paid(&shop, 1, webhooks).await;
    let begun = Instant::now();
    let spans = sender.flood(bodies).await;
    let took = begun.elapsed();
    let rate = webhooks as u128 * 1_000_000 / took.as_micros().max(1);
    let figure = format!("{engine}: webhook to 200, {AT_ONCE} at once");
    println!("{figure:<52} {rate:>10}  webhooks/s");
    show_spans(&figure, spans);

    let bodies = paid(&shop, 1 + webhooks, webhooks).await;
    let slower = (rate * PART / 100).max(1);
    let between = Duration::from_micros(u64::try_from(1_000_000 / slower).unwrap());
    let spans = sender.pace(bodies, between).await;
    show_spans(&format!("{engine}: webhook to 200, at {slower}/s"), spans);

    let shown = shop.door().look("/admin/v1/books").await;
    let all = format!("{}.00", 2 * webhooks * 10);
    assert_eq!(shown["usd"]["customers"], all.as_str(), "{shown}");
}

fn show_spans(figure: &str, mut spans: Vec<Duration>) {
    spans.sort_unstable();
    for (name, part) in [("p50", 50), ("p99", 99)] {
        if let Some(span) = spans.get(spans.len() * part / 100) {
            let text = format!("{figure}, {name}");
            println!("{text:<52} {:>10}  us", span.as_micros());
        }
    }
}

/// Webhooks about invoices that are paid and that the daemon knows nothing of.
async fn paid(shop: &Shop, first: usize, webhooks: usize) -> Vec<String> {
    let people: Vec<usize> = (first..first + webhooks).collect();
    let mut bodies = Vec::new();
    for some in people.chunks(16) {
        let one = |person: &usize| {
            let person = i64::try_from(*person).unwrap();
            async move {
                let opened = shop.door().open(person, "10").await;
                let uuid = opened["uuid"].as_str().unwrap();
                shop.emulators.pay(uuid, "exact").await;
                shop.emulators.act(uuid, "confirm", json!({})).await;
                signed(&members(&opened, "paid"), PAYMENT_KEY)
            }
        };
        bodies.extend(futures_util::future::join_all(some.iter().map(one)).await);
    }
    bodies
}

#[derive(Clone)]
struct Sender {
    web: Client,
    url: String,
}

impl Sender {
    fn to(port: u16) -> Self {
        let web = Client::builder().no_proxy().pool_max_idle_per_host(AT_ONCE);
        Self {
            web: web.build().unwrap(),
            url: format!("http://127.0.0.1:{port}/webhook/heleket"),
        }
    }

    /// Sends one until it is taken.
    async fn send(&self, body: &str) {
        loop {
            let request = self.web.post(&self.url).body(body.to_owned());
            match request.send().await.unwrap().status().as_u16() {
                200 => return,
                503 => {}
                other => panic!("a webhook was answered with {other}"),
            }
        }
    }

    /// As fast as it goes.
    async fn flood(&self, bodies: Vec<String>) -> Vec<Duration> {
        let (bodies, next) = (Arc::new(bodies), Arc::new(AtomicUsize::new(0)));
        let tasks: Vec<_> = (0..AT_ONCE)
            .map(|_| {
                let (sender, bodies, next) = (self.clone(), Arc::clone(&bodies), Arc::clone(&next));
                tokio::spawn(async move {
                    let mut spans = Vec::new();
                    while let Some(body) = bodies.get(next.fetch_add(1, Ordering::Relaxed)) {
                        let begun = Instant::now();
                        sender.send(body).await;
                        spans.push(begun.elapsed());
                    }
                    spans
                })
            })
            .collect();
        let mut spans = Vec::new();
        for task in tasks {
            spans.extend(task.await.unwrap());
        }
        spans
    }

    /// One after every pause, whether those before are answered or not: what waits is counted too.
    async fn pace(&self, bodies: Vec<String>, between: Duration) -> Vec<Duration> {
        let mut pulse = tokio::time::interval(between);
        let mut tasks = Vec::new();
        for body in bodies {
            let due = pulse.tick().await.into_std();
            let sender = self.clone();
            tasks.push(tokio::spawn(async move {
                sender.send(&body).await;
                due.elapsed()
            }));
        }
        let mut spans = Vec::new();
        for task in tasks {
            spans.push(task.await.unwrap());
        }
        spans
    }
}
