//! Which place each module has in the arrows. A new top-level module is added here and nowhere
//! else; one that is missing here is itself a violation.

/// Where a module of the core (`actors/src`) stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CoreLayer {
    /// `lib.rs`: declares the others.
    Root,
    Domain,
    Ports,
    Supervision,
    /// `office`: what every actor is given.
    Office,
    /// An actor, with its rank.
    Actor(u8),
    System,
    Testing,
}

/// Where a module of the daemon (`src`) stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DaemonLayer {
    /// `lib.rs`, `main.rs`, `daemon` and `cli`: they see everything.
    Wiring,
    /// Uses nothing beside it and is used by many.
    Leaf,
    /// A leaf that adapters use as well: how something outside is reached, whoever it is.
    Line,
    Driver,
    Adapter,
}

/// Nothing asks uphill: each actor may know those whose rank is higher than its own.
const RANKS: &[(&str, u8)] = &[
    ("session", 1),
    ("payment", 2),
    ("fulfilment", 3),
    ("cookie_refresh", 4),
    ("pricing", 4),
    ("browser_pool", 5),
    ("notifier", 6),
];

/// The layer of a module of the core, or nothing for a module that has no place yet.
pub fn core(path: &[String]) -> Option<CoreLayer> {
    let Some(top) = path.first() else {
        return Some(CoreLayer::Root);
    };
    match top.as_str() {
        "domain" => Some(CoreLayer::Domain),
        "ports" => Some(CoreLayer::Ports),
        "supervision" => Some(CoreLayer::Supervision),
        "office" => Some(CoreLayer::Office),
        "system" => Some(CoreLayer::System),
        "testing" => Some(CoreLayer::Testing),
        actor => RANKS
            .iter()
            .find(|(name, _)| *name == actor)
            .map(|(_, rank)| CoreLayer::Actor(*rank)),
    }
}

/// The layer of a module of the daemon, or nothing for a module that has no place yet.
pub fn daemon(path: &[String]) -> Option<DaemonLayer> {
    let path: Vec<&str> = path.iter().map(String::as_str).collect();
    match path.as_slice() {
        [] | ["daemon" | "cli", ..] => Some(DaemonLayer::Wiring),
        ["config" | "telemetry" | "metrics", ..] => Some(DaemonLayer::Leaf),
        ["outside" | "record", ..] => Some(DaemonLayer::Line),
        ["http", ..] | ["telegram", "inbound", ..] => Some(DaemonLayer::Driver),
        [
            "storage" | "redis" | "memory" | "heleket" | "fragment" | "ton" | "telegram",
            ..,
        ] => Some(DaemonLayer::Adapter),
        _ => None,
    }
}

/// Crates that the domain may use.
pub const DOMAIN_CRATES: &[&str] = &["std", "core", "alloc", "serde", "thiserror", "chrono"];

/// Crates that a port may use.
pub const PORT_CRATES: &[&str] = &[
    "std",
    "core",
    "alloc",
    "serde",
    "thiserror",
    "chrono",
    "async_trait",
    "futures_core",
    "futures_util",
];

/// Crates that supervision may use.
pub const SUPERVISION_CRATES: &[&str] = &[
    "std",
    "core",
    "alloc",
    "actix",
    "actix_rt",
    "tokio",
    "tracing",
    "futures_core",
    "futures_util",
    "serde",
    "thiserror",
];

/// Crates that the tests of any layer of the core may use besides; `prop` is what the prelude of
/// proptest calls its own modules.
pub const TEST_CRATES: &[&str] = &["proptest", "prop", "serde_json", "tokio", "futures_util"];

/// Libraries of outside systems: never under the core.
pub const OUTSIDE_LIBRARIES: &[&str] = &[
    "actix-http",
    "actix-web",
    "axum",
    "deadpool-redis",
    "diesel",
    "diesel-async",
    "hyper",
    "libsqlite3-sys",
    "redis",
    "reqwest",
    "sqlx",
    "teloxide",
    "teloxide-core",
    "thirtyfour",
    "tokio-postgres",
    "ton_core",
];
