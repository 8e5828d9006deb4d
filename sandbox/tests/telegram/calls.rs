//! Calls in every form, and what each method does.

use serde_json::{Value, json};

use crate::ground::{ANYA, Ground, START_S, TOKEN, button, buttons, text, with};

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n and the rest of a picture";

#[actix_web::test]
async fn a_method_is_found_in_any_case_and_a_bot_is_any_token_of_the_right_form() {
    let ground = Ground::new();
    for method in ["getMe", "GETME", "getme", "GetMe"] {
        let me = ground.get(&ground.url(TOKEN, method)).await.result();
        assert_eq!(me["id"], json!(4200));
        assert_eq!(me["is_bot"], json!(true));
        assert_eq!(me["can_join_groups"], json!(true));
        assert!(text(&me["username"]).ends_with("_bot"), "{me}");
    }
    let other = ground.get(&ground.url("77:x-y_z", "getMe")).await.result();
    assert_eq!(other["id"], json!(77));
}

#[actix_web::test]
async fn what_is_no_token_or_no_method_is_not_found() {
    let ground = Ground::new();
    for token in ["", "abc", "12", "x:abc", "12:", "12:a b", "0:abc", "-1:abc"] {
        let answer = ground.get(&ground.url(token, "getMe")).await;
        assert_eq!(answer.refused(404), "Not Found", "{token}");
    }
    let answer = ground.get(&ground.url(TOKEN, "getMoney")).await;
    assert_eq!(answer.refused(404), "Not Found: method not found");
    let file = ground.call("getFile", json!({"file_id": "x"})).await;
    assert!(file.refused(404).starts_with("Not Found: "), "{file:?}");
    let url = format!(
        "{}/file/bot{TOKEN}/photos/1.jpg",
        ground.sandbox.telegram_url()
    );
    assert_eq!(ground.get(&url).await.refused(404), "Not Found");
}

#[actix_web::test]
async fn parameters_come_in_the_address_a_form_json_or_in_parts() {
    let ground = Ground::begun().await;
    let url = ground.url(TOKEN, "sendMessage");
    let query = ground.get(&format!("{url}?chat_id=7&text=one%20%26")).await;
    assert_eq!(query.result()["text"], json!("one &"));
    let form = [("chat_id", "7"), ("text", "two +")];
    let strings = json!({"chat_id": "7", "text": "four"});
    let numbers = json!({"chat_id": 7, "text": "five", "disable_notification": null});
    let requests = [
        (ground.client.post(&url).form(&form), "two +"),
        (ground.client.post(&url).json(&strings), "four"),
        (ground.client.post(&url).json(&numbers), "five"),
    ];
    for (request, words) in requests {
        let answer: Value = request.send().await.unwrap().json().await.unwrap();
        assert_eq!(answer["result"]["text"], json!(words), "{answer}");
    }
    let parts = [
        ("chat_id", &b"7"[..], false),
        ("text", &b"three"[..], false),
    ];
    let answer = ground.call_in_parts("sendMessage", &parts).await;
    assert_eq!(answer.result()["text"], json!("three"));
    let broken = ground
        .client
        .post(&url)
        .header("content-type", "application/json");
    let broken: Value = broken.body("{").send().await.unwrap().json().await.unwrap();
    assert_eq!(broken["error_code"], json!(400));
}

#[actix_web::test]
async fn a_message_is_told_to_the_bot_and_seen_by_the_person_and_rings_unless_it_is_silent() {
    let ground = Ground::begun().await;
    let more = buttons(&[
        button("Stars", "1:stars"),
        json!({"text": "Page", "url": "https://example.com/a"}),
        json!({"text": "Copy", "copy_text": {"text": "UQaddress"}}),
    ]);
    let message = ground.send("Hello", more.clone()).await.result();
    assert_eq!(message["from"]["is_bot"], json!(true));
    assert_eq!(
        message["chat"],
        json!({"id": 7, "type": "private", "first_name": "Anya", "username": "anya"})
    );
    assert_eq!(message["date"], json!(START_S));
    assert_eq!(message["reply_markup"], more["reply_markup"]);
    let seen = ground.newest().await;
    assert_eq!(seen["message_id"], message["message_id"]);
    assert_eq!(
        (&seen["from"], &seen["text"], &seen["photo"]),
        (&json!("bot"), &json!("Hello"), &Value::Null)
    );
    assert_eq!(
        seen["buttons"],
        json!([[
            {"text": "Stars", "data": "1:stars", "url": null, "copy": null},
            {"text": "Page", "data": null, "url": "https://example.com/a", "copy": null},
            {"text": "Copy", "data": null, "url": null, "copy": "UQaddress"},
        ]])
    );
    assert_eq!((&seen["edits"], &seen["rings"]), (&json!(0), &json!(true)));
    ground
        .send("Hush", json!({"disable_notification": true}))
        .await
        .result();
    assert_eq!(ground.newest().await["rings"], json!(false));
}

