//! Updates by poll: offsets, kinds, and one poller at a time.

use serde_json::{Value, json};

use crate::ground::{ANYA, Ground, TOKEN, button, buttons, eventually};

async fn page(ground: &Ground, params: Value) -> Vec<i64> {
    let page = ground.call("getUpdates", params).await.result();
    let numbers = page.as_array().unwrap().iter();
    numbers
        .map(|update| update["update_id"].as_i64().unwrap())
        .collect()
}

#[actix_web::test]
async fn an_update_comes_again_until_a_later_offset_confirms_it() {
    let ground = Ground::begun().await;
    for words in ["one", "two", "three"] {
        ground.say(ANYA, words).await;
    }
    let all = page(&ground, json!({})).await;
    assert_eq!(all.len(), 3);
    assert_eq!(
        all,
        [all[0], all[0] + 1, all[0] + 2],
        "numbers follow each other"
    );
    assert_eq!(page(&ground, json!({})).await, all);
    assert_eq!(page(&ground, json!({"limit": 2})).await, all[..2]);
    assert_eq!(page(&ground, json!({"offset": all[1]})).await, all[1..]);
    assert_eq!(
        page(&ground, json!({})).await,
        all[1..],
        "the first was confirmed"
    );
    assert_eq!(page(&ground, json!({"offset": -1})).await, all[2..]);
    assert_eq!(
        page(&ground, json!({})).await,
        all[2..],
        "the end was asked for, so the rest is forgotten"
    );
    assert_eq!(
        page(&ground, json!({"offset": all[2] + 1})).await,
        Vec::<i64>::new()
    );
}

#[actix_web::test]
async fn the_number_of_an_update_comes_before_what_it_is_about() {
    let ground = Ground::begun().await;
    ground.say(ANYA, "x").await;
    let answer = ground
        .client
        .get(ground.url(TOKEN, "getUpdates"))
        .send()
        .await
        .unwrap();
    let words = answer.text().await.unwrap();
    assert!(
        words.starts_with("{\"ok\":true,\"result\":[{\"update_id\":"),
        "{words}"
    );
}

#[actix_web::test]
async fn a_poll_waits_until_somebody_writes() {
    let ground = Ground::begun().await;
    let (polled, ()) = tokio::join!(page(&ground, json!({"timeout": 30})), async {
        ground.say(ANYA, "now").await;
    });
    assert_eq!(polled.len(), 1);
    let offset = polled[0] + 1;
    let none = page(&ground, json!({"timeout": 0, "offset": offset})).await;
    assert_eq!(none, Vec::<i64>::new());
}

#[actix_web::test]
async fn a_second_poll_ends_the_first_with_a_conflict() {
    let ground = Ground::begun().await;
    let request = ground.client.post(ground.url(TOKEN, "getUpdates"));
    let first = tokio::spawn(request.json(&json!({"timeout": 30})).send());
    eventually("another poll ends the first", async || {
        let other = ground.call("getUpdates", json!({})).await;
        assert_eq!(other.result(), json!([]));
        first.is_finished()
    })
    .await;
    let ended: Value = first.await.unwrap().unwrap().json().await.unwrap();
    let description = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running";
    let refusal = json!({"ok": false, "error_code": 409, "description": description});
    assert_eq!(ended, refusal);
}

#[actix_web::test]
async fn a_webhook_ends_a_poll_and_keeps_further_ones_away() {
    let ground = Ground::begun().await;
    let set = json!({"url": "https://shop.example.com/hook"});
    let (poll, ()) = tokio::join!(ground.call("getUpdates", json!({"timeout": 30})), async {
        ground.call("setWebhook", set).await.result();
    });
    assert!(
        poll.status == 409 && poll.refused(409).starts_with("Conflict: "),
        "{poll:?}"
    );
    let next = ground.call("getUpdates", json!({})).await;
    assert_eq!(
        next.refused(409),
        "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
    );
    ground.call("deleteWebhook", json!({})).await.result();
    ground.call("getUpdates", json!({})).await.result();
}

#[actix_web::test]
async fn a_bot_gets_the_kinds_it_asked_for_from_then_on() {
    let ground = Ground::begun().await;
    ground.sent("Choose", buttons(&[button("A", "a")])).await;
    ground.say(ANYA, "before").await;
    let kinds = json!({"allowed_updates": ["callback_query", "nonsense"]});
    assert_eq!(
        page(&ground, kinds).await.len(),
        1,
        "what came before still comes"
    );
    let heard = ground.say(ANYA, "not wanted").await;
    assert_eq!(heard["heard"], json!(false));
    ground.tap("A").await;
    let updates = ground.updates().await;
    assert_eq!(updates.len(), 2);
    assert_eq!(updates[1]["callback_query"]["data"], json!("a"));
    page(&ground, json!({"allowed_updates": []})).await;
    ground.say(ANYA, "wanted").await;
    assert_eq!(ground.updates().await.len(), 1);
    let wrong = ground
        .call("getUpdates", json!({"allowed_updates": "x"}))
        .await;
    assert!(wrong.refused(400).contains("allowed_updates"));
}

#[actix_web::test]
async fn what_was_said_before_the_bot_came_waits_for_it_for_a_day() {
    let ground = Ground::new();
    ground.say(ANYA, "early").await;
    ground.advance(23 * 3600).await;
    ground.say(ANYA, "later").await;
    ground.advance(3600 + 1).await;
    let updates = ground.updates().await;
    let words: Vec<&Value> = updates
        .iter()
        .map(|update| &update["message"]["text"])
        .collect();
    assert_eq!(words, ["later"]);
    assert_eq!(ground.chat().await.len(), 2, "the person still sees both");
}

#[actix_web::test]
async fn a_reset_forgets_everybody_and_numbers_of_updates_go_on() {
    let ground = Ground::begun().await;
    ground.say(ANYA, "one").await;
    let before = page(&ground, json!({})).await;
    ground.drive("reset", json!({})).await;
    assert_eq!(page(&ground, json!({})).await, Vec::<i64>::new());
    assert_eq!(ground.look("users").await["count"], json!(0));
    let gone = ground.send("x", json!({})).await;
    assert_eq!(gone.refused(400), "Bad Request: chat not found");
    ground.say(ANYA, "two").await;
    let after = page(&ground, json!({})).await;
    assert!(after[0] > before[0], "{before:?} {after:?}");
    assert_eq!(ground.chat().await.len(), 1);
}

#[actix_web::test]
async fn a_look_at_a_chat_waits_for_what_is_new() {
    let ground = Ground::begun().await;
    let seen = ground.look("users/7/chat?after=0").await;
    assert_eq!(seen["messages"].as_array().unwrap().len(), 1);
    let path = format!("users/7/chat?after={}&wait_ms=20000", seen["version"]);
    let (news, ()) = tokio::join!(ground.look(&path), async {
        ground.send("new", json!({})).await.result();
    });
    let messages = news["messages"].as_array().unwrap();
    assert_eq!(messages.len(), 1, "only what changed: {news}");
    assert_eq!(messages[0]["text"], json!("new"));
    let path = format!("chats?after={}&wait_ms=20000", news["version"]);
    let (changed, _) = tokio::join!(ground.look(&path), ground.say(8, "/start"));
    assert_eq!(
        (&changed["chats"], &changed["whole"]),
        (&json!([8]), &json!(true))
    );
    eventually("another look sees nothing new", async || {
        let path = format!("chats?after={}", changed["version"]);
        ground.look(&path).await["chats"] == json!([])
    })
    .await;
}
