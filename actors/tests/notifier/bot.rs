//! A bot with a few people to tell.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::time::Duration;

use starkeeper_actors::domain::customer::Customer;
use starkeeper_actors::domain::ids::{
    GatewayOrderId, InvoiceId, NoticeId, OrderId, OrderNumber, QuoteId, ReplicaId, TelegramId,
};
use starkeeper_actors::domain::money::MicroUsd;
use starkeeper_actors::domain::notice::{Message, News, Notice, Owed};
use starkeeper_actors::domain::order::Order;
use starkeeper_actors::domain::pricing::samples;
use starkeeper_actors::domain::{Span, Timestamp};
use starkeeper_actors::notifier::*;
use starkeeper_actors::office::Office;
use starkeeper_actors::ports::books::{Commit, RowWrite, Write};
use starkeeper_actors::ports::{Books, Clock};
use starkeeper_actors::supervision::*;
use starkeeper_actors::testing::{MemoryBooks, TestClock, World};
use tokio::time::Instant;

pub(crate) const LONG: Duration = Duration::from_secs(100_000);

pub(crate) fn secs(secs: u64) -> Duration {
    Duration::from_secs(secs)
}

pub(crate) async fn pass(seconds: u64) {
    tokio::time::sleep(secs(seconds)).await;
}

pub(crate) struct Bot {
    pub(crate) world: World,
    pub(crate) roster: Roster,
    pub(crate) clock: Arc<TrapClock>,
}

impl Bot {
    pub(crate) fn start() -> Self {
        tokio::time::pause();
        Self::build()
    }

    /// One more, in a test that has paused the clock.
    pub(crate) fn build() -> Self {
        let world = World::new();
        Self {
            clock: Arc::new(TrapClock {
                clock: Arc::clone(&world.clock),
                armed: AtomicBool::new(false),
            }),
            roster: Roster::new(Instant::now()),
            world,
        }
    }

    pub(crate) fn hire(&self, name: &'static str, replica: i64) -> Door<Notifier> {
        let clock = Arc::<TrapClock>::clone(&self.clock);
        let ports = self.world.ports_by(clock);
        let life = MemoryBooks::FIRST_LIFE;
        let office = Office::open(ports, ReplicaId::new(replica), life, Io::inline());
        let seat = self.roster.enlist(name, Limits::default());
        start(seat, |life| {
            Notifier::new(life, office, NotifierSettings::default(), None)
        })
    }

    pub(crate) fn person(&self, chat: i64) -> Customer {
        let chat = TelegramId::new(chat);
        self.world.open_customer(chat, MicroUsd::ZERO)
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.world.clock.now()
    }

    pub(crate) async fn write(&self, fill: impl FnOnce(&mut Commit)) {
        let mut commit = Commit::new(MemoryBooks::FIRST_LIFE, self.now());
        fill(&mut commit);
        self.world.books.commit(commit).await.unwrap();
    }

    /// Somebody is owed numbered news.
    pub(crate) async fn owe(&self, to: &Customer, numbers: std::ops::RangeInclusive<i64>) {
        for number in numbers {
            self.owe_this(Owed::customer(to.id, news(number))).await;
        }
    }

    pub(crate) async fn owe_this(&self, owed: Owed) {
        let id = NoticeId::new(self.world.clock.fresh_id());
        self.write(|commit| commit.notices.push((id, owed))).await;
    }

    /// The numbers of the news that a chat shows.
    pub(crate) fn heard(&self, who: &Customer) -> Vec<i64> {
        let heard = self.world.telegram.news(who.telegram).into_iter();
        let numbers = heard.map(|message| match message {
            Message::Customer(News::Locked { invoice, .. }) => invoice.get(),
            Message::Customer(_) | Message::Operators(_) => panic!("{message:?}"),
        });
        numbers.collect()
    }

    pub(crate) fn notices(&self) -> Vec<Notice> {
        self.world.books.view(|view| {
            let mut all: Vec<_> = view.notices().map(|seen| seen.row.clone()).collect();
            all.sort_by_key(|notice| notice.id);
            all
        })
    }

    pub(crate) fn customer(&self, who: &Customer) -> Customer {
        self.world.books.view(|view| {
            let mut all = view.customers().map(|seen| seen.row.clone());
            all.find(|row| row.id == who.id).unwrap()
        })
    }

    /// An order whose live message is stale from the start.
    pub(crate) async fn order(&self, of: &Customer) -> Order {
        let (clock, now) = (&self.world.clock, self.now());
        let quote = QuoteId::new(clock.fresh_id());
        let quote = samples::quote(quote, of.id, samples::stars(50), now);
        let id = OrderId::new(clock.fresh_id());
        let order = Order::confirmed(id, clock.fresh_order_number(), quote, 1, now);
        self.write(|commit| {
            commit.rows.push(RowWrite::Order(Write::new(order.clone())));
            commit.stale.push(id);
        })
        .await;
        order
    }

    /// The order changes, so that it shows how often.
    pub(crate) async fn change(&self, id: OrderId, parked: u32) {
        let seen = self.world.books.order(id).await.unwrap().unwrap();
        let row = Order {
            parked,
            ..seen.row.clone()
        };
        self.write(|commit| {
            commit.rows.push(RowWrite::Order(Write::over(&seen, row)));
            commit.stale.push(id);
        })
        .await;
    }

    pub(crate) fn in_(&self, seconds: i64) -> Timestamp {
        self.now() + Span::seconds(seconds)
    }
}

pub(crate) fn news(number: i64) -> News {
    News::Locked {
        invoice: InvoiceId::new(number),
        n: 1,
        page: None,
    }
}

pub(crate) async fn observed(notifier: &Door<Notifier>) -> NotifierSnapshot {
    notifier.ask(Observe::new(), LONG).await.unwrap()
}

/// The world's clock, which can be made to panic once.
pub(crate) struct TrapClock {
    clock: Arc<TestClock>,
    armed: AtomicBool,
}

impl TrapClock {
    pub(crate) fn arm(&self) {
        self.armed.store(true, SeqCst);
    }
}

impl Clock for TrapClock {
    fn now(&self) -> Timestamp {
        assert!(!self.armed.swap(false, SeqCst), "the clock broke");
        self.clock.now()
    }
    fn fresh_id(&self) -> i64 {
        self.clock.fresh_id()
    }
    fn fresh_order_number(&self) -> OrderNumber {
        self.clock.fresh_order_number()
    }
    fn fresh_gateway_order_id(&self) -> GatewayOrderId {
        self.clock.fresh_gateway_order_id()
    }
}
