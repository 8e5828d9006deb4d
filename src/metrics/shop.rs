//! The shop as a whole: what is shut, the room on its disks, its heartbeat.

use metrics::{counter, gauge};

use super::switch;

/// Says why orders are not begun here.
pub fn shutters(new_shop: bool, disk_low: bool) {
    gauge!("starkeeper_shut", "why" => "new_shop").set(switch(new_shop));
    gauge!("starkeeper_shut", "why" => "disk_low").set(switch(disk_low));
}

/// Says how much room a folder's disk has.
pub fn disk_free(folder: &'static str, bytes: u64) {
    let bytes = super::goods::number(&bytes.to_string());
    gauge!("starkeeper_disk_free_bytes", "folder" => folder).set(bytes);
}

/// Counts a call of the heartbeat's address.
pub fn heartbeat(reached: bool) {
    let outcome = if reached { "ok" } else { "failed" };
    counter!("starkeeper_heartbeats_total", "outcome" => outcome).increment(1);
}

/// Counts a day that the operators are told of.
pub fn day_told() {
    counter!("starkeeper_days_told_total").increment(1);
}
