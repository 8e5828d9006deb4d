//! What a person at a terminal meets: version, help, and an honest answer to everything else.

#![allow(
    clippy::expect_used,
    reason = "a test that cannot be carried out stops where it stands"
)]

use std::process::{Command, Output};

fn starkeeper(words: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_starkeeper"))
        .args(words)
        .output()
        .expect("starkeeper starts")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn version_is_one_line_on_stdout() {
    let answer = starkeeper(&["--version"]);
    assert_eq!(answer.status.code(), Some(0));
    assert_eq!(
        text(&answer.stdout),
        format!("starkeeper {}\n", env!("CARGO_PKG_VERSION"))
    );
    assert_eq!(text(&answer.stderr), "");
}

#[test]
fn help_says_what_it_is_and_offers_nothing_that_does_not_exist() {
    let answer = starkeeper(&["--help"]);
    let help = text(&answer.stdout);
    assert_eq!(answer.status.code(), Some(0));
    assert!(help.contains("Telegram shop"), "{help}");
    for offered in ["serve", "config"] {
        assert!(help.contains(offered), "`{offered}` is missing:\n{help}");
    }
    for promised in ["wallet", "login", "init"] {
        let line = format!("\n  {promised}");
        assert!(
            !help.contains(&line),
            "`{promised}` is offered too early:\n{help}"
        );
    }
}

#[test]
fn unknown_command_is_named_with_the_way_to_help_and_exit_code_2() {
    let answer = starkeeper(&["sevre"]);
    let complaint = text(&answer.stderr);
    assert_eq!(answer.status.code(), Some(2));
    assert_eq!(text(&answer.stdout), "");
    assert!(complaint.contains("'sevre'"), "{complaint}");
    assert!(complaint.contains("serve"), "{complaint}");
    assert!(complaint.contains("--help"), "{complaint}");
}

#[test]
fn unknown_role_is_named_with_those_there_are() {
    let answer = starkeeper(&["serve", "--role", "everything"]);
    let complaint = text(&answer.stderr);
    assert_eq!(answer.status.code(), Some(2));
    assert!(complaint.contains("'everything'"), "{complaint}");
    assert!(complaint.contains("all, bot, webhook"), "{complaint}");
}

#[test]
fn no_word_at_all_shows_the_help_and_is_not_a_success() {
    let answer = starkeeper(&[]);
    assert_eq!(answer.status.code(), Some(2));
    assert!(text(&answer.stderr).contains("Usage: starkeeper"));
}
