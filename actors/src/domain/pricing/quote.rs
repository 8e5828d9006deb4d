//! An offer that the shop keeps.

#[cfg(test)]
mod tests;

use std::fmt;

use serde::{Deserialize, Serialize};

use super::observed::SourceName;
use super::price::PricedProduct;
use super::rates::{UsableRate, UsdPerTon};
use super::rules::PriceRules;
use crate::domain::Timestamp;
use crate::domain::catalog::{Product, Recipient};
use crate::domain::ids::{CustomerId, QuoteId};
use crate::domain::money::{MicroUsd, MoneyError, NanoTon};

/// One offered price: this product, for this person, at this price, until it expires.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Quote {
    /// Its name; the button that accepts it carries this.
    pub id: QuoteId,
    /// Whom it was offered to.
    pub customer: CustomerId,
    /// What is sold.
    pub product: Product,
    /// The person the customer confirmed.
    pub recipient: Recipient,
    /// What the customer pays: whole cents.
    pub price: MicroUsd,
    /// The part of the price that is the goods at Fragment's price; the rest is the shop's.
    pub goods: MicroUsd,
    /// What Fragment was expected to ask.
    pub cost: NanoTon,
    /// The most Fragment may ask: the cost and the slippage of that time.
    pub max_cost: NanoTon,
    /// The TON rate of that time, the highest of its sources.
    pub rate: UsdPerTon,
    /// Whose rates counted.
    pub rate_sources: Vec<SourceName>,
    /// When it was offered.
    pub made_at: Timestamp,
    /// From here on it no longer holds.
    pub expires_at: Timestamp,
}

/// Which limit a real cost breaks.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SlippageMeasure {
    /// More TON than quoted, and more than the slippage.
    Ton,
    /// More dollars than quoted, because the TON rose by more than the slippage.
    Usd,
    /// More TON than any order may cost.
    Cap,
    /// Nothing or less, or beyond all numbers: not a price at all.
    NotAPrice,
}

impl fmt::Display for SlippageMeasure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ton => "is too much in TON",
            Self::Usd => "is too much in dollars",
            Self::Cap => "is above what an order may cost",
            Self::NotAPrice => "is not a price",
        })
    }
}

/// A real cost that the quote does not cover: the customer's money goes back, with both costs in
/// the notice.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, thiserror::Error)]
#[error(
    "real cost {real} ({real_usd}) of a quoted {quoted} ({quoted_usd}) {measure}: \
     expected at most {limit} and {limit_usd}"
)]
pub struct SlippageExceeded {
    /// Which limit is broken.
    pub measure: SlippageMeasure,
    /// What was quoted.
    pub quoted: NanoTon,
    /// What Fragment asks.
    pub real: NanoTon,
    /// The most that was acceptable.
    pub limit: NanoTon,
    /// What was quoted, at the quote's rate.
    pub quoted_usd: MicroUsd,
    /// What Fragment asks, at the fresh rate.
    pub real_usd: MicroUsd,
    /// The most that was acceptable, at the quote's rate.
    pub limit_usd: MicroUsd,
}

impl Quote {
    /// Makes an offer of a price. It holds for the rules' quote lifetime; if that end lies
    /// beyond all time, it has expired at once.
    #[must_use]
    pub fn offer(
        id: QuoteId,
        customer: CustomerId,
        recipient: Recipient,
        priced: PricedProduct,
        rules: &PriceRules,
        now: Timestamp,
    ) -> Self {
        let end = now.checked_add_signed(rules.quote_lifetime);
        Self {
            id,
            customer,
            product: priced.product,
            recipient,
            price: priced.price,
            goods: priced.goods,
            cost: priced.cost,
            max_cost: priced.max_cost,
            rate: priced.rate,
            rate_sources: priced.rate_sources,
            made_at: now,
            expires_at: end.unwrap_or(now),
        }
    }

    /// Whether it is honoured at `now`. A clock that is behind the one that made the quote does
    /// not close it.
    #[must_use]
    pub fn is_open(&self, now: Timestamp) -> bool {
        now < self.expires_at
    }

    /// Judges what Fragment really asks, before anything is paid: in TON, against the quoted cost
    /// with its slippage, and in dollars at a fresh rate, against the same limit at the quote's
    /// rate. Rules that became stricter since the quote count; rules that became looser do not.
    ///
    /// # Errors
    /// [`SlippageExceeded`] with the quoted and the real cost: the order is refunded.
    pub fn judge_real_cost(
        &self,
        real: NanoTon,
        fresh: &UsableRate,
        rules: &PriceRules,
    ) -> Result<(), SlippageExceeded> {
        let judged = self.measure(real, fresh, rules);
        let nonsense = SlippageExceeded {
            measure: SlippageMeasure::NotAPrice,
            quoted: self.cost,
            real,
            limit: self.max_cost,
            quoted_usd: MicroUsd::ZERO,
            real_usd: MicroUsd::ZERO,
            limit_usd: MicroUsd::ZERO,
        };
        let judged = judged.map_err(|_: MoneyError| nonsense)?;
        judged.map_or(Ok(()), Err)
    }

    fn measure(
        &self,
        real: NanoTon,
        fresh: &UsableRate,
        rules: &PriceRules,
    ) -> Result<Option<SlippageExceeded>, MoneyError> {
        let stricter = NanoTon::from_nanos(rules.slippage.on_top_down(self.cost.nanos())?);
        let limit = self.max_cost.min(stricter);
        let real_usd = fresh.high.usd_up(real)?;
        // Rounded like the cost itself, so that a cost at its limit is not beyond it.
        let limit_usd = self.rate.usd_up(limit)?;
        let measure = if !real.is_positive() {
            SlippageMeasure::NotAPrice
        } else if real > limit {
            SlippageMeasure::Ton
        } else if real > rules.max_order_cost {
            SlippageMeasure::Cap
        } else if real_usd > limit_usd {
            SlippageMeasure::Usd
        } else {
            return Ok(None);
        };
        Ok(Some(SlippageExceeded {
            measure,
            quoted: self.cost,
            real,
            limit,
            quoted_usd: self.rate.usd_up(self.cost)?,
            real_usd,
            limit_usd,
        }))
    }
}
