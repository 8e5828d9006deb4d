//! Sends what the emulated systems send by themselves: webhooks.
//!
//! One client with connections kept alive; so many in flight at a time, the rest wait their turn.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use reqwest::header::CONTENT_TYPE;
use tokio::runtime::Handle;
use tokio::sync::{Semaphore, watch};

/// How long a receiver may take. The real gateway's limit is not known.
const PATIENCE: Duration = Duration::from_secs(10);

/// Deliveries at the same time, over all receivers.
const IN_FLIGHT: usize = 256;

/// The post.
#[derive(Debug, Clone)]
pub(crate) struct Post {
    client: reqwest::Client,
    /// Where deliveries run: connections belong to the runtime that opened them.
    runtime: Handle,
    places: Arc<Semaphore>,
    under_way: Arc<watch::Sender<usize>>,
}

/// How a delivery ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Answer {
    /// The receiver answered with this HTTP status.
    Status(u16),
    /// Nobody answered, and why.
    Silence(String),
}

/// What is sent: JSON, to whom, and with which secret in its header.
#[derive(Debug, Clone)]
pub(crate) struct Letter {
    /// Where to.
    pub(crate) url: Arc<str>,
    /// The body.
    pub(crate) body: Bytes,
    /// What `X-Telegram-Bot-Api-Secret-Token` says; none: no such header.
    pub(crate) secret: Option<Arc<str>>,
}

/// An answer, whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reply {
    /// Its HTTP status.
    pub(crate) status: u16,
    /// What its body is.
    pub(crate) content_type: Option<String>,
    /// Its body.
    pub(crate) body: Bytes,
}

/// Why nobody answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Quiet {
    /// Too slow.
    #[error("no answer within {} s", PATIENCE.as_secs())]
    Late,
    /// Nobody listens.
    #[error("no connection")]
    Unreachable,
    /// The line was cut.
    #[error("the connection broke")]
    Broken,
}

impl Post {
    /// A post whose deliveries run on `runtime`.
    pub(crate) fn new(runtime: Handle) -> Result<Self, reqwest::Error> {
        let client = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(PATIENCE)
            .pool_max_idle_per_host(IN_FLIGHT)
            .tcp_nodelay(true)
            .user_agent("starkeeper-sandbox")
            .build()?;
        Ok(Self {
            client,
            runtime,
            places: Arc::new(Semaphore::new(IN_FLIGHT)),
            under_way: Arc::new(watch::Sender::new(0)),
        })
    }

    /// Posts `body` as JSON to `url` and hands the answer to `then`; returns at once.
    pub(crate) fn send(
        &self,
        url: Arc<str>,
        body: Bytes,
        then: impl FnOnce(Answer) + Send + 'static,
    ) {
        let secret = None;
        let letter = Letter { url, body, secret };
        self.exchange(letter, |reply| {
            then(match reply {
                Ok(reply) => Answer::Status(reply.status),
                Err(why) => Answer::Silence(why.to_string()),
            });
        });
    }

    /// Posts a letter and hands the whole answer to `then`; returns at once.
    pub(crate) fn exchange(
        &self,
        letter: Letter,
        then: impl FnOnce(Result<Reply, Quiet>) + Send + 'static,
    ) {
        let counted = Counted::new(&self.under_way);
        let (client, places) = (self.client.clone(), Arc::clone(&self.places));
        self.runtime.spawn(async move {
            // Never closed, so a place always comes.
            let _place = places.acquire().await;
            then(deliver(&client, letter).await);
            drop(counted);
        });
    }

    /// Waits until nothing is under way.
    pub(crate) async fn idle(&self) {
        let mut count = self.under_way.subscribe();
        // The sender lives as long as `self`.
        let _nothing_left = count.wait_for(|count| *count == 0).await;
    }

    /// How many deliveries are under way.
    pub(crate) fn under_way(&self) -> usize {
        *self.under_way.borrow()
    }
}

async fn deliver(client: &reqwest::Client, letter: Letter) -> Result<Reply, Quiet> {
    let mut request = client
        .post(&*letter.url)
        .header(CONTENT_TYPE, "application/json")
        .body(letter.body);
    if let Some(secret) = letter.secret {
        request = request.header("X-Telegram-Bot-Api-Secret-Token", &*secret);
    }
    let answer = request.send().await.map_err(|why| plainly(&why))?;
    let content_type = answer.headers().get(CONTENT_TYPE);
    let content_type = content_type.and_then(|value| value.to_str().ok());
    Ok(Reply {
        status: answer.status().as_u16(),
        content_type: content_type.map(str::to_owned),
        // Reading the body gives the connection back, whatever it says.
        body: answer.bytes().await.map_err(|why| plainly(&why))?,
    })
}

fn plainly(why: &reqwest::Error) -> Quiet {
    if why.is_timeout() {
        Quiet::Late
    } else if why.is_connect() {
        Quiet::Unreachable
    } else {
        Quiet::Broken
    }
}

/// One delivery in the count, for as long as it lives.
struct Counted(Arc<watch::Sender<usize>>);

impl Counted {
    fn new(count: &Arc<watch::Sender<usize>>) -> Self {
        count.send_modify(|count| *count += 1);
        Self(Arc::clone(count))
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.send_modify(|count| *count = count.saturating_sub(1));
    }
}
