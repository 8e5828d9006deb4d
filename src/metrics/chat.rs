//! What is counted of the chat: updates that came in, calls that went out, and how they come in.

use std::time::Duration;

use metrics::{counter, gauge, histogram};

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

/// Counts an update. Both are words of a few.
pub fn update(kind: &'static str, outcome: &'static str) {
    counter!(UPDATES, "kind" => kind, "outcome" => outcome).increment(1);
}

/// Says how long a session took for an update.
pub fn update_took(took: Duration) {
    histogram!("starkeeper_telegram_update_seconds").record(took);
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
