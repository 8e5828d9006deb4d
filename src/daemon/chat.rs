//! The chat: the bot's client, the way its updates come in, and what it says of itself.
//!
//! Updates are delivered to the public address, or fetched by one of all replicas. What Telegram
//! must be told at the start (commands, where to deliver) is told beside the start and repeated
//! until it is heard: a shop whose chat is silent still keeps its payments.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::value::RawValue;
use starkeeper_actors::domain::ids::{ReplicaId, TelegramId};
use starkeeper_actors::notifier::CameBack;
use starkeeper_actors::ports::messenger::To;
use starkeeper_actors::ports::{Books, Clock, Failure, Messenger};
use starkeeper_actors::supervision::{Asker, Door};
use starkeeper_actors::system::ActorSystem;
use tokio::runtime::Handle;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use url::Url;

use super::clock::keyed_bits;
use crate::cli::Failed;
use crate::config::{Settings, UpdatesBy};
use crate::http::telegram_webhook::PATH;
use crate::metrics::traffic::Traffic;
use crate::telegram::inbound::{
    Hooks, Intake, NoUpdates, PollSettings, Poller, TapAnswer, Toast, Updates,
};
use crate::telegram::{
    ApiRefused, BotApi, BotToken, Introduction, TelegramMessenger, TelegramSettings,
};

mod telling;
mod wording;

use telling::{Telling, beside, told};
use wording::{gives_up, introductions, words};

/// For the notifier's answer that somebody came back.
const CAME_BACK: Duration = Duration::from_secs(60);

/// For one read of the books.
const READ: Duration = Duration::from_secs(5);

/// The chat's parts, before its actors run.
#[derive(Clone)]
pub(super) struct Chat {
    api: BotApi,
    /// The bot's public name, if Telegram has told it.
    username: Option<String>,
    messenger: Arc<TelegramMessenger>,
    introductions: Arc<[Introduction]>,
    gives_up: Arc<[String]>,
    toast: Arc<Toast>,
    delivery: Option<Delivery>,
    secret: Arc<SecretString>,
    polling: PollSettings,
    update_timeout: Duration,
}

/// Where updates are delivered.
#[derive(Clone)]
struct Delivery {
    url: String,
}

/// The tasks of a chat that runs.
pub(super) struct Running {
    stop: watch::Sender<bool>,
    /// Ends in order when it is told to.
    poller: Option<JoinHandle<()>>,
    /// May be ended at any moment.
    beside: JoinHandle<()>,
}

/// Makes the chat; none if there is no token. Asks Telegram who the bot is: a wrong token ends the
/// start. To be called where outside calls run.
pub(super) async fn make(
    settings: &Settings,
    clock: &Arc<dyn Clock>,
) -> Result<Option<Chat>, Failed> {
    let given = &settings.telegram;
    let Some(client) = client(settings)? else {
        tracing::warn!("there is no chat: TELEGRAM_TOKEN is not set");
        return Ok(None);
    };
    let api = BotApi::new(&client).map_err(Failed::for_an_operator)?;
    let username = who(&api, settings).await?;
    let words = Arc::new(words(settings, username.clone())?);
    let operators = given.operators.iter().map(|operator| To {
        chat: *operator,
        language: given.operators_language,
    });
    let introductions = introductions(&words);
    let gives_up = gives_up(&words);
    let messenger = TelegramMessenger::new(
        api.clone(),
        &client,
        Arc::clone(&words),
        Arc::clone(clock),
        operators.collect(),
    );
    let delivery = match (given.updates, &settings.http.public_url) {
        (UpdatesBy::Webhook, Some(public)) => Some(Delivery {
            url: public.of(PATH),
        }),
        (UpdatesBy::Webhook | UpdatesBy::Polling, _) => None,
    };
    Ok(Some(Chat {
        api,
        username,
        messenger: Arc::new(messenger),
        introductions: introductions.into(),
        gives_up: gives_up.into(),
        toast: Arc::new(move |language, note| words.toast(language, note)),
        delivery,
        secret: Arc::new(secret(settings).unwrap_or_default()),
        polling: PollSettings {
            wait: given.poll_for,
            lease: given.lease,
            ..PollSettings::default()
        },
        update_timeout: given.update_timeout,
    }))
}

