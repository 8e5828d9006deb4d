//! Markups and fixed prices, as operators read and set them.

use starkeeper_actors::domain::Timestamp;
use starkeeper_actors::domain::dialog::PriceOf;
use starkeeper_actors::domain::money::MicroUsd;
use starkeeper_actors::domain::pricing::PriceRules;

use crate::telegram::words::Voice;

impl Voice<'_> {
    pub(super) fn deck_prices(&self, rules: &PriceRules, by_hand: Option<Timestamp>) -> String {
        let title = match by_hand {
            Some(at) => {
                let at = self.at(at);
                self.tongue.say("deck-prices-by-hand", [("at", at.into())])
            }
            None => self.tongue.plain("deck-prices"),
        };
        let tiers = rules
            .tiers
            .iter()
            .map(|tier| PriceOf::Tier(tier.from_quantity));
        let fixed = rules
            .fixed
            .iter()
            .map(|fixed| PriceOf::Fixed(fixed.product));
        let all = tiers.chain([PriceOf::Premium, PriceOf::Floor]).chain(fixed);
        let lines = all.map(|of| self.price_line(of, of.now(rules)));
        let all: Vec<String> = std::iter::once(title).chain(lines).collect();
        all.join("\n")
    }

    /// A number that makes prices, with its name.
    pub(super) fn price_line(&self, of: PriceOf, value: Option<i64>) -> String {
        let what = self.price_name(of);
        let value = self.price_value(of, value);
        let args = [("what", what.into()), ("value", value.into())];
        self.tongue.say("deck-price", args)
    }

    pub(super) fn price_name(&self, of: PriceOf) -> String {
        match of {
            PriceOf::Tier(from) => {
                let count = self.tongue.count(u64::from(from));
                self.tongue
                    .say("deck-price-tier", [("count", count.into())])
            }
            PriceOf::Premium => self.tongue.plain("deck-price-premium"),
            PriceOf::Floor => self.tongue.plain("deck-price-floor"),
            PriceOf::Fixed(product) => {
                let goods = self.tongue.goods(product);
                self.tongue
                    .say("deck-price-fixed", [("goods", goods.into())])
            }
        }
    }

    pub(super) fn price_value(&self, of: PriceOf, value: Option<i64>) -> String {
        match (of, value) {
            (_, None) | (PriceOf::Fixed(_), Some(0)) => self.tongue.plain("deck-price-none"),
            (PriceOf::Fixed(_), Some(micros)) => self.tongue.usd(MicroUsd::from_micros(micros)),
            (PriceOf::Tier(_) | PriceOf::Premium | PriceOf::Floor, Some(bps)) => {
                self.tongue.percent(bps)
            }
        }
    }

    pub(super) fn value_asked(&self, of: PriceOf, now: Option<i64>) -> String {
        let line = self.price_line(of, now);
        let key = match of {
            PriceOf::Fixed(_) => "deck-write-dollars",
            PriceOf::Tier(_) | PriceOf::Premium | PriceOf::Floor => "deck-write-percent",
        };
        format!("{line}\n{}", self.tongue.plain(key))
    }
}
