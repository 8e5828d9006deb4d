//! What operators decide about sales and prices while the shop runs.

use super::reasons::{Stop, StopReason, scope};
use super::rules::{BadRules, CheckedRules, Contradiction, FixedPrice, PriceRules, Tier};
use super::shop::ShopPrices;
use super::{Bps, price};
use crate::domain::Timestamp;
use crate::domain::catalog::ProductKind;
use crate::domain::decision::Decision;
use crate::domain::notice::{OperatorNews, Owed, Resting, Rests};

/// What an operator sets. What is none stays as it is.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct PricesByHand {
    /// Markups by quantity of Stars.
    pub tiers: Option<Vec<Tier>>,
    /// Markup of Premium.
    pub premium_markup: Option<Bps>,
    /// Prices that do not follow the cost.
    pub fixed: Option<Vec<FixedPrice>>,
    /// The smallest markup anything is sold at.
    pub margin_floor: Option<Bps>,
}

impl ShopPrices {
    /// Sales of a kind, or all, rest until an operator lets them go on. None if they rest so already.
    #[must_use]
    pub fn paused(&self, kind: Option<ProductKind>, now: Timestamp) -> Option<Decision<Self>> {
        let mut stops = self.stops.iter().filter(|stop| by_operator(stop));
        if stops.any(|stop| stop.kind.is_none() || stop.kind == kind) {
            return None;
        }
        let mut next = self.clone();
        next.stops.push(Stop {
            kind,
            why: StopReason::Operator,
            since: now,
        });
        let why = format!("{}: {}", scope(kind), StopReason::Operator);
        let news = OperatorNews::Paused {
            at: now,
            why,
            rests: vec![Rests::ByHand(kind)],
        };
        Some(Decision::quiet(next).tell(Owed::operators(news)))
    }

    /// Sales go on, as far as an operator had stopped them. None if no operator had.
    #[must_use]
    pub fn resumed(&self, now: Timestamp) -> Option<Decision<Self>> {
        let (ended, stops): (Vec<Stop>, Vec<Stop>) =
            self.stops.iter().partition(|it| by_operator(it));
        if ended.is_empty() {
            return None;
        }
        let what: Vec<String> = ended.iter().map(|stop| scope(stop.kind)).collect();
        let news = OperatorNews::OpenAgain {
            at: now,
            what: what.join(", "),
            goods: ended.iter().map(|stop| Resting::Kind(stop.kind)).collect(),
        };
        let next = Self {
            stops,
            ..self.clone()
        };
        Some(Decision::quiet(next).tell(Owed::operators(news)))
    }

    /// Prices as an operator sets them; from now on the settings' own do not count.
    ///
    /// # Errors
    /// The rules would contradict each other, or lose money: also a fixed price that the goods have
    /// left behind already. While nobody knows what they cost it is taken, and sells nothing below the
    /// margin floor, as one does that they leave behind later.
    pub fn set_by_hand(&self, set: PricesByHand, now: Timestamp) -> Result<Self, BadRules> {
        let before = self.rules.get();
        let rules = PriceRules {
            tiers: set.tiers.unwrap_or_else(|| before.tiers.clone()),
            premium_markup: set.premium_markup.unwrap_or(before.premium_markup),
            fixed: set.fixed.unwrap_or_else(|| before.fixed.clone()),
            margin_floor: set.margin_floor.unwrap_or(before.margin_floor),
            ..before.clone()
        };
        let next = Self {
            rules: CheckedRules::new(rules)?,
            by_hand: Some(now),
            ..self.clone()
        };
        let is_new = |fixed: &&FixedPrice| !before.fixed.contains(fixed);
        let fresh = next.rules.get().fixed.iter().filter(is_new);
        let behind: Vec<Contradiction> = fresh
            .filter_map(|fixed| next.is_behind(fixed, now))
            .collect();
        match behind.is_empty() {
            true => Ok(next),
            false => Err(BadRules(behind)),
        }
    }

