//! The day that the operators are told of.

use starkeeper_actors::domain::ids::IncarnationId;
use starkeeper_actors::domain::shop::Shop;
use starkeeper_actors::ports::books::Seen;

use super::{Keeper, Trouble};
use crate::daemon::days::{Valued, of_day};
use crate::metrics;

impl Keeper {
    /// Tells the oldest day that is not told and whose time has come.
    pub(super) async fn tell_the_day(
        &self,
        shop: Seen<Shop>,
        life: IncarnationId,
    ) -> Result<(), Trouble> {
        if self.report_at.is_none() {
            return Ok(());
        }
        let calendar = self.calendar(self.clock.now());
        let Some(day) = shop.row.day_to_tell(calendar) else {
            return Ok(());
        };
        let now = self.clock.now();
        let prices = self.prices.as_ref().map(|prices| prices.borrow().clone());
        let valued = prices.map_or(Valued::NOTHING, |prices| Valued::by(&prices, now));
        let report = of_day(&*self.books, day, self.zone, valued, now).await;
        let report = report.map_err(Trouble::NotStored)?;
        let decision = shop.row.told(report, calendar);
        self.write_over(&shop, decision, life).await?;
        tracing::info!("the operators are told how {day} was");
        metrics::shop::day_told();
        Ok(())
    }
}
