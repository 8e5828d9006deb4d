//! A shop whose sessions are real, with a real payment actor and browser pool, neighbours that
//! only count, and people who write.

use std::sync::atomic::{AtomicI64, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use actix::prelude::*;
use async_trait::async_trait;
use starkeeper_actors::browser_pool::{self, BrowserPool, BrowserPoolSettings, Lender};
use starkeeper_actors::domain::catalog::{PersonName, Recipient, Username};
use starkeeper_actors::domain::customer::{Customer, Language};
use starkeeper_actors::domain::dialog::{Body, Button, Dialog, Inbound, Said, Screen, Sender};
use starkeeper_actors::domain::ids::{BotId, RecipientToken, ReplicaId, TelegramId, UpdateKey};
use starkeeper_actors::domain::login::Login;
use starkeeper_actors::domain::money::{MicroUsd, NanoTon};
use starkeeper_actors::domain::order::Order;
use starkeeper_actors::domain::pricing::{ShopPrices, samples};
use starkeeper_actors::domain::shop::Shutters;
use starkeeper_actors::notifier::CameBack;
use starkeeper_actors::office::Office;
use starkeeper_actors::payment::{Neighbours, Payment, PaymentSettings};
use starkeeper_actors::ports::dialogs::{DialogMoved, SeenDialog};
use starkeeper_actors::ports::limits::{Allowance, Metered, Person};
use starkeeper_actors::ports::{Clock, Dialogs, Failure, Limits, Ports, Unreadable};
use starkeeper_actors::session::*;
use starkeeper_actors::supervision::{self, Limits as Bounds, *};
use starkeeper_actors::testing::{self, MemoryBooks, World};
use tokio::sync::watch;
use tokio::time::Instant;

pub(crate) const LONG: Duration = Duration::from_secs(1_000);
pub(crate) const ANYA: TelegramId = TelegramId::new(5);
pub(crate) const BORIS: TelegramId = TelegramId::new(6);

pub(crate) struct Shop {
    pub(crate) world: World,
    pub(crate) limits: Arc<Traps>,
    pub(crate) dialogs: Arc<SlowDialogs>,
    pub(crate) roster: Roster,
    pub(crate) prices: watch::Sender<Arc<ShopPrices>>,
    pub(crate) logins: watch::Sender<Arc<Vec<Login>>>,
    pub(crate) shutters: watch::Sender<Option<Shutters>>,
    pub(crate) payment: Door<Payment>,
    pub(crate) pool: Door<BrowserPool>,
    sinks: [Door<Sink>; 2],
    lender: Lender,
    updates: AtomicI64,
}

impl Shop {
    /// A till with TON, and Masha and Anya known at Fragment.
    pub(crate) async fn open() -> Self {
        tokio::time::pause();
        let world = World::new();
        let _masha = world.open_shop();
        world.fragment.add_person(Recipient {
            username: name("anya"),
            token: RecipientToken::parse("token-of-anya").unwrap(),
            ..samples::masha()
        });
        let till = world.open_till(1, NanoTon::parse("1000").unwrap());
        let roster = Roster::new(Instant::now());
        let sinks = ["notifier", "fulfilment"].map(|name| {
            let seat = roster.enlist(name, Bounds::default());
            supervision::start(seat, |life| Sink { life, back: 0 })
        });
        let stored: Vec<Login> = world
            .ports()
            .books
            .logins()
            .await
            .unwrap()
            .into_iter()
            .map(|seen| seen.row)
            .collect();
        let (logins, healthy) = watch::channel(Arc::new(stored));
        let (prices, _) = watch::channel(Arc::new(samples::prices(world.clock.now())));
        let office = world.office(ReplicaId::new(1));
        let settings = BrowserPoolSettings::new(vec![till.login]);
        let seat = roster.enlist("browser_pool", browser_pool::limits());
        let pool = browser_pool::start(seat, office.clone(), healthy, settings.clone());
        let neighbours = Neighbours {
            notifier: sinks[0].bell(),
            fulfilment: sinks[1].bell(),
            swept: watch::channel(None).0,
        };
        let seat = roster.enlist("payment", Bounds::default());
        let payment = supervision::start(seat, |life| {
            Payment::new(life, office, PaymentSettings::default(), neighbours)
        });
        tokio::time::sleep(Duration::from_secs(5)).await;
        Self {
            limits: Arc::new(Traps::over(&world)),
            dialogs: Arc::new(SlowDialogs::over(&world)),
            lender: Lender::new(&pool, &settings),
            world,
            roster,
            prices,
            shutters: watch::channel(Some(Shutters::default())).0,
            logins,
            payment,
            pool,
            sinks,
            updates: AtomicI64::new(0),
        }
    }

    pub(crate) fn directory(&self) -> Directory {
        self.directory_with(SessionSettings::default())
    }

    /// A replica's directory. All share books, dialogs and the world outside.
    pub(crate) fn directory_with(&self, settings: SessionSettings) -> Directory {
        let ports = Ports {
            limits: Arc::<Traps>::clone(&self.limits),
            dialogs: Arc::<SlowDialogs>::clone(&self.dialogs),
            ..self.world.ports()
        };
        let life = MemoryBooks::FIRST_LIFE;
        let office = Office::open(ports, ReplicaId::new(1), life, Io::inline());
        let colleagues = Colleagues {
            open_invoice: self.payment.asker(),
            says_sent: self.payment.asker(),
            cancel_invoice: self.payment.asker(),
            browsers: self.lender.clone(),
            came_back: Some(self.sinks[0].asker::<CameBack>()),
            fulfilment: self.sinks[1].bell(),
            swept: tokio::sync::watch::channel(Some(
                starkeeper_actors::domain::pricing::samples::noon(),
            ))
            .1,
            shutters: self.shutters.subscribe(),
        };
        Directory::open(
            office,
            settings,
            colleagues,
            self.prices.subscribe(),
            self.logins.subscribe(),
            vec![Arbiter::current()],
            &self.roster,
        )
    }

    pub(crate) fn customer(&self, user: TelegramId, dollars: i64) -> Customer {
        let balance = MicroUsd::from_micros(dollars * 1_000_000);
        self.world.open_customer(user, balance)
    }

    /// The next update of a person.
    pub(crate) fn update(&self, user: TelegramId, said: Said, message: Option<i64>) -> Inbound {
        let bot = BotId::new(1);
        let update = self.updates.fetch_add(1, SeqCst) + 1;
        let handle = if user == ANYA { "anya" } else { "boris" };
        Inbound {
            key: UpdateKey { bot, update },
            sender: Sender {
                user,
                username: Some(name(handle)),
                name: PersonName::new(handle),
                language: Language::En,
                premium: false,
            },
            chat: user,
            own: None,
            message,
            said,
        }
    }

    pub(crate) fn text(&self, user: TelegramId, line: &str) -> Inbound {
        self.update(user, Said::Text(line.into()), None)
    }

    /// A tap on a button of the newest message that has it.
    pub(crate) fn tap(&self, user: TelegramId, button: &str) -> Inbound {
        let (message, data) = self.button(user, button);
        self.update(user, Said::Tap(data.into()), Some(message))
    }

    fn button(&self, user: TelegramId, button: &str) -> (i64, String) {
        let messages = self.world.telegram.messages(user);
        let found = messages.iter().rev().find_map(|shown| {
            let testing::telegram::Said::Screen(screen) = &shown.said else {
                return None;
            };
            let named = |found: &&Button| found.action().is_some_and(|it| it.name() == button);
            let found = screen.buttons.iter().find(named)?;
            Some((shown.id, found.data()?))
        });
        found.unwrap_or_else(|| panic!("no button {button} in {messages:?}"))
    }

    /// Says a line and waits until its last screen is there.
    pub(crate) async fn say(&self, directory: &Directory, user: TelegramId, line: &str) -> Screen {
        let reply = directory.handle(self.text(user, line), LONG).await;
        assert_eq!(reply, Reply::Done, "{line}");
        self.screen(user).await
    }

    pub(crate) async fn press(
        &self,
        directory: &Directory,
        user: TelegramId,
        button: &str,
    ) -> Screen {
        let reply = directory.handle(self.tap(user, button), LONG).await;
        assert_eq!(reply, Reply::Done, "{button}");
        self.screen(user).await
    }

    /// The newest screen, once all is shown.
    pub(crate) async fn screen(&self, user: TelegramId) -> Screen {
        settle().await;
        let last = self.world.telegram.last_message(user).unwrap();
        let testing::telegram::Said::Screen(screen) = last.said else {
            panic!("no screen, but {last:?}")
        };
        screen
    }

    pub(crate) fn orders(&self) -> Vec<Order> {
        self.world.books.view(|view| {
            let orders = view.orders().map(|seen| seen.row.clone());
            orders.collect()
        })
    }

    pub(crate) fn line(&self, name: &str) -> ActorSnapshot {
        let snapshot = self.roster.snapshot(Instant::now());
        snapshot.actor(name).unwrap().clone()
    }

    pub(crate) fn came_back(&self) -> impl Future<Output = u64> {
        let asked = self.sinks[0].ask(HowOften, LONG);
        async move { asked.await.unwrap() }
    }
}

/// Long enough for look-ups and calls, which take no time here, and short for everything else.
pub(crate) async fn settle() {
    tokio::time::sleep(Duration::from_millis(50)).await;
}

pub(crate) fn name(text: &str) -> Username {
    Username::parse(text).unwrap()
}

pub(crate) fn is_menu(screen: &Screen) -> bool {
    matches!(screen.body, Body::Menu { .. })
}

/// A neighbour that is only rung, and told who is back.
pub(crate) struct Sink {
    life: Life<Self>,
    back: u64,
}

#[derive(Message)]
#[rtype(result = "u64")]
struct HowOften;

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
        supervision::started(self, ctx);
    }
}

