//! How a shop is set up, kept in Git without a secret.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

use super::tree;
use crate::support::services::run;
use crate::support::starkeeper;

const SEED: &str = "a seed phrase that must stay where it is";
const WEBHOOK: &str = "https://hooks.example/services/T0/B0";

/// A shop's folder, where its settings are kept, and a remote of that.
struct Ground {
    folder: TempDir,
}

impl Ground {
    fn new() -> Self {
        let ground = Self {
            folder: tempfile::tempdir().expect("a folder"),
        };
        let env = format!("ADMIN_TOKEN='{SEED}'\nHTTP_PORT=8123\nDISK_MIN=600M\n");
        ground.write(".env", &env);
        ground.write("monitoring/alertmanager.yml", "route: {}\n");
        ground.write("secrets/slack_webhook", &format!("{WEBHOOK}\n"));
        let remote = ground.at("remote");
        let mut bare = Command::new("git");
        run(bare.args(["init", "--quiet", "--bare"]).arg(&remote));
        let kept = ground.at("kept");
        run(Command::new("git").args(["init", "--quiet"]).arg(&kept));
        let remote = remote.display().to_string();
        git(&kept, &["remote", "add", "origin", &remote]);
        ground
    }

    fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file of the shop.
    fn write(&self, name: &str, text: &str) {
        let file = self.at("shop").join(name);
        std::fs::create_dir_all(file.parent().expect("a folder")).expect("a folder");
        std::fs::write(file, text).expect("it is written");
    }

    /// Keeps what there is; answers how that ended, and what was complained of.
    fn keep(&self, into: &str) -> (Option<i32>, String) {
        let shop = self.at("shop");
        let kept: Output = Command::new(tree("deploy/backup/configuration"))
            .arg(self.at(into))
            .current_dir(&shop)
            .env("STARKEEPER", starkeeper().get_program())
            .env("ENVIRONMENT", "development")
            .env("MARK", shop.join("configuration.prom"))
            .output()
            .expect("a shell");
        let told = String::from_utf8_lossy(&kept.stderr).into_owned();
        (kept.status.code(), told)
    }

    fn commits(&self, repository: &str) -> String {
        let words = ["rev-list", "--all", "--count"];
        git(&self.at(repository), &words).trim().to_owned()
    }
}

fn git(folder: &Path, words: &[&str]) -> String {
    run(Command::new("git").arg("-C").arg(folder).args(words))
}

#[test]
fn settings_are_kept_in_git_without_a_secret_and_pushed() {
    let ground = Ground::new();
    let kept = ground.at("kept");
    let (code, told) = ground.keep("kept");
    assert_eq!(code, Some(0), "{told}");
    let settings = git(&kept, &["show", "HEAD:settings.txt"]);
    assert!(settings.contains("8123"), "{settings}");
    assert!(!settings.contains(SEED), "{settings}");
    let routes = git(&kept, &["show", "HEAD:monitoring/alertmanager.yml"]);
    assert_eq!(routes, "route: {}\n");
    assert_eq!(ground.commits("remote"), "1", "it was pushed");
    let mark = std::fs::read_to_string(ground.at("shop/configuration.prom")).expect("a mark");
    assert!(mark.contains("what=\"configuration\"} 1"), "{mark}");

    // Nothing new is no commit; what has gone is gone there, and in the history.
    assert_eq!(ground.keep("kept").0, Some(0));
    assert_eq!(ground.commits("kept"), "1");
    ground.write("monitoring/rules.yml", "groups: []\n");
    assert_eq!(ground.keep("kept").0, Some(0));
    std::fs::remove_file(ground.at("shop/monitoring/rules.yml")).expect("it is there");
    assert_eq!(ground.keep("kept").0, Some(0));
    assert_eq!(ground.commits("remote"), "3");
    assert!(!kept.join("monitoring/rules.yml").exists());

    // A secret that somebody wrote where it does not belong stops all of it.
    for secret in [SEED, WEBHOOK] {
        let text = format!("route: {{}} # {secret}\n");
        ground.write("monitoring/alertmanager.yml", &text);
        let (code, told) = ground.keep("kept");
        assert_eq!(code, Some(1), "{told}");
        let place = "a secret is in ./monitoring/alertmanager.yml";
        assert!(told.contains(place) && !told.contains(secret), "{told}");
    }
    assert_eq!(ground.commits("remote"), "3");
}

#[test]
fn a_folder_of_something_else_is_left_alone() {
    let ground = Ground::new();
    let (full, other) = (ground.at("full"), ground.at("other"));
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
    for (place, file) in [("full", "letter"), ("other", "code")] {
        let (code, told) = ground.keep(place);
        assert_eq!(code, Some(1), "{told}");
        assert!(ground.at(place).join(file).exists(), "{told}");
    }
}
