//! Redis in all its forms, conversations, and each rate limit.

use starkeeper_actors::domain::Span;
use starkeeper_actors::ports::limits::{Rate, Rates};

use super::*;

/// What a place says of Redis, in a line.
fn redis(place: &Place) -> String {
    let Some(redis) = place.settings().redis else {
        return "none".into();
    };
    let nodes = redis
        .nodes
        .iter()
        .map(|(host, port)| format!("{host}:{port}"));
    let password = redis.password.as_ref().map(ExposeSecret::expose_secret);
    format!(
        "{} cluster={} tls={} user={:?} password={password:?} db={}",
        nodes.collect::<Vec<_>>().join(" "),
        redis.cluster,
        redis.tls,
        redis.user,
        redis.database
    )
}

#[test]
fn redis_is_one_node_a_cluster_or_none() {
    assert_eq!(redis(&Place::new()), "none");
    assert_eq!(redis(&with("REDIS_PASSWORD", "p")), "none");
    for (url, read) in [
        (
            "redis://localhost",
            "localhost:6379 cluster=false tls=false user=None password=None db=0",
        ),
        (
            "rediss://shop:p%40ss%3A@[::1]:7000/3",
            "::1:7000 cluster=false tls=true user=Some(\"shop\") password=Some(\"p@ss:\") db=3",
        ),
        (
            "redis://:word@10.0.0.1:7379/",
            "10.0.0.1:7379 cluster=false tls=false user=None password=Some(\"word\") db=0",
        ),
    ] {
        assert_eq!(redis(&with("REDIS_URL", url)), read, "{url}");
    }
    let of_guide = with("REDIS_URL", "redis://localhost:7379").var("REDIS_PASSWORD", "0012");
    assert_eq!(
        redis(&of_guide),
        "localhost:7379 cluster=false tls=false user=None password=Some(\"0012\") db=0"
    );
    let cluster = with("REDIS_CLUSTER_ENABLED", "true")
        .var("REDIS_CLUSTER_NODES", "redis-node-1:7379, redis-node-2")
        .var("REDIS_PASSWORD", "p");
    assert_eq!(
        redis(&cluster),
        "redis-node-1:7379 redis-node-2:6379 cluster=true tls=false user=None \
         password=Some(\"p\") db=0"
    );
    let by_both = cluster.var("REDIS_URL", "rediss://shop@elsewhere");
    assert_eq!(
        redis(&by_both),
        "redis-node-1:7379 redis-node-2:6379 cluster=true tls=true user=Some(\"shop\") \
         password=Some(\"p\") db=0"
    );
    let by_url = with("REDIS_URL", "redis://one:1").var("REDIS_CLUSTER_ENABLED", "true");
    assert_eq!(
        redis(&by_url),
        "one:1 cluster=true tls=false user=None password=None db=0"
    );
}

#[test]
fn a_redis_that_cannot_be_names_its_variable_and_no_password() {
    let url = |url: &str| with("REDIS_URL", url);
    for (place, told) in [
        (
            url("http://:hidden@h"),
            "REDIS_URL: expected an address such as redis://",
        ),
        (url("redis://"), "REDIS_URL: expected "),
        (url("redis://h/x"), "REDIS_URL: expected "),
        (url("redis://h?a=hidden"), "REDIS_URL: expected "),
        (url("hidden"), "REDIS_URL: expected "),
        (
            url("redis://:hidden@h").var("REDIS_PASSWORD", "hidden-too"),
            "REDIS_PASSWORD: set together with a password in REDIS_URL: keep one of them",
        ),
        (
            url("redis://h/2").var("REDIS_CLUSTER_ENABLED", "yes"),
            "REDIS_URL: names a database, and a cluster has only one",
        ),
        (
            with("REDIS_CLUSTER_ENABLED", "true"),
            "REDIS_CLUSTER_NODES: expected nodes such as redis-1:6379,redis-2:6379, or REDIS_URL, \
             but it is not set",
        ),
        (
            with("REDIS_CLUSTER_NODES", "a:1"),
            "REDIS_CLUSTER_NODES: set, but REDIS_CLUSTER_ENABLED is false",
        ),
        (
            with("REDIS_CLUSTER_NODES", "a:1,b:x").var("REDIS_CLUSTER_ENABLED", "true"),
            "REDIS_CLUSTER_NODES: expected nodes such as redis-1:6379,redis-2:6379, found ",
        ),
        (
            with("REDIS_CALL_TIMEOUT", "2s"),
            "REDIS_CALL_TIMEOUT: expected at most 1s",
        ),
        (
            with("REDIS_CONNECTIONS", "0"),
            "REDIS_CONNECTIONS: expected a whole number from 1 to 256",
        ),
        (
            with("REDIS_PAUSE", "1ms"),
            "REDIS_PAUSE: expected a span such as",
        ),
    ] {
        is_told(&place, told);
    }
}

