//! Two daemons on one PostgreSQL, with one bot between them.

use super::*;
use crate::support::Database;
use crate::support::shop::{Daemon, books_at};

#[tokio::test]
async fn one_of_two_fetches_and_the_other_takes_over_when_it_dies() {
    let books = Database::migrated();
    let base = ports::block();
    let emulators = Emulators::start(base, 1);
    let mut settings = at_gateway(&emulators);
    settings.extend(chatting(base, By::Polling));
    settings.extend(books_at(&books.url()));
    let mut shop = Shop::beside(emulators, base, settings.clone()).await;
    let mut other = Daemon::start(shop.spare_port, settings).await;
    {
        let anya = anya(&shop).await;
        for turn in 0..5 {
            anya.say("/start").await;
            eventually("each is answered once", async || {
                match anya.heard().await.len() {
                    heard if heard == turn + 1 => Ok(()),
                    heard => Err(heard),
                }
            })
            .await;
        }
    }
    for daemon in [&shop.daemon, &other] {
        let log = daemon.log();
        assert!(!log.contains("another program"), "{log}");
    }
    shop.daemon.kill();
    let boris = Phone::of(&shop.emulators, 8, None, "ru").await;
    boris.say("/start").await;
    boris.sees_button("1:stars").await;
    other.terminate().await;
}