    /// Whether a fixed price is below the least its goods are sold for now. Stops of sales do not
    /// matter: they end, and the price stays.
    fn is_behind(&self, fixed: &FixedPrice, now: Timestamp) -> Option<Contradiction> {
        let rules = self.rules.get();
        let rate = self.rate(now).ok()?;
        let goods = self.goods.usable(fixed.product, now, rules.goods_limits());
        let (cost, least) = price::least(fixed.product, &goods.ok()?, &rate, rules).ok()?;
        (fixed.price < least).then_some(Contradiction::FixedBehindCost {
            product: fixed.product,
            price: fixed.price,
            cost,
            least,
        })
    }

    /// The same under the settings of a daemon: what an operator has set stays. If the two together
    /// contradict each other, the stored rules go on whole, as they were checked.
    #[must_use]
    pub fn under(self, settings: &CheckedRules) -> Self {
        let stored = self.rules.get();
        let rules = match self.by_hand {
            None => Some(settings.clone()),
            Some(_) => CheckedRules::new(PriceRules {
                tiers: stored.tiers.clone(),
                premium_markup: stored.premium_markup,
                fixed: stored.fixed.clone(),
                margin_floor: stored.margin_floor,
                ..settings.get().clone()
            })
            .ok(),
        };
        match rules {
            Some(rules) => Self { rules, ..self },
            None => self,
        }
    }
}

