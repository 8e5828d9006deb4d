//! Starts and stops the whole: the world, its servers, and who lets time pass.

use std::fmt;
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::{App, HttpServer, web};
use tokio::runtime::Handle;
use tokio::task::JoinHandle;

use crate::heleket::Merchant;
use crate::telegram::FloodLimits;
use crate::world::clock::{Moment, Start};
use crate::world::dice::unforeseen_seed;
use crate::world::kept::{Kept, NotWritten, Place};
use crate::world::post::Post;
use crate::world::{Plan, STEP_PATIENCE, World};
use crate::{control, demo, fragment, heleket, line, telegram, ton};

/// Connections are kept open between requests for so long.
const KEEP_ALIVE: Duration = Duration::from_secs(75);

/// How a sandbox is started.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The base port: control is on it, the emulated systems on the four after it. None: any free
    /// ports, as tests want it.
    pub port: Option<u16>,
    /// How long a block of every chain takes: confirmations are counted in blocks.
    pub block_time: Duration,
    /// The seed of everything that is random; none: a fresh one.
    pub seed: Option<u64>,
    /// A clock that stands still at this moment (seconds since 1970) until it is moved; none: the
    /// machine's time, running.
    pub held_at: Option<i64>,
    /// Who may call Heleket.
    pub merchant: Merchant,
    /// The pause after the first try of a webhook that failed; later ones double, up to an hour.
    pub first_retry: Duration,
    /// How many calls a second TON answers to those without a key; none: any number.
    pub ton_keyless: Option<u32>,
    /// How much a bot may send to Telegram.
    pub flood: FloodLimits,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            port: Some(8090),
            block_time: Duration::from_secs(5),
            seed: None,
            held_at: None,
            merchant: Merchant::demo(),
            first_retry: Duration::from_secs(10),
            ton_keyless: None,
            flood: FloodLimits::default(),
        }
    }
}

