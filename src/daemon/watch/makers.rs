//! What the actors and browsers that deliver show of themselves, and what is sold.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use starkeeper_actors::browser_pool::{GroupSnapshot, PoolSnapshot, Totals};
use starkeeper_actors::domain::Timestamp;
use starkeeper_actors::domain::catalog::{PremiumMonths, Product, StarsQuantity};
use starkeeper_actors::domain::pricing::ShopPrices;
use starkeeper_actors::notifier::NotifierCounts;
use starkeeper_actors::supervision::Observe;
use starkeeper_actors::system::ActorSystem;

use super::LOOK;
use crate::fragment::BrowserMemory;
use crate::metrics::{self, goods};

/// Reads what each open browser takes of the memory.
pub(in crate::daemon) type Memory =
    Arc<dyn Fn() -> BoxFuture<'static, Vec<BrowserMemory>> + Send + Sync>;

/// Shows fulfilment and the pool of browsers. One that does not answer in time keeps what it
/// showed last: its line among the actors says that it is stuck.
pub(super) async fn show(system: &ActorSystem) {
    let fulfilment = system.fulfilment.ask(Observe::new(), LOOK);
    let pool = system.till.browser_pool.ask(Observe::new(), LOOK);
    let (fulfilment, pool) = futures_util::future::join(fulfilment, pool).await;
    if let Some(notifier) = &system.notifier
        && let Ok(shown) = notifier.ask(Observe::new(), LOOK).await
    {
        show_notices(&shown.counts);
    }
    let sessions = system.directory.observe();
    metrics::sessions(sessions.sessions, sessions.started);
    if let Ok(shown) = fulfilment {
        goods::fulfilment(shown.runs, shown.stuck, count(shown.in_flight));
        goods::tills_held(count(shown.tills.len()));
    }
    if let Ok(shown) = pool {
        show_pool(&shown);
    }
}

fn show_notices(counts: &NotifierCounts) {
    let NotifierCounts {
        told,
        later,
        unknown,
        kept,
        revived,
        undeliverable,
        operator_notices,
        drawn,
        unstored,
    } = *counts;
    let outcomes = [
        ("told", told),
        ("later", later),
        ("unknown", unknown),
        ("kept", kept),
        ("revived", revived),
        ("undeliverable", undeliverable),
        ("drawn", drawn),
        ("unstored", unstored),
    ];
    for (outcome, times) in outcomes {
        metrics::notices(outcome, times);
    }
    metrics::operator_notices(operator_notices);
}

/// Shows what is sold now, and why the rest is not.
pub(super) fn show_sales(prices: &ShopPrices, now: Timestamp) {
    let missing = prices.unavailable(now);
    let stars = [("stars", Product::Stars(StarsQuantity::MIN))];
    let premium = PremiumMonths::ALL.map(|months| (premium(months), Product::Premium(months)));
    for (name, product) in stars.into_iter().chain(premium) {
        goods::on_sale(name, missing.iter().all(|one| one.product != product));
    }
    for reason in REASONS {
        let paused = missing.iter().filter(|one| one.why.code() == reason);
        goods::sales_paused(reason, count(paused.count()));
    }
}

const fn premium(months: PremiumMonths) -> &'static str {
    match months {
        PremiumMonths::Three => "premium_3",
        PremiumMonths::Six => "premium_6",
        PremiumMonths::Twelve => "premium_12",
    }
}

/// Every reason for which a product may have no price.
const REASONS: [&str; 9] = [
    "never_seen",
    "too_old",
    "too_few_sources",
    "in_future",
    "sources_apart",
    "stopped",
    "below_floor",
    "above_cap",
    "arithmetic",
];

fn show_pool(pool: &PoolSnapshot) {
    for group in &pool.groups {
        let GroupSnapshot {
            kind,
            capacity: _,
            opening,
            probing,
            free,
            busy,
            closing,
            waiting,
            failures_in_row: _,
            pause_ms: _,
        } = group;
        let till = kind.strip_prefix("till_").unwrap_or(kind);
        let states = [
            ("opening", opening),
            ("probing", probing),
            ("free", free),
            ("lent", busy),
            ("closing", closing),
        ];
        for (state, browsers) in states {
            goods::browsers(till.to_owned(), state, count(*browsers));
        }
        goods::browser_waiting(till.to_owned(), count(*waiting));
    }
    show_totals(&pool.totals);
}

fn show_totals(totals: &Totals) {
    let Totals {
        opened,
        open_failed,
        closed,
        close_failed,
        recycled,
        idle,
        broken,
        overdue,
        reopened,
        lent,
        refused,
        path_blocked,
        returned_late,
    } = *totals;
    let events = [
        ("opened", opened),
        ("open_failed", open_failed),
        ("closed", closed),
        ("close_failed", close_failed),
        ("recycled", recycled),
        ("idle", idle),
        ("broken", broken),
        ("overdue", overdue),
        ("reopened", reopened),
        ("lent", lent),
        ("refused", refused),
        ("path_blocked", path_blocked),
        ("returned_late", returned_late),
    ];
    for (what, times) in events {
        goods::browser_event(what, times);
    }
}

/// Shows what all browsers take together.
pub(super) fn show_memory(browsers: &[BrowserMemory]) {
    let bytes = browsers.iter().map(|browser| browser.proportional);
    let processes = browsers.iter().map(|browser| count(browser.processes));
    goods::browser_memory(
        bytes.fold(0, u64::saturating_add),
        processes.fold(0, u64::saturating_add),
    );
}

fn count(things: usize) -> u64 {
    u64::try_from(things).unwrap_or(u64::MAX)
}
