//! A shop with one customer, a gateway that may be slow, and neighbours that only count.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use actix::prelude::*;
use async_trait::async_trait;
use starkeeper_actors::domain::Timestamp;
use starkeeper_actors::domain::customer::{Customer, Purse};
use starkeeper_actors::domain::ids::{
    BotId, GatewayOrderId, GatewayUuid, InvoiceId, OrderId, OrderNumber, QuoteId, ReplicaId,
    TelegramId, UpdateKey,
};
use starkeeper_actors::domain::invoice::{
    CreateRequest, Invoice, LookUpBy, Purpose, RefundCall, Report, Wish,
};
use starkeeper_actors::domain::money::{MicroUsd, NanoTon};
use starkeeper_actors::domain::notice::{Message, News};
use starkeeper_actors::domain::order::Order;
use starkeeper_actors::domain::pricing::samples;
use starkeeper_actors::office::Office;
use starkeeper_actors::payment::*;
use starkeeper_actors::ports::invoicing::{Coin, GatewayRefused, ReportPage};
use starkeeper_actors::ports::{Clock, Failure, Invoicing, Unreadable};
use starkeeper_actors::supervision::*;
use starkeeper_actors::testing::{FakeGateway, MemoryBooks, TestClock, World};
use tokio::sync::watch;
use tokio::time::Instant;

pub(crate) const LONG: Duration = Duration::from_secs(100_000);
pub(crate) const FACE: MicroUsd = MicroUsd::from_micros(10_000_000);

pub(crate) fn secs(secs: u64) -> Duration {
    Duration::from_secs(secs)
}

pub(crate) struct Shop {
    pub(crate) world: World,
    pub(crate) gateway: Arc<SlowGateway>,
    pub(crate) clock: Arc<TrapClock>,
    pub(crate) roster: Roster,
    pub(crate) customer: Customer,
    pub(crate) swept: watch::Receiver<Option<Timestamp>>,
    neighbours: Neighbours,
    _doors: [Door<Sink>; 2],
}

impl Shop {
    pub(crate) fn open() -> Self {
        tokio::time::pause();
        Self::build()
    }

    /// One more, in a test that has paused the clock.
    pub(crate) fn build() -> Self {
        let world = World::new();
        let customer = world.open_customer(TelegramId::new(5), MicroUsd::ZERO);
        let roster = Roster::new(Instant::now());
        let doors = ["notifier", "fulfilment"].map(|name| {
            let seat = roster.enlist(name, Limits::default());
            start(seat, |life| Sink { life })
        });
        let (to, swept) = watch::channel(None);
        Self {
            gateway: Arc::new(SlowGateway::over(&world)),
            clock: Arc::new(TrapClock::over(&world)),
            neighbours: Neighbours {
                notifier: doors[0].bell(),
                fulfilment: doors[1].bell(),
                swept: to,
            },
            _doors: doors,
            world,
            roster,
            customer,
            swept,
        }
    }

    /// One replica.
    pub(crate) fn hire(&self, name: &'static str, replica: i64) -> Door<Payment> {
        let clock = Arc::<TrapClock>::clone(&self.clock);
        let mut ports = self.world.ports_by(clock);
        ports.invoicing = Arc::<SlowGateway>::clone(&self.gateway);
        let life = MemoryBooks::FIRST_LIFE;
        let office = Office::open(ports, ReplicaId::new(replica), life, Io::inline());
        let neighbours = self.neighbours.clone();
        let seat = self.roster.enlist(name, Limits::default());
        start(seat, |life| {
            Payment::new(life, office, PaymentSettings::default(), neighbours)
        })
    }

    pub(crate) fn line(&self, name: &str) -> ActorSnapshot {
        let snapshot = self.roster.snapshot(Instant::now());
        snapshot.actor(name).unwrap().clone()
    }

    pub(crate) fn wakes(&self) -> (u64, u64) {
        (self.line("notifier").wakes, self.line("fulfilment").wakes)
    }

    pub(crate) fn wish(&self, purpose: Purpose, face: MicroUsd) -> Wish {
        Wish {
            id: InvoiceId::new(self.world.clock.fresh_id()),
            gateway_order_id: self.world.clock.fresh_gateway_order_id(),
            customer: self.customer.id,
            purpose,
            face,
            coin: None,
        }
    }

    pub(crate) fn top_up(&self) -> OpenInvoice {
        OpenInvoice {
            wish: self.wish(Purpose::TopUp, FACE),
            order: None,
            update: None,
        }
    }

    /// An order for 50 Stars, made now, to be paid by one invoice.
    pub(crate) fn purchase(&self) -> OpenInvoice {
        let order = self.order();
        OpenInvoice {
            wish: self.wish(Purpose::Order(order.id), order.price()),
            order: Some(Box::new(NewOrder { order, live: None })),
            update: None,
        }
    }

    pub(crate) fn order(&self) -> Order {
        let clock = &self.world.clock;
        let quote = QuoteId::new(clock.fresh_id());
        let (customer, now) = (self.customer.id, clock.now());
        let quote = samples::quote(quote, customer, samples::stars(50), now);
        let number: OrderNumber = clock.fresh_order_number();
        Order::confirmed(OrderId::new(clock.fresh_id()), number, quote, 1, now)
    }

