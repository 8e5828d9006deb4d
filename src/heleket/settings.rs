//! What may be set about Heleket.

use std::fmt;
use std::time::Duration;

use url::Url;

use super::ApiKey;

#[cfg(test)]
mod tests;

/// The settings of the client.
#[derive(Clone)]
pub struct HeleketSettings {
    /// Where the API is; paths begin with `v1/` below it. Default `https://api.heleket.com/`.
    pub url: Url,
    /// The merchant's uuid.
    pub merchant: String,
    /// The key of invoices. Also checks their webhooks.
    pub payment_key: ApiKey,
    /// The key of payouts, which also signs refunds. Without it refunds are off.
    pub payout_key: Option<ApiKey>,
    /// Where Heleket sends webhooks; 6 to 255 characters. Without it invoices are only polled.
    pub callback: Option<Url>,
    /// Where the payment page sends people back to: the chat.
    pub return_to: Option<Url>,
    /// The proxy for all calls. None is taken from the environment of the process.
    pub proxy: Option<Url>,
    /// For opening a connection. Default 3 s: beyond that the host is away.
    pub connect: Duration,
    /// For one call with all its repetitions. Default 9 s: Heleket may take five to ten seconds,
    /// and the core stops waiting after ten.
    pub deadline: Duration,
    /// How often a call that may be repeated is made. Default 3.
    pub attempts: usize,
    /// The pause before the first repetition; it doubles. Default 100 ms, as Heleket's own client.
    pub pause: Duration,
    /// When half of the last so many calls failed on Heleket's side, none is made for a while.
    /// Default 20.
    pub breaker_calls: usize,
    /// For how long. Default 15 s: half a poll of an open invoice.
    pub breaker_pause: Duration,
    /// The largest answer that is read, in bytes. Default 2 MiB: a page of the list with its QR
    /// images has a few hundred KiB.
    pub largest_answer: usize,
    /// How long a coin's rate serves for the smallest payments. Default 10 min.
    pub rates_for: Duration,
}

impl HeleketSettings {
    /// The defaults for this account.
    #[must_use]
    pub fn new(url: Url, merchant: impl Into<String>, payment_key: ApiKey) -> Self {
        Self {
            url,
            merchant: merchant.into(),
            payment_key,
            payout_key: None,
            callback: None,
            return_to: None,
            proxy: None,
            connect: Duration::from_secs(3),
            deadline: Duration::from_secs(9),
            attempts: 3,
            pause: Duration::from_millis(100),
            breaker_calls: 20,
            breaker_pause: Duration::from_secs(15),
            largest_answer: 2 * 1024 * 1024,
            rates_for: Duration::from_secs(600),
        }
    }
}

/// The proxy's URL may hold a password, so only its host is shown.
impl fmt::Debug for HeleketSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HeleketSettings")
            .field("url", &shown(&self.url))
            .field("merchant", &self.merchant)
            .field("payment_key", &self.payment_key)
            .field("payout_key", &self.payout_key)
            .field("callback", &self.callback.as_ref().map(shown))
            .field("return_to", &self.return_to.as_ref().map(shown))
            .field("proxy", &self.proxy.as_ref().and_then(Url::host_str))
            .field("connect", &self.connect)
            .field("deadline", &self.deadline)
            .field("attempts", &self.attempts)
            .field("pause", &self.pause)
            .field("breaker_calls", &self.breaker_calls)
            .field("breaker_pause", &self.breaker_pause)
            .field("largest_answer", &self.largest_answer)
            .field("rates_for", &self.rates_for)
            .finish()
    }
}

/// Why a client cannot be made of the settings.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum BadSetting {
    /// The address of the API.
    #[error("heleket url {0:?} is not valid: expected http or https with a host, without a query")]
    Url(String),
    /// The merchant.
    #[error("heleket merchant is not valid: expected 1 to 64 visible ASCII characters")]
    Merchant,
    /// A URL that is part of the request.
    #[error("heleket {which} {url:?} is not valid: expected http or https, 6 to 255 characters")]
    Link {
        /// Which one.
        which: &'static str,
        /// As it was given.
        url: String,
    },
    /// The proxy.
    #[error("heleket proxy is not valid: expected http, https or socks5 with a host")]
    Proxy,
    /// A number of nothing.
    #[error("heleket {0} is not valid: expected more than nothing")]
    Nothing(&'static str),
    /// The HTTP client could not be made.
    #[error("heleket's http client cannot be made: {0}")]
    Client(String),
}

/// The longest link in a request (Heleket's documentation, creating an invoice).
const LONGEST_LINK: usize = 255;

impl HeleketSettings {
    /// Checks what Heleket would refuse later, in the middle of a sale.
    pub(super) fn check(&self) -> Result<(), BadSetting> {
        if !is_web(&self.url) || self.url.query().is_some() || self.url.fragment().is_some() {
            return Err(BadSetting::Url(shown(&self.url)));
        }
        let merchant = self.merchant.as_bytes();
        if !(1..=64).contains(&merchant.len()) || !merchant.iter().all(u8::is_ascii_graphic) {
            return Err(BadSetting::Merchant);
        }
        let links = [("callback", &self.callback), ("return_to", &self.return_to)];
        for (which, link) in links {
            if let Some(link) = link
                && (!is_web(link) || link.as_str().len() > LONGEST_LINK)
            {
                let url = shown(link);
                return Err(BadSetting::Link { which, url });
            }
        }
        let numbers = [
            ("attempts", self.attempts == 0),
            ("breaker_calls", self.breaker_calls == 0),
            ("largest_answer", self.largest_answer == 0),
            ("deadline", self.deadline.is_zero()),
            ("connect", self.connect.is_zero()),
        ];
        match numbers.iter().find(|(_, nothing)| *nothing) {
            Some((which, _)) => Err(BadSetting::Nothing(which)),
            None => Ok(()),
        }
    }
}

fn is_web(url: &Url) -> bool {
    matches!(url.scheme(), "http" | "https") && url.has_host()
}

/// Without what may be a password.
fn shown(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    format!("{}://{host}{}", url.scheme(), url.path())
}
