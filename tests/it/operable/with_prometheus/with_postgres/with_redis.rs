//! What stands beside the daemon, through real exporters: PostgreSQL, six nodes of Redis, nginx, the
//! machine. Everything that the dashboard and the alerts of services ask has an answer.

use std::process::Command;

use serde_json::Value;

use super::super::{Prometheus, answering};
use crate::operable::alerts::{RULES, alerts};
use crate::operable::dashboards::{dashboard, panels};
use crate::operable::with_nginx::Nginx;
use crate::operable::{text, tree};
use crate::support::database::Database;
use crate::support::redis::{Cluster, PASSWORD};
use crate::support::shop::{Shop, books_at};
use crate::support::wait::eventually_within;
use crate::support::{Running, ports};

/// An exporter of the system's own packages.
fn exporter(name: &str, port: u16, words: &[String], given: &[(&str, &str)]) -> Running {
    let mut command = Command::new(format!("prometheus-{name}-exporter"));
    command
        .arg(format!("--web.listen-address=127.0.0.1:{port}"))
        .args(words)
        .envs(given.iter().copied());
    let mut running = Running::start(name, command);
    running.wait_for_port(port);
    running
}

/// What deploy/backup writes for node-exporter, as its scripts write it.
fn marks(folder: &std::path::Path) {
    let now = chrono::Utc::now().timestamp().to_string();
    for (script, file) in [("away", "away.prom"), ("try-restore", "restore.prom")] {
        let script = text(&format!("deploy/backup/{script}"));
        let line = script
            .lines()
            .find(|line| line.contains("printf 'starkeeper_"));
        let format = line
            .and_then(|line| line.split('\'').nth(1))
            .expect("a line");
        let mut shell = Command::new("sh");
        shell.args(["-c", "printf \"$0\" \"$@\"", format]);
        // Whatever stands before the time says what was carried.
        shell.args(vec!["books"; format.matches("%s").count() - 1]);
        let written = crate::support::services::run(shell.arg(&now));
        std::fs::write(folder.join(file), written).expect("it is written");
    }
}

/// The configuration of the tree, with these places in place of the containers' names.
fn configuration(places: &[(&str, String)]) -> String {
    let mut config = text("monitoring/prometheus.yml")
        .replace("scrape_interval: 15s", "scrape_interval: 1s")
        .replace("scrape_timeout: 10s", "scrape_timeout: 1s")
        .replace("evaluation_interval: 15s", "evaluation_interval: 1s");
    for file in ["alerts.yml", "services.yml"] {
        let whole = tree("monitoring").join(file).display().to_string();
        config = config.replace(&format!("- {file}"), &format!("- {whole}"));
    }
    for (host, place) in places {
        assert!(config.contains(host), "{host} is scraped");
        config = config.replace(host, place);
    }
    config
}

/// Where everything is that the configuration names; exporters stand side by side.
fn places(daemon: u16, exporters: u16, cluster: &Cluster) -> Vec<(&'static str, String)> {
    let place = |port: u16| format!("127.0.0.1:{port}");
    let mut places = vec![
        ("app:8000", place(daemon)),
        ("webhook:8001", place(daemon)),
        ("postgres-exporter:9187", place(exporters)),
        ("redis-exporter:9121", place(exporters + 1)),
        ("nginx-exporter:9113", place(exporters + 2)),
        ("node-exporter:9100", place(exporters + 3)),
    ];
    let nodes = [
        "redis-node-1:7379",
        "redis-node-2:7380",
        "redis-node-3:7381",
        "redis-node-4:7382",
        "redis-node-5:7383",
        "redis-node-6:7384",
    ];
    places.extend(nodes.into_iter().zip(cluster.places()));
    places
}

#[tokio::test]
async fn every_service_is_scraped_and_its_panels_and_alerts_have_data() {
    let database = Database::migrated();
    let shop = Shop::open(books_at(&database.url())).await;
    let daemon = shop.door().port;
    let nginx = Nginx::before(daemon, false);
    let cluster = Cluster::shared();
    let folder = tempfile::tempdir().expect("a folder");
    marks(folder.path());

    let base = ports::block();
    let place = |port: u16| format!("127.0.0.1:{port}");
    let url = format!("{}?sslmode=disable", database.url());
    let textfiles = format!("--collector.textfile.directory={}", folder.path().display());
    let status = format!(
        "--nginx.scrape-uri=http://{}/stub_status",
        place(nginx.status())
    );
    let _exporters = [
        exporter("postgres", base, &[], &[("DATA_SOURCE_NAME", &url)]),
        exporter("redis", base + 1, &[], &[("REDIS_PASSWORD", PASSWORD)]),
        exporter("nginx", base + 2, &[status], &[]),
        exporter("node", base + 3, &[textfiles], &[]),
    ];
    let places = places(daemon, base, &cluster);
    let prometheus = Prometheus::with(&configuration(&places));

    // cAdvisor and Alertmanager stand elsewhere.
    for (job, count) in [
        ("bot", 1),
        ("nginx", 1),
        ("node", 1),
        ("postgres", 1),
        ("redis", 6),
    ] {
        let up = format!("up{{job=\"{job}\"}} == 1");
        eventually_within(
            &format!("{count} of {job} are up"),
            super::super::SCRAPED,
            async || match prometheus.finds(&up).await? {
                found if found == count => Ok(()),
                found => Err(found.to_string()),
            },
        )
        .await;
    }
    for (title, exprs) in panels(&dashboard("services")) {
        for expr in exprs.iter().filter(|expr| !expr.contains("container_")) {
            let what = format!("{title} shows something");
            prometheus.finds_some(&what, expr).await;
        }
    }
    for (name, expr) in alerts(RULES[1]) {
        let what = format!("{name} has something to judge");
        prometheus.finds_some(&what, &answering(&expr)).await;
    }
    // The nodes keep their own names, and the cluster is whole in each one's eyes.
    for port in cluster.ports() {
        let node = format!("redis_cluster_state{{instance=\"redis://127.0.0.1:{port}\"}} == 1");
        prometheus.finds_some("a node of the cluster", &node).await;
    }
    let rules = prometheus.asked("rules", &[]).await.expect("rules");
    let groups = rules["groups"].as_array().expect("groups").iter();
    let ill: Vec<&Value> = groups
        .flat_map(|group| group["rules"].as_array().expect("rules"))
        .filter(|rule| rule["health"] != "ok")
        .collect();
    assert!(ill.is_empty(), "{ill:?}");
}
