//! What a person at a terminal meets: version, help, and an honest answer to everything else.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
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
    let (_, commands) = help.split_once("Commands:\n").expect("a list of commands");
    let commands = commands.lines().take_while(|line| !line.is_empty());
    let offered: Vec<&str> = commands
        .filter_map(|line| line.split_whitespace().next())
        .filter(|command| *command != "help")
        .collect();
    for expected in [
        "serve", "init", "check", "config", "login", "token", "wallet",
    ] {
        assert!(
            offered.contains(&expected),
            "`{expected}` is missing:\n{help}"
        );
    }
    for command in offered {
        let answer = starkeeper(&[command, "--help"]);
        assert_eq!(answer.status.code(), Some(0), "{command}");
        let usage = text(&answer.stdout);
        assert!(usage.contains("Usage: starkeeper"), "{command}:\n{usage}");
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

/// The words of the published vectors: never to be used.
const WORDS: &str = "canvas follow stereo mad uncle radar woman window gather remember sugar fix pride effort wreck become mother average disagree mercy attitude arctic will spray";

/// `starkeeper wallet …` in an empty folder, with these variables and no others of ours.
fn wallet(act: &str, vars: &[(&str, &str)]) -> Output {
    let folder = tempfile::tempdir().expect("a folder");
    Command::new(env!("CARGO_BIN_EXE_starkeeper"))
        .args(["wallet", act])
        .env_clear()
        .envs(vars.iter().copied())
        .current_dir(folder.path())
        .output()
        .expect("starkeeper starts")
}

#[test]
fn the_wallets_of_the_words_are_shown_and_the_named_one_is_marked() {
    let vars = [
        ("FRAGMENT_SEED_PHRASE", WORDS),
        ("TON_WALLET_VERSION", "v4r2"),
    ];
    let answer = wallet("address", &vars);
    let said = text(&answer.stdout);
    assert_eq!(answer.status.code(), Some(0), "{}", text(&answer.stderr));
    let lines: Vec<&str> = said.lines().collect();
    assert_eq!(lines.len(), 3, "{said}");
    assert!(lines[1].contains("v5r1  UQB6TZ7sw8KSMnYhQMM2hy5p8wz-ZQ3HRJu61CRjTySubAcB"));
    assert!(!lines[1].contains("used"), "{said}");
    assert!(lines[2].contains("v4r2  UQBxiS0_qqvLzCl8ANBmB9EMGbHIZkOgm1_SR3ref8F3SHS5"));
    assert!(lines[2].ends_with("<- used"), "{said}");
    assert!(!said.contains("canvas"), "{said}");
}

#[test]
fn an_address_that_the_words_do_not_open_is_an_operators_matter() {
    let other = "UQBAjaOyi2wGWlk-EDkSabqqnF-MrrwMadnwqrurKpkla4QB";
    let vars = [
        ("FRAGMENT_SEED_PHRASE", WORDS),
        ("TON_WALLET_ADDRESS", other),
    ];
    let answer = wallet("address", &vars);
    let said = text(&answer.stderr);
    assert_eq!(answer.status.code(), Some(78), "{said}");
    for address in ["UQB6TZ7sw8KSMnYhQMM2hy5p8wz", "UQBxiS0_qqvLzCl8ANBmB9EMGbH"] {
        assert!(said.contains(address), "{said}");
    }
    let swapped = WORDS.replace("canvas follow", "follow canvas");
    let answer = wallet("address", &[("FRAGMENT_SEED_PHRASE", &swapped)]);
    let said = text(&answer.stderr);
    assert_eq!(answer.status.code(), Some(78), "{said}");
    assert!(
        said.contains("FRAGMENT_SEED_PHRASE") && !said.contains("canvas"),
        "{said}"
    );
    let answer = wallet("address", &[]);
    assert_eq!(answer.status.code(), Some(78));
    assert!(text(&answer.stderr).contains("starkeeper wallet new"));
    let twice = [
        ("FRAGMENT_SEED_PHRASE", WORDS),
        ("FRAGMENT_SEED_PHRASE_2", WORDS),
    ];
    let answer = wallet("address", &twice);
    assert_eq!(answer.status.code(), Some(78));
    assert!(text(&answer.stderr).contains("open the same wallet"));
}

#[test]
fn drawn_words_open_the_addresses_that_are_shown_with_them() {
    let answer = wallet("new", &[]);
    let said = text(&answer.stdout);
    assert_eq!(answer.status.code(), Some(0), "{}", text(&answer.stderr));
    let words = said.split('"').nth(1).expect("the words stand in quotes");
    assert_eq!(words.split(' ').count(), 24, "{said}");
    let shown = text(&wallet("address", &[("FRAGMENT_SEED_PHRASE", words)]).stdout);
    let addresses: Vec<&str> = said.lines().filter(|line| line.contains("UQ")).collect();
    assert_eq!(addresses.len(), 2, "{said}");
    for address in addresses {
        assert!(shown.contains(address.trim()), "{shown} lacks {address}");
    }
}

/// `starkeeper token …` in an empty folder.
fn token(words: &[&str]) -> Output {
    let folder = tempfile::tempdir().expect("a folder");
    Command::new(env!("CARGO_BIN_EXE_starkeeper"))
        .arg("token")
        .args(words)
        .env_clear()
        .current_dir(folder.path())
        .output()
        .expect("starkeeper starts")
}

#[test]
fn a_drawn_token_comes_with_the_line_that_lets_it_in() {
    let answer = token(&["desk", "operate+read"]);
    let said = text(&answer.stdout);
    assert_eq!(answer.status.code(), Some(0), "{}", text(&answer.stderr));
    let lines: Vec<&str> = said.lines().filter(|line| !line.is_empty()).collect();
    assert_eq!(lines[1].len(), 43, "{said}");
    assert!(
        lines[3].starts_with("ADMIN_TOKENS=desk:read+operate:"),
        "{said}"
    );
    assert!(!lines[3].contains(lines[1]), "{said}");
    assert_ne!(text(&token(&["desk", "read"]).stdout), said);
}

#[test]
fn names_and_scopes_that_cannot_be_are_named() {
    for (words, named) in [
        (["admin", "read"], "\"admin\" is no name of a token"),
        (["The Desk", "read"], "\"The Desk\" is no name of a token"),
        (["desk", "write"], "\"write\" are no scopes"),
    ] {
        let answer = token(&words);
        assert_eq!(answer.status.code(), Some(1));
        let said = text(&answer.stderr);
        assert!(said.contains(named), "{said}");
        assert_eq!(text(&answer.stdout), "");
    }
}