#[actix_web::test]
async fn an_edit_changes_the_message_in_place_counts_and_never_rings() {
    let ground = Ground::begun().await;
    let id = ground.sent("Wait", buttons(&[button("A", "a")])).await;
    ground.advance(60).await;
    let edit =
        json!({"chat_id": ANYA, "message_id": id, "text": "<b>Paid</b>", "parse_mode": "HTML"});
    let told = ground.call("editMessageText", edit).await.result();
    assert_eq!(told["edit_date"], json!(START_S + 60));
    assert_eq!(told["date"], json!(START_S));
    assert!(
        told.get("reply_markup").is_none(),
        "an edit names its buttons anew"
    );
    let seen = ground.newest().await;
    assert_eq!((&seen["text"], &seen["edits"]), (&json!("Paid"), &json!(1)));
    assert_eq!(seen["buttons"], json!([]));
    assert_eq!(seen["entities"][0]["type"], json!("bold"));
    let count = ground
        .chat()
        .await
        .iter()
        .filter(|one| one["from"] == json!("bot"))
        .count();
    assert_eq!(count, 1, "an edit is no new message");
    let markup = json!({"chat_id": ANYA, "message_id": id});
    let markup = with(markup, &buttons(&[button("B", "b")]));
    ground.call("editMessageReplyMarkup", markup).await.result();
    let seen = ground.newest().await;
    assert_eq!((&seen["text"], &seen["edits"]), (&json!("Paid"), &json!(2)));
    assert_eq!(seen["buttons"][0][0]["data"], json!("b"));
}

#[actix_web::test]
async fn a_photo_comes_by_address_by_upload_or_under_its_name_and_its_caption_is_edited() {
    let ground = Ground::begun().await;
    let address = "https://example.com/masha.jpg";
    let params =
        json!({"chat_id": ANYA, "photo": address, "caption": "<i>Masha</i>", "parse_mode": "HTML"});
    let by_address = ground.call("sendPhoto", params).await.result();
    let seen = ground.newest().await;
    assert_eq!(
        (&seen["photo"], &seen["text"]),
        (&json!(address), &json!("Masha"))
    );
    assert_eq!(by_address["caption_entities"][0]["type"], json!("italic"));
    let id = &by_address["message_id"];
    let edit = json!({"chat_id": ANYA, "message_id": id, "caption": "Masha K."});
    ground.call("editMessageCaption", edit).await.result();
    assert_eq!(ground.newest().await["text"], json!("Masha K."));

    let parts = [
        ("chat_id", &b"7"[..], false),
        ("photo", &b"attach://file0"[..], false),
        ("file0", PNG, true),
    ];
    let sent = ground.call_in_parts("SendPhoto", &parts).await.result();
    let file_id = &sent["photo"][0]["file_id"];
    let place = ground.newest().await["photo"].clone();
    let url = format!("{}{}", ground.sandbox.control_url(), text(&place));
    let picture = ground.client.get(url).send().await.unwrap();
    assert_eq!(picture.headers()["content-type"], "image/png");
    assert_eq!(picture.bytes().await.unwrap(), PNG);
    let again = json!({"chat_id": ANYA, "photo": file_id});
    ground.call("sendPhoto", again).await.result();
    assert_eq!(ground.newest().await["photo"], place);
}

#[actix_web::test]
async fn a_text_becomes_a_photo_and_a_photo_another_one() {
    let ground = Ground::begun().await;
    let id = ground.sent("Looking…", json!({})).await;
    let media = |address: &str| json!({"type": "photo", "media": address, "caption": "Card"});
    for address in ["https://example.com/1.jpg", "https://example.com/2.jpg"] {
        let edit = json!({"chat_id": ANYA, "message_id": id, "media": media(address)});
        ground.call("editMessageMedia", edit).await.result();
        let seen = ground.newest().await;
        assert_eq!(
            (&seen["photo"], &seen["text"]),
            (&json!(address), &json!("Card"))
        );
    }
    assert_eq!(ground.newest().await["edits"], json!(2));
}

#[actix_web::test]
async fn deleted_messages_are_gone_and_a_driver_hears_which() {
    let ground = Ground::begun().await;
    let first = ground.sent("one", json!({})).await;
    let second = ground.sent("two", json!({})).await;
    let before = ground.look("users/7/chat?after=0").await["version"].clone();
    let one = json!({"chat_id": ANYA, "message_id": first});
    assert_eq!(
        ground.call("deleteMessage", one.clone()).await.result(),
        json!(true)
    );
    let many = json!({"chat_id": ANYA, "message_ids": [first, second, 99_999]});
    ground.call("deleteMessages", many).await.result();
    let after = ground.look(&format!("users/7/chat?after={before}")).await;
    assert_eq!(after["deleted"], json!([first, second]));
    assert_eq!(after["messages"], json!([]));
    let again = ground.call("deleteMessage", one).await;
    assert_eq!(
        again.refused(400),
        "Bad Request: message to delete not found"
    );
    let old = ground.sent("old", json!({})).await;
    ground.advance(48 * 3600 + 1).await;
    let old = ground
        .call("deleteMessage", json!({"chat_id": ANYA, "message_id": old}))
        .await;
    assert_eq!(
        old.refused(400),
        "Bad Request: message can't be deleted for everyone"
    );
}

