//! Asks the sources, all at once, each under its deadline. Who fails says nothing this time.

use std::{fmt::Display, sync::Arc, time::Duration};

use futures_util::future::join_all;

use super::PricingSettings;
use crate::{
    browser_pool::{Lender, Purpose, Verdict},
    domain::{
        Timestamp,
        catalog::Product,
        pricing::{GoodsPrice, Observed, ShopPrices, SourceName, UsdPerTon},
    },
    office::Office,
    ports::{
        Failure, RateSource,
        market::{MarketFailure, MarketRefused, SlotKind},
    },
    supervision::effect,
};

/// The name of Fragment among the sources.
pub(super) const FRAGMENT: &str = "fragment";

/// Who is to be asked.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Due {
    pub(super) rates: bool,
    pub(super) goods: bool,
}

/// What was said.
#[derive(Clone, Default, Debug)]
pub(super) struct Gathered {
    pub(super) rates: Vec<Observed<UsdPerTon>>,
    /// With the instant of the answer.
    pub(super) goods: Option<(Timestamp, Vec<(Product, GoodsPrice)>)>,
    /// Who was asked and said nothing.
    pub(super) silent: Vec<String>,
}

/// Asks whom it is time to ask.
pub(super) async fn gather(
    office: &Office,
    lender: &Lender,
    settings: &PricingSettings,
    due: Due,
) -> Gathered {
    let rates = async {
        match due.rates {
            true => ask_rates(&office.ports.rates, settings.source).await,
            false => Vec::new(),
        }
    };
    let goods = async {
        match due.goods {
            true => Some(ask_goods(office, lender, settings.goods).await),
            false => None,
        }
    };
    let (rates, goods) = futures_util::join!(rates, goods);
    let mut gathered = Gathered::default();
    for (source, rate) in rates {
        match rate {
            Ok(rate) => gathered.rates.push(rate),
            Err(why) => {
                tracing::warn!("rate source {source} said nothing: {why}");
                gathered.silent.push(source);
            }
        }
    }
    match goods {
        None => {}
        Some(Ok(goods)) => gathered.goods = Some((office.ports.clock.now(), goods)),
        Some(Err(why)) => {
            tracing::warn!("fragment's prices were not read: {why}");
            gathered.silent.push(FRAGMENT.to_owned());
        }
    }
    gathered
}

impl Gathered {
    /// This, and of what was gathered earlier whatever this says nothing about.
    pub(super) fn over(mut self, earlier: Self) -> Self {
        let spoke: Vec<_> = self.rates.iter().map(|rate| rate.source.clone()).collect();
        let old = earlier.rates.into_iter();
        self.rates
            .extend(old.filter(|rate| !spoke.contains(&rate.source)));
        self.goods = self.goods.or(earlier.goods);
        self
    }

    /// Writes down what was said.
    pub(super) fn record(self, prices: &mut ShopPrices, fragment_rate: bool, now: Timestamp) {
        for rate in self.rates {
            prices.rates.record(rate, now);
        }
        let (Some((at, goods)), Ok(source)) = (self.goods, SourceName::parse(FRAGMENT)) else {
            return;
        };
        for (product, value) in goods {
            let source = source.clone();
            if fragment_rate && let Ok(rate) = value.implied_rate() {
                let source = source.clone();
                let value = rate;
                prices.rates.record(Observed { value, source, at }, now);
            }
            let seen = Observed { value, source, at };
            match product {
                Product::Stars(_) => prices.goods.stars.record(seen, now),
                Product::Premium(months) => prices.goods.premium_mut(months).record(seen, now),
            }
        }
    }
}

async fn ask_rates(
    sources: &[Arc<dyn RateSource>],
    deadline: Duration,
) -> Vec<(String, Result<Observed<UsdPerTon>, String>)> {
    let asked = sources.iter().map(|source| async move {
        let rate = answered(deadline, async { source.rate().await }).await;
        (source.name().to_owned(), rate)
    });
    join_all(asked).await
}

async fn ask_goods(
    office: &Office,
    lender: &Lender,
    deadline: Duration,
) -> Result<Vec<(Product, GoodsPrice)>, String> {
    // Longer than the call, so that a call cut short here is not a browser lost there.
    let loan = deadline * 2;
    let slot = lender.borrow(SlotKind::Anonymous, Purpose::LookUp, loan);
    let slot = slot.await.map_err(|why| why.to_string())?;
    let market = &office.ports.market;
    let mut verdict = Verdict::Broken;
    let prices = answered(deadline, async {
        let prices = market.prices(slot).await;
        verdict = judge(&prices);
        prices
    });
    let prices = prices.await;
    lender.give_back(slot, verdict).await;
    prices
}

fn judge<T>(answer: &Result<T, MarketFailure>) -> Verdict {
    match answer {
        Ok(_) | Err(Failure::NotDone { .. }) => Verdict::Good,
        Err(Failure::Unknown { .. }) => Verdict::Broken,
        Err(Failure::Refused(why)) => match why {
            MarketRefused::LoggedOut => Verdict::LoggedOut,
            MarketRefused::PathBlocked => Verdict::PathBlocked,
            MarketRefused::NoSuchUser
            | MarketRefused::NotAPerson
            | MarketRefused::AlreadyPremium
            | MarketRefused::IdentityNeeded
            | MarketRefused::Other { .. } => Verdict::Good,
        },
    }
}

/// An answer under its deadline; a panic of one source is its silence, not everybody's.
async fn answered<T, E: Display>(
    deadline: Duration,
    ask: impl Future<Output = Result<T, E>>,
) -> Result<T, String> {
    match effect::part(deadline, ask).await {
        Ok(answer) => answer.map_err(|why| why.to_string()),
        Err(why) => Err(why.to_string()),
    }
}
