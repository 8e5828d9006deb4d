//! What things cost in this world: coins and currencies in USD, and what one Star costs.
//!
//! Each price starts within one percent of a plausible one, as the seed says; stable coins and the
//! dollar are exact.

use std::collections::BTreeMap;
use std::sync::Mutex;

use rust_decimal::Decimal;

use super::dice::Dice;
use super::hold;
use super::kept::{Torn, must};

/// The currencies that are no coins, with the names the gateway knows them by.
pub(crate) const FIAT: [&str; 3] = ["USD", "EUR", "RUB"];

/// Name, USD for one in millionths, and whether the seed moves it.
const START: [(&str, i64, bool); 15] = [
    ("BNB", 640_000_000, true),
    ("BTC", 97_000_000_000, true),
    ("DOGE", 180_000, true),
    ("ETH", 3_400_000_000, true),
    ("EUR", 1_085_000, true),
    ("LTC", 88_000_000, true),
    ("POL", 420_000, true),
    ("RUB", 10_600, true),
    ("SOL", 160_000_000, true),
    ("STAR", 15_000, false),
    ("TON", 5_240_000, true),
    ("TRX", 300_000, true),
    ("USD", 1_000_000, false),
    ("USDC", 1_000_000, false),
    ("USDT", 1_000_000, false),
];

/// All prices. Names are upper case.
#[derive(Debug)]
pub(crate) struct Prices {
    usd: Mutex<BTreeMap<&'static str, Decimal>>,
}

impl Prices {
    /// The prices at the start of the world of these dice.
    pub(crate) fn new(dice: &Dice) -> Self {
        Self {
            usd: Mutex::new(at_the_start(dice)),
        }
    }

    /// As they are written down.
    pub(crate) fn kept(&self) -> BTreeMap<String, String> {
        let all = self.all().into_iter();
        all.map(|(name, usd)| (name.to_owned(), usd.to_string()))
            .collect()
    }

    /// What was written down: every price there is, and no other.
    pub(crate) fn again(kept: &BTreeMap<String, String>) -> Result<Self, Torn> {
        let mut usd = BTreeMap::new();
        for (name, text) in kept {
            let unknown = || Torn(format!("\"{name}\" for \"{text}\" is no price"));
            let known = Self::name(name).ok_or_else(unknown)?;
            usd.insert(known, text.parse::<Decimal>().map_err(|_| unknown())?);
        }
        must(usd.len() == START.len() && usd.len() == kept.len(), || {
            format!("there are {} prices and not {}", kept.len(), START.len())
        })?;
        Ok(Self {
            usd: Mutex::new(usd),
        })
    }

    /// The prices of the start again.
    pub(crate) fn reset(&self, dice: &Dice) {
        *hold(&self.usd) = at_the_start(dice);
    }

    /// What one `name` costs in USD.
    pub(crate) fn usd(&self, name: &str) -> Option<Decimal> {
        hold(&self.usd).get(name).copied()
    }

    /// Everything with its price, by name.
    pub(crate) fn all(&self) -> BTreeMap<&'static str, Decimal> {
        hold(&self.usd).clone()
    }

    /// The name of a price as this world writes it, if it has one.
    pub(crate) fn name(text: &str) -> Option<&'static str> {
        START
            .iter()
            .map(|(name, _, _)| *name)
            .find(|name| name.eq_ignore_ascii_case(text))
    }

    /// Sets prices.
    pub(crate) fn set(&self, prices: impl IntoIterator<Item = (&'static str, Decimal)>) {
        hold(&self.usd).extend(prices);
    }
}

fn at_the_start(dice: &Dice) -> BTreeMap<&'static str, Decimal> {
    START
        .iter()
        .map(|(name, millionths, moves)| {
            // Hundredths of a percent around the whole.
            let share = if *moves {
                dice.between(9_900, 10_100)
            } else {
                10_000
            };
            let usd = Decimal::new(*millionths, 6) * Decimal::new(i64::from(share), 4);
            (*name, usd.normalize())
        })
        .collect()
}
