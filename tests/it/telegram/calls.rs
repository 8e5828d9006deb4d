//! The adapter against a host that answers from a script, well-behaved or not.

use std::sync::Arc;
use std::time::Instant;

use chrono::Utc;
use starkeeper::telegram::words::{Words, WordsSettings};
use starkeeper::telegram::{BotApi, BotToken, TelegramMessenger, TelegramSettings};
use starkeeper_actors::domain::customer::Language;
use starkeeper_actors::domain::dialog::Screen;
use starkeeper_actors::domain::ids::TelegramId;
use starkeeper_actors::ports::messenger::{SendRefused, To};
use starkeeper_actors::ports::{Failure, Messenger as _};
use starkeeper_actors::testing::TestClock;

use super::*;
use crate::heleket::host::{Host, Reply, status};
use crate::support::starkeeper;

const TO: To = To {
    chat: TelegramId::new(7),
    language: Language::En,
};

const SENT: &[u8] = br#"{"ok":true,"result":{"message_id":5,"date":1,"chat":{"id":7}}}"#;

const BLOCKED: &[u8] =
    br#"{"ok":false,"error_code":403,"description":"Forbidden: bot was blocked by the user"}"#;

fn settings(host: &Host) -> TelegramSettings {
    TelegramSettings::new(host.url(), BotToken::parse(TOKEN).expect("a token"))
}

fn messenger(settings: &TelegramSettings) -> TelegramMessenger {
    let words = Words::new(WordsSettings::default()).expect("the texts are whole");
    let api = BotApi::new(settings).expect("good settings");
    let clock = Arc::new(TestClock::with_tokio_from(Utc::now()));
    TelegramMessenger::new(api, settings, Arc::new(words), clock, Vec::new())
}

fn screen() -> Screen {
    Screen::slow_down(None)
}

#[tokio::test]
async fn a_message_goes_to_the_bots_own_address_as_json() {
    let host = Host::answering([status(200, SENT)]).await;
    let shown = messenger(&settings(&host)).show(TO, None, &screen()).await;
    assert_eq!(shown, Ok(5));
    let seen = host.only();
    assert_eq!(seen.method, "POST");
    assert_eq!(seen.target, format!("/bot{TOKEN}/SendMessage"));
    assert_eq!(seen.header("content-type"), Some("application/json"));
    let body: Value = serde_json::from_slice(&seen.body).expect("JSON");
    assert_eq!(
        (&body["chat_id"], &body["parse_mode"]),
        (&json!(7), &json!("HTML"))
    );
    assert_eq!(body["link_preview_options"]["is_disabled"], true, "{body}");
    assert!(
        body["reply_markup"]["inline_keyboard"][0][0]["callback_data"].is_string(),
        "{body}"
    );
}

#[tokio::test]
async fn an_edit_of_the_same_is_a_success_and_one_of_what_is_gone_says_so() {
    let same = br#"{"ok":false,"error_code":400,"description":"Bad Request: message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message"}"#;
    let gone =
        br#"{"ok":false,"error_code":400,"description":"Bad Request: message to edit not found"}"#;
    let host = Host::answering([status(400, same), status(400, gone)]).await;
    let messenger = messenger(&settings(&host));
    assert_eq!(messenger.show(TO, Some(5), &screen()).await, Ok(5));
    let shown = messenger.show(TO, Some(5), &screen()).await;
    assert_eq!(shown, Err(Failure::Refused(SendRefused::MessageGone)));
}

#[tokio::test]
async fn a_picture_that_would_become_a_text_is_left_without_buttons_and_a_new_message_comes() {
    let other = br#"{"ok":false,"error_code":400,"description":"Bad Request: there is no text in the message to edit"}"#;
    let host = Host::answering([status(400, other), status(200, SENT), status(200, SENT)]).await;
    assert_eq!(
        messenger(&settings(&host))
            .show(TO, Some(4), &screen())
            .await,
        Ok(5)
    );
    let seen = host.seen();
    let targets: Vec<&str> = seen
        .iter()
        .map(|seen| seen.target.rsplit('/').next().unwrap_or_default())
        .collect();
    assert_eq!(
        targets,
        ["EditMessageText", "SendMessage", "EditMessageReplyMarkup"]
    );
    let last: Value = serde_json::from_slice(&seen[2].body).expect("JSON");
    assert_eq!(last, json!({"chat_id": 7, "message_id": 4}));
}

