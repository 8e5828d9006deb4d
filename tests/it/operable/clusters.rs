//! The shop on Kubernetes and as a stack of Swarm, as the files say. No cluster is needed to read them.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Deserialize as _;
use serde_norway::Value;
use starkeeper::metrics::table;
use starkeeper_actors::system::DrainSettings;

use super::{text, yaml};

/// Everything in a file of Kubernetes, by kind and name.
fn things(file: &str) -> BTreeMap<(String, String), Value> {
    let text = text(file);
    let read = |one| Value::deserialize(one).unwrap_or_else(|why| panic!("{file}: {why}"));
    let word = |value: &Value| value.as_str().expect("a word").to_owned();
    serde_norway::Deserializer::from_str(&text)
        .map(read)
        .map(|thing| {
            (
                (word(&thing["kind"]), word(&thing["metadata"]["name"])),
                thing,
            )
        })
        .collect()
}

fn shop(kind: &str, name: &str) -> Value {
    let all = things("deploy/kubernetes/shop.yml");
    let wanted = (kind.to_owned(), name.to_owned());
    all.get(&wanted)
        .unwrap_or_else(|| panic!("no {kind} {name}"))
        .clone()
}

fn container(thing: &Value) -> &Value {
    &thing["spec"]["template"]["spec"]["containers"][0]
}

#[test]
fn three_bots_of_the_guides_size_are_asked_whether_they_are_ready() {
    let bot = shop("Deployment", "telegram-bot");
    assert_eq!(bot["spec"]["replicas"].as_u64(), Some(3));
    for labels in [
        &bot["spec"]["selector"]["matchLabels"],
        &bot["spec"]["template"]["metadata"]["labels"],
    ] {
        assert_eq!(labels["app"].as_str(), Some("telegram-bot"));
    }
    let one = container(&bot);
    assert_eq!(one["ports"][0]["containerPort"].as_u64(), Some(8_000));
    let sizes = &one["resources"];
    for (what, cpu, memory) in [("limits", "500m", "512Mi"), ("requests", "250m", "256Mi")] {
        assert_eq!(sizes[what]["cpu"].as_str(), Some(cpu));
        assert_eq!(sizes[what]["memory"].as_str(), Some(memory));
    }
    for name in ["telegram-bot", "telegram-bot-webhook"] {
        let thing = shop("Deployment", name);
        let one = container(&thing);
        for (probe, path) in [
            ("startupProbe", "/health/ready"),
            ("readinessProbe", "/health/ready"),
            ("livenessProbe", "/health/live"),
        ] {
            assert_eq!(one[probe]["httpGet"]["path"].as_str(), Some(path), "{name}");
        }
        // No moment without one, and time enough to end.
        let rolling = &thing["spec"]["strategy"]["rollingUpdate"];
        assert_eq!(rolling["maxUnavailable"].as_u64(), Some(0), "{name}");
        let grace = thing["spec"]["template"]["spec"]["terminationGracePeriodSeconds"].as_u64();
        let grace = Duration::from_secs(grace.expect("seconds"));
        assert!(grace > DrainSettings::default().longest(), "{name}");
    }
}

#[test]
fn no_pod_has_more_rights_than_it_needs_or_a_secret_in_its_file() {
    let files = [
        "deploy/kubernetes/shop.yml",
        "deploy/kubernetes/migrate.yml",
    ];
    let all = files.iter().flat_map(|file| things(file));
    let mut pods = 0;
    for ((kind, name), thing) in all {
        if thing["spec"]["template"]["spec"]
            .get("containers")
            .is_none()
        {
            continue;
        }
        pods += 1;
        let pod = &thing["spec"]["template"]["spec"];
        assert_eq!(
            pod["securityContext"]["runAsNonRoot"].as_bool(),
            Some(true),
            "{kind} {name}"
        );
        assert_eq!(
            pod["automountServiceAccountToken"].as_bool(),
            Some(false),
            "{name}"
        );
        let profile = pod["securityContext"]["seccompProfile"]["type"].as_str();
        assert_eq!(profile, Some("RuntimeDefault"), "{name}");
        let rights = &container(&thing)["securityContext"];
        assert_eq!(
            rights["allowPrivilegeEscalation"].as_bool(),
            Some(false),
            "{name}"
        );
        assert_eq!(
            rights["readOnlyRootFilesystem"].as_bool(),
            Some(true),
            "{name}"
        );
        assert_eq!(
            rights["capabilities"]["drop"][0].as_str(),
            Some("ALL"),
            "{name}"
        );
        assert!(
            container(&thing)["resources"]["limits"]["memory"]
                .as_str()
                .is_some(),
            "{name}"
        );
        let no_variables = Vec::new();
        let variables = container(&thing)["env"]
            .as_sequence()
            .unwrap_or(&no_variables);
        for variable in variables {
            let named = variable["name"].as_str().expect("a name");
            let secret = variable["valueFrom"]["secretKeyRef"]["name"].as_str();
            let open = named == "WEBDRIVER_URL";
            assert!(open || secret == Some("telegram-bot"), "{name}: {named}");
        }
    }
    assert_eq!(pods, 4);
    let bot = shop("Deployment", "telegram-bot");
    let named = container(&bot)["env"]
        .as_sequence()
        .expect("variables")
        .iter();
    let named: Vec<&str> = named.filter_map(|one| one["name"].as_str()).collect();
    assert!(named.contains(&"DATABASE_URL") && named.contains(&"REDIS_URL"));
}

