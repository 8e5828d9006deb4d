//! What people are owed to hear, in order for each person.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::rows::{cut, due_of, next_version, rule};
use crate::domain::Timestamp;
use crate::domain::ids::{CustomerId, NoticeId, Version};
use crate::domain::notice::{Audience, Notice, Owed, Standing};
use crate::ports::books::{CommitRefused, Due, Page, Seen, Write};

#[derive(Clone, Default)]
pub(super) struct Notices {
    rows: HashMap<NoticeId, Seen<Notice>>,
    keys: HashSet<String>,
    waiting: BTreeMap<Audience, BTreeSet<NoticeId>>,
    /// The first that waits, of each person.
    heads: BTreeSet<NoticeId>,
    kept: BTreeMap<Audience, BTreeSet<NoticeId>>,
}

impl Notices {
    pub(super) fn get(&self, id: NoticeId) -> Option<&Seen<Notice>> {
        self.rows.get(&id)
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &Seen<Notice>> {
        self.rows.values()
    }

    pub(super) fn due(&self, now: Timestamp, limit: u32) -> Vec<Seen<Notice>> {
        let heads = self.heads.iter().filter_map(|id| self.get(*id));
        heads
            .filter(|seen| seen.row.due().is_some_and(|due| due <= now))
            .take(usize::try_from(limit).unwrap_or(usize::MAX))
            .cloned()
            .collect()
    }

    pub(super) fn kept(&self, customer: CustomerId) -> Vec<Seen<Notice>> {
        let kept = self.kept.get(&Audience::Customer(customer));
        kept.into_iter()
            .flatten()
            .filter_map(|id| self.get(*id).cloned())
            .collect()
    }

    pub(super) fn of(&self, audience: Audience, page: Page) -> Vec<Seen<Notice>> {
        let mut all: Vec<&Seen<Notice>> = self.all().collect();
        all.retain(|seen| seen.row.owed.audience == audience);
        all.sort_unstable_by_key(|seen| std::cmp::Reverse(seen.row.id));
        cut(all.into_iter(), page).cloned().collect()
    }

    pub(super) fn waiting(&self) -> u64 {
        let waiting = self.waiting.values().map(BTreeSet::len).sum::<usize>();
        u64::try_from(waiting).unwrap_or(u64::MAX)
    }

    /// When the oldest of them became owed.
    pub(super) fn oldest(&self) -> Option<Timestamp> {
        let waiting = self.waiting.values().flatten();
        waiting
            .filter_map(|id| Some(self.get(*id)?.row.since))
            .min()
    }

    /// How much is due.
    pub(super) fn due_at(&self, now: Timestamp) -> Due {
        let heads = self.heads.iter().filter_map(|id| self.get(*id));
        due_of(heads.filter_map(|seen| seen.row.due()), now)
    }

    /// A new notice; none if the same is owed already.
    pub(super) fn owe(
        &self,
        id: NoticeId,
        owed: &Owed,
        at: Timestamp,
    ) -> Result<Option<Seen<Notice>>, CommitRefused> {
        if self.keys.contains(&owed.key) {
            return Ok(None);
        }
        if self.rows.contains_key(&id) {
            let what = format!("notice {id}");
            return Err(CommitRefused::Taken { what });
        }
        let row = Notice::new(id, owed.clone(), at);
        let version = Version::FIRST;
        Ok(Some(Seen { row, version }))
    }

    pub(super) fn check(&self, write: &Write<Notice>) -> Result<Seen<Notice>, CommitRefused> {
        let row = &write.row;
        rule(write.seen.is_some(), || {
            format!("{} becomes owed as a notice, not as a row", row.id)
        })?;
        let there = self.get(row.id);
        let version = next_version(there, write.seen, || format!("notice {}", row.id))?;
        let same =
            there.is_some_and(|there| there.row.owed == row.owed && there.row.since == row.since);
        rule(same, || format!("what {} says never changes", row.id))?;
        let row = row.clone();
        Ok(Seen { row, version })
    }

    /// Puts a row in place of another, or takes it away; answers what was there.
    pub(super) fn replace(
        &mut self,
        id: NoticeId,
        row: Option<Seen<Notice>>,
    ) -> Option<Seen<Notice>> {
        let old = self.rows.remove(&id);
        if let Some(Seen { row: old, .. }) = &old {
            self.keys.remove(&old.owed.key);
            self.shelve(old, false);
        }
        if let Some(seen) = row {
            self.keys.insert(seen.row.owed.key.clone());
            self.shelve(&seen.row, true);
            self.rows.insert(id, seen);
        }
        old
    }

    fn shelve(&mut self, notice: &Notice, there: bool) {
        let audience = notice.owed.audience;
        let shelf = match &notice.standing {
            Standing::Waiting { .. } => self.waiting.entry(audience).or_default(),
            Standing::Kept => self.kept.entry(audience).or_default(),
            Standing::Delivered { .. } | Standing::Undeliverable { .. } => return,
        };
        let head = shelf.first().copied();
        if there {
            shelf.insert(notice.id);
        } else {
            shelf.remove(&notice.id);
        }
        let next = shelf.first().copied();
        let waits = match &notice.standing {
            Standing::Waiting { .. } => true,
            Standing::Kept | Standing::Delivered { .. } | Standing::Undeliverable { .. } => false,
        };
        if waits && head != next {
            head.map(|head| self.heads.remove(&head));
            next.map(|next| self.heads.insert(next));
        }
    }
}
