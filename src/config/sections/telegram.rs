//! The section `telegram`: the bot, and how its updates come.

use std::num::NonZeroU32;
use std::time::Duration;

use chrono_tz::Tz;
use secrecy::{ExposeSecret as _, SecretString};
use starkeeper_actors::domain::customer::Language;
use starkeeper_actors::domain::ids::TelegramId;
use url::Url;

use super::gateway::base_url;
use super::{Http, MOMENT, SECOND};
use crate::config::reader::Reader;

/// The Bot API's longest secret (setWebhook).
const LONGEST_SECRET: usize = 256;

/// A shorter secret could be guessed.
const SHORTEST_SECRET: usize = 16;

/// The chat.
#[derive(Debug)]
pub struct Telegram {
    /// The bot's token; none means that there is no chat.
    pub token: Option<SecretString>,
    /// The base of the Bot API, without a path.
    pub api_url: Url,
    /// The proxy on the way there; a secret, because it may hold a password.
    pub proxy: Option<SecretString>,
    /// How updates come.
    pub updates: UpdatesBy,
    /// What Telegram shows when it delivers; none means that one is derived from the token.
    pub webhook_secret: Option<SecretString>,
    /// The people with operator's rights.
    pub operators: Vec<TelegramId>,
    /// The language of what they are told.
    pub operators_language: Language,
    /// For one call.
    pub call_timeout: Duration,
    /// How long Telegram holds a question for updates.
    pub poll_for: Duration,
    /// How long the right to poll is held without being prolonged, and twice as long that to deliver
    /// notices.
    pub lease: Duration,
    /// Calls a second, of the whole bot.
    pub rate: NonZeroU32,
    /// Between two messages in one chat in the long run.
    pub chat_every: Duration,
    /// So many at once in a chat that was silent.
    pub chat_burst: NonZeroU32,
    /// For a session's answer to an update.
    pub update_timeout: Duration,
    /// Where people find the shop's owner; none if nobody is named.
    pub support: Option<String>,
    /// In which zone times are shown in the chat.
    pub timezone: Tz,
    /// What a transaction's hash is appended to for its page.
    pub explorer: String,
    /// Within which time a person answers who is asked to look at an order.
    pub answer_within: Duration,
}

/// How updates come.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum UpdatesBy {
    /// They are fetched.
    Polling,
    /// Telegram delivers them to the public address.
    Webhook,
}

/// Reads the section.
pub(in crate::config) fn telegram(
    reader: &mut Reader<'_>,
    http: Option<&Http>,
) -> Option<Telegram> {
    let token = reader.secret("telegram.token");
    let api_url = reader.parsed("telegram.api_url", base_url);
    let api_url = api_url.and_then(|url| match url.scheme() {
        "http" if reader.environment().is_strict() => {
            let place = reader.environment();
            let what =
                format!("must begin with https:// in {place}: the token would travel in the clear");
            reader.refuse("telegram.api_url", what)
        }
        _ => Some(url),
    });
    let updates = updates(reader, http, token.as_ref().is_some_and(Option::is_some));
    let proxy = reader.secret("browser.proxy_url");
    let webhook_secret = webhook_secret(reader);
    let ids = "numbers of Telegram, with commas, such as 123456789,987654321";
    let operators = reader.list("telegram.operators", ids, |text| {
        let number: i64 = text.parse().ok()?;
        (number > 0).then(|| TelegramId::new(number))
    });
    let languages = [("en", Language::En), ("ru", Language::Ru)];
    let operators_language = reader.chosen("telegram.operators_language", &languages);
    let call_timeout = reader.span("telegram.call_timeout", MOMENT, SECOND);
    let poll_for = reader.span("telegram.poll_for", Duration::ZERO, 5 * SECOND);
    let lease = reader.span("telegram.lease", SECOND, 10 * SECOND);
    let rate = reader.number("telegram.rate", 1..=1_000_000);
    let chat_every = reader.span("telegram.chat_every", Duration::from_millis(1), MOMENT);
    let chat_burst = reader.number("telegram.chat_burst", 1..=1_000);
    let update_timeout = reader.span("telegram.update_timeout", MOMENT, SECOND);
    let support = reader.text("telegram.support");
    let timezone = reader.parsed("telegram.timezone", |text| {
        let expected = "a zone of the IANA's list such as Europe/Moscow, or UTC";
        text.parse::<Tz>().map_err(|_| expected)
    });
    let explorer = reader.parsed("telegram.explorer", |text| {
        let url = Url::parse(text).ok().filter(Url::has_host);
        let address = "an address such as https://tonviewer.com/transaction/";
        url.map(|_| text.to_owned()).ok_or(address)
    });
    let answer_within = reader.span("telegram.answer_within", SECOND, SECOND);
    Some(Telegram {
        token: token?,
        api_url: api_url?,
        proxy: proxy?,
        updates: updates?,
        webhook_secret: webhook_secret?,
        operators: operators?,
        operators_language: operators_language?,
        call_timeout: call_timeout?,
        poll_for: poll_for?,
        lease: lease?,
        rate: NonZeroU32::new(rate?)?,
        chat_every: chat_every?,
        chat_burst: NonZeroU32::new(chat_burst?)?,
        update_timeout: update_timeout?,
        support: support?,
        timezone: timezone?,
        explorer: explorer?,
        answer_within: answer_within?,
    })
}

/// As it is set; else by webhook where the world reaches the daemon.
fn updates(reader: &mut Reader<'_>, http: Option<&Http>, has_chat: bool) -> Option<UpdatesBy> {
    let given = reader.text("telegram.webhook")?;
    let is_public = http.map(|http| http.public_url.is_some());
    let wanted = match given {
        None => is_public.unwrap_or(false),
        Some(_) => reader.switch("telegram.webhook")?,
    };
    match (wanted, is_public) {
        (false, _) => Some(UpdatesBy::Polling),
        (true, Some(false)) if !has_chat => Some(UpdatesBy::Polling),
        // What is wrong with the address has been said.
        (true, Some(true) | None) => Some(UpdatesBy::Webhook),
        (true, Some(false)) => {
            let what = "is true, but Telegram cannot know where to deliver: set WEBHOOK_PUBLIC_URL \
                        such as https://shop.example, or set WEBHOOK_ENABLED=false to fetch updates";
            reader.refuse("telegram.webhook", what)
        }
    }
}

fn webhook_secret(reader: &mut Reader<'_>) -> Option<Option<SecretString>> {
    let Some(secret) = reader.secret("telegram.webhook_secret")? else {
        return Some(None);
    };
    let least = match reader.environment().is_strict() {
        true => SHORTEST_SECRET,
        false => 1,
    };
    let text = secret.expose_secret();
    let fits = (least..=LONGEST_SECRET).contains(&text.len())
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
    if fits {
        return Some(Some(secret));
    }
    let expected = format!(
        "{least} to {LONGEST_SECRET} of the characters A-Z a-z 0-9 _ -, for example from \
         `openssl rand -hex 32`"
    );
    reader.wrong("telegram.webhook_secret", &expected)
}
