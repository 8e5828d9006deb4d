//! Two replicas on the same books: a reader at one sees what the other does.

use super::{Reader, is_money, shown};
use crate::support::Database;
use crate::support::shop::{Daemon, Shop, TOKEN, at_gateway, books_at};

#[tokio::test]
async fn a_reader_at_one_replica_sees_what_another_does() {
    let database = Database::migrated();
    let shop = Shop::open(books_at(&database.url())).await;
    let mut settings = at_gateway(&shop.emulators);
    settings.extend(books_at(&database.url()));
    let other = Daemon::start(shop.spare_port, settings).await;
    let (mut reader, _) = Reader::at(other.door.port, &shown(TOKEN))
        .await
        .expect("it is let in");
    assert_eq!(reader.line().await["event"], "now");
    // The gateway calls the first one, which credits it.
    let invoice = shop.door().open(7, "10").await;
    let uuid = invoice["uuid"].as_str().expect("a uuid");
    shop.emulators.pay(uuid, "exact").await;
    let paid = reader.until("a payment", is_money).await;
    assert_eq!(paid["invoice"], invoice["invoice"], "{paid}");
}