#[actix_web::test]
async fn typing_is_shown_until_a_message_comes_or_five_seconds_are_over() {
    let ground = Ground::begun().await;
    let action = async || ground.look("users/7/chat?after=0").await["action"].clone();
    let typing = json!({"chat_id": ANYA, "action": "typing"});
    ground.call("sendChatAction", typing.clone()).await.result();
    assert_eq!(action().await, json!("typing"));
    ground.advance(6).await;
    assert_eq!(action().await, Value::Null);
    ground.call("sendChatAction", typing).await.result();
    ground.send("here", json!({})).await.result();
    assert_eq!(action().await, Value::Null);
    let wrong = ground
        .call(
            "sendChatAction",
            json!({"chat_id": ANYA, "action": "dancing"}),
        )
        .await;
    assert_eq!(
        wrong.refused(400),
        "Bad Request: wrong parameter action in request"
    );
}

#[actix_web::test]
async fn commands_and_descriptions_are_kept_by_scope_and_language() {
    let ground = Ground::new();
    let commands = json!([{"command": "start", "description": "Begin"}]);
    let russian = json!([{"command": "start", "description": "Начать"}]);
    let private = json!({"type": "all_private_chats"});
    ground
        .call("setMyCommands", json!({"commands": commands}))
        .await
        .result();
    let set = json!({"commands": russian, "scope": private, "language_code": "ru"});
    ground.call("setMyCommands", set).await.result();
    let get = async |params: Value| ground.call("getMyCommands", params).await.result();
    assert_eq!(get(json!({})).await, commands);
    let asked = json!({"scope": private, "language_code": "ru"});
    assert_eq!(get(asked.clone()).await, russian);
    assert_eq!(get(json!({"scope": private})).await, json!([]));
    ground
        .call("deleteMyCommands", asked.clone())
        .await
        .result();
    assert_eq!(get(asked).await, json!([]));
    for (field, set, get, most) in [
        ("name", "setMyName", "getMyName", 64),
        ("description", "setMyDescription", "getMyDescription", 512),
        (
            "short_description",
            "setMyShortDescription",
            "getMyShortDescription",
            120,
        ),
    ] {
        let english = json!({field: "A shop"});
        ground.call(set, english.clone()).await.result();
        ground
            .call(set, json!({field: "Лавка", "language_code": "ru"}))
            .await
            .result();
        assert_eq!(ground.call(get, json!({})).await.result(), english);
        let asked = ground
            .call(get, json!({"language_code": "ru"}))
            .await
            .result();
        assert_eq!(asked, json!({field: "Лавка"}));
        let asked = ground
            .call(get, json!({"language_code": "de"}))
            .await
            .result();
        assert_eq!(
            asked, english,
            "what is not said in German is said to everybody"
        );
        let long = ground.call(set, json!({field: "x".repeat(most + 1)})).await;
        assert!(long.refused(400).ends_with("is too long"), "{long:?}");
    }
    let bots = ground.look("telegram").await;
    assert_eq!(bots[0]["name"], json!("A shop"));
    assert_eq!(bots[0]["commands"][0]["commands"], commands);
}

#[actix_web::test]
async fn a_bot_knows_the_chats_it_was_written_to() {
    let ground = Ground::begun().await;
    let chat = ground
        .call("getChat", json!({"chat_id": ANYA}))
        .await
        .result();
    assert_eq!(
        (
            &chat["type"],
            &chat["username"],
            &chat["max_reaction_count"]
        ),
        (&json!("private"), &json!("anya"), &json!(11))
    );
    let gifts = &chat["accepted_gift_types"];
    for kind in [
        "unlimited_gifts",
        "limited_gifts",
        "unique_gifts",
        "premium_subscription",
        "gifts_from_channels",
    ] {
        assert!(gifts[kind].is_boolean(), "clients demand {kind}: {gifts}");
    }
    ground.drive("users/8", json!({})).await;
    for params in [
        json!({"chat_id": 8}),
        json!({"chat_id": 9}),
        json!({"chat_id": "@anya"}),
    ] {
        let answer = ground.call("getChat", params).await;
        assert_eq!(answer.refused(400), "Bad Request: chat not found");
    }
    let answer = ground.call("getChat", json!({})).await;
    assert_eq!(answer.refused(400), "Bad Request: chat_id is empty");
}

#[actix_web::test]
async fn a_reply_carries_the_message_it_answers() {
    let ground = Ground::begun().await;
    let first = ground.sent("one", json!({})).await;
    let more = json!({"reply_parameters": {"message_id": first}});
    let told = ground.send("two", more).await.result();
    assert_eq!(told["reply_to_message"]["text"], json!("one"));
    let missing = json!({"reply_parameters": {"message_id": 1_000_000}});
    let refused = ground.send("three", missing).await;
    assert_eq!(
        refused.refused(400),
        "Bad Request: message to be replied not found"
    );
    let may_miss =
        json!({"reply_parameters": {"message_id": 1_000_000, "allow_sending_without_reply": true}});
    ground.send("four", may_miss).await.result();
}
