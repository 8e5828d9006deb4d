//! Buttons and keyboards: which are taken, and what pressing them does.

use serde_json::{Value, json};

use crate::ground::{ANYA, Ground, START_S, button, buttons, with};

#[actix_web::test]
async fn what_is_no_markup_is_refused_with_what_is_wrong() {
    let ground = Ground::begun().await;
    let inline = |button: Value| json!({"inline_keyboard": [[button]]});
    let cases = [
        (json!("{"), "can't parse reply keyboard markup JSON object"),
        (json!([]), "object expected as reply markup"),
        (
            json!({"inline_keyboard": 1}),
            "field \"inline_keyboard\" must be of type Array",
        ),
        (
            json!({"inline_keyboard": [1]}),
            "field \"inline_keyboard\" must be an Array of Arrays",
        ),
        (
            inline(json!({"text": "x"})),
            "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
        ),
        (
            inline(json!({"callback_data": "x"})),
            "can't parse inline keyboard button: Can't find field \"text\"",
        ),
        (
            inline(button(" ", "x")),
            "inline keyboard button text must be non-empty",
        ),
        (inline(button("x", "")), "BUTTON_DATA_INVALID"),
        (inline(button("x", &"y".repeat(65))), "BUTTON_DATA_INVALID"),
        (inline(button("x", &"ж".repeat(33))), "BUTTON_DATA_INVALID"),
        (
            inline(json!({"text": "x", "url": "not a page"})),
            "inline keyboard button URL 'not a page' is invalid: Wrong HTTP URL",
        ),
        (
            inline(json!({"text": "x", "url": "ftp://example.com"})),
            "inline keyboard button URL 'ftp://example.com' is invalid: Wrong HTTP URL",
        ),
        (
            inline(json!({"text": "x", "copy_text": {"text": ""}})),
            "BUTTON_COPY_TEXT_INVALID",
        ),
        (
            inline(json!({"text": "x", "copy_text": {"text": "y".repeat(257)}})),
            "BUTTON_COPY_TEXT_INVALID",
        ),
        (
            json!({"inline_keyboard": [vec![button("x", "y"); 101]]}),
            "reply markup is too long",
        ),
        (
            json!({"keyboard": [[{"text": ""}]]}),
            "keyboard button text must be non-empty",
        ),
        (
            json!({"keyboard": [[{"text": "x", "request_users": {}}]]}),
            "can't parse keyboard button: Can't find field \"request_id\"",
        ),
        (
            json!({"keyboard": [[{"text": "x", "request_users": {"request_id": 1, "max_quantity": 11}}]]}),
            "wrong number of users to request specified",
        ),
    ];
    for (markup, why) in cases {
        let answer = ground.send("x", json!({"reply_markup": markup})).await;
        assert_eq!(answer.refused(400), format!("Bad Request: {why}"));
    }
    let longest = [
        button("x", &"y".repeat(64)),
        json!({"text": "c", "copy_text": {"text": "y".repeat(256)}}),
    ];
    ground.send("x", buttons(&longest)).await.result();
}

#[actix_web::test]
async fn a_tap_is_told_to_the_bot_and_what_the_bot_says_is_told_to_the_tap() {
    let ground = Ground::begun().await;
    let id = ground
        .sent("Choose", buttons(&[button("Stars", "1:stars")]))
        .await;
    for (pressed, alert) in [("Stars", false), ("1:stars", true)] {
        let tapping = ground.drive("users/7/tap", json!({"button": pressed, "wait_ms": 20_000}));
        let answering = async {
            let poll = json!({"timeout": 20, "offset": -1});
            let update = ground.call("getUpdates", poll).await.result()[0].clone();
            let query = &update["callback_query"];
            assert_eq!(
                (&query["data"], &query["message"]["message_id"]),
                (&json!("1:stars"), &json!(id))
            );
            assert_eq!(query["from"]["language_code"], json!("ru"));
            assert_eq!(
                query["message"]["reply_markup"]["inline_keyboard"][0][0]["text"],
                json!("Stars")
            );
            let answer =
                json!({"callback_query_id": query["id"], "text": "Soon", "show_alert": alert});
            ground
                .call("answerCallbackQuery", answer.clone())
                .await
                .result();
            let offset = update["update_id"].as_i64().unwrap() + 1;
            ground
                .call("getUpdates", json!({"offset": offset}))
                .await
                .result();
            answer
        };
        let (tapped, answer) = tokio::join!(tapping, answering);
        assert_eq!(
            (&tapped["answered"], &tapped["text"], &tapped["alert"]),
            (&json!(true), &json!("Soon"), &json!(alert))
        );
        let again = ground.call("answerCallbackQuery", answer).await;
        assert_eq!(
            again.refused(400),
            "Bad Request: query is too old and response timeout expired or query ID is invalid"
        );
    }
}

#[actix_web::test]
async fn a_tap_is_answered_within_a_minute_or_never() {
    let ground = Ground::begun().await;
    ground.sent("Choose", buttons(&[button("A", "a")])).await;
    let early = ground.tap("A").await;
    let late = ground.tap("A").await;
    assert_eq!(late["answered"], json!(false));
    ground.advance(60).await;
    let answer = |tap: &Value| json!({"callback_query_id": tap["query"]});
    ground
        .call("answerCallbackQuery", answer(&early))
        .await
        .result();
    ground.advance(1).await;
    for params in [
        answer(&late),
        json!({"callback_query_id": "12345"}),
        json!({}),
    ] {
        let refused = ground.call("answerCallbackQuery", params).await;
        assert!(refused.refused(400).contains("query is too old"));
    }
    let fresh = ground.tap("A").await;
    let long = with(answer(&fresh), &json!({"text": "x".repeat(201)}));
    let long = ground.call("answerCallbackQuery", long).await;
    assert_eq!(long.refused(400), "Bad Request: MESSAGE_TOO_LONG");
}

