//! Every kind of update, as the Bot API documents them.

use serde_json::{Value, json};

use super::*;

const BOT: BotId = BotId::new(42);

fn heard(update: &Value) -> Heard {
    read(BOT, update.to_string().as_bytes()).unwrap()
}

fn anya() -> Value {
    json!({"id": 7, "is_bot": false, "first_name": "Anya", "last_name": "K", "username": "anya_k",
        "language_code": "ru", "is_premium": true})
}

fn message(more: &Value) -> Value {
    let mut message = json!({"message_id": 5, "date": 1_700_000_000, "from": anya(),
        "chat": {"id": 7, "type": "private", "first_name": "Anya"}});
    let fields = more.as_object().unwrap().clone();
    message.as_object_mut().unwrap().extend(fields);
    json!({"update_id": 100, "message": message})
}

fn wrote(more: &Value) -> Inbound {
    let Chatted::Wrote(inbound) = heard(&message(more)).what else {
        panic!("it was written: {more}");
    };
    *inbound
}

fn person(username: Option<&str>, name: &str, user: Option<i64>) -> Said {
    Said::Picked {
        username: username.map(|name| Username::parse(name).unwrap()),
        name: PersonName::new(name),
        user: user.map(TelegramId::new),
    }
}

#[test]
fn a_text_comes_with_its_sender() {
    let inbound = wrote(&json!({"text": "/start o_17 \u{1f31f} \"quoted\""}));
    assert_eq!(
        inbound.key,
        UpdateKey {
            bot: BOT,
            update: 100
        }
    );
    assert_eq!(inbound.chat, TelegramId::new(7));
    assert_eq!(inbound.message, None);
    assert_eq!(inbound.own, Some(5));
    assert_eq!(
        inbound.said,
        Said::Text("/start o_17 \u{1f31f} \"quoted\"".into())
    );
    assert_eq!(inbound.sender.user, TelegramId::new(7));
    assert_eq!(
        inbound.sender.username,
        Some(Username::parse("anya_k").unwrap())
    );
    assert_eq!(inbound.sender.name.as_str(), "Anya");
    assert_eq!(inbound.sender.language, Language::Ru);
    assert!(inbound.sender.premium);
}

#[test]
fn a_sender_may_have_nothing_but_a_number() {
    let update = json!({"update_id": 1, "message": {"message_id": 1, "text": "hi",
        "from": {"id": 9}, "chat": {"id": 9, "type": "private"}}});
    let Chatted::Wrote(inbound) = heard(&update).what else {
        panic!("it was written");
    };
    assert_eq!(inbound.sender.username, None);
    assert_eq!(inbound.sender.language, Language::En);
    assert!(!inbound.sender.premium);
}

#[test]
fn a_picked_person_is_one_however_they_came() {
    let shared = json!({"users_shared": {"request_id": 1, "users": [
        {"user_id": 8, "first_name": "Masha", "last_name": "P", "username": "masha"}]}});
    assert_eq!(
        wrote(&shared).said,
        person(Some("masha"), "Masha P", Some(8))
    );
    let nameless = json!({"users_shared": {"request_id": 1, "users": [
        {"user_id": 8, "first_name": "Masha"}]}});
    assert_eq!(wrote(&nameless).said, person(None, "Masha", Some(8)));
    let forwarded = json!({"text": "hello", "forward_origin": {"type": "user", "date": 1,
        "sender_user": {"id": 8, "is_bot": false, "first_name": "Igor", "username": "igor_1"}}});
    assert_eq!(
        wrote(&forwarded).said,
        person(Some("igor_1"), "Igor", Some(8))
    );
    let hidden = json!({"text": "hello", "forward_origin": {"type": "hidden_user", "date": 1,
        "sender_user_name": "Somebody"}});
    assert_eq!(wrote(&hidden).said, person(None, "Somebody", None));
    let channel = json!({"photo": [], "forward_origin": {"type": "channel", "date": 1,
        "message_id": 3, "chat": {"id": -100, "type": "channel", "title": "News",
        "username": "news_channel"}}});
    assert_eq!(
        wrote(&channel).said,
        person(Some("news_channel"), "News", None)
    );
    let contact = json!({"contact": {"phone_number": "+1", "first_name": "Pavel"}});
    assert_eq!(wrote(&contact).said, person(None, "Pavel", None));
}

#[test]
fn what_is_no_text_is_a_thing() {
    for kind in [
        "sticker",
        "voice",
        "video_note",
        "location",
        "dice",
        "document",
    ] {
        let sent = json!({ kind: {"file_id": "x", "emoji": "\u{1f44d}"} });
        assert_eq!(wrote(&sent).said, Said::Thing, "{kind}");
    }
    let photo = json!({"photo": [{"file_id": "x"}], "caption": "100 @masha"});
    assert_eq!(wrote(&photo).said, Said::Thing);
    let animation = json!({"animation": {"file_id": "x"}, "document": {"file_id": "x"}});
    assert_eq!(wrote(&animation).said, Said::Thing);
}

