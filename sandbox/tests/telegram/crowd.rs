//! Many people at once, and one bot that answers them all.

use futures_util::stream::{self, StreamExt as _};
use serde_json::json;

use crate::ground::{Ground, TOKEN, button, buttons, with};
use crate::hook::Hook;

/// People in the crowd.
const MANY: i64 = 2_000;

/// Calls at a time.
const AT_ONCE: usize = 64;

#[actix_web::test]
async fn everybody_is_heard_once_and_in_order_and_answered() {
    let (ground, hook) = (Ground::new(), Hook::new());
    ground
        .call(
            "setWebhook",
            json!({"url": hook.url, "max_connections": 100}),
        )
        .await
        .result();
    let each = |person| {
        let ground = &ground;
        async move {
            ground.say(person, "/start").await;
            let screen = with(
                json!({"chat_id": person, "text": "Welcome"}),
                &buttons(&[button("Go", "1:go")]),
            );
            let message = ground.call("sendMessage", screen).await.result();
            let tap = json!({"button": "Go", "wait_ms": 0});
            ground.drive(&format!("users/{person}/tap"), tap).await;
            let edit =
                json!({"chat_id": person, "message_id": message["message_id"], "text": "Gone"});
            ground.call("editMessageText", edit).await.result();
        }
    };
    stream::iter(1..=MANY)
        .map(each)
        .buffer_unordered(AT_ONCE)
        .collect::<Vec<()>>()
        .await;
    hook.reached(usize::try_from(MANY).unwrap() * 2).await;
    let updates = hook.updates();
    assert_eq!(
        updates.len(),
        usize::try_from(MANY).unwrap() * 2,
        "none twice"
    );
    let mut started = std::collections::BTreeSet::new();
    for update in &updates {
        match update["message"]["from"]["id"].as_i64() {
            Some(person) => assert!(started.insert(person)),
            None => {
                let person = update["callback_query"]["from"]["id"].as_i64().unwrap();
                assert!(
                    started.contains(&person),
                    "{person} tapped before they said /start"
                );
            }
        }
    }
    assert_eq!(ground.look("users?limit=1").await["count"], json!(MANY));
    let changed = ground.look("chats?after=0").await;
    assert_eq!(changed["chats"].as_array().unwrap().len(), started.len());
    let info = ground
        .get(&ground.url(TOKEN, "getWebhookInfo"))
        .await
        .result();
    assert!(info.get("last_error_message").is_none(), "{info}");
}
