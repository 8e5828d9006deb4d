//! The lines about requests, people, money in and the books, in the order in which people look for
//! them.

use super::{Kind, Row};

/// The lines.
pub(super) const ROWS: &[Row] = &[
    untyped(
        "error_rate",
        "share",
        "",
        "Share of requests and updates of the last five minutes that failed, 0 to 1; looks at health and metrics do not count",
    ),
    untyped(
        "response_time",
        "seconds",
        "",
        "How long one of them took on average; 0 while there was none",
    ),
    counter(
        "starkeeper_http_requests_total",
        "requests",
        "route, method, status",
        "Requests that were answered, by the route's pattern and the class of status",
    ),
    histogram(
        "starkeeper_http_request_seconds",
        "seconds",
        "route",
        "How long requests took",
    ),
    counter(
        "starkeeper_webhooks_total",
        "calls",
        "sender, outcome",
        "Webhooks by who sent them and what became of them",
    ),
    gauge(
        "starkeeper_active_users",
        "people",
        "within",
        "People whose updates this replica handled lately: within 5m, 1h, 24h",
    ),
    gauge(
        "telegram_messages_per_second",
        "updates a second",
        "",
        "Updates handled a second, over the last ten; what replicas are scaled by",
    ),
    counter(
        "starkeeper_telegram_updates_total",
        "updates",
        "kind, outcome",
        "Updates by kind and what became of them",
    ),
    histogram(
        "starkeeper_telegram_update_seconds",
        "seconds",
        "",
        "How long a session took for an update, its answer to the chat not included",
    ),
    gauge(
        "starkeeper_telegram_polls",
        "1",
        "",
        "1 while this replica fetches the bot's updates",
    ),
    counter(
        "starkeeper_telegram_poll_failures_total",
        "questions",
        "reason",
        "Questions for updates that failed",
    ),
    gauge(
        "starkeeper_telegram_webhook_ok",
        "1",
        "",
        "1 while Telegram delivers updates to us, 0 while it says that it cannot",
    ),
    gauge(
        "starkeeper_telegram_webhook_pending",
        "updates",
        "",
        "Updates that wait at Telegram",
    ),
    counter(
        "starkeeper_telegram_calls_total",
        "calls",
        "method, outcome",
        "Calls of the Bot API",
    ),
    histogram(
        "starkeeper_telegram_call_seconds",
        "seconds",
        "method",
        "How long calls of the Bot API took",
    ),
    counter(
        "starkeeper_telegram_limited_total",
        "calls",
        "by",
        "Calls of the Bot API that were too many, by who said so",
    ),
    gauge(
        "starkeeper_sessions",
        "sessions",
        "",
        "Conversations that are in memory",
    ),
    counter(
        "starkeeper_sessions_started_total",
        "sessions",
        "",
        "Conversations that were brought into memory",
    ),
    counter(
        "starkeeper_payment_events_total",
        "events",
        "event",
        "What payment did",
    ),
    counter(
        "starkeeper_payment_errors_total",
        "errors",
        "kind",
        "Payments' errors: steps that came to nothing and are due again, webhooks that were refused",
    ),
    gauge(
        "starkeeper_invoices_open",
        "invoices",
        "",
        "Invoices that may still be paid",
    ),
    counter(
        "starkeeper_heleket_calls_total",
        "calls",
        "call, outcome",
        "Calls of Heleket",
    ),
    histogram(
        "starkeeper_heleket_call_seconds",
        "seconds",
        "call",
        "How long calls of Heleket took, repetitions included",
    ),
    gauge(
        "starkeeper_books_reachable",
        "1",
        "",
        "1 while the books can be read",
    ),
    gauge(
        "starkeeper_ledger_balanced",
        "1",
        "",
        "1 while debits equal credits in both assets",
    ),
    gauge(
        "starkeeper_ledger_imbalance",
        "whole units",
        "asset",
        "Debits less credits, in dollars or TON; anything but 0 is wrong",
    ),
    gauge(
        "starkeeper_ledger_balance",
        "whole units",
        "asset, account",
        "What each kind of account holds, in dollars or TON; holds are customers_held and float_held",
    ),
    gauge(
        "starkeeper_orders_unfinished",
        "orders",
        "",
        "Orders that are not finished",
    ),
    gauge("starkeeper_orders", "orders", "state", "The same by state"),
    gauge(
        "starkeeper_order_oldest_seconds",
        "seconds",
        "state",
        "Since the oldest of them was placed; 0 while there is none",
    ),
    gauge(
        "starkeeper_notices_waiting",
        "notices",
        "",
        "What people are owed to hear and were not told yet",
    ),
    gauge(
        "starkeeper_notice_oldest_seconds",
        "seconds",
        "",
        "Since the oldest of it became owed; 0 while there is none",
    ),
    counter(
        "starkeeper_notices_total",
        "notices",
        "outcome",
        "Attempts to tell people something, by what came of them",
    ),
    counter(
        "starkeeper_operator_notices_total",
        "notices",
        "",
        "Notices to the operators",
    ),
    gauge(
        "starkeeper_due",
        "steps",
        "actor, of",
        "Work that should be done now, by whose it is: of orders, invoices, notices, messages",
    ),
    gauge(
        "starkeeper_due_oldest_seconds",
        "seconds",
        "actor, of",
        "Since when the oldest of it is due; 0 while there is none",
    ),
    gauge(
        "starkeeper_leases",
        "leases",
        "kind, state",
        "Leases in the books of all replicas: held, or free",
    ),
    gauge(
        "starkeeper_books_connections",
        "connections",
        "state",
        "Connections to PostgreSQL: open, free, and callers waiting for one; embedded books have none",
    ),
    gauge(
        "starkeeper_backup_last_success_timestamp_seconds",
        "seconds",
        "",
        "Unix time of the newest backup that was checked; 0 if BACKUP_DIR holds none",
    ),
];

/// A line of this kind: name, unit, labels, meaning.
pub(super) const fn counter(
    name: &'static str,
    unit: &'static str,
    labels: &'static str,
    meaning: &'static str,
) -> Row {
    Row {
        name,
        kind: Kind::Counter,
        unit,
        labels,
        meaning,
    }
}

/// A line of this kind: name, unit, labels, meaning.
pub(super) const fn gauge(
    name: &'static str,
    unit: &'static str,
    labels: &'static str,
    meaning: &'static str,
) -> Row {
    Row {
        name,
        kind: Kind::Gauge,
        unit,
        labels,
        meaning,
    }
}

/// A line of this kind: name, unit, labels, meaning.
pub(super) const fn histogram(
    name: &'static str,
    unit: &'static str,
    labels: &'static str,
    meaning: &'static str,
) -> Row {
    Row {
        name,
        kind: Kind::Histogram,
        unit,
        labels,
        meaning,
    }
}

/// A line of this kind: name, unit, labels, meaning.
pub(super) const fn untyped(
    name: &'static str,
    unit: &'static str,
    labels: &'static str,
    meaning: &'static str,
) -> Row {
    Row {
        name,
        kind: Kind::Untyped,
        unit,
        labels,
        meaning,
    }
}