/// What the client of the Bot API takes; none without a token.
pub(super) fn client(settings: &Settings) -> Result<Option<TelegramSettings>, Failed> {
    let given = &settings.telegram;
    let Some(token) = &given.token else {
        return Ok(None);
    };
    let Some(token) = BotToken::parse(token.expose_secret()) else {
        let origin = settings.origin_of("TELEGRAM_TOKEN");
        let (expected, letters) = (BotToken::EXPECTED, token.expose_secret().chars().count());
        return Err(Failed::for_an_operator(format!(
            "TELEGRAM_TOKEN: expected {expected}, found {letters} characters that are not shown \
             (read from {origin})"
        )));
    };
    let mut client = TelegramSettings::new(given.api_url.clone(), token);
    client.proxy = proxy(settings)?;
    client.deadline = given.call_timeout;
    client.connect = client.connect.min(given.call_timeout);
    client.everybody = given.rate;
    client.chat_every = given.chat_every;
    client.chat_burst = given.chat_burst;
    Ok(Some(client))
}

/// What Telegram shows when it delivers: as it is set, else derived from the token, so that it is the
/// same on every replica and nobody can tell it who does not know the token. None without a token.
pub(super) fn secret(settings: &Settings) -> Option<SecretString> {
    let given = &settings.telegram;
    let token = given.token.as_ref()?;
    let derived = || {
        let key = token.expose_secret().as_bytes();
        let bits = keyed_bits(key, &[b"the secret of telegram's webhook"]);
        SecretString::from(format!("{bits:032x}"))
    };
    Some(given.webhook_secret.clone().unwrap_or_else(derived))
}

fn proxy(settings: &Settings) -> Result<Option<Url>, Failed> {
    let Some(proxy) = &settings.telegram.proxy else {
        return Ok(None);
    };
    let url = Url::parse(proxy.expose_secret()).ok();
    match url.filter(|url| matches!(url.scheme(), "http" | "https" | "socks5" | "socks5h")) {
        Some(url) => Ok(Some(url)),
        None => {
            let origin = settings.origin_of("PROXY_URL");
            Err(Failed::for_an_operator(format!(
                "PROXY_URL: expected http://, https:// or socks5:// with a host (read from {origin})"
            )))
        }
    }
}

/// Asks who the bot is; none if Telegram cannot be reached now.
async fn who(api: &BotApi, settings: &Settings) -> Result<Option<String>, Failed> {
    match api.me().await {
        Ok(me) => {
            let name = me.username.as_deref().unwrap_or("without a name");
            tracing::info!("the bot is @{name}");
            Ok(me.username)
        }
        Err(Failure::Refused(ApiRefused::Token)) => {
            let origin = settings.origin_of("TELEGRAM_TOKEN");
            let url = &settings.telegram.api_url;
            Err(Failed::for_an_operator(format!(
                "TELEGRAM_TOKEN: the bot api at {url} knows no bot with this token: copy it from \
                 @BotFather again (read from {origin})"
            )))
        }
        Err(why) => {
            tracing::warn!(
                "telegram cannot be asked who the bot is; the chat goes on trying: {why}"
            );
            Ok(None)
        }
    }
}

impl Chat {
    /// The port.
    pub(super) fn messenger(&self) -> Arc<dyn Messenger> {
        Arc::<TelegramMessenger>::clone(&self.messenger)
    }

    /// Where the chat is opened.
    pub(super) fn link(&self) -> Option<Url> {
        let username = self.username.as_deref()?;
        Url::parse(&format!("https://t.me/{username}")).ok()
    }

    /// Where updates go, once the actors run.
    pub(super) fn intake(
        &self,
        system: &ActorSystem,
        books: &Arc<dyn Books>,
        io: &Handle,
        traffic: Traffic,
    ) -> Intake {
        let gives_up = Arc::clone(&self.gives_up);
        let messenger = Arc::clone(&self.messenger);
        let notifier = system.notifier.as_ref().map(Door::asker);
        let hooks = Hooks {
            picked_in: Arc::new(move |chat| messenger.picked_in(chat)),
            gives_up: Arc::new(move |text| gives_up.iter().any(|label| label == text.trim())),
            toast: Arc::clone(&self.toast),
            came_back: came_back(notifier, Arc::clone(books), io.clone()),
            traffic,
        };
        Intake::new(
            self.api.bot(),
            system.directory.clone(),
            self.update_timeout,
            self.messenger(),
            hooks,
            io.clone(),
        )
    }

