//! What Telegram does not take, in its own words.

use serde_json::{Value, json};

use crate::ground::{ANYA, Ground, button, buttons, with};

#[actix_web::test]
async fn lengths_are_those_after_tags_were_read() {
    let ground = Ground::begun().await;
    let html = |words: String| json!({"chat_id": ANYA, "text": words, "parse_mode": "HTML"});
    let full = format!("<b>{}</b>", "ж".repeat(4096));
    ground
        .call("sendMessage", html(full.clone()))
        .await
        .result();
    let long = ground.call("sendMessage", html(full + "x")).await;
    assert_eq!(long.refused(400), "Bad Request: message is too long");
    let id = ground.sent("x", json!({})).await;
    let edit = json!({"chat_id": ANYA, "message_id": id, "text": "x".repeat(4097)});
    let edit = ground.call("editMessageText", edit).await;
    assert_eq!(edit.refused(400), "Bad Request: MESSAGE_TOO_LONG");
    let photo = |caption: String| json!({"chat_id": ANYA, "photo": "https://example.com/1.jpg", "caption": caption});
    let card = ground
        .call("sendPhoto", photo("x".repeat(1024)))
        .await
        .result();
    let long = ground.call("sendPhoto", photo("x".repeat(1025))).await;
    assert_eq!(
        long.refused(400),
        "Bad Request: message caption is too long"
    );
    let edit =
        json!({"chat_id": ANYA, "message_id": card["message_id"], "caption": "x".repeat(1025)});
    let edit = ground.call("editMessageCaption", edit).await;
    assert_eq!(
        edit.refused(400),
        "Bad Request: message caption is too long"
    );
    for empty in ["", " \n ", "<b> </b>"] {
        let answer = ground.call("sendMessage", html(empty.to_owned())).await;
        assert_eq!(
            answer.refused(400),
            "Bad Request: message text is empty",
            "{empty:?}"
        );
    }
}

#[actix_web::test]
async fn an_edit_that_changes_nothing_is_refused() {
    let ground = Ground::begun().await;
    let row = buttons(&[button("A", "a")]);
    let id = ground.sent("same", row.clone()).await;
    let edit = |words: &str| json!({"chat_id": ANYA, "message_id": id, "text": words});
    let same = with(edit("same"), &row);
    let refusal = "Bad Request: message is not modified: specified new message content and reply markup are \
                   exactly the same as a current content and reply markup of the message";
    let answer = ground.call("editMessageText", same.clone()).await;
    assert_eq!(answer.refused(400), refusal);
    let markup = with(json!({"chat_id": ANYA, "message_id": id}), &row);
    let answer = ground.call("editMessageReplyMarkup", markup).await;
    assert_eq!(answer.refused(400), refusal);
    let bold = with(
        same.clone(),
        &json!({"text": "<b>same</b>", "parse_mode": "HTML"}),
    );
    ground.call("editMessageText", bold).await.result();
    ground.call("editMessageText", same).await.result();
    ground.call("editMessageText", edit("same")).await.result();
    assert_eq!(
        ground.newest().await["edits"],
        json!(3),
        "looks and buttons count"
    );
}

#[actix_web::test]
async fn only_what_fits_may_be_edited() {
    let ground = Ground::begun().await;
    let words = ground.sent("text", json!({})).await;
    let photo = json!({"chat_id": ANYA, "photo": "https://example.com/1.jpg"});
    let photo = ground.call("sendPhoto", photo).await.result()["message_id"].clone();
    let theirs = ground.say(ANYA, "mine").await["message_id"].clone();
    let edit = |id: &Value, field: &str| json!({"chat_id": ANYA, "message_id": id, field: "other"});
    for (method, params, why) in [
        (
            "editMessageText",
            edit(&photo, "text"),
            "there is no text in the message to edit",
        ),
        (
            "editMessageCaption",
            edit(&json!(words), "caption"),
            "there is no caption in the message to edit",
        ),
        (
            "editMessageText",
            edit(&json!(9_999_999), "text"),
            "message to edit not found",
        ),
        (
            "editMessageText",
            edit(&theirs, "text"),
            "message can't be edited",
        ),
        (
            "editMessageText",
            json!({"chat_id": ANYA, "text": "x"}),
            "message identifier is not specified",
        ),
        (
            "editMessageText",
            json!({"text": "x", "message_id": words}),
            "chat_id is empty",
        ),
        (
            "editMessageText",
            json!({"chat_id": 5, "text": "x", "message_id": words}),
            "chat not found",
        ),
        (
            "editMessageMedia",
            json!({"chat_id": ANYA, "message_id": words, "media": {"type": "video", "media": "x"}}),
            "can't parse InputMedia: the sandbox has media of type \"photo\" alone",
        ),
        (
            "editMessageText",
            with(
                edit(&json!(words), "text"),
                &json!({"reply_markup": {"remove_keyboard": true}}),
            ),
            "inline keyboard expected",
        ),
    ] {
        let answer = ground.call(method, params).await;
        assert_eq!(answer.refused(400), format!("Bad Request: {why}"));
    }
}

