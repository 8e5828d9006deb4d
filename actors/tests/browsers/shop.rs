//! One shop with its books, of which each replica has an office.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering::SeqCst},
    },
    time::Duration,
};

use starkeeper_actors::{
    browser_pool::{self, BrowserPool, BrowserPoolSettings, Lender, PoolSnapshot, Purpose},
    cookie_refresh::{self, CookieRefresh, CookieRefreshSettings, Logins},
    domain::{
        Timestamp,
        ids::{GatewayOrderId, LoginId, OrderNumber, ReplicaId, WalletAddress},
        login::Login,
        notice::{Message, OperatorNews},
        pricing::{CheckedRules, PriceRules, ShopPrices, SourceName, UsdPerTon, samples},
    },
    office::Office,
    ports::{
        Clock, Ports, RateSource,
        market::{Slot, SlotKind},
        vault::Jar,
    },
    pricing::{self, Pricing, PricingSettings},
    supervision::{ActorSnapshot, Door, Io, Observe, Roster},
    testing::{
        FakeChain, FakeDeck, FakeGateway, FakeRates, FakeSigner, FakeTelegram, MemoryBooks,
        MemoryDialogs, MemoryLimits, MemoryVault, TestClock, wallet_numbered,
    },
};
use tokio::{sync::watch, time::Instant};

use crate::fragment::Fragment;

pub(crate) const LOGIN: LoginId = LoginId::new(1);

pub(crate) fn secs(secs: u64) -> Duration {
    Duration::from_secs(secs)
}

pub(crate) fn wallet() -> WalletAddress {
    wallet_numbered(1)
}

pub(crate) fn jar(text: &str) -> Jar {
    Jar::new(text.as_bytes().to_vec())
}

/// A clock that panics when it is told to.
pub(crate) struct Fused {
    clock: Arc<TestClock>,
    ids: AtomicU32,
    nows: AtomicU32,
}

impl Fused {
    /// The next id drawn panics.
    pub(crate) fn blow_next_id(&self) {
        self.ids.store(1, SeqCst);
    }

    /// The next look at the clock panics.
    pub(crate) fn blow_next_now(&self) {
        self.nows.store(1, SeqCst);
    }

    fn blow(fuse: &AtomicU32) {
        if fuse.swap(0, SeqCst) > 0 {
            panic!("the fuse blew");
        }
    }
}

impl Clock for Fused {
    fn now(&self) -> Timestamp {
        Self::blow(&self.nows);
        self.clock.now()
    }

    fn fresh_id(&self) -> i64 {
        Self::blow(&self.ids);
        self.clock.fresh_id()
    }

    fn fresh_order_number(&self) -> OrderNumber {
        self.clock.fresh_order_number()
    }

    fn fresh_gateway_order_id(&self) -> GatewayOrderId {
        self.clock.fresh_gateway_order_id()
    }
}

pub(crate) struct Shop {
    pub(crate) clock: Arc<Fused>,
    pub(crate) books: Arc<MemoryBooks>,
    pub(crate) vault: Arc<MemoryVault>,
    pub(crate) fragment: Arc<Fragment>,
    pub(crate) north: Arc<FakeRates>,
    pub(crate) south: Arc<FakeRates>,
}

/// One daemon: the actors of this test binary.
pub(crate) struct Daemon {
    pub(crate) roster: Roster,
    pub(crate) office: Office,
    pub(crate) pool: Door<BrowserPool>,
    pub(crate) lender: Lender,
    pub(crate) board: Option<cookie_refresh::LoginsBoard>,
    pub(crate) logins: Logins,
}

impl Shop {
    /// A shop whose jar `good` is logged in with the wallet proven.
    pub(crate) fn new() -> Self {
        tokio::time::pause();
        Self::another()
    }

    /// The same in a test whose clock is paused already.
    pub(crate) fn another() -> Self {
        let clock = Arc::new(TestClock::with_tokio());
        let books = Arc::new(MemoryBooks::checked(clock.clone()));
        let vault = Arc::new(MemoryVault::new(books.clone()));
        let fragment = Arc::new(Fragment::new(vault.clone()));
        vault.seed(LOGIN, jar("good"));
        fragment.session(b"good", true, Some(wallet()));
        {
            let mut inner = fragment.lock();
            inner.wallet = Some(wallet());
            inner.prices = goods();
        }
        let source = |name| {
            let rate = UsdPerTon::parse("2.30").unwrap();
            let name = SourceName::parse(name).unwrap();
            Arc::new(FakeRates::new(name, rate, clock.clone()))
        };
        let (north, south) = (source("north"), source("south"));
        let clock = Arc::new(Fused {
            clock,
            ids: AtomicU32::new(0),
            nows: AtomicU32::new(0),
        });
        Self {
            clock,
            books,
            vault,
            fragment,
            north,
            south,
        }
    }

    /// A daemon among replicas with a pool, and nobody who cares for the logins yet.
    pub(crate) fn daemon(&self, replica: i64) -> Daemon {
        self.daemon_with(replica, |_| {})
    }

