//! Two daemons on one PostgreSQL, with one till between them.

#[cfg(feature = "crash-points")]
mod troubles;

use crate::goods::shop::Selling;
use crate::support::Database;
use crate::support::shop::{Daemon, books_at};

#[tokio::test]
async fn an_order_is_delivered_from_postgres() {
    let books = Database::migrated();
    let selling = Selling::open(books_at(&books.url())).await;
    selling.fund("5").await;
    let order = selling.buy("masha", 50).await;
    assert_eq!(selling.end_of(&order).await, "delivered");
    selling.holds("masha", 50).await;
}

/// The one that holds the till stops in its sleep, with a signed message that it has not sent; the
/// other takes over, and the sleeper wakes up too late.
#[cfg(feature = "crash-points")]
#[tokio::test]
async fn a_sleeper_that_wakes_up_late_pays_nothing_more() {
    let books = Database::migrated();
    let mut settings = books_at(&books.url());
    settings.push(("PAUSE_AT", "commit:paying:after".to_owned()));
    let selling = Selling::open(settings).await;
    selling.fund("5").await;
    let order = selling.buy("masha", 50).await;
    selling.paused().await;
    selling.shop.daemon.signal("STOP");
    selling.go_on();
    let mut others = selling.settings.clone();
    others.extend(books_at(&books.url()));
    let other = Daemon::start(selling.shop.spare_port, others).await;
    let end = selling.end_at(&other.door, &order).await;
    assert_eq!(end, "delivered");
    assert_eq!(selling.payments().await.len(), 1);
    selling.shop.daemon.signal("CONT");
    // Whoever has the till now, the next order is paid once too.
    let second = selling.buy("petya", 50).await;
    assert_eq!(selling.end_at(&other.door, &second).await, "delivered");
    selling.holds_all(&[("masha", 50), ("petya", 50)]).await;
}
