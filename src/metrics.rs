//! Metrics: the recorder, the names and the buckets of everything that is counted.
//!
//! Owns the names, so that dashboards and alerts have one page to agree with. Labels are few and
//! bounded: never a user id, an order id or text from outside.

use std::time::Duration;

use metrics::{counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

pub mod chat;
pub mod goods;

/// Seconds in which requests and calls are counted: from what memory answers to the longest step.
const BUCKETS: &[f64] = &[
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0,
];

/// Requests by route, method and class of status. [`http_answered`]
pub const HTTP_REQUESTS: &str = "starkeeper_http_requests_total";
/// How long they took, by route.
pub const HTTP_SECONDS: &str = "starkeeper_http_request_seconds";
/// Webhooks by their outcome. [`webhook`]
pub const WEBHOOKS: &str = "starkeeper_webhooks_total";
/// What payment did since the start, by what. [`payment_event`]
pub const PAYMENTS: &str = "starkeeper_payment_events_total";
/// Invoices that may still be paid.
pub const OPEN_INVOICES: &str = "starkeeper_invoices_open";
/// Orders that are not finished.
pub const UNFINISHED_ORDERS: &str = "starkeeper_orders_unfinished";
/// Notices that wait for their delivery.
pub const WAITING_NOTICES: &str = "starkeeper_notices_waiting";
/// 1 while debits equal credits in both assets, 0 while they do not.
pub const LEDGER_BALANCED: &str = "starkeeper_ledger_balanced";
/// 1 while the books can be read.
pub const BOOKS_REACHABLE: &str = "starkeeper_books_reachable";
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
pub struct Page(PrometheusHandle);

impl Page {
    /// Sets up the recorder of this process, once. None if there is one already.
    #[must_use]
    pub fn install() -> Option<Self> {
        let recorder = recorder()?;
        let page = Self(recorder.handle());
        metrics::set_global_recorder(recorder).ok()?;
        describe();
        gauge!(BUILD, "version" => env!("CARGO_PKG_VERSION")).set(1.0);
        Some(page)
    }

    /// A page of its own, which nothing is counted on: for tests of what shows it.
    #[must_use]
    pub fn empty() -> Option<Self> {
        Some(Self(recorder()?.handle()))
    }

    /// The page in Prometheus' text form.
    #[must_use]
    pub fn render(&self) -> String {
        self.0.render()
    }

    /// Sorts what was counted into buckets; without it they are kept one by one until somebody
    /// looks. To be called every few seconds.
    pub fn keep_up(&self) {
        self.0.run_upkeep();
    }
}

fn recorder() -> Option<metrics_exporter_prometheus::PrometheusRecorder> {
    let matcher = Matcher::Suffix("_seconds".into());
    let builder = PrometheusBuilder::new().set_buckets_for_metric(matcher, BUCKETS);
    builder.ok().map(PrometheusBuilder::build_recorder)
}

fn describe() {
    describe_counter!(
        HTTP_REQUESTS,
        "Requests by route, method and class of status"
    );
    describe_histogram!(HTTP_SECONDS, "How long requests took, by route");
    describe_counter!(WEBHOOKS, "Webhooks by sender and outcome");
    describe_counter!(PAYMENTS, "What payment did since the start, by what");
    describe_gauge!(OPEN_INVOICES, "Invoices that may still be paid");
    describe_gauge!(UNFINISHED_ORDERS, "Orders that are not finished");
    describe_gauge!(WAITING_NOTICES, "Notices that wait for their delivery");
    describe_gauge!(
        LEDGER_BALANCED,
        "1 while debits equal credits in both assets"
    );
    describe_gauge!(BOOKS_REACHABLE, "1 while the books can be read");
    describe_gauge!(BACKUP_SUCCESS, "Unix time of the newest checked backup");
    describe_gauge!(ACTOR_WAITING, "Asks that wait, by actor");
    describe_gauge!(ACTOR_RUNNING, "Steps and outside calls that run, by actor");
    describe_counter!(ACTOR_ASKS, "Asks that were taken, by actor");
    describe_counter!(
        ACTOR_REFUSED,
        "Asks refused because the mailbox was full, by actor"
    );
    describe_counter!(ACTOR_RESTARTS, "Restarts after a failure, by actor");
    describe_gauge!(ACTOR_QUIET, "Seconds since an actor last got on");
    describe_counter!(DROPPED_LINES, "Log lines that a slow terminal or disk cost");
    describe_gauge!(BUILD, "1, with the version as its label");
    chat::describe();
    goods::describe();
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

/// Says how often something of payment has happened since the start.
pub fn payment_event(what: &'static str, times: u64) {
    counter!(PAYMENTS, "event" => what).absolute(times);
}

/// Says what the books hold.
pub fn books_hold(open_invoices: u64, unfinished_orders: u64, waiting_notices: u64) {
    gauge!(OPEN_INVOICES).set(real(open_invoices));
    gauge!(UNFINISHED_ORDERS).set(real(unfinished_orders));
    gauge!(WAITING_NOTICES).set(real(waiting_notices));
}

/// Says whether debits equal credits.
pub fn ledger_balanced(balanced: bool) {
    gauge!(LEDGER_BALANCED).set(switch(balanced));
}

/// Says whether the books can be read.
pub fn books_reachable(reachable: bool) {
    gauge!(BOOKS_REACHABLE).set(switch(reachable));
}

/// Says when the newest backup was made, in seconds of Unix time.
pub fn backup_made(unix_seconds: u64) {
    gauge!(BACKUP_SUCCESS).set(real(unix_seconds));
}

/// An actor's line.
#[derive(Clone, Copy, Debug)]
pub struct ActorLine {
    /// Its name.
    pub name: &'static str,
    /// Asks that wait.
    pub waiting: u64,
    /// Steps and outside calls that run.
    pub running: u64,
    /// Asks taken since the start.
    pub asks: u64,
    /// Asks refused since the start.
    pub refused: u64,
    /// Restarts since the start.
    pub restarts: u64,
    /// How long ago it last got on.
    pub quiet: Duration,
}

/// Says how an actor is.
pub fn actor(line: ActorLine) {
    gauge!(ACTOR_WAITING, "actor" => line.name).set(real(line.waiting));
    gauge!(ACTOR_RUNNING, "actor" => line.name).set(real(line.running));
    counter!(ACTOR_ASKS, "actor" => line.name).absolute(line.asks);
    counter!(ACTOR_REFUSED, "actor" => line.name).absolute(line.refused);
    counter!(ACTOR_RESTARTS, "actor" => line.name).absolute(line.restarts);
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
