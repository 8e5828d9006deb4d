//! What the commands about the books share: which books are meant, and a runtime to reach them on.

use secrecy::ExposeSecret;
use starkeeper_actors::domain::ids::IncarnationId;
use starkeeper_actors::fulfilment::FulfilmentSettings;

use super::Failed;
use crate::config::{Settings, Surroundings};
use crate::storage::copy::{NewLife, Teller};
use crate::storage::url::{DatabaseUrl, SqliteUrl};

/// The file of embedded books in the state folder, where no `DATABASE_URL` is set.
const EMBEDDED: &str = "starkeeper.db";

/// How many lives can be told apart that begin within one.
const LIVES_A_MILLISECOND: i64 = 1_000;

/// The books that the settings name.
pub(crate) fn of(settings: &Settings) -> Result<DatabaseUrl, Failed> {
    match &settings.database.url {
        Some(url) => named("DATABASE_URL", url.expose_secret()).map_err(|failed| {
            let origin = settings.origin_of("DATABASE_URL");
            Failed::for_an_operator(format!("{} (read from {origin})", failed.text))
        }),
        None => {
            let file = settings.state_dir.join(EMBEDDED);
            Ok(DatabaseUrl::Sqlite(SqliteUrl::at(file)))
        }
    }
}

/// The books that the settings of these surroundings name.
pub(super) fn of_surroundings(surroundings: &Surroundings) -> Result<DatabaseUrl, Failed> {
    of(&Settings::read(surroundings)?)
}

/// The books of a URL that stood under `name`.
pub(super) fn named(name: &str, url: &str) -> Result<DatabaseUrl, Failed> {
    DatabaseUrl::parse(url).map_err(|why| Failed::for_an_operator(format!("{name}: {why}")))
}

/// Says on the terminal how far a copy has come.
pub(super) fn teller() -> Teller {
    Box::new(|progress| super::complain(&progress.to_string()))
}

/// A life that no books have had: the time and a number that nobody can guess.
pub(super) fn new_life() -> Result<NewLife, Failed> {
    #[expect(
        clippy::disallowed_methods,
        reason = "a command has no clock of the daemon: it is the process that the operator started"
    )]
    let now = chrono::Utc::now();
    let mut drawn = [0; 2];
    getrandom::fill(&mut drawn)
        .map_err(|why| Failed::here(format!("no random number for the new life: {why}")))?;
    let incarnation = now
        .timestamp_millis()
        .saturating_mul(LIVES_A_MILLISECOND)
        .saturating_add(i64::from(u16::from_le_bytes(drawn)) % LIVES_A_MILLISECOND);
    let rules = FulfilmentSettings::default().signing;
    Ok(NewLife {
        incarnation: IncarnationId::new(incarnation),
        now,
        wait: rules.longest_validity + rules.clock_skew,
    })
}

/// Runs what waits for a database. One worker: the work itself is one thing after the other.
pub(super) fn run<T>(work: impl Future<Output = Result<T, Failed>>) -> Result<T, Failed> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .map_err(|why| Failed::here(format!("no runtime for the command: {why}")))?;
    runtime.block_on(work)
}
