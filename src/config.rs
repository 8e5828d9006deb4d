//! Settings: reads `config/default.toml`, the environment's file, `.env` and the environment, in
//! that order, and remembers where each value came from.
//!
//! Owns the names of the settings (`names`), their units, their bounds and the text of their
//! errors; a wrong or missing value names the variable, what it must look like and where it was
//! read, all wrong ones at once, and the daemon exits with code 78.
//!
//! Never hands itself to an adapter (an adapter takes its own settings) and never prints a secret.

use std::collections::BTreeMap;
use std::path::PathBuf;

mod dotenv;
mod layers;
mod names;
mod problem;
mod reader;
mod sections;
mod show;
mod values;

#[cfg(test)]
mod tests;

pub use problem::{ConfigRefused, Problem};
pub use sections::{
    Admin, AdminScope, AdminToken, Backup, Browser, BrowserFlavour, Database, Dialogs, Environment,
    FIRST_TOKEN, Fragment, Fulfilment, Health, Heleket, Http, LogFormat, LogLevel, Logs,
    MigrateAtStart, Payment, People, Pricing, PublicUrl, Redis, Shop, Telegram, TestPurchase,
    TillSeed, TimeOfDay, Ton, UpdatesBy, WalletVersionName,
};
pub use values::Network;

use layers::Layers;
use reader::Reader;

/// The settings of every key, with its unit and reason, as they are without any file.
pub const DEFAULTS: &str = include_str!("../config/default.toml");

/// What the settings are read from, besides the defaults.
#[derive(Clone, Default)]
pub struct Surroundings {
    /// The process's environment.
    pub environment: BTreeMap<String, String>,
    /// Where `.env` and `config/` are looked for: the working directory.
    pub directory: PathBuf,
}

impl Surroundings {
    /// Those of this process. A variable that is not UTF-8 is no setting of ours.
    #[must_use]
    pub fn of_this_process() -> Self {
        let text = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        };
        Self {
            environment: std::env::vars_os().filter_map(text).collect(),
            directory: PathBuf::from("."),
        }
    }
}

/// Every setting that is used today, read and checked.
#[derive(Debug)]
pub struct Settings {
    /// Development, staging or production.
    pub environment: Environment,
    /// The folder for what the daemon keeps beside the books: the embedded books themselves.
    pub state_dir: PathBuf,
    /// The books' database.
    pub database: Database,
    /// Where dialogs and limits are kept for all replicas; none: in this process.
    pub redis: Option<Redis>,
    /// How long conversations are kept, and how many.
    pub dialogs: Dialogs,
    /// The rate limits of people.
    pub people: People,
    /// The payment gateway; none while its keys are not set.
    pub heleket: Heleket,
    /// Invoices and payments.
    pub payment: Payment,
    /// What makes a price.
    pub pricing: Pricing,
    /// Orders behind their payment.
    pub fulfilment: Fulfilment,
    /// The chain and the keys.
    pub ton: Ton,
    /// Fragment.
    pub fragment: Fragment,
    /// Browsers.
    pub browser: Browser,
    /// The HTTP server.
    pub http: Http,
    /// The chat.
    pub telegram: Telegram,
    /// The admin API.
    pub admin: Admin,
    /// Logs.
    pub logs: Logs,
    /// What lets the operator sleep.
    pub shop: Shop,
    /// Nightly backups; none while no folder is set.
    pub backup: Option<Backup>,
    /// Health and metrics.
    pub health: Health,
    /// How long one actor may take to end.
    pub drain: std::time::Duration,
    /// What is odd and no error, one line each: for the log of the start.
    pub remarks: Vec<String>,
    layers: Layers,
}

impl Settings {
    /// Reads all layers and checks every value.
    ///
    /// # Errors
    /// Every setting that is missing or wrong, each with its name, what was expected and where it
    /// was read.
    pub fn read(surroundings: &Surroundings) -> Result<Self, ConfigRefused> {
        let mut problems = Vec::new();
        let layers = Layers::gather(surroundings, &mut problems);
        let mut reader = Reader::new(&layers, problems);
        let environment = reader.environment();
        let state_dir = reader.path("state_dir");
        let database = sections::database(&mut reader);
        let redis = sections::redis(&mut reader);
        let dialogs = sections::dialogs(&mut reader);
        let people = sections::people(&mut reader);
        let heleket = sections::heleket(&mut reader);
        let payment = sections::payment(&mut reader);
        let pricing = sections::pricing(&mut reader, payment.as_ref());
        let fulfilment = sections::fulfilment(&mut reader);
        let ton = sections::ton(&mut reader);
        let fragment = sections::fragment(&mut reader);
        let browser = sections::browser(&mut reader);
        let http = sections::http(&mut reader);
        let telegram = sections::telegram(&mut reader, http.as_ref());
        let admin = sections::admin(&mut reader);
        let logs = sections::logs(&mut reader);
        let shop = sections::shop(&mut reader);
        let backup = sections::backup(&mut reader);
        let health = sections::health(&mut reader);
        let drain = reader.span("drain.actor", sections::MOMENT, sections::SECOND);
        let remarks = layers.remarks().to_vec();
        let whole = reader.finish()?;
        let all = || {
            Some(Self {
                environment,
                state_dir: state_dir?,
                database: database?,
                redis: redis?,
                dialogs: dialogs?,
                people: people?,
                heleket: heleket?,
                payment: payment?,
                pricing: pricing?,
                fulfilment: fulfilment?,
                ton: ton?,
                fragment: fragment?,
                browser: browser?,
                http: http?,
                telegram: telegram?,
                admin: admin?,
                logs: logs?,
                shop: shop?,
                backup: backup?,
                health: health?,
                drain: drain?,
                remarks,
                layers,
            })
        };
        all().ok_or(whole)
    }

    /// Where a variable's value was read, for an error that is found later than here: "the
    /// environment", ".env", "config/default.toml (built in)"; "nowhere" if it is not set.
    #[must_use]
    pub fn origin_of(&self, var: &str) -> String {
        self.layers.origin_of(var)
    }

    /// All settings with their origins, secrets masked: one line each.
    #[must_use]
    pub fn show(&self) -> String {
        show::table(&self.layers)
    }
}
