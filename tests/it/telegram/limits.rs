//! Floods, and Telegram's own limits.

use std::time::Instant;

use super::*;

#[tokio::test]
async fn one_persons_flood_keeps_nobody_else() {
    let shop = open(By::Polling, Vec::new()).await;
    let anya = anya(&shop).await;
    let boris = Phone::of(&shop.emulators, 8, Some("boris_b"), "en").await;
    for turn in 0..200 {
        anya.say(&format!("line {turn}")).await;
    }
    let begun = Instant::now();
    boris.say("/start").await;
    boris.sees_button("1:stars").await;
    assert!(
        begun.elapsed() < Duration::from_secs(10),
        "{:?}",
        begun.elapsed()
    );
}

#[tokio::test]
async fn many_taps_at_once_end_at_the_last_screen_within_telegrams_limits() {
    let shop = open(By::Polling, Vec::new()).await;
    let anya = anya(&shop).await;
    anya.say("/start").await;
    let menu = anya.sees_button("1:balance").await;
    let id = menu["message_id"].clone();
    for _ in 0..5 {
        anya.tap("1:balance").await;
        anya.sees("the balance", |message| {
            message["message_id"] == id && button(message, "1:top_up").is_some()
        })
        .await;
        anya.tap("1:back").await;
        anya.sees("the menu", |message| {
            message["message_id"] == id && button(message, "1:balance").is_some()
        })
        .await;
    }
    let refused = "starkeeper_telegram_calls_total{method=\"EditMessageText\",outcome=\"too_fast\"";
    assert_eq!(
        counted(&shop, refused).await,
        0,
        "our own limit is below Telegram's"
    );
}
