//! The Heleket client at the wire: what it sends, byte by byte, and what it makes of every answer,
//! and of every way of getting none.

mod calls;
mod coins;
mod doubts;
pub mod host;
mod refusals;

use std::time::Duration;

use chrono::{DateTime, Utc};
use starkeeper::heleket::{ApiKey, HeleketClient, HeleketSettings};
use starkeeper_actors::domain::Timestamp;
use starkeeper_actors::domain::ids::{CustomerId, GatewayOrderId, GatewayUuid};
use starkeeper_actors::domain::invoice::{CreateRequest, RefundCall, RefundRequest, RefundSum};
use starkeeper_actors::domain::money::MicroUsd;
use starkeeper_actors::ports::Failure;
use starkeeper_actors::ports::invoicing::GatewayRefused;
use url::Url;

use host::Host;

const PAYMENT_KEY: &str = "hk-test-payment-key-7f3a91c0";
const PAYOUT_KEY: &str = "hk-test-payout-key-51be20dd";
const MERCHANT: &str = "8b03432e-385b-4670-8d06-064591096795";
const UUID: &str = "0b0c5a52-1111-4222-8333-944455566677";

/// A recorded body.
macro_rules! fixture {
    ($name:literal) => {
        include_bytes!(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/tests/fixtures/wire/",
            $name
        ))
        .as_slice()
    };
}
use fixture;

fn settings(host: &Host) -> HeleketSettings {
    let key = ApiKey::new(PAYMENT_KEY).unwrap();
    let mut settings = HeleketSettings::new(host.url(), MERCHANT, key);
    settings.payout_key = Some(ApiKey::new(PAYOUT_KEY).unwrap());
    settings.callback = Some(Url::parse("https://shop.example/webhook/heleket").unwrap());
    settings.pause = Duration::from_millis(1);
    settings
}

fn client(host: &Host) -> HeleketClient {
    HeleketClient::new(settings(host)).unwrap()
}

fn order_id() -> GatewayOrderId {
    GatewayOrderId::parse("ord-1001").unwrap()
}

fn uuid() -> GatewayUuid {
    GatewayUuid::parse(UUID).unwrap()
}

fn request() -> CreateRequest {
    CreateRequest {
        order_id: order_id(),
        face: MicroUsd::from_micros(12_340_000),
        coin: None,
        lifetime_seconds: 3_600,
        accuracy_percent: 1,
        reference: CustomerId::new(7),
        order: None,
    }
}

fn refund() -> RefundCall {
    RefundCall {
        uuid: uuid(),
        request: RefundRequest {
            sum: RefundSum::All,
            address: "TExampleAddr1111111111111111111111".into(),
            shop_pays_fee: true,
        },
    }
}

fn at(text: &str) -> Timestamp {
    DateTime::parse_from_rfc3339(text)
        .unwrap()
        .with_timezone(&Utc)
}

fn is_unknown<T: std::fmt::Debug>(answer: &Result<T, Failure<GatewayRefused>>) -> bool {
    matches!(answer, Err(Failure::Unknown { .. }))
}

fn is_not_done<T: std::fmt::Debug>(answer: &Result<T, Failure<GatewayRefused>>) -> bool {
    matches!(answer, Err(Failure::NotDone { .. }))
}
