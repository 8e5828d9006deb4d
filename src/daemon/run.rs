//! One daemon from its start to its end, on parts that are made already.

use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use actix_rt::Arbiter;
use actix_web::dev::ServerHandle;
use actix_web::web::ServiceConfig;
use actix_web::{App, HttpServer};
use starkeeper_actors::domain::ids::{IncarnationId, ReplicaId};
use starkeeper_actors::domain::shop::Shutters;
use starkeeper_actors::ports::{Books, Clock, Invoicing, Messenger, Ports};
use starkeeper_actors::supervision::Io;
use starkeeper_actors::system::{ActorSystem, MustEnd, PaymentSide, StartFailed};
use tokio::runtime::Handle;
use tokio::sync::watch;

use super::absent::Absent;
use super::caring::Caring;
use super::chat::Chat;
use super::conversations::Conversations;
use super::goods::Goods;
use super::nights::Nights;
use super::side::Side;
use super::signals::Signals;
use super::watch::{Tills, Watch};
use super::{Role, settings, spares};
use crate::cli::Failed;
use crate::config::Settings;
use crate::http::admin::{Entrance, OperatorsDesk};
use crate::http::health::{Report, Status};
use crate::http::metrics_page::Backlog;
use crate::http::{self, Counter, Doors};
use crate::metrics;
use crate::record::Record;
use crate::telegram::inbound::Intake;
use crate::telemetry::LogHealth;

/// Between two requests on one connection.
const KEEP_ALIVE: Duration = Duration::from_secs(75);

/// For the head of a request: a slow sender holds a connection, and nothing else.
const SLOWEST_HEAD: Duration = Duration::from_secs(10);

/// What the world and the settings have been turned into.
pub(super) struct Parts {
    pub(super) books: Arc<dyn Books>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) invoicing: Arc<dyn Invoicing>,
    /// What delivers; none means that nothing is sold here.
    pub(super) goods: Option<Goods>,
    pub(super) conversations: Conversations,
    /// The chat; none means that people are told nothing yet, and what they are owed waits.
    pub(super) chat: Option<Chat>,
    pub(super) life: IncarnationId,
    pub(super) admin: Option<Arc<Entrance>>,
    /// Whoever serves operators in the chat.
    pub(super) deck: Arc<OperatorsDesk>,
    pub(super) page: metrics::Page,
    /// How the logs are.
    pub(super) logs: LogHealth,
    /// Shows the connections to the database.
    pub(super) connections: Arc<dyn Fn() + Send + Sync>,
    pub(super) io: Handle,
    pub(super) listener: TcpListener,
    /// Routes with doors of their own.
    pub(super) webhooks: Webhooks,
    /// Nightly backups, if there are any.
    pub(super) nights: Option<Nights>,
}

/// Adds the routes of webhooks to a server, given payment's door.
pub(super) type Webhooks = Arc<dyn Fn(&Doors, &mut ServiceConfig) + Send + Sync>;

impl Parts {
    fn ports(&self) -> Ports {
        let absent = Arc::new(Absent);
        let messenger: Arc<dyn Messenger> = match &self.chat {
            Some(chat) => chat.messenger(),
            None => Arc::<Absent>::clone(&absent),
        };
        let alone = Ports {
            books: Arc::clone(&self.books),
            clock: Arc::clone(&self.clock),
            dialogs: Arc::clone(&self.conversations.dialogs),
            invoicing: Arc::clone(&self.invoicing),
            limits: Arc::clone(&self.conversations.limits),
            market: Arc::<Absent>::clone(&absent),
            browsers: Arc::<Absent>::clone(&absent),
            messenger,
            rates: Vec::new(),
            vault: Arc::<Absent>::clone(&absent),
            chain: Arc::<Absent>::clone(&absent),
            signer: absent,
            deck: Arc::<OperatorsDesk>::clone(&self.deck),
        };
        match &self.goods {
            None => alone,
            Some(goods) => Ports {
                market: Arc::clone(&goods.market),
                browsers: Arc::clone(&goods.browsers),
                vault: Arc::clone(&goods.vault),
                chain: Arc::clone(&goods.chain),
                signer: Arc::clone(&goods.signer),
                rates: goods.rates.clone(),
                ..alone
            },
        }
    }

    /// The tills to watch, where they are served.
    fn tills(&self, side: &Side) -> Option<Tills> {
        let (_, goods) = side.whole().zip(self.goods.as_ref())?;
        Some(Tills {
            books: Arc::clone(&self.books),
            clock: Arc::clone(&self.clock),
            tills: goods.tills.clone(),
            cookies: Arc::clone(&goods.cookies),
        })
    }

