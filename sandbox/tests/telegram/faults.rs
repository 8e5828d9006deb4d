//! Faults, kind by kind, on calls and on updates.

use serde_json::{Value, json};

use crate::ground::{ANYA, Ground, eventually};
use crate::hook::Hook;

async fn count(ground: &Ground) -> usize {
    let chat = ground.chat().await;
    chat.iter()
        .filter(|one| one["from"] == json!("bot"))
        .count()
}

async fn texts(ground: &Ground) -> Vec<String> {
    let updates = ground.updates().await;
    let texts = updates
        .iter()
        .map(|update| update["message"]["text"].as_str().unwrap().to_owned());
    texts.collect()
}

#[actix_web::test]
async fn a_refused_call_is_not_done() {
    let ground = Ground::begun().await;
    for (more, code, words) in [
        (json!({}), 500, "Internal Server Error"),
        (
            json!({"status": 429}),
            429,
            "Too Many Requests: retry after 3",
        ),
        (
            json!({"status": 403}),
            403,
            "Forbidden: bot was blocked by the user",
        ),
        (json!({"status": 401}), 401, "Unauthorized"),
        (
            json!({"status": 400, "message": "Bad Request: failed to get HTTP URL content"}),
            400,
            "Bad Request: failed to get HTTP URL content",
        ),
    ] {
        ground.fault("sendMessage", "refuse", more).await;
        assert_eq!(ground.send("x", json!({})).await.refused(code), words);
    }
    assert_eq!(count(&ground).await, 0);
    ground.send("x", json!({})).await.result();
}

#[actix_web::test]
async fn a_line_that_is_cut_before_or_after_the_work() {
    let ground = Ground::begun().await;
    let send = async || {
        let params = json!({"chat_id": ANYA, "text": "x"});
        ground.try_call("sendMessage", params).await
    };
    ground.fault("sendMessage", "down", json!({})).await;
    send().await.unwrap_err();
    assert_eq!(count(&ground).await, 0);
    ground.fault("sendMessage", "lose-reply", json!({})).await;
    send().await.unwrap_err();
    assert_eq!(count(&ground).await, 1);
    ground.fault("sendMessage", "duplicate", json!({})).await;
    send().await.unwrap().result();
    assert_eq!(count(&ground).await, 3);
    ground.fault("*", "down", json!({})).await;
    ground.try_call("getUpdates", json!({})).await.unwrap_err();
}

#[actix_web::test]
async fn a_late_answer_comes_when_the_clock_says_so_and_one_that_is_overtaken_after_another() {
    let ground = Ground::begun().await;
    ground
        .fault("sendMessage", "delay", json!({"delay_ms": 30_000}))
        .await;
    let late = ground.send("late", json!({}));
    let (late, ()) = tokio::join!(late, async {
        ground.struck().await;
        eventually("it is done before it is answered", async || {
            count(&ground).await == 1
        })
        .await;
        ground.advance(30).await;
    });
    late.result();
    ground
        .drive(
            "faults",
            json!({"system": "telegram", "method": "sendMessage", "kind": "reorder"}),
        )
        .await;
    let first = ground.send("first", json!({}));
    let (first, second) = tokio::join!(first, async {
        eventually("the first is done", async || count(&ground).await == 2).await;
        ground.send("second", json!({})).await.result()
    });
    assert_eq!(first.result()["text"], json!("first"));
    assert_eq!(second["text"], json!("second"));
}

#[actix_web::test]
async fn updates_are_lost_late_doubled_or_shuffled_for_who_polls() {
    let ground = Ground::begun().await;
    ground.fault("update", "refuse", json!({})).await;
    assert_eq!(ground.say(ANYA, "lost").await["heard"], json!(false));
    ground.say(ANYA, "kept").await;
    assert_eq!(texts(&ground).await, ["kept"]);
    ground.fault("update", "duplicate", json!({})).await;
    ground.say(ANYA, "twice").await;
    let page = ground.updates().await;
    assert_eq!(page.len(), 2);
    assert_eq!(page[0], page[1], "the same number");
    ground.fault("update", "reorder", json!({})).await;
    ground.say(ANYA, "one").await;
    ground.say(ANYA, "two").await;
    assert_eq!(texts(&ground).await, ["two", "one"]);
    ground
        .fault("update", "delay", json!({"delay_ms": 5_000}))
        .await;
    ground.say(ANYA, "late").await;
    ground.say(ANYA, "soon").await;
    assert_eq!(texts(&ground).await, ["soon"]);
    ground.advance(5).await;
    assert_eq!(texts(&ground).await, ["late"]);
}

#[actix_web::test]
async fn a_webhook_meets_them_with_their_numbers_out_of_order() {
    let (ground, hook) = (Ground::begun().await, Hook::new());
    ground
        .call("setWebhook", json!({"url": hook.url}))
        .await
        .result();
    ground.fault("update", "reorder", json!({})).await;
    ground.say(ANYA, "one").await;
    ground.say(ANYA, "two").await;
    hook.reached(2).await;
    assert_eq!(hook.texts(), ["two", "one"]);
    let numbers: Vec<i64> = hook
        .updates()
        .iter()
        .map(|update| update["update_id"].as_i64().unwrap())
        .collect();
    assert!(numbers[0] > numbers[1], "{numbers:?}");

    ground.fault("update", "duplicate", json!({})).await;
    ground.say(ANYA, "three").await;
    hook.reached(4).await;
    assert_eq!(hook.texts()[2..], ["three", "three"]);
    ground.fault("update", "lose-reply", json!({})).await;
    ground.say(ANYA, "four").await;
    hook.reached(5).await;
    ground.advance(1).await;
    hook.reached(6).await;
    assert_eq!(hook.texts()[4..], ["four", "four"]);
    ground.fault("update", "down", json!({})).await;
    ground.say(ANYA, "five").await;
    let info = ground.call("getWebhookInfo", json!({})).await.result();
    assert_eq!(
        info["last_error_message"],
        json!("Connection reset by peer")
    );
    ground.advance(1).await;
    hook.reached(7).await;
    assert_eq!(hook.texts()[6], "five");
}

#[actix_web::test]
async fn kinds_that_mean_nothing_here_and_methods_that_do_not_exist_are_named() {
    let ground = Ground::new();
    for (method, kind) in [
        ("sendMessage", "stale"),
        ("getMe", "mixed"),
        ("sendMoney", "down"),
    ] {
        let wish = json!({"system": "telegram", "method": method, "kind": kind});
        let answer = ground.control("faults", wish).await;
        assert_eq!(answer.status, 400, "{}", answer.json);
    }
    let faults = ground.look("faults").await;
    assert_eq!(faults, Value::Array(Vec::new()));
}
