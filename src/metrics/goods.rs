//! What is counted of goods out: floats, orders, breaks, logins, browsers.
//!
//! A till is named by its number alone: never an address, never an order's id.

use std::time::Duration;

use metrics::{counter, gauge, histogram};

use super::{real, switch};

/// TON of a till that is free for new orders, by the books.
pub const FLOAT_FREE: &str = "starkeeper_float_free_ton";
/// TON of a till that is reserved for orders, by the books.
pub const FLOAT_HELD: &str = "starkeeper_float_held_ton";
/// TON that leaves a till in a day, by its last 24 hours.
pub const FLOAT_RATE: &str = "starkeeper_float_run_rate_ton_per_day";
/// Seconds until the free TON is gone at that rate; +Inf while nothing leaves.
pub const FLOAT_EMPTY: &str = "starkeeper_float_empty_seconds";
/// 1 while a till's wallet signs nothing until an operator opens it.
pub const WALLET_STOPPED: &str = "starkeeper_wallet_stopped";
/// Orders of a till that are paid for and not finished, by state.
pub const TILL_ORDERS: &str = "starkeeper_till_orders";
/// Age of the oldest of them.
pub const ORDER_AGE: &str = "starkeeper_till_order_oldest_seconds";
/// Open breaks of a till, by kind.
pub const BREAKS: &str = "starkeeper_breaks";
/// Age of the oldest of them; 0 while there is none.
pub const BREAK_AGE: &str = "starkeeper_break_oldest_seconds";
/// 1 for the state that a till's login is in.
pub const LOGIN: &str = "starkeeper_login_state";
/// Runs of orders that fulfilment finished.
pub const RUNS: &str = "starkeeper_fulfilment_runs_total";
/// Runs that ended because a port failed.
pub const STUCK: &str = "starkeeper_fulfilment_stuck_total";
/// Orders that are worked on now.
pub const WORKING: &str = "starkeeper_fulfilment_working";
/// Browsers by till and state.
pub const BROWSERS: &str = "starkeeper_browsers";
/// Steps that wait for a browser, by till.
pub const BROWSER_WAITING: &str = "starkeeper_browser_waiting";
/// What happened to browsers, by what.
pub const BROWSER_EVENTS: &str = "starkeeper_browser_events_total";
/// Memory of all open browsers and their drivers.
pub const BROWSER_MEMORY: &str = "starkeeper_browser_memory_bytes";
/// Their processes.
pub const BROWSER_PROCESSES: &str = "starkeeper_browser_processes";

/// A till's money. TON are whole TON with their fraction.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct FloatLine {
    /// Free for new orders.
    pub free: f64,
    /// Reserved for orders.
    pub held: f64,
    /// Leaves in a day.
    pub per_day: f64,
    /// Until the free part is gone; none while nothing leaves.
    pub empty_in: Option<Duration>,
    /// The wallet signs nothing.
    pub stopped: bool,
}

/// Says how a till's money is.
pub fn float(till: i64, line: FloatLine) {
    let till = till.to_string();
    gauge!(FLOAT_FREE, "till" => till.clone()).set(line.free);
    gauge!(FLOAT_HELD, "till" => till.clone()).set(line.held);
    gauge!(FLOAT_RATE, "till" => till.clone()).set(line.per_day);
    let empty_in = line
        .empty_in
        .map_or(f64::INFINITY, |left| left.as_secs_f64());
    gauge!(FLOAT_EMPTY, "till" => till.clone()).set(empty_in);
    gauge!(WALLET_STOPPED, "till" => till).set(switch(line.stopped));
}

/// Says how many of a till's orders are in a state.
pub fn till_orders(till: i64, state: &'static str, orders: u64) {
    gauge!(TILL_ORDERS, "till" => till.to_string(), "state" => state).set(real(orders));
}

/// Says how old the oldest unfinished order of a till is.
pub fn oldest_order(till: i64, age: Duration) {
    gauge!(ORDER_AGE, "till" => till.to_string()).set(age.as_secs_f64());
}

/// Says how many breaks of a kind a till has, and how old the oldest is.
pub fn breaks(till: i64, kind: &'static str, open: u64, oldest: Duration) {
    let till = till.to_string();
    gauge!(BREAKS, "till" => till.clone(), "kind" => kind).set(real(open));
    gauge!(BREAK_AGE, "till" => till, "kind" => kind).set(oldest.as_secs_f64());
}

/// Says whether a till's login is in a state.
pub fn login(till: i64, state: &'static str, is: bool) {
    gauge!(LOGIN, "till" => till.to_string(), "state" => state).set(switch(is));
}

/// Counts an order that came into a state.
pub fn order_step(state: &'static str) {
    counter!("starkeeper_order_steps_total", "state" => state).increment(1);
}

/// Says how long an order took from its payment to its delivery.
pub fn order_delivered(took: Duration) {
    histogram!("starkeeper_order_delivery_seconds").record(took);
}

/// Says whether a product has a price.
pub fn on_sale(product: &'static str, is: bool) {
    gauge!("starkeeper_on_sale", "product" => product).set(switch(is));
}

/// Says how many products have none for this reason.
pub fn sales_paused(reason: &'static str, products: u64) {
    gauge!("starkeeper_sales_paused", "reason" => reason).set(real(products));
}

/// Says when Fragment last showed a till's login; nothing if it never did.
pub fn login_checked(till: i64, ago: Duration) {
    let gauge = gauge!("starkeeper_login_checked_seconds", "till" => till.to_string());
    gauge.set(ago.as_secs_f64());
}

/// Says how old a till's cookies are.
pub fn cookies(till: i64, age: Duration) {
    let gauge = gauge!("starkeeper_cookie_age_seconds", "till" => till.to_string());
    gauge.set(age.as_secs_f64());
}

/// Says how many tills this replica holds.
pub fn tills_held(tills: u64) {
    gauge!("starkeeper_tills_held").set(real(tills));
}

/// Says what fulfilment did since the start, and does now.
pub fn fulfilment(runs: u64, stuck: u64, working: u64) {
    counter!(RUNS).absolute(runs);
    counter!(STUCK).absolute(stuck);
    gauge!(WORKING).set(real(working));
}

/// Says how many browsers of a till, or `anonymous` ones, are in a state.
pub fn browsers(till: String, state: &'static str, browsers: u64) {
    gauge!(BROWSERS, "till" => till, "state" => state).set(real(browsers));
}

/// Says how many steps wait for such a browser.
pub fn browser_waiting(till: String, steps: u64) {
    gauge!(BROWSER_WAITING, "till" => till).set(real(steps));
}

/// Says how often something happened to browsers since the start.
pub fn browser_event(what: &'static str, times: u64) {
    counter!(BROWSER_EVENTS, "event" => what).absolute(times);
}

/// Says what all browsers take, in bytes and processes.
pub fn browser_memory(bytes: u64, processes: u64) {
    gauge!(BROWSER_MEMORY).set(number(&bytes.to_string()));
    gauge!(BROWSER_PROCESSES).set(real(processes));
}

/// A decimal number as a gauge shows it: the nearest of 53 bits.
#[must_use]
pub fn number(decimal: &str) -> f64 {
    decimal.parse().unwrap_or(f64::NAN)
}
