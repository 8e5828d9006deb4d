//! The containers, as their file says: zones, ports, rights, memory. No engine is needed to read it.

use std::collections::{BTreeMap, BTreeSet};

use serde_norway::Value;

use super::{text, tree, yaml};

type Services = BTreeMap<String, Value>;

fn services() -> Services {
    let file = yaml("docker-compose.yml");
    let services = file["services"].as_mapping().expect("services").clone();
    services
        .into_iter()
        .map(|(name, service)| (name.as_str().expect("a name").to_owned(), service))
        .collect()
}

fn words(value: &Value) -> Vec<String> {
    let list = value.as_sequence().map_or(&[][..], Vec::as_slice).iter();
    list.map(|word| word.as_str().expect("a word").to_owned())
        .collect()
}

fn networks(service: &Value) -> BTreeSet<String> {
    words(&service["networks"]).into_iter().collect()
}

#[test]
fn every_container_has_as_few_rights_as_it_can() {
    for (name, service) in services() {
        assert_eq!(service["read_only"].as_bool(), Some(true), "{name}");
        assert_eq!(
            words(&service["security_opt"]),
            ["no-new-privileges:true"],
            "{name}"
        );
        assert_eq!(words(&service["cap_drop"]), ["ALL"], "{name}");
        let tmpfs = words(&service["tmpfs"]);
        assert!(tmpfs.iter().any(|place| place == "/tmp"), "{name}");
        assert!(service.get("privileged").is_none(), "{name}");
        let rights = words(&service["cap_add"]);
        let expected: &[&str] = match name.as_str() {
            "app" | "webhook" | "migrate" | "nginx" => &["NET_BIND_SERVICE"],
            "db" => &["CHOWN", "DAC_READ_SEARCH", "FOWNER", "SETGID", "SETUID"],
            _ => &[],
        };
        assert_eq!(rights, expected, "{name}");
    }
}

#[test]
fn only_nginx_stands_in_the_door() {
    let all = services();
    for (name, service) in &all {
        let zones = networks(service);
        let both = zones.contains("edge") && zones.contains("bot-network");
        assert_eq!(both, name == "nginx", "{name} in {zones:?}");
        for port in words(&service["ports"]) {
            let published = port.split(':').next().expect("a port");
            let to_the_world = name == "nginx" && ["80", "443", "8081"].contains(&published);
            assert!(
                to_the_world || published == "127.0.0.1",
                "{name} publishes {port}"
            );
        }
    }
    let inside = BTreeSet::from(["bot-network", "loopback"].map(str::to_owned));
    for name in ["db", "redis-node-1", "redis-node-6"] {
        assert_eq!(networks(&all[name]), inside, "{name}");
    }
    for name in ["app", "webhook"] {
        assert!(
            all[name].get("ports").is_none(),
            "{name} is reached through nginx alone"
        );
    }
    assert_eq!(words(&all["app"]["expose"]), ["8000"]);
    assert_eq!(words(&all["webhook"]["expose"]), ["8001"]);
    let file = yaml("docker-compose.yml");
    let internal = |zone: &str| file["networks"][zone]["internal"].as_bool() == Some(true);
    assert!(internal("bot-network") && internal("monitoring"));
    let masquerade = "com.docker.network.bridge.enable_ip_masquerade";
    let leads_out = file["networks"]["loopback"]["driver_opts"][masquerade].as_str();
    assert_eq!(leads_out, Some("false"));
    // An engine publishes nothing of a container that is in internal networks alone.
    for (name, service) in &all {
        let seen = networks(service).iter().any(|zone| !internal(zone));
        let publishes = service.get("ports").is_some();
        assert!(seen || !publishes, "{name} publishes what nobody reaches");
        let on_loopback = networks(service).contains("loopback");
        assert!(publishes || !on_loopback, "{name} is there for nothing");
    }
}

/// Root without rights reads and writes only what is root's: a folder of the image that belongs to its
/// own user needs that user.
#[test]
fn whoever_keeps_data_may_write_it() {
    let all = services();
    for node in 1..=6 {
        let user = all[&format!("redis-node-{node}")]["user"].as_str();
        assert_eq!(user, Some("999:1000"), "redis-node-{node}");
    }
    for name in ["nginx", "redis-cluster-monitor", "cloudflared"] {
        let user = all[name]["user"].as_str();
        assert_eq!(user, Some("1000:1000"), "{name} writes logs");
    }
}

