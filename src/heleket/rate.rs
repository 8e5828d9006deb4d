//! Heleket as a source of the TON rate.

use std::sync::Arc;

use async_trait::async_trait;
use starkeeper_actors::domain::pricing::{Observed, SourceName, UsdPerTon};
use starkeeper_actors::ports::{Clock, RateSource, Unreadable};

use super::HeleketClient;

/// What Heleket says a TON is worth. A source of its own: what it says about invoices does not
/// enter.
#[derive(Clone)]
pub struct HeleketRate {
    client: HeleketClient,
    clock: Arc<dyn Clock>,
    name: SourceName,
}

impl HeleketRate {
    /// The source under this name, with the clock that dates its answers.
    #[must_use]
    pub fn new(client: HeleketClient, clock: Arc<dyn Clock>, name: SourceName) -> Self {
        Self {
            client,
            clock,
            name,
        }
    }
}

#[async_trait]
impl RateSource for HeleketRate {
    fn name(&self) -> &str {
        self.name.as_str()
    }

    async fn rate(&self) -> Result<Observed<UsdPerTon>, Unreadable> {
        let rate = self.client.usd_rate("TON").await?;
        let at = self.clock.now();
        let course = rate.course.get().unwrap_or_default();
        let value = UsdPerTon::parse(course).map_err(|bad| Unreadable::new(bad.to_string()))?;
        Ok(Observed {
            value,
            source: self.name.clone(),
            at,
        })
    }
}
