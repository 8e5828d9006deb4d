//! One shop: the world, a customer with a balance, and as many replicas of the core as wanted.

use std::sync::Arc;
use std::time::Duration;

use actix_rt::Arbiter;
use starkeeper_actors::domain::customer::{Customer, Purse};
use starkeeper_actors::domain::ids::{
    Epoch, IncarnationId, OrderId, QuoteId, ReplicaId, TelegramId, Version,
};
use starkeeper_actors::domain::login::Login;
use starkeeper_actors::domain::money::{MicroUsd, NanoTon};
use starkeeper_actors::domain::order::{Desk, Funding, Order, OrderEvent, OrderRules, OrderState};
use starkeeper_actors::domain::pricing::{Quote, samples};
use starkeeper_actors::domain::transfer::Transfer;
use starkeeper_actors::domain::wallet::Wallet;
use starkeeper_actors::office::Office;
use starkeeper_actors::ports::Clock;
use starkeeper_actors::ports::books::{Books, RowWrite, Seen, Write};
use starkeeper_actors::supervision::{ActorSnapshot, Io};
use starkeeper_actors::system::{ActorSystem, SystemSettings};
use starkeeper_actors::testing::{FakeFragment, TestClock, Till, World, wallet_numbered};
use tokio::task::LocalSet;

/// The float a till starts with.
pub(crate) const FLOAT: NanoTon = NanoTon::from_nanos(1_000_000_000_000);
/// What the customer has.
pub(crate) const BALANCE: MicroUsd = MicroUsd::from_micros(100_000_000);
thread_local! {
    /// One test is one thread, and time is paused once in it.
    static PAUSED: std::cell::Cell<bool> = const { std::cell::Cell::new(false) };
}

const CHAT: TelegramId = TelegramId::new(77);

/// A running core. Dropping it kills every actor and call where it stands.
pub(crate) struct Core {
    system: ActorSystem,
    tasks: tokio::task::JoinHandle<()>,
}

impl Drop for Core {
    fn drop(&mut self) {
        self.tasks.abort();
    }
}

impl std::ops::Deref for Core {
    type Target = ActorSystem;

    fn deref(&self) -> &ActorSystem {
        &self.system
    }
}

pub(crate) struct Shop {
    pub(crate) world: World,
    pub(crate) till: Till,
    pub(crate) customer: Customer,
}

impl Shop {
    /// A shop with one till, open for business, on a paused clock. Messages execute at once.
    pub(crate) fn open() -> Self {
        if !PAUSED.replace(true) {
            tokio::time::pause();
        }
        let world = World::new();
        let till = world.open_till(1, FLOAT);
        let _masha = world.open_shop();
        let customer = world.open_customer(CHAT, BALANCE);
        world.chain.mine_at_once();
        Self {
            world,
            till,
            customer,
        }
    }

    /// The books do not know how the login is: it must be looked at first.
    pub(crate) fn forget_the_login(&self) {
        let login = Login::new(self.till.login, self.till.wallet);
        let seen = Some(Version::FIRST);
        let row = RowWrite::Login(Write { seen, row: login });
        self.world.books.seed(vec![row], vec![]);
    }

    /// An order for Masha as a session makes it of an offer.
    pub(crate) fn offered(&self, quantity: u32) -> Order {
        let clock = &self.world.clock;
        let id = OrderId::new(clock.fresh_id());
        let quote = self.quote(QuoteId::new(clock.fresh_id()), quantity);
        Order::confirmed(id, clock.fresh_order_number(), quote, 1, clock.now())
    }

    /// The settings of every replica.
    pub(crate) fn settings(&self) -> SystemSettings {
        let tills = vec![(self.till.login, self.till.wallet)];
        let fragment = wallet_numbered(FakeFragment::DESTINATION_NUMBER);
        let rules = samples::prices(self.world.clock.now()).rules;
        SystemSettings::new(tills, vec![fragment], rules)
    }

    /// Starts a core that can be killed.
    pub(crate) async fn start(&self) -> Core {
        self.start_by(Arc::<TestClock>::clone(&self.world.clock))
            .await
    }

    /// The same by another clock.
    pub(crate) async fn start_by(&self, clock: Arc<dyn Clock>) -> Core {
        let tasks = LocalSet::new();
        let ports = self.world.ports_by(clock);
        let starting = Box::pin(ActorSystem::start(
            ports,
            self.settings(),
            Io::inline(),
            vec![Arbiter::current()],
        ));
        let system = tasks.run_until(starting).await.unwrap();
        Core {
            system,
            tasks: actix::spawn(tasks),
        }
    }

