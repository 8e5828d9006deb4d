//! The one merchant this gateway knows, and its two keys.

use std::fmt;

/// The demo set: invented, the same everywhere, and worth nothing.
const DEMO_UUID: &str = "5a4dc0de-0000-4000-8000-00000057a125";
const DEMO_PAYMENT_KEY: &str = "sandbox-payment-key-of-no-value-7f3a91c0";
const DEMO_PAYOUT_KEY: &str = "sandbox-payout-key-of-no-value-51be20dd";

/// Who may call, and with what.
#[derive(Clone)]
pub struct Merchant {
    /// The header `merchant`.
    pub uuid: String,
    /// Signs everything but refunds, and the webhooks.
    pub payment_key: String,
    /// Signs refunds.
    pub payout_key: String,
}

impl Merchant {
    /// The demo set.
    pub fn demo() -> Self {
        Self {
            uuid: DEMO_UUID.to_owned(),
            payment_key: DEMO_PAYMENT_KEY.to_owned(),
            payout_key: DEMO_PAYOUT_KEY.to_owned(),
        }
    }
}

/// Keys are not for logs, not even these.
impl fmt::Debug for Merchant {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Merchant")
            .field("uuid", &self.uuid)
            .finish_non_exhaustive()
    }
}
