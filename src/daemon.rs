//! The daemon: makes the adapters, hands them to the actors as `Ports`, starts the drivers, and
//! stops all of it in the reverse order.
//!
//! Owns the I/O runtime (pools and HTTP clients live on it, not on an arbiter or an HTTP worker)
//! and the order of start and stop: drivers first to stop, then actors drained by hand, then the
//! adapters. It is, with `cli`, the only module that knows every other.
//!
//! Never decides anything about money or orders, and never lets a half-alive daemon linger: when
//! the roster reports an actor dead it exits with code 70.

use std::fmt;
use std::io::ErrorKind;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Runtime;

use crate::cli::Failed;
use crate::config::Settings;
use crate::metrics::Page;
use crate::telemetry::Telemetry;

mod absent;
mod books;
mod caring;
pub(crate) mod carry_over;
mod chat;
pub mod clock;
mod conversations;
pub(crate) mod days;
mod deck;
mod goods;
mod heartbeat;
mod heleket_check;
mod keeper;
mod nights;
mod parts;
#[cfg(feature = "crash-points")]
pub mod points;
pub mod preflight;
mod run;
mod settings;
mod side;
mod signals;
mod spares;
mod steps;
pub mod wallets;
mod watch;

#[cfg(test)]
mod tests;

pub use heleket_check::heleket_check;

/// For calls that are still under way when everything else has ended.
const LAST_CALLS: Duration = Duration::from_secs(2);

/// Which part of the shop a daemon runs.
#[derive(Clone, Copy, PartialEq, Eq, Debug, clap::ValueEnum)]
pub enum Role {
    /// Everything, on port 8000.
    All,
    /// Every actor, on port 8000, beside a daemon of the role `webhook`.
    Bot,
    /// Payments alone, on port 8001.
    Webhook,
}

impl Role {
    /// The port where nothing else is set.
    #[must_use]
    pub const fn port(self) -> u16 {
        match self {
            Self::All | Self::Bot => 8000,
            Self::Webhook => 8001,
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::All => "all",
            Self::Bot => "bot",
            Self::Webhook => "webhook",
        })
    }
}

/// Runs the daemon to its end.
///
/// # Errors
/// Why it did not start or ended by itself, with the exit code.
pub fn serve(settings: &Arc<Settings>, role: Role) -> Result<(), Failed> {
    // Whoever opens an encrypted connection first would otherwise have to choose. An error means
    // that somebody has chosen before.
    let _chosen = rustls::crypto::ring::default_provider().install_default();
    let telemetry = Telemetry::start(&settings::telemetry(&settings.logs, role));
    let telemetry = telemetry.map_err(Failed::by_itself)?;
    let outcome = started(settings, role, &telemetry);
    if let Err(failed) = &outcome {
        tracing::error!("{}", failed.text);
    }
    // The last lines are written here.
    drop(telemetry);
    outcome
}

fn started(settings: &Arc<Settings>, role: Role, telemetry: &Telemetry) -> Result<(), Failed> {
    let version = env!("CARGO_PKG_VERSION");
    tracing::info!("starkeeper {version} starts in {}", settings.environment);
    for remark in &settings.remarks {
        tracing::warn!("{remark}");
    }
    let page = Page::install(&role.to_string())
        .ok_or_else(|| Failed::by_itself("metrics were set up before"))?;
    let listener = listen(settings, role)?;
    let io = runtime()?;
    let logs = telemetry.health();
    let outcome = actix_rt::System::new().block_on(async {
        let parts = parts::make(settings, role, &io, page, listener, logs).await?;
        Box::pin(run::run(parts, settings, role)).await
    });
    io.shutdown_timeout(LAST_CALLS);
    if outcome.is_ok() {
        tracing::info!("ended");
    }
    outcome
}

/// Where outside calls and the books' connections live.
fn runtime() -> Result<Runtime, Failed> {
    // Two at least, so that one slow piece of work does not hold up all the others.
    let threads = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(threads.clamp(2, 8))
        .thread_name("io")
        .enable_all()
        .build()
        .map_err(|why| Failed::by_itself(format!("the i/o runtime cannot be started: {why}")))
}

/// Takes the port before anything else is touched.
fn listen(settings: &Settings, role: Role) -> Result<TcpListener, Failed> {
    let http = &settings.http;
    let place = SocketAddr::new(http.bind, http.port.unwrap_or(role.port()));
    TcpListener::bind(place).map_err(|why| {
        let port = match http.port {
            Some(_) => format!("read from {}", settings.origin_of("HTTP_PORT")),
            None => format!("the port of the role {role}"),
        };
        let way_out = if why.kind() == ErrorKind::AddrInUse {
            format!("another program has it: end that one, or set HTTP_PORT ({port})")
        } else if why.kind() == ErrorKind::PermissionDenied {
            format!("this user may not: set HTTP_PORT to 1024 or more ({port})")
        } else if why.kind() == ErrorKind::AddrNotAvailable {
            let bind = settings.origin_of("HTTP_BIND");
            format!("this machine has no such address: set HTTP_BIND (read from {bind})")
        } else {
            why.to_string()
        };
        Failed::for_an_operator(format!("cannot listen on {place}: {way_out}"))
    })
}