    pub(crate) fn till(&self, float: &str) {
        let _till = self.world.open_till(1, NanoTon::parse(float).unwrap());
    }

    pub(crate) fn purse(&self) -> Purse {
        self.world.books.view(|view| view.purse(self.customer.id))
    }

    pub(crate) fn invoice(&self, id: InvoiceId) -> Invoice {
        self.world
            .books
            .view(|view| view.invoice(id).unwrap().clone())
    }

    pub(crate) fn stored_order(&self, id: OrderId) -> Order {
        self.world
            .books
            .view(|view| view.order(id).unwrap().clone())
    }

    /// The credits that the customer is owed to hear of.
    pub(crate) fn credits_told(&self) -> Vec<News> {
        let mut told: Vec<_> = self.world.books.view(|view| {
            let notices = view.notices().map(|seen| seen.row.clone());
            notices.collect()
        });
        told.sort_by_key(|notice| notice.id);
        let news = told
            .into_iter()
            .filter_map(|notice| match notice.owed.message {
                Message::Customer(news @ News::Credited { .. }) => Some(news),
                Message::Customer(_) | Message::Operators(_) => None,
            });
        news.collect()
    }

    pub(crate) fn update(&self, number: i64) -> Option<UpdateKey> {
        Some(UpdateKey {
            bot: BotId::new(1),
            update: number,
        })
    }
}

pub(crate) async fn opened(payment: &Door<Payment>, message: OpenInvoice) -> Invoice {
    let opened = payment.ask(message, LONG).await.unwrap();
    opened.unwrap().invoice
}

pub(crate) fn webhook(invoice: &Invoice) -> DepositReported {
    use starkeeper_actors::domain::invoice::Standing;
    let Standing::Open(page) = &invoice.standing else {
        panic!("the invoice is not open")
    };
    DepositReported {
        order_id: invoice.gateway_order_id.clone(),
        uuid: page.uuid.clone(),
    }
}

pub(crate) async fn observed(payment: &Door<Payment>) -> PaymentSnapshot {
    payment.ask(Observe::new(), LONG).await.unwrap()
}

/// A neighbour that is only rung.
pub(crate) struct Sink {
    life: Life<Self>,
}

impl Clerk for Sink {
    fn life(&mut self) -> &mut Life<Self> {
        &mut self.life
    }
    fn forget(&mut self) {}
    fn reload(&mut self, _ctx: &mut Context<Self>) -> Loading<Self> {
        Loading::done()
    }
}

impl Actor for Sink {
    type Context = Context<Self>;
    fn started(&mut self, ctx: &mut Context<Self>) {
        started(self, ctx);
    }
}

impl Supervised for Sink {
    fn restarting(&mut self, ctx: &mut Context<Self>) {
        restarting(self, ctx);
    }
}

impl Handler<Wake> for Sink {
    type Result = ();
    fn handle(&mut self, wake: Wake, ctx: &mut Context<Self>) {
        wake.look(self, ctx, |_, _| {});
    }
}

/// The world's clock, which can be made to panic once.
pub(crate) struct TrapClock {
    clock: Arc<TestClock>,
    armed: AtomicBool,
}

impl TrapClock {
    pub(crate) fn over(world: &World) -> Self {
        Self {
            clock: Arc::clone(&world.clock),
            armed: AtomicBool::new(false),
        }
    }

    pub(crate) fn arm(&self) {
        self.armed.store(true, SeqCst);
    }

    pub(crate) fn is_armed(&self) -> bool {
        self.armed.load(SeqCst)
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

/// The world's gateway, whose next look-ups may take their time on the way back.
pub(crate) struct SlowGateway {
    gateway: Arc<FakeGateway>,
    delays: Mutex<VecDeque<Duration>>,
}

impl SlowGateway {
    fn over(world: &World) -> Self {
        Self {
            gateway: Arc::clone(&world.gateway),
            delays: Mutex::default(),
        }
    }

    /// The answers of the next look-ups are made at once and arrive so much later.
    pub(crate) fn delay(&self, delays: impl IntoIterator<Item = u64>) {
        let delays = delays.into_iter().map(Duration::from_secs);
        self.delays.lock().unwrap().extend(delays);
    }
}

#[async_trait]
impl Invoicing for SlowGateway {
    async fn open(&self, request: &CreateRequest) -> Result<Report, Failure<GatewayRefused>> {
        self.gateway.open(request).await
    }

    async fn report(&self, by: &LookUpBy) -> Result<Report, Failure<GatewayRefused>> {
        let delay = self.delays.lock().unwrap().pop_front();
        let answer = self.gateway.report(by).await;
        if let Some(delay) = delay {
            tokio::time::sleep(delay).await;
        }
        answer
    }

    async fn list(
        &self,
        since: Timestamp,
        cursor: Option<&str>,
    ) -> Result<ReportPage, Failure<GatewayRefused>> {
        self.gateway.list(since, cursor).await
    }

    async fn resend(&self, uuid: &GatewayUuid) -> Result<(), Failure<GatewayRefused>> {
        self.gateway.resend(uuid).await
    }

    async fn refund(&self, call: &RefundCall) -> Result<(), Failure<GatewayRefused>> {
        self.gateway.refund(call).await
    }

    async fn coins(&self) -> Result<Vec<Coin>, Unreadable> {
        self.gateway.coins().await
    }
}