    /// Lets updates in.
    pub(super) fn run(
        &self,
        intake: Intake,
        books: &Arc<dyn Books>,
        replica: ReplicaId,
        io: &Handle,
    ) -> Running {
        let (stop, stopped) = watch::channel(false);
        let api = self.api.clone();
        let poller = match &self.delivery {
            Some(_) => None,
            None => {
                let (answers, calls) = (self.api.clone(), io.clone());
                let poller = Poller {
                    source: Arc::new(Fetched(self.api.clone())),
                    intake,
                    answer: Arc::new(move |tap| {
                        let api = answers.clone();
                        calls.spawn(async move { answer(&api, &tap).await });
                    }),
                    books: Arc::clone(books),
                    replica,
                    settings: self.polling,
                };
                Some(io.spawn(async move {
                    told(&api, &Telling::Keep).await;
                    tracing::info!("updates are fetched from telegram");
                    poller.run(stopped).await;
                }))
            }
        };
        let beside = io.spawn(beside(
            self.api.clone(),
            Arc::clone(&self.introductions),
            self.delivery.clone(),
            Arc::clone(&self.secret),
        ));
        Running {
            stop,
            poller,
            beside,
        }
    }
}

impl Running {
    /// Takes no more updates, and waits until those that were taken are handled.
    pub(super) async fn end(self) {
        self.beside.abort();
        self.stop.send_replace(true);
        if let Some(poller) = self.poller
            && let Err(why) = poller.await
        {
            tracing::warn!("fetching updates ended early: {why}");
        }
    }
}

/// Answers a tap. What fails costs a circle that turns for a while.
async fn answer(api: &BotApi, tap: &TapAnswer) {
    if let Err(why) = api.answer_tap(&tap.query, tap.toast.as_deref()).await {
        tracing::debug!("a tap was not answered: {why}");
    }
}

/// Somebody lets the bot speak again: the notifier delivers what it kept.
fn came_back(
    notifier: Option<Asker<CameBack>>,
    books: Arc<dyn Books>,
    io: Handle,
) -> Arc<dyn Fn(TelegramId) + Send + Sync> {
    Arc::new(move |person| {
        let Some(notifier) = notifier.clone() else {
            return;
        };
        let books = Arc::clone(&books);
        io.spawn(async move {
            let found = tokio::time::timeout(READ, books.customer_at(person)).await;
            let customer = match found {
                Ok(Ok(Some(customer))) => customer.row.id,
                // Nothing is owed to a stranger.
                Ok(Ok(None)) => return,
                Ok(Err(why)) => return tracing::warn!("somebody came back: {why}"),
                Err(_elapsed) => return tracing::warn!("somebody came back: no answer in time"),
            };
            if let Err(why) = notifier.ask(CameBack { customer }, CAME_BACK).await {
                tracing::warn!(customer.id = %customer, "{customer} came back: {why}");
            }
        });
    })
}

/// The Bot API as a source of updates.
struct Fetched(BotApi);

#[async_trait]
impl Updates for Fetched {
    async fn next(&self, from: i64, wait: Duration) -> Result<Vec<Box<RawValue>>, NoUpdates> {
        self.0.updates(from, wait).await.map_err(|why| match why {
            Failure::Refused(ApiRefused::Conflict { why }) => NoUpdates::Elsewhere(why),
            Failure::Refused(ApiRefused::TooFast { after }) => NoUpdates::TooFast(after),
            Failure::Refused(ApiRefused::Token) => NoUpdates::Token,
            why @ (Failure::Refused(_) | Failure::NotDone { .. } | Failure::Unknown { .. }) => {
                NoUpdates::Trouble(why.to_string())
            }
        })
    }
}
