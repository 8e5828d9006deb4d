//! Starts a demo: its folder, the emulators, the daemon; and ends all of it.

use std::io::Write as _;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::process::Command;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

use super::admin::{Admin, follow};
use super::args::Args;
use super::begins::{self, Begins};
use super::breaks::cookies;
use super::home::{ADMIN_TOKEN, COOKIES, Home, NoHome, ONCE, SEED, VAULT_KEY};
use super::keeper::{Keeper, NotKept, seconds};
use super::once::{self, Went};
use super::processes::end_all;
use super::settings::environment;
use super::stage::{Daemon, Reach, Side, State, Tone};
use super::watcher::{Said, watch as watch_the_world};
use crate::world::clock::machine_time;
use crate::{Merchant, NotWritten, Sandbox, Settings, StartError};

/// The page's port where none is named.
const PORT: u16 = 8090;

/// Blocks a person can follow; without a person there is nobody to wait for.
const BLOCK: Duration = Duration::from_secs(2);
const BLOCK_ONCE: Duration = Duration::from_millis(1_000);

/// Webhooks that were not taken are tried again soon: a person waits.
const FIRST_RETRY: Duration = Duration::from_secs(2);

/// For the daemon's first start on a slow machine.
const STARTING: Duration = Duration::from_secs(60);

/// Where Debian puts the smaller browser.
const HEADLESS: [&str; 3] = [
    "/usr/lib/chromium/chromium-headless-shell",
    "/usr/lib/chromium/headless_shell",
    "/usr/bin/chromium-headless-shell",
];

