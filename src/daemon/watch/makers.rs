//! What the actors and browsers that deliver show of themselves.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use starkeeper_actors::browser_pool::{GroupSnapshot, PoolSnapshot, Totals};
use starkeeper_actors::supervision::Observe;
use starkeeper_actors::system::ActorSystem;

use super::LOOK;
use crate::fragment::BrowserMemory;
use crate::metrics::goods;

/// Reads what each open browser takes of the memory.
pub(in crate::daemon) type Memory =
    Arc<dyn Fn() -> BoxFuture<'static, Vec<BrowserMemory>> + Send + Sync>;

/// Shows fulfilment and the pool of browsers. One that does not answer in time keeps what it
/// showed last: its line among the actors says that it is stuck.
pub(super) async fn show(system: &ActorSystem) {
    let fulfilment = system.fulfilment.ask(Observe::new(), LOOK);
    let pool = system.till.browser_pool.ask(Observe::new(), LOOK);
    let (fulfilment, pool) = futures_util::future::join(fulfilment, pool).await;
    if let Ok(shown) = fulfilment {
        goods::fulfilment(shown.runs, shown.stuck, count(shown.in_flight));
    }
    if let Ok(shown) = pool {
        show_pool(&shown);
    }
}

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
