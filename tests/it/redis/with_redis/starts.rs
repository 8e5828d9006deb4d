//! What a daemon says of Redis when it starts.

use std::path::Path;
use std::process::Command;

use starkeeper::redis::{Greeting, RedisSettings};
use starkeeper_actors::testing::contract;

use super::shop::{Shop, of, of_cluster, on_one_node};
use crate::daemon::house::{Daemon, daemon};
use crate::support::ports::block;
use crate::support::redis::{PASSWORD, shared};
use crate::support::services::free_port;
use crate::support::{Cluster, OwnRedis, Running, eventually};

fn with(settings: RedisSettings, password: Option<&str>) -> RedisSettings {
    RedisSettings {
        password: password.map(|password| password.to_owned().into()),
        ..settings
    }
}

#[test]
fn a_wrong_password_is_told_apart_from_a_server_that_is_away() {
    let server = OwnRedis::start();
    contract::run(async {
        let cluster = tokio::task::block_in_place(Cluster::shared);
        for settings in [of(&server), of_cluster(&cluster)] {
            let greet = async |settings| Shop::new(settings).link().greet().await;
            assert_eq!(greet(settings.clone()).await, Greeting::Ready);
            for wrong in [Some("another"), None] {
                let settings = with(settings.clone(), wrong);
                let cluster = settings.cluster;
                let greeting = greet(settings).await;
                assert_eq!(
                    greeting,
                    Greeting::Password,
                    "{wrong:?}, cluster: {cluster}"
                );
            }
        }
        let mut nobody = of(&server);
        nobody.places[0].port = block();
        let greeting = Shop::new(nobody).link().greet().await;
        assert!(matches!(greeting, Greeting::Away(_)), "{greeting:?}");
    });
}

#[test]
fn a_node_is_not_taken_for_a_cluster_nor_a_cluster_for_a_node() {
    let server = OwnRedis::start();
    contract::run(async {
        let cluster = tokio::task::block_in_place(Cluster::shared);
        let as_cluster = RedisSettings {
            cluster: true,
            ..of(&server)
        };
        let greeting = Shop::new(as_cluster).link().greet().await;
        assert_eq!(greeting, Greeting::NotACluster);
        let mut as_node = of_cluster(&cluster);
        as_node.cluster = false;
        let greeting = Shop::new(as_node).link().greet().await;
        assert_eq!(greeting, Greeting::ACluster);
    });
}

fn with_redis(folder: &Path, port: u16, vars: &[(&str, &str)]) -> Command {
    let mut command = daemon(folder, port);
    command.envs(vars.iter().copied());
    command
}

#[tokio::test(flavor = "multi_thread")]
async fn a_daemon_says_where_its_dialogs_are_and_never_the_password() {
    let cluster = tokio::task::block_in_place(Cluster::shared);
    let server = OwnRedis::start();
    let nodes = cluster.places().join(",");
    let node = format!("127.0.0.1:{}", server.port());
    let (own, elsewhere) = (format!("redis://{node}"), shared());
    let in_cluster = [
        ("REDIS_CLUSTER_ENABLED", "true"),
        ("REDIS_CLUSTER_NODES", &nodes),
        ("REDIS_PASSWORD", PASSWORD),
    ];
    let alone = [("REDIS_URL", own.as_str()), ("REDIS_PASSWORD", PASSWORD)];
    let by_url = [("REDIS_URL", elsewhere.as_str())];
    let shown = nodes.replace(',', ", ");
    for (vars, place) in [
        (&in_cluster[..], shown.as_str()),
        (&alone[..], &node),
        (&by_url[..], "127.0.0.1:"),
    ] {
        let (folder, port) = (tempfile::tempdir().unwrap(), free_port());
        let started = Daemon::start(with_redis(folder.path(), port, vars), port).await;
        let page = started.text("/metrics").await;
        let log = started.running.printed();
        let told = format!("dialogs and limits are kept in redis at {place}");
        assert!(log.contains(&told), "{log}");
        assert!(page.contains("starkeeper_redis_reachable 1"), "{page}");
        let (_, in_url) = elsewhere.split_once("://:").unwrap();
        let (secret, _) = in_url.split_once('@').unwrap();
        for secret in [PASSWORD, secret] {
            assert!(!log.contains(secret) && !page.contains(secret), "{log}");
        }
    }
}

#[tokio::test]
async fn a_daemon_starts_without_its_redis_and_says_so_until_it_is_there() {
    let mut server = OwnRedis::start();
    server.kill();
    let (folder, port) = (tempfile::tempdir().unwrap(), free_port());
    let url = server.url();
    let vars = [("REDIS_URL", url.as_str())];
    let started = Daemon::start(with_redis(folder.path(), port, &vars), port).await;
    let log = started.running.printed();
    let told = format!("redis at 127.0.0.1:{} is out of reach (", server.port());
    assert!(log.contains(&told), "{log}");
    let page = started.text("/metrics").await;
    assert!(page.contains("starkeeper_redis_reachable 0"), "{page}");
    // Money comes in all the same: the books are there.
    let (status, _) = started.get("/admin/v1/books").await;
    assert_eq!(status.as_u16(), 200);
    server.resume();
    eventually("the daemon has found it", async || {
        let page = started.text("/metrics").await;
        let back = page.contains("starkeeper_redis_reachable 1");
        back.then_some(()).ok_or(page)
    })
    .await;
}

#[test]
fn a_daemon_refuses_what_will_never_do_and_names_the_variable() {
    let server = OwnRedis::start();
    let (url, own) = (server.url(), format!("redis://127.0.0.1:{}", server.port()));
    let node = format!("127.0.0.1:{}", server.port());
    for (vars, told) in [
        (
            &[
                ("REDIS_URL", own.as_str()),
                ("REDIS_PASSWORD", "hidden-word"),
            ][..],
            format!("REDIS_PASSWORD: redis at {node} refuses the login"),
        ),
        (
            &[("REDIS_URL", own.as_str())][..],
            format!("REDIS_PASSWORD: redis at {node} refuses the login"),
        ),
        (
            &[
                ("REDIS_URL", url.as_str()),
                ("REDIS_CLUSTER_ENABLED", "true"),
            ][..],
            format!("REDIS_CLUSTER_ENABLED: redis at {node} is one node and no cluster"),
        ),
        (
            &[("REDIS_URL", "redis:/hidden-word")][..],
            "REDIS_URL (or REDIS_URL_FILE): expected an address such as redis://".into(),
        ),
        (
            &[("REDIS_CLUSTER_ENABLED", "true")][..],
            "REDIS_CLUSTER_NODES: expected nodes such as".into(),
        ),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let command = with_redis(folder.path(), free_port(), vars);
        let mut running = Running::start("the daemon", command);
        assert_eq!(running.wait().code(), Some(78), "{}", running.printed());
        let log = running.printed();
        assert!(log.contains(&told), "{told} is not in:\n{log}");
        assert!(!log.contains("hidden-word"), "{log}");
    }
}

#[test]
fn a_server_of_the_tests_is_what_the_daemon_wants() {
    contract::run(async {
        let greeting = on_one_node().await.link().greet().await;
        assert_eq!(greeting, Greeting::Ready);
    });
}
