//! Updates that are fetched.

use super::*;

#[tokio::test]
async fn start_is_answered_and_a_top_up_is_told_in_a_message_that_rings() {
    let shop = open(By::Polling, Vec::new()).await;
    let anya = anya(&shop).await;
    anya.say("/start").await;
    let menu = anya.sees_button("1:stars").await;
    assert_eq!(menu["rings"], true, "{menu}");
    let before = anya.heard().await.len();
    tops_up(&shop, &anya).await;
    let told = anya
        .sees("the payment is told", |message| {
            text(message).contains("10") && message["rings"] == true && message["edits"] == 0
        })
        .await;
    assert!(anya.heard().await.len() > before, "{told}");
    assert!(
        !shop.daemon.log().contains("AAE-token"),
        "the token is in the log"
    );
}

#[tokio::test]
async fn a_tap_edits_its_message_and_is_answered() {
    let shop = open(By::Polling, Vec::new()).await;
    let anya = anya(&shop).await;
    anya.say("/start").await;
    let menu = anya.sees_button("1:balance").await;
    anya.tap(&button(&menu, "1:balance").unwrap()).await;
    let id = menu["message_id"].clone();
    let edited = anya
        .sees("the menu becomes the balance", |message| {
            message["message_id"] == id && message["edits"] == 1
        })
        .await;
    assert_ne!(text(&edited), text(&menu));
    assert_eq!(anya.heard().await.len(), 1, "no message came for a tap");
    eventually("the tap is answered", async || {
        match counted(
            &shop,
            "starkeeper_telegram_calls_total{method=\"AnswerCallbackQuery\"",
        )
        .await
        {
            0 => Err("not yet"),
            _ => Ok(()),
        }
    })
    .await;
}

#[tokio::test]
async fn an_update_that_comes_twice_is_handled_once() {
    let shop = open(By::Polling, Vec::new()).await;
    let twice = json!({"probability": "1"});
    let emulators = &shop.emulators;
    emulators
        .fault_of("telegram", "update", "duplicate", twice)
        .await;
    let anya = anya(&shop).await;
    anya.say("/start").await;
    anya.sees_button("1:stars").await;
    eventually("the second one is known", async || {
        let line = "starkeeper_telegram_updates_total{kind=\"message\",outcome=\"duplicate\"";
        match counted(&shop, line).await {
            0 => Err("not yet"),
            _ => Ok(()),
        }
    })
    .await;
    assert_eq!(anya.heard().await.len(), 1);
}

#[tokio::test]
async fn a_killed_daemon_loses_no_update() {
    let mut shop = open(By::Polling, vec![("TELEGRAM_CHAT_EVERY", "1ms".to_owned())]).await;
    {
        let anya = anya(&shop).await;
        anya.say("/start").await;
        anya.sees_button("1:stars").await;
    }
    shop.daemon.kill();
    let people: Vec<i64> = (100..120).collect();
    for id in &people {
        let phone = Phone::of(&shop.emulators, *id, None, "en").await;
        phone.say("/start").await;
    }
    shop.daemon.resume().await;
    for id in &people {
        let phone = Phone::of(&shop.emulators, *id, None, "en").await;
        phone.sees_button("1:stars").await;
    }
}

#[tokio::test]
async fn who_blocked_the_bot_is_told_when_they_come_back() {
    let shop = open(By::Polling, Vec::new()).await;
    let anya = anya(&shop).await;
    anya.say("/start").await;
    anya.sees_button("1:stars").await;
    anya.say("/topup 10").await;
    let choice = anya.sees_button("1:pay_invoice").await;
    anya.tap(&button(&choice, "1:pay_invoice").unwrap()).await;
    let uuid = eventually("an invoice is open", async || {
        let invoices = shop.emulators.invoices().await;
        let first = invoices
            .first()
            .and_then(|invoice| invoice["uuid"].as_str());
        first.map(str::to_owned).ok_or("none")
    })
    .await;
    anya.set(json!({"blocked": true})).await;
    shop.emulators.pay(&uuid, "exact").await;
    eventually("the notice is kept", async || {
        let told = shop.door().told(ANYA).await;
        let kept = told.iter().any(|notice| notice["state"] == "kept");
        if kept { Ok(()) } else { Err(told) }
    })
    .await;
    let before = anya.heard().await.len();
    anya.set(json!({"blocked": false})).await;
    eventually("what was kept is delivered", async || {
        let heard = anya.heard().await;
        if heard.len() > before {
            Ok(())
        } else {
            Err(heard)
        }
    })
    .await;
}

#[tokio::test]
async fn another_program_on_the_same_token_is_told_of() {
    let shop = open(By::Polling, Vec::new()).await;
    let url = format!("{}/bot{TOKEN}/getUpdates", shop.emulators.telegram());
    let web = crate::support::emulators::web();
    let other = tokio::spawn(async move {
        loop {
            let asked = web.post(&url).json(&json!({"timeout": 1})).send().await;
            let _whatever = asked.expect("it answers").bytes().await;
        }
    });
    eventually("the log says so", async || {
        let log = shop.daemon.log();
        let said = log.contains("another program takes the updates of this bot");
        if said { Ok(()) } else { Err(log) }
    })
    .await;
    other.abort();
    let anya = anya(&shop).await;
    anya.say("/start").await;
    anya.sees_button("1:stars").await;
}

#[tokio::test]
async fn a_daemon_that_ends_in_order_is_not_brought_again_what_it_has_handled() {
    let mut shop = open(By::Polling, Vec::new()).await;
    {
        let anya = anya(&shop).await;
        anya.say("/start").await;
        anya.sees_button("1:stars").await;
    }
    shop.daemon.terminate().await;
    shop.daemon.resume().await;
    let anya = anya(&shop).await;
    // A later update is handled after all that Telegram still had.
    let boris = Phone::of(&shop.emulators, 8, None, "en").await;
    boris.say("/start").await;
    boris.sees_button("1:stars").await;
    assert_eq!(anya.heard().await.len(), 1, "it was answered before");
    assert_eq!(
        counted(&shop, "starkeeper_telegram_updates_total{kind=\"message\"").await,
        1
    );
}
