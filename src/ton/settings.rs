//! What may be set about the chain's providers.

use std::num::NonZeroU32;
use std::time::Duration;

use secrecy::SecretString;
use url::Url;

use crate::record::Record;

/// One provider: a host that speaks toncenter's versions 2 and 3.
#[derive(Clone, Debug)]
pub struct ProviderSettings {
    /// Where it is; paths begin with `api/` below it.
    pub url: Url,
    /// The key that it gave us; it goes to nobody else.
    pub key: Option<SecretString>,
}

/// The settings of the client.
#[derive(Clone, Debug)]
pub struct ChainSettings {
    /// In the order in which they are asked. Two independent ones, so that the death of a message
    /// has two witnesses.
    pub providers: Vec<ProviderSettings>,
    /// Calls a second to one provider. Default 1 without keys, 10 with: what toncenter allows.
    pub rate: NonZeroU32,
    /// For opening a connection. Default 3 s: beyond that the host is away.
    pub connect: Duration,
    /// For one call with its repetitions, and with waiting for its turn. Default 6 s: the core
    /// stops waiting for a whole step after ten.
    pub deadline: Duration,
    /// How often a call is made. Default 3.
    pub attempts: usize,
    /// The pause before the first repetition; it doubles. Default 300 ms.
    pub pause: Duration,
    /// When half of the last so many calls failed on the provider's side, it is left alone for a
    /// while. Default 20.
    pub breaker_calls: usize,
    /// For how long. Default 15 s.
    pub breaker_pause: Duration,
    /// The largest answer that is read, in bytes. Default 4 MiB: a page of the history has a few
    /// hundred KiB.
    pub largest_answer: usize,
    /// Transactions of one page of a history behind the first, which is short. Default 100, the
    /// most that toncenter gives.
    pub page: u32,
    /// The most pages that are read for one history. Default 256: more payments than a day has
    /// blocks for.
    pub most_pages: u32,
    /// Where raw answers are noted while a shop is new. Default nowhere.
    pub record: Record,
}

/// Why a client cannot be made of the settings.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum BadChain {
    /// There is none, or there are more than can be numbered.
    #[error("{0} ton providers are set: expected 1 to 16")]
    Providers(usize),
    /// An address.
    #[error("ton provider {0:?} is not valid: expected http or https with a host, without a query")]
    Url(String),
    /// A key that is no header.
    #[error("the key of ton provider {0:?} is not valid: expected visible ASCII characters")]
    Key(String),
    /// A number of nothing.
    #[error("ton {0} is not valid: expected more than nothing")]
    Nothing(&'static str),
    /// The HTTP client could not be made.
    #[error("ton's http client cannot be made: {0}")]
    Client(String),
}

/// More providers than anybody has.
const MOST_PROVIDERS: usize = 16;

impl ChainSettings {
    /// The defaults for these providers.
    #[must_use]
    pub fn new(providers: Vec<ProviderSettings>) -> Self {
        let keyed = providers.iter().all(|provider| provider.key.is_some());
        let rate = if keyed { 10 } else { 1 };
        Self {
            providers,
            rate: NonZeroU32::MIN.saturating_add(rate - 1),
            connect: Duration::from_secs(3),
            deadline: Duration::from_secs(6),
            attempts: 3,
            pause: Duration::from_millis(300),
            breaker_calls: 20,
            breaker_pause: Duration::from_secs(15),
            largest_answer: 4 * 1024 * 1024,
            page: 100,
            most_pages: 256,
            record: Record::default(),
        }
    }

    /// Checks what would only show in the middle of a payment.
    pub(super) fn check(&self) -> Result<(), BadChain> {
        let count = self.providers.len();
        if !(1..=MOST_PROVIDERS).contains(&count) {
            return Err(BadChain::Providers(count));
        }
        for provider in &self.providers {
            let url = &provider.url;
            let is_web = matches!(url.scheme(), "http" | "https") && url.has_host();
            let is_plain = url.query().is_none() && url.fragment().is_none();
            if !is_web || !is_plain || !url.username().is_empty() || url.password().is_some() {
                return Err(BadChain::Url(shown(url)));
            }
        }
        let numbers = [
            ("attempts", self.attempts == 0),
            ("breaker_calls", self.breaker_calls == 0),
            ("largest_answer", self.largest_answer == 0),
            ("page", self.page == 0),
            ("most_pages", self.most_pages == 0),
            ("deadline", self.deadline.is_zero()),
            ("connect", self.connect.is_zero()),
        ];
        match numbers.iter().find(|(_, nothing)| *nothing) {
            Some((which, _)) => Err(BadChain::Nothing(which)),
            None => Ok(()),
        }
    }
}

/// Without what may be a password.
pub(super) fn shown(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    format!("{}://{host}{}", url.scheme(), url.path())
}
