//! Sessions: memory of an idle one, updates a second through directory, session and books, and
//! how long one update takes under load. Everything outside is in memory; nothing is shown.

use std::sync::Arc;
use std::time::{Duration, Instant};

use actix_rt::{Arbiter, System};
use async_trait::async_trait;
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use starkeeper_actors::domain::catalog::PersonName;
use starkeeper_actors::domain::customer::Language;
use starkeeper_actors::domain::dialog::{Inbound, Said, Screen, Sender};
use starkeeper_actors::domain::ids::{BotId, TelegramId, UpdateKey};
use starkeeper_actors::domain::notice::Message;
use starkeeper_actors::domain::pricing::samples;
use starkeeper_actors::ports::messenger::{OrderView, SendRefused, To};
use starkeeper_actors::ports::{Failure, Messenger};
use starkeeper_actors::session::Reply;
use starkeeper_actors::supervision::Io;
use starkeeper_actors::system::{ActorSystem, SystemSettings};
use starkeeper_actors::testing::{TestClock, World};

use crate::show;

/// People in the memory figure.
const PEOPLE: i64 = 100_000;
/// Updates in flight under load.
const IN_FLIGHT: usize = 256;
/// Updates measured.
const UPDATES: i64 = 200_000;
/// No update waits longer.
const DEADLINE: Duration = Duration::from_secs(30);

/// Measures and prints.
pub(crate) fn run() {
    for arbiters in [1, 2] {
        System::new().block_on(measure(arbiters));
    }
}

async fn measure(arbiters: usize) {
    let own: Vec<Arbiter> = (0..arbiters).map(|_| Arbiter::new()).collect();
    let system = start(own.iter().map(Arbiter::handle).collect()).await;
    let before = resident();
    let start = Instant::now();
    load(&system, PEOPLE, PEOPLE).await;
    let each = resident().saturating_sub(before) / u128::try_from(PEOPLE).unwrap();
    if arbiters == 1 {
        show(
            "bytes a session, books' and dialog's rows included",
            each,
            "bytes",
        );
        let micros = start.elapsed().as_micros() / u128::try_from(PEOPLE).unwrap();
        show("first update of a person, session started", micros, "us");
    }
    let start = Instant::now();
    let mut took = load(&system, UPDATES, 1_000).await;
    let rate = u128::try_from(UPDATES).unwrap() * 1_000_000 / start.elapsed().as_micros();
    took.sort_unstable();
    let at = |percent: usize| took[took.len() * percent / 100].as_micros();
    let of = |figure: &str| format!("{figure}, {arbiters} arbiter(s), {IN_FLIGHT} in flight");
    show(&of("updates/s"), rate, "updates/s");
    show(&of("update p50"), at(50), "us");
    show(&of("update p99"), at(99), "us");
    own.iter().for_each(|arbiter| keep_going(arbiter.stop()));
}

fn keep_going(_stopped: bool) {}

async fn start(arbiters: Vec<actix_rt::ArbiterHandle>) -> ActorSystem {
    let world = World::with_clock(TestClock::at(samples::noon()));
    let mut ports = world.ports();
    ports.messenger = Arc::new(Mute);
    let rules = samples::prices(samples::noon()).rules;
    let settings = SystemSettings::new(Vec::new(), Vec::new(), rules);
    let io = Io::runtime(tokio::runtime::Handle::current());
    Box::pin(ActorSystem::start(ports, settings, io, arbiters))
        .await
        .unwrap()
}

/// So many updates of so many people in turn, always as many in flight; answers how long each took.
async fn load(system: &ActorSystem, updates: i64, people: i64) -> Vec<Duration> {
    static NEXT: std::sync::atomic::AtomicI64 = std::sync::atomic::AtomicI64::new(1);
    let mut flying = FuturesUnordered::new();
    let mut took = Vec::new();
    for nth in 0..updates {
        let update = NEXT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let sent = Instant::now();
        let handled = system
            .directory
            .handle(inbound(nth % people + 1, update), DEADLINE);
        flying.push(async move { (handled.await, sent.elapsed()) });
        if flying.len() >= IN_FLIGHT {
            took.extend(flying.next().await.map(checked));
        }
    }
    while let Some(done) = flying.next().await {
        took.push(checked(done));
    }
    took
}

fn checked((reply, took): (Reply, Duration)) -> Duration {
    assert_eq!(reply, Reply::Done);
    took
}

fn inbound(person: i64, update: i64) -> Inbound {
    let user = TelegramId::new(person);
    Inbound {
        key: UpdateKey {
            bot: BotId::new(1),
            update,
        },
        sender: Sender {
            user,
            username: None,
            name: PersonName::new("Anya"),
            language: Language::En,
            premium: false,
        },
        chat: user,
        message: None,
        said: Said::Text("/balance".into()),
    }
}

/// Resident bytes of this process.
fn resident() -> u128 {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap();
    let pages: u128 = statm.split(' ').nth(1).unwrap().parse().unwrap();
    pages * 4_096
}

/// Telegram that takes everything and shows nothing.
struct Mute;

#[async_trait]
impl Messenger for Mute {
    async fn show(
        &self,
        _to: To,
        _instead_of: Option<i64>,
        _screen: &Screen,
    ) -> Result<i64, Failure<SendRefused>> {
        Ok(1)
    }

    async fn tell(
        &self,
        _to: To,
        _message: &Message,
        _order: Option<&OrderView>,
    ) -> Result<(), Failure<SendRefused>> {
        Ok(())
    }

    async fn show_order(
        &self,
        _to: To,
        _message: Option<i64>,
        _order: &OrderView,
    ) -> Result<i64, Failure<SendRefused>> {
        Ok(1)
    }

    fn operators(&self) -> Vec<To> {
        Vec::new()
    }
}
