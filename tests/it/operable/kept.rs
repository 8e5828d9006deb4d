//! How a shop is set up, kept in Git without a secret.

use std::path::Path;
use std::process::{Command, Output};

use super::tree;
use crate::support::services::run;
use crate::support::starkeeper;

const SEED: &str = "a seed phrase that must stay where it is";

/// Keeps what lies in a folder, with a daemon of these settings.
fn keep(shop: &Path, into: &Path) -> Output {
    let program = starkeeper().get_program().to_owned();
    Command::new(tree("deploy/backup/configuration"))
        .arg(into)
        .current_dir(shop)
        .env("STARKEEPER", program)
        .env("ENVIRONMENT", "development")
        .env("MARK", shop.join("configuration.prom"))
        .output()
        .expect("a shell")
}

fn git(folder: &Path, words: &[&str]) -> String {
    run(Command::new("git").arg("-C").arg(folder).args(words))
}

#[test]
fn settings_are_kept_in_git_without_a_secret_and_pushed() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    let (shop, kept) = (at("shop"), at("kept"));
    let write = |name: &str, text: &str| {
        let file = shop.join(name);
        std::fs::create_dir_all(file.parent().expect("a folder")).expect("a folder");
        std::fs::write(file, text).expect("it is written");
    };
    let env = format!("ADMIN_TOKEN='{SEED}'\nHTTP_PORT=8123\nDISK_MIN=600M\n");
    write(".env", &env);
    write("monitoring/alertmanager.yml", "route: {}\n");
    write(
        "secrets/slack_webhook",
        "https://hooks.example/services/T0/B0\n",
    );
    run(Command::new("git")
        .args(["init", "--quiet", "--bare"])
        .arg(at("remote")));
    run(Command::new("git").args(["init", "--quiet"]).arg(&kept));
    git(
        &kept,
        &[
            "remote",
            "add",
            "origin",
            &at("remote").display().to_string(),
        ],
    );

    let first = keep(&shop, &kept);
    let told = String::from_utf8_lossy(&first.stderr).into_owned();
    assert!(first.status.success(), "{told}");
    let settings = git(&kept, &["show", "HEAD:settings.txt"]);
    assert!(settings.contains("8123"), "{settings}");
    assert!(!settings.contains(SEED), "{settings}");
    assert_eq!(
        git(&kept, &["show", "HEAD:monitoring/alertmanager.yml"]),
        "route: {}\n"
    );
    let commits = |folder: &Path| {
        git(folder, &["rev-list", "--all", "--count"])
            .trim()
            .to_owned()
    };
    assert_eq!(commits(&at("remote")), "1", "it was pushed");
    let mark = std::fs::read_to_string(shop.join("configuration.prom")).expect("a mark");
    assert!(mark.contains("what=\"configuration\"} 1"), "{mark}");

    // Nothing new is no commit; what has gone is gone there, and in the history.
    assert!(keep(&shop, &kept).status.success());
    assert_eq!(commits(&kept), "1");
    write("monitoring/rules.yml", "groups: []\n");
    assert!(keep(&shop, &kept).status.success());
    std::fs::remove_file(shop.join("monitoring/rules.yml")).expect("it is there");
    assert!(keep(&shop, &kept).status.success());
    assert_eq!(commits(&at("remote")), "3");
    assert!(!kept.join("monitoring/rules.yml").exists());

    // A folder of something else is left alone.
    let (full, other) = (at("full"), at("other"));
    std::fs::create_dir(&full).expect("a folder");
    std::fs::write(full.join("letter"), "dear").expect("it is written");
    run(Command::new("git").args(["init", "--quiet"]).arg(&other));
    std::fs::write(other.join("code"), "fn").expect("it is written");
    git(&other, &["add", "code"]);
    let me = ["-c", "user.name=a", "-c", "user.email=a@b"];
    git(
        &other,
        &[&me[..], &["commit", "--quiet", "-m", "Begin"]].concat(),
    );
    for (place, file) in [(&full, "letter"), (&other, "code")] {
        assert_eq!(keep(&shop, place).status.code(), Some(1), "{file}");
        assert!(place.join(file).exists(), "{file}");
    }

    // A secret that somebody wrote where it does not belong stops all of it.
    for secret in [SEED, "https://hooks.example/services/T0/B0"] {
        write(
            "monitoring/alertmanager.yml",
            &format!("route: {{}} # {secret}\n"),
        );
        let refused = keep(&shop, &kept);
        let told = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert_eq!(refused.status.code(), Some(1), "{told}");
        assert!(
            told.contains("a secret is in ./monitoring/alertmanager.yml"),
            "{told}"
        );
        assert!(!told.contains(secret), "{told}");
    }
    assert_eq!(commits(&at("remote")), "3");
}