    /// An order for Masha, paid from the balance: what a session commits.
    pub(crate) async fn buy(&self, quantity: u32) -> OrderId {
        self.buy_in_life(1, quantity).await
    }

    /// The same in books that live another life.
    pub(crate) async fn buy_in_life(&self, life: i64, quantity: u32) -> OrderId {
        let ports = self.world.ports();
        let now = ports.clock.now();
        let id = OrderId::new(ports.clock.fresh_id());
        let quote = self.quote(QuoteId::new(ports.clock.fresh_id()), quantity);
        let reserve = quote
            .max_cost
            .checked_add(NanoTon::from_nanos(50_000_000))
            .unwrap();
        let number = ports.clock.fresh_order_number();
        let awaiting = Order::confirmed(id, number, quote, 1, now);
        let rules = OrderRules::default();
        let desk = Desk {
            rules: &rules,
            wallet: None,
            epoch: Epoch::new(0),
            now,
        };
        let funding = Funding {
            wallet: self.till.wallet,
            reserve,
        };
        let held = awaiting.decide(OrderEvent::Fund(funding), desk).unwrap();
        let (replica, life) = (ReplicaId::new(99), IncarnationId::new(life));
        let office = Office::open(self.world.ports(), replica, life, Io::inline());
        let mut commit = office.commit();
        let next = office.absorb(&mut commit, held);
        commit.rows.push(RowWrite::Order(Write::new(next)));
        office.write(commit).await.unwrap();
        id
    }

    fn quote(&self, id: QuoteId, quantity: u32) -> Quote {
        let now = self.world.clock.now();
        samples::quote(id, self.customer.id, samples::stars(quantity), now)
    }

    pub(crate) fn order(&self, id: OrderId) -> Order {
        self.world
            .books
            .view(|view| view.order(id).unwrap().clone())
    }

    /// An order as a person is shown it.
    pub(crate) fn seen(&self, id: OrderId) -> Seen<Order> {
        self.world.books.view(|view| {
            view.orders()
                .find(|seen| seen.row.id == id)
                .unwrap()
                .clone()
        })
    }

    /// The till's wallet as a person is shown it.
    pub(crate) fn wallet(&self) -> Seen<Wallet> {
        self.world
            .books
            .view(|view| view.wallets().next().unwrap().clone())
    }

    pub(crate) async fn transfers(&self, id: OrderId) -> Vec<Transfer> {
        let file = self.world.books.order_file(id).await.unwrap().unwrap();
        file.transfers.into_iter().map(|seen| seen.row).collect()
    }

    pub(crate) async fn purse(&self) -> Purse {
        self.world.books.purse(self.customer.id).await.unwrap()
    }

    /// Lets time pass until an order is as wanted. Panics after `patience`.
    pub(crate) async fn until(
        &self,
        id: OrderId,
        patience: Duration,
        wanted: impl Fn(&Order) -> bool,
    ) -> Order {
        let ends = tokio::time::Instant::now() + patience;
        loop {
            let order = self.order(id);
            if wanted(&order) {
                return order;
            }
            let state = &order.state;
            assert!(
                tokio::time::Instant::now() < ends,
                "{id} is still {state:#?}"
            );
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }

    /// Payments that reached Fragment.
    pub(crate) fn paid(&self) -> usize {
        let fragment = wallet_numbered(FakeFragment::DESTINATION_NUMBER);
        self.world.chain.paid_to(fragment).len()
    }

    /// What must hold at the end of every test: the world saw nothing forbidden.
    pub(crate) fn in_order(&self) {
        assert_eq!(self.world.fragment.violations(), Vec::<String>::new());
        assert_eq!(self.world.books.violations(), Vec::<String>::new());
    }
}

pub(crate) fn line(system: &ActorSystem, actor: &str) -> ActorSnapshot {
    system.observe().roster.actor(actor).unwrap().clone()
}

pub(crate) fn is_delivered(order: &Order) -> bool {
    matches!(order.state, OrderState::Delivered { .. })
}

pub(crate) fn is_refunded(order: &Order) -> bool {
    matches!(order.state, OrderState::Refunded { .. })
}

pub(crate) fn is_parked(order: &Order) -> bool {
    matches!(order.state, OrderState::Parked { .. })
}

pub(crate) const MINUTE: Duration = Duration::from_secs(60);