#[tokio::test]
async fn who_blocked_the_bot_and_who_never_came_are_told_apart_from_what_failed() {
    let host = Host::answering([status(403, BLOCKED), status(502, b"<html>"), Reply::Close]).await;
    let messenger = messenger(&settings(&host));
    let begun = Instant::now();
    let shown = messenger.show(TO, None, &screen()).await;
    assert_eq!(shown, Err(Failure::Refused(SendRefused::Blocked)));
    for _ in 0..2 {
        let shown = messenger.show(TO, None, &screen()).await;
        assert!(matches!(shown, Err(Failure::Unknown { .. })), "{shown:?}");
    }
    assert!(
        begun.elapsed() < Duration::from_secs(5),
        "the library's own pause is ten seconds"
    );
}

#[tokio::test]
async fn a_host_that_is_away_was_told_nothing_and_the_token_is_in_no_error() {
    let mut settings = settings(&Host::answering([]).await);
    settings.url = url::Url::parse("http://127.0.0.1:1/").expect("an address");
    let shown = messenger(&settings).show(TO, None, &screen()).await;
    let Err(Failure::NotDone { cause }) = shown else {
        panic!("nothing was sent: {shown:?}");
    };
    assert!(cause.contains("no connection to telegram"), "{cause}");
    assert!(!cause.contains("AAE"), "{cause}");
}

#[tokio::test]
async fn telegrams_pause_is_kept_without_asking_again() {
    let slow = br#"{"ok":false,"error_code":429,"description":"Too Many Requests: retry after 30","parameters":{"retry_after":30}}"#;
    let host = Host::answering([status(429, slow)]).await;
    let mut settings = settings(&host);
    settings.longest_wait = Duration::ZERO;
    let messenger = messenger(&settings);
    for _ in 0..3 {
        let shown = messenger.show(TO, None, &screen()).await;
        let Err(Failure::Refused(SendRefused::TooFast { everybody, .. })) = shown else {
            panic!("too fast: {shown:?}");
        };
        assert!(!everybody, "one chat was refused");
    }
    assert_eq!(host.seen().len(), 1, "the pause was kept");
}

#[tokio::test]
async fn a_wrong_token_ends_the_start_with_a_word_about_it() {
    let unknown = br#"{"ok":false,"error_code":401,"description":"Unauthorized"}"#;
    let host = Host::answering([status(401, unknown)]).await;
    let folder = tempfile::tempdir().expect("a folder");
    let mut command = starkeeper();
    command
        .arg("serve")
        .current_dir(folder.path())
        .env("ENVIRONMENT", "development")
        .env("HTTP_PORT", ports::block().to_string())
        .env("TELEGRAM_TOKEN", TOKEN)
        .env("TELEGRAM_API_URL", host.url().as_str());
    let ended = tokio::task::spawn_blocking(move || command.output());
    let ended = ended.await.expect("no panic").expect("it runs");
    let printed = [ended.stdout, ended.stderr].concat();
    let printed = String::from_utf8_lossy(&printed).into_owned();
    assert_eq!(ended.status.code(), Some(78), "{printed}");
    assert!(
        printed.contains("TELEGRAM_TOKEN") && printed.contains("@BotFather"),
        "{printed}"
    );
    assert!(!printed.contains("AAE-token"), "{printed}");
}

#[test]
fn what_is_no_token_ends_the_start_too() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut command = starkeeper();
    command
        .arg("serve")
        .current_dir(folder.path())
        .env("ENVIRONMENT", "development")
        .env("HTTP_PORT", ports::block().to_string())
        .env("TELEGRAM_TOKEN", "AAE-secret-without-its-number");
    let ended = command.output().expect("it runs");
    let printed = String::from_utf8_lossy(&ended.stderr).into_owned();
    assert_eq!(ended.status.code(), Some(78), "{printed}");
    assert!(
        printed.contains("TELEGRAM_TOKEN: expected a token of @BotFather"),
        "{printed}"
    );
    assert!(!printed.contains("secret-without"), "{printed}");
}

#[tokio::test]
async fn a_shop_whose_telegram_is_away_starts_and_says_so() {
    let settings = vec![
        ("TELEGRAM_TOKEN", TOKEN.to_owned()),
        ("TELEGRAM_API_URL", "http://127.0.0.1:1".to_owned()),
    ];
    let daemon = crate::support::shop::Daemon::start(ports::block(), settings).await;
    let log = daemon.log();
    assert!(
        log.contains("telegram cannot be asked who the bot is"),
        "{log}"
    );
    assert!(!log.contains("AAE-token"), "{log}");
}
