//! One number that makes prices, as an operator names and types it.

use serde::{Deserialize, Serialize};

use super::DeckNote;
use crate::domain::catalog::{PremiumMonths, Product, StarsQuantity};
use crate::domain::money::MicroUsd;
use crate::domain::pricing::{Bps, FixedPrice, PriceRules, PricesByHand, Tier};

/// The largest markup that is taken for meant: a thousand percent.
const MOST_BPS: i64 = 100_000;

/// Which number.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PriceOf {
    /// The markup from so many Stars on.
    Tier(u32),
    /// The markup of Premium.
    Premium,
    /// The smallest markup of all.
    Floor,
    /// A price that does not follow the cost; nothing takes it away.
    Fixed(Product),
}

impl PriceOf {
    pub(super) fn encode(self) -> String {
        match self {
            Self::Tier(from) => format!("tier.{from}"),
            Self::Premium => "markup.premium".to_owned(),
            Self::Floor => "markup.floor".to_owned(),
            Self::Fixed(Product::Stars(quantity)) => format!("stars.{}", quantity.get()),
            Self::Fixed(Product::Premium(months)) => format!("months.{}", months.get()),
        }
    }

    pub(super) fn decode(kind: &str, of: &str) -> Option<Self> {
        Some(match (kind, of) {
            ("tier", from) => Self::Tier(from.parse().ok()?),
            ("markup", "premium") => Self::Premium,
            ("markup", "floor") => Self::Floor,
            ("stars", count) => Self::Fixed(Product::Stars(
                StarsQuantity::new(count.parse().ok()?).ok()?,
            )),
            ("months", count) => Self::Fixed(Product::Premium(
                PremiumMonths::new(count.parse().ok()?).ok()?,
            )),
            _ => return None,
        })
    }

    /// What a typed line means: a percentage, or dollars.
    ///
    /// # Errors
    /// What the operator is told instead.
    pub fn read(self, line: &str) -> Result<i64, DeckNote> {
        match self {
            Self::Tier(_) | Self::Premium | Self::Floor => percent(line).ok_or(DeckNote::BadNumber),
            Self::Fixed(_) => match MicroUsd::typed(line) {
                Ok(price) => Ok(price.micros()),
                Err(why) => Err(DeckNote::BadAmount(why)),
            },
        }
    }

    /// What it is by these rules; none where it is not set.
    #[must_use]
    pub fn now(self, rules: &PriceRules) -> Option<i64> {
        let bps = |bps: Bps| i64::from(bps.get());
        match self {
            Self::Tier(from) => {
                let tier = rules.tiers.iter().find(|tier| tier.from_quantity == from);
                tier.map(|tier| bps(tier.markup))
            }
            Self::Premium => Some(bps(rules.premium_markup)),
            Self::Floor => Some(bps(rules.margin_floor)),
            Self::Fixed(product) => {
                let fixed = rules.fixed.iter().find(|fixed| fixed.product == product);
                fixed.map(|fixed| fixed.price.micros())
            }
        }
    }

    /// The rules with this number in its place; none if it is no number for it, or if its place is
    /// gone.
    #[must_use]
    pub fn set(self, value: i64, rules: &PriceRules) -> Option<PricesByHand> {
        let markup = || u32::try_from(value).ok().map(Bps::new);
        let nothing = PricesByHand::default();
        Some(match self {
            Self::Tier(from) => {
                let markup = markup()?;
                let mut tiers = rules.tiers.clone();
                let tier: &mut Tier = tiers.iter_mut().find(|tier| tier.from_quantity == from)?;
                tier.markup = markup;
                PricesByHand {
                    tiers: Some(tiers),
                    ..nothing
                }
            }
            Self::Premium => PricesByHand {
                premium_markup: Some(markup()?),
                ..nothing
            },
            Self::Floor => PricesByHand {
                margin_floor: Some(markup()?),
                ..nothing
            },
            Self::Fixed(product) => {
                let mut fixed = rules.fixed.clone();
                fixed.retain(|other| other.product != product);
                if value > 0 {
                    let price = MicroUsd::from_micros(value);
                    fixed.push(FixedPrice { product, price });
                }
                PricesByHand {
                    fixed: Some(fixed),
                    ..nothing
                }
            }
        })
    }
}

/// Hundredths of a percent from `12`, `12.5 %` or `12,25`.
fn percent(line: &str) -> Option<i64> {
    let bare = line.trim().trim_end_matches('%').trim().replace(',', ".");
    let (whole, part) = bare.split_once('.').unwrap_or((&bare, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || whole.len() > 5 || part.len() > 2 || !digits(whole) || !digits(part) {
        return None;
    }
    let part: i64 = format!("{part:0<2}").parse().ok()?;
    let whole: i64 = whole.parse().ok()?;
    let bps = whole.checked_mul(100)?.checked_add(part)?;
    (bps <= MOST_BPS).then_some(bps)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::pricing::samples;

    #[test]
    fn a_percentage_is_read_as_people_write_it() {
        for (line, bps) in [
            ("12", Some(1_200)),
            ("12.5 %", Some(1_250)),
            (" 7,25%", Some(725)),
            ("0", Some(0)),
            ("1000", Some(100_000)),
            ("1000.01", None),
            ("1.234", None),
            ("-3", None),
            ("", None),
            ("ten", None),
        ] {
            assert_eq!(PriceOf::Premium.read(line).ok(), bps, "{line}");
        }
    }

    #[test]
    fn one_number_is_set_and_the_others_stay() {
        let prices = samples::prices(samples::noon());
        let rules = prices.rules.get();
        let from = rules.tiers[0].from_quantity;
        let set = PriceOf::Tier(from).set(4_000, rules).unwrap();
        let tiers = set.tiers.unwrap();
        assert_eq!(tiers[0].markup, Bps::new(4_000));
        assert_eq!(tiers[1..], rules.tiers[1..]);
        assert_eq!((set.premium_markup, set.margin_floor), (None, None));
        assert_eq!(PriceOf::Tier(3).set(4_000, rules), None, "no such tier");
        assert_eq!(PriceOf::Floor.set(-1, rules), None);
        let product = Product::Premium(PremiumMonths::Three);
        let fixed = PriceOf::Fixed(product).set(14_000_000, rules).unwrap();
        let fixed = fixed.fixed.unwrap();
        let price = MicroUsd::from_micros(14_000_000);
        assert!(fixed.contains(&FixedPrice { product, price }));
        let taken = PriceOf::Fixed(product).set(0, rules).unwrap().fixed;
        assert!(taken.unwrap().iter().all(|fixed| fixed.product != product));
    }
}