/// Why there is no demo, or why it ended.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failed {
    #[error(transparent)]
    Start(#[from] StartError),
    #[error(transparent)]
    Home(#[from] NoHome),
    #[error(transparent)]
    Kept(#[from] NotKept),
    #[error("no wallet was drawn by {program}: {why}")]
    NoWallet { program: String, why: String },
    #[error("what asks the daemon cannot be made: {0}")]
    Client(#[from] reqwest::Error),
    #[error("signals of the system cannot be heard: {0}")]
    Signals(#[from] std::io::Error),
    #[error("the daemon was not ready within {} s", STARTING.as_secs())]
    NeverReady,
    #[error("{0}")]
    Once(String),
    #[error("the world is not written down, so the next start begins anew: {0}")]
    NotWritten(#[from] NotWritten),
}

impl Failed {
    fn code(&self) -> ExitCode {
        match self {
            // A setting or the machine keeps it from starting.
            Self::Start(_) | Self::Home(_) => ExitCode::from(78),
            Self::Kept(_)
            | Self::NoWallet { .. }
            | Self::Client(_)
            | Self::Signals(_)
            | Self::NeverReady
            | Self::Once(_)
            | Self::NotWritten(_) => ExitCode::FAILURE,
        }
    }
}

/// Runs the demo to its end.
pub(crate) fn run(args: &Args) -> ExitCode {
    match actix_rt::System::new().block_on(demo(args)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            let _closed_pipe = writeln!(std::io::stderr(), "error: {why}");
            why.code()
        }
    }
}

async fn demo(args: &Args) -> Result<(), Failed> {
    let stop = signals()?;
    let folder = match args.once {
        // Beside the books of the demo, which it leaves alone.
        true => args.state.join(ONCE),
        false => args.state.clone(),
    };
    let home = Home::open(&folder)?;
    let mark = home.folder().display().to_string();
    // Whatever a killed demo has left behind in this folder.
    end_all(&mark).await;
    let begins = begins::begin(&home, args.fresh || args.once)?;
    let shown = shown(&folder);
    let port = match (args.port, args.once) {
        (Some(port), _) => port,
        (None, false) => PORT,
        (None, true) => free_ports(),
    };
    let said = begins.said(machine_time().unix_s(), &shown, args.block_time_ms);
    let (kept, goes_on) = match begins {
        Begins::GoesOn(kept) => (Some(*kept), true),
        Begins::New | Begins::Anew(_) => (None, false),
    };
    let sandbox = Sandbox::begin(settings(args, port), kept)?;
    let daemon_port = port.saturating_add(5);
    is_free(daemon_port)?;
    say(&format!(
        "[3/4] sandbox    Telegram {} · Heleket {} · fragment.com {} · TON {}",
        port + 1,
        port + 2,
        port + 3,
        port + 4
    ));
    if let Some(line) = &said {
        say(line);
    }
    let place = begins::place(&home);
    if !args.once {
        place
            .take()
            .map_err(|why| NoHome::unwritable(home.folder(), why))?;
    }
    let watched = Said::all_of(&sandbox.shared_world());
    sandbox.catch_up().await;
    if let Some(line) = said {
        let world = sandbox.shared_world();
        let now = world.clock.now().unix_ms();
        world
            .stage
            .say(now, (Side::Keeper, Tone::Plain), None, line);
    }
    let played = play(args, &sandbox, &home, daemon_port, (stop, watched), &shown).await;
    let closed = sandbox.close().await;
    if let Err(Failed::Kept(_) | Failed::NeverReady) = &played
        && goes_on
    {
        say("./x demo --fresh begins anew");
    }
    // Whoever lives on may go on writing the books, and the world would not know.
    if args.once || matches!(played, Err(Failed::Kept(NotKept::LeftBehind(_)))) {
        return played;
    }
    let books = begins::books(&home)?;
    let written = closed.write(&place, Some(&books)).await;
    let written = written.map_err(Failed::from);
    if let (Err(_), Err(why)) = (&played, &written) {
        say(&why.to_string());
    }
    played.and(written)
}

fn settings(args: &Args, port: u16) -> Settings {
    let block = if args.once { BLOCK_ONCE } else { BLOCK };
    Settings {
        port: Some(port),
        block_time: args.block_time_ms.map_or(block, Duration::from_millis),
        first_retry: FIRST_RETRY,
        merchant: Merchant::demo(),
        ..Settings::default()
    }
}

/// Everything from the daemon's start to its end.
async fn play(
    args: &Args,
    sandbox: &Sandbox,
    home: &Home,
    daemon_port: u16,
    (stop, watched): (watch::Receiver<bool>, Said),
    shown: &str,
) -> Result<(), Failed> {
    let world = sandbox.shared_world();
    let program = program(args);
    let mark = home.folder().display().to_string();
    home.secret(VAULT_KEY)?;
    let token = home.secret(ADMIN_TOKEN)?;
    // Wallet and login belong to the world, and begin with it.
    if home.read(SEED)?.is_none() {
        home.write(SEED, &draw_wallet(&program).await?)?;
    }
    let login = match home.read(COOKIES)? {
        Some(login) => login,
        None => {
            let login = cookies(&world);
            home.write(COOKIES, &login)?;
            login
        }
    };
    let reach = Reach {
        url: format!("http://127.0.0.1:{daemon_port}"),
        token,
        mark: mark.clone(),
    };
    world
        .stage
        .change(|state| state.reach = Some(reach.clone()));
    let admin = Admin::new(reach)?;
    let flavour = HEADLESS.iter().any(|path| Path::new(path).exists());
    let flavour = flavour.then_some("chromium-headless-shell");
    let keeper = Keeper {
        world: Arc::clone(&world),
        program,
        settings: environment(sandbox, home, daemon_port, (&mark, flavour), &login),
        folder: home.folder().to_owned(),
        mark,
    };
    let (ended, ending) = watch::channel(false);
    let watching = tokio::spawn(watch_the_world(Arc::clone(&world), watched));
    let stopped = async {
        let mut stop = stop;
        // The sender lives as long as the signals.
        let _gone = stop.wait_for(|stop| *stop).await;
    };
    let acting = async {
        let acted = tokio::select! {
            acted = act(args, sandbox, &admin, shown) => acted,
            () = stopped => Ok(()),
            () = follow(&world, &admin) => Ok(()),
        };
        // The keeper may have gone before.
        let _gone = ended.send(true);
        acted
    };
    let kept = async {
        let kept = keeper.keep(ending).await;
        kept.map_err(Failed::from)
    };
    let mut acting = std::pin::pin!(acting);
    let mut kept = std::pin::pin!(kept);
    let result = tokio::select! {
        acted = &mut acting => {
            let kept = kept.await;
            acted.and(kept)
        }
        kept = &mut kept => kept,
    };
    watching.abort();
    result
}

/// What is done while the daemon is kept: one customer, or nothing until somebody says stop.
async fn act(args: &Args, sandbox: &Sandbox, admin: &Admin, shown: &str) -> Result<(), Failed> {
    let world = sandbox.shared_world();
    let begun = Instant::now();
    let is_ready = |state: &State| (state.daemon == Daemon::Ready).then_some(());
    let ready = world.stage.until(STARTING, is_ready).await;
    ready.ok_or(Failed::NeverReady)?;
    say(&format!(
        "[4/4] daemon     ready in {} · data {shown} · log {shown}/app.log",
        seconds(begun.elapsed())
    ));
    if !args.once {
        say(&greeting(
            sandbox,
            shown,
            args.state.join(ADMIN_TOKEN).as_path(),
        ));
        return std::future::pending().await;
    }
    match once::play(sandbox, admin, args.fault).await {
        Ok(Went(said)) => {
            say(&format!("ok: {said}"));
            Ok(())
        }
        Err(why) => Err(Failed::Once(why)),
    }
}

fn greeting(sandbox: &Sandbox, shown: &str, token_file: &Path) -> String {
    let url = sandbox.control_url().replace("127.0.0.1", "localhost");
    let port = url.rsplit(':').next().unwrap_or_default().to_owned();
    let token = std::fs::read_to_string(token_file).unwrap_or_default();
    format!(
        "Open   {url}          from another machine: ssh -L {port}:localhost:{port} you@host\n\
         Admin  Authorization: Bearer {}          (also in {shown}/{ADMIN_TOKEN})\n\
         Ctrl-C stops everything, browsers included. The next start goes on from there;\n\
         ./x demo --fresh begins anew.",
        token.trim()
    )
}

/// The folder as it was named, without what `--once` adds.
fn shown(folder: &Path) -> String {
    folder.display().to_string()
}

fn program(args: &Args) -> PathBuf {
    let beside = || {
        let me = std::env::current_exe().ok()?;
        Some(me.with_file_name("starkeeper"))
    };
    let named = args.daemon.clone().or_else(beside);
    let named = named.unwrap_or_else(|| PathBuf::from("starkeeper"));
    // It runs in another folder.
    named.canonicalize().unwrap_or(named)
}

/// The words of a new wallet, as the daemon's own program draws them.
async fn draw_wallet(program: &Path) -> Result<String, Failed> {
    let failed = |why: String| Failed::NoWallet {
        program: program.display().to_string(),
        why,
    };
    let drawn = Command::new(program)
        .args(["wallet", "new"])
        .env_clear()
        .output();
    let drawn = drawn.await.map_err(|why| failed(why.to_string()))?;
    let text = String::from_utf8_lossy(&drawn.stdout);
    let words = text.lines().find_map(|line| {
        let quoted = line.strip_prefix("FRAGMENT_SEED_PHRASE=\"")?;
        quoted.strip_suffix('"')
    });
    words.map(str::to_owned).ok_or_else(|| {
        let complaint = String::from_utf8_lossy(&drawn.stderr);
        failed(format!(
            "it ended with {} and said: {complaint}",
            drawn.status
        ))
    })
}

/// Says true as soon as somebody wants the end.
fn signals() -> Result<watch::Receiver<bool>, std::io::Error> {
    let (said, stop) = watch::channel(false);
    let mut kinds = Vec::new();
    for kind in [
        SignalKind::interrupt(),
        SignalKind::terminate(),
        SignalKind::hangup(),
    ] {
        kinds.push(signal(kind)?);
    }
    for mut kind in kinds {
        let said = said.clone();
        tokio::spawn(async move {
            kind.recv().await;
            said.send_replace(true);
        });
    }
    Ok(stop)
}

/// A base whose six ports are free just now.
fn free_ports() -> u16 {
    let is_free = |port| TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok();
    // Below the ports that the system gives to outgoing connections.
    let bases = std::iter::repeat_with(|| fastrand::u16(10_000..32_000)).take(200);
    let mut free = bases.filter(|base| (*base..=*base + 5).all(is_free));
    free.next().unwrap_or(PORT)
}

fn is_free(port: u16) -> Result<(), StartError> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port))
        .map(drop)
        .map_err(|why| StartError::of(port, "the daemon", why))
}

/// Writes a line to the terminal; nobody may be listening.
pub(super) fn say(line: &str) {
    let mut out = std::io::stdout();
    let _closed_pipe = writeln!(out, "{line}").and_then(|()| out.flush());
}
