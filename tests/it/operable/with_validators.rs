//! Files of containers, clusters and scripts, as the programs take them that run or know them. None of
//! these needs an engine; `./x` installs them.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use super::tree;
use crate::support::services::run;

/// One of the programs that `./x` has put there.
fn validator(name: &str) -> Command {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let path = target.parent().expect("the target folder");
    let path = path.join("tools/validators/bin").join(name);
    assert!(path.exists(), "{}: ./x test installs it", path.display());
    Command::new(path)
}

/// What Docker Compose makes of these files: every anchor, merge, variable and `extends` in its place.
fn composed(files: &[&str]) -> Value {
    let folder = tempfile::tempdir().expect("a folder");
    let copy = |from: &str, to: &str| {
        std::fs::copy(tree(from), folder.path().join(to)).expect("it is copied");
    };
    copy(".env.example", ".env");
    // Another file may be extended.
    copy("docker-compose.yml", "docker-compose.yml");
    for file in files {
        copy(file, file);
    }
    let mut compose = validator("docker-compose");
    for file in files {
        compose.args(["-f", file]);
    }
    compose
        .args(["--profile", "*", "config", "--format", "json"])
        .current_dir(folder.path())
        .env("PRODUCTION_DOMAIN", "shop.example")
        .env("MERCHANT_UUID", "8b03432e-385b-4670-8d06-064591096795");
    serde_json::from_str(&run(&mut compose)).expect("JSON")
}

#[test]
fn docker_compose_takes_every_file_with_every_profile() {
    let all = composed(&["docker-compose.yml"]);
    let services = all["services"].as_object().expect("services");
    assert!(services.len() > 25, "{:?}", services.keys());
    // What Compose has put together, not what the file says.
    assert_eq!(all["services"]["redis-node-6"]["user"], "999:1000");
    assert_eq!(all["services"]["kibana"]["read_only"], true);
    let secret = composed(&["docker-compose.yml", "docker-compose.secrets.yml"]);
    let app = &secret["services"]["app"]["environment"];
    assert_eq!(app["TELEGRAM_TOKEN"], "");
    assert_eq!(app["TELEGRAM_TOKEN_FILE"], "/run/secrets/telegram_token");
    let two = composed(&["docker-compose.yml", "docker-compose.blue-green.yml"]);
    for (name, port) in [("app_blue", "8010"), ("webhook_green", "8021")] {
        let service = &two["services"][name];
        assert_eq!(service["ports"][0]["published"], port, "{name}");
        assert_eq!(service["cap_drop"][0], "ALL", "{name}");
        let before = &service["depends_on"]["migrate"]["condition"];
        assert_eq!(before, "service_completed_successfully", "{name}");
    }
    let stack = composed(&["docker-compose.swarm.yml"]);
    assert_eq!(stack["services"]["app"]["deploy"]["replicas"], 3);
}

#[test]
fn kubernetes_takes_every_object() {
    for file in ["migrate", "scaling", "shop"] {
        let file = tree(&format!("deploy/kubernetes/{file}.yml"));
        run(validator("kubernetes-validate").arg("--strict").arg(file));
    }
}

/// The scripts below a folder.
fn scripts(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            scripts(&path, found);
        } else if std::fs::read(&path).is_ok_and(|text| text.starts_with(b"#!/bin/sh")) {
            found.push(path);
        }
    }
}

#[test]
fn shellcheck_and_hadolint_find_nothing() {
    let mut found = Vec::new();
    for folder in ["deploy", "monitoring"] {
        scripts(&tree(folder), &mut found);
    }
    assert!(found.len() > 15, "{found:?}");
    run(validator("shellcheck").arg("-x").args(found));
    // Debian keeps one version of a package: a pinned one is gone with the next.
    let mut hadolint = validator("hadolint");
    run(hadolint
        .args(["--ignore", "DL3008"])
        .arg(tree("Dockerfile")));
}
