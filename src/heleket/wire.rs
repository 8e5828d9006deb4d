//! The wire format: what is sent and what comes back, as Heleket writes it.
//!
//! Every field of an answer may be missing or null, and fields that are not known are passed over.

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;
use starkeeper_actors::domain::Timestamp;
use starkeeper_actors::domain::money::{CoinAmount, MicroUsd};

mod invoice;

#[cfg(test)]
mod tests;

pub(super) use invoice::{Invoice, Page, gateway_status, listed};

/// Units of a coin (10^-18) in a millionth of it.
const UNITS_PER_MICRO: u128 = 1_000_000_000_000;

/// A text or a number, as it is written; none for null, a missing field and anything else. Numbers
/// keep their digits: an amount never goes through a float.
#[derive(Clone, Default, Debug)]
pub(super) struct Text(Option<String>);

impl Text {
    /// The text; none if it is empty.
    pub(super) fn get(&self) -> Option<&str> {
        self.0.as_deref().filter(|text| !text.is_empty())
    }

    /// Whether it is exactly this.
    pub(super) fn is(&self, expected: &str) -> bool {
        self.0.as_deref() == Some(expected)
    }

    /// The text as its owner wants it.
    pub(super) fn owned(&self) -> Option<String> {
        self.get().map(str::to_owned)
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(from)?;
        let raw = raw.get();
        match raw.as_bytes().first() {
            Some(b'"') => serde_json::from_str(raw)
                .map(|text| Self(Some(text)))
                .map_err(|_| serde::de::Error::custom("a text that is no Unicode")),
            Some(b'n' | b'{' | b'[') | None => Ok(Self(None)),
            Some(_) => Ok(Self(Some(raw.to_owned()))),
        }
    }
}

/// What is sent to create an invoice. The order of the fields is part of nothing; that the bytes
/// are the same at every repetition is.
#[derive(Serialize)]
pub(super) struct Create<'a> {
    pub(super) amount: String,
    pub(super) currency: &'a str,
    pub(super) order_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) to_currency: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) network: Option<&'a str>,
    pub(super) lifetime: u32,
    pub(super) accuracy_payment_percent: u8,
    /// The payer may add what is missing until the invoice expires.
    pub(super) is_payment_multiple: bool,
    pub(super) additional_data: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) url_callback: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) url_return: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) url_success: Option<&'a str>,
}

/// Names one invoice. Only one of the two is ever sent: the calls differ in which one wins.
#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Named<'a> {
    Uuid(&'a str),
    OrderId(&'a str),
    MerchantPaymentUuid(&'a str),
}

/// Asks for a page of the list.
#[derive(Serialize)]
pub(super) struct Since {
    /// `YYYY-MM-DD HH:MM:SS`.
    pub(super) date_from: String,
}

/// Sends a payment back.
#[derive(Serialize)]
pub(super) struct Refund<'a> {
    pub(super) uuid: &'a str,
    pub(super) address: &'a str,
    /// True: the network's fee is taken from the merchant's balance.
    pub(super) is_subtract: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) amount: Option<String>,
}

/// Asks for a webhook with an invented status.
#[derive(Serialize)]
pub(super) struct Probe<'a> {
    pub(super) url_callback: &'a str,
    pub(super) currency: &'a str,
    pub(super) network: &'a str,
    pub(super) status: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) order_id: Option<&'a str>,
}

/// No arguments. An empty body would be signed with the key's bare hash.
#[derive(Serialize)]
pub(super) struct Nothing {}

/// A coin of the services.
#[derive(Deserialize)]
pub(super) struct Service {
    #[serde(default)]
    pub(super) network: Text,
    #[serde(default)]
    pub(super) currency: Text,
    #[serde(default)]
    pub(super) is_available: Text,
    #[serde(default)]
    pub(super) limit: Option<Limit>,
}

/// What a coin's payments may be.
#[derive(Deserialize)]
pub(super) struct Limit {
    #[serde(default)]
    pub(super) min_amount: Text,
}

/// One rate of a currency.
#[derive(Deserialize)]
pub(super) struct Rate {
    #[serde(default)]
    pub(super) from: Text,
    #[serde(default)]
    pub(super) to: Text,
    #[serde(default)]
    pub(super) course: Text,
}

/// The balances; the answer is a list of one.
#[derive(Deserialize)]
pub(super) struct Wallets {
    pub(super) balance: Sides,
}

/// The two kinds of balance.
#[derive(Deserialize)]
pub(super) struct Sides {
    #[serde(default)]
    pub(super) merchant: Option<Vec<Wallet>>,
    #[serde(default)]
    pub(super) user: Option<Vec<Wallet>>,
}

/// One coin of a balance.
#[derive(Deserialize)]
pub(super) struct Wallet {
    #[serde(default)]
    pub(super) currency_code: Text,
    #[serde(default)]
    pub(super) balance: Text,
    #[serde(default)]
    pub(super) balance_usd: Text,
}

/// A picture.
#[derive(Deserialize)]
pub(super) struct Picture {
    #[serde(default)]
    pub(super) image: Text,
}

/// A questionnaire for a payer whose payment is held.
#[derive(Deserialize)]
pub(super) struct Link {
    #[serde(default)]
    pub(super) link: Text,
    #[serde(default)]
    pub(super) expired_at: Text,
    #[serde(default)]
    pub(super) status: Text,
}

/// The validation errors as `field: code`, sorted, without the values: at most eight.
pub(super) fn named_errors(errors: &Value) -> Vec<String> {
    let Some(fields) = errors.as_object() else {
        return Vec::new();
    };
    let plain = |text: &str| -> String {
        let plain = text.chars().filter(char::is_ascii_graphic);
        plain.take(60).collect()
    };
    let codes = |codes: &Value| -> String {
        match codes {
            Value::String(code) => plain(code),
            Value::Array(codes) => plain(codes.first().and_then(Value::as_str).unwrap_or("?")),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => "?".into(),
        }
    };
    let named = fields.iter().take(8);
    named
        .map(|(field, said)| format!("{}: {}", plain(field), codes(said)))
        .collect()
}

/// Dollars with up to 18 decimals, rounded down to the millionth: the value of what arrived.
pub(super) fn usd_down(text: &str) -> Option<MicroUsd> {
    let micros = CoinAmount::parse(text).ok()?.units() / UNITS_PER_MICRO;
    i64::try_from(micros).ok().map(MicroUsd::from_micros)
}

/// The same rounded up: what must be paid at least.
pub(super) fn usd_up(text: &str) -> Option<MicroUsd> {
    let micros = CoinAmount::parse(text)
        .ok()?
        .units()
        .div_ceil(UNITS_PER_MICRO);
    i64::try_from(micros).ok().map(MicroUsd::from_micros)
}

/// An instant as Heleket writes it: with its offset, or without one in UTC+3.
pub(super) fn instant(text: &str) -> Option<Timestamp> {
    use chrono::{DateTime, FixedOffset, NaiveDateTime, SubsecRound as _, Utc};
    let whole = |at: DateTime<FixedOffset>| at.with_timezone(&Utc).trunc_subsecs(6);
    if let Ok(at) = DateTime::parse_from_rfc3339(text) {
        return Some(whole(at));
    }
    let moscow = FixedOffset::east_opt(3 * 60 * 60)?;
    let naive = NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S").ok()?;
    naive.and_local_timezone(moscow).single().map(whole)
}
