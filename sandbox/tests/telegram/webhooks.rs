//! Updates by webhook: what is sent, in which order, how often, and calls inside an answer.

use serde_json::{Value, json};

use crate::ground::{ANYA, Ground, START_S, button, buttons, eventually, with};
use crate::hook::Hook;

async fn set(ground: &Ground, hook: &Hook, more: Value) -> Value {
    let params = with(json!({"url": hook.url}), &more);
    let answer = ground.call("setWebhook", params).await;
    answer.result();
    answer.json["description"].clone()
}

async fn info(ground: &Ground) -> Value {
    ground.call("getWebhookInfo", json!({})).await.result()
}

#[actix_web::test]
async fn updates_go_to_the_webhook_with_its_secret() {
    let (ground, hook) = (Ground::begun().await, Hook::new());
    assert_eq!(
        info(&ground).await,
        json!({"url": "", "has_custom_certificate": false, "pending_update_count": 0})
    );
    let more = json!({"secret_token": "hush-hush_1", "max_connections": 3, "allowed_updates": ["message"]});
    assert_eq!(
        set(&ground, &hook, more.clone()).await,
        json!("Webhook was set")
    );
    assert_eq!(
        set(&ground, &hook, more).await,
        json!("Webhook is already set")
    );
    ground.say(ANYA, "hello").await;
    hook.reached(1).await;
    assert_eq!(hook.secrets(), [Some("hush-hush_1".to_owned())]);
    assert_eq!(hook.updates()[0]["message"]["text"], json!("hello"));
    let expected = json!({
        "url": hook.url,
        "has_custom_certificate": false,
        "pending_update_count": 0,
        "max_connections": 3,
        "allowed_updates": ["message"],
    });
    eventually("the update is confirmed", async || {
        info(&ground).await == expected
    })
    .await;
    let deleted = ground.call("deleteWebhook", json!({})).await;
    assert_eq!(deleted.json["description"], json!("Webhook was deleted"));
    let again = ground.call("deleteWebhook", json!({})).await;
    assert_eq!(
        again.json["description"],
        json!("Webhook is already deleted")
    );
    set(&ground, &hook, json!({})).await;
    ground.say(ANYA, "open").await;
    hook.reached(2).await;
    assert_eq!(hook.secrets()[1], None);
}

#[actix_web::test]
async fn what_waits_is_sent_to_a_new_webhook_unless_it_is_dropped() {
    let (ground, hook) = (Ground::begun().await, Hook::new());
    ground.say(ANYA, "one").await;
    ground.say(ANYA, "two").await;
    set(&ground, &hook, json!({})).await;
    hook.reached(2).await;
    assert_eq!(hook.texts(), ["one", "two"]);
    ground.call("deleteWebhook", json!({})).await.result();
    ground.say(ANYA, "three").await;
    set(&ground, &hook, json!({"drop_pending_updates": true})).await;
    ground.say(ANYA, "four").await;
    hook.reached(3).await;
    assert_eq!(hook.texts(), ["one", "two", "four"]);
    ground.call("deleteWebhook", json!({})).await.result();
    ground.say(ANYA, "five").await;
    ground
        .call("deleteWebhook", json!({"drop_pending_updates": true}))
        .await
        .result();
    assert_eq!(ground.updates().await, Vec::<Value>::new());
}

#[actix_web::test]
async fn a_failed_delivery_is_tried_again_with_growing_pauses_and_nothing_overtakes_it() {
    let (ground, hook) = (Ground::begun().await, Hook::new());
    set(&ground, &hook, json!({})).await;
    hook.statuses(&[500, 404, 302, 201]);
    ground.say(ANYA, "one").await;
    ground.say(ANYA, "two").await;
    for (tries, pause) in [(1, 1), (2, 2), (3, 4)] {
        hook.reached(tries).await;
        eventually("the failure is noted", async || {
            info(&ground).await["last_error_message"] != Value::Null
        })
        .await;
        ground.advance(pause - 1).await;
        assert_eq!(hook.texts().len(), tries, "not before its time");
        ground.advance(1).await;
    }
    hook.reached(5).await;
    assert_eq!(hook.texts(), ["one", "one", "one", "one", "two"]);
    let told = info(&ground).await;
    assert_eq!(
        told["last_error_message"],
        json!("Wrong response from the webhook: 302 Found")
    );
    assert_eq!(told["last_error_date"], json!(START_S + 3));
    assert_eq!(told["pending_update_count"], json!(0));
}

