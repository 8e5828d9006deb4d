//! Metrics: the recorder, the page, and the table of everything that is counted.
//!
//! Owns the names ([`table`]), so that dashboards and alerts have one page to agree with. Labels are
//! few and bounded: never a user id, an order id or text from outside.

use std::time::Duration;

use metrics::{counter, gauge, histogram};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

pub mod chat;
pub mod goods;
pub mod live;
pub mod machine;
pub mod sheet;
pub mod shop;
pub mod table;
pub mod traffic;
mod zeros;

use sheet::Sheet;
use traffic::Traffic;

/// Seconds in which requests, calls and deliveries are counted: from what memory answers to what a
/// customer still waits for.
const BUCKETS: &[f64] = &[
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0,
    180.0, 600.0,
];

/// Requests by route, method and class of status. [`http_answered`]
pub const HTTP_REQUESTS: &str = "starkeeper_http_requests_total";
/// How long they took, by route.
pub const HTTP_SECONDS: &str = "starkeeper_http_request_seconds";
/// Webhooks by their outcome. [`webhook`]
pub const WEBHOOKS: &str = "starkeeper_webhooks_total";
/// What payment did since the start, by what. [`payment_event`]
pub const PAYMENTS: &str = "starkeeper_payment_events_total";
/// 1 while debits equal credits in both assets, 0 while they do not.
pub const LEDGER_BALANCED: &str = "starkeeper_ledger_balanced";
/// Debits less credits, by asset.
pub const LEDGER_IMBALANCE: &str = "starkeeper_ledger_imbalance";
/// What each kind of account holds.
pub const LEDGER_BALANCE: &str = "starkeeper_ledger_balance";
/// Unix time of the newest backup that was checked.
pub const BACKUP_SUCCESS: &str = "starkeeper_backup_last_success_timestamp_seconds";
/// Asks that wait, of an actor.
pub const ACTOR_WAITING: &str = "starkeeper_actor_waiting";
/// Steps and outside calls that run, of an actor.
pub const ACTOR_RUNNING: &str = "starkeeper_actor_running";
/// Asks that were taken, of an actor.
pub const ACTOR_ASKS: &str = "starkeeper_actor_asks_total";
/// Asks that were refused because the mailbox was full.
pub const ACTOR_REFUSED: &str = "starkeeper_actor_refused_total";
/// Actors behind an actor's line.
pub const ACTOR_MEMBERS: &str = "starkeeper_actor_members";
/// Steps that ended well, of an actor.
pub const ACTOR_HANDLED: &str = "starkeeper_actor_handled_total";
/// Steps that ran past their deadline, of an actor.
pub const ACTOR_TIMED_OUT: &str = "starkeeper_actor_timed_out_total";
/// Panics that were caught, of an actor.
pub const ACTOR_PANICS: &str = "starkeeper_actor_panics_total";
/// Outside calls of an actor by outcome.
pub const EFFECTS: &str = "starkeeper_effects_total";
/// Restarts after a failure.
pub const ACTOR_RESTARTS: &str = "starkeeper_actor_restarts_total";
/// Seconds since an actor last got on.
pub const ACTOR_QUIET: &str = "starkeeper_actor_quiet_seconds";
/// Lines of the log that a slow terminal or disk cost.
pub const DROPPED_LINES: &str = "starkeeper_log_lines_dropped_total";
/// 1, with the version as its label.
pub const BUILD: &str = "starkeeper_build_info";

/// The page that shows all of it. Cheap to clone.
#[derive(Clone)]
pub struct Page {
    recorded: PrometheusHandle,
    traffic: Traffic,
}

impl Page {
    /// Sets up the recorder of this process, once. None if there is one already. `role` is what
    /// this daemon runs.
    #[must_use]
    pub fn install(role: &str) -> Option<Self> {
        let recorder = recorder()?;
        let page = Self {
            recorded: recorder.handle(),
            traffic: Traffic::new(),
        };
        metrics::set_global_recorder(recorder).ok()?;
        table::describe();
        zeros::show();
        let version = env!("CARGO_PKG_VERSION");
        gauge!(BUILD, "version" => version, "role" => role.to_owned()).set(1.0);
        Some(page)
    }

    /// A page of its own, which nothing is counted on: for tests of what shows it.
    #[must_use]
    pub fn empty() -> Option<Self> {
        Some(Self {
            recorded: recorder()?.handle(),
            traffic: Traffic::new(),
        })
    }

    /// What came in lately: who takes requests or updates tells it.
    #[must_use]
    pub const fn traffic(&self) -> &Traffic {
        &self.traffic
    }

    /// The page in Prometheus' text form. `read` is what was read for it.
    #[must_use]
    pub fn render(&self, read: &str) -> String {
        let mut sheet = Sheet::new();
        self.traffic.write(&mut sheet);
        let mut page = self.recorded.render();
        page.push_str(&sheet.text());
        page.push_str(read);
        page
    }

    /// Sorts what was counted into buckets; without it they are kept one by one until somebody
    /// looks. To be called every few seconds.
    pub fn keep_up(&self) {
        self.recorded.run_upkeep();
    }
}

fn recorder() -> Option<metrics_exporter_prometheus::PrometheusRecorder> {
    let matcher = Matcher::Suffix("_seconds".into());
    let builder = PrometheusBuilder::new().set_buckets_for_metric(matcher, BUCKETS);
    builder.ok().map(PrometheusBuilder::build_recorder)
}