impl Supervised for Sink {
    fn restarting(&mut self, ctx: &mut Context<Self>) {
        supervision::restarting(self, ctx);
    }
}

impl Handler<Wake> for Sink {
    type Result = ();
    fn handle(&mut self, wake: Wake, ctx: &mut Context<Self>) {
        wake.look(self, ctx, |_, _| {});
    }
}

impl Handler<Asked<CameBack>> for Sink {
    type Result = ();
    fn handle(&mut self, asked: Asked<CameBack>, ctx: &mut Context<Self>) {
        asked.answer_now(self, ctx, |sink, _, _| sink.back += 1);
    }
}

impl Handler<Asked<HowOften>> for Sink {
    type Result = ();
    fn handle(&mut self, asked: Asked<HowOften>, ctx: &mut Context<Self>) {
        asked.answer_now(self, ctx, |sink, _, _| sink.back);
    }
}

/// The world's limits, which can be made to panic for one person.
pub(crate) struct Traps {
    limits: Arc<testing::MemoryLimits>,
    armed: Mutex<Vec<(TelegramId, Metered)>>,
}

impl Traps {
    fn over(world: &World) -> Self {
        Self {
            limits: Arc::clone(&world.limits),
            armed: Mutex::default(),
        }
    }

    pub(crate) fn arm(&self, user: TelegramId, what: Metered, times: usize) {
        let mut armed = self.armed.lock().unwrap();
        armed.extend(std::iter::repeat_n((user, what), times));
    }
}

