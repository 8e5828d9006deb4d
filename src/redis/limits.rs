//! Counts what people do, for all replicas together and by the server's clock.

use std::sync::Arc;

use async_trait::async_trait;
use deadpool_redis::redis::Script;
use starkeeper_actors::domain::Span;
use starkeeper_actors::ports::Limits;
use starkeeper_actors::ports::limits::{Allowance, Metered, Person, Rate, Rates};

use super::RedisLink;
use super::work::{Trouble, Work};

/// The limits of one shop.
#[derive(Clone)]
pub struct RedisLimits {
    link: RedisLink,
    shop: Arc<str>,
    rates: Rates,
    count: Arc<Script>,
}

/// Where something is counted, and how the script is told so.
struct Place {
    key: String,
    words: Vec<String>,
}

impl RedisLimits {
    /// Those of the shop of this name, which stands before every key.
    #[must_use]
    pub fn new(link: RedisLink, shop: &str, rates: Rates) -> Self {
        Self {
            link,
            shop: shop.into(),
            rates,
            count: Arc::new(Script::new(include_str!("count.lua"))),
        }
    }

    /// What this person does.
    fn own(&self, person: Person, what: Metered) -> Place {
        let mut rates = vec![self.rates.of(person, what)];
        rates.extend(self.rates.burst_of(what));
        rates.sort_by_key(|rate| std::cmp::Reverse(rate.per));
        let (shop, user, kind) = (&self.shop, person.user.get(), letter(what));
        Place {
            key: format!("{shop}:{{{user}}}:{kind}"),
            words: words(rates.len().to_string(), &rates),
        }
    }

    /// What all people do.
    fn together(&self, rate: Rate, what: Metered) -> Place {
        Place {
            key: format!("{}:{{all}}:{}", self.shop, letter(what)),
            words: words("flow".into(), &[rate]),
        }
    }

    /// The pause until there is room in the first of these places that has none; none if it was counted.
    async fn ask(
        &self,
        name: &'static str,
        places: impl IntoIterator<Item = Place>,
    ) -> Result<Option<Span>, Trouble> {
        let (mut keys, mut words) = (Vec::new(), Vec::new());
        for place in places {
            keys.push(place.key);
            words.extend(place.words);
        }
        let work = Work::Script {
            script: Arc::clone(&self.count),
            keys,
            words,
        };
        let wait: i64 = self.link.call(name, work).await?;
        Ok((wait > 0).then(|| Span::microseconds(wait)))
    }

    async fn count(&self, person: Person, what: Metered) -> Result<Option<Span>, Trouble> {
        let own = self.own(person, what);
        // Only what the person may is counted for all: a flood of one leaves the rest their share.
        let Some(rate) = self.rates.everybody_of(what) else {
            return self.ask("take", [own]).await;
        };
        let all = self.together(rate, what);
        if self.link.is_one_node() {
            return self.ask("take", [own, all]).await;
        }
        // In a cluster they lie at two nodes.
        match self.ask("take", [own]).await? {
            None => self.ask("take_together", [all]).await,
            wait @ Some(_) => Ok(wait),
        }
    }
}

#[async_trait]
impl Limits for RedisLimits {
    async fn take(&self, person: Person, what: Metered) -> Allowance {
        match self.count(person, what).await {
            Ok(None) => Allowance::Granted,
            Ok(Some(for_)) => Allowance::Wait { for_ },
            Err(_told) => Allowance::CannotCount,
        }
    }
}

/// What the script hears of a place: how it counts there, and the rates.
fn words(how: String, rates: &[Rate]) -> Vec<String> {
    let mut words = vec![how];
    for rate in rates {
        let span = rate.per.num_microseconds().unwrap_or(i64::MAX).max(1);
        words.extend([rate.most.to_string(), span.to_string()]);
    }
    words
}

/// A kind in a key.
const fn letter(what: Metered) -> &'static str {
    match what {
        Metered::Message => "m",
        Metered::Operation => "o",
        Metered::Payment => "p",
    }
}