#[test]
fn ports_are_those_of_the_guide() {
    let all = services();
    let published = |name: &str| words(&all[name]["ports"]);
    assert_eq!(published("db"), ["127.0.0.1:5433:5433"]);
    for (node, port) in (1..=6).zip(7379..) {
        let name = format!("redis-node-{node}");
        assert_eq!(published(&name), [format!("127.0.0.1:{port}:{port}")]);
        assert_eq!(words(&all[&name]["command"]), [port.to_string()]);
    }
    assert_eq!(published("prometheus"), ["127.0.0.1:9090:9090"]);
    assert_eq!(published("grafana"), ["127.0.0.1:3000:3000"]);
    assert_eq!(published("nginx"), ["80:80", "443:443", "8081:8081"]);
    // As the guide has them, and on this machine alone.
    for (name, ports) in [
        ("elasticsearch", &["9200", "9300"][..]),
        ("logstash", &["5044"]),
        ("kibana", &["5601"]),
    ] {
        let here = ports.iter().map(|port| format!("127.0.0.1:{port}:{port}"));
        assert_eq!(published(name), here.collect::<Vec<_>>(), "{name}");
    }
}

#[test]
fn the_smallest_shop_is_three_services_and_a_migration() {
    let all = services();
    let unasked: Vec<&str> = all
        .iter()
        .filter(|(_, service)| service.get("profiles").is_none())
        .map(|(name, _)| name.as_str())
        .collect();
    assert_eq!(unasked, ["app", "db", "migrate", "redis-node-1"]);
    let app = &all["app"];
    let before = &app["depends_on"];
    let migrated = before["migrate"]["condition"].as_str();
    assert_eq!(migrated, Some("service_completed_successfully"));
    assert_eq!(before["db"]["condition"].as_str(), Some("service_healthy"));
    let role = |name: &str| words(&all[name]["command"]);
    assert_eq!(role("app"), ["serve", "--role", "bot"]);
    assert_eq!(role("webhook"), ["serve", "--role", "webhook"]);
    assert_eq!(role("migrate"), ["migrate", "up"]);
}

/// In MiB.
fn memory(service: &Value) -> u64 {
    let limit = service["deploy"]["resources"]["limits"]["memory"].as_str();
    let limit = limit.expect("a limit").strip_suffix('M').expect("in MiB");
    limit.parse().expect("a number")
}

#[test]
fn a_machine_of_four_gigabytes_is_enough() {
    let all = services();
    // Logs to be searched are for a bigger one.
    let is_elk = |service: &&Value| words(&service["profiles"]) == ["elk"];
    let searching: u64 = all.values().filter(is_elk).map(memory).sum();
    assert!(searching <= 3_072, "{searching} MiB");
    let limits: u64 = all.values().map(memory).sum::<u64>() - searching;
    // Browsers live in `app` or in `chrome`: with both everything would still fit without `tunnel`.
    assert!(
        limits - memory(&all["chrome"]) <= 4_096 - 512,
        "{limits} MiB"
    );
    let alone: u64 = ["app", "db", "redis-node-1", "migrate"]
        .map(|name| memory(&all[name]))
        .iter()
        .sum();
    assert!(alone < 2_048, "{alone} MiB");
}

#[test]
fn images_are_pinned_and_volumes_named() {
    let file = yaml("docker-compose.yml");
    for (name, service) in services() {
        let image = service["image"].as_str().expect("an image");
        let tag = image.rsplit_once(':').map(|(_, tag)| tag).expect("a tag");
        assert_ne!(tag, "latest", "{name}");
        for volume in words(&service["volumes"]) {
            let source = volume.split(':').next().expect("a source");
            if let Some(path) = source.strip_prefix("./") {
                // Certificates and secrets are brought by whoever runs the shop.
                let theirs = ["ssl"].contains(&path);
                assert!(theirs || tree(path).exists(), "{name}: {path}");
            } else if !source.starts_with('/') {
                assert!(file["volumes"].get(source).is_some(), "{name}: {source}");
            }
        }
    }
    assert!(
        services()["db"]["image"]
            .as_str()
            .expect("an image")
            .starts_with("postgres:17.5")
    );
}

