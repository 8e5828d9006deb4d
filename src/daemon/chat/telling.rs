//! What Telegram is told beside the start, until it hears it, and how it gets on with the webhook.

use std::sync::Arc;
use std::time::Duration;

use secrecy::{ExposeSecret as _, SecretString};
use starkeeper_actors::ports::Failure;

use super::Delivery;
use crate::metrics;
use crate::telegram::{ApiRefused, BotApi, Introduction};

/// The pause after Telegram did not hear what it is told at the start; it doubles.
const FIRST_PAUSE: Duration = Duration::from_secs(1);

/// The longest of these.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// Between two looks at how Telegram gets on with the webhook: a webhook that nobody can reach is
/// reported within a minute.
const WEBHOOK_LOOK: Duration = Duration::from_secs(20);

/// What Telegram is told at the start.
pub(super) enum Telling<'a> {
    /// Updates are kept until they are fetched.
    Keep,
    /// Updates are delivered to this address, with this secret.
    Deliver(&'a str, &'a SecretString),
    /// What the bot is.
    Introduce(&'a Introduction),
}

impl Telling<'_> {
    const fn name(&self) -> &'static str {
        match self {
            Self::Keep => "updates are fetched",
            Self::Deliver(..) => "updates are delivered",
            Self::Introduce(_) => "the bot has commands",
        }
    }

    async fn once(&self, api: &BotApi) -> Result<(), Failure<ApiRefused>> {
        match self {
            Self::Keep => api.keep_for_fetching().await,
            Self::Deliver(url, secret) => api.deliver_to(url, secret.expose_secret()).await,
            Self::Introduce(words) => api.introduce(words).await,
        }
    }
}

/// Tells Telegram something until it is heard, or can never be.
pub(super) async fn told(api: &BotApi, telling: &Telling<'_>) {
    let what = telling.name();
    let mut pause = FIRST_PAUSE;
    loop {
        match telling.once(api).await {
            Ok(()) => return,
            Err(Failure::Refused(ApiRefused::TooFast { after })) => {
                tokio::time::sleep(after).await;
            }
            Err(Failure::Refused(why @ ApiRefused::Never { .. })) => {
                tracing::error!("telegram will not have it that {what}: {why}");
                return;
            }
            Err(why) => {
                tracing::warn!("telegram has not heard that {what}: {why}");
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(LONGEST_PAUSE);
            }
        }
    }
}

/// What Telegram is told at the start, and how it gets on with the webhook from then on.
pub(super) async fn beside(
    api: BotApi,
    introductions: Arc<[Introduction]>,
    delivery: Option<Delivery>,
    secret: Arc<SecretString>,
) {
    if let Some(Delivery { url }) = &delivery {
        told(&api, &Telling::Deliver(url, &secret)).await;
        tracing::info!("telegram delivers updates to {url}");
    }
    for words in introductions.iter() {
        told(&api, &Telling::Introduce(words)).await;
    }
    if let Some(Delivery { url }) = delivery {
        watch_webhook(&api, &url, &secret).await;
    }
}

/// Reports a webhook that Telegram cannot reach, and one that leads elsewhere.
async fn watch_webhook(api: &BotApi, url: &str, secret: &SecretString) {
    let mut seen = None;
    let mut pause = FIRST_PAUSE;
    loop {
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(WEBHOOK_LOOK);
        let state = match api.webhook().await {
            Ok(state) => state,
            Err(why) => {
                tracing::warn!("telegram does not say how the webhook is: {why}");
                continue;
            }
        };
        let waiting = state.pending_update_count;
        if state.url.is_empty() {
            metrics::chat::webhook(false, waiting);
            tracing::warn!("the webhook was taken away: it is set again");
            told(api, &Telling::Deliver(url, secret)).await;
            continue;
        }
        if state.url != url {
            metrics::chat::webhook(false, waiting);
            tracing::error!(
                "telegram delivers updates elsewhere: another program has set another webhook for \
                 this bot; end it and start this daemon again"
            );
            continue;
        }
        let failed = state.last_error_date.filter(|_| waiting > 0);
        let is_news = failed.is_some() && failed != seen;
        metrics::chat::webhook(failed.is_none(), waiting);
        if is_news {
            let why = state.last_error_message.as_deref().unwrap_or_default();
            let why: String = why.chars().filter(|c| !c.is_control()).take(200).collect();
            tracing::error!("telegram cannot deliver to {url}: {why}; {waiting} updates wait");
        }
        seen = failed.or(seen);
    }
}
