//! An invoice as Heleket shows it, and what the core is told of it.

use chrono::DateTime;
use serde::Deserialize;
use serde_json::value::RawValue;
use starkeeper_actors::domain::Timestamp;
use starkeeper_actors::domain::ids::{CustomerId, GatewayOrderId, GatewayUuid};
use starkeeper_actors::domain::invoice::{GatewayStatus, Payer, Report};
use starkeeper_actors::domain::money::{CoinAmount, MicroUsd};
use starkeeper_actors::ports::invoicing::Listed;
use url::Url;

use super::{Text, instant, usd_down};

/// Longer than anything that is shown of an invoice.
const LONGEST_TEXT: usize = 512;

/// The answer to creating an invoice and to looking one up; an item of the list.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(in crate::heleket) struct Invoice {
    uuid: Text,
    order_id: Text,
    amount: Text,
    currency: Text,
    payer_amount: Text,
    payer_currency: Text,
    network: Text,
    address: Text,
    payment_amount: Text,
    payment_amount_usd: Text,
    txid: Text,
    payment_status: Text,
    status: Text,
    url: Text,
    expired_at: Text,
    created_at: Text,
    is_final: Text,
    additional_data: Text,
}

/// A page of the list. Items are read one by one: one that cannot be read hides no other.
#[derive(Deserialize)]
pub(in crate::heleket) struct Page {
    pub(in crate::heleket) items: Vec<Box<RawValue>>,
    #[serde(default)]
    pub(in crate::heleket) paginate: Paginate,
}

/// Where the next page begins.
#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
pub(in crate::heleket) struct Paginate {
    pub(in crate::heleket) next_cursor: Text,
}

/// An item of the list.
///
/// # Errors
/// Names the field that is missing or no such value.
pub(in crate::heleket) fn listed(item: &RawValue) -> Result<Listed, &'static str> {
    let invoice: Invoice = serde_json::from_str(item.get()).map_err(|_| "an unexpected shape")?;
    let reference = invoice.additional_data.get().and_then(customer);
    let report = invoice.report()?;
    Ok(Listed { report, reference })
}

impl Invoice {
    /// What the core is told.
    ///
    /// # Errors
    /// Names the field that is missing or no such value. Money that cannot be read is never taken
    /// for none.
    pub(in crate::heleket) fn report(&self) -> Result<Report, &'static str> {
        let uuid = self.uuid.get().and_then(|it| GatewayUuid::parse(it).ok());
        let order_id = self.order_id.get();
        let order_id = order_id.and_then(|it| GatewayOrderId::parse(it).ok());
        let currency = short(&self.currency).unwrap_or_default();
        let status = self.payment_status.get().or(self.status.get());
        let payer = Payer {
            currency: short(&self.payer_currency),
            network: short(&self.network).map(|network| network.to_lowercase()),
            address: short(&self.address),
            amount: coins(&self.payer_amount, "a bad payer_amount")?,
        };
        let paid_usd = match self.payment_amount_usd.get() {
            Some(text) => Some(usd_down(text).ok_or("a bad payment_amount_usd")?),
            None => None,
        };
        Ok(Report {
            uuid: uuid.ok_or("no uuid, or a bad one")?,
            order_id: order_id.ok_or("no order_id, or a bad one")?,
            face: self.face(&currency)?,
            currency,
            status: gateway_status(status.ok_or("no status")?),
            // Only the gateway's own word counts; a missing one is no word.
            is_final: self.is_final.is("true"),
            payer,
            payment_amount: coins(&self.payment_amount, "a bad payment_amount")?,
            payment_amount_usd: paid_usd,
            txid: short(&self.txid),
            url: self.url.get().and_then(page_url),
            created_at: self.created_at.get().and_then(instant),
            expires_at: self.expires_at(),
        })
    }

    /// Exact for dollars, the only currency we ask in. Of another currency the number only fills
    /// the place: the core looks at the currency first.
    fn face(&self, currency: &str) -> Result<MicroUsd, &'static str> {
        let amount = self.amount.get().ok_or("no amount")?;
        if currency == "USD" {
            MicroUsd::parse(amount).map_err(|_| "a bad amount")
        } else {
            Ok(usd_down(amount).unwrap_or_default())
        }
    }

    fn expires_at(&self) -> Option<Timestamp> {
        let text = self.expired_at.get()?;
        match text.parse::<i64>() {
            Ok(seconds) => DateTime::from_timestamp(seconds, 0),
            Err(_) => instant(text),
        }
    }
}

/// None only where there is none: an amount that cannot be read is an error.
fn coins(text: &Text, bad: &'static str) -> Result<Option<CoinAmount>, &'static str> {
    let amount = text.get().map(CoinAmount::parse);
    amount.transpose().map_err(|_| bad)
}

fn short(text: &Text) -> Option<String> {
    text.get()
        .map(|text| text.chars().take(LONGEST_TEXT).collect())
}

/// What a customer may be sent to.
fn page_url(text: &str) -> Option<String> {
    let url = Url::parse(text).ok()?;
    let web = matches!(url.scheme(), "http" | "https") && url.has_host();
    (web && text.len() <= LONGEST_TEXT).then(|| text.to_owned())
}

/// Our own reference in `additional_data`, as `CustomerId` prints it.
fn customer(text: &str) -> Option<CustomerId> {
    let digits = text.strip_prefix("cus_")?;
    let number: i64 = digits.parse().ok()?;
    let customer = CustomerId::new(number);
    (customer.to_string() == text).then_some(customer)
}

/// Every status of Heleket's documentation.
pub(in crate::heleket) fn gateway_status(text: &str) -> GatewayStatus {
    match text {
        "check" => GatewayStatus::Check,
        "process" => GatewayStatus::Process,
        "confirm_check" => GatewayStatus::ConfirmCheck,
        "wrong_amount_waiting" => GatewayStatus::WrongAmountWaiting,
        "paid" => GatewayStatus::Paid,
        "paid_over" => GatewayStatus::PaidOver,
        "wrong_amount" => GatewayStatus::WrongAmount,
        "cancel" => GatewayStatus::Cancel,
        "fail" => GatewayStatus::Fail,
        "system_fail" => GatewayStatus::SystemFail,
        "refund_process" => GatewayStatus::RefundProcess,
        "refund_paid" => GatewayStatus::RefundPaid,
        "refund_fail" => GatewayStatus::RefundFail,
        "locked" => GatewayStatus::Locked,
        other => GatewayStatus::unknown(other),
    }
}
