//! Alerts, their runbooks, and the test of rules: each speaks of the others.

use std::collections::BTreeSet;

use serde_norway::Value;

use super::{text, yaml};

/// Files of rules.
pub const RULES: [&str; 2] = ["monitoring/alerts.yml", "monitoring/services.yml"];

/// Each alert of a file: its name and its expression.
pub fn alerts(file: &str) -> Vec<(String, String)> {
    let rules = yaml(file);
    let groups = rules["groups"].as_sequence().expect("groups").iter();
    let rules = groups.flat_map(|group| group["rules"].as_sequence().expect("rules"));
    let word = |rule: &Value, name: &str| rule[name].as_str().expect("a word").to_owned();
    rules
        .map(|rule| (word(rule, "alert"), word(rule, "expr")))
        .collect()
}

fn every_alert() -> BTreeSet<String> {
    let all = RULES.iter().flat_map(|file| alerts(file));
    all.map(|(name, _)| name).collect()
}

#[test]
fn every_alert_has_a_runbook_and_every_runbook_an_alert() {
    let manual = text("OPERATIONS.md");
    let (_, runbooks) = manual
        .split_once("\n## Alerts\n")
        .expect("a part about alerts");
    let runbooks = runbooks.split("\n## ").next().expect("its text");
    let headings: BTreeSet<String> = runbooks
        .lines()
        .filter_map(|line| line.strip_prefix("### "))
        .map(str::to_owned)
        .collect();
    assert_eq!(headings, every_alert());
    for part in runbooks.split("\n### ").skip(1) {
        let (name, body) = part.split_once('\n').expect("a heading and a text");
        for said in ["**Money:**", "**Look:**", "**Type:**"] {
            assert!(body.contains(said), "{name} says nothing of {said}");
        }
    }
}

#[test]
fn every_alert_says_how_bad_it_is_and_leads_to_its_runbook() {
    for file in RULES {
        let rules = yaml(file);
        for group in rules["groups"].as_sequence().expect("groups") {
            for rule in group["rules"].as_sequence().expect("rules") {
                let name = rule["alert"].as_str().expect("a name");
                let severity = rule["labels"]["severity"].as_str();
                assert!(matches!(severity, Some("critical" | "warning")), "{name}");
                let runbook = format!("OPERATIONS.md#{}", name.to_lowercase());
                let annotations = &rule["annotations"];
                assert_eq!(annotations["runbook"].as_str(), Some(runbook.as_str()));
                let summary = annotations["summary"].as_str().expect("a summary");
                assert!(summary.len() > 20, "{name}: {summary}");
            }
        }
    }
}

/// What promtool runs lets each alert fire, and resolve later.
#[test]
fn every_alert_fires_and_resolves_in_the_test_of_rules() {
    let tests = yaml("monitoring/alerts.test.yml");
    let mut proven = BTreeSet::new();
    for test in tests["tests"].as_sequence().expect("tests") {
        let name = test["name"].as_str().expect("a name");
        let steps = test["alert_rule_test"].as_sequence().expect("steps");
        let fires: Vec<usize> = steps
            .iter()
            .inspect(|step| assert_eq!(step["alertname"].as_str(), Some(name)))
            .map(|step| step["exp_alerts"].as_sequence().expect("a list").len())
            .collect();
        assert_eq!(fires, [1, 0], "{name}");
        proven.insert(name.to_owned());
    }
    assert_eq!(proven, every_alert());
}

#[test]
fn alerts_reach_the_operators_in_telegram() {
    let sent = yaml("monitoring/alertmanager.yml");
    for receiver in sent["receivers"].as_sequence().expect("receivers") {
        let to = &receiver["telegram_configs"][0];
        let token = to["bot_token_file"].as_str();
        assert_eq!(token, Some("/run/secrets/telegram_token"), "{receiver:?}");
        let told = to["message"].as_str().expect("a message");
        for part in ["alertname", "summary", "runbook"] {
            assert!(told.contains(part), "{told}");
        }
    }
}
