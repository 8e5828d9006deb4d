//! The one message in a chat that shows an order, and whether it shows the newest state.

use std::collections::{BTreeSet, HashMap};

use super::rows::{due_of, next_version};
use crate::domain::Timestamp;
use crate::domain::ids::{OrderId, TelegramId, Version};
use crate::ports::books::{CommitRefused, Due, LiveMessage, Seen, Write};

/// What a message shows that was never sent.
const NOTHING: Version = Version::new(0);

#[derive(Clone, Default)]
pub(super) struct LiveMessages {
    rows: HashMap<OrderId, Seen<LiveMessage>>,
    due: BTreeSet<(Timestamp, OrderId)>,
}

impl LiveMessages {
    pub(super) fn get(&self, order: OrderId) -> Option<&Seen<LiveMessage>> {
        self.rows.get(&order)
    }

    pub(super) fn due(&self, now: Timestamp, limit: u32) -> Vec<Seen<LiveMessage>> {
        let due = self.due.iter().take_while(|(due, _)| *due <= now);
        due.take(usize::try_from(limit).unwrap_or(usize::MAX))
            .filter_map(|(_, order)| self.get(*order).cloned())
            .collect()
    }

    /// How much is due.
    pub(super) fn due_at(&self, now: Timestamp) -> Due {
        due_of(self.due.iter().map(|(due, _)| *due), now)
    }

    pub(super) fn check(
        &self,
        write: &Write<LiveMessage>,
    ) -> Result<Seen<LiveMessage>, CommitRefused> {
        let there = self.rows.get(&write.row.order);
        let name = || format!("live message of {}", write.row.order);
        let version = next_version(there, write.seen, name)?;
        let wanted = there.map_or(NOTHING, |there| there.row.wanted);
        let row = LiveMessage {
            wanted,
            ..write.row.clone()
        };
        Ok(Seen { row, version })
    }

    /// The row of an order whose message no longer shows the truth.
    pub(super) fn stale(
        &self,
        order: OrderId,
        chat: TelegramId,
        at: Timestamp,
    ) -> Seen<LiveMessage> {
        if let Some(there) = self.rows.get(&order) {
            let mut seen = there.clone();
            seen.row.wanted = seen.row.wanted.next();
            return seen;
        }
        let row = LiveMessage {
            order,
            chat,
            message: None,
            shows: NOTHING,
            wanted: NOTHING.next(),
            not_before: at,
        };
        let version = Version::FIRST;
        Seen { row, version }
    }

    /// Puts a row in place of another, or takes it away; answers what was there.
    pub(super) fn replace(
        &mut self,
        order: OrderId,
        row: Option<Seen<LiveMessage>>,
    ) -> Option<Seen<LiveMessage>> {
        let old = self.rows.remove(&order);
        if let Some(old) = &old {
            self.due.remove(&(old.row.not_before, order));
        }
        if let Some(seen) = row {
            if seen.row.shows < seen.row.wanted {
                self.due.insert((seen.row.not_before, order));
            }
            self.rows.insert(order, seen);
        }
        old
    }
}