#[async_trait]
impl Limits for Traps {
    async fn take(&self, person: Person, what: Metered) -> Allowance {
        let sprung = {
            let mut armed = self.armed.lock().unwrap();
            let place = armed.iter().position(|trap| *trap == (person.user, what));
            place.map(|place| armed.remove(place))
        };
        assert!(sprung.is_none(), "the limits broke");
        self.limits.take(person, what).await
    }
}

/// The world's dialogs, whose saves may take their time for one person.
pub(crate) struct SlowDialogs {
    dialogs: Arc<testing::MemoryDialogs>,
    slow: Mutex<Option<(TelegramId, Duration)>>,
}

impl SlowDialogs {
    fn over(world: &World) -> Self {
        Self {
            dialogs: Arc::clone(&world.dialogs),
            slow: Mutex::default(),
        }
    }

    pub(crate) fn slow_down(&self, user: TelegramId, by: Duration) {
        *self.slow.lock().unwrap() = Some((user, by));
    }
}

#[async_trait]
impl Dialogs for SlowDialogs {
    async fn load(&self, user: TelegramId) -> Result<SeenDialog, Unreadable> {
        self.dialogs.load(user).await
    }

    async fn save(
        &self,
        user: TelegramId,
        seen: u64,
        dialog: &Dialog,
    ) -> Result<u64, Failure<DialogMoved>> {
        let slow = *self.slow.lock().unwrap();
        if let Some((_, by)) = slow.filter(|(who, _)| *who == user) {
            tokio::time::sleep(by).await;
        }
        self.dialogs.save(user, seen, dialog).await
    }

    async fn erase(&self, user: TelegramId) -> Result<(), Unreadable> {
        self.dialogs.erase(user).await
    }
}
