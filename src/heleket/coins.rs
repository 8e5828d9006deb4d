//! The coins that can be paid with, and what their smallest payment is worth.

use std::collections::{BTreeSet, HashMap};
use std::sync::PoisonError;

use futures_util::{StreamExt as _, stream};
use starkeeper_actors::domain::invoice::CoinChoice;
use starkeeper_actors::domain::money::{CoinAmount, MicroUsd, mul_div_ceil};
use starkeeper_actors::ports::Unreadable;
use starkeeper_actors::ports::invoicing::Coin;
use tokio::time::Instant;

use super::HeleketClient;
use super::endpoint::Endpoint;
use super::verdict::Trouble;
use super::wire;

/// Rates asked for at once: the host is asked kindly.
const AT_ONCE: usize = 4;

/// One whole coin in units of 10^-18.
const COIN: i128 = 1_000_000_000_000_000_000;

/// A coin that is offered, before its minimum has a value.
struct Offered {
    choice: CoinChoice,
    least: CoinAmount,
}

impl HeleketClient {
    /// What can be paid with now. A coin whose rate is not known is left out: its minimum has no
    /// value, and an invoice below it would be refused.
    pub(super) async fn payable(&self) -> Result<Vec<Coin>, Unreadable> {
        let transport = &self.inner.transport;
        let answer: Result<Vec<wire::Service>, Trouble> = transport
            .post(Endpoint::Services, None, &wire::Nothing {})
            .await;
        let services = answer.map_err(|trouble| Unreadable::new(trouble.failure.to_string()))?;
        let offered: Vec<Offered> = services.iter().filter_map(offered).collect();
        let rates = self.rates_of(&offered).await;
        let coins: Vec<Coin> = offered
            .iter()
            .filter_map(|offered| {
                let rate = *rates.get(&offered.choice.currency)?;
                let least = worth_up(offered.least, rate)?;
                let choice = offered.choice.clone();
                Some(Coin { choice, least })
            })
            .collect();
        if coins.is_empty() && !offered.is_empty() {
            return Err(Unreadable::new("heleket gives no rate of any coin"));
        }
        Ok(coins)
    }

    /// What one coin is worth in dollars, as Heleket writes it.
    pub(super) async fn usd_rate(&self, currency: &str) -> Result<wire::Rate, Unreadable> {
        let transport = &self.inner.transport;
        let answer: Result<Vec<wire::Rate>, Trouble> =
            transport.get(Endpoint::Rates, &[currency, "list"]).await;
        let rates = answer.map_err(|trouble| Unreadable::new(trouble.failure.to_string()))?;
        let usd = rates.into_iter().find(|rate| {
            let from = rate.from.get().unwrap_or(currency);
            rate.to.is("USD") && from.eq_ignore_ascii_case(currency)
        });
        usd.ok_or_else(|| Unreadable::new(format!("heleket gives no {currency} rate in USD")))
    }

    async fn rates_of(&self, offered: &[Offered]) -> HashMap<String, MicroUsd> {
        let mut known = self.known_rates();
        let wanted: BTreeSet<String> = offered
            .iter()
            .map(|offered| offered.choice.currency.clone())
            .filter(|currency| !known.contains_key(currency))
            .collect();
        let asked = stream::iter(wanted)
            .map(|currency| async move {
                let rate = self.usd_rate(&currency).await;
                (currency, rate)
            })
            .buffer_unordered(AT_ONCE);
        let answers: Vec<_> = asked.collect().await;
        let now = Instant::now();
        let mut rates = self.rates();
        for (currency, answer) in answers {
            let rate = match &answer {
                Ok(rate) => rate.course.get().and_then(wire::usd_up),
                Err(why) => {
                    tracing::debug!("{currency} is not offered: {why}");
                    None
                }
            };
            if let Some(rate) = rate.filter(|rate| rate.is_positive()) {
                rates.insert(currency.clone(), (rate, now));
                known.insert(currency, rate);
            }
        }
        known
    }

    fn known_rates(&self) -> HashMap<String, MicroUsd> {
        let serves = self.inner.transport.settings().rates_for;
        let mut rates = self.rates();
        rates.retain(|_, (_, since)| since.elapsed() < serves);
        let known = rates.iter();
        known
            .map(|(currency, (rate, _))| (currency.clone(), *rate))
            .collect()
    }

    fn rates(&self) -> std::sync::MutexGuard<'_, HashMap<String, (MicroUsd, Instant)>> {
        let rates = self.inner.rates.lock();
        rates.unwrap_or_else(PoisonError::into_inner)
    }
}

/// A coin that is available and says its minimum. Networks are upper case here and lower case in
/// invoices.
fn offered(service: &wire::Service) -> Option<Offered> {
    if !service.is_available.is("true") {
        return None;
    }
    let least = service.limit.as_ref()?.min_amount.get()?;
    Some(Offered {
        choice: CoinChoice {
            currency: service.currency.owned()?.to_uppercase(),
            network: service.network.owned()?.to_lowercase(),
        },
        least: CoinAmount::parse(least).ok()?,
    })
}

/// What so many coins are worth, rounded up.
fn worth_up(coins: CoinAmount, rate: MicroUsd) -> Option<MicroUsd> {
    let units = i128::try_from(coins.units()).ok()?;
    let micros = mul_div_ceil(rate.micros(), units, COIN).ok()?;
    Some(MicroUsd::from_micros(micros))
}
