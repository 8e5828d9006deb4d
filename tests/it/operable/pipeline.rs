//! The workflow from a commit to a shop, as its file says: order, gates, tags, who is told.

use std::collections::{BTreeMap, BTreeSet};
use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;

use serde_norway::Value;

use super::{text, tree, yaml};
use crate::support::services::run;

const FILE: &str = ".github/workflows/deploy.yml";

type Jobs = BTreeMap<String, Value>;

fn jobs() -> Jobs {
    let file = yaml(FILE);
    let jobs = file["jobs"].as_mapping().expect("jobs").clone();
    jobs.into_iter()
        .map(|(name, job)| (name.as_str().expect("a name").to_owned(), job))
        .collect()
}

fn words(value: &Value) -> Vec<String> {
    let word = |value: &Value| value.as_str().expect("a word").to_owned();
    value
        .as_sequence()
        .map_or_else(|| vec![word(value)], |list| list.iter().map(word).collect())
}

/// Everything that must have gone well before a job begins.
fn before(jobs: &Jobs, name: &str) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    let mut open = vec![name.to_owned()];
    while let Some(next) = open.pop() {
        let job = jobs.get(&next).unwrap_or_else(|| panic!("no job {next}"));
        for need in job.get("needs").map(words).unwrap_or_default() {
            if all.insert(need.clone()) {
                open.push(need);
            }
        }
    }
    all
}

/// What the steps of a job run, one after the other.
fn script(job: &Value) -> String {
    let steps = job["steps"].as_sequence().expect("steps").iter();
    let run = |step: &Value| step.get("run").and_then(Value::as_str).map(str::to_owned);
    steps.filter_map(run).collect::<Vec<_>>().join("\n")
}

fn uses(job: &Value) -> Vec<String> {
    let steps = job["steps"].as_sequence().expect("steps").iter();
    let used = |step: &Value| step.get("uses").and_then(Value::as_str).map(str::to_owned);
    steps.filter_map(used).collect()
}

#[test]
fn it_runs_for_branches_requests_and_release_tags() {
    let on = &yaml(FILE)["on"];
    assert_eq!(words(&on["push"]["branches"]), ["main", "develop"]);
    assert_eq!(words(&on["push"]["tags"]), ["v*.*.*"]);
    assert_eq!(words(&on["pull_request"]["branches"]), ["main"]);
}

#[test]
fn each_gate_stands_before_the_next() {
    let jobs = jobs();
    for (name, needs) in [
        ("test", &["analysis"][..]),
        ("build", &["test"]),
        ("image-scan", &["build"]),
        ("security-tests", &["build"]),
        (
            "push",
            &["image-scan", "security-tests", "analysis", "test"],
        ),
        ("deploy-staging", &["push"]),
        ("integration-tests", &["deploy-staging"]),
        ("e2e-tests", &["integration-tests"]),
        ("staging-validation", &["e2e-tests"]),
        ("dast", &["staging-validation"]),
        (
            "deploy-production",
            &["push", "image-scan", "security-tests"],
        ),
        ("health-checks", &["deploy-production"]),
        ("monitoring", &["health-checks"]),
        ("production-validation", &["monitoring"]),
    ] {
        let all = before(&jobs, name);
        for need in needs {
            assert!(all.contains(*need), "{name} without {need}: {all:?}");
        }
        // A gate that is passed although it failed is none.
        let forgiving = jobs[name].get("continue-on-error").is_some();
        let always = jobs[name]
            .get("if")
            .and_then(Value::as_str)
            .unwrap_or_default();
        assert!(!forgiving && !always.contains("always"), "{name}");
    }
    assert!(!before(&jobs, "deploy-production").contains("deploy-staging"));
}

#[test]
fn a_branch_decides_where_it_goes() {
    let jobs = jobs();
    let when = |name: &str| jobs[name]["if"].as_str().expect("a condition").to_owned();
    assert_eq!(when("deploy-staging"), "github.ref == 'refs/heads/develop'");
    let production = when("deploy-production");
    assert!(production.contains("refs/heads/main") && production.contains("refs/tags/v"));
    assert!(!production.contains("develop"), "{production}");
    assert_eq!(
        when("push"),
        "github.event_name == 'push'",
        "a request pushes nothing"
    );
    for (name, environment) in [
        ("deploy-staging", "staging"),
        ("deploy-production", "production"),
    ] {
        assert_eq!(jobs[name]["environment"].as_str(), Some(environment));
        assert!(
            script(&jobs[name]).contains("deploy/release blue-green $GITHUB_SHA"),
            "{name}"
        );
    }
}