    /// Starts the actors of the role.
    async fn start(
        &self,
        given: &Settings,
        role: Role,
        shutters: watch::Receiver<Option<Shutters>>,
    ) -> Result<Side, Failed> {
        let (ports, io) = (self.ports(), Io::runtime(self.io.clone()));
        let goods = match role {
            Role::All | Role::Bot => self.goods.as_ref(),
            Role::Webhook => None,
        };
        let side = match goods {
            Some(goods) => {
                let mut system = settings::system(given, goods, self.chat.is_some());
                system.shutters = shutters;
                // Sessions run beside the single actors, on an arbiter of their own.
                let arbiters = vec![Arbiter::new().handle()];
                let system = Box::pin(ActorSystem::start(ports, system, io, arbiters)).await;
                system.map(|system| Side::Whole(Box::new(system)))
            }
            None => PaymentSide::start(ports, settings::payment_side(given), io)
                .await
                .map(|side| Side::Payments(Box::new(side))),
        };
        side.map_err(|why| match why {
            StartFailed::Books(_) => Failed::by_itself(why),
            StartFailed::SharedTill { .. } => Failed::for_an_operator(why),
        })
    }
}

/// Has raw answers noted while the shop is new, and no longer.
async fn recorded(record: Record, mut shutters: watch::Receiver<Option<Shutters>>) {
    loop {
        let now = *shutters.borrow_and_update();
        record.keep(now.is_some_and(|shutters| shutters.new_shop));
        if shutters.changed().await.is_err() {
            return;
        }
    }
}

/// Runs the daemon until a signal or an end of its own. To be called on an actix system.
pub(super) async fn run(parts: Parts, given: &Arc<Settings>, role: Role) -> Result<(), Failed> {
    let mut signals = Signals::listen()
        .map_err(|why| Failed::by_itself(format!("signals cannot be heard: {why}")))?;
    let (shutters, seen) = watch::channel(None);
    if let Some(goods) = &parts.goods {
        actix_rt::spawn(recorded(goods.record.clone(), seen.clone()));
    }
    let side = Arc::new(parts.start(given, role, seen).await?);
    let (to, health) = watch::channel(Report::starting());
    let caring = Caring::begin(&parts, &side, shutters, health.clone(), given, role);
    let intake = intake(&parts, &side);
    let doors = doors(&parts, &side, intake.clone(), health.clone(), given);
    let deck = Arc::clone(&parts.deck);
    deck.through(Some(doors.clone()));
    let watch = watch(&parts, &side, to.clone(), given);
    let watching = actix_rt::spawn(watch.keep());
    let nights = parts.nights.map(|nights| actix_rt::spawn(nights.keep()));
    let spares = side.whole().zip(parts.goods).map(|(system, goods)| {
        let (logins, door) = (
            system.till.logins.receiver(),
            system.till.cookie_refresh.clone(),
        );
        actix_rt::spawn(spares::bring(goods.spare_jars, logins, door))
    });
    let chat = parts.chat.zip(intake).map(|(chat, intake)| {
        let replica = ReplicaId::new(parts.clock.fresh_id());
        chat.run(intake, &parts.books, replica, &parts.io)
    });
    let place = parts.listener.local_addr();
    let (server, mut serving) = serve(parts.listener, doors, parts.webhooks, given)?;
    if let Ok(place) = place {
        tracing::info!("starkeeper serves {role} on http://{place}");
    }
    let why = tokio::select! {
        signal = signals.next() => Why::Told(signal),
        must = side.must_end() => Why::Must(must),
        end = &mut serving => Why::ServerEnded(end),
    };
    why.say();
    to.send_modify(|report| report.status = Status::Ending);
    let ending = async {
        // The intake first: what was accepted is answered while payment still works.
        server.stop(true).await;
        if let Some(chat) = chat {
            chat.end().await;
        }
        let report = side.drain().await;
        for left in report.cut_off {
            tracing::warn!(
                "{} was cut off with {} waiting and {} running: it is due in the books",
                left.actor,
                left.waiting,
                left.running
            );
        }
    };
    tokio::select! {
        () = ending => {}
        signal = signals.next() => {
            tracing::warn!("{signal} again: ending at once; what is cut off is due in the books");
        }
    }
    deck.through(None);
    watching.abort();
    caring.end().await;
    for task in nights.into_iter().chain(spares) {
        task.abort();
    }
    why.outcome()
}

