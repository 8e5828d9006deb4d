//! The way to Redis that dialogs and limits share: one pool, one breaker, one word in the log when it
//! is lost and one when it is back.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use deadpool_redis::redis::{Cmd, ErrorKind, FromRedisValue, RedisError};
use recloser::{AsyncRecloser, Recloser};
use tokio::runtime::Handle;
use tokio::time::Instant;

use super::servers::{NoConnection, Servers};
use super::settings::{BadSetting, RedisSettings};
use super::work::{Trouble, Work, why_in_words};

/// Between two looks at a Redis that nobody has missed: well below the minute after which it is an alert.
const ASK_EVERY: Duration = Duration::from_secs(5);

/// The connections to Redis. Cheap to clone; all clones share them. Its calls may be made anywhere:
/// connections live on the I/O runtime, as long as the process.
#[derive(Clone)]
pub struct RedisLink {
    inner: Arc<Inner>,
}

struct Inner {
    settings: RedisSettings,
    servers: Servers,
    breaker: AsyncRecloser,
    io: Handle,
    /// Since when it is out of reach, as far as the log was told.
    lost: Mutex<Option<Instant>>,
}

/// What Redis says at the start.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Greeting {
    /// It is there and usable.
    Ready,
    /// It cannot be reached now, and why. Later calls try again.
    Away(String),
    /// It is there and wants another password, or another user.
    Password,
    /// It is one node, and a cluster was expected.
    NotACluster,
    /// It is a node of a cluster, and a single one was expected.
    ACluster,
    /// It is older than 7, or something else that speaks like it.
    TooOld(String),
}

/// The oldest version that is accepted: the one the tests run against, and the deployment guide asks
/// for.
const OLDEST: u32 = 7;

impl RedisLink {
    /// Connects to nothing yet.
    ///
    /// # Errors
    /// [`BadSetting`] says which address cannot be.
    pub fn new(settings: RedisSettings, io: Handle) -> Result<Self, BadSetting> {
        let breaker = Recloser::custom()
            .error_rate(0.5)
            .closed_len(settings.breaker_calls)
            .half_open_len(1)
            .open_wait(settings.breaker_pause)
            .build();
        let servers = Servers::new(&settings, io.clone())?;
        let inner = Inner {
            settings,
            servers,
            breaker: breaker.into(),
            io,
            lost: Mutex::default(),
        };
        Ok(Self {
            inner: Arc::new(inner),
        })
    }

    /// Asks now and then from now on, so that one that is gone is missed before somebody needs it. Ends
    /// with the last clone of this link.
    pub fn keep_asking(&self) {
        self.inner.io.spawn(ask_on(Arc::downgrade(&self.inner)));
    }

    /// Whether it answers, as far as anybody has asked.
    #[must_use]
    pub fn is_reachable(&self) -> bool {
        self.inner.lost().is_none()
    }

    /// Whether any two keys lie at one place.
    pub(super) fn is_one_node(&self) -> bool {
        !self.inner.settings.cluster
    }

    /// Asks Redis what it is. Bounded as every call is.
    pub async fn greet(&self) -> Greeting {
        let greeting = Box::pin(self.inner.greet()).await;
        match &greeting {
            Greeting::Ready => ::metrics::gauge!("starkeeper_redis_reachable").set(1.0),
            Greeting::Away(why) => drop(self.inner.lose(Trouble::not_done(why))),
            Greeting::Password
            | Greeting::NotACluster
            | Greeting::ACluster
            | Greeting::TooOld(_) => {}
        }
        greeting
    }

    /// Does one piece of work, or says how far it got.
    pub(super) async fn call<T>(&self, name: &'static str, work: Work) -> Result<T, Trouble>
    where
        T: FromRedisValue + Send + 'static,
    {
        let begun = Instant::now();
        // Boxed: it would be moved as a whole into the breaker's own future.
        let exchange = Box::pin(self.inner.exchange(work));
        let outcome = match self.inner.breaker.call(exchange).await {
            Ok(answer) => Ok(answer),
            Err(recloser::Error::Inner(trouble)) => Err(trouble),
            Err(recloser::Error::Rejected) => Err(Trouble::not_done(
                "redis is out of reach and is tried again in a moment",
            )),
        };
        self.inner.observe(name, begun, outcome.as_ref().err());
        outcome
    }
}

impl Inner {
    async fn exchange<T: FromRedisValue>(self: &Arc<Self>, work: Work) -> Result<T, Trouble> {
        let limit = self.settings.call;
        let until = Instant::now() + limit;
        let late = || format!("no answer within {} ms", limit.as_millis());
        let connection = tokio::time::timeout_at(until, self.servers.connection()).await;
        let mut connection = match connection {
            Ok(Ok(connection)) => connection,
            Ok(Err(why)) => return Err(self.lose(Trouble::unsent(&why))),
            Err(_elapsed) => return Err(self.lose(Trouble::not_done(late()))),
        };
        let run = work.run::<T>(&mut connection);
        match tokio::time::timeout_at(until, run).await {
            Ok(Ok(answer)) => {
                self.find();
                Ok(answer)
            }
            Ok(Err(why)) => {
                let trouble = Trouble::answered(&why);
                if trouble.perhaps || why.is_unrecoverable_error() {
                    self.servers.give_up();
                }
                Err(self.lose(trouble))
            }
            Err(_elapsed) => {
                self.servers.give_up();
                Err(self.lose(Trouble::perhaps(late())))
            }
        }
    }