    pub(crate) fn daemon_with(
        &self,
        replica: i64,
        change: impl FnOnce(&mut BrowserPoolSettings),
    ) -> Daemon {
        let office = self.office(replica);
        let roster = Roster::new(Instant::now());
        let mut settings = BrowserPoolSettings::new(vec![LOGIN]);
        change(&mut settings);
        let (board, logins) = cookie_refresh::board();
        let seat = roster.enlist("browser_pool", browser_pool::limits());
        let health = logins.receiver();
        let pool = browser_pool::start(seat, office.clone(), health, settings.clone());
        Daemon {
            lender: Lender::new(&pool, &settings),
            board: Some(board),
            roster,
            office,
            pool,
            logins,
        }
    }

    pub(crate) fn office(&self, replica: i64) -> Office {
        let clock = self.clock.clone();
        let source =
            |rates: &Arc<FakeRates>| -> Arc<dyn RateSource> { Arc::<FakeRates>::clone(rates) };
        let ports = Ports {
            books: self.books.clone(),
            clock: clock.clone(),
            dialogs: Arc::new(MemoryDialogs::new()),
            invoicing: Arc::new(FakeGateway::new(clock.clone())),
            limits: Arc::new(MemoryLimits::none(clock.clone())),
            market: self.fragment.clone(),
            browsers: self.fragment.clone(),
            messenger: Arc::new(FakeTelegram::new()),
            rates: vec![source(&self.north), source(&self.south)],
            vault: self.vault.clone(),
            chain: Arc::new(FakeChain::new(clock)),
            signer: Arc::new(FakeSigner::default()),
            deck: Arc::new(FakeDeck::default()),
        };
        let life = MemoryBooks::FIRST_LIFE;
        Office::open(ports, ReplicaId::new(replica), life, Io::inline())
    }

    /// What the operators are owed to hear, in the order of their notices' ids.
    pub(crate) fn operators_heard(&self) -> Vec<OperatorNews> {
        let mut notices = self
            .books
            .view(|view| view.notices().cloned().collect::<Vec<_>>());
        notices.sort_by_key(|notice| notice.row.id);
        let news = notices
            .into_iter()
            .filter_map(|notice| match notice.row.owed.message {
                Message::Operators(news) => Some(news),
                Message::Customer(_) => None,
            });
        news.collect()
    }

    pub(crate) async fn login(&self) -> Login {
        use starkeeper_actors::ports::Books;
        self.books.logins().await.unwrap()[0].row.clone()
    }
}

impl Daemon {
    /// Starts the care of the logins.
    pub(crate) fn cookie_refresh(&mut self) -> Door<CookieRefresh> {
        let settings = CookieRefreshSettings::new(vec![(LOGIN, wallet())]);
        self.cookie_refresh_with(settings)
    }

    pub(crate) fn cookie_refresh_with(
        &mut self,
        settings: CookieRefreshSettings,
    ) -> Door<CookieRefresh> {
        let seat = self.roster.enlist("cookie_refresh", Default::default());
        let (office, lender) = (self.office.clone(), self.lender.clone());
        cookie_refresh::start(seat, office, lender, self.board.take().unwrap(), settings)
    }

    pub(crate) fn pricing(
        &self,
        rules: PriceRules,
    ) -> (Door<Pricing>, watch::Receiver<Arc<ShopPrices>>) {
        let rules = CheckedRules::new(rules).unwrap();
        let (board, prices) = pricing::board(rules.clone());
        let seat = self.roster.enlist("pricing", Default::default());
        let door = pricing::start(
            seat,
            self.office.clone(),
            self.lender.clone(),
            self.logins.receiver(),
            board,
            PricingSettings::new(rules),
        );
        (door, prices)
    }

    pub(crate) async fn borrow(&self, kind: SlotKind, purpose: Purpose) -> Slot {
        self.lender.borrow(kind, purpose, secs(60)).await.unwrap()
    }

    pub(crate) async fn pool_shown(&self) -> PoolSnapshot {
        self.pool.ask(Observe::new(), secs(5)).await.unwrap()
    }

    pub(crate) fn line(&self, actor: &str) -> ActorSnapshot {
        let snapshot = self.roster.snapshot(Instant::now());
        snapshot.actor(actor).unwrap().clone()
    }
}

/// Lets time pass; timers fire on the way.
pub(crate) async fn pass(time: Duration) {
    tokio::time::sleep(time).await;
}

/// Waits until something is true, for two minutes of the paused clock at most.
pub(crate) async fn eventually(what: &str, mut holds: impl FnMut() -> bool) {
    for _ in 0..1_200 {
        if holds() {
            return;
        }
        pass(Duration::from_millis(100)).await;
    }
    panic!("never: {what}");
}

fn goods() -> Vec<(
    starkeeper_actors::domain::catalog::Product,
    starkeeper_actors::domain::pricing::GoodsPrice,
)> {
    use starkeeper_actors::domain::catalog::{PremiumMonths, Product, StarsQuantity};
    let prices = samples::prices(samples::noon());
    let mut goods = vec![(
        Product::Stars(StarsQuantity::MIN),
        prices.goods.stars.all()[0].value,
    )];
    for months in PremiumMonths::ALL {
        let seen = prices.goods.clone().premium_mut(months).all()[0].value;
        goods.push((Product::Premium(months), seen));
    }
    goods
}
