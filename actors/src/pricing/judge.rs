//! What the stored prices become: today's rules, stops that follow from the logins, and the news
//! about pauses. Pure.

use std::collections::BTreeMap;

use crate::domain::{
    Timestamp,
    decision::Decision,
    login::{Health, Login},
    notice::{OperatorNews, Owed, Resting, Rests},
    pricing::{
        CheckedRules, NoPrice, Paused, ShopPrices, Stop, StopReason, ToldPause, Unavailable,
    },
};

/// Stored prices under the rules of this daemon, but for what operators have set.
pub(super) fn rebased(stored: ShopPrices, rules: &CheckedRules) -> ShopPrices {
    stored.under(rules)
}

/// Prices with the stop that follows from the logins: on while there are logins and every one of
/// them waits for a person. What heals by itself stops nothing; orders wait for it.
pub(super) fn with_login_stop(
    mut prices: ShopPrices,
    logins: &[Login],
    now: Timestamp,
) -> ShopPrices {
    let lost = |login: &Login| match login.health {
        Health::Lost { .. } => true,
        Health::Unknown
        | Health::Good
        | Health::ProofMissing { .. }
        | Health::PathBlocked { .. } => false,
    };
    // Nothing published yet says nothing.
    if logins.is_empty() {
        return prices;
    }
    let stopped = prices
        .stops
        .iter()
        .any(|stop| stop.why == StopReason::LoginLost);
    match (logins.iter().all(lost), stopped) {
        (true, false) => prices.stops.push(Stop {
            kind: None,
            why: StopReason::LoginLost,
            since: now,
        }),
        (false, true) => prices
            .stops
            .retain(|stop| stop.why != StopReason::LoginLost),
        (true, true) | (false, false) => {}
    }
    prices
}

/// Tells the operators once that something paused, and once that it goes on. Stops are told by
/// whoever orders them.
pub(super) fn told(prices: ShopPrices, now: Timestamp) -> Decision<ShopPrices> {
    let unavailable = prices.unavailable(now);
    let (over, lasting): (Vec<ToldPause>, Vec<ToldPause>) = prices
        .told
        .iter()
        .partition(|told| unavailable.iter().all(|gone| gone.product != told.product));
    let fresh: Vec<&Unavailable> = unavailable
        .iter()
        .filter(|gone| !is_stop(&gone.why))
        .filter(|gone| lasting.iter().all(|told| told.product != gone.product))
        .collect();
    let mut news = Vec::new();
    if !fresh.is_empty() {
        let why = reasons(&fresh);
        let rests = fresh.iter().map(|gone| Rests::Unpriced((*gone).clone()));
        news.push(OperatorNews::Paused {
            at: now,
            why,
            rests: rests.collect(),
        });
    }
    if !over.is_empty() {
        let products = over.iter().map(|told| told.product.to_string());
        let what = products.collect::<Vec<_>>().join(", ");
        let goods = over.iter().map(|told| Resting::Product(told.product));
        news.push(OperatorNews::OpenAgain {
            at: now,
            what,
            goods: goods.collect(),
        });
    }
    let begun = fresh.iter().map(|gone| ToldPause {
        product: gone.product,
        since: now,
    });
    let told = lasting.into_iter().chain(begun).collect();
    let next = ShopPrices { told, ..prices };
    let decision = Decision::quiet(next);
    news.into_iter().fold(decision, |decision, news| {
        decision.tell(Owed::operators(news))
    })
}

fn is_stop(why: &NoPrice) -> bool {
    match why {
        NoPrice::Paused(Paused::Stopped { .. }) => true,
        NoPrice::Paused(
            Paused::NeverSeen { .. }
            | Paused::TooOld { .. }
            | Paused::TooFewSources { .. }
            | Paused::InFuture { .. }
            | Paused::SourcesApart { .. },
        )
        | NoPrice::Refused(_) => false,
    }
}

/// Each reason once, with what it pauses.
fn reasons(paused: &[&Unavailable]) -> String {
    let mut by_reason: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for gone in paused {
        let products = by_reason.entry(gone.why.to_string()).or_default();
        products.push(gone.product.to_string());
    }
    let lines = by_reason
        .into_iter()
        .map(|(why, products)| format!("{}: {why}", products.join(", ")));
    lines.collect::<Vec<_>>().join("; ")
}
