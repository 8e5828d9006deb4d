//! What operators see and stand on: metrics, health, dashboards, alerts, containers, the proxy.

mod alerts;
mod asleep;
mod clusters;
mod compose;
mod dashboards;
pub mod elk;
mod health;
mod host;
mod installed;
mod kept;
mod live;
mod page;
mod pipeline;
mod with_browser;
mod with_nginx;
mod with_prometheus;
mod with_redis;
mod with_systemd;
mod with_validators;

use std::path::{Path, PathBuf};

/// A file or folder of the tree.
fn tree(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// A text of the tree.
fn text(path: &str) -> String {
    let file = tree(path);
    std::fs::read_to_string(&file).unwrap_or_else(|why| panic!("{}: {why}", file.display()))
}

/// A YAML file of the tree, its anchors and merges put in place.
fn yaml(path: &str) -> serde_norway::Value {
    let mut value: serde_norway::Value =
        serde_norway::from_str(&text(path)).unwrap_or_else(|why| panic!("{path}: {why}"));
    // What is merged in may itself be merged from something.
    for _ in 0..3 {
        let merged = value.apply_merge();
        merged.unwrap_or_else(|why| panic!("{path}: {why}"));
    }
    value
}