#[test]
fn what_was_scanned_is_what_is_pushed_under_commit_branch_and_release() {
    let file = yaml(FILE);
    let all = jobs();
    let env = |name: &str| file["env"][name].as_str().expect("a value").to_owned();
    assert_eq!(env("REGISTRY"), "${{ vars.REGISTRY }}");
    assert_eq!(env("IMAGE_NAME"), "${{ github.repository }}");
    let pushed = "${{ vars.REGISTRY }}/${{ github.repository }}";
    assert_eq!(env("IMAGE"), pushed, "what hosts fetch");
    let steps = all["build"]["steps"].as_sequence().expect("steps").clone();
    let step = |name: &str| {
        let of = |step: &&Value| {
            step.get("uses")
                .and_then(Value::as_str)
                .is_some_and(|u| u.starts_with(name))
        };
        steps.iter().find(of).unwrap_or_else(|| panic!("no {name}"))["with"].clone()
    };
    let tags = step("docker/metadata-action")["tags"]
        .as_str()
        .expect("tags")
        .to_owned();
    for kind in [
        "type=sha,prefix=,format=long",
        "type=ref,event=branch",
        "type=semver",
    ] {
        assert!(tags.contains(kind), "{kind}: {tags}");
    }
    let build = step("docker/build-push-action");
    assert_eq!(build["push"].as_bool(), Some(false));
    assert!(build["labels"].as_str().is_some());
    assert_eq!(
        build["outputs"].as_str(),
        Some("type=docker,dest=/tmp/image.tar")
    );
    let push = script(&all["push"]);
    assert!(push.contains("docker load --input /tmp/image.tar") && push.contains("docker push"));
    assert!(!push.contains("build"), "{push}");
    let scan = all["image-scan"]["steps"]
        .as_sequence()
        .expect("steps")
        .last()
        .cloned();
    let scan = scan.expect("a scan")["with"].clone();
    assert_eq!(scan["input"].as_str(), Some("/tmp/image.tar"));
    assert_eq!(
        (scan["severity"].as_str(), scan["exit-code"].as_str()),
        (Some("CRITICAL"), Some("1"))
    );
}

/// The script of the guide's hosts fetches what was pushed, whatever the host itself calls its images.
#[test]
fn a_host_is_told_which_image_it_gets() {
    let folder = tempfile::tempdir().expect("a folder");
    let ssh = folder.path().join("ssh");
    std::fs::write(&ssh, "#!/bin/sh\nfor last; do :; done\necho \"$last\"\n").expect("written");
    let all = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(&ssh, all).expect("it may be run");
    let path = std::env::var("PATH").expect("a path");
    let mut on_host = Command::new(tree("deploy/ci/on-host"));
    on_host
        .arg("deploy/release status")
        .env("PATH", format!("{}:{path}", folder.path().display()))
        .env("IMAGE", "registry.example/Keeper/Shop");
    for name in ["HOST", "FOLDER", "KEY", "KNOWN_HOSTS"] {
        on_host.env(format!("DEPLOY_{name}"), "there");
    }
    let typed = run(&mut on_host);
    let expected =
        "cd 'there' && export IMAGE='registry.example/keeper/shop' && deploy/release status\n";
    assert_eq!(typed, expected);
}

#[test]
fn code_is_analysed_tested_with_coverage_and_searched_for_secrets() {
    let jobs = jobs();
    let analysis = script(&jobs["analysis"]);
    assert!(
        analysis.contains("./x check") && analysis.contains("shellcheck"),
        "{analysis}"
    );
    let used = uses(&jobs["analysis"]).join(" ");
    assert!(
        used.contains("codeql-action/analyze") && used.contains("gitleaks"),
        "{used}"
    );
    let test = script(&jobs["test"]);
    assert!(
        test.contains("./x test\n") && test.contains("cargo llvm-cov"),
        "{test}"
    );
    let security = script(&jobs["security-tests"]);
    assert!(
        security.contains("cargo deny") && security.contains("./x test it"),
        "{security}"
    );
    assert!(
        uses(&jobs["dast"])
            .join(" ")
            .contains("zaproxy/action-baseline")
    );
}

#[test]
fn whatever_comes_of_it_is_told_and_what_fails_late_is_taken_back() {
    let jobs = jobs();
    let when = |name: &str| jobs[name]["if"].as_str().expect("a condition").to_owned();
    assert!(when("notify").starts_with("always()"));
    assert!(script(&jobs["notify"]).contains("deploy/notify"));
    // Only a direct need shows that it failed: behind it everything is merely skipped.
    let heard: BTreeSet<String> = words(&jobs["notify"]["needs"]).into_iter().collect();
    for name in jobs.keys().filter(|name| *name != "notify") {
        assert!(heard.contains(name), "nobody hears of {name}");
    }
    assert!(when("rollback").starts_with("failure()"));
    assert!(script(&jobs["rollback"]).contains("deploy/release rollback"));
    assert!(before(&jobs, "rollback").contains("production-validation"));
}

#[test]
fn it_calls_what_there_is_pins_what_it_uses_and_holds_no_secret() {
    let file = text(FILE);
    for word in file.split(|c: char| c.is_whitespace() || c == '"') {
        let script = word.starts_with("deploy/") || word.starts_with("./x");
        if script && !word.contains('*') {
            let mode = std::fs::metadata(tree(word)).unwrap_or_else(|why| panic!("{word}: {why}"));
            assert_ne!(mode.permissions().mode() & 0o111, 0, "{word} can be run");
        }
    }
    for (name, job) in jobs() {
        assert!(job["timeout-minutes"].as_u64().is_some(), "{name} ends");
        for used in uses(&job) {
            let (_, version) = used.split_once('@').expect("a version");
            assert!(
                version.starts_with(|c: char| c == 'v' || c.is_ascii_digit()),
                "{used}"
            );
        }
    }
    for line in file.lines() {
        for secret in ["TOKEN:", "KEY:", "password:", "URL:"] {
            if line.trim_start().ends_with(secret) || line.contains(&format!("{secret} ")) {
                assert!(line.contains("${{"), "{line}");
            }
        }
    }
}
