//! The command line of `starkeeper-sandbox`. Only what exists is offered.

use std::env::VarError;
use std::ffi::OsString;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use clap::{Parser, Subcommand};
use tokio::signal::unix::{SignalKind, signal};

use crate::demo;
use crate::{FloodLimits, Kept, Merchant, NotWritten, Place, Sandbox, Settings, StartError};

/// A setting or the machine keeps the sandbox from starting (`EX_CONFIG`).
const EXIT_CONFIG: u8 = 78;

/// Emulates Telegram, Heleket, fragment.com and TON for Starkeeper's demo and tests.
///
/// Control is on the base port, Telegram on the one above it, Heleket two above it, fragment.com
/// three, TON four, all for this machine only.
///
/// `MERCHANT_UUID`, `API_KEY` and `PAYOUT_API_KEY` are read from the environment; those that are
/// not set are the demo's, and are printed.
#[derive(Debug, Parser)]
#[command(
    name = "starkeeper-sandbox",
    version,
    args_conflicts_with_subcommands = true
)]
struct Words {
    #[command(subcommand)]
    instead: Option<Instead>,
    /// The base port; the four after it belong to the sandbox as well.
    #[arg(long, default_value_t = 8090, value_parser = clap::value_parser!(u16).range(1..=65531))]
    port: u16,
    /// How long a block of every chain takes; a payment counts after one to three blocks.
    #[arg(long, value_name = "MS", default_value_t = 5000, value_parser = clap::value_parser!(u64).range(1..=3_600_000))]
    block_time_ms: u64,
    /// Repeats a run: addresses, prices and faults fall the same way.
    #[arg(long)]
    seed: Option<u64>,
    /// Goes on from the world in this file, if there is one, and writes it there at the end. Seed and
    /// blocks are then the world's. After a run that was killed it begins anew.
    #[arg(long, value_name = "FILE")]
    state: Option<PathBuf>,
    /// The pause after the first try of a webhook that failed; later ones double, up to an hour.
    #[arg(long, value_name = "MS", default_value_t = 10_000, value_parser = clap::value_parser!(u64).range(1..=3_600_000))]
    webhook_retry_ms: u64,
    /// How many calls a second TON answers to those without a key; 0 is any number. The real one
    /// answers one.
    #[arg(long, value_name = "CALLS", default_value_t = 0)]
    ton_keyless_rps: u32,
    /// How much a bot may send to Telegram in a second, over all chats; 0 is any number.
    #[arg(long, value_name = "CALLS", default_value_t = 30)]
    telegram_rps: u32,
    /// How much a bot may send to one chat in a second; 0 is any number.
    #[arg(long, value_name = "CALLS", default_value_t = 1)]
    telegram_chat_rps: u32,
    /// How much of it may come at once.
    #[arg(long, value_name = "CALLS", default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    telegram_chat_burst: u32,
}

/// What else it does.
#[derive(Debug, Subcommand)]
enum Instead {
    Demo(demo::args::Args),
}

/// Runs the command line `words` (the program's own name first) and says how it went.
pub fn run(words: impl IntoIterator<Item = OsString>) -> ExitCode {
    let words = match Words::try_parse_from(words) {
        Ok(words) => words,
        Err(answer) => {
            let _closed_pipe = answer.print();
            return u8::try_from(answer.exit_code()).map_or(ExitCode::FAILURE, ExitCode::from);
        }
    };
    let filter = tracing_subscriber::EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("warn"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .init();
    if let Some(Instead::Demo(args)) = &words.instead {
        return demo::run(args);
    }
    let served = credentials().and_then(|merchant| {
        let settings = Settings {
            port: Some(words.port),
            block_time: Duration::from_millis(words.block_time_ms),
            seed: words.seed,
            held_at: None,
            merchant: merchant.merchant.clone(),
            first_retry: Duration::from_millis(words.webhook_retry_ms),
            ton_keyless: (words.ton_keyless_rps > 0).then_some(words.ton_keyless_rps),
            flood: FloodLimits {
                everywhere: (words.telegram_rps > 0).then_some(words.telegram_rps),
                chat: (words.telegram_chat_rps > 0).then_some(words.telegram_chat_rps),
                chat_burst: words.telegram_chat_burst,
            },
        };
        let state = words.state.as_deref();
        actix_rt::System::new().block_on(serve(settings, state, &merchant))
    });
    match served {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            let _closed_pipe = writeln!(std::io::stderr(), "error: {why}");
            ExitCode::from(EXIT_CONFIG)
        }
    }
}

