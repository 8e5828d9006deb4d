//! `starkeeper login`: shows how the Fragment logins of the running daemon are, and brings it new
//! cookies. It asks the daemon, because only the daemon may try them in a browser and store them.

use std::io::Read as _;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Subcommand;
use reqwest::{Client, RequestBuilder};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};

use super::{Failed, say};
use crate::config::{Settings, Surroundings};
use crate::daemon::Role;

/// The most that is read of a file of cookies, in bytes.
const LONGEST: u64 = 256 * 1024;

/// A trial in a browser takes seconds; the daemon itself answers within a minute.
const PATIENCE: Duration = Duration::from_secs(90);

/// The logins at Fragment.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    act: Act,
}

#[derive(Debug, Subcommand)]
enum Act {
    /// Shows how each login is, as the running daemon knows it.
    Status,
    /// Brings cookies from a file, or from the standard input with `-`: a header's text or a
    /// browser's JSON. They are tried before they replace the old ones.
    Import {
        /// The file.
        file: PathBuf,
        /// Which till.
        #[arg(long, default_value_t = 1)]
        till: i64,
    },
}

/// Does one of the two.
pub(super) fn run(args: &Args, surroundings: &Surroundings) -> Result<(), Failed> {
    let settings = Settings::read(surroundings)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(Failed::here)?;
    runtime.block_on(async {
        let daemon = Daemon::of(&settings)?;
        match &args.act {
            Act::Status => daemon.status().await,
            Act::Import { file, till } => daemon.import(&read(file)?, *till).await,
        }
    })
}

/// Reads cookies. The error never shows them.
fn read(file: &Path) -> Result<SecretString, Failed> {
    let unread = |why: std::io::Error| Failed::here(format!("{}: {why}", file.display()));
    let mut text = String::new();
    let read = match file.to_str() {
        Some("-") => std::io::stdin().take(LONGEST + 1).read_to_string(&mut text),
        _ => std::fs::File::open(file)
            .map_err(unread)?
            .take(LONGEST + 1)
            .read_to_string(&mut text),
    };
    let read = u64::try_from(read.map_err(unread)?).unwrap_or(u64::MAX);
    if read > LONGEST {
        let file = file.display();
        let what = format!("{file} is longer than {LONGEST} bytes: expected cookies of one site");
        return Err(Failed::here(what));
    }
    Ok(SecretString::from(text))
}

/// The running daemon's admin API.
pub(crate) struct Daemon {
    client: Client,
    place: SocketAddr,
    token: SecretString,
}

impl Daemon {
    /// The daemon that these settings start.
    pub(crate) fn of(settings: &Settings) -> Result<Self, Failed> {
        let token = settings.admin.token.clone().ok_or_else(|| {
            Failed::for_an_operator(
                "ADMIN_TOKEN is not set: expected the token of the running daemon, which this asks",
            )
        })?;
        let http = &settings.http;
        // A daemon that listens everywhere listens here too.
        let here = match http.bind.is_unspecified() {
            true => IpAddr::V4(Ipv4Addr::LOCALHOST),
            false => http.bind,
        };
        let client = Client::builder().no_proxy().timeout(PATIENCE).build();
        Ok(Self {
            client: client.map_err(Failed::here)?,
            place: SocketAddr::new(here, http.port.unwrap_or(Role::All.port())),
            token,
        })
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}/admin/v1/{path}", self.place)
    }

    async fn ask(&self, request: RequestBuilder) -> Result<Value, Failed> {
        let request = request.bearer_auth(self.token.expose_secret());
        let answer = request.send().await.map_err(|why| {
            let why = why.without_url();
            let place = self.place;
            Failed::here(format!(
                "no daemon answers at {place} ({why}): is it running there?"
            ))
        })?;
        let well = answer.status().is_success();
        let body: Value = answer.json().await.map_err(|why| {
            Failed::here(format!(
                "what answers at {} is no daemon: {why}",
                self.place
            ))
        })?;
        if well {
            return Ok(body);
        }
        let word = |name: &str| {
            let text = body.get("error").and_then(|error| error.get(name));
            text.and_then(Value::as_str).unwrap_or_default().to_owned()
        };
        Err(Failed::here(format!(
            "{}: {}",
            word("message"),
            word("hint")
        )))
    }

    async fn shown(&self) -> Result<Vec<Value>, Failed> {
        let mut shown = self.ask(self.client.get(self.url("logins"))).await?;
        let logins = shown.get_mut("logins").and_then(Value::as_array_mut);
        Ok(logins.map(std::mem::take).unwrap_or_default())
    }

    /// The number of each login with its health in one word, as the daemon knows it.
    pub(crate) async fn logins(&self) -> Result<Vec<(i64, String)>, Failed> {
        let shown = self.shown().await?;
        let known = shown.iter().filter_map(|login| {
            let number = login.get("id").and_then(Value::as_i64)?;
            Some((number, word(login, "health")))
        });
        Ok(known.collect())
    }

    async fn status(&self) -> Result<(), Failed> {
        for login in &self.shown().await? {
            let (number, health) = (word(login, "id"), word(login, "health"));
            let checked = word(login, "checked_at");
            say(&format!("till {number}: {health}, looked at {checked}"));
        }
        Ok(())
    }

    async fn import(&self, cookies: &SecretString, till: i64) -> Result<(), Failed> {
        let body = json!({ "cookies": cookies.expose_secret() });
        let path = self.url(&format!("logins/{till}/cookies"));
        let taken = self.ask(self.client.post(path).json(&body)).await?;
        let version = taken.get("version").and_then(Value::as_i64).unwrap_or(0);
        let proven = taken.get("wallet_proven").and_then(Value::as_bool);
        let wallet = match proven {
            Some(true) => "the wallet is proven in them",
            Some(false) | None => "the daemon proves the wallet by itself now",
        };
        say(&format!(
            "till {till}: the cookies work and are in use, as version {version}; {wallet}"
        ));
        Ok(())
    }
}

/// A member as text, without the quotes of JSON.
fn word(login: &Value, name: &str) -> String {
    match login.get(name) {
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
        None => String::new(),
    }
}
