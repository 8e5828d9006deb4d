//! Opens the books: which engine, whether its schema is this daemon's, and what to do if not.

use tokio::runtime::Runtime;

use crate::cli::{self, Failed};
use crate::config::{MigrateAtStart, Settings};
use crate::storage::backup;
use crate::storage::migrate::{self, MigrateFailed};
use crate::storage::postgres_connect::{CannotConnect, Unfit};
use crate::storage::url::{DatabaseUrl, SqliteUrl};
use crate::storage::{OpenFailed, Storage, StorageSettings};

/// Connections that read embedded books: each opens the file at the start, and reads are short.
const EMBEDDED_READERS: usize = 4;

/// Opens the books that the settings name, on the runtime where their connections will live.
pub(super) async fn open(
    settings: &Settings,
    io: &Runtime,
    #[cfg(feature = "crash-points")] watch: std::sync::Arc<dyn crate::storage::CommitWatch>,
) -> Result<Storage, Failed> {
    let url = cli::books::of(settings)?;
    match &url {
        DatabaseUrl::Sqlite(file) => {
            tracing::info!("the books are embedded, in {}", file.path().display());
            make_folder(file.path())?;
        }
        DatabaseUrl::Postgres(server) => {
            tracing::info!("the books are at {server}");
            if settings.database.migrate == MigrateAtStart::Auto {
                migrate(io, &url).await?;
            }
        }
    }
    let storage = StorageSettings {
        #[cfg(feature = "crash-points")]
        watch: Some(watch),
        ..as_set(settings, url)
    };
    let opened = io.spawn(Storage::open(storage)).await;
    let opened = opened.map_err(|why| Failed::by_itself(format!("opening the books: {why}")))?;
    opened.map_err(failed)
}

/// How the books are opened.
fn as_set(settings: &Settings, url: DatabaseUrl) -> StorageSettings {
    let given = &settings.database;
    let connections = match &url {
        DatabaseUrl::Sqlite(_) => EMBEDDED_READERS,
        DatabaseUrl::Postgres(_) => usize::try_from(given.connections).unwrap_or(usize::MAX),
    };
    StorageSettings {
        connections,
        statement_timeout: given.statement_timeout,
        lock_timeout: given.lock_timeout,
        rules: settings.fulfilment.orders,
        ..StorageSettings::at(url)
    }
}

/// The books for somebody who only looks; none where they are not there yet, or not at this schema.
/// To be called where outside calls run.
pub(super) async fn if_there(settings: &Settings) -> Result<Option<Storage>, Failed> {
    let url = cli::books::of(settings)?;
    if !migrate::pending(&url)
        .await
        .map_err(not_migrated)?
        .is_empty()
    {
        return Ok(None);
    }
    let opened = Storage::open(as_set(settings, url)).await;
    opened.map(Some).map_err(failed)
}

/// The books for a command that writes: those of a file while no daemon has them.
pub(super) async fn to_write(settings: &Settings) -> Result<Storage, Failed> {
    let url = cli::books::of(settings)?;
    if let DatabaseUrl::Sqlite(file) = &url {
        make_folder(file.path())?;
    }
    Storage::open(as_set(settings, url)).await.map_err(failed)
}

/// The books for somebody who reads them beside a daemon: a server's as they are; of a file, which one
/// process has for itself, a copy that lives as long as the second value.
pub(super) async fn to_look_at(
    settings: &Settings,
) -> Result<(Storage, Option<tempfile::TempDir>), Failed> {
    let url = cli::books::of(settings)?;
    match &url {
        DatabaseUrl::Postgres(_) => {
            let storage = Storage::open(as_set(settings, url)).await.map_err(failed)?;
            Ok((storage, None))
        }
        DatabaseUrl::Sqlite(_) => {
            let folder = tempfile::tempdir()
                .map_err(|why| Failed::here(format!("no folder for a copy of the books: {why}")))?;
            let copy = folder.path().join("books.db");
            backup::backup(&url, &copy, false, Box::new(|_| ()))
                .await
                .map_err(Failed::from)?;
            let copy = DatabaseUrl::Sqlite(SqliteUrl::at(copy));
            let storage = Storage::open(as_set(settings, copy))
                .await
                .map_err(failed)?;
            Ok((storage, Some(folder)))
        }
    }
}

async fn migrate(io: &Runtime, url: &DatabaseUrl) -> Result<(), Failed> {
    let url = url.clone();
    let run = io.spawn(async move { migrate::up(&url).await });
    let run = run.await.map_err(Failed::by_itself)?;
    for name in run.map_err(not_migrated)? {
        tracing::info!("migrated: {name}");
    }
    Ok(())
}

/// What a service manager may try again, and what only an operator settles.
fn failed(why: OpenFailed) -> Failed {
    match why {
        OpenFailed::CannotConnect(why) | OpenFailed::Unfit(Unfit::CannotConnect(why)) => {
            not_connected(why)
        }
        OpenFailed::Migrate(why) => not_migrated(why),
        why @ OpenFailed::Unfit(Unfit::Silent { .. }) => Failed::by_itself(why),
        why @ OpenFailed::File { .. } => Failed::for_an_operator(format!(
            "{why}; expected a file that this user may write, in STATE_DIR or where DATABASE_URL names it"
        )),
        why @ (OpenFailed::InUse { .. }
        | OpenFailed::Unfit(_)
        | OpenFailed::Schema { .. }
        | OpenFailed::Setting { .. }) => Failed::for_an_operator(why),
    }
}

/// A server that is away comes back, a role that it refuses does not.
fn not_connected(why: CannotConnect) -> Failed {
    match why {
        why @ (CannotConnect::Away { .. } | CannotConnect::TimedOut { .. }) => {
            Failed::by_itself(why)
        }
        why @ (CannotConnect::Refused { .. } | CannotConnect::Authorities { .. }) => {
            Failed::for_an_operator(why)
        }
    }
}

fn not_migrated(why: MigrateFailed) -> Failed {
    match why {
        MigrateFailed::CannotConnect(why) => not_connected(why),
        why @ (MigrateFailed::File { .. }
        | MigrateFailed::Foreign { .. }
        | MigrateFailed::Newer { .. }
        | MigrateFailed::TooFew { .. }
        | MigrateFailed::Refused { .. }) => Failed::for_an_operator(why),
    }
}

/// The folder of embedded books, made if it is missing: a shop must start with nothing installed.
fn make_folder(file: &std::path::Path) -> Result<(), Failed> {
    let Some(folder) = file
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
    else {
        return Ok(());
    };
    std::fs::create_dir_all(folder).map_err(|why| {
        let folder = folder.display();
        let way_out = "set STATE_DIR to a folder that can be written";
        Failed::for_an_operator(format!("{folder} cannot be made: {why}; {way_out}"))
    })
}
