//! Overload: answered busy, nothing lost, nobody else delayed.

use std::time::Duration;

use futures_util::future::join_all;
use starkeeper_actors::session::{Reply, SessionSettings};
use tokio::time::Instant;

use crate::shop::*;

#[actix::test]
async fn a_full_mailbox_answers_busy_and_loses_nothing_that_was_taken() {
    let shop = Shop::open().await;
    let directory = shop.directory();
    shop.dialogs.slow_down(ANYA, Duration::from_millis(100));
    let replies = (0..40).map(|_| directory.handle(shop.text(ANYA, "/orders"), LONG));
    let replies = join_all(replies.collect::<Vec<_>>()).await;
    let count = |wanted| replies.iter().filter(|reply| **reply == wanted).count();
    let mailbox = SessionSettings::default().mailbox;
    assert_eq!(count(Reply::Done), mailbox);
    assert_eq!(count(Reply::Busy), 40 - mailbox);
    settle().await;
    let shown = shop.world.telegram.messages(ANYA).len();
    assert_eq!(shown, mailbox);
}

#[actix::test]
async fn a_flood_from_one_person_delays_nobody_else() {
    let shop = Shop::open().await;
    let directory = shop.directory();
    shop.dialogs.slow_down(ANYA, Duration::from_secs(1));
    let flood: Vec<_> = (0..16)
        .map(|_| directory.handle(shop.text(ANYA, "/orders"), LONG))
        .collect();
    let before = Instant::now();
    assert_eq!(
        directory.handle(shop.text(BORIS, "/menu"), LONG).await,
        Reply::Done
    );
    assert!(
        before.elapsed() < Duration::from_millis(20),
        "{:?}",
        before.elapsed()
    );
    for reply in join_all(flood).await {
        assert_eq!(reply, Reply::Done);
    }
}

#[actix::test]
async fn updates_of_one_person_are_handled_and_shown_in_order() {
    let shop = Shop::open().await;
    let directory = shop.directory();
    let _anya = shop.customer(ANYA, 0);
    let lines = ["/balance", "/topup", "/terms", "/orders", "/menu"];
    let replies: Vec<_> = lines
        .map(|line| directory.handle(shop.text(ANYA, line), LONG))
        .into_iter()
        .collect();
    join_all(replies).await;
    settle().await;
    let shown = shop.world.telegram.messages(ANYA);
    let bodies: Vec<String> = shown
        .iter()
        .map(|shown| format!("{:?}", shown.said))
        .collect();
    let wanted = ["Balance", "TopUp", "Page", "Orders", "Menu"];
    assert_eq!(bodies.len(), wanted.len());
    for (body, wanted) in bodies.iter().zip(wanted) {
        assert!(
            body.contains(&format!("body: {wanted}")),
            "{wanted}: {body}"
        );
    }
}

#[actix::test]
async fn a_late_update_is_handled_to_its_end() {
    let shop = Shop::open().await;
    let directory = shop.directory();
    shop.dialogs.slow_down(ANYA, Duration::from_secs(2));
    let update = shop.text(ANYA, "/menu");
    let reply = directory
        .handle(update.clone(), Duration::from_secs(1))
        .await;
    assert_eq!(reply, Reply::Late);
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!(directory.handle(update, LONG).await, Reply::Duplicate);
}

#[actix::test]
async fn there_is_a_last_session() {
    let shop = Shop::open().await;
    let settings = SessionSettings {
        most: 1,
        ..SessionSettings::default()
    };
    let directory = shop.directory_with(settings);
    shop.say(&directory, ANYA, "/menu").await;
    let refused = directory.handle(shop.text(BORIS, "/menu"), LONG).await;
    assert_eq!(refused, Reply::TryLater);
    shop.say(&directory, ANYA, "/menu").await;
}
