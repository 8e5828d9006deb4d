//! Sessions: what an idle one weighs, how many questions and updates a second go through directory,
//! session and books, and how long one takes under load. Everything outside is in memory; nothing
//! is shown. A bare actix actor is measured in the same run: it is what a session is made of.
//!
//! Rates depend on what else the machine does. The time of the processor that each round trip
//! costs, both threads together, depends on it much less.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use actix::prelude::*;
use actix_rt::{Arbiter, System};
use async_trait::async_trait;
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use starkeeper_actors::domain::catalog::PersonName;
use starkeeper_actors::domain::customer::Language;
use starkeeper_actors::domain::dialog::{Dialog, Inbound, Said, Screen, Sender};
use starkeeper_actors::domain::ids::{BotId, CustomerId, TelegramId, UpdateKey};
use starkeeper_actors::domain::notice::Message as News;
use starkeeper_actors::domain::pricing::samples;
use starkeeper_actors::ports::messenger::{About, OrderView, SendRefused, To};
use starkeeper_actors::ports::{Books, Clock, Dialogs, Failure, Messenger};
use starkeeper_actors::session::Reply;
use starkeeper_actors::supervision::Io;
use starkeeper_actors::system::{ActorSystem, SystemSettings};
use starkeeper_actors::testing::{TestClock, World};

use crate::{keep, show};

/// People in the memory figures.
const PEOPLE: i64 = 100_000;
/// People who write under load.
const WRITERS: i64 = 1_000;
/// Round trips in flight under load.
const IN_FLIGHT: usize = 256;
/// Updates measured.
const UPDATES: i64 = 200_000;
/// Questions measured.
const QUESTIONS: i64 = 1_000_000;
/// No round trip takes longer.
const DEADLINE: Duration = Duration::from_secs(60);

/// Which memory figure a process is started for.
const WEIGH: &str = "STARKEEPER_BENCH_WEIGH";

/// Measures and prints.
pub(crate) fn run() {
    // What a figure frees, the next one would use again without being seen: each has a process of
    // its own.
    for what in ["bare", "sessions"] {
        let own = std::env::current_exe().unwrap();
        let mut process = std::process::Command::new(own);
        assert!(process.env(WEIGH, what).status().unwrap().success());
    }
    System::new().block_on(bare());
    for arbiters in [1, 2] {
        System::new().block_on(measure(arbiters));
    }
}

/// Prints a memory figure, if this process was started for one.
pub(crate) fn was_weighed() -> bool {
    match std::env::var(WEIGH).as_deref() {
        Ok("bare") => System::new().block_on(async {
            let before = resident();
            let _actors = started(&Arbiter::new(), PEOPLE).await;
            show("bare actix actor in a map", each_of(before), "bytes");
        }),
        Ok("sessions") => System::new().block_on(async {
            let world = World::with_clock(TestClock::at(samples::noon()));
            let own = Arbiter::new();
            let system = start(&world, vec![own.handle()]).await;
            weigh(&world, &system).await;
        }),
        Ok(_) | Err(_) => return false,
    }
    true
}

/// Bare actors that have answered once.
async fn started(own: &Arbiter, many: i64) -> HashMap<i64, Addr<Bare>> {
    let mut actors = HashMap::new();
    for nth in 0..many {
        let actor = Bare::start_in_arbiter(&own.handle(), |_| Bare([0; 8]));
        actor.send(Add).await.unwrap();
        actors.insert(nth, actor);
    }
    actors
}

/// The limit: actix actors that hold a number, found in a map by their number.
async fn bare() {
    let own = Arbiter::new();
    let actors = started(&own, WRITERS).await;
    let asks = |nth: i64| {
        let asked = actors[&(nth % WRITERS)].send(Add);
        async move { keep(asked.await.unwrap()) }
    };
    load("bare actix actor", 1, QUESTIONS, asks).await;
    own.stop();
}

struct Bare([u64; 8]);

impl Actor for Bare {
    type Context = Context<Self>;
}

#[derive(Message)]
#[rtype(result = "u64")]
struct Add;

impl Handler<Add> for Bare {
    type Result = u64;

    fn handle(&mut self, _: Add, _: &mut Context<Self>) -> u64 {
        self.0[0] += 1;
        self.0[0]
    }
}

async fn measure(arbiters: usize) {
    let own: Vec<Arbiter> = (0..arbiters).map(|_| Arbiter::new()).collect();
    let world = World::with_clock(TestClock::at(samples::noon()));
    let system = start(&world, own.iter().map(Arbiter::handle).collect()).await;
    for person in 1..=WRITERS {
        updates(&system, person).await;
    }
    let asks = |nth: i64| {
        let user = TelegramId::new(nth % WRITERS + 1);
        let asked = system.directory.purse_of(user, DEADLINE);
        async move { assert!(asked.await.is_some()) }
    };
    load("balance asked of a session", arbiters, QUESTIONS, asks).await;
    let asks = |nth: i64| updates(&system, nth % WRITERS + 1);
    load("whole update, /balance", arbiters, UPDATES, asks).await;
    for arbiter in own {
        arbiter.stop();
    }
}

