//! `starkeeper init`: answers in, a file of settings out, or nothing at all.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Output, Stdio};

use crate::support::starkeeper;

const TOKEN: &str = "4242:AAE-token-of-the-integration-tests";

/// In the order of the questions.
fn answers(token: &str) -> Vec<String> {
    [
        token,
        "7",
        "@keeper",
        "merchant-uuid-of-nobody",
        "payment-key-of-nobody",
        "",
        "new",
        "",
        "",
        "https://shop.example",
        "",
        "",
        "backups",
    ]
    .map(str::to_owned)
    .into()
}

fn init(folder: &Path, answers: &[String]) -> Output {
    let mut command = starkeeper();
    command.arg("init").current_dir(folder);
    let piped = command.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = piped.stderr(Stdio::piped()).spawn().expect("it starts");
    let mut typed = child.stdin.take().expect("a pipe");
    // Who ends early reads no more.
    let _broken_pipe = typed.write_all((answers.join("\n") + "\n").as_bytes());
    drop(typed);
    child.wait_with_output().expect("it ends")
}

fn printed(output: &Output) -> String {
    let text = [output.stdout.as_slice(), output.stderr.as_slice()].concat();
    String::from_utf8(text).expect("UTF-8")
}

#[test]
fn what_was_answered_is_what_the_daemon_reads_and_only_its_owner_may() {
    let folder = tempfile::tempdir().expect("a folder");
    let output = init(folder.path(), &answers(TOKEN));
    let said = printed(&output);
    assert!(output.status.success(), "{said}");
    assert!(
        !said.contains(TOKEN) && !said.contains("payment-key-of-nobody"),
        "{said}"
    );
    let file = folder.path().join(".env");
    let mode = fs::metadata(&file)
        .expect("it is there")
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
    let left = fs::read_dir(folder.path()).expect("a folder").count();
    assert_eq!(left, 1, "no draft is left");
    let text = fs::read_to_string(&file).expect("it is text");
    let words = text
        .lines()
        .find_map(|line| line.strip_prefix("FRAGMENT_SEED_PHRASE='"));
    let words = words.expect("words").trim_end_matches('\'');
    assert_eq!(words.split(' ').count(), 24);
    assert!(said.contains(words), "drawn words are shown, once");
    let shown = starkeeper()
        .arg("config")
        .current_dir(folder.path())
        .output()
        .expect("it starts");
    let shown = printed(&shown);
    for line in [
        "ENVIRONMENT",
        "TELEGRAM_TOKEN",
        "MERCHANT_UUID",
        "API_KEY",
        "FRAGMENT_SEED_PHRASE",
        "ADMIN_TOKEN",
        "VAULT_KEY",
        "BACKUP_DIR",
        "WEBHOOK_PUBLIC_URL",
    ] {
        let row = shown
            .lines()
            .find(|row| row.starts_with(&format!("{line} ")));
        assert!(
            row.is_some_and(|row| row.trim_end().ends_with(".env")),
            "{line}: {shown}"
        );
    }
}

#[test]
fn a_wrong_answer_is_explained_and_asked_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut given = answers(TOKEN);
    given.insert(1, "me".to_owned());
    given.insert(7, "these are no words of a wallet".to_owned());
    let output = init(folder.path(), &given);
    let said = printed(&output);
    assert!(output.status.success(), "{said}");
    assert_eq!(said.matches("ADMIN_IDS: ").count(), 2, "{said}");
    assert!(!said.contains("no words of a wallet"), "{said}");
}

#[test]
fn what_a_file_sets_already_is_neither_asked_nor_touched() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join(".env");
    let before = "# ours\nLOG_LEVEL=debug\nTELEGRAM_TOKEN=your_bot_token_here\n# ADMIN_IDS=1\nBACKUP_DIR=kept\n";
    fs::write(&file, before).expect("it is written");
    let mode = fs::Permissions::from_mode(0o640);
    fs::set_permissions(&file, mode).expect("it is ours");
    let mut given = answers(TOKEN);
    given.pop();
    let output = init(folder.path(), &given);
    let said = printed(&output);
    assert!(output.status.success(), "{said}");
    assert!(!said.contains("BACKUP_DIR"), "{said}");
    let text = fs::read_to_string(&file).expect("it is text");
    let begins = format!(
        "# ours\nLOG_LEVEL=debug\nTELEGRAM_TOKEN='{TOKEN}'\nADMIN_IDS='7'\nBACKUP_DIR=kept\n"
    );
    assert!(text.starts_with(&begins), "{text}");
    assert!(
        text.contains("\nMERCHANT_UUID='merchant-uuid-of-nobody'\n"),
        "{text}"
    );
    let mode = fs::metadata(&file)
        .expect("it is there")
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o640, "whoever could read it still can");
    // Once more: what was skipped is asked again, and what was answered is not.
    let output = init(folder.path(), &["".into(), "".into(), "".into(), "".into()]);
    let said = printed(&output);
    assert!(output.status.success(), "{said}");
    assert!(
        said.contains("PAYOUT_API_KEY") && !said.contains("ADMIN_IDS"),
        "{said}"
    );
    assert_eq!(fs::read_to_string(&file).expect("it is text"), text);
    let left = fs::read_dir(folder.path()).expect("a folder").count();
    assert_eq!(left, 1, "no draft is left");
}

#[test]
fn a_file_with_a_mistake_in_it_is_told_before_anything_is_asked() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join(".env"), "LOG_LEVEL=loud\n").expect("it is written");
    let output = init(folder.path(), &answers(TOKEN));
    assert_eq!(output.status.code(), Some(78));
    let said = printed(&output);
    assert!(
        said.contains("LOG_LEVEL: expected one of") && !said.contains("TELEGRAM_TOKEN:"),
        "{said}"
    );
}

#[test]
fn who_stops_half_way_has_written_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let output = init(folder.path(), &answers(TOKEN)[..4]);
    assert_eq!(output.status.code(), Some(1));
    assert!(printed(&output).contains("nothing was written"));
    assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 0);
}
