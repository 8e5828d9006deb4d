//! Two daemons on one PostgreSQL, with one bot between them.

use super::*;
use crate::support::shop::{Daemon, books_at};
use crate::support::{Database, OwnPostgres};

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

#[tokio::test]
async fn what_comes_while_the_books_are_away_is_handled_when_they_are_back() {
    for by in [By::Polling, By::Webhook] {
        away(by).await;
    }
}

async fn away(by: By) {
    let mut server = OwnPostgres::start();
    let mut settings = books_at(&server.url());
    settings.push(("DATABASE_MIGRATE", "auto".to_owned()));
    let shop = open(by, settings).await;
    let anya = anya(&shop).await;
    anya.say("/start").await;
    anya.sees_button("1:stars").await;
    server.stop();
    anya.say("/balance").await;
    anya.say("/orders").await;
    eventually("an update is not handled", async || {
        match counted(
            &shop,
            "starkeeper_telegram_updates_total{kind=\"message\",outcome=\"try_later\"",
        )
        .await
        {
            0 => Err("not yet"),
            _ => Ok(()),
        }
    })
    .await;
    server.resume();
    anya.sees_button("1:top_up").await;
    eventually("both are answered", async || {
        let line = "starkeeper_telegram_updates_total{kind=\"message\",outcome=\"handled\"";
        match counted(&shop, line).await {
            3.. => Ok(()),
            fewer => Err(fewer),
        }
    })
    .await;
}

#[tokio::test]
async fn books_on_a_server_forget_a_person_who_wants_it() {
    let books = Database::migrated();
    let shop = open(By::Webhook, books_at(&books.url())).await;
    erasing::forgets(&shop, || {
        let tables = books.sql(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' \
             AND table_type = 'BASE TABLE'",
        );
        assert!(tables.lines().count() >= 17, "{tables}");
        let rows = tables
            .lines()
            .map(|table| books.sql(&format!("SELECT row_to_json(t)::text FROM {table} t")));
        rows.collect::<Vec<_>>().join("\n")
    })
    .await;
}
