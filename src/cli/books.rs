//! What the commands about the books share: which books are meant, and a runtime to reach them on.

use secrecy::ExposeSecret;

use super::Failed;
use crate::config::{Settings, Surroundings};
use crate::storage::url::{DatabaseUrl, SqliteUrl};

/// The file of embedded books in the state folder, where no `DATABASE_URL` is set.
const EMBEDDED: &str = "starkeeper.db";

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

/// Runs what waits for a database. One worker: the work itself is one thing after the other.
pub(super) fn run<T>(work: impl Future<Output = Result<T, Failed>>) -> Result<T, Failed> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .map_err(|why| Failed::here(format!("no runtime for the command: {why}")))?;
    runtime.block_on(work)
}
