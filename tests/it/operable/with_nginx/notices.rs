//! What the pipeline and releases tell people, at a chat that takes it or does not.

use std::process::{Command, Output};

use crate::operable::tree;
use crate::support::emulators::Emulators;
use crate::support::ports;

const TOKEN: &str = "4242:AAE-token-of-the-integration-tests";

fn tells(emulators: &Emulators, chat: &str, text: &str) -> Output {
    let mut command = Command::new(tree("deploy/notify"));
    command
        .arg(text)
        .env("NOTIFY_TELEGRAM_TOKEN", TOKEN)
        .env("NOTIFY_TELEGRAM_CHAT", chat)
        .env("NO_PROXY", "127.0.0.1")
        .env("TELEGRAM_API_URL", emulators.telegram());
    let answer = command.output().expect("a shell");
    let told = [answer.stdout.as_slice(), &answer.stderr].concat();
    let told = String::from_utf8_lossy(&told).into_owned();
    assert!(!told.contains(TOKEN), "{told}");
    answer
}

#[tokio::test]
async fn the_team_is_told_word_for_word_and_a_chat_that_refuses_is_an_error() {
    let emulators = Emulators::start(ports::block(), 1);
    let person = serde_json::json!({"username": "boss_k", "language": "en"});
    emulators.order("users/900", person).await;
    // A bot may write to whoever has written to it.
    let hello = serde_json::json!({"text": "/start"});
    emulators.order("users/900/say", hello).await;
    let text = r#"release "bad" was taken back: error_rate 0.5 \ above 0.05"#;
    let answer = tells(&emulators, "900", text);
    assert!(answer.status.success(), "{answer:?}");
    let chat = emulators.look("users/900/chat").await;
    let heard = chat.as_array().expect("a list").iter();
    let mut heard = heard.filter_map(|message| message["text"].as_str());
    assert!(heard.any(|words| words == text), "{chat}");
    // Nobody of that number has ever written.
    let answer = tells(&emulators, "901", text);
    assert_eq!(answer.status.code(), Some(1), "{answer:?}");
    let nobody = emulators.look("users/900/chat").await;
    assert_eq!(
        nobody.as_array().map(Vec::len),
        chat.as_array().map(Vec::len)
    );
}

#[test]
fn with_nobody_to_tell_it_says_so_and_goes_on() {
    let answer = Command::new(tree("deploy/notify"))
        .arg("all is well")
        .output();
    let answer = answer.expect("a shell");
    assert!(answer.status.success(), "{answer:?}");
    let said = String::from_utf8_lossy(&answer.stderr).into_owned();
    assert!(
        said.contains("nobody is told") && said.contains("all is well"),
        "{said}"
    );
}
