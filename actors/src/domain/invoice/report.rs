//! What one look-up at the gateway showed.

use serde::{Deserialize, Serialize};

use super::GatewayStatus;
use crate::domain::Timestamp;
use crate::domain::ids::{GatewayOrderId, GatewayUuid};
use crate::domain::money::{CoinAmount, MicroUsd};

/// An invoice as the gateway shows it, after it is created or when it is looked up
/// (Heleket's documentation of invoices). Money is decided from this, never from a webhook.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Report {
    /// The gateway's name of the invoice.
    pub uuid: GatewayUuid,
    /// Our name of it.
    pub order_id: GatewayOrderId,
    /// The face amount (`amount`), meaningful only if `currency` is `USD`.
    pub face: MicroUsd,
    /// The face currency as the gateway writes it.
    pub currency: String,
    /// The status.
    pub status: GatewayStatus,
    /// The gateway's own word that the status will not change. A success is credited only with
    /// it; the statuses alone may pass through several "final" ones.
    pub is_final: bool,
    /// What the payer pays with, as far as it is chosen.
    pub payer: Payer,
    /// The coins that were sent so far.
    pub payment_amount: Option<CoinAmount>,
    /// Their value in dollars when they arrived.
    pub payment_amount_usd: Option<MicroUsd>,
    /// The payment's transaction. Missing for internal payments and ones marked by hand.
    pub txid: Option<String>,
    /// The payment page, where the answer has one.
    pub url: Option<String>,
    /// When the gateway created the invoice, by its clock.
    pub created_at: Option<Timestamp>,
    /// Until when the payer may pay, by its clock.
    pub expires_at: Option<Timestamp>,
}

/// The payer's side: all of it is unknown until a coin and a network are chosen.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
pub struct Payer {
    /// The coin.
    pub currency: Option<String>,
    /// The network.
    pub network: Option<String>,
    /// Where to send the coins.
    pub address: Option<String>,
    /// How many coins pay the face amount.
    pub amount: Option<CoinAmount>,
}

impl Report {
    /// The coins that are still missing; none if unknown or nothing is missing.
    #[must_use]
    pub fn missing_coins(&self) -> Option<CoinAmount> {
        let paid = self.payment_amount.unwrap_or(CoinAmount::ZERO);
        let missing = self.payer.amount?.missing_after(paid);
        (missing > CoinAmount::ZERO).then_some(missing)
    }

    /// Whether fewer coins arrived than were asked for; none if that cannot be told.
    #[must_use]
    pub fn is_short(&self) -> Option<bool> {
        Some(self.payment_amount? < self.payer.amount?)
    }
}