#[actix_web::test]
async fn a_tap_finds_the_newest_message_that_has_the_button_or_the_one_it_names() {
    let ground = Ground::begun().await;
    let old = ground
        .sent(
            "old",
            buttons(&[button("Go", "old"), button("Only", "only")]),
        )
        .await;
    let new = ground.sent("new", buttons(&[button("Go", "new")])).await;
    assert_eq!(ground.tap("Go").await["message_id"], json!(new));
    assert_eq!(ground.tap("old").await["message_id"], json!(old));
    assert_eq!(ground.tap("Only").await["message_id"], json!(old));
    let named = json!({"button": "Go", "message_id": old, "wait_ms": 0});
    assert_eq!(
        ground.drive("users/7/tap", named).await["message_id"],
        json!(old)
    );
    let updates = ground.updates().await;
    let data: Vec<&Value> = updates
        .iter()
        .map(|update| &update["callback_query"]["data"])
        .collect();
    assert_eq!(data, ["new", "old", "only", "old"]);
    let missing = ground
        .control("users/7/tap", json!({"button": "Gone"}))
        .await;
    assert_eq!(missing.status, 404, "{}", missing.json);
}

#[actix_web::test]
async fn links_open_and_texts_are_copied_without_a_word_to_the_bot() {
    let ground = Ground::begun().await;
    let row = [
        json!({"text": "Pay", "url": "http://127.0.0.1:8092/pay/1"}),
        json!({"text": "Address", "copy_text": {"text": "UQx"}}),
    ];
    ground.sent("Pay here", buttons(&row)).await;
    assert_eq!(
        ground.tap("Pay").await["opens"],
        json!("http://127.0.0.1:8092/pay/1")
    );
    assert_eq!(ground.tap("Address").await["copies"], json!("UQx"));
    assert_eq!(ground.updates().await, Vec::<Value>::new());
}

#[actix_web::test]
async fn a_keyboard_types_its_keys_and_offers_people_and_goes_away() {
    let ground = Ground::begun().await;
    let boris = json!({"username": "boris", "first_name": "Boris", "premium": true});
    ground.drive("users/8", boris).await;
    ground
        .drive(
            "users/9",
            json!({"username": null, "first_name": "Masha", "last_name": "K"}),
        )
        .await;
    let picker =
        json!({"request_id": 5, "max_quantity": 2, "request_name": true, "request_username": true});
    let keyboard = json!({"reply_markup": {
        "keyboard": [[{"text": "Pick a friend", "request_users": picker}], ["Cancel"]],
        "one_time_keyboard": true,
    }});
    let asked = ground.sent("Who for?", keyboard.clone()).await;
    let shown = ground.look("users/7/chat?after=0").await["keyboard"].clone();
    assert_eq!(
        shown["keys"],
        json!([[{"text": "Pick a friend", "picks": 2}], [{"text": "Cancel", "picks": null}]])
    );
    let edit = json!({"chat_id": ANYA, "message_id": asked, "text": "other"});
    let edit = ground.call("editMessageText", edit).await;
    assert_eq!(edit.refused(400), "Bad Request: message can't be edited");
    let none = ground
        .control("users/7/tap", json!({"button": "Pick a friend"}))
        .await;
    assert_eq!(none.status, 400, "{}", none.json);
    let three = ground
        .control("users/7/pick", json!({"users": [7, 8, 9]}))
        .await;
    assert_eq!(three.status, 400, "{}", three.json);
    let both = json!({"button": "Pick a friend", "users": [8, 9]});
    ground.drive("users/7/tap", both).await;
    let update = ground.updates().await.remove(0);
    assert_eq!(
        update["message"]["users_shared"],
        json!({"request_id": 5, "user_ids": [8, 9], "users": [
            {"user_id": 8, "first_name": "Boris", "username": "boris"},
            {"user_id": 9, "first_name": "Masha", "last_name": "K"},
        ]})
    );
    let gone = ground
        .control("users/7/tap", json!({"button": "Cancel"}))
        .await;
    assert_eq!(gone.status, 404, "the keyboard was for one press");
    ground.sent("Who for?", keyboard).await;
    ground.tap("Cancel").await;
    assert_eq!(
        ground.updates().await[0]["message"]["text"],
        json!("Cancel")
    );
    let stays = json!({"reply_markup": {"keyboard": [[{"text": "Pick", "request_users": {"request_id": 6}}]]}});
    ground.sent("Who?", stays).await;
    ground.drive("users/7/pick", json!({"users": [8]})).await;
    let update = ground.updates().await.remove(0);
    assert_eq!(
        update["message"]["users_shared"]["users"],
        json!([{"user_id": 8}]),
        "no name was asked for"
    );
    assert_eq!(update["message"]["date"], json!(START_S));
    ground
        .sent("Bye", json!({"reply_markup": {"remove_keyboard": true}}))
        .await;
    assert_eq!(
        ground.look("users/7/chat?after=0").await["keyboard"],
        Value::Null
    );
    let after = ground.control("users/7/pick", json!({"users": [8]})).await;
    assert_eq!(after.status, 409, "{}", after.json);
}
