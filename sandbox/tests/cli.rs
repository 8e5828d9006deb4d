//! What a person at a terminal meets.

#![allow(
    clippy::expect_used,
    reason = "a test that cannot be carried out stops where it stands"
)]

use std::process::{Command, Output};

fn sandbox(words: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_starkeeper-sandbox"))
        .args(words)
        .output()
        .expect("starkeeper-sandbox starts")
}

#[test]
fn version_is_one_line_on_stdout() {
    let answer = sandbox(&["--version"]);
    let version = String::from_utf8_lossy(&answer.stdout);
    assert_eq!(answer.status.code(), Some(0));
    assert_eq!(
        version,
        format!("starkeeper-sandbox {}\n", env!("CARGO_PKG_VERSION"))
    );
}

#[test]
fn help_says_that_no_emulator_is_here_yet() {
    let answer = sandbox(&["--help"]);
    let help = String::from_utf8_lossy(&answer.stdout);
    assert_eq!(answer.status.code(), Some(0));
    assert!(help.contains("can only say what it is"), "{help}");
}

#[test]
fn unknown_word_is_named_with_the_way_to_help_and_exit_code_2() {
    let answer = sandbox(&["--block-time-ms"]);
    let complaint = String::from_utf8_lossy(&answer.stderr);
    assert_eq!(answer.status.code(), Some(2));
    assert!(complaint.contains("'--block-time-ms'"), "{complaint}");
    assert!(complaint.contains("--help"), "{complaint}");
}
