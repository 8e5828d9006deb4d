//! What every row obeys: it is written over the version that was seen.

use crate::domain::Timestamp;
use crate::domain::ids::Version;
use crate::ports::books::{CommitRefused, Due, Page, Seen};

/// The longest page of any list.
pub(super) const LONGEST_PAGE: u32 = 100;

/// One page of what is listed.
pub(super) fn cut<T>(listed: impl Iterator<Item = T>, page: Page) -> impl Iterator<Item = T> {
    listed
        .skip(usize::try_from(page.offset).unwrap_or(usize::MAX))
        .take(usize::try_from(page.limit.min(LONGEST_PAGE)).unwrap_or(usize::MAX))
}

/// How many of these instants have come, and which came first.
pub(super) fn due_of(instants: impl Iterator<Item = Timestamp>, now: Timestamp) -> Due {
    let mut due = Due::default();
    for instant in instants.filter(|instant| *instant <= now) {
        due.count += 1;
        due.oldest = Some(due.oldest.map_or(instant, |oldest| oldest.min(instant)));
    }
    due
}

/// The version a row gets, if the write has seen the one that is there.
pub(super) fn next_version<V>(
    there: Option<&Seen<V>>,
    seen: Option<Version>,
    name: impl FnOnce() -> String,
) -> Result<Version, CommitRefused> {
    match (there, seen) {
        (None, None) => Ok(Version::FIRST),
        (Some(row), Some(seen)) if row.version == seen => Ok(seen.next()),
        (Some(_) | None, Some(_) | None) => Err(CommitRefused::Stale { row: name() }),
    }
}

/// A name is free, or it belongs to the row already.
pub(super) fn free<K: PartialEq>(
    owner: Option<&K>,
    by: &K,
    what: impl FnOnce() -> String,
) -> Result<(), CommitRefused> {
    match owner {
        Some(owner) if owner != by => Err(CommitRefused::Taken { what: what() }),
        Some(_) | None => Ok(()),
    }
}

/// A rule holds.
pub(super) fn rule(holds: bool, text: impl FnOnce() -> String) -> Result<(), CommitRefused> {
    if holds {
        Ok(())
    } else {
        Err(CommitRefused::Rule { rule: text() })
    }
}
