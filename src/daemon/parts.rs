//! Makes the parts of a daemon from its settings: every adapter, with its own settings.

use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use secrecy::ExposeSecret;
use starkeeper_actors::domain::Timestamp;
use starkeeper_actors::domain::ids::{IncarnationId, QuoteId, TelegramId};
use starkeeper_actors::domain::pricing::SourceName;
use starkeeper_actors::ports::{Books, Clock, Invoicing, RateSource};
use tokio::runtime::Runtime;
use url::Url;

use super::absent::NoGateway;
use super::clock::{SystemClock, gateway_name, keyed_bits, prefix_of};
use super::heleket_check;
use super::nights::Nights;
use super::run::{Parts, Webhooks};
use crate::cli::{self, Failed};
use crate::config::{AdminScope, AdminToken, FIRST_TOKEN, Network, Settings};
use crate::heleket::webhook::Keys;
use crate::heleket::{ApiKey, HeleketClient, HeleketRate, HeleketSettings};
use crate::http::admin::{Entrance, Running, Scope, Token, Tokens};
use crate::http::heleket_webhook::{self, Among, HeleketWebhook, Sources};
use crate::http::telegram_webhook::{self, TelegramWebhook};
use crate::metrics::{self, Page};
use crate::storage::backup;
use crate::telemetry::LogHealth;

use super::chat::{self, Chat};
use super::deck;
use super::steps::Steps;
use super::{Role, books, conversations, goods};

/// For payment's answer to a webhook: longer than its call to the gateway, so that a slow gateway
/// does not make it come again.
const WEBHOOK_DEADLINE: Duration = Duration::from_secs(15);

/// Makes every part. Opens the books; calls nobody else yet.
pub(super) async fn make(
    settings: &Settings,
    role: Role,
    io: &Runtime,
    page: Page,
    listener: TcpListener,
    logs: LogHealth,
) -> Result<Parts, Failed> {
    #[cfg(feature = "crash-points")]
    let points = super::points::Points::of_this_process(settings.state_dir.clone());
    let storage = books::open(
        settings,
        io,
        #[cfg(feature = "crash-points")]
        Arc::new(points.of_commits()),
    )
    .await?;
    let books: Arc<dyn Books> = Arc::new(storage.clone());
    let life = {
        let books = Arc::clone(&books);
        let read = io.spawn(async move { books.incarnation().await });
        let read = read.await.map_err(Failed::by_itself)?;
        read.map_err(|why| Failed::by_itself(format!("the books cannot be opened: {why}")))?
    };
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::of_books(life).map_err(Failed::by_itself)?);
    let chat = match role {
        Role::All | Role::Bot => on_io(io, chat::make(settings, &clock)).await?,
        Role::Webhook => None,
    };
    let gateway = gateway(settings, chat.as_ref().and_then(Chat::link))?;
    let rates = gateway.as_ref().map(|client| rate_of(client, &clock));
    let goods = goods::make(goods::Making {
        settings,
        storage: &storage,
        clock: &clock,
        rates: rates.transpose()?.into_iter().collect(),
    });
    let goods = on_io(io, goods).await?;
    #[cfg(feature = "crash-points")]
    let goods = goods.map(|goods| goods.with(&points));
    let tills = goods.as_ref().map(|goods| goods.tills.clone());
    let steps = Steps::new(tills.unwrap_or_default());
    let pool = storage.clone();
    let connections = Arc::new(move || {
        for (state, count) in pool.connections() {
            metrics::books_connections(state, count);
        }
    });
    let books: Arc<dyn Books> = Arc::new(storage.telling(Arc::new(move |step| steps.say(step))));
    let invoicing: Arc<dyn Invoicing> = match gateway {
        Some(client) => Arc::new(client),
        None => Arc::new(NoGateway),
    };
    let conversations = conversations::make(settings, io, &clock, life).await?;
    let admin = entrance(settings, life);
    if admin.is_none() {
        tracing::info!("/admin is closed: neither ADMIN_TOKEN nor ADMIN_TOKENS is set");
    }
    Ok(Parts {
        nights: nights(settings, io, &clock)?,
        deck: deck::make(settings, &books, &clock, goods.as_ref()),
        books,
        clock,
        invoicing,
        goods,
        conversations,
        chat,
        admin,
        life,
        page,
        logs,
        connections,
        io: io.handle().clone(),
        listener,
        webhooks: webhooks(settings)?,
    })
}