#[actix_web::test]
async fn nobody_is_written_to_who_does_not_want_it() {
    let ground = Ground::begun().await;
    let unknown = ground
        .call("sendMessage", json!({"chat_id": 99, "text": "x"}))
        .await;
    assert_eq!(unknown.refused(400), "Bad Request: chat not found");
    ground.drive("users/8", json!({})).await;
    let stranger = ground
        .call("sendMessage", json!({"chat_id": 8, "text": "x"}))
        .await;
    assert_eq!(
        stranger.refused(403),
        "Forbidden: bot can't initiate conversation with a user"
    );
    ground.drive("users/7", json!({"blocked": true})).await;
    for (method, params) in [
        ("sendMessage", json!({"chat_id": ANYA, "text": "x"})),
        (
            "sendPhoto",
            json!({"chat_id": ANYA, "photo": "https://example.com/1.jpg"}),
        ),
        (
            "sendChatAction",
            json!({"chat_id": ANYA, "action": "typing"}),
        ),
    ] {
        let answer = ground.call(method, params).await;
        assert_eq!(
            answer.refused(403),
            "Forbidden: bot was blocked by the user"
        );
    }
    let member = ground.updates().await.remove(0)["my_chat_member"].clone();
    assert_eq!(
        (
            &member["old_chat_member"]["status"],
            &member["new_chat_member"]["status"]
        ),
        (&json!("member"), &json!("kicked"))
    );
    let mute = ground.control("users/7/say", json!({"text": "x"})).await;
    assert_eq!(mute.status, 409, "{}", mute.json);
    ground.drive("users/7", json!({"blocked": false})).await;
    ground.send("x", json!({})).await.result();
    ground.drive("users/7", json!({"deactivated": true})).await;
    let gone = ground.send("x", json!({})).await;
    assert_eq!(gone.refused(403), "Forbidden: user is deactivated");
}

#[actix_web::test]
async fn pictures_that_are_none_are_refused() {
    let ground = Ground::begun().await;
    let send = async |params: Value| {
        let answer = ground
            .call("sendPhoto", with(json!({"chat_id": ANYA}), &params))
            .await;
        answer.refused(400).to_owned()
    };
    assert_eq!(
        send(json!({})).await,
        "Bad Request: there is no photo in the request"
    );
    let odd = send(json!({"photo": "AgACnobody"})).await;
    assert!(
        odd.starts_with("Bad Request: wrong remote file identifier specified"),
        "{odd}"
    );
    assert_eq!(
        send(json!({"photo": "ftp://example.com/1"})).await,
        "Bad Request: wrong HTTP URL specified"
    );
    let missing = send(json!({"photo": "attach://nothing"})).await;
    assert_eq!(missing, "Bad Request: wrong file attachment specified");
    for (bytes, why) in [
        (&b""[..], "file must be non-empty"),
        (&b"<svg/>"[..], "IMAGE_PROCESS_FAILED"),
    ] {
        let parts = [("chat_id", &b"7"[..], false), ("photo", bytes, true)];
        let answer = ground.call_in_parts("sendPhoto", &parts).await;
        assert_eq!(answer.refused(400), format!("Bad Request: {why}"));
    }
}

#[actix_web::test]
async fn commands_that_no_client_would_show_are_refused() {
    let ground = Ground::new();
    let command =
        |name: &str, description: &str| json!([{"command": name, "description": description}]);
    for (commands, why) in [
        (json!("x"), "can't parse commands: Can't parse JSON"),
        (
            json!({}),
            "can't parse commands: expected an Array of BotCommand",
        ),
        (command("Start", "x"), "BOT_COMMAND_INVALID"),
        (command(&"x".repeat(33), "x"), "BOT_COMMAND_INVALID"),
        (command("start", ""), "BOT_COMMAND_DESCRIPTION_INVALID"),
        (
            json!(vec![json!({"command": "a", "description": "b"}); 101]),
            "BOT_COMMANDS_TOO_MUCH",
        ),
    ] {
        let answer = ground
            .call("setMyCommands", json!({"commands": commands}))
            .await;
        assert_eq!(answer.refused(400), format!("Bad Request: {why}"));
    }
    let scope = json!({"commands": command("a", "b"), "scope": {"type": "galaxy"}});
    let answer = ground.call("setMyCommands", scope).await;
    assert_eq!(
        answer.refused(400),
        "Bad Request: can't parse BotCommandScope: Unsupported type specified"
    );
    let language = json!({"commands": command("a", "b"), "language_code": "russian"});
    let answer = ground.call("setMyCommands", language).await;
    assert_eq!(
        answer.refused(400),
        "Bad Request: invalid language code specified"
    );
}