/// One complaint, which begins so and shows nothing that is hidden.
fn is_told(place: &Place, told: &str) {
    let complaints = place.complaints();
    assert_eq!(complaints.len(), 1, "{complaints:?}");
    let files = [" (or REDIS_URL_FILE)", " (or REDIS_PASSWORD_FILE)"];
    let complaint = files
        .iter()
        .fold(complaints[0].clone(), |text, file| text.replace(file, ""));
    assert!(complaint.starts_with(told), "{complaint}\n{told}");
    assert!(!complaint.contains("hidden"), "{complaint}");
}

#[test]
fn a_limit_that_cannot_be_names_its_variable() {
    for (place, told) in [
        (
            with("DIALOG_EXPIRY", "1m"),
            "DIALOG_EXPIRY: expected a span such as",
        ),
        (
            with("RATE_LIMIT_BURST_SPAN", "2m"),
            "RATE_LIMIT_BURST_SPAN: expected a span up to a minute",
        ),
        (
            with("RATE_LIMIT_PAYMENT", "0"),
            "RATE_LIMIT_PAYMENT: expected a whole number from 1 to 1000000",
        ),
        (
            with("RATE_LIMIT_NEW_USER", "101"),
            "RATE_LIMIT_NEW_USER: expected a whole number from 1 to 100",
        ),
        (
            with("RATE_LIMIT_PREMIUM", "99"),
            "RATE_LIMIT_PREMIUM: expected a whole number from 100 to 1000",
        ),
    ] {
        is_told(&place, told);
    }
}

#[test]
fn the_limits_of_the_defaults_are_those_of_the_core_and_each_can_be_set() {
    assert_eq!(Place::new().settings().people.rates, Rates::default());
    let place = with("RATE_LIMIT_USER_MESSAGES", "31")
        .var("RATE_LIMIT_API", "11")
        .var("RATE_LIMIT_PAYMENT", "3")
        .var("RATE_LIMIT_GLOBAL_MESSAGES", "1001")
        .var("RATE_LIMIT_BURST", "9")
        .var("RATE_LIMIT_BURST_SPAN", "6s")
        .var("RATE_LIMIT_NEW_USER", "71")
        .var("RATE_LIMIT_NEW_FOR", "25h")
        .var("RATE_LIMIT_PREMIUM", "151")
        .var("DIALOG_EXPIRY", "49h")
        .var("DIALOG_PEOPLE", "100001");
    let settings = place.settings();
    let expected = Rates {
        messages: Rate::a_minute(31),
        operations: Rate::a_minute(11),
        payments: Rate::a_minute(3),
        burst: Rate {
            most: 9,
            per: Span::seconds(6),
        },
        everybody: Rate::a_minute(1_001),
        new_percent: 71,
        premium_percent: 151,
    };
    assert_eq!(settings.people.rates, expected);
    assert_eq!(settings.people.new_for, Span::hours(25));
    assert_eq!(settings.dialogs.expiry, Span::hours(49));
    assert_eq!(settings.dialogs.people, 100_001);
}