/// What looks after this daemon.
fn watch(parts: &Parts, side: &Arc<Side>, to: watch::Sender<Report>, given: &Settings) -> Watch {
    Watch {
        books: Arc::clone(&parts.books),
        clock: Arc::clone(&parts.clock),
        io: parts.io.clone(),
        side: Arc::clone(side),
        page: parts.page.clone(),
        settings: given.health.clone(),
        logs: parts.logs.clone(),
        connections: Arc::clone(&parts.connections),
        to,
        tills: parts.tills(side),
        memory: parts.goods.as_ref().map(|goods| Arc::clone(&goods.memory)),
    }
}

/// Where updates go, in a daemon with a chat.
fn intake(parts: &Parts, side: &Side) -> Option<Intake> {
    let chat = parts.chat.as_ref()?;
    match side.whole() {
        Some(system) => {
            let traffic = parts.page.traffic().clone();
            Some(chat.intake(system, &parts.books, &parts.io, traffic))
        }
        None => {
            tracing::warn!(
                "the chat is closed: there is no till, and it could sell nothing \
                 (set FRAGMENT_SEED_PHRASE)"
            );
            None
        }
    }
}

fn doors(
    parts: &Parts,
    side: &Arc<Side>,
    intake: Option<Intake>,
    health: watch::Receiver<Report>,
    given: &Settings,
) -> Doors {
    let observed = Arc::clone(side);
    Doors {
        books: Arc::clone(&parts.books),
        life: parts.life,
        clock: Arc::clone(&parts.clock),
        payment: side.payment().clone(),
        counter: counter(parts, side),
        intake,
        roster: Arc::new(move || observed.observe()),
        io: parts.io.clone(),
        health,
        backlog: Backlog::default(),
        live: Arc::default(),
        admin: parts.admin.clone(),
        metrics: parts.page.clone(),
        request_timeout: given.http.request_timeout,
    }
}

/// Where orders are placed and cookies brought, in a daemon that sells.
fn counter(parts: &Parts, side: &Arc<Side>) -> Option<Counter> {
    let system = side.whole()?;
    let goods = parts.goods.as_ref()?;
    Some(Counter {
        directory: system.directory.clone(),
        fulfilment: system.fulfilment.clone(),
        pricing: system.till.pricing.bell(),
        logins: system.till.cookie_refresh.clone(),
        tills: goods.tills.iter().map(|(login, _)| *login).collect(),
        read_cookies: Arc::clone(&goods.read_cookies),
    })
}

/// The task of a server; it ends when the server does.
type Serving = actix_rt::task::JoinHandle<std::io::Result<()>>;

fn serve(
    listener: TcpListener,
    doors: Doors,
    webhooks: Webhooks,
    given: &Settings,
) -> Result<(ServerHandle, Serving), Failed> {
    let app = move || {
        let (doors, webhooks) = (doors.clone(), Arc::clone(&webhooks));
        App::new().configure(move |config| {
            let with_doors = doors.clone();
            http::routes(config, &doors, move |config| webhooks(&with_doors, config));
        })
    };
    let server = HttpServer::new(app)
        .workers(given.http.workers)
        .keep_alive(KEEP_ALIVE)
        .client_request_timeout(SLOWEST_HEAD)
        .shutdown_timeout(given.drain.as_secs().max(1))
        .disable_signals()
        .listen(listener)
        .map_err(|why| Failed::by_itself(format!("cannot serve http: {why}")))?
        .run();
    Ok((server.handle(), actix_rt::spawn(server)))
}

/// Why the daemon ends.
enum Why {
    Told(&'static str),
    Must(MustEnd),
    ServerEnded(Result<std::io::Result<()>, tokio::task::JoinError>),
}

impl Why {
    fn say(&self) {
        match self {
            Self::Told(signal) => tracing::info!("{signal}: ending in order"),
            Self::Must(MustEnd::GaveUp(fatal)) => tracing::error!("ending: {fatal}"),
            Self::Must(MustEnd::BooksGone(why)) => tracing::error!("ending: {why}"),
            Self::ServerEnded(Ok(Ok(()))) => tracing::error!("ending: the http server has ended"),
            Self::ServerEnded(Ok(Err(why))) => {
                tracing::error!("ending: the http server has failed: {why}");
            }
            Self::ServerEnded(Err(why)) => {
                tracing::error!("ending: the http server has failed: {why}");
            }
        }
    }

    fn outcome(self) -> Result<(), Failed> {
        match self {
            Self::Told(_) => Ok(()),
            Self::Must(must) => {
                let code = must.exit_code();
                let text = match must {
                    MustEnd::GaveUp(fatal) => fatal.to_string(),
                    MustEnd::BooksGone(why) => why,
                };
                Err(Failed { code, text })
            }
            Self::ServerEnded(_) => Err(Failed::by_itself("the http server has ended")),
        }
    }
}
