//! How many orders a minute a till delivers, printed and never asserted.
//!
//! `./x bench fulfilment` opens a whole shop: the daemon with its real browsers and embedded books,
//! and the emulators of Heleket, fragment.com and TON, as processes. Orders come alone first, each
//! when the one before is delivered: that tells how long an order takes from the held price to the
//! Stars, and in which state it spends that. Then as many come at once: that tells how many a till
//! delivers in a minute. What the daemon, the browsers and the emulators compute for an order is the
//! time that the system counted for their processes, less what they take in the same time when
//! nothing is ordered; of the daemon's, that is all our own code, and the rest of an order's time it
//! waits for blocks, pages and its own pauses. All is built as the tests are: a release is quicker.
//!
//! Words after it: `orders=N` (so many alone, and so many at once, 1 to 48), `tills=N` (1 to 4),
//! `block=MS` (how long a block of the chain takes), `rate=N` (so many calls a second to each
//! provider of the chain: 10 as with a key, 1 as without). The daemon's settings are its usual ones,
//! but that it looks for a message every 0.6 blocks. The browsers' memory counts a page that several
//! processes share once in all (PSS).
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::as_conversions,
    clippy::disallowed_methods,
    missing_docs,
    unreachable_pub,
    reason = "a program that prints figures and may stop at the first surprise"
)]

use std::time::{Duration, Instant};

#[path = "fulfilment/processes.rs"]
mod processes;
#[path = "fulfilment/selling.rs"]
mod selling;
/// What the integration tests stand on: here it starts the daemon and the emulators.
#[path = "../tests/it"]
mod ground {
    pub mod support;
}

use processes::{Spent, WHOSE};
use selling::{Selling, Way};

/// So long nobody orders anything, to see what the processes take then.
const IDLE: Duration = Duration::from_secs(5);

/// The states of an order that is on its way.
const STAGES: [&str; 4] = ["held", "linked", "paying", "paid"];

fn main() {
    let words: Vec<String> = std::env::args()
        .skip(1)
        .filter(|word| !word.starts_with("--"))
        .collect();
    let number = |name: &str, usual: u64, most: u64| {
        let given = words.iter().find_map(|word| word.strip_prefix(name));
        let number = given.map_or(Ok(usual), str::parse);
        let number = number.ok().filter(|number| (1..=most).contains(number));
        number.unwrap_or_else(|| panic!("{name}N: expected a whole number from 1 to {most}"))
    };
    for word in &words {
        let known = ["orders=", "tills=", "block=", "rate="];
        let is_known = known.iter().any(|name| word.starts_with(name));
        assert!(
            is_known,
            "{word:?}: expected orders=N, tills=N, block=MS or rate=N"
        );
    }
    let (orders, tills) = (number("orders=", 8, 48), number("tills=", 1, 4));
    let (block, rate) = (
        number("block=", 5_000, 3_600_000),
        number("rate=", 10, 1_000),
    );
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(measure(orders as usize, tills as usize, block, rate));
}

async fn measure(orders: usize, tills: usize, block: u64, calls: u64) {
    println!("{:<52} {:>10}  unit", "figure", "value");
    println!("of {tills} till(s), with blocks of {block} ms and {calls} call(s)/s to a provider");
    let mut selling = Selling::open(tills, block, calls).await;
    selling.fund(2 * (2 * orders + 1)).await;
    // Until the first is delivered, browsers start and the till's login is tried.
    selling.deliver(1).await;
    let spent = Spent::now();
    selling.watch_for(IDLE).await;
    let idle = spent.since(IDLE);
    for (whose, busy) in WHOSE.into_iter().zip(idle.0) {
        let share = busy.as_micros() * 1_000 / IDLE.as_micros();
        show(&format!("idle: {whose}"), &tenths(share), "% of a core");
    }

    let (begun, spent) = (Instant::now(), Spent::now());
    let mut alone = Vec::new();
    for _ in 0..orders {
        alone.extend(selling.deliver(1).await);
    }
    let cost = spent.since(begun.elapsed()).without(&idle);
    show_spans("alone, held to delivered", alone.iter().map(Way::took));
    for stage in STAGES {
        let spans = alone.iter().map(|way| way.in_state(stage));
        show_spans(&format!("alone, {stage}"), spans);
    }
    show_cost("alone", &cost, &alone);

    let (begun, spent) = (Instant::now(), Spent::now());
    let crowd = selling.deliver(orders).await;
    let cost = spent.since(begun.elapsed()).without(&idle);
    let first = crowd.iter().map(|way| way.placed).min().unwrap();
    let last = crowd.iter().map(|way| way.placed + way.took()).max();
    let took = (last.unwrap() - first).as_micros().max(1);
    let rate = orders as u128 * 600_000_000 / took / tills as u128;
    show(
        &format!("{orders} at once"),
        &tenths(rate),
        "orders/min/till",
    );
    show_spans("at once, held to delivered", crowd.iter().map(Way::took));
    show_cost("at once", &cost, &crowd);

    for (place, paid) in selling.paid().await.into_iter().enumerate() {
        show(&format!("orders that wallet {} paid", place + 1), &paid, "");
    }
    let mut browsers = processes::browsers();
    browsers.sort_unstable();
    show("browsers", &browsers.len(), "");
    for (name, bytes) in [("least", browsers.first()), ("most", browsers.last())] {
        let mib = bytes.copied().unwrap_or_default() >> 20;
        show(&format!("memory of a browser, {name}"), &mib, "MiB");
    }
    selling.close().await;
}

fn show(figure: &str, value: &dyn std::fmt::Display, unit: &str) {
    println!("{figure:<52} {:>10}  {unit}", value.to_string());
}

fn show_spans(figure: &str, spans: impl Iterator<Item = Duration>) {
    let mut spans: Vec<Duration> = spans.collect();
    spans.sort_unstable();
    for (name, part) in [("p50", 50), ("p99", 99)] {
        let span = spans[spans.len() * part / 100];
        show(&format!("{figure}, {name}"), &span.as_millis(), "ms");
    }
}

/// What one order costs in computing time, and how much of its own time our code computes.
fn show_cost(figure: &str, cost: &Spent, ways: &[Way]) {
    for (whose, busy) in WHOSE.into_iter().zip(cost.0) {
        let each = busy.as_millis() / ways.len() as u128;
        show(&format!("{figure}, computed by {whose}"), &each, "ms/order");
    }
    let all: Duration = ways.iter().map(Way::took).sum();
    let share = cost.0[0].as_micros() * 1_000 / all.as_micros().max(1);
    let figure = format!("{figure}, the daemon's part of an order's time");
    show(&figure, &tenths(share), "%");
}

/// A number of tenths as people write it.
fn tenths(number: u128) -> String {
    format!("{}.{}", number / 10, number % 10)
}
