//! What watches the cluster of Redis, as its container runs it.

use std::process::Command;

use super::tree;
use crate::support::redis::{Cluster, PASSWORD};
use crate::support::services::{command, folder, hand_over, run};
use crate::support::{Running, eventually_blocking, ports};

fn watching(nodes: &[String], log: &std::path::Path, most: &str) -> Running {
    let mut command = Command::new(tree("deploy/redis/watch-cluster"));
    command
        .args(nodes)
        .env("REDIS_PASSWORD", PASSWORD)
        .env("LOG_FILE", log)
        .env("LOG_MAX", most)
        .env("EVERY", "0.1");
    Running::start("watch-cluster", command)
}

#[test]
fn the_state_of_the_cluster_is_written_when_it_changes_and_the_file_rolls() {
    let cluster = Cluster::shared();
    let folder = tempfile::tempdir().expect("a folder");
    let log = folder.path().join("redis_cluster.log");
    let read = |path: &std::path::Path| std::fs::read_to_string(path).unwrap_or_default();
    let awaited = |path: &std::path::Path, word: &str| {
        eventually_blocking(&format!("{word} is written"), || match read(path) {
            text if text.contains(word) => Ok(()),
            text => Err(text),
        });
    };
    let watching_all = watching(&cluster.places(), &log, "10485760");
    awaited(&log, "cluster: ok, 16384 of 16384 slots");
    drop(watching_all);
    // Nobody is there who could be asked; and the file is full by now.
    let nobody = ["127.0.0.1:1".to_owned()];
    let _watching = watching(&nobody, &log, "10");
    awaited(&log, "cluster: away");
    let older = folder.path().join("redis_cluster.log.1");
    assert!(read(&older).contains("cluster: ok"), "{}", read(&older));
    assert_eq!(read(&log).lines().count(), 1, "said once");
}

/// Six nodes as their containers start them, and the script that joins them.
struct Nodes {
    base: u16,
    folder: tempfile::TempDir,
    _running: Vec<Running>,
}

impl Nodes {
    fn start() -> Self {
        let is_free = |port: u16| std::net::TcpListener::bind(("127.0.0.1", port)).is_ok();
        // A node talks to the others 10,000 ports higher.
        let base = std::iter::repeat_with(ports::block)
            .find(|base| (10_000..10_006).all(|above| is_free(base + above)))
            .expect("there is one");
        let folder = folder("nodes");
        let start = |n: u16| {
            let here = folder.path().join(n.to_string());
            std::fs::create_dir(&here).expect("a folder");
            hand_over(&here);
            let mut node = command(tree("deploy/redis/start-node"));
            node.arg((base + n).to_string())
                .env("HERE", &here)
                .env("DATA", &here)
                .env("REDIS_CLUSTER_ENABLED", "true")
                .env("REDIS_PASSWORD", PASSWORD);
            Running::start("a node of Redis", node)
        };
        let _running = (0..6).map(start).collect();
        Self {
            base,
            folder,
            _running,
        }
    }

    fn places(&self) -> Vec<String> {
        (0..6)
            .map(|n| format!("127.0.0.1:{}", self.base + n))
            .collect()
    }

    fn join(&self) -> (Option<i32>, String) {
        let joined = Command::new(tree("deploy/redis/join-cluster"))
            .args(self.places())
            .env("REDIS_PASSWORD", PASSWORD)
            .output()
            .expect("a shell");
        let told = [joined.stdout, joined.stderr].concat();
        (
            joined.status.code(),
            String::from_utf8_lossy(&told).into_owned(),
        )
    }

    fn ask(&self, node: u16, words: &[&str]) -> String {
        let mut cli = Command::new("redis-cli");
        cli.env("REDISCLI_AUTH", PASSWORD)
            .args(["-p", &(self.base + node).to_string()])
            .args(words);
        run(&mut cli)
    }
}

#[test]
fn six_nodes_are_joined_once_and_never_emptied() {
    let nodes = Nodes::start();
    eventually_blocking("the last node answers", || {
        let mut asked = command(tree("deploy/redis/start-node"));
        let here = nodes.folder.path().join("5");
        asked
            .arg("ping")
            .env("HERE", here)
            .env("REDIS_PASSWORD", PASSWORD);
        let answer = asked.output().expect("a shell");
        answer.status.success().then_some(()).ok_or(answer)
    });
    // What holds something is not joined.
    assert_eq!(
        nodes
            .ask(3, &["CLUSTER", "ADDSLOTSRANGE", "0", "16383"])
            .trim(),
        "OK"
    );
    eventually_blocking("the node serves all slots", || {
        match nodes.ask(3, &["SET", "kept", "1"]).trim() {
            "OK" => Ok(()),
            other => Err(other.to_owned()),
        }
    });
    nodes.ask(3, &["CLUSTER", "DELSLOTSRANGE", "0", "16383"]);
    let (code, told) = nodes.join();
    assert_eq!(code, Some(1), "{told}");
    assert!(told.contains("holds 1 keys and is in no cluster"), "{told}");
    nodes.ask(3, &["FLUSHALL"]);
    nodes.ask(3, &["CLUSTER", "RESET"]);

    let (code, told) = nodes.join();
    assert_eq!(code, Some(0), "{told}");
    eventually_blocking("the cluster is whole", || {
        let info = nodes.ask(0, &["CLUSTER", "INFO"]);
        let shown = nodes.ask(0, &["CLUSTER", "NODES"]);
        let masters = shown.lines().filter(|line| line.contains("master")).count();
        let replicas = shown.lines().filter(|line| line.contains("slave")).count();
        let whole = info.contains("cluster_state:ok")
            && info.contains("cluster_slots_ok:16384")
            && (masters, replicas) == (3, 3);
        whole.then_some(()).ok_or(shown)
    });
    // Each master has a replica of its own.
    let shown = nodes.ask(0, &["CLUSTER", "NODES"]);
    let of = |word: &str, field: usize| -> std::collections::BTreeSet<String> {
        let lines = shown.lines().filter(|line| line.contains(word));
        lines
            .map(|line| line.split(' ').nth(field).expect("a field").to_owned())
            .collect()
    };
    assert_eq!(of("slave", 3), of("master", 0), "{shown}");
    // Again changes nothing.
    let (code, told) = nodes.join();
    assert_eq!(code, Some(0), "{told}");
    assert!(told.contains("nothing to do"), "{told}");
}