/// The way into the admin API, if there is one. What a key stands for follows from the first token and
/// the life of the books.
fn entrance(settings: &Settings, life: IncarnationId) -> Option<Arc<Entrance>> {
    let given = &settings.admin;
    let first = given.token.as_ref().map(ExposeSecret::expose_secret);
    let named = given.tokens.iter().map(named_token);
    let first_token = first.map(|token| Token::of_everything(FIRST_TOKEN, token));
    let tokens: Vec<Token> = first_token.into_iter().chain(named).collect();
    let secret: Arc<[u8]> = match first {
        Some(token) => token.as_bytes().into(),
        None => tokens.first()?.hash.as_slice().into(),
    };
    let prefix = prefix_of(life);
    let key_of_names = Arc::clone(&secret);
    let name_for = move |person: TelegramId, key: &str| {
        let person = person.get().to_be_bytes();
        let parts: [&[u8]; 3] = [b"invoice", &person, key.as_bytes()];
        gateway_name(&prefix, keyed_bits(&key_of_names, &parts))
    };
    let order_for = move |person: TelegramId, key: &str| {
        let person = person.get().to_be_bytes();
        let parts: [&[u8]; 3] = [b"order", &person, key.as_bytes()];
        let bits = keyed_bits(&secret, &parts);
        // Above the ids that a clock gives until 2059, so that none is given twice; lists that
        // go by id therefore show such an order first.
        QuoteId::new(i64::try_from(bits >> 66).unwrap_or_default() | (1 << 62))
    };
    Some(Arc::new(Entrance {
        tokens: Tokens::new(tokens, given.rate, given.tries),
        running: Running::default(),
        sources: Sources {
            allowed: None,
            proxies: among(settings.http.trusted_proxies.clone()),
        },
        payments: settings.heleket.keys.is_some(),
        name_for: Arc::new(name_for),
        order_for: Arc::new(order_for),
    }))
}

fn named_token(token: &AdminToken) -> Token {
    let scope = |scope: &AdminScope| match scope {
        AdminScope::Read => Scope::Read,
        AdminScope::Operate => Scope::Operate,
        AdminScope::Money => Scope::Money,
    };
    Token {
        name: token.name.clone(),
        scopes: token.scopes.iter().map(scope).collect(),
        hash: token.hash,
    }
}

/// Runs something whose connections belong to the I/O runtime, from outside of it.
async fn on_io<T>(io: &Runtime, work: impl Future<Output = T>) -> T {
    let mut work = std::pin::pin!(work);
    let handle = io.handle().clone();
    std::future::poll_fn(move |context| {
        let _entered = handle.enter();
        work.as_mut().poll(context)
    })
    .await
}

/// The nightly backups, if a folder is set for them.
fn nights(
    settings: &Settings,
    io: &Runtime,
    clock: &Arc<dyn Clock>,
) -> Result<Option<Nights>, Failed> {
    let Some(given) = settings.backup.clone() else {
        tracing::info!("no nightly backups are made: BACKUP_DIR is not set");
        return Ok(None);
    };
    let url = cli::books::of(settings)?;
    let newest = backup::newest(&given.dir).unwrap_or_else(|why| {
        tracing::warn!("older backups cannot be seen: {why}");
        None
    });
    let made = newest.and_then(|at| u64::try_from(at.timestamp()).ok());
    metrics::backup_made(made.unwrap_or(0));
    let (io, folder) = (io.handle().clone(), given.dir);
    let make = move |now: Timestamp| -> BoxFuture<'static, Result<String, String>> {
        let (url, folder) = (url.clone(), folder.clone());
        let run = io.spawn(async move { backup::nightly(&url, &folder, now).await });
        Box::pin(async move {
            let made = run.await.map_err(|why| why.to_string())?;
            let made = made.map_err(|why| why.to_string())?;
            let deleted = made.deleted.len();
            let file = made.file.display();
            Ok(format!(
                "the books are backed up in {file}; {deleted} older backups were deleted"
            ))
        })
    };
    let nights = Nights::new(Arc::clone(clock), given.time, Arc::new(make));
    Ok(Some(nights))
}