#[test]
fn what_the_chat_says_of_itself_is_nothing() {
    for service in [
        json!({"pinned_message": {"message_id": 1}}),
        json!({"message_auto_delete_timer_changed": {"message_auto_delete_time": 1}}),
        json!({"users_shared": {"request_id": 1, "users": []}}),
    ] {
        let what = heard(&message(&service)).what;
        assert_eq!(what, Chatted::Nothing("service"), "{service}");
    }
    let bot = json!({"text": "hi", "from": {"id": 3, "is_bot": true, "first_name": "B"}});
    assert_eq!(heard(&message(&bot)).what, Chatted::Nothing("nobody"));
}

#[test]
fn a_group_is_heard_only_when_it_speaks_to_the_bot() {
    let group = |text: &str| {
        message(&json!({"text": text, "chat": {"id": -5, "type": "supergroup", "title": "G"}}))
    };
    let Chatted::Wrote(inbound) = heard(&group("/start@shop_bot")).what else {
        panic!("it was said to the bot");
    };
    assert_eq!(
        (inbound.said, inbound.chat),
        (Said::InGroup, TelegramId::new(-5))
    );
    assert_eq!(heard(&group("hello")).what, Chatted::Nothing("service"));
}

fn tap(callback: &Value) -> Tap {
    let update = json!({"update_id": 101, "callback_query": callback});
    let Chatted::Tapped(tap) = heard(&update).what else {
        panic!("it was tapped: {callback}");
    };
    tap
}

#[test]
fn a_tap_names_its_message_and_how_it_is_answered() {
    let tapped = tap(
        &json!({"id": "9000000000000000001", "from": anya(), "chat_instance": "1",
        "message": {"message_id": 77, "date": 0, "chat": {"id": 7, "type": "private"}},
        "data": "1:confirm:5"}),
    );
    assert_eq!(tapped.query, "9000000000000000001");
    let inbound = tapped.inbound.unwrap();
    assert_eq!(inbound.message, Some(77));
    assert_eq!(inbound.chat, TelegramId::new(7));
    assert_eq!(inbound.said, Said::Tap("1:confirm:5".into()));
}

#[test]
fn a_tap_that_is_none_of_ours_is_only_answered() {
    let place = |kind: &str| json!({"message_id": 7, "chat": {"id": -7, "type": kind}});
    for callback in [
        json!({"id": "1", "from": anya(), "game_short_name": "g"}),
        json!({"id": "1", "from": anya(), "data": "x".repeat(65)}),
        json!({"id": "1", "from": anya(), "data": "1:menu", "message": place("supergroup")}),
    ] {
        let tapped = tap(&callback);
        assert_eq!(
            (tapped.query.as_str(), tapped.inbound),
            ("1", None),
            "{callback}"
        );
    }
}

#[test]
fn who_blocks_the_bot_and_who_lets_it_back_is_heard() {
    let member = |status: &str, kind: &str| {
        heard(
            &json!({"update_id": 3, "my_chat_member": {"from": anya(), "date": 1,
            "chat": {"id": 7, "type": kind},
            "old_chat_member": {"status": "member", "user": {"id": 42}},
            "new_chat_member": {"status": status, "user": {"id": 42}}}}),
        )
        .what
    };
    let opened = |open| Chatted::Opened {
        person: TelegramId::new(7),
        open,
    };
    assert_eq!(member("kicked", "private"), opened(false));
    assert_eq!(member("member", "private"), opened(true));
    assert_eq!(
        member("member", "group"),
        Chatted::Nothing("group_membership")
    );
}

#[test]
fn kinds_that_nobody_knows_are_counted_and_confirmed() {
    let kinds = [
        ("edited_message", "edited_message"),
        ("channel_post", "channel_post"),
        ("a_kind_of_next_year", "other"),
    ];
    for (kind, name) in kinds {
        let update = json!({"update_id": 4, kind: {"x": 1}});
        assert_eq!(
            heard(&update),
            Heard {
                update: 4,
                what: Chatted::Nothing(name)
            }
        );
    }
}

#[test]
fn a_known_kind_of_unexpected_shape_keeps_its_number() {
    let update = json!({"update_id": 6, "message": {"message_id": 1, "chat": 7}});
    assert_eq!(
        heard(&update),
        Heard {
            update: 6,
            what: Chatted::Nothing("unreadable")
        }
    );
}

#[test]
fn what_has_no_number_is_no_update_and_is_not_repeated() {
    for raw in [
        "",
        "{}",
        "[]",
        "[1]",
        "null",
        r#"{"update_id":"x"}"#,
        r#"{"secret text"#,
    ] {
        let why = read(BOT, raw.as_bytes()).unwrap_err().to_string();
        assert!(
            why.starts_with("not an update: ") && !why.contains("secret"),
            "{why}"
        );
    }
}

#[test]
fn a_text_longer_than_telegrams_is_cut() {
    let long = "ж".repeat(LONGEST_TEXT + 10);
    let Said::Text(text) = wrote(&json!({ "text": long })).said else {
        panic!("a text");
    };
    assert_eq!(text.chars().count(), LONGEST_TEXT);
}