#[test]
fn scraped_hosts_are_containers() {
    let all = services();
    let scraped = yaml("monitoring/prometheus.yml");
    let mut hosts = 0;
    for job in scraped["scrape_configs"].as_sequence().expect("jobs") {
        for target in words(&job["static_configs"][0]["targets"]) {
            let target = target.trim_start_matches("redis://");
            let host = target.split(':').next().expect("a host");
            assert!(host == "localhost" || all.contains_key(host), "{target}");
            hosts += 1;
        }
    }
    assert!(hosts >= 10, "{hosts}");
}

#[test]
fn no_secret_is_in_an_image_or_a_file() {
    let ignored = text(".dockerignore");
    for secret in [".env", ".env.*", "secrets", "ssl", "state", ".git"] {
        assert!(ignored.lines().any(|line| line == secret), "{secret}");
    }
    let grafana = &services()["grafana"]["environment"];
    assert!(grafana.get("GF_SECURITY_ADMIN_PASSWORD").is_none());
    let file = grafana["GF_SECURITY_ADMIN_PASSWORD__FILE"].as_str();
    assert_eq!(file, Some("/run/secrets/grafana_password"));
    // Each secret of the guide goes in as a file, and the variable itself is emptied.
    let secret = yaml("docker-compose.secrets.yml");
    for name in ["app", "webhook"] {
        let set = &secret["services"][name]["environment"];
        for variable in [
            "TELEGRAM_TOKEN",
            "REDIS_PASSWORD",
            "FRAGMENT_SEED_PHRASE",
            "API_KEY",
        ] {
            assert_eq!(set[variable].as_str(), Some(""), "{name} {variable}");
            let file = set[format!("{variable}_FILE").as_str()].as_str();
            let file = file
                .and_then(|file| file.strip_prefix("/run/secrets/"))
                .expect("a file");
            assert!(words(&secret["services"][name]["secrets"]).contains(&file.to_owned()));
            assert!(secret["secrets"].get(file).is_some(), "{file}");
        }
    }
}

#[test]
fn the_image_runs_as_somebody_without_rights() {
    let file = text("Dockerfile");
    let daemon = file
        .split("FROM browser AS daemon")
        .nth(1)
        .expect("the stage");
    for line in [
        "USER 1000:1000",
        "STOPSIGNAL SIGTERM",
        "ENTRYPOINT [\"starkeeper\"]",
    ] {
        assert!(daemon.lines().any(|shown| shown == line), "{line}");
    }
    for line in file.lines().filter(|line| {
        line.starts_with("COPY --from=build")
            || line.starts_with("COPY deploy")
            || line.starts_with("COPY config")
    }) {
        let sources = line
            .split_whitespace()
            .skip(1)
            .filter(|word| !word.starts_with("--"));
        let sources: Vec<&str> = sources.collect();
        for source in &sources[..sources.len() - 1] {
            assert!(source.starts_with('/') || tree(source).exists(), "{source}");
        }
    }
}

#[test]
fn two_colours_stand_side_by_side() {
    let one = services();
    let file = yaml("docker-compose.blue-green.yml");
    let two = file["services"].as_mapping().expect("services");
    let mut published = BTreeSet::new();
    for (role, colour, port) in [
        ("app", "blue", 8010),
        ("webhook", "blue", 8011),
        ("app", "green", 8020),
        ("webhook", "green", 8021),
    ] {
        let name = format!("{role}_{colour}");
        let service = &two[name.as_str()];
        assert_eq!(service["extends"]["service"].as_str(), Some(role), "{name}");
        assert_eq!(
            service["extends"]["file"].as_str(),
            Some("docker-compose.yml")
        );
        // Its image is that of its colour, whatever the other one runs.
        let image = service["image"].as_str().expect("an image");
        let tag = format!("${{{}:-local}}", colour.to_uppercase());
        assert!(image.ends_with(&tag), "{image}");
        let inside = words(&one[role]["expose"])[0].clone();
        assert_eq!(
            words(&service["ports"]),
            [format!("127.0.0.1:{port}:{inside}")]
        );
        assert!(published.insert(port), "{port} twice");
        assert!(
            service["networks"]["bot-network"].is_mapping(),
            "nginx reaches it"
        );
    }
    // The driver knows the same names and ports.
    let driver = text("deploy/drivers/compose");
    for word in [
        "blue-app) echo 8010",
        "green-webhook) echo 8021",
        "\"app_$1\" \"webhook_$1\"",
    ] {
        assert!(driver.contains(word), "{word}");
    }
}
