//! Counters and durations that are shown as 0 before anything happened: without them a first failure
//! is no increase, a rate of nothing is no data, and an alert on either stays silent.

use metrics::{counter, histogram};

/// Calls to the outside: the metric's name without its end, the calls, and how they end.
const CALLS: [(&str, &str, &[&str], &[&str]); 4] = [
    (
        "starkeeper_telegram_call",
        "method",
        &[
            "SendMessage",
            "EditMessageText",
            "AnswerCallbackQuery",
            "GetUpdates",
        ],
        &["ok", "not_done", "unknown", "too_fast", "token", "refused"],
    ),
    (
        "starkeeper_heleket_call",
        "call",
        &["payment", "payment/info", "payment/list", "exchange-rate"],
        &["ok", "refused", "not_done", "unknown"],
    ),
    (
        "starkeeper_ton_call",
        "call",
        &["state", "transactions", "send", "by_message"],
        &["ok", "refused", "not_done", "unknown"],
    ),
    (
        "starkeeper_redis_call",
        "call",
        &["load", "save", "take"],
        &["ok", "not_done", "unknown"],
    ),
];

/// What else happens, with one label each.
const EVENTS: [(&str, &str, &[&str]); 6] = [
    (
        "starkeeper_payment_errors_total",
        "kind",
        &["step", "webhook"],
    ),
    (
        "starkeeper_telegram_limited_total",
        "by",
        &["us", "telegram"],
    ),
    (
        "starkeeper_telegram_poll_failures_total",
        "reason",
        &["elsewhere", "too_fast", "token", "trouble"],
    ),
    (
        "starkeeper_order_steps_total",
        "state",
        &[
            "awaiting_payment",
            "held",
            "linked",
            "paying",
            "paid",
            "delivered",
            "refunded",
            "cancelled",
            "parked",
        ],
    ),
    (
        "starkeeper_notices_total",
        "outcome",
        &["told", "undeliverable"],
    ),
    ("starkeeper_heartbeats_total", "outcome", &["ok", "failed"]),
];

/// Shows them.
pub(super) fn show() {
    for (name, label, calls, outcomes) in CALLS {
        for call in calls {
            for outcome in outcomes {
                let labels = [(label, *call), ("outcome", *outcome)];
                if name.contains("_ton_") {
                    let [one, other] = labels;
                    let labels = [one, other, ("provider", "0")];
                    counter!(format!("{name}s_total"), &labels).absolute(0);
                } else {
                    counter!(format!("{name}s_total"), &labels).absolute(0);
                }
            }
            let _shown = histogram!(format!("{name}_seconds"), label => *call);
        }
    }
    for (name, label, values) in EVENTS {
        for value in values {
            counter!(name, label => *value).absolute(0);
        }
    }
    for kind in ["message", "tap"] {
        for outcome in ["handled", "try_later", "busy"] {
            let name = super::chat::UPDATES;
            counter!(name, "kind" => kind, "outcome" => outcome).absolute(0);
        }
    }
    let heleket = ["stored", "duplicate", "forged", "unsure"].as_slice();
    let telegram = ["taken", "unauthorised", "unsure"].as_slice();
    for (sender, outcomes) in [("heleket", heleket), ("telegram", telegram)] {
        for outcome in outcomes {
            let name = super::WEBHOOKS;
            counter!(name, "sender" => sender, "outcome" => *outcome).absolute(0);
        }
    }
    super::chat::polls(false);
    super::live::show();
    counter!("starkeeper_operator_notices_total").absolute(0);
    counter!("starkeeper_days_told_total").absolute(0);
    counter!("starkeeper_sessions_started_total").absolute(0);
    let _shown = histogram!("starkeeper_telegram_update_seconds");
    let _shown = histogram!("starkeeper_order_delivery_seconds");
}
