//! Which browser is where, who waits for one, and what is to be done next. Pure: instants are
//! arguments, and what must be done outside comes out as [`Step`]s.

use std::collections::BTreeMap;

use tokio::time::Instant;

use super::{BrowserPoolSettings, Lend, LendRefused, Return};
use crate::{
    domain::{ids::LoginId, login::Login},
    ports::market::{BrowserId, Fitness, Slot, SlotKind},
};

mod group;
mod queue;
pub(super) mod snapshot;
#[cfg(test)]
mod tests;

use group::{Group, Surroundings};
use queue::Waiter;
use snapshot::{PoolSnapshot, Totals};

/// A borrower who waits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct WaiterId(pub(super) u64);

/// What is to be done outside.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Step {
    /// Open a browser under this name; [`Slots::opened`] must follow.
    Open { browser: BrowserId, kind: SlotKind },
    /// Ask whether it is fit; [`Slots::probed`] must follow.
    Probe { browser: BrowserId },
    /// End it; [`Slots::closed`] must follow.
    Close { browser: BrowserId },
    /// Give a waiting borrower what it waited for.
    Grant { waiter: WaiterId, slot: Slot },
    /// Send a waiting borrower away.
    Refuse { waiter: WaiterId, why: LendRefused },
}

/// All slots of one pool.
pub(super) struct Slots {
    settings: BrowserPoolSettings,
    groups: BTreeMap<SlotKind, Group>,
    usable: Vec<LoginId>,
    shut: bool,
    totals: Totals,
    steps: Vec<Step>,
    /// Draws names that no browser ever had.
    draw: Box<dyn FnMut() -> BrowserId>,
}

impl Slots {
    /// No browser anywhere.
    pub(super) fn new(
        settings: &BrowserPoolSettings,
        draw: impl FnMut() -> BrowserId + 'static,
    ) -> Self {
        let tills = settings.logins.iter().copied().map(SlotKind::Till);
        let groups = tills
            .chain([SlotKind::Anonymous])
            .map(|kind| (kind, Group::new(kind, settings)))
            .collect();
        Self {
            settings: settings.clone(),
            groups,
            usable: Vec::new(),
            shut: false,
            totals: Totals::default(),
            steps: Vec::new(),
            draw: Box::new(draw),
        }
    }

    /// Counts on from what was counted before.
    pub(super) fn counting_on(mut self, totals: Totals) -> Self {
        self.totals = totals;
        self
    }

    /// What was counted so far.
    pub(super) const fn totals(&self) -> Totals {
        self.totals
    }

    /// Somebody wants a browser.
    pub(super) fn lend(&mut self, id: WaiterId, lend: Lend, now: Instant) {
        match self.enqueue(id, lend, now) {
            Ok(()) => self.settle(now),
            Err(why) => {
                self.totals.refused += 1;
                self.steps.push(Step::Refuse { waiter: id, why });
            }
        }
    }

    /// A borrower brought a slot back. One that is not lent (late, twice, from another life) is
    /// counted and otherwise ignored.
    pub(super) fn returned(&mut self, back: Return, now: Instant) {
        let taken = self.groups.get_mut(&back.slot.kind).is_some_and(|group| {
            let mut around = Surroundings::new(&self.settings, &mut self.totals, &mut self.steps);
            group.returned(back, now, &mut around)
        });
        if !taken {
            self.totals.returned_late += 1;
        }
        self.settle(now);
    }

    /// Opening ended; whether it worked is known only if it did.
    pub(super) fn opened(&mut self, browser: BrowserId, worked: bool, now: Instant) {
        self.at(browser, |group, around| {
            group.opened(browser, worked, now, around);
        });
        self.settle(now);
    }

    /// A probe ended; none if the browser did not answer.
    pub(super) fn probed(&mut self, browser: BrowserId, found: Option<Fitness>, now: Instant) {
        self.at(browser, |group, around| {
            group.probed(browser, found, now, around);
        });
        self.settle(now);
    }

    /// Closing ended, or its outcome is unknown: then it is tried again.
    pub(super) fn closed(&mut self, browser: BrowserId, surely: bool, now: Instant) {
        self.at(browser, |group, around| {
            group.closed(browser, surely, now, around);
        });
        self.settle(now);
    }

    /// The logins' health as published.
    pub(super) fn see_logins(&mut self, logins: &[Login]) {
        self.usable = logins
            .iter()
            .filter(|login| login.is_usable())
            .map(|login| login.id)
            .collect();
    }

    /// Time has passed: loans run out, browsers wear out, waiting ends.
    pub(super) fn tick(&mut self, now: Instant) {
        for group in self.groups.values_mut() {
            let mut around = Surroundings::new(&self.settings, &mut self.totals, &mut self.steps);
            group.tick(now, &mut around);
        }
        self.settle(now);
    }

    /// Closes everything and lends nothing more.
    pub(super) fn shut(&mut self, now: Instant) {
        self.shut = true;
        for group in self.groups.values_mut() {
            let mut around = Surroundings::new(&self.settings, &mut self.totals, &mut self.steps);
            group.close_all(now, &mut around);
        }
    }

    /// True when no browser is left.
    pub(super) fn is_empty(&self) -> bool {
        self.groups.values().all(Group::is_empty)
    }

    /// What is to be done now; each step once.
    pub(super) fn take_steps(&mut self) -> Vec<Step> {
        std::mem::take(&mut self.steps)
    }

    /// What there is.
    pub(super) fn snapshot(&self, now: Instant) -> PoolSnapshot {
        let groups = self.groups.values().map(|group| group.snapshot(now));
        PoolSnapshot {
            groups: groups.collect(),
            totals: self.totals,
            shut: self.shut,
        }
    }

    fn enqueue(&mut self, id: WaiterId, lend: Lend, now: Instant) -> Result<(), LendRefused> {
        if self.shut {
            return Err(LendRefused::PoolDown);
        }
        let group = self.groups.get_mut(&lend.kind);
        let group = group.ok_or(LendRefused::LoginUnusable)?;
        group.enqueue(Waiter {
            id,
            purpose: lend.purpose,
            for_at_most: lend.for_at_most.min(self.settings.longest_loan),
            until: now + self.settings.wait,
            fence: lend.fence,
        })
    }

    fn at(&mut self, browser: BrowserId, event: impl FnOnce(&mut Group, &mut Surroundings<'_>)) {
        let group = self.groups.values_mut().find(|group| group.has(browser));
        if let Some(group) = group {
            let mut around = Surroundings::new(&self.settings, &mut self.totals, &mut self.steps);
            event(group, &mut around);
        }
    }

    fn settle(&mut self, now: Instant) {
        if self.shut {
            return self.shut(now);
        }
        for group in self.groups.values_mut() {
            let usable = match group.kind() {
                SlotKind::Anonymous => true,
                SlotKind::Till(login) => self.usable.contains(&login),
            };
            let mut around = Surroundings::new(&self.settings, &mut self.totals, &mut self.steps);
            group.settle(usable, &mut self.draw, now, &mut around);
        }
    }
}
