//! The test of the test: a small tidy tree, and for each rule the ways to break it.

use std::path::Path;
use std::{fs, io};

/// One file that breaks one rule when it is added to the tidy tree.
pub struct Plant {
    pub rule: &'static str,
    pub file: &'static str,
    pub text: &'static str,
}

/// Writes the files of a tree below `root`.
pub fn write(root: &Path, files: &[(&str, &str)]) -> io::Result<()> {
    for (file, text) in files {
        let path = root.join(file);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(path, text)?;
    }
    Ok(())
}

/// A tree that breaks nothing, with what could be mistaken for a violation.
pub const TIDY_SOURCES: &[(&str, &str)] = &[
    (
        "actors/src/lib.rs",
        "pub mod domain; pub mod ports; pub mod supervision; pub mod session; pub mod payment;
         pub mod notifier; pub mod system;
         #[cfg(feature = \"testing\")] pub mod testing;
         pub use domain::money::Usd;",
    ),
    ("actors/src/domain.rs", "pub mod money; pub mod order;"),
    (
        "actors/src/domain/money.rs",
        "//! Says `crate::session`, f64 and async only in words. A TODO(#7) may stand here.
         /* crate::storage /* nested */ tokio::spawn */
         use std::fmt::{self, Display}; use serde::Serialize;
         pub struct Usd(i64);
         impl Usd { fn text(&self) -> &str { \"tokio::spawn(async { 1.5 })\" } }
         fn pair(pair: ((u8, u8), u8)) -> u8 { pair.0.1 }
         fn range() -> std::ops::Range<u64> { 0x1e..1_000 }
         #[allow(clippy::some_lint, reason = \"an example\")] fn one() -> u64 { u64::MAX }
         macro_rules! both { ($a:path) => { $crate::domain::order::Order } }
         #[cfg(test)] mod tests { use super::*; use proptest::prelude::*; use crate::testing;
           use Usd as Dollars; use fmt::Write; fn f() { use Usd::*; prop::collection::vec() } }",
    ),
    (
        "actors/src/domain/order.rs",
        "use super::money::Usd; use crate::Usd as Dollars; use chrono::{DateTime, Utc};
         pub struct Order(Usd, Dollars, DateTime<Utc>);",
    ),
    ("actors/src/ports.rs", "pub mod books;"),
    (
        "actors/src/ports/books.rs",
        "use crate::domain::{money::Usd, order}; use futures_util::future::BoxFuture;
         #[async_trait::async_trait] pub trait Books { async fn order(&self) -> order::Order; }",
    ),
    (
        "actors/src/supervision.rs",
        "use actix::Addr; use tokio::time::Instant; pub(in crate::supervision) fn t() { Instant::now(); }",
    ),
    (
        "actors/src/session.rs",
        "mod actor; mod tests_of_nothing { } #[cfg(test)] mod tests; use crate::payment;
         pub struct Open; fn ask() { tracing::info!(\"{}\", payment::Credit::NAME) }",
    ),
    (
        "actors/src/session/actor.rs",
        "use super::Open; use crate::{domain::money, notifier::Notify, supervision};
         #[cfg(test)] fn only_in_tests() -> crate::testing::Books { loop {} }",
    ),
    (
        "actors/src/session/tests.rs",
        "use super::*; use crate::testing::Books; use crate::payment::actor::Payment;",
    ),
    ("actors/src/payment.rs", "mod actor; pub struct Credit; pub use actor::Payment;"),
    ("actors/src/payment/actor.rs", "use super::*; pub struct Payment;"),
    ("actors/src/notifier.rs", "use crate::ports::books::Books; pub struct Notify;"),
    (
        "actors/src/system.rs",
        "use crate::{session, payment::actor::Payment, notifier};",
    ),
    ("actors/src/testing.rs", "use crate::{domain, ports::books::Books}; use proptest::prelude::*;"),
    ("actors/tests/model.rs", "use starkeeper_actors::payment::Credit;"),
    (
        "src/lib.rs",
        "pub mod cli; pub mod daemon; pub mod http; pub mod redis; pub mod storage; pub mod telegram;
         pub mod config; pub mod metrics;",
    ),
    ("src/main.rs", "fn main() { starkeeper::cli::run() }"),
    ("src/cli.rs", "use crate::{config, daemon}; use starkeeper_actors::system;"),
    (
        "src/daemon.rs",
        "use crate::{http, redis::Dialogs, storage::pool}; use starkeeper_actors::session::actor;",
    ),
    ("src/config.rs", "use starkeeper_actors::domain::money::Usd;"),
    ("src/metrics.rs", "pub fn count() { metrics::counter!(\"x\"); }"),
    ("src/http.rs", "pub mod error; pub mod telegram_webhook; use actix_web::web;"),
    ("src/http/error.rs", "use actix_web::http::StatusCode;"),
    (
        "src/http/telegram_webhook.rs",
        "use super::error::Refused; use crate::{metrics, telegram::inbound};
         use starkeeper_actors::{payment::Credit, session::Open, supervision, Usd};",
    ),
    ("src/redis.rs", "use redis::Client; use starkeeper_actors::ports::books as b; use b::Books;"),
    (
        "src/storage.rs",
        "mod dialect; use starkeeper_actors::{domain::{self, money::Usd}, ports};
         use diesel::prelude::*; fn f() -> dialect::Row { domain::order::Order }
         #[cfg(test)] mod tests { use starkeeper_actors::testing; }",
    ),
    ("src/storage/dialect.rs", "use super::pool; pub struct Row;"),
    ("src/telegram.rs", "pub mod inbound; use starkeeper_actors::ports::books::Books;"),
    ("src/telegram/inbound.rs", "use super::Bot; use starkeeper_actors::session::Open;"),
    ("sandbox/src/lib.rs", "pub mod chain;"),
    ("sandbox/src/chain.rs", "use serde::Serialize;"),
    ("tests/it/main.rs", "use starkeeper::storage; use starkeeper_sandbox::chain;"),
];

const fn plant(rule: &'static str, file: &'static str, text: &'static str) -> Plant {
    Plant { rule, file, text }
}

const DOMAIN: &str = "actors/src/domain/order.rs";
const PORT: &str = "actors/src/ports/books.rs";
const SUPERVISION: &str = "actors/src/supervision.rs";
const SESSION: &str = "actors/src/session/actor.rs";
const PAYMENT: &str = "actors/src/payment/actor.rs";
const TESTING: &str = "actors/src/testing.rs";
const STORAGE: &str = "src/storage.rs";
const DRIVER: &str = "src/http/telegram_webhook.rs";

/// Each breaks its rule, and no other, when it takes the place of the tidy file.
pub const PLANTS: &[Plant] = &[
    plant("domain-is-pure", DOMAIN, "use tokio::sync::watch;"),
    plant("domain-is-pure", DOMAIN, "use crate::ports::books::Books;"),
    plant(
        "domain-is-pure",
        DOMAIN,
        "use crate::{domain::money, session::Open};",
    ),
    plant(
        "domain-is-pure",
        DOMAIN,
        "fn f() { tracing::info!(\"a rule that logs\") }",
    ),
    plant(
        "domain-is-pure",
        DOMAIN,
        "fn f() { let x = vec![super::super::ports::books::f()]; }",
    ),
    plant(
        "domain-is-pure",
        DOMAIN,
        "use proptest::prelude::*; #[cfg(test)] mod tests {}",
    ),
    plant(
        "domain-is-pure",
        DOMAIN,
        "fn f() -> u64 { 0..crate::testing::LIMIT }",
    ),
    plant(
        "domain-is-pure",
        DOMAIN,
        "use crate::ports as p; use p::books::Books;",
    ),
    plant(
        "domain-is-pure",
        DOMAIN,
        "#[cfg(not(test))] use crate::testing::Books;",
    ),
    plant("domain-is-synchronous", DOMAIN, "pub async fn decide() {}"),
    plant("domain-is-synchronous", DOMAIN, "fn f() { g().await }"),
    plant(
        "domain-counts-in-integers",
        DOMAIN,
        "fn markup(price: f64) {}",
    ),
    plant(
        "domain-counts-in-integers",
        DOMAIN,
        "fn f() { let markup = 1.03; }",
    ),
    plant(
        "domain-counts-in-integers",
        DOMAIN,
        "fn f() { let markup = 1e3; }",
    ),
    plant("ports-see-the-domain", PORT, "use actix::Addr;"),
    plant(
        "ports-see-the-domain",
        PORT,
        "use crate::supervision::guard;",
    ),
    plant(
        "ports-see-the-domain",
        PORT,
        "pub trait B { fn f(&self) -> tokio::task::JoinHandle<()>; }",
    ),
    plant(
        "supervision-knows-no-business",
        SUPERVISION,
        "use crate::domain::order::Order;",
    ),
    plant(
        "supervision-knows-no-business",
        SUPERVISION,
        "use super::payment::Credit;",
    ),
    plant(
        "supervision-knows-no-business",
        SUPERVISION,
        "use async_trait::async_trait;",
    ),
    plant("actors-ask-downhill", PAYMENT, "use crate::session::Open;"),
    plant(
        "actors-ask-downhill",
        PAYMENT,
        "fn f() { crate::session::ask(); }",
    ),
    plant(
        "actors-ask-downhill",
        "actors/src/notifier.rs",
        "use crate::{payment::Credit};",
    ),
    plant(
        "actors-ask-downhill",
        "actors/src/pricing.rs",
        "use crate::cookie_refresh::Wake;",
    ),
    plant(
        "actors-meet-at-the-messages",
        SESSION,
        "use crate::payment::actor::Payment;",
    ),
    plant(
        "actors-meet-at-the-messages",
        SESSION,
        "use crate::payment::{Credit, actor};",
    ),
    plant(
        "system-is-seen-by-none",
        SESSION,
        "use crate::system::ActorSystem;",
    ),
    plant(
        "system-is-seen-by-none",
        PAYMENT,
        "fn f() { super::super::system::stop() }",
    ),
    plant("testing-sees-ports", TESTING, "use crate::payment::Credit;"),
    plant("testing-sees-ports", TESTING, "use crate::system;"),
    plant(
        "office-serves-all",
        "actors/src/office.rs",
        "use crate::{domain, notifier::Notify, ports, supervision};",
    ),
    plant("testing-sees-ports", SESSION, "use crate::testing::Books;"),
    plant(
        "every-module-has-a-place",
        "actors/src/broker.rs",
        "pub struct Broker;",
    ),
    plant(
        "every-module-has-a-place",
        "src/cache.rs",
        "pub struct Cache;",
    ),
    plant(
        "adapters-see-domain-and-ports",
        STORAGE,
        "use starkeeper_actors::payment::Credit;",
    ),
    plant(
        "adapters-see-domain-and-ports",
        STORAGE,
        "use starkeeper_actors::{ports, system::S};",
    ),
    plant(
        "adapters-see-domain-and-ports",
        STORAGE,
        "fn f() { starkeeper_actors::session::ask() }",
    ),
    plant(
        "adapters-see-domain-and-ports",
        STORAGE,
        "use starkeeper_actors::*;",
    ),
    plant(
        "adapters-see-domain-and-ports",
        STORAGE,
        "use starkeeper_actors::testing::Books;",
    ),
    plant(
        "adapters-stand-alone",
        STORAGE,
        "use crate::redis::Dialogs;",
    ),
    plant(
        "adapters-stand-alone",
        STORAGE,
        "use super::config::Config;",
    ),
    plant(
        "adapters-stand-alone",
        "src/storage/dialect.rs",
        "use super::super::redis;",
    ),
    plant(
        "adapters-stand-alone",
        "src/telegram.rs",
        "pub mod inbound; fn f() { inbound::go() }",
    ),
    plant("drivers-send-messages", DRIVER, "use crate::storage::Row;"),
    plant("drivers-send-messages", DRIVER, "use crate::telegram::Bot;"),
    plant(
        "drivers-send-messages",
        DRIVER,
        "use starkeeper_actors::payment::actor::Payment;",
    ),
    plant(
        "drivers-send-messages",
        DRIVER,
        "use starkeeper_actors::system::ActorSystem;",
    ),
    plant(
        "drivers-send-messages",
        "src/telegram/inbound.rs",
        "use crate::daemon;",
    ),
    plant(
        "leaves-hang-alone",
        "src/config.rs",
        "use crate::storage::Settings;",
    ),
    plant(
        "leaves-hang-alone",
        "src/config.rs",
        "use starkeeper_actors::session::Open;",
    ),
    plant(
        "leaves-hang-alone",
        "src/metrics.rs",
        "use crate::config::Config;",
    ),
    plant(
        "status-codes-in-one-place",
        DRIVER,
        "use actix_web::http::StatusCode;",
    ),
    plant(
        "sandbox-shares-nothing",
        "sandbox/src/chain.rs",
        "use starkeeper_actors::domain;",
    ),
    plant(
        "sandbox-shares-nothing",
        "sandbox/src/chain.rs",
        "fn f() { starkeeper::cli::run() }",
    ),
    plant(
        "daemon-carries-no-emulator",
        "src/daemon.rs",
        "use starkeeper_sandbox::chain;",
    ),
    plant("no-mod-rs", "src/ton/mod.rs", ""),
    plant("no-do-send", SESSION, "fn f(a: Addr) { a.do_send(1) }"),
    plant(
        "no-do-send",
        "tests/it/main.rs",
        "fn f(a: Addr) { Addr::do_send(&a, 1) }",
    ),
    plant(
        "time-comes-from-the-clock",
        SESSION,
        "use chrono::Utc; fn f() { Utc::now(); }",
    ),
    plant(
        "time-comes-from-the-clock",
        SESSION,
        "fn f() { std::time::Instant::now(); }",
    ),
    plant(
        "time-comes-from-the-clock",
        SESSION,
        "use std::time; fn f() { time::SystemTime::now(); }",
    ),
    plant("todo-names-an-issue", SESSION, "// TODO: later\n"),
    plant(
        "todo-names-an-issue",
        SESSION,
        "/// Works.\n///\n/// FIXME not yet\nfn f() {}",
    ),
    plant(
        "todo-names-an-issue",
        SESSION,
        "fn f() { /* one\n XXX(#) */ }",
    ),
    plant("files-stay-small", SESSION, LONG),
    plant("names-say-what-is-owned", "src/storage/helpers.rs", ""),
    plant(
        "names-say-what-is-owned",
        "actors/src/session/manager.rs",
        "",
    ),
];

/// 640 empty lines.
const LONG: &str = {
    const EMPTY: [u8; 640] = [b'\n'; 640];
    match std::str::from_utf8(&EMPTY) {
        Ok(lines) => lines,
        Err(_) => "",
    }
};

/// A workspace of empty crates; the libraries are stand-ins, so that no registry is asked.
pub const TIDY_CRATES: &[(&str, &str)] = &[
    (
        "Cargo.toml",
        "[workspace]\nmembers = [\"actors\", \"sandbox\", \"light\", \"heavy\"]\nresolver = \"3\"\n\
         [package]\nname = \"starkeeper\"\nedition = \"2024\"\n\
         [dependencies]\nstarkeeper-actors = { path = \"actors\" }\nreqwest = { path = \"heavy\" }\n\
         [dev-dependencies]\nstarkeeper-sandbox = { path = \"sandbox\" }\n",
    ),
    ("src/lib.rs", ""),
    (
        "actors/Cargo.toml",
        "[package]\nname = \"starkeeper-actors\"\nedition = \"2024\"\n\
         [dependencies]\nlight = { path = \"../light\" }\n\
         [dev-dependencies]\nstarkeeper-actors = { path = \".\" }\nreqwest = { path = \"../heavy\" }\n",
    ),
    ("actors/src/lib.rs", ""),
    (
        "sandbox/Cargo.toml",
        "[package]\nname = \"starkeeper-sandbox\"\nedition = \"2024\"\n",
    ),
    ("sandbox/src/lib.rs", ""),
    (
        "light/Cargo.toml",
        "[package]\nname = \"light\"\nedition = \"2024\"\n",
    ),
    ("light/src/lib.rs", ""),
    (
        "heavy/Cargo.toml",
        "[package]\nname = \"reqwest\"\nedition = \"2024\"\n",
    ),
    ("heavy/src/lib.rs", ""),
];

/// Each breaks its rule, and no other, when it takes the place of the tidy manifest.
pub const CRATE_PLANTS: &[Plant] = &[
    plant(
        "core-stays-light",
        "light/Cargo.toml",
        "[package]\nname = \"light\"\nedition = \"2024\"\n\
         [dependencies]\nreqwest = { path = \"../heavy\" }\n",
    ),
    plant(
        "core-stands-alone",
        "actors/Cargo.toml",
        "[package]\nname = \"starkeeper-actors\"\nedition = \"2024\"\n\
         [dev-dependencies]\nstarkeeper-sandbox = { path = \"../sandbox\" }\n",
    ),
    plant(
        "sandbox-shares-nothing",
        "sandbox/Cargo.toml",
        "[package]\nname = \"starkeeper-sandbox\"\nedition = \"2024\"\n\
         [dependencies]\nstarkeeper-actors = { path = \"../actors\" }\n",
    ),
    plant(
        "daemon-carries-no-emulator",
        "Cargo.toml",
        "[workspace]\nmembers = [\"actors\", \"sandbox\", \"light\", \"heavy\"]\nresolver = \"3\"\n\
         [package]\nname = \"starkeeper\"\nedition = \"2024\"\n\
         [dependencies]\nstarkeeper-sandbox = { path = \"sandbox\" }\n",
    ),
];
