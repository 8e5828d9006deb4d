//! The page that Prometheus reads. Never shows a person, an order or a secret.
//!
//! What waits is read from the books at the scrape: at one moment, within a deadline, by one reader,
//! and for everybody who asks within the same second. So a scraper cannot load the books, and a page
//! never says that nothing waits because nobody could look.

use std::sync::Arc;
use std::time::Duration;

use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use actix_web::web::{self, Data, ServiceConfig};
use actix_web::{HttpResponse, Responder};
use starkeeper_actors::domain::{Span, Timestamp};
use starkeeper_actors::ports::Unreadable;
use starkeeper_actors::ports::books::{Due, Tally};
use tokio::sync::Mutex;
use tokio::time::Instant;

use super::{Doors, resource};
use crate::metrics::sheet::Sheet;

/// For reading what waits: below the ten seconds that Prometheus gives a scrape.
const READ: Duration = Duration::from_secs(4);

/// So long a reading serves everybody: below any interval of scrapes.
const FRESH: Duration = Duration::from_secs(1);

/// The states of an order that is not finished.
const STATES: [&str; 6] = [
    "awaiting_payment",
    "held",
    "linked",
    "paying",
    "paid",
    "parked",
];

/// What waits, as it was last read. Cheap to clone; all clones are one.
#[derive(Clone, Default)]
pub struct Backlog {
    last: Arc<Mutex<Option<(Instant, String)>>>,
}

impl std::fmt::Debug for Backlog {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Backlog").finish_non_exhaustive()
    }
}

impl Backlog {
    /// The lines of the page; none of them if the books cannot be read. Whoever comes while it is
    /// read waits for that reading.
    async fn lines(&self, doors: &Doors) -> String {
        let mut last = self.last.lock().await;
        if let Some((at, lines)) = &*last
            && at.elapsed() < FRESH
        {
            return lines.clone();
        }
        let lines = match read(doors).await {
            Ok((tally, now)) => written(&tally, now),
            Err(why) => {
                tracing::debug!("what waits could not be read for the metrics: {why}");
                unreadable()
            }
        };
        *last = Some((Instant::now(), lines.clone()));
        lines
    }
}

async fn read(doors: &Doors) -> Result<(Tally, Timestamp), Unreadable> {
    let (books, now) = (Arc::clone(&doors.books), doors.clock.now());
    let look = async move { books.tally(now).await };
    let look = doors.io.spawn(tokio::time::timeout(READ, look));
    match look.await {
        Ok(Ok(tally)) => Ok((tally?, now)),
        Ok(Err(_elapsed)) => Err(Unreadable::new("no answer in time")),
        Err(why) => Err(Unreadable::new(format!("the look ended early: {why}"))),
    }
}

fn unreadable() -> String {
    let mut sheet = Sheet::new();
    sheet.write("starkeeper_books_reachable", &[], "0");
    sheet.text()
}

/// What waits, line by line.
fn written(tally: &Tally, now: Timestamp) -> String {
    let mut sheet = Sheet::new();
    let mut one = |name, value: String| sheet.write(name, &[], &value);
    one("starkeeper_books_reachable", "1".into());
    one("starkeeper_invoices_open", tally.open_invoices.to_string());
    let unfinished = tally.unfinished_orders().to_string();
    one("starkeeper_orders_unfinished", unfinished);
    let waiting = tally.waiting_notices.to_string();
    one("starkeeper_notices_waiting", waiting);
    let oldest = age(tally.oldest_notice, now);
    one("starkeeper_notice_oldest_seconds", oldest);
    let of = |state: &str| tally.orders.iter().find(|orders| orders.state == state);
    for state in STATES {
        let count = of(state).map_or(0, |orders| orders.count).to_string();
        sheet.write("starkeeper_orders", &[("state", state)], &count);
    }
    for state in STATES {
        let oldest = age(of(state).map(|orders| orders.oldest), now);
        sheet.write(
            "starkeeper_order_oldest_seconds",
            &[("state", state)],
            &oldest,
        );
    }
    let due = due(tally);
    for (actor, of, due) in due {
        let labels = [("actor", actor), ("of", of)];
        sheet.write("starkeeper_due", &labels, &due.count.to_string());
    }
    for (actor, of, due) in due {
        let labels = [("actor", actor), ("of", of)];
        let since = age(due.oldest, now);
        sheet.write("starkeeper_due_oldest_seconds", &labels, &since);
    }
    for leases in &tally.leases {
        for (state, count) in [("held", leases.held), ("free", leases.free)] {
            let labels = [("kind", leases.kind.as_str()), ("state", state)];
            sheet.write("starkeeper_leases", &labels, &count.to_string());
        }
    }
    sheet.text()
}

/// What is due, with the actor whose work it is.
pub(crate) const fn due(tally: &Tally) -> [(&'static str, &'static str, Due); 4] {
    [
        ("fulfilment", "orders", tally.due_orders),
        ("payment", "invoices", tally.due_invoices),
        ("notifier", "notices", tally.due_notices),
        ("notifier", "messages", tally.due_messages),
    ]
}

/// Seconds since an instant; 0 if there is none, or if it is still to come.
fn age(since: Option<Timestamp>, now: Timestamp) -> String {
    let age = since.map_or(Span::zero(), |since| (now - since).max(Span::zero()));
    age.num_seconds().to_string()
}

/// `/metrics`.
pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(resource("/metrics").route(web::get().to(page)));
}

async fn page(doors: Data<Doors>) -> impl Responder {
    let waiting = doors.backlog.lines(&doors).await;
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8"))
        .insert_header((CACHE_CONTROL, "no-store"))
        .body(doors.metrics.render(&waiting))
}

#[cfg(test)]
mod tests {
    use starkeeper_actors::domain::pricing::samples::noon;
    use starkeeper_actors::ports::books::{LeasesOf, OrdersIn};

    use super::*;

    #[test]
    fn what_waits_is_written_with_its_age_and_what_does_not_as_zero() {
        let ago = |seconds| noon() - Span::seconds(seconds);
        let tally = Tally {
            open_invoices: 3,
            orders: vec![OrdersIn {
                state: "held".into(),
                count: 2,
                oldest: ago(90),
            }],
            waiting_notices: 1,
            oldest_notice: Some(ago(-5)),
            due_orders: Due {
                count: 2,
                oldest: Some(ago(30)),
            },
            leases: vec![LeasesOf {
                kind: "wallet".into(),
                held: 1,
                free: 0,
            }],
            ..Tally::default()
        };
        let page = written(&tally, noon());
        for line in [
            "starkeeper_books_reachable 1",
            "starkeeper_invoices_open 3",
            "starkeeper_orders_unfinished 2",
            "starkeeper_notice_oldest_seconds 0",
            "starkeeper_orders{state=\"held\"} 2",
            "starkeeper_orders{state=\"paid\"} 0",
            "starkeeper_order_oldest_seconds{state=\"held\"} 90",
            "starkeeper_order_oldest_seconds{state=\"paid\"} 0",
            "starkeeper_due{actor=\"fulfilment\",of=\"orders\"} 2",
            "starkeeper_due_oldest_seconds{actor=\"fulfilment\",of=\"orders\"} 30",
            "starkeeper_due_oldest_seconds{actor=\"payment\",of=\"invoices\"} 0",
            "starkeeper_leases{kind=\"wallet\",state=\"held\"} 1",
            "# TYPE starkeeper_due gauge",
        ] {
            assert!(page.lines().any(|shown| shown == line), "{line}:\n{page}");
        }
        assert_eq!(
            unreadable().lines().last(),
            Some("starkeeper_books_reachable 0")
        );
    }
}
