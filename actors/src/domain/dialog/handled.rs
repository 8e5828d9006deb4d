//! Which updates were handled, short as it is stored: every save of a dialog carries them all.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::Timestamp;
use crate::domain::ids::BotId;

/// An update that was handled, and when.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Handled {
    /// Of which bot.
    pub bot: BotId,
    /// Telegram's number.
    pub update: i64,
    /// When, in whole seconds: it is kept for two days.
    pub at: Timestamp,
}

/// Updates of one bot in a row: number and second of each.
type Row = (BotId, Vec<(i64, i64)>);

/// For a field `handled`: rows of one bot, in the order of the updates.
pub(super) fn serialize<S: Serializer>(
    handled: &[Handled],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let mut rows: Vec<Row> = Vec::new();
    for one in handled {
        let short = (one.update, one.at.timestamp());
        match rows.last_mut() {
            Some((bot, updates)) if *bot == one.bot => updates.push(short),
            Some(_) | None => rows.push((one.bot, vec![short])),
        }
    }
    rows.serialize(serializer)
}

/// The same back.
pub(super) fn deserialize<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Vec<Handled>, D::Error> {
    let rows: Vec<Row> = Vec::deserialize(deserializer)?;
    let mut handled = Vec::with_capacity(rows.iter().map(|(_, updates)| updates.len()).sum());
    for (bot, updates) in rows {
        for (update, second) in updates {
            let at = Timestamp::from_timestamp(second, 0)
                .ok_or_else(|| D::Error::custom(format!("{second} is no second of Unix time")))?;
            handled.push(Handled { bot, update, at });
        }
    }
    Ok(handled)
}
