//! One shop's part of a Redis, and clients of it as replicas have them.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use deadpool_redis::redis;
use starkeeper::redis::{Place, RedisDialogs, RedisLimits, RedisLink, RedisSettings};
use starkeeper_actors::domain::Span;
use starkeeper_actors::domain::dialog::Dialog;
use starkeeper_actors::domain::ids::TelegramId;
use starkeeper_actors::domain::pricing::samples;
use starkeeper_actors::ports::limits::{Person, Rate, Rates};
use starkeeper_actors::ports::{Dialogs, Limits};
use starkeeper_actors::testing::contract::dialogs::NoDialogs;
use starkeeper_actors::testing::contract::limits::{ThreeASecond, WithRates};
use tokio::runtime::Handle;
use url::Url;

use crate::support::redis::{PASSWORD, shared};
use crate::support::wait::PATIENCE;
use crate::support::{Cluster, OwnRedis};

/// Keys under a name that no other test has.
pub struct Shop {
    pub settings: RedisSettings,
    pub name: String,
    pub expiry: Span,
    /// Ended with the last shop on it.
    pub _cluster: Option<Arc<Cluster>>,
}

static NUMBER: AtomicU32 = AtomicU32::new(0);

impl Shop {
    pub fn new(settings: RedisSettings) -> Self {
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        Self {
            settings,
            name: format!("test{}-{number}", std::process::id()),
            expiry: Span::hours(48),
            _cluster: None,
        }
    }

    pub fn link(&self) -> RedisLink {
        RedisLink::new(self.settings.clone(), Handle::current()).unwrap()
    }

    pub fn dialogs(&self) -> RedisDialogs {
        RedisDialogs::new(self.link(), &self.name, self.expiry)
    }

    pub fn limits(&self, rates: Rates) -> RedisLimits {
        RedisLimits::new(self.link(), &self.name, rates)
    }

    /// The server's clock, in microseconds.
    async fn server_now(&self) -> i64 {
        let Place { host, port } = &self.settings.places[0];
        let client = redis::Client::open(format!("redis://:{}@{host}:{port}", self.password()));
        let mut connection = client
            .unwrap()
            .get_multiplexed_async_connection()
            .await
            .unwrap();
        let time = redis::cmd("TIME");
        let time = time.query_async::<(i64, i64)>(&mut connection).await;
        let (seconds, micros) = time.unwrap();
        seconds * 1_000_000 + micros
    }

    fn password(&self) -> String {
        use secrecy::ExposeSecret;
        let password = self.settings.password.as_ref();
        password.map_or_else(String::new, |password| password.expose_secret().into())
    }

    /// Returns when the server's clock has moved on by this much.
    pub async fn pass_at_the_server(&self, by: Span) {
        let until = self.server_now().await + by.num_microseconds().unwrap();
        let waiting = async {
            while self.server_now().await < until {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        let passed = tokio::time::timeout(PATIENCE, waiting).await;
        passed.expect("the server's clock moves on");
    }
}

/// With a limit that a busy machine keeps.
fn patient(settings: RedisSettings) -> RedisSettings {
    RedisSettings {
        connect: Duration::from_secs(10),
        call: Duration::from_secs(10),
        ..settings
    }
}

/// On the server that all tests share. A suite takes an async function.
pub async fn on_one_node() -> Shop {
    let url = Url::parse(&shared()).unwrap();
    let place = Place {
        host: url.host_str().unwrap().into(),
        port: url.port().unwrap(),
    };
    Shop::new(RedisSettings {
        password: Some(url.password().unwrap().to_owned().into()),
        ..patient(RedisSettings::new(vec![place], false))
    })
}

/// On the cluster that tests share.
pub async fn on_a_cluster() -> Shop {
    let cluster = tokio::task::block_in_place(Cluster::shared);
    let settings = patient(of_cluster(&cluster));
    Shop {
        _cluster: Some(cluster),
        ..Shop::new(settings)
    }
}

/// How a server of a test's own is reached.
pub fn of(server: &OwnRedis) -> RedisSettings {
    RedisSettings {
        password: Some(PASSWORD.to_owned().into()),
        ..RedisSettings::new(vec![loopback(server.port())], false)
    }
}

/// How a cluster is reached: by two of its nodes, the others are learnt.
pub fn of_cluster(cluster: &Cluster) -> RedisSettings {
    let places = cluster.ports().iter().take(2).map(|port| loopback(*port));
    RedisSettings {
        password: Some(PASSWORD.to_owned().into()),
        ..RedisSettings::new(places.collect(), true)
    }
}

fn loopback(port: u16) -> Place {
    Place {
        host: "127.0.0.1".into(),
        port,
    }
}

#[async_trait]
impl NoDialogs for Shop {
    fn client(&self) -> Arc<dyn Dialogs> {
        Arc::new(self.dialogs())
    }

    fn another(&self) -> Dialog {
        another()
    }
}

/// A dialog that is not the one everybody begins with.
pub fn another() -> Dialog {
    Dialog {
        saved: vec![samples::masha().username],
        ..Dialog::default()
    }
}

#[async_trait]
impl ThreeASecond for Shop {
    fn client(&self) -> Arc<dyn Limits> {
        let rate = Rate {
            most: 3,
            per: Span::seconds(1),
        };
        Arc::new(self.limits(Rates {
            messages: rate,
            operations: rate,
            payments: rate,
            burst: rate,
            ..Rates::default()
        }))
    }

    async fn pass(&self, by: Span) {
        self.pass_at_the_server(by).await;
    }
}

#[async_trait]
impl WithRates for Shop {
    fn client(&self, rates: Rates) -> Arc<dyn Limits> {
        Arc::new(self.limits(rates))
    }

    async fn pass(&self, by: Span) {
        self.pass_at_the_server(by).await;
    }
}

/// Somebody, by number.
pub const fn person(n: i64) -> Person {
    Person {
        user: TelegramId::new(n),
        new: false,
        premium: false,
    }
}