#[actix_web::test]
async fn one_persons_trouble_delays_nobody_else() {
    let (ground, hook) = (Ground::begun().await, Hook::new());
    set(&ground, &hook, json!({"max_connections": 2})).await;
    hook.statuses(&[500]);
    ground.say(ANYA, "one").await;
    hook.reached(1).await;
    ground.say(8, "eight").await;
    hook.reached(2).await;
    let open = hook.hold();
    ground.say(9, "nine").await;
    ground.say(9, "nine again").await;
    ground.say(10, "ten").await;
    ground.say(11, "eleven").await;
    hook.reached(4).await;
    assert_eq!(
        hook.texts(),
        ["one", "eight", "nine", "ten"],
        "two connections, one of each chat"
    );
    open.send_replace(true);
    hook.reached(6).await;
    assert_eq!(
        ground.drive("telegram/redeliver", json!({})).await,
        json!({"tried": 1})
    );
    hook.reached(7).await;
    let texts = hook.texts();
    assert_eq!(texts.last().map(String::as_str), Some("one"));
    assert!(texts.contains(&"nine again".to_owned()) && texts.contains(&"eleven".to_owned()));
}

#[actix_web::test]
async fn nobody_there_is_a_refused_connection() {
    let ground = Ground::begun().await;
    let url = "http://127.0.0.1:9/hook";
    ground
        .call("setWebhook", json!({"url": url}))
        .await
        .result();
    ground.say(ANYA, "x").await;
    eventually("the failure is noted", async || {
        info(&ground).await["last_error_message"] == json!("Connection refused")
    })
    .await;
    assert_eq!(info(&ground).await["pending_update_count"], json!(1));
    ground.call("deleteWebhook", json!({})).await.result();
    assert_eq!(ground.updates().await.len(), 1, "it was kept");
}

#[actix_web::test]
async fn an_answer_may_carry_any_call() {
    let (ground, hook) = (Ground::begun().await, Hook::new());
    ground.sent("Choose", buttons(&[button("A", "a")])).await;
    set(&ground, &hook, json!({})).await;
    hook.answer(json!({"method": "sendMessage", "chat_id": ANYA, "text": "<b>at once</b>", "parse_mode": "HTML"}));
    ground.say(ANYA, "x").await;
    eventually("the message is there", async || {
        ground.newest().await["text"] == json!("at once")
    })
    .await;
    let answered = async {
        hook.reached(1).await;
        ground
            .drive("users/7/tap", json!({"button": "A", "wait_ms": 20_000}))
            .await
    };
    // The id of the tap is known to the endpoint alone, so it is guessed from one before.
    let before = ground.tap("A").await["query"]
        .as_str()
        .unwrap()
        .parse::<u64>()
        .unwrap();
    hook.reached(2).await;
    let next = (before + 1).to_string();
    hook.answer(
        json!({"method": "answercallbackquery", "callback_query_id": next, "text": "rode along"}),
    );
    let answered = answered.await;
    assert_eq!(answered["text"], json!("rode along"));
    hook.answer(json!("ok"));
    hook.answer(json!({"method": "launchRocket"}));
    ground.say(ANYA, "y").await;
    ground.say(ANYA, "z").await;
    hook.reached(5).await;
    eventually("strange answers confirm as well", async || {
        info(&ground).await["pending_update_count"] == json!(0)
    })
    .await;
}

#[actix_web::test]
async fn addresses_and_secrets_that_telegram_would_not_take_are_refused() {
    let ground = Ground::begun().await;
    for (params, why) in [
        (
            json!({"url": "http://shop.example.com/hook"}),
            "bad webhook: An HTTPS URL must be provided for webhook",
        ),
        (
            json!({"url": "https://shop.example.com:444/hook"}),
            "bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443",
        ),
        (json!({"url": "shop"}), "bad webhook: Bad URL"),
        (
            json!({"url": "https://shop.example.com", "secret_token": "with space"}),
            "secret token contains unallowed characters",
        ),
        (
            json!({"url": "https://shop.example.com", "secret_token": "x".repeat(257)}),
            "secret token is too long",
        ),
    ] {
        let answer = ground.call("setWebhook", params).await;
        assert_eq!(answer.refused(400), format!("Bad Request: {why}"));
    }
    assert_eq!(info(&ground).await["url"], json!(""));
}

#[actix_web::test]
async fn a_reset_keeps_the_webhook_and_what_is_on_its_way_harms_nobody() {
    let (ground, hook) = (Ground::begun().await, Hook::new());
    set(&ground, &hook, json!({"secret_token": "s"})).await;
    let open = hook.hold();
    ground.say(ANYA, "before").await;
    hook.reached(1).await;
    ground.drive("reset", json!({})).await;
    ground.say(ANYA, "after").await;
    hook.reached(2).await;
    open.send_replace(true);
    eventually("both are over", async || {
        info(&ground).await["pending_update_count"] == json!(0)
    })
    .await;
    ground.say(ANYA, "more").await;
    hook.reached(3).await;
    assert_eq!(hook.texts(), ["before", "after", "more"]);
    assert_eq!(hook.secrets()[2], Some("s".to_owned()));
}
