//! Telegram's side: people who write, each waiting for the reply before writing again.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use reqwest::Client;
use serde_json::json;
use tokio::sync::Semaphore;

use crate::bot_api::Awaited;
use crate::{SECRET, show, show_spans};

/// Updates under way at once.
const AT_ONCE: usize = 64;

/// Of those that come at a pace, no more are under way; the others wait, and their waiting counts.
const MOST_AT_A_PACE: usize = AT_ONCE * 4;

/// Of the greatest rate, in percent: where the second figure is taken.
const PART: u128 = 70;

/// People who are not writing, in turn: nobody writes twice at once, however long one update takes.
#[derive(Clone)]
struct Writers(Arc<Mutex<VecDeque<i64>>>);

impl Writers {
    fn new(many: usize) -> Self {
        let many = i64::try_from(many.max(MOST_AT_A_PACE)).unwrap();
        Self(Arc::new(Mutex::new((0..many).collect())))
    }

    fn next(&self) -> i64 {
        let next = self.0.lock().unwrap().pop_front();
        next.expect("more people than are heard at once")
    }

    fn rests(&self, writer: i64) {
        self.0.lock().unwrap().push_back(writer);
    }
}

/// No reply takes longer.
const PATIENCE: Duration = Duration::from_secs(60);

#[derive(Clone)]
pub struct Load {
    web: Client,
    url: String,
    awaited: Awaited,
    updates: Arc<AtomicI64>,
}

impl Load {
    pub fn on(port: u16, awaited: &Awaited) -> Self {
        let web = Client::builder().no_proxy().pool_max_idle_per_host(AT_ONCE);
        Self {
            web: web.build().unwrap(),
            url: format!("http://127.0.0.1:{port}/webhook/telegram"),
            awaited: awaited.clone(),
            updates: Arc::new(AtomicI64::new(1)),
        }
    }

    /// Prints the greatest rate and how long it takes there, and at a part of it; answers the rate.
    pub async fn measure(&self, what: &str, people: usize, updates: usize) -> u128 {
        // Whoever wrote before is known.
        self.flood(people, people).await;
        let begun = Instant::now();
        let spans = self.flood(people, updates).await;
        let rate = updates as u128 * 1_000_000 / begun.elapsed().as_micros().max(1);
        show(
            &format!("{what}: update to reply, {AT_ONCE} at once"),
            rate,
            "updates/s",
        );
        show_spans(
            &format!("{what}: update to reply, {AT_ONCE} at once"),
            spans,
        );
        let slower = (rate * PART / 100).max(1);
        let spans = self.pace(people, updates, slower).await;
        show_spans(&format!("{what}: update to reply, at {slower}/s"), spans);
        rate
    }

    /// As fast as it goes: each person has one update under way at a time.
    pub async fn flood(&self, people: usize, updates: usize) -> Vec<Duration> {
        let (next, writers) = (Arc::new(AtomicUsize::new(0)), Writers::new(people));
        let tasks: Vec<_> = (0..AT_ONCE)
            .map(|_| {
                let (load, next, writers) = (self.clone(), Arc::clone(&next), writers.clone());
                tokio::spawn(async move {
                    let mut spans = Vec::new();
                    loop {
                        let nth = next.fetch_add(1, Ordering::Relaxed);
                        if nth >= updates {
                            return spans;
                        }
                        let begun = Instant::now();
                        load.one(&writers).await;
                        spans.push(begun.elapsed());
                    }
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
    async fn pace(&self, people: usize, updates: usize, rate: u128) -> Vec<Duration> {
        let between = Duration::from_micros(u64::try_from(1_000_000 / rate).unwrap());
        let mut pulse = tokio::time::interval(between);
        let places = Arc::new(Semaphore::new(MOST_AT_A_PACE));
        let writers = Writers::new(people);
        let mut tasks = Vec::new();
        for _ in 0..updates {
            let due = pulse.tick().await.into_std();
            let (load, places, writers) = (self.clone(), Arc::clone(&places), writers.clone());
            tasks.push(tokio::spawn(async move {
                let _place = places.acquire().await.unwrap();
                load.one(&writers).await;
                due.elapsed()
            }));
        }
        let mut spans = Vec::new();
        for task in tasks {
            spans.push(task.await.unwrap());
        }
        spans
    }

    /// One update until it is taken and its reply is there.
    async fn one(&self, writers: &Writers) {
        let writer = writers.next();
        let chat = 1_000_000 + writer;
        let update = self.updates.fetch_add(1, Ordering::Relaxed);
        let replied = self.awaited.message_to(chat);
        let body = json!({"update_id": update, "message": {"message_id": update, "date": 1,
            "text": "/balance", "chat": {"id": chat, "type": "private"},
            "from": {"id": chat, "is_bot": false, "first_name": "Anya", "language_code": "en"}}});
        let request = self.web.post(&self.url).json(&body);
        let request = request.header("X-Telegram-Bot-Api-Secret-Token", SECRET);
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status().as_u16(), 200, "an update was not taken");
        answer.bytes().await.unwrap();
        let replied = tokio::time::timeout(PATIENCE, replied).await;
        replied
            .expect("a reply in time")
            .expect("one person, one update");
        writers.rests(writer);
    }
}
