//! Updates that are delivered, and who else knocks there.

use super::*;
use crate::support::wait::eventually_within;

/// Knocks at the webhook; answers the status and the body.
pub(super) async fn knock(
    shop: &Shop,
    secret: Option<&str>,
    body: impl Into<Vec<u8>>,
) -> (u16, Value) {
    let url = format!("http://127.0.0.1:{}/webhook/telegram", shop.door().port);
    let mut request = crate::support::emulators::web().post(url).body(body.into());
    if let Some(secret) = secret {
        request = request.header("X-Telegram-Bot-Api-Secret-Token", secret);
    }
    let answer = request.send().await.expect("it answers");
    let status = answer.status().as_u16();
    let body = answer.bytes().await.expect("a body");
    (status, serde_json::from_slice(&body).unwrap_or(Value::Null))
}

fn start_of(person: i64, update: i64) -> String {
    json!({"update_id": update, "message": {"message_id": update, "date": 1, "text": "/start",
        "from": {"id": person, "is_bot": false, "first_name": "P", "language_code": "en"},
        "chat": {"id": person, "type": "private"}}})
    .to_string()
}

#[tokio::test]
async fn start_is_answered_and_money_comes_in() {
    let shop = open(By::Webhook, Vec::new()).await;
    let anya = anya(&shop).await;
    anya.say("/start").await;
    anya.sees_button("1:stars").await;
    tops_up(&shop, &anya).await;
}

#[tokio::test]
async fn a_tap_is_answered_in_the_answer_itself() {
    let shop = open(By::Webhook, Vec::new()).await;
    let anya = anya(&shop).await;
    anya.say("/start").await;
    let menu = anya.sees_button("1:balance").await;
    anya.tap(&button(&menu, "1:balance").unwrap()).await;
    let id = menu["message_id"].clone();
    anya.sees("the menu becomes the balance", |message| {
        message["message_id"] == id && message["edits"] == 1
    })
    .await;
    let calls = "starkeeper_telegram_calls_total{method=\"AnswerCallbackQuery\"";
    assert_eq!(counted(&shop, calls).await, 0, "a call of its own was made");
    let tap = json!({"update_id": 900, "callback_query": {"id": "77", "chat_instance": "1",
        "from": {"id": ANYA, "is_bot": false, "first_name": "Anya"}, "data": "1:menu",
        "message": {"message_id": 1, "date": 0, "chat": {"id": ANYA, "type": "private"}}}});
    let (status, answer) = knock(&shop, Some(SECRET), tap.to_string()).await;
    assert_eq!(status, 200);
    assert_eq!(answer["method"], "answerCallbackQuery", "{answer}");
    assert_eq!(answer["callback_query_id"], "77");
}

#[tokio::test]
async fn only_what_telegram_delivers_is_taken() {
    let shop = open(By::Webhook, Vec::new()).await;
    let person = 4_711;
    let phone = Phone::of(&shop.emulators, person, None, "en").await;
    phone.say("hello").await;
    phone.sees_button("1:").await;
    let before = phone.heard().await.len();
    for secret in [None, Some(""), Some("secret-of-somebody-else-entirely")] {
        let (status, answer) = knock(&shop, secret, start_of(person, 800)).await;
        assert_eq!(
            (status, &answer["error"]["code"]),
            (401, &json!("unauthorised"))
        );
    }
    for body in ["", "{}", "not json", "[1]"] {
        let (status, _) = knock(&shop, Some(SECRET), body).await;
        assert_eq!(status, 400, "{body}");
    }
    let large = format!("{{\"update_id\":1,\"x\":\"{}\"}}", "y".repeat(300 * 1024));
    assert_eq!(knock(&shop, Some(SECRET), large).await.0, 413);
    let unknown = r#"{"update_id": 801, "next_years_kind": {}}"#;
    assert_eq!(knock(&shop, Some(SECRET), unknown).await.0, 200);
    assert_eq!(phone.heard().await.len(), before, "nothing came of it");
    for _ in 0..3 {
        assert_eq!(
            knock(&shop, Some(SECRET), start_of(person, 802)).await.0,
            200
        );
    }
    eventually("it is answered once", async || {
        match phone.heard().await.len() {
            found if found == before + 1 => Ok(()),
            found => Err(found),
        }
    })
    .await;
    let duplicate = "starkeeper_telegram_updates_total{kind=\"message\",outcome=\"duplicate\"";
    assert_eq!(counted(&shop, duplicate).await, 2);
}

#[tokio::test]
async fn a_daemon_that_is_down_gets_its_updates_when_it_is_back() {
    let mut shop = open(By::Webhook, Vec::new()).await;
    shop.daemon.kill();
    {
        let anya = anya(&shop).await;
        anya.say("/start").await;
    }
    shop.daemon.resume().await;
    let anya = anya(&shop).await;
    anya.sees_button("1:stars").await;
}

#[tokio::test]
async fn a_webhook_that_nobody_can_reach_is_told_of_within_a_minute() {
    let nowhere = ("WEBHOOK_PUBLIC_URL", "http://127.0.0.1:1".to_owned());
    let shop = open(By::Webhook, vec![nowhere]).await;
    let anya = anya(&shop).await;
    anya.say("/start").await;
    let minute = Duration::from_secs(60);
    eventually_within("the log says so", minute, async || {
        let log = shop.daemon.log();
        let said = log.contains("telegram cannot deliver to http://127.0.0.1:1/webhook/telegram");
        if said { Ok(()) } else { Err(log) }
    })
    .await;
    assert_eq!(counted(&shop, "starkeeper_telegram_webhook_ok").await, 0);
    assert_eq!(
        counted(&shop, "starkeeper_telegram_webhook_pending").await,
        1
    );
}

#[tokio::test]
async fn the_bot_has_its_commands_in_both_languages() {
    let shop = open(By::Webhook, Vec::new()).await;
    let url = format!("{}/bot{TOKEN}/getMyCommands", shop.emulators.telegram());
    let web = crate::support::emulators::web();
    let mut both = Vec::new();
    for language in ["", "ru"] {
        let asked = json!({ "language_code": language });
        let list = eventually("the commands are there", async || {
            let answer = web
                .post(&url)
                .json(&asked)
                .send()
                .await
                .expect("it answers");
            let shown: Value = answer.json().await.expect("JSON");
            let list = shown["result"].as_array().cloned().unwrap_or_default();
            if list.is_empty() {
                Err(shown)
            } else {
                Ok(list)
            }
        })
        .await;
        both.push(list);
    }
    assert_eq!(both[0].len(), both[1].len());
    assert_eq!(both[0][0]["command"], "start");
    assert_ne!(both[0][0]["description"], both[1][0]["description"]);
}
