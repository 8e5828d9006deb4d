//! An invoice as the gateway writes it: the object of the API, and the body of a webhook.
//!
//! Names, order and scales are those of the gateway's examples.

use chrono::{DateTime, FixedOffset, TimeZone as _, Utc};
use rust_decimal::Decimal;

use super::{Facts, Invoice, Terms};
use crate::heleket::coins::{COMMISSION_PERCENT, SCALE, scaled};
use crate::heleket::php::Json;
use crate::world::clock::Moment;

/// Decimals of a sum in USD.
const CENTS: u32 = 2;

/// The gateway's clocks stand three hours before UTC.
pub(crate) const OFFSET_S: i32 = 3 * 3600;

/// Converting to a coin of the merchant's choice, where it is on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Convert {
    pub(crate) to_currency: &'static str,
    /// What one coin that was paid is worth in it.
    pub(crate) rate: Decimal,
}

impl Invoice {
    /// The object `result` of the API.
    pub(crate) fn result(&self, facts: &Facts, pay_page: &str, convert: Option<&Convert>) -> Json {
        let terms = self.terms.as_ref();
        let paid = (!facts.paid.is_zero()).then_some(facts.paid);
        let sum = paid.or(terms.map(|terms| terms.payer_amount));
        let parts = sum.map(|sum| self.parts(sum));
        let coins = |amount: Decimal| scaled(amount, SCALE);
        let mut object = vec![
            ("uuid", Json::text(&*self.uuid)),
            ("order_id", Json::text(&*self.order.order_id)),
            ("amount", Json::Text(self.face())),
            ("payment_amount", Json::maybe(paid.map(coins))),
            (
                "payment_amount_usd",
                Json::maybe(paid.map(|_| scaled(facts.paid_usd, CENTS))),
            ),
            (
                "payer_amount",
                Json::maybe(terms.map(|terms| coins(terms.payer_amount))),
            ),
            (
                "payer_amount_exchange_rate",
                Json::maybe(terms.map(|terms| coins(terms.course))),
            ),
            (
                "discount_percent",
                self.order.discount_percent.map_or(Json::Null, Json::Int),
            ),
            (
                "discount",
                Json::Text(coins(terms.map_or(Decimal::ZERO, |terms| terms.discount))),
            ),
            ("payer_currency", coin(terms)),
            ("currency", Json::text(&*self.order.currency)),
            ("comments", Json::Null),
            (
                "merchant_amount",
                Json::maybe(parts.map(|parts| coins(parts.merchant))),
            ),
            ("network", network(terms)),
            ("address", Json::maybe(terms.map(|terms| &*terms.address))),
            ("from", Json::maybe(facts.from.as_deref())),
            ("txid", Json::maybe(facts.txid.as_deref())),
            ("payment_status", Json::text(facts.status.name())),
            ("status", Json::text(facts.status.name())),
            ("url", Json::Text(format!("{pay_page}/{}", self.uuid))),
            ("expired_at", Json::Int(self.expires_at.unix_s())),
            ("is_final", Json::Bool(facts.status.is_final())),
            (
                "additional_data",
                Json::maybe(self.order.additional_data.as_deref()),
            ),
            ("created_at", Json::Text(local_time(self.created_at))),
            ("updated_at", Json::Text(local_time(facts.since))),
            (
                "commission",
                Json::maybe(parts.map(|parts| coins(parts.commission))),
            ),
            (
                "address_qr_code",
                Json::maybe(terms.map(|terms| &*terms.qr)),
            ),
        ];
        if let Some(convert) = convert {
            object.push(("convert", converted(convert, parts)));
        }
        Json::Object(
            object
                .into_iter()
                .map(|(name, value)| (name.into(), value))
                .collect(),
        )
    }

