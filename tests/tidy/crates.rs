//! Who depends on whom, as cargo sees it.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::layers::OUTSIDE_LIBRARIES;
use crate::rules;
use crate::violation::{Rule, Violation};

const CORE: &str = "starkeeper-actors";
const DAEMON: &str = "starkeeper";
const SANDBOX: &str = "starkeeper-sandbox";

/// Every dependency that goes against an arrow. Asks cargo, without a network.
pub fn check(root: &Path) -> Result<Vec<Violation>, String> {
    let mut violations = declared(root)?;
    violations.extend(carried(root)?);
    Ok(violations)
}

/// What the members' manifests declare.
fn declared(root: &Path) -> Result<Vec<Violation>, String> {
    let text = cargo(root, &["metadata", "--no-deps", "--format-version", "1"])?;
    let metadata: Value = serde_json::from_str(&text).map_err(|why| why.to_string())?;
    let mut violations = Vec::new();
    for package in list(&metadata, "packages") {
        let name = field(package, "name");
        for dependency in list(package, "dependencies") {
            let on = field(dependency, "name");
            let for_tests = field(dependency, "kind") == "dev";
            if let Some(rule) = judge(name, on, for_tests) {
                violations.push(Violation {
                    rule,
                    file: manifest(root, package),
                    line: 1,
                    found: format!("{name} depends on {on}"),
                });
            }
        }
    }
    Ok(violations)
}

fn judge(name: &str, on: &str, for_tests: bool) -> Option<&'static Rule> {
    match (name, on) {
        (CORE, DAEMON | SANDBOX) => Some(&rules::CORE_STANDS_ALONE),
        (SANDBOX, CORE | DAEMON) => Some(&rules::SANDBOX_SHARES_NOTHING),
        (DAEMON, SANDBOX) if !for_tests => Some(&rules::DAEMON_CARRIES_NO_EMULATOR),
        _ => None,
    }
}

/// What is really compiled into the core, through all its dependencies.
fn carried(root: &Path) -> Result<Vec<Violation>, String> {
    let words = "tree --package starkeeper-actors --edges normal --prefix none --format {p}";
    let words: Vec<&str> = words.split(' ').collect();
    let tree = cargo(root, &words)?;
    let mut carried: Vec<&str> = tree
        .lines()
        .filter_map(|line| line.split(' ').next())
        .filter(|name| OUTSIDE_LIBRARIES.contains(name))
        .collect();
    carried.sort_unstable();
    carried.dedup();
    let violations = carried.into_iter().map(|name| Violation {
        rule: &rules::CORE_STAYS_LIGHT,
        file: "actors/Cargo.toml".to_owned(),
        line: 1,
        found: format!("{CORE} carries {name} (cargo tree --package {CORE} --invert {name})"),
    });
    Ok(violations.collect())
}

fn cargo(root: &Path, words: &[&str]) -> Result<String, String> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let answer = Command::new(cargo)
        .args(words)
        .arg("--offline")
        .current_dir(root)
        .output()
        .map_err(|why| format!("cargo does not start: {why}"))?;
    if answer.status.success() {
        String::from_utf8(answer.stdout).map_err(|why| why.to_string())
    } else {
        let why = String::from_utf8_lossy(&answer.stderr);
        Err(format!("cargo {} failed: {why}", words.join(" ")))
    }
}

fn list<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    value
        .get(name)
        .and_then(Value::as_array)
        .map_or(&[], Vec::as_slice)
}

fn field<'a>(value: &'a Value, name: &str) -> &'a str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn manifest(root: &Path, package: &Value) -> String {
    let path = Path::new(field(package, "manifest_path"));
    let root = root.canonicalize().unwrap_or_else(|_| root.to_owned());
    path.strip_prefix(root)
        .unwrap_or(path)
        .display()
        .to_string()
}
