//! The head of a page: the hash of the API, who is logged in, and the wallet's challenge.

use serde_json::Value;
use starkeeper_actors::domain::ids::WalletAddress;
use starkeeper_actors::domain::login::Look;

use super::{Unread, unread};

/// The longest hash there may be; today's have 18 hexadecimal digits.
const LONGEST_HASH: usize = 128;
/// The longest challenge that is signed.
const LONGEST_CHALLENGE: usize = 512;

/// What a page says about its session. Hash and challenge belong to it and are not printed.
#[derive(Clone, PartialEq, Eq)]
pub(in crate::fragment) struct Head {
    /// The hash of the API's address, bound to the session.
    pub(in crate::fragment) hash: String,
    /// What a wallet must sign to be let in.
    pub(in crate::fragment) challenge: Option<String>,
    /// Who is logged in.
    pub(in crate::fragment) look: Look,
}

impl Head {
    /// Reads a whole page.
    pub(in crate::fragment) fn of(page: &str) -> Result<Self, Unread> {
        let site = behind(page, "ajInit(")
            .ok_or_else(|| unread("page", "ajInit with the address of its API"))?;
        let address = site.get("apiUrl").and_then(Value::as_str);
        let hash = address.and_then(|address| address.split_once("hash="));
        let hash = hash.map(|(_, hash)| hash.split('&').next().unwrap_or_default());
        let hash = hash.filter(|hash| {
            (1..=LONGEST_HASH).contains(&hash.len())
                && hash.bytes().all(|byte| byte.is_ascii_alphanumeric())
        });
        let hash = hash.ok_or_else(|| unread("page", "the hash of its API"))?;
        let wallet = behind(page, "Wallet.init(")
            .ok_or_else(|| unread("page", "Wallet.init with the session's wallet"))?;
        let telegram = wallet.get("logged_in").and_then(Value::as_bool);
        let telegram = telegram.ok_or_else(|| unread("page", "logged_in as true or false"))?;
        let proven = match wallet.get("address") {
            None | Some(Value::Null | Value::Bool(false)) => None,
            Some(Value::String(address)) if address.is_empty() => None,
            Some(Value::String(address)) => {
                let address = WalletAddress::parse(address);
                Some(address.map_err(|_| unread("page", "a wallet's raw address"))?)
            }
            Some(Value::Bool(true) | Value::Number(_) | Value::Array(_) | Value::Object(_)) => {
                return Err(unread("page", "a wallet's raw address or false"));
            }
        };
        let challenge = wallet.get("ton_proof").and_then(Value::as_str);
        let challenge = challenge.filter(|text| (1..=LONGEST_CHALLENGE).contains(&text.len()));
        Ok(Self {
            hash: hash.to_owned(),
            challenge: challenge.map(str::to_owned),
            look: Look { telegram, proven },
        })
    }
}

/// The first value of JSON behind a call's name.
fn behind(page: &str, call: &str) -> Option<Value> {
    let (_, rest) = page.split_once(call)?;
    let mut values = serde_json::Deserializer::from_str(rest).into_iter::<Value>();
    values.next()?.ok()
}
