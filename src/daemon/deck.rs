//! What operators read on the deck that only the daemon can count: today, and the tills.

use std::sync::Arc;

use chrono_tz::Tz;
use starkeeper_actors::domain::Timestamp;
use starkeeper_actors::domain::report::DayReport;
use starkeeper_actors::ports::{Books, Clock, Unreadable};

use super::days::{Valued, of_day};
use super::goods::Goods;
use super::watch::Tills;
use crate::config::Settings;
use crate::http::admin::{DeckTools, OperatorsDesk};

/// The desk of a daemon; it serves once it has doors.
pub(super) fn make(
    settings: &Settings,
    books: &Arc<dyn Books>,
    clock: &Arc<dyn Clock>,
    goods: Option<&Goods>,
) -> Arc<OperatorsDesk> {
    let tills = goods.map(|goods| Tills {
        books: Arc::clone(books),
        clock: Arc::clone(clock),
        tills: goods.tills.clone(),
        cookies: Arc::clone(&goods.cookies),
    });
    let (books, clock) = (Arc::clone(books), Arc::clone(clock));
    let zone = settings.telegram.timezone;
    let rules = settings.pricing.rules.clone();
    let today = move || -> futures_util::future::BoxFuture<'static, _> {
        let (books, now, rules) = (Arc::clone(&books), clock.now(), rules.clone());
        Box::pin(async move {
            let stored = books.prices().await?;
            let valued = stored.map_or(Valued::NOTHING, |seen| {
                Valued::by(&seen.row.under(&rules), now)
            });
            of_today(&*books, zone, valued, now).await
        })
    };
    let tills = move || -> futures_util::future::BoxFuture<'static, _> {
        let tills = tills.clone();
        Box::pin(async move {
            match tills {
                Some(tills) => tills.faces().await,
                None => Ok(Vec::new()),
            }
        })
    };
    Arc::new(OperatorsDesk::new(DeckTools {
        today: Arc::new(today),
        tills: Arc::new(tills),
    }))
}

async fn of_today(
    books: &dyn Books,
    zone: Tz,
    valued: Valued,
    now: Timestamp,
) -> Result<DayReport, Unreadable> {
    let today = now.with_timezone(&zone).date_naive();
    let report = of_day(books, today, zone, valued, now).await;
    report.map_err(Unreadable::new)
}
