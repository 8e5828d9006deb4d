//! The one message in a chat that shows an order, and whether it shows the newest state.

use std::collections::{BTreeSet, HashMap};

use super::rows::next_version;
use crate::domain::Timestamp;
use crate::domain::ids::{OrderId, TelegramId, Version};
use crate::ports::books::{CommitRefused, LiveMessage, Seen, Write};

/// What a message shows that was never sent.
const NOTHING: Version = Version::new(0);

#[derive(Clone)]
pub(super) struct LiveRow {
    seen: Seen<LiveMessage>,
    /// The order's version that it should show at least.
    wanted: Version,
}

impl LiveRow {
    fn is_stale(&self) -> bool {
        self.seen.row.shows < self.wanted
    }
}

#[derive(Clone, Default)]
pub(super) struct LiveMessages {
    rows: HashMap<OrderId, LiveRow>,
    due: BTreeSet<(Timestamp, OrderId)>,
}

impl LiveMessages {
    pub(super) fn get(&self, order: OrderId) -> Option<&Seen<LiveMessage>> {
        self.rows.get(&order).map(|row| &row.seen)
    }

    pub(super) fn due(&self, now: Timestamp, limit: u32) -> Vec<Seen<LiveMessage>> {
        let due = self.due.iter().take_while(|(due, _)| *due <= now);
        due.take(usize::try_from(limit).unwrap_or(usize::MAX))
            .filter_map(|(_, order)| self.get(*order).cloned())
            .collect()
    }

    pub(super) fn check(&self, write: &Write<LiveMessage>) -> Result<LiveRow, CommitRefused> {
        let row = write.row.clone();
        let there = self.rows.get(&row.order);
        let name = || format!("live message of {}", row.order);
        let version = next_version(there.map(|there| &there.seen), write.seen, name)?;
        let wanted = there.map_or(NOTHING, |there| there.wanted);
        let seen = Seen { row, version };
        Ok(LiveRow { seen, wanted })
    }

    /// The row of an order whose message no longer shows the truth.
    pub(super) fn stale(
        &self,
        order: OrderId,
        wanted: Version,
        chat: TelegramId,
        at: Timestamp,
    ) -> LiveRow {
        if let Some(there) = self.rows.get(&order) {
            let seen = there.seen.clone();
            return LiveRow { seen, wanted };
        }
        let row = LiveMessage {
            order,
            chat,
            message: None,
            shows: NOTHING,
            not_before: at,
        };
        let version = Version::FIRST;
        let seen = Seen { row, version };
        LiveRow { seen, wanted }
    }

    /// Puts a row in place of another, or takes it away; answers what was there.
    pub(super) fn replace(&mut self, order: OrderId, row: Option<LiveRow>) -> Option<LiveRow> {
        let old = self.rows.remove(&order);
        if let Some(old) = &old {
            self.due.remove(&(old.seen.row.not_before, order));
        }
        if let Some(row) = row {
            if row.is_stale() {
                self.due.insert((row.seen.row.not_before, order));
            }
            self.rows.insert(order, row);
        }
        old
    }
}