/// Counts a request that was answered. `route` is the pattern, never the path.
pub fn http_answered(route: String, method: &'static str, class: &'static str, took: Duration) {
    counter!(HTTP_REQUESTS, "route" => route.clone(), "method" => method, "status" => class)
        .increment(1);
    histogram!(HTTP_SECONDS, "route" => route).record(took);
}

/// Counts a webhook of a sender (`heleket`) by its outcome: `stored`, `duplicate`, `irrelevant`, or
/// the name of its refusal.
pub fn webhook(sender: &'static str, outcome: &'static str) {
    counter!(WEBHOOKS, "sender" => sender, "outcome" => outcome).increment(1);
}

/// Counts a payment's webhook that was refused.
pub fn payment_webhook_refused() {
    counter!("starkeeper_payment_errors_total", "kind" => "webhook").increment(1);
}

/// Says how often something of payment has happened since the start.
pub fn payment_event(what: &'static str, times: u64) {
    counter!(PAYMENTS, "event" => what).absolute(times);
}

/// Says whether debits equal credits.
pub fn ledger_balanced(balanced: bool) {
    gauge!(LEDGER_BALANCED).set(switch(balanced));
}

/// Says by how much debits are above credits, in decimal text of whole dollars or TON.
pub fn ledger_imbalance(asset: &'static str, decimal: &str) {
    gauge!(LEDGER_IMBALANCE, "asset" => asset).set(goods::number(decimal));
}

/// Says what a kind of account holds, in decimal text of whole dollars or TON.
pub fn ledger_balance(asset: &'static str, account: &'static str, decimal: &str) {
    let gauge = gauge!(LEDGER_BALANCE, "asset" => asset, "account" => account);
    gauge.set(goods::number(decimal));
}

/// Says whether `/health` answers that all is well.
pub fn health(well: bool) {
    gauge!("starkeeper_health").set(switch(well));
}

/// Says how many connections to the database are in a state.
pub fn books_connections(state: &'static str, connections: usize) {
    let connections = u64::try_from(connections).unwrap_or(u64::MAX);
    gauge!("starkeeper_books_connections", "state" => state).set(real(connections));
}

/// Says how many conversations are in memory, and how many were brought there since the start.
pub fn sessions(now: usize, started: u64) {
    gauge!("starkeeper_sessions").set(real(u64::try_from(now).unwrap_or(u64::MAX)));
    counter!("starkeeper_sessions_started_total").absolute(started);
}

/// Says how often attempts to tell people something came to this since the start.
pub fn notices(outcome: &'static str, times: u64) {
    counter!("starkeeper_notices_total", "outcome" => outcome).absolute(times);
}

/// Says how many notices to the operators were delivered since the start.
pub fn operator_notices(times: u64) {
    counter!("starkeeper_operator_notices_total").absolute(times);
}

/// Says how often payment's own steps came to nothing since the start.
pub fn payment_steps_failed(times: u64) {
    counter!("starkeeper_payment_errors_total", "kind" => "step").absolute(times);
}

/// Says when the newest backup was made, in seconds of Unix time.
pub fn backup_made(unix_seconds: u64) {
    gauge!(BACKUP_SUCCESS).set(real(unix_seconds));
}

/// An actor's line. Counts are since the start.
#[derive(Clone, Copy, Debug)]
pub struct ActorLine {
    /// Its name.
    pub name: &'static str,
    /// How many actors it is of.
    pub members: u64,
    /// Asks that wait.
    pub waiting: u64,
    /// Steps and outside calls that run.
    pub running: u64,
    /// Asks taken.
    pub asks: u64,
    /// Asks refused.
    pub refused: u64,
    /// Steps that ended well.
    pub handled: u64,
    /// Steps that ran past their deadline.
    pub timed_out: u64,
    /// Panics caught.
    pub panics: u64,
    /// Restarts.
    pub restarts: u64,
    /// Outside calls that ended in time, failed, and were not waited for.
    pub effects: [u64; 3],
    /// How long ago it last got on.
    pub quiet: Duration,
}

/// Says how an actor is.
pub fn actor(line: ActorLine) {
    gauge!(ACTOR_WAITING, "actor" => line.name).set(real(line.waiting));
    gauge!(ACTOR_RUNNING, "actor" => line.name).set(real(line.running));
    gauge!(ACTOR_MEMBERS, "actor" => line.name).set(real(line.members));
    counter!(ACTOR_ASKS, "actor" => line.name).absolute(line.asks);
    counter!(ACTOR_REFUSED, "actor" => line.name).absolute(line.refused);
    counter!(ACTOR_HANDLED, "actor" => line.name).absolute(line.handled);
    counter!(ACTOR_TIMED_OUT, "actor" => line.name).absolute(line.timed_out);
    counter!(ACTOR_PANICS, "actor" => line.name).absolute(line.panics);
    counter!(ACTOR_RESTARTS, "actor" => line.name).absolute(line.restarts);
    for (outcome, calls) in ["ended", "failed", "stale"].into_iter().zip(line.effects) {
        counter!(EFFECTS, "actor" => line.name, "outcome" => outcome).absolute(calls);
    }
    gauge!(ACTOR_QUIET, "actor" => line.name).set(line.quiet.as_secs_f64());
}

/// Says how many lines of the log were dropped since the start.
pub fn dropped_lines(lines: u64) {
    counter!(DROPPED_LINES).absolute(lines);
}

/// A gauge is a float: counts up to 2^32 are exact in it, and more is shown as that.
fn real(count: u64) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

const fn switch(on: bool) -> f64 {
    if on { 1.0 } else { 0.0 }
}
