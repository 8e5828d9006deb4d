//! Leases: one holder at a time by the books' clock, and an epoch that grows with each holder.

use std::collections::{BTreeMap, HashMap};

use crate::domain::ids::{Epoch, ReplicaId};
use crate::domain::{Span, Timestamp};
use crate::ports::books::{CommitRefused, Fence, Lease, LeaseKey, LeaseRow, LeasesOf};

#[derive(Clone, Copy)]
struct Held {
    epoch: Epoch,
    holder: Option<ReplicaId>,
    until: Timestamp,
}

#[derive(Clone, Default)]
pub(super) struct Leases(HashMap<LeaseKey, Held>);

impl Leases {
    pub(super) fn take(
        &mut self,
        key: LeaseKey,
        replica: ReplicaId,
        ttl: Span,
        now: Timestamp,
    ) -> Option<Lease> {
        let until = now + ttl;
        let held = self.0.entry(key).or_insert(Held {
            epoch: Epoch::new(0),
            holder: None,
            until: now,
        });
        if held.holder == Some(replica) {
            // Nobody held it in between, even if it ran out: the same right goes on.
            held.until = until;
        } else if held.holder.is_none() || held.until <= now {
            *held = Held {
                epoch: held.epoch.next(),
                holder: Some(replica),
                until,
            };
        } else {
            return None;
        }
        let epoch = held.epoch;
        Some(Lease { key, epoch, until })
    }

    pub(super) fn release(&mut self, lease: Lease, replica: ReplicaId) {
        let held = self.0.get_mut(&lease.key);
        let ours = held.filter(|held| held.epoch == lease.epoch && held.holder == Some(replica));
        if let Some(held) = ours {
            held.holder = None;
        }
    }

    pub(super) fn check(&self, fence: Fence) -> Result<(), CommitRefused> {
        let current = self.epoch(fence.key);
        if current == fence.epoch && current != Epoch::new(0) {
            return Ok(());
        }
        Err(CommitRefused::Fenced {
            key: fence.key,
            current,
            named: fence.epoch,
        })
    }

    /// By their names in the books.
    pub(super) fn rows(&self, most: usize) -> Vec<LeaseRow> {
        let mut rows: Vec<LeaseRow> = self
            .0
            .iter()
            .map(|(key, held)| LeaseRow {
                key: name_of(*key),
                epoch: held.epoch,
                holder: held.holder,
                until: held.until,
            })
            .collect();
        rows.sort_unstable_by(|one, other| one.key.cmp(&other.key));
        rows.truncate(most);
        rows
    }

    /// Held and free ones, by kind.
    pub(super) fn counted(&self, now: Timestamp) -> Vec<LeasesOf> {
        let mut kinds: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
        for (key, held) in &self.0 {
            let (taken, free) = kinds.entry(key.kind()).or_default();
            if held.holder.is_some() && held.until > now {
                *taken += 1;
            } else {
                *free += 1;
            }
        }
        let kinds = kinds.into_iter();
        kinds
            .map(|(kind, (held, free))| LeasesOf {
                kind: kind.to_owned(),
                held,
                free,
            })
            .collect()
    }

    pub(super) fn epoch(&self, key: LeaseKey) -> Epoch {
        self.0.get(&key).map_or(Epoch::new(0), |held| held.epoch)
    }
}

fn name_of(key: LeaseKey) -> String {
    match key {
        LeaseKey::Wallet(wallet) => format!("wallet/{wallet}"),
        LeaseKey::Login(login) => format!("login/{}", login.get()),
        LeaseKey::Poller(bot) => format!("poller/{}", bot.get()),
        LeaseKey::Pricing | LeaseKey::Notifier => key.kind().to_owned(),
    }
}
