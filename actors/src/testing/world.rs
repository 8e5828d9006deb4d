//! Everything outside and every store, in one bundle.

use std::sync::Arc;

use super::{
    FakeChain, FakeDeck, FakeFragment, FakeGateway, FakeRates, FakeSigner, FakeTelegram,
    MemoryBooks, MemoryDialogs, MemoryLimits, MemoryVault, TestClock, wallet_numbered,
};
use crate::domain::catalog::Recipient;
use crate::domain::customer::Customer;
use crate::domain::ids::{LoginId, ReplicaId, TelegramId, WalletAddress};
use crate::domain::money::{MicroUsd, NanoTon};
use crate::domain::order::OrderRules;
use crate::domain::pricing::{SourceName, UsdPerTon, samples};
use crate::office::Office;
use crate::ports::{Clock, Ports, RateSource};
use crate::supervision::Io;

/// The world of one test: every part can be reached, told what to do, and asked what it saw.
#[derive(Clone)]
pub struct World {
    /// Time and ids; moves with tokio's clock.
    pub clock: Arc<TestClock>,
    /// The books, which check themselves after every commit.
    pub books: Arc<MemoryBooks>,
    /// Dialogs.
    pub dialogs: Arc<MemoryDialogs>,
    /// Rate limits; none until one is set.
    pub limits: Arc<MemoryLimits>,
    /// Cookie jars.
    pub vault: Arc<MemoryVault>,
    /// Two sources of the rate, which agree.
    pub rates: Vec<Arc<FakeRates>>,
    /// The payment gateway.
    pub gateway: Arc<FakeGateway>,
    /// Fragment and its browsers.
    pub fragment: Arc<FakeFragment>,
    /// The chain.
    pub chain: Arc<FakeChain>,
    /// The keys.
    pub signer: Arc<FakeSigner>,
    /// Telegram.
    pub telegram: Arc<FakeTelegram>,
    /// The operators' deck.
    pub deck: Arc<FakeDeck>,
}

/// A Fragment login and its wallet, as [`World::open_till`] made them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Till {
    /// The login.
    pub login: LoginId,
    /// The wallet.
    pub wallet: WalletAddress,
}

impl World {
    /// An empty world at noon of the samples: no wallet, no login, no person, no price.
    #[must_use]
    pub fn new() -> Self {
        Self::with_clock(TestClock::with_tokio())
    }

    /// The same with another clock.
    #[must_use]
    pub fn with_clock(clock: TestClock) -> Self {
        Self::ruled_by(clock, OrderRules::default())
    }

    /// The same with other settings of the order machine.
    #[must_use]
    pub fn ruled_by(clock: TestClock, rules: OrderRules) -> Self {
        let clock = Arc::new(clock);
        let shared = || -> Arc<dyn Clock> { Arc::<TestClock>::clone(&clock) };
        let books = MemoryBooks::checked(shared()).ruled_by(rules);
        let books = Arc::new(books);
        let chain = Arc::new(FakeChain::new(shared()));
        let rates = ["north", "south"].map(|name| Arc::new(source(name, shared())));
        Self {
            dialogs: Arc::new(MemoryDialogs::new()),
            limits: Arc::new(MemoryLimits::none(shared())),
            vault: Arc::new(MemoryVault::new(Arc::clone(&books))),
            rates: rates.into(),
            gateway: Arc::new(FakeGateway::new(shared())),
            fragment: Arc::new(FakeFragment::new(shared(), Arc::clone(&chain))),
            signer: Arc::new(FakeSigner::default()),
            telegram: Arc::new(FakeTelegram::new()),
            deck: Arc::default(),
            clock,
            books,
            chain,
        }
    }

    /// All ports of one daemon. Every replica may have its own.
    #[must_use]
    pub fn ports(&self) -> Ports {
        self.ports_by(Arc::<TestClock>::clone(&self.clock))
    }

    /// All ports of a daemon whose clock is another: a [`TestClock::sibling`] that is skewed.
    #[must_use]
    pub fn ports_by(&self, clock: Arc<dyn Clock>) -> Ports {
        let source =
            |rates: &Arc<FakeRates>| -> Arc<dyn RateSource> { Arc::<FakeRates>::clone(rates) };
        Ports {
            books: Arc::<MemoryBooks>::clone(&self.books),
            clock,
            dialogs: Arc::<MemoryDialogs>::clone(&self.dialogs),
            invoicing: Arc::<FakeGateway>::clone(&self.gateway),
            limits: Arc::<MemoryLimits>::clone(&self.limits),
            market: Arc::<FakeFragment>::clone(&self.fragment),
            browsers: Arc::<FakeFragment>::clone(&self.fragment),
            messenger: Arc::<FakeTelegram>::clone(&self.telegram),
            rates: self.rates.iter().map(source).collect(),
            vault: Arc::<MemoryVault>::clone(&self.vault),
            chain: Arc::<FakeChain>::clone(&self.chain),
            signer: Arc::<FakeSigner>::clone(&self.signer),
            deck: Arc::<FakeDeck>::clone(&self.deck),
        }
    }

    /// The office of one replica of these books, with outside calls on the caller's own thread.
    #[must_use]
    pub fn office(&self, replica: ReplicaId) -> Office {
        let life = MemoryBooks::FIRST_LIFE;
        Office::open(self.ports(), replica, life, Io::inline())
    }

    /// A working till: a login at Fragment, its wallet on the chain with its key here, and both in
    /// the books, with the same TON as float. Numbers start at 1.
    #[must_use]
    pub fn open_till(&self, number: u32, float: NanoTon) -> Till {
        let till = Till {
            login: LoginId::new(i64::from(number)),
            wallet: wallet_numbered(number),
        };
        self.chain.open(till.wallet, 0, float);
        self.signer.add(till.wallet);
        self.fragment.add_login(till.login, till.wallet);
        self.books.seed_wallet(till.wallet, 0, float);
        self.books.seed_login(till.login, till.wallet);
        till
    }

    /// A customer with money on the balance.
    #[must_use]
    pub fn open_customer(&self, telegram: TelegramId, balance: MicroUsd) -> Customer {
        let customer = self.books.seed_customer(telegram);
        if balance.is_positive() {
            self.books.seed_balance(customer.id, balance);
        }
        customer
    }

    /// Publishes the sample prices, as of now, and lets Fragment know Masha, whom the samples buy
    /// for. Answers her.
    #[must_use]
    pub fn open_shop(&self) -> Recipient {
        self.books.seed_prices(samples::prices(self.clock.now()));
        let masha = samples::masha();
        self.fragment.add_person(masha.clone());
        masha
    }
}

impl Default for World {
    fn default() -> Self {
        Self::new()
    }
}

#[expect(clippy::panic, reason = "constants that are known to be valid")]
fn source(name: &str, clock: Arc<dyn Clock>) -> FakeRates {
    match (SourceName::parse(name), UsdPerTon::new(2_300_000)) {
        (Ok(name), Ok(rate)) => FakeRates::new(name, rate, clock),
        (name, rate) => panic!("no such source: {name:?}, {rate:?}"),
    }
}
