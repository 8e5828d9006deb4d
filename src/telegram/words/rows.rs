//! Which buttons share a row: two where both are short, else each alone.

use crate::telegram::face::Key;

/// Longest label in two columns, in characters.
pub(super) const PAIRED: usize = 20;

/// Longest label in one column.
pub(super) const ALONE: usize = 34;

/// A button with its place.
pub(super) struct Placed {
    pub(super) key: Key,
    /// It has a row to itself.
    pub(super) wide: bool,
}

/// Lays buttons out in their order.
pub(super) fn rows(keys: Vec<Placed>) -> Vec<Vec<Key>> {
    let mut rows: Vec<Vec<Key>> = Vec::new();
    let mut open = false;
    for Placed { key, wide } in keys {
        let alone = wide || key.label.chars().count() > PAIRED;
        match rows.last_mut() {
            Some(row) if open && !alone => {
                row.push(key);
                open = false;
            }
            Some(_) | None => {
                rows.push(vec![key]);
                open = !alone;
            }
        }
    }
    rows
}

/// The first label that fits a row of its own; the last one cut, if none does.
pub(super) fn fitting<const N: usize>(labels: &[String; N]) -> String {
    let fits = |label: &&String| label.chars().count() <= ALONE;
    let last = labels.last().cloned().unwrap_or_default();
    let found = labels.iter().find(fits).cloned();
    found.unwrap_or_else(|| last.chars().take(ALONE).collect())
}