fn by_operator(stop: &Stop) -> bool {
    stop.why == StopReason::Operator
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Span;
    use crate::domain::catalog::{Product, StarsQuantity};
    use crate::domain::money::MicroUsd;
    use crate::domain::pricing::samples::{self, noon};

    fn stars() -> Product {
        Product::Stars(StarsQuantity::MIN)
    }

    #[test]
    fn what_an_operator_stops_rests_until_an_operator_lets_it_go_on() {
        let now = noon();
        let open = samples::prices(now);
        assert!(open.price(stars(), now).is_ok());
        assert_eq!(open.resumed(now), None);
        let paused = open.paused(Some(ProductKind::Stars), now).unwrap();
        assert_eq!(paused.notices.len(), 1);
        let paused = paused.next;
        assert_eq!(paused.price(stars(), now).unwrap_err().code(), "stopped");
        let premium = Product::Premium(crate::domain::catalog::PremiumMonths::ALL[0]);
        assert!(paused.price(premium, now).is_ok());
        assert_eq!(
            paused.paused(Some(ProductKind::Stars), now),
            None,
            "told once"
        );
        let all = paused.paused(None, now).unwrap().next;
        assert!(all.price(premium, now).is_err());
        assert_eq!(all.paused(Some(ProductKind::Premium), now), None);
        let resumed = all.resumed(now).unwrap();
        assert_eq!(resumed.notices.len(), 1);
        assert_eq!(resumed.next, open);
    }

    #[test]
    fn a_stop_that_another_rule_made_is_not_ended_by_hand() {
        let now = noon();
        let mut prices = samples::prices(now);
        prices.stops.push(Stop {
            kind: None,
            why: StopReason::LoginLost,
            since: now,
        });
        assert_eq!(prices.resumed(now), None);
        let paused = prices.paused(None, now).unwrap().next;
        assert_eq!(paused.resumed(now).unwrap().next, prices);
    }

    #[test]
    fn what_is_set_by_hand_beats_the_settings_and_only_that() {
        let now = noon();
        let seeded = samples::prices(now);
        let settings = seeded.rules.clone();
        let markup = Bps::new(seeded.rules.get().premium_markup.get() + 100);
        let set = PricesByHand {
            premium_markup: Some(markup),
            ..PricesByHand::default()
        };
        let by_hand = seeded.set_by_hand(set, now).unwrap();
        assert_eq!(by_hand.by_hand, Some(now));
        let changed = PriceRules {
            premium_markup: Bps::new(9_999),
            rate_max_age: settings.get().rate_max_age + Span::seconds(1),
            ..settings.get().clone()
        };
        let changed = CheckedRules::new(changed).unwrap();
        let under = by_hand.under(&changed);
        assert_eq!(under.rules.get().premium_markup, markup);
        assert_eq!(under.rules.get().rate_max_age, changed.get().rate_max_age);
        assert_eq!(seeded.under(&changed).rules, changed);
    }

    /// Sets one fixed price more.
    fn with_fixed(
        prices: &ShopPrices,
        product: Product,
        price: &str,
    ) -> Result<ShopPrices, BadRules> {
        let price = MicroUsd::parse(price).unwrap();
        let mut fixed = prices.rules.get().fixed.clone();
        fixed.retain(|other| other.product != product);
        fixed.push(FixedPrice { product, price });
        let set = PricesByHand {
            fixed: Some(fixed),
            ..PricesByHand::default()
        };
        prices.set_by_hand(set, noon())
    }

    #[test]
    fn a_fixed_price_that_the_goods_have_left_behind_is_refused_with_what_they_cost() {
        let prices = samples::prices(noon());
        let product = Product::Stars(StarsQuantity::new(500).unwrap());
        let refused = with_fixed(&prices, product, "7.94").unwrap_err();
        let [
            Contradiction::FixedBehindCost {
                price, cost, least, ..
            },
        ] = refused.0.as_slice()
        else {
            panic!("{refused:?}");
        };
        assert_eq!(*price, MicroUsd::parse("7.94").unwrap());
        assert_eq!(
            *least,
            MicroUsd::parse("7.95").unwrap(),
            "what it is sold for at least"
        );
        assert!(
            price > cost,
            "{cost}: above the cost, and below the margin floor"
        );
        let sold = with_fixed(&prices, product, "7.95").unwrap();
        assert_eq!(sold.price(product, noon()).unwrap().price, *least);
        // Whether sales rest changes nothing.
        let paused = prices.paused(None, noon()).unwrap().next;
        assert_eq!(with_fixed(&paused, product, "0.01").unwrap_err().0.len(), 1);
        assert!(with_fixed(&paused, product, "7.95").is_ok());
    }

    #[test]
    fn an_older_fixed_price_that_was_left_behind_stands_in_the_way_of_no_other() {
        let prices = samples::prices(noon());
        let five = Product::Stars(StarsQuantity::new(500).unwrap());
        let mut behind = prices.clone();
        let price = MicroUsd::parse("7").unwrap();
        let fixed = vec![FixedPrice {
            product: five,
            price,
        }];
        let rules = PriceRules {
            fixed,
            ..prices.rules.get().clone()
        };
        behind.rules = CheckedRules::new(rules).unwrap();
        assert_eq!(
            behind.price(five, noon()).unwrap_err().code(),
            "below_floor"
        );
        let thousand = Product::Stars(StarsQuantity::new(1_000).unwrap());
        assert!(with_fixed(&behind, thousand, "17").is_ok());
    }

    #[test]
    fn where_nobody_knows_the_cost_a_fixed_price_is_taken_and_sells_nothing_at_a_loss() {
        let known = samples::prices(noon());
        let blind = ShopPrices::new(known.rules.clone());
        let set = with_fixed(&blind, stars(), "0.01").unwrap();
        assert!(set.price(stars(), noon()).is_err());
        let seen = ShopPrices {
            rules: set.rules,
            ..known
        };
        assert_eq!(
            seen.price(stars(), noon()).unwrap_err().code(),
            "below_floor"
        );
    }

    #[test]
    fn rules_that_lose_money_are_refused_and_settings_against_them_change_nothing() {
        let now = noon();
        let seeded = samples::prices(now);
        let set = PricesByHand {
            margin_floor: Some(Bps::ZERO),
            ..PricesByHand::default()
        };
        assert!(seeded.set_by_hand(set, now).is_err());
        let kept = seeded.set_by_hand(PricesByHand::default(), now).unwrap();
        // A larger fee needs a larger floor than the one that was set.
        let dearer = PriceRules {
            gateway_fee: Bps::new(2_000),
            margin_floor: Bps::new(9_000),
            premium_markup: Bps::new(9_500),
            tiers: vec![Tier {
                from_quantity: 1,
                markup: Bps::new(9_500),
            }],
            ..seeded.rules.get().clone()
        };
        let dearer = CheckedRules::new(dearer).unwrap();
        assert_eq!(kept.clone().under(&dearer), kept);
    }
}
