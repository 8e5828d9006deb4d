//! The contracts of the ports, held by the implementations in memory.

#![allow(
    clippy::unwrap_used,
    clippy::unused_async,
    reason = "a test that panics has failed, and a fixture may need to wait where it is a server"
)]

use std::sync::Arc;

use async_trait::async_trait;
use starkeeper_actors::domain::Span;
use starkeeper_actors::domain::ids::IncarnationId;
use starkeeper_actors::ports::Books;
use starkeeper_actors::testing::contract;
use starkeeper_actors::testing::contract::books::EmptyBooks;
use starkeeper_actors::testing::{MemoryBooks, TestClock};

struct Empty {
    books: Arc<MemoryBooks>,
    passed: std::sync::Mutex<Span>,
}

#[async_trait]
impl EmptyBooks for Empty {
    fn client(&self) -> Arc<dyn Books> {
        Arc::<MemoryBooks>::clone(&self.books)
    }

    async fn pass(&self, by: Span) {
        let mut passed = self.passed.lock().unwrap();
        *passed += by;
        self.books.skew(*passed);
    }

    async fn adopt(&self, life: IncarnationId) {
        self.books.adopt(life);
    }

    async fn retire(&self) {
        self.books.retire();
    }
}

async fn empty_books() -> Empty {
    let clock = Arc::new(TestClock::at(contract::rows::noon()));
    Empty {
        books: Arc::new(MemoryBooks::checked(clock)),
        passed: std::sync::Mutex::new(Span::zero()),
    }
}

mod books {
    use super::empty_books;
    use starkeeper_actors::testing::contract;

    contract::books!(empty_books);
}

mod clock {
    use std::sync::Arc;

    use starkeeper_actors::testing::contract::clock::TwoClocks;
    use starkeeper_actors::testing::{TestClock, contract};

    async fn two_clocks() -> TwoClocks {
        let one = TestClock::with_tokio();
        let other = Arc::new(one.sibling());
        TwoClocks {
            one: Arc::new(one),
            other,
        }
    }

    contract::clock!(two_clocks);
}

mod dialogs {
    use std::sync::Arc;

    use async_trait::async_trait;
    use starkeeper_actors::domain::dialog::Dialog;
    use starkeeper_actors::domain::pricing::samples;
    use starkeeper_actors::ports::Dialogs;
    use starkeeper_actors::testing::contract::dialogs::NoDialogs;
    use starkeeper_actors::testing::{MemoryDialogs, contract};

    struct Nobody(Arc<MemoryDialogs>);

    #[async_trait]
    impl NoDialogs for Nobody {
        fn client(&self) -> Arc<dyn Dialogs> {
            Arc::<MemoryDialogs>::clone(&self.0)
        }

        fn another(&self) -> Dialog {
            let saved = vec![samples::masha().username];
            Dialog {
                saved,
                ..Dialog::default()
            }
        }
    }

    async fn no_dialogs() -> Nobody {
        Nobody(Arc::new(MemoryDialogs::new()))
    }

    contract::dialogs!(no_dialogs);
}

mod limits {
    use std::sync::Arc;

    use async_trait::async_trait;
    use starkeeper_actors::domain::Span;
    use starkeeper_actors::ports::Limits;
    use starkeeper_actors::ports::limits::Metered;
    use starkeeper_actors::testing::contract::limits::ThreeASecond;
    use starkeeper_actors::testing::{MemoryLimits, TestClock, contract};

    struct Three {
        clock: Arc<TestClock>,
        limits: Arc<MemoryLimits>,
    }

    #[async_trait]
    impl ThreeASecond for Three {
        fn client(&self) -> Arc<dyn Limits> {
            Arc::<MemoryLimits>::clone(&self.limits)
        }

        async fn pass(&self, by: Span) {
            self.clock.advance(by);
        }
    }

    async fn three_a_second() -> Three {
        let clock = Arc::new(TestClock::at(contract::rows::noon()));
        let limits = MemoryLimits::none(Arc::<TestClock>::clone(&clock)).per(Span::seconds(1));
        for what in [Metered::Message, Metered::Operation, Metered::Payment] {
            limits.allow(what, 3);
        }
        let limits = Arc::new(limits);
        Three { clock, limits }
    }

    contract::limits!(three_a_second);
}

mod vault {
    use std::sync::Arc;

    use async_trait::async_trait;
    use starkeeper_actors::ports::{Books, Vault};
    use starkeeper_actors::testing::contract::vault::EmptyVault;
    use starkeeper_actors::testing::{World, contract};

    struct Empty(World);

    #[async_trait]
    impl EmptyVault for Empty {
        fn client(&self) -> Arc<dyn Vault> {
            self.0.ports().vault
        }

        fn books(&self) -> Arc<dyn Books> {
            self.0.ports().books
        }
    }

    async fn empty_vault() -> Empty {
        Empty(World::new())
    }

    contract::vault!(empty_vault);
}

mod outside {
    use std::sync::Arc;

    use async_trait::async_trait;
    use starkeeper_actors::domain::ids::{Epoch, LoginId, TelegramId, WalletAddress};
    use starkeeper_actors::domain::money::NanoTon;
    use starkeeper_actors::ports::books::{Fence, LeaseKey};
    use starkeeper_actors::ports::{Browsers, Chain, Clock, Invoicing, Market, Messenger, Signer};
    use starkeeper_actors::testing::contract::outside::Outside;
    use starkeeper_actors::testing::{Till, World, contract};

    struct Fakes {
        world: World,
        till: Till,
    }

    #[async_trait]
    impl Outside for Fakes {
        fn clock(&self) -> Arc<dyn Clock> {
            self.world.ports().clock
        }

        fn gateway(&self) -> Arc<dyn Invoicing> {
            self.world.ports().invoicing
        }

        fn market(&self) -> Arc<dyn Market> {
            self.world.ports().market
        }

        fn browsers(&self) -> Arc<dyn Browsers> {
            self.world.ports().browsers
        }

        fn chain(&self) -> Arc<dyn Chain> {
            self.world.ports().chain
        }

        fn signer(&self) -> Arc<dyn Signer> {
            self.world.ports().signer
        }

        fn messenger(&self) -> Arc<dyn Messenger> {
            self.world.ports().messenger
        }

        fn login(&self) -> LoginId {
            self.till.login
        }

        fn wallet(&self) -> WalletAddress {
            self.till.wallet
        }

        fn fence(&self) -> Option<Fence> {
            let key = LeaseKey::Login(self.till.login);
            let epoch = Epoch::new(1);
            Some(Fence { key, epoch })
        }

        async fn mine(&self) {
            self.world.chain.mine();
        }

        async fn payments(&self) -> usize {
            let fragment = self.world.fragment.destination();
            self.world.chain.paid_to(fragment).len()
        }

        async fn block(&self, chat: TelegramId) {
            self.world.telegram.set_blocked(chat, true);
        }

        async fn messages(&self, chat: TelegramId) -> usize {
            self.world.telegram.messages(chat).len()
        }
    }

    async fn fakes() -> Fakes {
        let world = World::new();
        let till = world.open_till(1, NanoTon::from_nanos(10_000_000_000));
        let _masha = world.open_shop();
        Fakes { world, till }
    }

    contract::outside!(fakes);
}