/// Why the sandbox does not run.
#[derive(Debug, thiserror::Error)]
enum NotServed {
    #[error(transparent)]
    Start(#[from] StartError),
    #[error("{0} in the environment is empty or no text: set it to the value, or unset it")]
    Credential(&'static str),
    #[error("signals of the system cannot be heard: {0}")]
    Signals(#[from] std::io::Error),
    #[error("--state {path}: {why}: name a file in a folder that can be written")]
    Place { path: String, why: std::io::Error },
    #[error("the world is not written down: {0}")]
    World(#[from] NotWritten),
}

impl NotServed {
    fn at(state: Option<&Path>, why: std::io::Error) -> Self {
        let path = state.unwrap_or(Path::new("")).display().to_string();
        Self::Place { path, why }
    }
}

/// The merchant, and which of its credentials are the demo's.
struct Credentials {
    merchant: Merchant,
    demo: Vec<(&'static str, String)>,
}

fn credentials() -> Result<Credentials, NotServed> {
    let mut merchant = Merchant::demo();
    let mut demo = Vec::new();
    let fields = [
        ("MERCHANT_UUID", &mut merchant.uuid),
        ("API_KEY", &mut merchant.payment_key),
        ("PAYOUT_API_KEY", &mut merchant.payout_key),
    ];
    for (name, value) in fields {
        match std::env::var(name) {
            Ok(given) if !given.trim().is_empty() => given.trim().clone_into(value),
            Err(VarError::NotPresent) => demo.push((name, value.clone())),
            Ok(_) | Err(VarError::NotUnicode(_)) => return Err(NotServed::Credential(name)),
        }
    }
    Ok(Credentials { merchant, demo })
}

async fn serve(
    settings: Settings,
    state: Option<&Path>,
    credentials: &Credentials,
) -> Result<(), NotServed> {
    let mut terminate = signal(SignalKind::terminate())?;
    let place = state.map(Place::at);
    let (kept, said) = place.as_ref().map_or(Ok((None, None)), |place| {
        begin_from(place).map_err(|why| NotServed::at(state, why))
    })?;
    let block_time = kept
        .as_ref()
        .map_or(settings.block_time, Kept::block_time)
        .as_millis();
    let sandbox = match kept {
        Some(kept) => Sandbox::go_on(settings, kept).await?,
        None => Sandbox::start(settings)?,
    };
    if let Some(place) = &place {
        place.take().map_err(|why| NotServed::at(state, why))?;
    }
    let greeting = said.unwrap_or_default() + &greeting(&sandbox, credentials, block_time);
    let mut out = std::io::stdout();
    // Who started it may have gone away; the servers run nevertheless.
    let _closed_pipe = out
        .write_all(greeting.as_bytes())
        .and_then(|()| out.flush());
    tokio::select! {
        interrupted = tokio::signal::ctrl_c() => interrupted?,
        _terminated = terminate.recv() => {}
    }
    let closed = sandbox.close().await;
    if let Some(place) = &place {
        closed.write(place, None).await?;
    }
    Ok(())
}

/// The world that is kept there, or none; and what there is to say about it. What cannot be gone on
/// from is moved aside.
fn begin_from(place: &Place) -> Result<(Option<Kept>, Option<String>), std::io::Error> {
    match place.read() {
        Ok(Some(kept)) => Ok((
            Some(kept),
            Some("The world goes on from its file. ".to_owned()),
        )),
        Ok(None) => Ok((None, None)),
        Err(why) => {
            let aside = place.set_aside()?;
            let said = format!(
                "Beginning anew: {why} (what was there is {}).\n",
                aside.display()
            );
            Ok((None, Some(said)))
        }
    }
}

fn greeting(sandbox: &Sandbox, credentials: &Credentials, block_time_ms: u128) -> String {
    let mut text = format!(
        "starkeeper-sandbox is up. Nothing in it is real.\n\n\
         control           {}/control\n\
         TELEGRAM_API_URL  {}\n\
         HELEKET_API_URL   {}\n\
         FRAGMENT_URL      {}\n\
         TON_API_URL       {},{}\n",
        sandbox.control_url(),
        sandbox.telegram_url(),
        sandbox.heleket_url(),
        sandbox.fragment_url(),
        sandbox.ton_url(),
        sandbox.ton_second_url(),
    );
    for (name, value) in &credentials.demo {
        text.push_str(&format!("{name:<17} {value}\n"));
    }
    for name in ["MERCHANT_UUID", "API_KEY", "PAYOUT_API_KEY"] {
        if !credentials.demo.iter().any(|(demo, _)| *demo == name) {
            text.push_str(&format!("{name:<17} (from the environment)\n"));
        }
    }
    let seed = sandbox.seed();
    text.push_str(&format!(
        "\nseed {seed} (the same again: --seed {seed}), a block every {block_time_ms} ms. \
         Ctrl-C stops it.\n"
    ));
    text
}
