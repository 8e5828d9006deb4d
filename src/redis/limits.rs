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
    take: Arc<Script>,
    together: Arc<Script>,
}

impl RedisLimits {
    /// Those of the shop of this name, which stands before every key.
    #[must_use]
    pub fn new(link: RedisLink, shop: &str, rates: Rates) -> Self {
        Self {
            link,
            shop: shop.into(),
            rates,
            take: Arc::new(Script::new(include_str!("take.lua"))),
            together: Arc::new(Script::new(include_str!("together.lua"))),
        }
    }

    /// The pause until there is room for this person; none if it was counted.
    async fn own(&self, person: Person, what: Metered) -> Result<Option<Span>, Trouble> {
        let mut rates = vec![self.rates.of(person, what)];
        rates.extend(self.rates.burst_of(what));
        rates.sort_by_key(|rate| std::cmp::Reverse(rate.per));
        let (shop, user, kind) = (&self.shop, person.user.get(), letter(what));
        let key = format!("{shop}:{{{user}}}:{kind}");
        self.ask("take", &self.take, key, &rates).await
    }

    /// The same for all people.
    async fn together(&self, rate: Rate, what: Metered) -> Result<Option<Span>, Trouble> {
        let key = format!("{}:{{all}}:{}", self.shop, letter(what));
        self.ask("take_together", &self.together, key, &[rate])
            .await
    }

    async fn ask(
        &self,
        name: &'static str,
        script: &Arc<Script>,
        key: String,
        rates: &[Rate],
    ) -> Result<Option<Span>, Trouble> {
        let words = rates.iter().flat_map(|rate| {
            let span = rate.per.num_microseconds().unwrap_or(i64::MAX).max(1);
            [rate.most.to_string(), span.to_string()]
        });
        let work = Work::Script {
            script: Arc::clone(script),
            key,
            words: words.collect(),
        };
        let wait: i64 = self.link.call(name, work).await?;
        Ok((wait > 0).then(|| Span::microseconds(wait)))
    }
}

#[async_trait]
impl Limits for RedisLimits {
    async fn take(&self, person: Person, what: Metered) -> Allowance {
        match self.own(person, what).await {
            Ok(None) => {}
            Ok(Some(for_)) => return Allowance::Wait { for_ },
            Err(_told) => return Allowance::CannotCount,
        }
        // Only what the person may is counted for all: a flood of one leaves the rest their share.
        let Some(rate) = self.rates.everybody_of(what) else {
            return Allowance::Granted;
        };
        match self.together(rate, what).await {
            Ok(None) => Allowance::Granted,
            Ok(Some(for_)) => Allowance::Wait { for_ },
            Err(_told) => Allowance::CannotCount,
        }
    }
}

/// A kind in a key.
const fn letter(what: Metered) -> &'static str {
    match what {
        Metered::Message => "m",
        Metered::Operation => "o",
        Metered::Payment => "p",
    }
}