#[test]
fn the_service_leads_port_80_to_the_bots_and_only_they_reach_browsers() {
    let service = shop("Service", "telegram-bot-service");
    assert_eq!(service["spec"]["type"].as_str(), Some("LoadBalancer"));
    assert_eq!(
        service["spec"]["selector"]["app"].as_str(),
        Some("telegram-bot")
    );
    let port = &service["spec"]["ports"][0];
    assert_eq!(
        (port["port"].as_u64(), port["targetPort"].as_u64()),
        (Some(80), Some(8_000))
    );
    let guard = shop("NetworkPolicy", "telegram-bot-chrome");
    let from = &guard["spec"]["ingress"][0]["from"];
    assert_eq!(from.as_sequence().map(Vec::len), Some(1));
    assert_eq!(
        from[0]["podSelector"]["matchLabels"]["app"].as_str(),
        Some("telegram-bot")
    );
}

#[test]
fn bots_are_counted_by_processor_memory_and_messages_a_second() {
    let all = things("deploy/kubernetes/scaling.yml");
    let scaler = &all[&(
        "HorizontalPodAutoscaler".to_owned(),
        "telegram-bot-hpa".to_owned(),
    )];
    let spec = &scaler["spec"];
    assert_eq!(
        spec["scaleTargetRef"]["name"].as_str(),
        Some("telegram-bot")
    );
    assert_eq!(
        (spec["minReplicas"].as_u64(), spec["maxReplicas"].as_u64()),
        (Some(2), Some(10))
    );
    let metrics = spec["metrics"].as_sequence().expect("metrics");
    let of = |name: &str| {
        let mut found = metrics
            .iter()
            .filter(|metric| metric["resource"]["name"].as_str() == Some(name));
        found.next().expect("it is there")["resource"]["target"]["averageUtilization"].as_u64()
    };
    assert_eq!((of("cpu"), of("memory")), (Some(70), Some(80)));
    let pods = metrics
        .iter()
        .find(|metric| metric["type"].as_str() == Some("Pods"));
    let pods = &pods.expect("a metric of pods")["pods"];
    let name = pods["metric"]["name"].as_str().expect("a name");
    assert_eq!(name, "telegram_messages_per_second");
    assert_eq!(pods["target"]["averageValue"].as_str(), Some("100"));
    // The daemon shows it under exactly this name, and the adapter looks for exactly that.
    assert!(table::find(name).is_some());
    let rules = &all[&(
        "ConfigMap".to_owned(),
        "telegram-bot-adapter-rules".to_owned(),
    )];
    let rules: Value =
        serde_norway::from_str(rules["data"]["config.yaml"].as_str().expect("rules"))
            .expect("rules are YAML");
    let rule = &rules["rules"][0];
    assert!(
        rule["seriesQuery"]
            .as_str()
            .expect("a query")
            .starts_with(name)
    );
    assert_eq!(rule["name"]["as"].as_str(), Some(name));
}

#[test]
fn a_stack_of_swarm_has_three_bots_two_webhooks_and_secrets_as_files() {
    let stack = yaml("docker-compose.swarm.yml");
    assert_eq!(
        stack["networks"]["bot-network"]["external"].as_bool(),
        Some(true)
    );
    for (name, replicas) in [("app", 3), ("webhook", 2)] {
        let service = &stack["services"][name];
        assert_eq!(
            service["deploy"]["replicas"].as_u64(),
            Some(replicas),
            "{name}"
        );
        let update = &service["deploy"]["update_config"];
        assert_eq!(update["order"].as_str(), Some("start-first"), "{name}");
        assert_eq!(
            update["failure_action"].as_str(),
            Some("rollback"),
            "{name}"
        );
        assert_eq!(service["read_only"].as_bool(), Some(true), "{name}");
        assert_eq!(service["cap_drop"][0].as_str(), Some("ALL"), "{name}");
        let grace = service["stop_grace_period"]
            .as_str()
            .and_then(|grace| grace.strip_suffix('s'));
        let grace =
            Duration::from_secs(grace.and_then(|grace| grace.parse().ok()).expect("seconds"));
        assert!(grace > DrainSettings::default().longest(), "{name}");
        let secrets = service["secrets"].as_sequence().expect("secrets");
        for secret in secrets {
            let secret = secret.as_str().expect("a name");
            assert_eq!(
                stack["secrets"][secret]["external"].as_bool(),
                Some(true),
                "{secret}"
            );
            let variable = format!("{}_FILE", secret.to_uppercase());
            let file = service["environment"][variable.as_str()].as_str();
            assert_eq!(
                file,
                Some(format!("/run/secrets/{secret}").as_str()),
                "{name}"
            );
            let open = secret.to_uppercase();
            assert!(
                service["environment"].get(open.as_str()).is_none(),
                "{open} in the open"
            );
        }
    }
    // What a stack does not know is not asked of it.
    for (name, service) in stack["services"].as_mapping().expect("services") {
        for word in [
            "extends",
            "profiles",
            "build",
            "container_name",
            "depends_on",
        ] {
            assert!(service.get(word).is_none(), "{name:?}: {word}");
        }
    }
}