/// The callbacks of the gateway and of Telegram. Without their keys they are there and believe
/// nothing.
fn webhooks(settings: &Settings) -> Result<Webhooks, Failed> {
    let check = match &settings.heleket.keys {
        Some(keys) => {
            let payment = key_of(settings, "API_KEY", keys.api_key.expose_secret())?;
            let payout = settings.heleket.payout_api_key.as_ref();
            let payout = payout.map(|key| key_of(settings, "PAYOUT_API_KEY", key.expose_secret()));
            let payout = payout.transpose()?;
            Some(heleket_check(Keys { payment, payout }))
        }
        None => None,
    };
    let senders = settings.heleket.webhook_ips.clone();
    let sources = Sources {
        allowed: (!senders.is_empty()).then(|| among(senders)),
        proxies: among(settings.http.trusted_proxies.clone()),
    };
    let secret = chat::secret(settings).map(Arc::new);
    Ok(Arc::new(move |doors, config| {
        let telegram = TelegramWebhook {
            secret: secret.clone(),
            intake: doors.intake.clone(),
        };
        telegram_webhook::routes(config, telegram);
        let callback = HeleketWebhook {
            check: check.clone(),
            payment: doors.payment.asker(),
            sources: sources.clone(),
            deadline: WEBHOOK_DEADLINE.min(doors.ask_deadline()),
        };
        heleket_webhook::routes(config, callback);
    }))
}

fn among(networks: Vec<Network>) -> Among {
    Arc::new(move |address| networks.iter().any(|network| network.contains(address)))
}

/// The gateway, or nobody while its keys are not set. Its pay pages lead back to `return_to`.
pub(super) fn gateway(
    settings: &Settings,
    return_to: Option<Url>,
) -> Result<Option<HeleketClient>, Failed> {
    let Some(keys) = &settings.heleket.keys else {
        tracing::warn!("payments are off: MERCHANT_UUID and API_KEY are not set");
        return Ok(None);
    };
    let api_key = key_of(settings, "API_KEY", keys.api_key.expose_secret())?;
    let url = settings.heleket.api_url.clone();
    let mut client = HeleketSettings::new(url, keys.merchant.clone(), api_key);
    if let Some(key) = &settings.heleket.payout_api_key {
        client.payout_key = Some(key_of(settings, "PAYOUT_API_KEY", key.expose_secret())?);
    }
    client.callback = callback(settings)?;
    client.return_to = return_to;
    // The core stops waiting after `call_timeout`; the client's own word says more than silence.
    client.deadline = settings.payment.call_timeout.mul_f64(0.9);
    client.connect = client.connect.min(client.deadline);
    match &client.callback {
        Some(callback) => tracing::info!("heleket calls {callback}"),
        None => tracing::info!(
            "no public address is set (WEBHOOK_PUBLIC_URL): payments are found by polling alone"
        ),
    }
    let client = HeleketClient::new(client).map_err(Failed::for_an_operator)?;
    Ok(Some(client))
}

/// The gateway as a source of the TON rate.
fn rate_of(client: &HeleketClient, clock: &Arc<dyn Clock>) -> Result<Arc<dyn RateSource>, Failed> {
    let name = SourceName::parse("heleket").map_err(Failed::by_itself)?;
    let rate = HeleketRate::new(client.clone(), Arc::clone(clock), name);
    Ok(Arc::new(rate))
}

fn key_of(settings: &Settings, var: &str, text: &str) -> Result<ApiKey, Failed> {
    ApiKey::new(text).map_err(|why| {
        let origin = settings.origin_of(var);
        Failed::for_an_operator(format!("{var}: {why} (read from {origin})"))
    })
}

fn callback(settings: &Settings) -> Result<Option<Url>, Failed> {
    let Some(public) = &settings.http.public_url else {
        return Ok(None);
    };
    let callback = public.of(heleket_webhook::PATH);
    let url = Url::parse(&callback)
        .map_err(|why| Failed::for_an_operator(format!("{callback} is no address: {why}")))?;
    Ok(Some(url))
}
