//! What one look-up at the gateway showed.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::GatewayStatus;
use crate::domain::Timestamp;
use crate::domain::ids::{BadId, GatewayOrderId, GatewayUuid};
use crate::domain::money::MicroUsd;

/// An amount of some coin in units of 10⁻¹⁸, from zero to 2¹²⁷ − 1. Only ratios of one coin are
/// ever taken, so the coin is not part of the type.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CoinUnits(u128);

impl CoinUnits {
    /// The largest amount: one bit is left free, so that doubling fits.
    pub const MAX: Self = Self(u128::MAX >> 1);

    /// So many units of 10⁻¹⁸; above [`CoinUnits::MAX`] it is [`CoinUnits::MAX`].
    #[must_use]
    pub const fn from_units_1e18(units: u128) -> Self {
        if units > Self::MAX.0 {
            Self::MAX
        } else {
            Self(units)
        }
    }

    /// The amount in units of 10⁻¹⁸.
    #[must_use]
    pub const fn units_1e18(self) -> u128 {
        self.0
    }
}

impl fmt::Display for CoinUnits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}e-18", self.0)
    }
}

/// Stored as decimal digits: not every reader of JSON keeps 128 bits.
impl TryFrom<String> for CoinUnits {
    type Error = BadId;
    fn try_from(text: String) -> Result<Self, BadId> {
        let bad = || BadId::new("coin amount", &text, "up to 39 digits, units of 1e-18");
        let units: u128 = text.parse().map_err(|_| bad())?;
        if units > Self::MAX.0 {
            return Err(bad());
        }
        Ok(Self(units))
    }
}

impl From<CoinUnits> for String {
    fn from(amount: CoinUnits) -> Self {
        amount.0.to_string()
    }
}

/// An invoice as the gateway shows it, after it is created or when it is looked up
/// (`spec/heleket.md`, sections 2.1 and 3). Money is decided from this, never from a webhook.
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
    pub payment_amount: Option<CoinUnits>,
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
    pub amount: Option<CoinUnits>,
}

impl Report {
    /// The coins that are still missing; none if unknown or nothing is missing.
    #[must_use]
    pub fn missing_coins(&self) -> Option<CoinUnits> {
        let asked = self.payer.amount?.units_1e18();
        let paid = self.payment_amount.map_or(0, CoinUnits::units_1e18);
        let missing = asked.checked_sub(paid)?;
        (missing > 0).then_some(CoinUnits(missing))
    }

    /// Whether fewer coins arrived than were asked for; none if that cannot be told.
    #[must_use]
    pub fn is_short(&self) -> Option<bool> {
        Some(self.payment_amount? < self.payer.amount?)
    }
}
