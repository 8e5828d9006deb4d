//! External messages that were accepted and wait for a block.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use tycho_types::prelude::HashBytes;

use crate::ton::message::External;
use crate::world::clock::Moment;
use crate::world::faults::Strike;

/// Messages that wait at most; the real pool has limits as well.
const MOST: usize = 10_000;

/// How often a block tries a message that it then does not accept.
const TRIES: u8 = 3;

/// After this time a message is forgotten.
const LIFE: Duration = Duration::from_secs(600);

/// A message that waits.
#[derive(Debug)]
pub(super) struct Waiting {
    /// The message.
    pub(super) external: External,
    since: Moment,
    /// Height of the first block that may execute it.
    earliest: u64,
    tries: u8,
    /// It waits for another message to come first.
    is_held: bool,
}

/// A message that waits, as it is written down: with whatever stands for it.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(super) struct Kept<M> {
    pub(super) message: M,
    since: Moment,
    earliest: u64,
    tries: u8,
    is_held: bool,
}

/// All of them, in order.
#[derive(Debug, Default)]
pub(super) struct Mempool(Vec<Waiting>);

impl Mempool {
    /// True when this very message waits already.
    pub(super) fn is_there(&self, hash: &HashBytes) -> bool {
        self.0.iter().any(|waiting| waiting.external.hash == *hash)
    }

    /// Takes a message in; `from` tells the first block after a moment.
    pub(super) fn put(
        &mut self,
        external: External,
        now: Moment,
        strike: &Strike,
        from: impl Fn(Moment) -> u64,
    ) -> Result<(), String> {
        if self.0.len() >= MOST {
            return Err("too many external messages".to_owned());
        }
        // Taken in, and lost: nobody is told.
        if strike.refuse.is_some() {
            return Ok(());
        }
        let delay = strike.delay.unwrap_or_default();
        let held = strike.reorder;
        let waiting = Waiting {
            external,
            since: now,
            earliest: from(now + held.unwrap_or(delay).max(delay)),
            tries: 0,
            is_held: held.is_some(),
        };
        let overtaken = if waiting.is_held {
            Vec::new()
        } else {
            self.overtake(from(now))
        };
        self.0.push(waiting);
        self.0.extend(overtaken);
        Ok(())
    }

    /// Lets those go that waited to be overtaken.
    fn overtake(&mut self, earliest: u64) -> Vec<Waiting> {
        let (held, others): (Vec<_>, Vec<_>) = std::mem::take(&mut self.0)
            .into_iter()
            .partition(|waiting| waiting.is_held);
        self.0 = others;
        held.into_iter()
            .map(|waiting| Waiting {
                earliest,
                is_held: false,
                ..waiting
            })
            .collect()
    }

    /// Heights of the blocks that are waited for.
    pub(super) fn next(&self) -> Option<u64> {
        self.0.iter().map(|waiting| waiting.earliest).min()
    }

    /// Takes out what the block of this height executes.
    pub(super) fn take(&mut self, height: u64) -> Vec<Waiting> {
        let (due, later): (Vec<_>, Vec<_>) = std::mem::take(&mut self.0)
            .into_iter()
            .partition(|waiting| waiting.earliest <= height);
        self.0 = later;
        due
    }

    /// A block did not accept it: it is tried again, but not for ever.
    pub(super) fn back(&mut self, waiting: Waiting, height: u64, now: Moment) {
        let tries = waiting.tries.saturating_add(1);
        if tries < TRIES && now.since(waiting.since) < LIFE {
            self.0.push(Waiting {
                earliest: height.saturating_add(1),
                tries,
                ..waiting
            });
        }
    }

    /// Writes all of them down.
    pub(super) fn kept<M>(&self, mut message: impl FnMut(&External) -> M) -> Vec<Kept<M>> {
        let waiting = self.0.iter().map(|waiting| Kept {
            message: message(&waiting.external),
            since: waiting.since,
            earliest: waiting.earliest,
            tries: waiting.tries,
            is_held: waiting.is_held,
        });
        waiting.collect()
    }

    /// Takes in what was written down, behind what is there.
    pub(super) fn put_again<M>(&mut self, external: External, kept: &Kept<M>) {
        self.0.push(Waiting {
            external,
            since: kept.since,
            earliest: kept.earliest,
            tries: kept.tries,
            is_held: kept.is_held,
        });
    }

    /// Every message that waits.
    pub(super) fn all(&self) -> impl Iterator<Item = &External> {
        self.0.iter().map(|waiting| &waiting.external)
    }
}