/// The rows that books and dialogs keep of each person, and what the session adds to them.
async fn weigh(world: &World, system: &ActorSystem) {
    let before = resident();
    for person in 1..=PEOPLE {
        let user = TelegramId::new(person);
        let fresh = CustomerId::new(world.clock.fresh_id());
        let now = world.clock.now();
        let opened = world.books.customer_of(user, Language::En, fresh, now);
        opened.await.unwrap();
        let mut dialog = Dialog::default();
        dialog.remember(next_key(), now);
        world.dialogs.save(user, 0, &dialog).await.unwrap();
    }
    show(
        "rows of a person in books and dialogs",
        each_of(before),
        "bytes",
    );
    let (before, start) = (resident(), Instant::now());
    let mut flying = FuturesUnordered::new();
    for person in 1..=PEOPLE {
        flying.push(updates(system, person));
        if flying.len() >= IN_FLIGHT {
            flying.next().await;
        }
    }
    while flying.next().await.is_some() {}
    show("idle session, mailbox and place", each_of(before), "bytes");
    let micros = start.elapsed().as_micros() / u128::try_from(PEOPLE).unwrap();
    show("first update of a person", micros, "us");
}

async fn start(world: &World, arbiters: Vec<actix_rt::ArbiterHandle>) -> ActorSystem {
    let mut ports = world.ports();
    ports.messenger = Arc::new(Mute);
    let rules = samples::prices(samples::noon()).rules;
    let settings = SystemSettings::new(Vec::new(), Vec::new(), rules);
    let io = Io::runtime(tokio::runtime::Handle::current());
    Box::pin(ActorSystem::start(ports, settings, io, arbiters))
        .await
        .unwrap()
}

/// So many round trips, always as many in flight: how many a second, what each costs the
/// processor, and how long it takes.
async fn load<Trip: Future<Output = ()>>(
    what: &str,
    arbiters: usize,
    trips: i64,
    trip: impl Fn(i64) -> Trip,
) {
    let (start, worked) = (Instant::now(), processor());
    let mut flying = FuturesUnordered::new();
    let mut took = Vec::new();
    for nth in 0..trips {
        let (sent, trip) = (Instant::now(), trip(nth));
        flying.push(async move {
            trip.await;
            sent.elapsed()
        });
        if flying.len() >= IN_FLIGHT {
            took.extend(flying.next().await);
        }
    }
    while let Some(done) = flying.next().await {
        took.push(done);
    }
    let all = u128::try_from(trips).unwrap();
    let rate = all * 1_000_000 / start.elapsed().as_micros();
    let cost = (processor() - worked).as_nanos() / all;
    took.sort_unstable();
    let at = |percent: usize| took[took.len() * percent / 100].as_micros();
    let of = |figure: &str| format!("{what}: {figure}, {arbiters} arbiter(s)");
    show(&of("rate"), rate, "a second");
    show(&of("processor"), cost, "ns each");
    show(&of(&format!("p50 of {IN_FLIGHT}")), at(50), "us");
    show(&of(&format!("p99 of {IN_FLIGHT}")), at(99), "us");
}

fn updates(system: &ActorSystem, person: i64) -> impl Future<Output = ()> + use<> {
    let handled = system.directory.handle(inbound(person), DEADLINE);
    async move { assert_eq!(handled.await, Reply::Done) }
}

fn next_key() -> UpdateKey {
    static NEXT: AtomicI64 = AtomicI64::new(1);
    UpdateKey {
        bot: BotId::new(1),
        update: NEXT.fetch_add(1, Ordering::Relaxed),
    }
}

fn inbound(person: i64) -> Inbound {
    let user = TelegramId::new(person);
    Inbound {
        key: next_key(),
        sender: Sender {
            user,
            username: None,
            name: PersonName::new("Anya"),
            language: Language::En,
            premium: false,
        },
        chat: user,
        own: None,
        message: None,
        said: Said::Text("/balance".into()),
    }
}

/// What each of the people added to the resident memory.
fn each_of(before: u128) -> u128 {
    resident().saturating_sub(before) / u128::try_from(PEOPLE).unwrap()
}

/// Resident bytes of this process.
fn resident() -> u128 {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap();
    let pages: u128 = statm.split(' ').nth(1).unwrap().parse().unwrap();
    pages * 4_096
}

/// What the processor has spent on this process, all threads, in user mode and in the kernel.
fn processor() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let (_, fields) = stat.rsplit_once(')').unwrap();
    let ticks = fields.split_whitespace().skip(11).take(2);
    let ticks: u64 = ticks.map(|ticks| ticks.parse::<u64>().unwrap()).sum();
    // The kernel shows hundredths of a second.
    Duration::from_millis(ticks * 10)
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
        _message: &News,
        _about: &About,
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

    async fn seem_busy(&self, _chat: TelegramId) {}

    async fn retire(&self, _chat: TelegramId, _message: i64) -> Result<(), Failure<SendRefused>> {
        Ok(())
    }

    fn operators(&self) -> Vec<To> {
        Vec::new()
    }
}
