//! What a day was like: sales, cost, fees, margin, and what stands open at its telling.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::money::{MicroUsd, MoneyError, NanoTon, mul_div_ceil};
use super::pricing::{Bps, UsdPerTon};

/// What the books say of a stretch of time.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
pub struct Turnover {
    /// Delivered orders.
    pub orders: u64,
    /// What customers paid for them.
    pub sales: MicroUsd,
    /// TON paid to Fragment, less what came back.
    pub cost: NanoTon,
    /// TON paid to the chain.
    pub network: NanoTon,
}

/// What stands open at one moment.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
pub struct Standing {
    /// Orders that are paid for and not finished.
    pub waiting: u64,
    /// What the payment gateway holds for the shop, by the books.
    pub gateway: MicroUsd,
    /// TON in the tills, reserved or not, by the books.
    pub float: NanoTon,
}

/// One day for the operators.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct DayReport {
    /// Which, by the shop's own calendar.
    pub day: NaiveDate,
    /// What happened in it.
    pub turnover: Turnover,
    /// What stood open when it was made.
    pub standing: Standing,
    /// What follows at the rate of the telling; none where no rate could be believed.
    pub worth: Option<Worth>,
}

/// A day in dollars.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Worth {
    /// Dollars for a TON.
    pub rate: UsdPerTon,
    /// What the goods cost.
    pub cost: MicroUsd,
    /// What chain and gateway took: the gateway's share by its percentage.
    pub fees: MicroUsd,
    /// What is left of the sales.
    pub margin: MicroUsd,
    /// What the tills' TON are worth.
    pub float: MicroUsd,
}

impl DayReport {
    /// A day at a rate, if there is one; `gateway_fee` is the gateway's share of what it takes.
    ///
    /// # Errors
    /// An amount does not fit.
    pub fn of(
        day: NaiveDate,
        turnover: Turnover,
        standing: Standing,
        rate: Option<UsdPerTon>,
        gateway_fee: Bps,
    ) -> Result<Self, MoneyError> {
        let worth = rate.map(|rate| Worth::of(turnover, standing, rate, gateway_fee));
        Ok(Self {
            day,
            turnover,
            standing,
            worth: worth.transpose()?,
        })
    }
}

#[cfg(any(test, feature = "testing"))]
impl DayReport {
    /// A good day.
    #[must_use]
    pub fn sample(day: NaiveDate) -> Self {
        let turnover = Turnover {
            orders: 12,
            sales: MicroUsd::from_micros(61_250_000),
            cost: NanoTon::from_nanos(10_500_000_000),
            network: NanoTon::from_nanos(120_000_000),
        };
        let standing = Standing {
            waiting: 2,
            gateway: MicroUsd::from_micros(310_000_000),
            float: NanoTon::from_nanos(87_300_000_000),
        };
        Self {
            day,
            turnover,
            standing,
            worth: UsdPerTon::new(5_000_000)
                .ok()
                .and_then(|rate| Worth::of(turnover, standing, rate, Bps::new(100)).ok()),
        }
    }
}

impl Worth {
    fn of(
        turnover: Turnover,
        standing: Standing,
        rate: UsdPerTon,
        gateway_fee: Bps,
    ) -> Result<Self, MoneyError> {
        let cost = rate.usd_up(turnover.cost)?;
        let chain = rate.usd_up(turnover.network)?;
        let sales = turnover.sales.micros();
        let share = mul_div_ceil(sales, i128::from(gateway_fee.get()), 10_000)?;
        let fees = chain.checked_add(MicroUsd::from_micros(share))?;
        let margin = turnover.sales.checked_sub(cost)?.checked_sub(fees)?;
        Ok(Self {
            rate,
            cost,
            fees,
            margin,
            float: rate.usd_up(standing.float)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day() -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 11, 26).unwrap()
    }

    fn usd(text: &str) -> MicroUsd {
        MicroUsd::parse_signed(text).unwrap()
    }

    #[test]
    fn a_margin_is_what_goods_chain_and_gateway_leave() {
        let worth = DayReport::sample(day()).worth.unwrap();
        assert_eq!(worth.cost, usd("52.5"));
        // 0.12 TON of the chain's, and a hundredth of the sales.
        assert_eq!(worth.fees, usd("0.6").checked_add(usd("0.6125")).unwrap());
        assert_eq!(worth.margin, usd("7.5375"));
        assert_eq!(worth.float, usd("436.5"));
    }

    #[test]
    fn a_bad_day_has_a_margin_below_zero_and_one_without_a_rate_has_none() {
        let sample = DayReport::sample(day());
        let dear = UsdPerTon::new(50_000_000).ok();
        let (turnover, standing) = (sample.turnover, sample.standing);
        let of = |rate| DayReport::of(day(), turnover, standing, rate, Bps::new(100)).unwrap();
        assert!(of(dear).worth.unwrap().margin < MicroUsd::ZERO);
        assert_eq!(of(None).worth, None);
    }
}
