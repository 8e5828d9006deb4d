//! The whole errand in the chat: money in, Stars out.

mod deck;
mod live;

use super::*;
use crate::support::wait::eventually_within;

/// For an order to come to an end.
const ENDING: Duration = Duration::from_secs(90);

#[tokio::test]
async fn stars_are_topped_up_for_bought_and_delivered_in_the_chat() {
    for by in [By::Polling, By::Webhook] {
        buys(by).await;
    }
}

/// Asks for fifty Stars until the shop has a price for them; answers the button that buys.
async fn offered(anya: &Phone<'_>) -> String {
    offered_for(anya, "/buy 50", &["1:confirm", "1:pay_balance"]).await
}

/// Says a line until the shop has an offer with one of these buttons; answers the button.
async fn offered_for(anya: &Phone<'_>, line: &str, buttons: &[&str]) -> String {
    for _ in 0..20 {
        anya.say(line).await;
        // The shop answers within that time, or is asked again.
        for _ in 0..5 {
            let heard = anya.heard_after_a_change().await;
            let found = heard
                .iter()
                .rev()
                .find_map(|message| buttons.iter().find_map(|wanted| button(message, wanted)));
            if let Some(found) = found {
                return found;
            }
        }
    }
    panic!("nothing was offered: {:?}", anya.heard().await);
}

/// A shop that sells.
async fn selling(by: By) -> Shop {
    selling_with(by, Vec::new()).await
}

/// The same with these settings besides.
async fn selling_with(by: By, more: Vec<Setting>) -> Shop {
    let base = ports::block();
    let emulators = Emulators::start_with(base, 1, "100");
    let login = emulators.order("login", json!({})).await;
    let cookies = login["cookies"].as_str().expect("cookies").to_owned();
    let mut settings = at_gateway(&emulators);
    settings.extend(chatting(base, by));
    settings.retain(|(name, _)| *name != "BROWSER_DRIVER");
    settings.push(("FRAGMENT_COOKIES", cookies));
    for (name, value) in [
        ("FULFILMENT_LOOK_EVERY", "200ms"),
        ("FULFILMENT_CHAIN_PAUSE", "200ms"),
        ("ORDER_FIRST_PAUSE", "200ms"),
        ("PRICE_RATES_EVERY", "1s"),
        ("PRICE_GOODS_EVERY", "5s"),
        ("PRICE_GOODS_AGAIN", "500ms"),
        ("PRICE_LOOK_EVERY", "200ms"),
    ] {
        settings.push((name, value.to_owned()));
    }
    settings.extend(more);
    Shop::beside(emulators, base, settings).await
}

async fn buys(by: By) {
    let shop = selling(by).await;
    let anya = anya(&shop).await;
    anya.say("/start").await;
    anya.sees_button("1:stars").await;
    tops_up(&shop, &anya).await;
    let pay = offered(&anya).await;
    anya.tap(&pay).await;
    if pay.starts_with("1:confirm") {
        let ways = anya.sees_button("1:pay_balance").await;
        anya.tap(&button(&ways, "1:pay_balance").unwrap()).await;
    }
    eventually_within("the Stars are there", ENDING, async || {
        match shop.emulators.look("stars/anya_k").await["stars"].as_u64() {
            Some(50) => Ok(()),
            other => Err(other),
        }
    })
    .await;
    let done = anya
        .sees("it is told", |message| {
            message["rings"] == true
                && message["edits"] == 0
                && button(message, "1:again").is_some()
        })
        .await;
    assert!(text(&done).contains("50"), "{done}");
    anya.sees("the order's message ends", |message| {
        text(message).contains("✓ Delivered")
    })
    .await;
    let heard = anya.heard().await;
    let live = heard
        .iter()
        .filter(|message| text(message).contains("✓ Delivered"));
    assert_eq!(live.count(), 1, "one message shows the order: {heard:?}");
}

#[tokio::test]
async fn the_list_of_people_comes_and_goes() {
    let shop = selling(By::Polling).await;
    let anya = anya(&shop).await;
    anya.say("/start").await;
    anya.sees_button("1:stars").await;
    offered(&anya).await;
    for label in ["Cancel", "@somebody"] {
        anya.tap("1:friend").await;
        eventually("the list of people is there", async || {
            let keyboard = anya.keyboard().await;
            if keyboard.is_null() {
                Err("letters")
            } else {
                Ok(())
            }
        })
        .await;
        anya.say(label).await;
        eventually("the letters are back", async || {
            let keyboard = anya.keyboard().await;
            if keyboard.is_null() {
                Ok(())
            } else {
                Err(keyboard)
            }
        })
        .await;
    }
    anya.sees("the card of somebody, with their picture", |message| {
        !message["photo"].is_null() && text(message).contains("@somebody")
    })
    .await;
}
