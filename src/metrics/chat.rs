//! What is counted of the chat: updates that came in, calls that went out, and how they come in.

use metrics::{counter, describe_counter, describe_gauge, describe_histogram, gauge};

use super::{real, switch};

/// Updates by kind and outcome. [`update`]
pub const UPDATES: &str = "starkeeper_telegram_updates_total";
/// 1 while this replica fetches the bot's updates. [`polls`]
pub const POLLS: &str = "starkeeper_telegram_polls";
/// Questions for updates that brought none, by reason. [`poll_failed`]
pub const POLL_FAILED: &str = "starkeeper_telegram_poll_failures_total";
/// 1 while Telegram delivers updates, 0 while it cannot. [`webhook`]
pub const WEBHOOK_OK: &str = "starkeeper_telegram_webhook_ok";
/// Updates that wait at Telegram.
pub const WEBHOOK_PENDING: &str = "starkeeper_telegram_webhook_pending";

/// Says what each of them means, and those of the adapter.
pub(super) fn describe() {
    describe_counter!(UPDATES, "Updates by kind and outcome");
    describe_gauge!(POLLS, "1 while this replica fetches the bot's updates");
    describe_counter!(POLL_FAILED, "Questions for updates that failed, by reason");
    describe_gauge!(WEBHOOK_OK, "1 while Telegram delivers updates to us");
    describe_gauge!(WEBHOOK_PENDING, "Updates that wait at Telegram");
    describe_counter!(
        "starkeeper_telegram_calls_total",
        "Calls of the Bot API by method and outcome"
    );
    describe_histogram!(
        "starkeeper_telegram_call_seconds",
        "How long calls of the Bot API took, by method"
    );
    describe_counter!(
        "starkeeper_telegram_limited_total",
        "Calls of the Bot API that were too many, by who said so"
    );
}

/// Counts an update. Both are words of a few.
pub fn update(kind: &'static str, outcome: &'static str) {
    counter!(UPDATES, "kind" => kind, "outcome" => outcome).increment(1);
}

/// Says whether this replica fetches updates.
pub fn polls(ours: bool) {
    gauge!(POLLS).set(switch(ours));
}

/// Counts a question for updates that failed.
pub fn poll_failed(why: &'static str) {
    counter!(POLL_FAILED, "reason" => why).increment(1);
}

/// Says how Telegram gets on with the webhook.
pub fn webhook(ok: bool, pending: u64) {
    gauge!(WEBHOOK_OK).set(switch(ok));
    gauge!(WEBHOOK_PENDING).set(real(pending));
}
