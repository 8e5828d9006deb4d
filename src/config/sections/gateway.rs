//! The section `heleket`: keys and address of the payment gateway.

use secrecy::{ExposeSecret as _, SecretString};
use url::Url;

use crate::config::reader::Reader;
use crate::config::values::Network;

/// The payment gateway.
#[derive(Debug)]
pub struct Heleket {
    /// The merchant's uuid and the key of payments; none while payments are off.
    pub keys: Option<Keys>,
    /// The key of payouts, for refunds; none means that refunds are off.
    pub payout_api_key: Option<SecretString>,
    /// The base of its API, without a path.
    pub api_url: Url,
    /// Whence webhooks may come, besides their signature; empty for from anywhere.
    pub webhook_ips: Vec<Network>,
}

/// What identifies the shop at the gateway.
#[derive(Debug)]
pub struct Keys {
    /// The merchant's uuid.
    pub merchant: String,
    /// The key of payments.
    pub api_key: SecretString,
}

/// Reads the section.
pub(in crate::config) fn heleket(reader: &mut Reader<'_>) -> Option<Heleket> {
    let merchant = reader.text("heleket.merchant");
    let api_key = reader.secret("heleket.api_key");
    let payout_api_key = reader.secret("heleket.payout_api_key");
    let api_url = reader.parsed("heleket.api_url", base_url);
    let api_url = api_url.and_then(|url| match url.scheme() {
        "http" if reader.environment().is_strict() => {
            let place = reader.environment();
            let what = format!(
                "must begin with https:// in {place}: invoices and keys would travel in the clear"
            );
            reader.refuse("heleket.api_url", what)
        }
        _ => Some(url),
    });
    let block = "addresses or blocks such as 31.133.220.8 or 10.0.0.0/8, with commas";
    let webhook_ips = reader.list("heleket.webhook_ips", block, Network::parse);
    let keys = match (merchant?, api_key?) {
        (Some(merchant), Some(key)) if is_uuid(key.expose_secret()) && !is_uuid(&merchant) => {
            let what = "holds no uuid, and API_KEY does: they are swapped";
            reader.refuse("heleket.merchant", what)
        }
        (Some(merchant), Some(api_key)) => Some(Some(Keys { merchant, api_key })),
        (None, None) => Some(None),
        (Some(_), None) => {
            let what = "not set, but MERCHANT_UUID is: set both, or none to keep payments off";
            reader.refuse("heleket.api_key", what)
        }
        (None, Some(_)) => {
            let what = "not set, but API_KEY is: set both, or none to keep payments off";
            reader.refuse("heleket.merchant", what)
        }
    };
    Some(Heleket {
        keys: keys?,
        payout_api_key: payout_api_key?,
        api_url: api_url?,
        webhook_ips: webhook_ips?,
    })
}

/// An address of the form `https://host[:port]`.
pub(super) fn base_url(text: &str) -> Result<Url, &'static str> {
    let expected = "an address such as https://api.example.com";
    let url = Url::parse(text).map_err(|_| expected)?;
    let speaks_http = url.scheme() == "https" || url.scheme() == "http";
    let is_plain = url.query().is_none()
        && url.fragment().is_none()
        && url.username().is_empty()
        && url.password().is_none();
    if speaks_http && url.has_host() && is_plain {
        Ok(url)
    } else {
        Err(expected)
    }
}

/// Whether a text has the form of a merchant's number; a key has not.
fn is_uuid(text: &str) -> bool {
    let lengths = text.split('-').map(str::len);
    let hex = |letter: char| letter == '-' || letter.is_ascii_hexdigit();
    lengths.eq([8, 4, 4, 4, 12]) && text.chars().all(hex)
}