    async fn greet(&self) -> Greeting {
        let asking = async {
            let mut connection = self.servers.connection().await?;
            let mut question = Cmd::new();
            // A cluster was asked for its nodes already, when the connection was opened.
            question.arg(if self.settings.cluster {
                "PING"
            } else {
                "INFO"
            });
            let answer = Work::Command(question).run::<String>(&mut connection);
            answer.await.map_err(NoConnection::Redis)
        };
        match tokio::time::timeout(self.settings.connect + self.settings.call, asking).await {
            Ok(Ok(_pong)) if self.settings.cluster => Greeting::Ready,
            Ok(Ok(info)) => judge(&info),
            Ok(Err(NoConnection::Redis(why))) => refusal(&why),
            Ok(Err(NoConnection::Pool(why))) => Greeting::Away(why),
            Err(_elapsed) => Greeting::Away("no answer in time".into()),
        }
    }

    /// Asks whether it is there, within the deadline of a call.
    async fn ping(self: &Arc<Self>) {
        let mut question = Cmd::new();
        question.arg("PING");
        // The answer is told to the log by whoever hears it.
        let _pong: Result<String, Trouble> = self.exchange(Work::Command(question)).await;
    }

    fn lost(&self) -> MutexGuard<'_, Option<Instant>> {
        self.lost.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells the log once, and sees to it that the end of it is noticed.
    fn lose(self: &Arc<Self>, trouble: Trouble) -> Trouble {
        let mut lost = self.lost();
        if lost.is_none() {
            *lost = Some(Instant::now());
            self.io
                .spawn(look(Arc::downgrade(self), self.settings.breaker_pause));
            ::metrics::gauge!("starkeeper_redis_reachable").set(0.0);
            let places = self.settings.places.iter().map(ToString::to_string);
            tracing::warn!(
                "redis at {} is out of reach ({}): people start from the main menu, limits are a \
                 quarter, new payments wait",
                places.collect::<Vec<_>>().join(", "),
                trouble.cause
            );
        }
        trouble
    }

    /// Tells the log once; not while some nodes answer and others do not.
    fn find(&self) {
        let mut lost = self.lost();
        let Some(since) = *lost else { return };
        let away = since.elapsed();
        if away >= self.settings.breaker_pause {
            *lost = None;
            ::metrics::gauge!("starkeeper_redis_reachable").set(1.0);
            tracing::info!("redis is back after {} s", away.as_secs());
        }
    }

    fn observe(&self, name: &'static str, begun: Instant, trouble: Option<&Trouble>) {
        let outcome = match trouble.map(|trouble| trouble.perhaps) {
            None => "ok",
            Some(false) => "not_done",
            Some(true) => "unknown",
        };
        ::metrics::counter!("starkeeper_redis_calls_total", "call" => name, "outcome" => outcome)
            .increment(1);
        ::metrics::histogram!("starkeeper_redis_call_seconds", "call" => name)
            .record(begun.elapsed());
    }
}

/// Asks again and again until Redis answers, also while nobody else asks.
async fn look(link: Weak<Inner>, pause: Duration) {
    loop {
        tokio::time::sleep(pause).await;
        let Some(inner) = link.upgrade() else { return };
        inner.ping().await;
        if inner.lost().is_none() {
            return;
        }
    }
}

/// Asks now and then for as long as Redis answers; while it does not, [`look`] asks.
async fn ask_on(link: Weak<Inner>) {
    loop {
        tokio::time::sleep(ASK_EVERY).await;
        let Some(inner) = link.upgrade() else { return };
        if inner.lost().is_some() {
            continue;
        }
        // By itself: whatever becomes of one question, the next is asked.
        let io = inner.io.clone();
        let asked = io.spawn(async move { inner.ping().await });
        if let Err(why) = asked.await {
            tracing::error!("a look at redis ended early: {why}");
        }
    }
}

/// What a single node says of itself.
fn judge(info: &str) -> Greeting {
    let field = |name: &str| {
        let mut lines = info.lines();
        lines.find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))
    };
    if field("redis_mode") == Some("cluster") {
        return Greeting::ACluster;
    }
    let version = field("redis_version").unwrap_or("without a version");
    let major = version
        .split('.')
        .next()
        .and_then(|major| major.parse().ok());
    match major {
        Some(major) if OLDEST <= major => Greeting::Ready,
        Some(_) | None => Greeting::TooOld(version.to_owned()),
    }
}

/// What its refusal means.
fn refusal(why: &RedisError) -> Greeting {
    let says = why.to_string();
    let is_login = why.kind() == ErrorKind::AuthenticationFailed
        || ["NOAUTH", "WRONGPASS", "NOPERM"]
            .iter()
            .any(|code| says.contains(code))
        || says.contains("AuthenticationFailed");
    if is_login {
        return Greeting::Password;
    }
    if says.contains("cluster support disabled") {
        return Greeting::NotACluster;
    }
    Greeting::Away(why_in_words(why))
}
