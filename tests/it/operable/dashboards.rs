//! The dashboards: whole, and about metrics that there are.

use std::collections::BTreeSet;

use serde_json::Value;
use starkeeper::metrics::table;

use super::alerts::{RULES, alerts};
use super::{text, tree, yaml};

/// Of what the daemon shows; `services` shows what stands beside it.
pub const OURS: [&str; 4] = ["money", "orders", "fragment", "machine"];

pub fn dashboard(name: &str) -> Value {
    serde_json::from_str(&text(&format!("grafana/dashboards/{name}.json"))).expect("JSON")
}

/// Each panel of a dashboard with its expressions.
pub fn panels(dashboard: &Value) -> Vec<(String, Vec<String>)> {
    let panels = dashboard["panels"].as_array().expect("panels").iter();
    let shown = panels.filter(|panel| panel["type"] != "row");
    let exprs = |panel: &Value| {
        let targets = panel["targets"].as_array().expect("targets").iter();
        targets
            .map(|target| target["expr"].as_str().expect("an expression").to_owned())
            .collect()
    };
    shown
        .map(|panel| {
            (
                panel["title"].as_str().expect("a title").to_owned(),
                exprs(panel),
            )
        })
        .collect()
}

/// The metrics that an expression names, without the ends of histograms.
fn metrics_in(expr: &str) -> BTreeSet<&str> {
    let is_word = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    let mut words = expr.split(|letter| !is_word(letter));
    let ours = [
        "starkeeper_",
        "process_",
        "telegram_messages",
        "error_rate",
        "response_time",
    ];
    let mut found = BTreeSet::new();
    for word in &mut words {
        if ours.iter().any(|begin| word.starts_with(begin)) {
            let ends = ["_bucket", "_sum", "_count"];
            found.insert(
                ends.iter()
                    .find_map(|end| word.strip_suffix(end))
                    .unwrap_or(word),
            );
        }
    }
    found
}

#[test]
fn every_panel_and_alert_is_about_metrics_of_the_table() {
    let mut exprs = Vec::new();
    for name in OURS {
        for (title, all) in panels(&dashboard(name)) {
            exprs.extend(
                all.into_iter()
                    .map(|expr| (format!("{name}: {title}"), expr)),
            );
        }
    }
    exprs.extend(alerts(RULES[0]));
    for (title, expr) in exprs {
        let found = metrics_in(&expr);
        assert!(
            !found.is_empty() || expr.starts_with("up{") || expr.contains("up{job"),
            "{title}: {expr}"
        );
        for name in found {
            assert!(
                table::find(name).is_some(),
                "{title}: {name} is not in the table"
            );
        }
    }
}

#[test]
fn dashboards_are_whole_and_read_from_the_provisioned_source() {
    let source = yaml("grafana/provisioning/datasources/prometheus.yml");
    let uid = source["datasources"][0]["uid"]
        .as_str()
        .expect("a uid")
        .to_owned();
    let provided = yaml("grafana/provisioning/dashboards/starkeeper.yml");
    let path = provided["providers"][0]["options"]["path"].as_str();
    assert_eq!(
        path,
        Some("/etc/grafana/dashboards"),
        "as docker-compose.yml mounts it"
    );
    let mut uids = BTreeSet::new();
    let files = std::fs::read_dir(tree("grafana/dashboards")).expect("a folder");
    let mut names: Vec<String> = files
        .map(|file| {
            file.expect("a file")
                .file_name()
                .into_string()
                .expect("a name")
        })
        .collect();
    names.sort();
    let expected = ["fragment", "machine", "money", "orders", "services"];
    assert_eq!(names, expected.map(|name| format!("{name}.json")));
    for name in expected {
        let dashboard = dashboard(name);
        assert!(uids.insert(dashboard["uid"].to_string()), "{name}");
        let mut ids = BTreeSet::new();
        let mut places = Vec::new();
        for panel in dashboard["panels"].as_array().expect("panels") {
            assert!(ids.insert(panel["id"].as_u64().expect("an id")), "{panel}");
            let at = |word: &str| panel["gridPos"][word].as_u64().expect("a place");
            let place = (at("x"), at("y"), at("w"), at("h"));
            assert!(place.0 + place.2 <= 24, "{panel}");
            let apart = |other: &(u64, u64, u64, u64)| {
                place.0 >= other.0 + other.2
                    || other.0 >= place.0 + place.2
                    || place.1 >= other.1 + other.3
                    || other.1 >= place.1 + place.3
            };
            assert!(
                places.iter().all(apart),
                "{name}: {} lies over another",
                panel["title"]
            );
            places.push(place);
            if panel["type"] != "row" {
                assert_eq!(panel["datasource"]["uid"], *uid, "{panel}");
                let said = panel["description"].as_str().unwrap_or_default();
                assert!(said.len() > 8, "{name}: {} says nothing", panel["title"]);
            }
        }
    }
}

/// A panel that names an alert names one that there is.
#[test]
fn panels_lead_to_runbooks() {
    let all: BTreeSet<String> = RULES
        .iter()
        .flat_map(|file| alerts(file))
        .map(|(name, _)| name)
        .collect();
    let mut named = BTreeSet::new();
    for name in OURS.into_iter().chain(["services"]) {
        let shown = dashboard(name).to_string();
        for alert in &all {
            if shown.contains(&format!("({alert}")) || shown.contains(&format!(", {alert})")) {
                named.insert(alert.clone());
            }
        }
    }
    assert!(
        named.len() >= 25,
        "only {} are named: {named:?}",
        named.len()
    );
}
