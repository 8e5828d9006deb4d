//! The tree obeys the arrows of ARCHITECTURE.md and the habits of the house.
//!
//! Run it with `./x test tidy`. What it forbids is listed in `rules`; where a module stands is
//! decided in `layers`; `planted` proves that each rule can fail.

#![allow(
    unreachable_pub,
    reason = "the modules of a test crate are shown to nobody else"
)]
#![allow(
    clippy::panic,
    reason = "a test that cannot be carried out stops where it stands"
)]

mod arrows;
mod crates;
mod habits;
mod layers;
mod planted;
mod rules;
mod source;
mod tree;
mod violation;
mod walk;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use planted::{CRATE_PLANTS, PLANTS, Plant, TIDY_CRATES, TIDY_SOURCES};
use tree::Tree;
use violation::Violation;

#[test]
fn sources_obey_the_arrows_and_habits() {
    assert_tidy(&sources(&workspace()));
}

#[test]
fn dependencies_obey_the_arrows() {
    assert_tidy(&dependencies(&workspace()));
}

#[test]
fn a_tidy_tree_has_no_violation() {
    let tree = planted(TIDY_SOURCES, None);
    assert_tidy(&sources(tree.path()));
    let tree = planted(TIDY_CRATES, None);
    assert_tidy(&dependencies(tree.path()));
}

#[test]
fn every_planted_violation_in_a_source_is_caught() {
    for plant in PLANTS {
        let tree = planted(TIDY_SOURCES, Some(plant));
        let violations = sources(tree.path());
        assert_caught(plant, &violations);
        let elsewhere = violations.iter().find(|found| found.file != plant.file);
        assert!(elsewhere.is_none(), "{elsewhere:?}");
    }
}

#[test]
fn every_planted_violation_in_a_manifest_is_caught() {
    for plant in CRATE_PLANTS {
        let tree = planted(TIDY_CRATES, Some(plant));
        assert_caught(plant, &dependencies(tree.path()));
    }
}

#[test]
fn every_rule_has_a_planted_violation() {
    let planted: BTreeSet<&str> = PLANTS
        .iter()
        .chain(CRATE_PLANTS)
        .map(|plant| plant.rule)
        .collect();
    let rules: BTreeSet<&str> = rules::ALL.iter().map(|rule| rule.name).collect();
    assert_eq!(planted, rules);
}

#[test]
fn a_violation_says_where_what_was_expected_and_what_to_do() {
    let violation = Violation {
        rule: &rules::NO_MOD_RS,
        file: "src/ton/mod.rs".to_owned(),
        line: 1,
        found: "this file".to_owned(),
    };
    let text = violation.to_string();
    assert!(
        text.starts_with("src/ton/mod.rs:1: this file [no-mod-rs]\n"),
        "{text}"
    );
    assert!(
        text.contains("expected: a module's root is `foo.rs`"),
        "{text}"
    );
    assert!(text.contains("do:       rename"), "{text}");
}

/// The tree this run is about, even when another copy of it has built this binary.
fn workspace() -> PathBuf {
    let here =
        std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
    PathBuf::from(here).join("../..")
}

fn sources(root: &Path) -> Vec<Violation> {
    let tree = Tree::read(root).unwrap_or_else(|why| panic!("the sources cannot be read: {why}"));
    let mut violations = arrows::check(&tree);
    violations.extend(habits::check(&tree));
    violations
}

fn dependencies(root: &Path) -> Vec<Violation> {
    crates::check(root).unwrap_or_else(|why| panic!("the dependencies cannot be read: {why}"))
}

fn planted(files: &[(&str, &str)], plant: Option<&Plant>) -> tempfile::TempDir {
    let root = tempfile::tempdir().unwrap_or_else(|why| panic!("no temporary folder: {why}"));
    let planted = plant.map(|plant| (plant.file, plant.text));
    let files: Vec<_> = files.iter().copied().chain(planted).collect();
    planted::write(root.path(), &files).unwrap_or_else(|why| panic!("cannot write: {why}"));
    root
}

fn assert_tidy(violations: &[Violation]) {
    assert!(violations.is_empty(), "{}", told(violations));
}

/// The planted rule is broken, and nothing else is.
fn assert_caught(plant: &Plant, violations: &[Violation]) {
    let Plant { rule, file, text } = plant;
    let others = violations.iter().find(|found| found.rule.name != *rule);
    assert!(
        !violations.is_empty() && others.is_none(),
        "planted against `{rule}` in {file}: {text}\nfound: {}",
        told(violations)
    );
}

fn told(violations: &[Violation]) -> String {
    let lines: Vec<String> = violations.iter().map(Violation::to_string).collect();
    format!("{} violation(s)\n\n{}", violations.len(), lines.join("\n"))
}