    /// The members of a webhook's body, without the signature.
    pub(crate) fn webhook(
        &self,
        facts: &Facts,
        convert: Option<&Convert>,
    ) -> Vec<(&'static str, Json)> {
        let terms = self.terms.as_ref();
        let is_paid = !facts.paid.is_zero();
        let parts = self.parts(facts.paid);
        // What was never paid is written with two decimals, what was paid with eight.
        let coins =
            |amount: Decimal| Json::Text(scaled(amount, if is_paid { SCALE } else { CENTS }));
        let mut body = vec![
            ("type", Json::text("payment")),
            ("uuid", Json::text(&*self.uuid)),
            ("order_id", Json::text(&*self.order.order_id)),
            ("amount", Json::Text(self.face())),
            ("payment_amount", coins(facts.paid)),
            (
                "payment_amount_usd",
                Json::Text(scaled(facts.paid_usd, CENTS)),
            ),
            ("merchant_amount", coins(parts.merchant)),
            ("commission", coins(parts.commission)),
            ("is_final", Json::Bool(facts.status.is_final())),
            ("status", Json::text(facts.status.name())),
            ("from", Json::maybe(facts.from.as_deref())),
            ("wallet_address_uuid", Json::Null),
            ("network", network(terms)),
            ("currency", Json::text(&*self.order.currency)),
            ("payer_currency", coin(terms)),
            (
                "additional_data",
                Json::maybe(self.order.additional_data.as_deref()),
            ),
        ];
        if let Some(convert) = convert.filter(|_| is_paid) {
            body.push(("convert", converted(convert, Some(parts))));
        }
        if let Some(txid) = &facts.txid {
            body.push(("txid", Json::text(&**txid)));
        }
        body
    }

    /// The face value as the gateway writes it.
    pub(crate) fn face(&self) -> String {
        scaled(self.order.amount, self.order.scale)
    }

    /// Splits what was paid into the gateway's commission and the merchant's part.
    pub(crate) fn parts(&self, paid: Decimal) -> Parts {
        let share = COMMISSION_PERCENT / Decimal::ONE_HUNDRED;
        // The payer has already borne a part of it, which is not charged upon again.
        let borne = Decimal::ONE + share * self.order.subtract / Decimal::ONE_HUNDRED;
        let commission = crate::heleket::coins::rounded_up(paid * share / borne, SCALE);
        Parts {
            commission,
            merchant: paid - commission,
        }
    }
}

/// A payment in two parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Parts {
    pub(crate) commission: Decimal,
    pub(crate) merchant: Decimal,
}

fn converted(convert: &Convert, parts: Option<Parts>) -> Json {
    let amount = parts.map_or(Decimal::ZERO, |parts| parts.merchant) * convert.rate;
    Json::object([
        ("to_currency", Json::text(convert.to_currency)),
        ("commission", Json::Null),
        ("rate", Json::Text(scaled(convert.rate, SCALE))),
        ("amount", Json::Text(scaled(amount, SCALE))),
    ])
}

fn coin(terms: Option<&Terms>) -> Json {
    Json::maybe(terms.map(|terms| terms.coin.code))
}

fn network(terms: Option<&Terms>) -> Json {
    Json::maybe(terms.map(|terms| terms.coin.network))
}

/// `2026-11-22T10:00:00+03:00`.
pub(crate) fn local_time(moment: Moment) -> String {
    let Some(utc) = DateTime::<Utc>::from_timestamp_millis(moment.unix_ms()) else {
        return String::new();
    };
    match FixedOffset::east_opt(OFFSET_S) {
        Some(zone) => zone
            .from_utc_datetime(&utc.naive_utc())
            .format("%Y-%m-%dT%H:%M:%S%:z")
            .to_string(),
        None => utc.format("%Y-%m-%dT%H:%M:%SZ").to_string(),
    }
}

/// `2026-05-13T11:32:38.000000Z`.
pub(crate) fn utc_time(moment: Moment) -> String {
    DateTime::<Utc>::from_timestamp_millis(moment.unix_ms())
        .map(|utc| utc.format("%Y-%m-%dT%H:%M:%S%.6fZ").to_string())
        .unwrap_or_default()
}
