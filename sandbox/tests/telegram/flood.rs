//! How fast a bot may send.

use serde_json::json;
use starkeeper_sandbox::FloodLimits;

use crate::ground::{ANYA, Ground};

const ONE_A_SECOND: FloodLimits = FloodLimits {
    everywhere: Some(6),
    chat: Some(1),
    chat_burst: 3,
};

#[actix_web::test]
async fn too_many_messages_in_a_chat_are_told_when_to_come_back() {
    let ground = Ground::begun_with(ONE_A_SECOND).await;
    for _ in 0..3 {
        ground.send("x", json!({})).await.result();
    }
    let answer = ground.send("x", json!({})).await;
    assert_eq!(answer.refused(429), "Too Many Requests: retry after 1");
    assert_eq!(answer.json["parameters"], json!({"retry_after": 1}));
    let id = ground.newest().await["message_id"].clone();
    let edit = json!({"chat_id": ANYA, "message_id": id, "text": "y"});
    let edit_answer = ground.call("editMessageText", edit.clone()).await;
    assert_eq!(
        edit_answer.refused(429),
        "Too Many Requests: retry after 1",
        "an edit counts"
    );
    ground
        .call(
            "sendChatAction",
            json!({"chat_id": ANYA, "action": "typing"}),
        )
        .await
        .result();
    ground.advance(1).await;
    ground.call("editMessageText", edit).await.result();
    let answer = ground.send("x", json!({})).await;
    assert_eq!(answer.status, 429, "one second, one call");
    ground.advance(3).await;
    for _ in 0..3 {
        ground.send("x", json!({})).await.result();
    }
}

#[actix_web::test]
async fn all_chats_together_have_a_limit_of_their_own() {
    let ground = Ground::with(ONE_A_SECOND);
    for person in 1..=7 {
        ground.say(person, "/start").await;
    }
    ground.updates().await;
    for person in 1..=6 {
        ground
            .call("sendMessage", json!({"chat_id": person, "text": "x"}))
            .await
            .result();
    }
    let seventh = json!({"chat_id": 7, "text": "x"});
    let answer = ground.call("sendMessage", seventh.clone()).await;
    assert_eq!(answer.refused(429), "Too Many Requests: retry after 1");
    ground.advance(1).await;
    ground.call("sendMessage", seventh).await.result();
}

#[actix_web::test]
async fn what_is_refused_for_another_reason_costs_nothing() {
    let ground = Ground::begun_with(ONE_A_SECOND).await;
    for _ in 0..10 {
        ground.send("", json!({})).await.refused(400);
        ground
            .send("<b>", json!({"parse_mode": "HTML"}))
            .await
            .refused(400);
        ground
            .send("x", json!({"reply_markup": "{"}))
            .await
            .refused(400);
    }
    for _ in 0..3 {
        ground.send("x", json!({})).await.result();
    }
}