/// Why a sandbox does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A port is in use.
    #[error(
        "port {port} ({what}) is taken by {by}: stop it, or choose another base port with --port"
    )]
    PortTaken {
        /// The port.
        port: u16,
        /// What was to listen there.
        what: &'static str,
        /// Who listens there, as far as this user may see it.
        by: String,
    },
    /// A port cannot be listened on for another reason.
    #[error("port {port} ({what}) cannot be listened on: {why}")]
    Port {
        /// The port.
        port: u16,
        /// What was to listen there.
        what: &'static str,
        /// What the system says.
        why: io::Error,
    },
    /// The client for webhooks cannot be made.
    #[error("the client that delivers webhooks cannot be made: {0}")]
    Post(#[from] reqwest::Error),
    /// The chain cannot begin.
    #[error("the chain of TON cannot begin: {0}")]
    Chain(String),
    /// A server cannot be started.
    #[error("a server cannot be started: {0}")]
    Server(#[from] io::Error),
}

impl StartError {
    /// Why a port cannot be listened on, with who has it.
    pub(crate) fn of(port: u16, what: &'static str, why: io::Error) -> Self {
        if why.kind() == io::ErrorKind::AddrInUse {
            let by = demo::owner(port).unwrap_or_else(|| "another program".to_owned());
            Self::PortTaken { port, what, by }
        } else {
            Self::Port { port, what, why }
        }
    }
}

/// A running sandbox. Stop it with [`Sandbox::stop`]; dropped, it runs on until the process ends.
pub struct Sandbox {
    control: SocketAddr,
    telegram: SocketAddr,
    heleket: SocketAddr,
    fragment: SocketAddr,
    ton: SocketAddr,
    seed: u64,
    world: Arc<World>,
    servers: Vec<(ServerHandle, JoinHandle<io::Result<()>>)>,
    time: JoinHandle<()>,
    /// How much time passed before the start, in a world that goes on.
    missed: Duration,
}

impl Sandbox {
    /// Starts everything. Has to be called in a runtime, on which webhooks are then delivered.
    pub fn start(settings: Settings) -> Result<Self, StartError> {
        Self::begin(settings, None)
    }

    /// Starts everything in a world that was written down, and lets happen what has become due since.
    /// Its seed, its clock and the length of its blocks are the world's, and not those of `settings`.
    pub async fn go_on(settings: Settings, kept: Kept) -> Result<Self, StartError> {
        let sandbox = Self::begin(settings, Some(kept))?;
        sandbox.catch_up().await;
        Ok(sandbox)
    }

    /// The same as either; a world that goes on stands where it was left until it catches up.
    pub(crate) fn begin(settings: Settings, kept: Option<Kept>) -> Result<Self, StartError> {
        let base = settings.port;
        let control = listen(base, "control")?;
        let telegram = listen(base.map(|base| base.saturating_add(1)), "Telegram")?;
        let heleket = listen(base.map(|base| base.saturating_add(2)), "Heleket")?;
        let fragment = listen(base.map(|base| base.saturating_add(3)), "fragment.com")?;
        let ton = listen(base.map(|base| base.saturating_add(4)), "TON")?;
        let addresses = (control.local_addr()?, heleket.local_addr()?);
        let telegram_address = telegram.local_addr()?;
        let (fragment_address, ton_address) = (fragment.local_addr()?, ton.local_addr()?);
        let seed = settings.seed.unwrap_or_else(unforeseen_seed);
        let plan = Plan {
            seed,
            start: match settings.held_at {
                Some(seconds) => Start::Held(Moment::from_unix_ms(seconds.saturating_mul(1000))),
                None => Start::Machine,
            },
            block_time: settings.block_time,
            merchant: settings.merchant,
            first_retry: settings.first_retry,
            heleket_address: format!("http://{}", addresses.1),
            post: Post::new(Handle::current())?,
            ton_keyless: settings.ton_keyless,
            flood: settings.flood,
        };
        let (world, missed) = match kept {
            Some(kept) => World::again(plan, kept),
            None => {
                let world = World::new(plan);
                let world = world.map_err(|why| StartError::Chain(why.to_string()))?;
                (world, Duration::ZERO)
            }
        };
        let servers = vec![
            serve(control, &world, control::routes)?,
            serve(telegram, &world, telegram::routes)?,
            serve(heleket, &world, heleket::routes)?,
            serve(fragment, &world, fragment::routes)?,
            serve(ton, &world, ton::api::routes)?,
        ];
        Ok(Self {
            control: addresses.0,
            telegram: telegram_address,
            heleket: addresses.1,
            fragment: fragment_address,
            ton: ton_address,
            seed: world.dice.seed(),
            world: Arc::clone(&world),
            servers,
            time: tokio::spawn(world.run()),
            missed,
        })
    }

    /// Where drivers call, without a slash at the end.
    pub fn control_url(&self) -> String {
        format!("http://{}", self.control)
    }

    /// Where bots call Telegram, without a slash at the end; `/bot<TOKEN>/<method>` follows.
    pub fn telegram_url(&self) -> String {
        format!("http://{}", self.telegram)
    }

    /// Where Heleket listens, without a slash at the end.
    pub fn heleket_url(&self) -> String {
        format!("http://{}", self.heleket)
    }

    /// Where fragment.com listens, without a slash at the end.
    pub fn fragment_url(&self) -> String {
        format!("http://{}", self.fragment)
    }

    /// Where TON is asked, without a slash at the end; `/api/v2` and `/api/v3` follow.
    pub fn ton_url(&self) -> String {
        format!("http://{}", self.ton)
    }

    /// Where the second provider of TON is asked: the same chain, with faults of its own.
    pub fn ton_second_url(&self) -> String {
        format!("{}/second", self.ton_url())
    }

    /// What is behind it all, for tests that play the chain.
    #[cfg(test)]
    pub(crate) fn world(&self) -> &World {
        &self.world
    }

    /// The same to keep.
    pub(crate) fn shared_world(&self) -> Arc<World> {
        Arc::clone(&self.world)
    }

    /// Who may call Heleket.
    pub(crate) fn merchant(&self) -> &Merchant {
        &self.world.heleket.merchant
    }

    /// The seed of this run.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// Lets happen what has become due while nobody was there, each at its own time.
    pub(crate) async fn catch_up(&self) {
        self.world.advance(self.missed).await;
    }

    /// Stops the servers and time itself. What is under way is cut off.
    pub async fn stop(self) {
        self.close().await;
    }

    /// The same; what is left is a world in which nothing happens any more.
    pub async fn close(self) -> Closed {
        self.time.abort();
        for (handle, server) in self.servers {
            handle.stop(false).await;
            match server.await {
                Ok(Ok(())) => {}
                Ok(Err(why)) => tracing::warn!("a server ended badly: {why}"),
                Err(why) => tracing::warn!("a server was lost: {why}"),
            }
        }
        Closed { world: self.world }
    }
}

/// A world in which nothing happens any more.
#[derive(Debug)]
pub struct Closed {
    world: Arc<World>,
}

impl Closed {
    /// Writes the world down, so that another run can go on from there. `companion` says what it
    /// belongs to, whatever that is.
    ///
    /// # Errors
    /// A delivery does not end, or the file cannot be written.
    pub async fn write(&self, place: &Place, companion: Option<&str>) -> Result<(), NotWritten> {
        // Longer than a delivery may take.
        let quiet = tokio::time::timeout(STEP_PATIENCE, self.world.post.idle()).await;
        quiet.map_err(|_| NotWritten::UnderWay(self.world.post.under_way()))?;
        place.write(&self.world.written(companion)?)
    }
}

impl fmt::Debug for Sandbox {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Sandbox")
            .field("control", &self.control)
            .field("telegram", &self.telegram)
            .field("heleket", &self.heleket)
            .field("fragment", &self.fragment)
            .field("ton", &self.ton)
            .field("seed", &self.seed)
            .finish_non_exhaustive()
    }
}

/// Only this machine reaches the sandbox.
fn listen(port: Option<u16>, what: &'static str) -> Result<TcpListener, StartError> {
    let port = port.unwrap_or(0);
    let bound = TcpListener::bind((Ipv4Addr::LOCALHOST, port));
    bound.map_err(|why| StartError::of(port, what, why))
}

/// One thread a server: the work of a call is small, and a load test needs the other cores.
fn serve(
    listener: TcpListener,
    world: &Arc<World>,
    routes: fn(&mut web::ServiceConfig),
) -> io::Result<(ServerHandle, JoinHandle<io::Result<()>>)> {
    let world = web::Data::from(Arc::clone(world));
    let server = HttpServer::new(move || App::new().app_data(world.clone()).configure(routes))
        .workers(1)
        .keep_alive(KEEP_ALIVE)
        .on_connect(line::note)
        .disable_signals()
        .listen(listener)?
        .run();
    Ok((server.handle(), tokio::spawn(server)))
}
