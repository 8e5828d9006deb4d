//! What may be set about the Bot API.

use std::fmt;
use std::num::NonZeroU32;
use std::time::Duration;

use secrecy::{ExposeSecret as _, SecretString};
use starkeeper_actors::domain::ids::BotId;
use url::Url;

/// The longest token that is taken, in characters; real ones have about 46.
const LONGEST_TOKEN: usize = 128;

/// A bot's token: its number, a colon, and the secret. Printed as its number alone.
#[derive(Clone)]
pub struct BotToken {
    bot: BotId,
    text: SecretString,
}

impl BotToken {
    /// What a token looks like, for whoever gives something else.
    pub const EXPECTED: &'static str =
        "a token of @BotFather, such as 123456789:AAExampleOfLettersAndDigits";

    /// Reads a token. None if it has not the form of one.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (number, secret) = text.split_once(':')?;
        let is_secret = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b == b'-';
        let fits = text.len() <= LONGEST_TOKEN
            && !secret.is_empty()
            && secret.bytes().all(is_secret)
            && number.bytes().all(|b| b.is_ascii_digit());
        let number: i64 = number.parse().ok().filter(|_| fits)?;
        Some(Self {
            bot: BotId::new(number),
            text: SecretString::from(text),
        })
    }

    /// The bot's own id, which is the token's first part.
    #[must_use]
    pub const fn bot(&self) -> BotId {
        self.bot
    }

    pub(super) fn expose(&self) -> &str {
        self.text.expose_secret()
    }
}

impl fmt::Debug for BotToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:***", self.bot.get())
    }
}

/// The settings of the Bot API's client.
#[derive(Clone)]
pub struct TelegramSettings {
    /// Where it is. Default `https://api.telegram.org`.
    pub url: Url,
    /// Who we are.
    pub token: BotToken,
    /// The proxy for all calls. None is taken from the environment of the process.
    pub proxy: Option<Url>,
    /// For opening a connection. Default 3 s: beyond that the host is away.
    pub connect: Duration,
    /// For one call. Default 10 s: below the 15 s after which the notifier stops waiting.
    pub deadline: Duration,
    /// Messages, edits and actions a second, of the whole bot. Default 30: what Telegram allows.
    pub everybody: NonZeroU32,
    /// Between two messages in one chat in the long run. Default 1 s: Telegram's advice.
    pub chat_every: Duration,
    /// So many at once in a chat that was silent. Default 4: a few quick taps.
    pub chat_burst: NonZeroU32,
    /// The longest wait for a place in these limits; what would wait longer is told to come again.
    /// Default 5 s.
    pub longest_wait: Duration,
}

impl TelegramSettings {
    /// The defaults for this bot.
    #[must_use]
    pub fn new(url: Url, token: BotToken) -> Self {
        Self {
            url,
            token,
            proxy: None,
            connect: Duration::from_secs(3),
            deadline: Duration::from_secs(10),
            everybody: NonZeroU32::MIN.saturating_add(29),
            chat_every: Duration::from_secs(1),
            chat_burst: NonZeroU32::MIN.saturating_add(3),
            longest_wait: Duration::from_secs(5),
        }
    }
}

/// The proxy's URL may hold a password, so only its host is shown.
impl fmt::Debug for TelegramSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TelegramSettings")
            .field("url", &self.url.as_str())
            .field("token", &self.token)
            .field("proxy", &self.proxy.as_ref().and_then(Url::host_str))
            .field("connect", &self.connect)
            .field("deadline", &self.deadline)
            .field("everybody", &self.everybody)
            .field("chat_every", &self.chat_every)
            .field("chat_burst", &self.chat_burst)
            .field("longest_wait", &self.longest_wait)
            .finish()
    }
}

/// Why a client cannot be made of the settings.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum BadSetting {
    /// The address of the API.
    #[error("the bot api's url is not valid: expected http or https with a host, without a query")]
    Url,
    /// A span of nothing.
    #[error("telegram {0} is not valid: expected more than nothing")]
    Nothing(&'static str),
    /// The HTTP client could not be made.
    #[error("telegram's http client cannot be made: {0}")]
    Client(String),
}

impl TelegramSettings {
    pub(super) fn check(&self) -> Result<(), BadSetting> {
        let url = &self.url;
        let is_web = matches!(url.scheme(), "http" | "https") && url.has_host();
        if !is_web || url.query().is_some() || url.fragment().is_some() {
            return Err(BadSetting::Url);
        }
        let spans = [
            ("connect", self.connect),
            ("deadline", self.deadline),
            ("chat_every", self.chat_every),
        ];
        match spans.iter().find(|(_, span)| span.is_zero()) {
            Some((which, _)) => Err(BadSetting::Nothing(which)),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_a_number_a_colon_and_a_secret() {
        let token = BotToken::parse("123456789:AAE-x_y0").unwrap();
        assert_eq!(token.bot(), BotId::new(123_456_789));
        assert_eq!(token.expose(), "123456789:AAE-x_y0");
        let long = format!("1:{}", "a".repeat(LONGEST_TOKEN));
        for bad in [
            "", "123", "123:", ":abc", "a1:abc", "1:a b", "1:a/b", "1:é", "-1:abc", &long,
        ] {
            assert!(BotToken::parse(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn neither_token_nor_proxy_password_is_printed() {
        let token = BotToken::parse("42:AAE-secret").unwrap();
        let url = Url::parse("https://api.telegram.org").unwrap();
        let mut settings = TelegramSettings::new(url, token);
        settings.proxy = Some(Url::parse("http://me:password@proxy:3128").unwrap());
        let shown = format!("{settings:?}");
        assert!(shown.contains("42:***"), "{shown}");
        assert!(
            !shown.contains("secret") && !shown.contains("password"),
            "{shown}"
        );
    }
}
