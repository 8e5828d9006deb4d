//! People: who they are, and what they may do besides writing.

use serde_json::{Value, json};

use crate::ground::{ANYA, Ground, START_S, eventually};

#[actix_web::test]
async fn a_person_has_a_name_a_language_and_perhaps_a_username() {
    let ground = Ground::new();
    let usual = ground.drive("users/8", json!({})).await;
    assert_eq!(
        usual,
        json!({"id": 8, "username": "user8", "first_name": "User 8", "last_name": null,
            "language": "en", "premium": false, "deactivated": false, "blocked": false})
    );
    let fields = json!({"username": "@boris", "name": "Boris", "last_name": "B", "language": "ru", "premium": true});
    ground.drive("users/8", fields).await;
    ground.say(8, "/start now").await;
    let message = ground.updates().await.remove(0)["message"].clone();
    assert_eq!(
        message["from"],
        json!({"id": 8, "is_bot": false, "first_name": "Boris", "last_name": "B",
            "username": "boris", "language_code": "ru", "is_premium": true})
    );
    assert_eq!(
        message["entities"],
        json!([{"type": "bot_command", "offset": 0, "length": 6}])
    );
    assert_eq!(message["date"], json!(START_S));
    ground
        .drive(
            "users/8",
            json!({"username": null, "last_name": null, "premium": false}),
        )
        .await;
    let bare = ground.look("users/8").await;
    assert_eq!(
        (&bare["username"], &bare["last_name"]),
        (&Value::Null, &Value::Null)
    );
    assert_eq!(
        bare["first_name"],
        json!("Boris"),
        "what is not named stays"
    );
    ground.say(8, "x").await;
    let from = ground.updates().await.remove(0)["message"]["from"].clone();
    assert_eq!(
        from,
        json!({"id": 8, "is_bot": false, "first_name": "Boris", "language_code": "ru"})
    );
}

#[actix_web::test]
async fn mistakes_of_a_driver_are_named() {
    let ground = Ground::begun().await;
    ground.drive("users/8", json!({})).await;
    for (path, body, status, part) in [
        ("users/0", json!({}), 400, "\"id\""),
        ("users/x", json!({}), 400, "\"id\""),
        ("users/8", json!({"username": "x"}), 400, "\"username\""),
        ("users/8", json!({"username": "Anya"}), 409, "belongs to 7"),
        ("users/8", json!({"first_name": ""}), 400, "\"first_name\""),
        (
            "users/8",
            json!({"language": "русский"}),
            400,
            "\"language\"",
        ),
        ("users/8", json!({"colour": "red"}), 400, "\"colour\""),
        ("users/8/say", json!({"text": " "}), 400, "\"text\""),
        (
            "users/8/say",
            json!({"text": "x", "group": 5}),
            400,
            "\"group\"",
        ),
        ("users/8/tap", json!({}), 400, "\"button\""),
        ("users/8/tap", json!({"button": "x"}), 404, "no message"),
        ("users/99/tap", json!({"button": "x"}), 404, "no person 99"),
        ("users/8/send", json!({"kind": "car"}), 400, "\"kind\""),
        ("users/8/forward", json!({"text": "x"}), 400, "\"from\""),
        (
            "users/8/forward",
            json!({"text": "x", "from": 99}),
            404,
            "no person 99",
        ),
    ] {
        let answer = ground.control(path, body.clone()).await;
        let words = answer.json.to_string();
        assert!(
            answer.status == status && words.contains(part),
            "{path} {body}: {words}"
        );
    }
    let url = format!("{}/control/users/99/chat", ground.sandbox.control_url());
    assert_eq!(ground.get(&url).await.status, 404);
    let url = format!(
        "{}/control/users/7/chat?after=x",
        ground.sandbox.control_url()
    );
    assert_eq!(ground.get(&url).await.status, 400);
}

#[actix_web::test]
async fn stickers_and_voices_are_no_texts() {
    let ground = Ground::begun().await;
    for kind in ["sticker", "voice", "photo"] {
        ground.drive("users/7/send", json!({"kind": kind})).await;
        let message = ground.updates().await.remove(0)["message"].clone();
        assert!(
            message.get(kind).is_some() && message.get("text").is_none(),
            "{message}"
        );
        assert_eq!(ground.newest().await["text"], json!(format!("({kind})")));
    }
}

#[actix_web::test]
async fn a_forwarded_message_says_who_wrote_it_unless_they_hide() {
    let ground = Ground::begun().await;
    ground
        .drive(
            "users/8",
            json!({"username": "boris", "first_name": "Boris"}),
        )
        .await;
    let origin = async |body: Value| {
        ground.drive("users/7/forward", body).await;
        let message = ground.updates().await.remove(0)["message"].clone();
        assert_eq!(
            (&message["text"], &message["from"]["id"]),
            (&json!("hi"), &json!(ANYA))
        );
        message["forward_origin"].clone()
    };
    let open = origin(json!({"from": 8, "text": "hi"})).await;
    assert_eq!(
        (&open["type"], &open["sender_user"]["username"]),
        (&json!("user"), &json!("boris"))
    );
    let hidden = origin(json!({"from": 8, "text": "hi", "hidden": true})).await;
    assert_eq!(
        hidden,
        json!({"type": "hidden_user", "sender_user_name": "Boris", "date": START_S})
    );
    let channel = origin(json!({"channel": "news", "text": "hi"})).await;
    assert_eq!(
        (&channel["type"], &channel["chat"]["username"]),
        (&json!("channel"), &json!("news"))
    );
}

#[actix_web::test]
async fn in_a_group_a_bot_hears_commands_and_its_own_name_and_may_answer() {
    let ground = Ground::begun().await;
    let name = ground.call("getMe", json!({})).await.result()["username"].clone();
    let group = -1_001_234;
    let say = async |words: String| {
        let body = json!({"text": words, "group": group});
        ground.drive("users/7/say", body).await["heard"].clone()
    };
    assert_eq!(say("100 please".to_owned()).await, json!(false));
    assert_eq!(say("/start".to_owned()).await, json!(true));
    assert_eq!(say("/start@another_bot".to_owned()).await, json!(false));
    let name = name.as_str().unwrap();
    assert_eq!(say(format!("/start@{name}")).await, json!(true));
    assert_eq!(say(format!("hey @{name}")).await, json!(true));
    let updates = ground.updates().await;
    assert_eq!(updates.len(), 3);
    let chat = &updates[0]["message"]["chat"];
    assert_eq!(
        (&chat["id"], &chat["type"]),
        (&json!(group), &json!("supergroup"))
    );
    let answer = json!({"chat_id": group, "text": "In private, please"});
    ground.call("sendMessage", answer).await.result();
    let seen = ground.look(&format!("users/7/chat?group={group}")).await;
    assert_eq!(seen.as_array().unwrap().len(), 6);
    assert_eq!(
        ground.chat().await.len(),
        1,
        "the private chat is another one"
    );
}

#[actix_web::test]
async fn a_page_of_another_origin_may_not_drive_people() {
    let ground = Ground::begun().await;
    for path in ["users/7/say", "users/7/tap"] {
        let url = format!("{}/control/{path}", ground.sandbox.control_url());
        let request = ground
            .client
            .post(url)
            .header("origin", "https://evil.example.com");
        let answer = request
            .body("{\"text\":\"x\",\"button\":\"x\"}")
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status().as_u16(), 403, "{path}");
    }
    eventually("nothing was said", async || ground.chat().await.len() == 1).await;
}
